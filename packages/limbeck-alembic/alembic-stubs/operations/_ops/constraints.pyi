from limbeck.alembic.operations._ops.constraints import *
from limbeck.alembic.operations._ops.constraints import (
    AddConstraintOp as AddConstraintOp,
    CreateCheckConstraintOp as CreateCheckConstraintOp,
    CreateForeignKeyOp as CreateForeignKeyOp,
    CreatePrimaryKeyOp as CreatePrimaryKeyOp,
    CreateUniqueConstraintOp as CreateUniqueConstraintOp,
    DropConstraintOp as DropConstraintOp,
    _A as _A,
    _KIND_BY_VISIT_NAME as _KIND_BY_VISIT_NAME,
    _said as _said,
)
