from limbeck.alembic.util.dispatch import *
from limbeck.alembic.util.dispatch import (
    DispatchPriority as DispatchPriority,
    Dispatcher as Dispatcher,
    PriorityDispatchResult as PriorityDispatchResult,
    PriorityDispatcher as PriorityDispatcher,
    _F as _F,
    _qualifiers as _qualifiers,
)
