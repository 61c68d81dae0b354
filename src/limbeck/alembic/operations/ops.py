"""The operations: what a directive makes, what autogenerate finds, what plug-ins subclass and exchange."""

from __future__ import annotations

from ..util.langhelpers import public_home as _public_home
from ._ops.columns import AddColumnOp, AlterColumnOp, DropColumnOp
from ._ops.constraints import (
    AddConstraintOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
)
from ._ops.plain import AlterTableOp, BulkInsertOp, ExecuteSQLOp, MigrateOperation
from ._ops.script import DowngradeOps, MigrationScript, ModifyTableOps, OpContainer, UpgradeOps
from ._ops.tables import (
    CreateIndexOp,
    CreateTableCommentOp,
    CreateTableOp,
    DropIndexOp,
    DropTableCommentOp,
    DropTableOp,
    RenameTableOp,
)

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterTableOp",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropIndexOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "RenameTableOp",
    "UpgradeOps",
]

_public_home(__name__, __all__, globals())
