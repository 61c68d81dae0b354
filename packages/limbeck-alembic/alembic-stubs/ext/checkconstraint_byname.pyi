from limbeck.alembic.ext.checkconstraint_byname import *
from limbeck.alembic.ext.checkconstraint_byname import (
    CONTINUE as CONTINUE,
    _by_name as _by_name,
    _compare_check_constraints as _compare_check_constraints,
    _make_check_constraint as _make_check_constraint,
    _reflected as _reflected,
    log as log,
    setup as setup,
)
