from limbeck.alembic.autogenerate.compare.indexes import *
from limbeck.alembic.autogenerate.compare.indexes import (
    CONTINUE as CONTINUE,
    PriorityDispatchResult as PriorityDispatchResult,
    _Comparison as _Comparison,
    _InspectorConv as _InspectorConv,
    _SORTING as _SORTING,
    _compare_indexes_and_uniques as _compare_indexes_and_uniques,
    _make_index as _make_index,
    _make_unique_constraint as _make_unique_constraint,
    expression as expression,
    is_index_sig as is_index_sig,
    is_uq_sig as is_uq_sig,
    log as log,
    ops as ops,
    sa_schema as sa_schema,
    sqla_compat as sqla_compat,
    text as text,
)
