from limbeck.alembic.operations._ops.plain import *
from limbeck.alembic.operations._ops.plain import (
    AlterTableOp as AlterTableOp,
    BatchOperations as BatchOperations,
    BulkInsertOp as BulkInsertOp,
    ExecuteSQLOp as ExecuteSQLOp,
    MigrateOperation as MigrateOperation,
    Operations as Operations,
    Table as Table,
    TableClause as TableClause,
    util as util,
)
