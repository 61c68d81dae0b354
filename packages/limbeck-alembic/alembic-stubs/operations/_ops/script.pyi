from limbeck.alembic.operations._ops.script import *
from limbeck.alembic.operations._ops.script import (
    DowngradeOps as DowngradeOps,
    MigrationScript as MigrationScript,
    ModifyTableOps as ModifyTableOps,
    OpContainer as OpContainer,
    UpgradeOps as UpgradeOps,
    _only as _only,
)
