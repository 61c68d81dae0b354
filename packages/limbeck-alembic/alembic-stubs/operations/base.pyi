from limbeck.alembic.operations.base import *
from limbeck.alembic.operations.base import (
    AbstractOperations as AbstractOperations,
    BatchOperations as BatchOperations,
    Operations as Operations,
    Table as Table,
    _F as _F,
    _T as _T,
    _method_for as _method_for,
    batch as batch,
    conv as conv,
    schemaobj as schemaobj,
    sqla_compat as sqla_compat,
    util as util,
)
