from limbeck.alembic.autogenerate.compare.util import *
from limbeck.alembic.autogenerate.compare.util import (
    MANY as MANY,
    _InspectorConv as _InspectorConv,
    _KEYS as _KEYS,
    _NAMED as _NAMED,
)
