from limbeck.alembic.ddl import *
from limbeck.alembic.ddl import (
    DefaultImpl as DefaultImpl,
    mssql as mssql,
    mysql as mysql,
    oracle as oracle,
    postgresql as postgresql,
    sqlite as sqlite,
)
from . import _autogen as _autogen
from . import _pg_defaults as _pg_defaults
from . import base as base
from . import impl as impl
from . import spelling as spelling
