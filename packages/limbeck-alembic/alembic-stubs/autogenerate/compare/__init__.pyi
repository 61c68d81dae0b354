from limbeck.alembic.autogenerate.compare import *
from limbeck.alembic.autogenerate.compare import (
    Plugin as Plugin,
    PriorityDispatcher as PriorityDispatcher,
    _populate_migration_script as _populate_migration_script,
    _produce_net_changes as _produce_net_changes,
    checkconstraint_byname as checkconstraint_byname,
    comments as comments,
    comparators as comparators,
    constraints as constraints,
    schema as schema,
    server_defaults as server_defaults,
    tables as tables,
    types as types,
)
from . import foreign_keys as foreign_keys
from . import indexes as indexes
from . import util as util
