from limbeck.alembic import *
from limbeck.alembic import (
    _LATER as _LATER,
    _answers_for_alembic as _answers_for_alembic,
    _names as _names,
    _spec as _spec,
    sys as sys,
)
from . import autogenerate as autogenerate
from . import command as command
from . import config as config
from . import context as context
from . import ddl as ddl
from . import environment as environment
from . import ext as ext
from . import migration as migration
from . import op as op
from . import operations as operations
from . import runtime as runtime
from . import script as script
from . import util as util
__version__: str
