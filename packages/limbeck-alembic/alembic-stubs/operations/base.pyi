from limbeck.alembic.operations.base import *
from limbeck.alembic.operations.base import (
    AbstractOperations as AbstractOperations,
    BatchOperations as BatchOperations,
    Operations as Operations,
    _F as _F,
    _T as _T,
    _method_for as _method_for,
)
