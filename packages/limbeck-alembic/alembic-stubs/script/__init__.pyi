from limbeck.alembic.script import *
from . import base as base
from . import files as files
from . import revision as revision
from . import write_hooks as write_hooks
