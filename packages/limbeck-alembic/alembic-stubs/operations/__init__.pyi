from limbeck.alembic.operations import *
from limbeck.alembic.operations import (
    toimpl as toimpl,
)
from . import _ops as _ops
from . import base as base
from . import batch as batch
from . import ops as ops
from . import schemaobj as schemaobj
from . import tablecopy as tablecopy
