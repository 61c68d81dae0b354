from limbeck.alembic.operations._ops.columns import *
from limbeck.alembic.operations._ops.columns import (
    AddColumnOp as AddColumnOp,
    AlterColumnOp as AlterColumnOp,
    AlterTableOp as AlterTableOp,
    BatchOperations as BatchOperations,
    Column as Column,
    DropColumnOp as DropColumnOp,
    NULLTYPE as NULLTYPE,
    Operations as Operations,
    schemaobj as schemaobj,
)
