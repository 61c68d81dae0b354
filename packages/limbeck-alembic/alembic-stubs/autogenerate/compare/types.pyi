from limbeck.alembic.autogenerate.compare.types import *
from limbeck.alembic.autogenerate.compare.types import (
    CONTINUE as CONTINUE,
    STOP as STOP,
    _changed as _changed,
    _compare_type_setup as _compare_type_setup,
    _dialect_impl_compare_type as _dialect_impl_compare_type,
    _user_compare_type as _user_compare_type,
    log as log,
    setup as setup,
)
