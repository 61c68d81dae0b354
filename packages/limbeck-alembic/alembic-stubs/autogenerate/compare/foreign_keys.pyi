from limbeck.alembic.autogenerate.compare.foreign_keys import *
from limbeck.alembic.autogenerate.compare.foreign_keys import (
    CONTINUE as CONTINUE,
    _compare_foreign_keys as _compare_foreign_keys,
    _let_target_exist as _let_target_exist,
    _make_foreign_key as _make_foreign_key,
    _tell as _tell,
    log as log,
)
