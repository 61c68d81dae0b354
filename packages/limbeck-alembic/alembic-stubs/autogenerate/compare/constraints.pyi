from limbeck.alembic.autogenerate.compare.constraints import *
from limbeck.alembic.autogenerate.compare.constraints import (
    CONTINUE as CONTINUE,
    STOP as STOP,
    _compare_foreign_keys as _compare_foreign_keys,
    _compare_indexes_and_uniques as _compare_indexes_and_uniques,
    _compare_nullable as _compare_nullable,
    _make_foreign_key as _make_foreign_key,
    _make_index as _make_index,
    _make_unique_constraint as _make_unique_constraint,
    log as log,
    setup as setup,
)
