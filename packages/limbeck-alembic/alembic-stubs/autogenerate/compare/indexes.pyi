from limbeck.alembic.autogenerate.compare.indexes import *
from limbeck.alembic.autogenerate.compare.indexes import (
    CONTINUE as CONTINUE,
    _Comparison as _Comparison,
    _SORTING as _SORTING,
    _compare_indexes_and_uniques as _compare_indexes_and_uniques,
    _make_index as _make_index,
    _make_unique_constraint as _make_unique_constraint,
    log as log,
)
