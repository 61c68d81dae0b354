from limbeck.alembic.operations._ops.script import *
from limbeck.alembic.operations._ops.script import (
    DowngradeOps as DowngradeOps,
    MigrateOperation as MigrateOperation,
    MigrationScript as MigrationScript,
    ModifyTableOps as ModifyTableOps,
    OpContainer as OpContainer,
    UpgradeOps as UpgradeOps,
    _only as _only,
    util as util,
)
