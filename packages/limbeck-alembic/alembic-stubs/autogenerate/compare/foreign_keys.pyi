from limbeck.alembic.autogenerate.compare.foreign_keys import *
from limbeck.alembic.autogenerate.compare.foreign_keys import (
    CONTINUE as CONTINUE,
    PriorityDispatchResult as PriorityDispatchResult,
    _InspectorConv as _InspectorConv,
    _compare_foreign_keys as _compare_foreign_keys,
    _let_target_exist as _let_target_exist,
    _make_foreign_key as _make_foreign_key,
    _tell as _tell,
    log as log,
    ops as ops,
    sa_schema as sa_schema,
    sqla_compat as sqla_compat,
)
