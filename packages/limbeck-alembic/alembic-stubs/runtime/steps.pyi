from limbeck.alembic.runtime.steps import *
from limbeck.alembic.runtime.steps import (
    HeadMoves as HeadMoves,
    MigrationInfo as MigrationInfo,
    MigrationStep as MigrationStep,
    RevisionStep as RevisionStep,
    StampStep as StampStep,
)
