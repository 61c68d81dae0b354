from limbeck.alembic.operations.batch import *
from limbeck.alembic.operations.batch import (
    ApplyBatchImpl as ApplyBatchImpl,
    BatchOperationsImpl as BatchOperationsImpl,
)
