from limbeck.alembic.operations.tablecopy import *
from limbeck.alembic.operations.tablecopy import (
    ApplyBatchImpl as ApplyBatchImpl,
)
