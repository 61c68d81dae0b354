from limbeck.alembic.operations._ops import *
from . import columns as columns
from . import constraints as constraints
from . import plain as plain
from . import script as script
from . import tables as tables
