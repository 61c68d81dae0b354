from limbeck.alembic.autogenerate.compare.schema import *
from limbeck.alembic.autogenerate.compare.schema import (
    _produce_net_changes as _produce_net_changes,
    setup as setup,
)
