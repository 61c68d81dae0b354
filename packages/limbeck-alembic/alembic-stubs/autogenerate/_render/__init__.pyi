from limbeck.alembic.autogenerate._render import *
from . import constraints as constraints
from . import directives as directives
from . import items as items
