from limbeck.alembic.runtime import *
from . import environment as environment
from . import migration as migration
from . import plugins as plugins
from . import steps as steps
