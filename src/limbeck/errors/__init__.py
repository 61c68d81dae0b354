"""Every error limbeck raises on purpose.

Each class is named after the situation, carries a stable `code`, the evidence as fields, an exit code,
and says in one sentence what is so (`what`) and what the person may type next (`next_step`).
A person's mistake is one of these and is shown without a traceback; anything else is a bug of ours and shows one.

The tree (first digit of the code = family):

    LimbeckError
    +-- UsageError        LB1xx  what was typed or configured cannot be meant        exit 2
    +-- RevisionError     LB2xx  the history, or a place named in it                 exit 2
    +-- ScriptError       LB3xx  a revision file                                     exit 2
    +-- EnvironmentFault  LB4xx  a driver, a server, a file system, models           exit 3
    +-- SchemaError       LB5xx  a value or an operation that cannot be spelled      exit 4
    +-- AutogenerateError LB6xx  comparing and writing; open questions               exit 2 (questions: 5)
    +-- RunError          LB7xx  a migration that failed, a state that must be healed exit 4

A family is a file of this room, and is loaded when one of its errors is first asked for: most commands need half of
them. Everybody imports from here, so that a class can move without anybody noticing, and a new one is written in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import Exit as Exit
from .base import LimbeckError as LimbeckError
from .base import mask_url as mask_url

if TYPE_CHECKING:
    from .comparing import *  # noqa: F403
    from .files import *  # noqa: F403
    from .history import *  # noqa: F403
    from .running import *  # noqa: F403
    from .schema import *  # noqa: F403
    from .surroundings import *  # noqa: F403
    from .usage import *  # noqa: F403

FAMILIES = ("usage", "history", "files", "surroundings", "running", "schema", "comparing")
"""Those that most commands need stand first."""


def __getattr__(name: str) -> Any:
    """An error by its name: the families are loaded one after the other until it is found."""
    from importlib import import_module

    if not name.startswith("_"):
        for family in FAMILIES:
            found = vars(import_module(f".{family}", __name__))
            if name in found:
                globals()[name] = found[name]
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
