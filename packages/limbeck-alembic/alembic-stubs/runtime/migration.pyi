from limbeck.alembic.runtime.migration import *
from limbeck.alembic.runtime.migration import (
    HeadMaintainer as HeadMaintainer,
    HeadMoves as HeadMoves,
    MigrationContext as MigrationContext,
    MigrationInfo as MigrationInfo,
    MigrationStep as MigrationStep,
    RevisionStep as RevisionStep,
    StampStep as StampStep,
    _ProxyTransaction as _ProxyTransaction,
    _quoted as _quoted,
    log as log,
)
