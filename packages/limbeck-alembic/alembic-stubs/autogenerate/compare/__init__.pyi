from limbeck.alembic.autogenerate.compare import *
from limbeck.alembic.autogenerate.compare import (
    _populate_migration_script as _populate_migration_script,
    _produce_net_changes as _produce_net_changes,
    comparators as comparators,
)
from . import comments as comments
from . import constraints as constraints
from . import foreign_keys as foreign_keys
from . import indexes as indexes
from . import schema as schema
from . import server_defaults as server_defaults
from . import tables as tables
from . import types as types
from . import util as util
