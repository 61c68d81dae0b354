from limbeck.alembic.operations.batch import *
from limbeck.alembic.operations.batch import (
    ApplyBatchImpl as ApplyBatchImpl,
    BatchOperationsImpl as BatchOperationsImpl,
    MetaData as MetaData,
    Table as Table,
    exc as exc,
    sqla_compat as sqla_compat,
)
