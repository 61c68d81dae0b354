from limbeck.alembic.operations._ops.plain import *
from limbeck.alembic.operations._ops.plain import (
    AlterTableOp as AlterTableOp,
    BulkInsertOp as BulkInsertOp,
    ExecuteSQLOp as ExecuteSQLOp,
    MigrateOperation as MigrateOperation,
)
