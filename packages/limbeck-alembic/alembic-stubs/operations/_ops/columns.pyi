from limbeck.alembic.operations._ops.columns import *
from limbeck.alembic.operations._ops.columns import (
    AddColumnOp as AddColumnOp,
    AlterColumnOp as AlterColumnOp,
    DropColumnOp as DropColumnOp,
)
