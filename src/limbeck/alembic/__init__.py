"""The published API of Alembic 1.20.1, over limbeck's core.

This folder is loaded under the name `alembic`; `limbeck.alembic` and everything below it are second names of the same
module objects. Whichever name is imported first, there is one of each, and names in logs, reprs and pickles are
those that people know. `import alembic` imports no SQLAlchemy: `op`, `context` and `runtime` come when asked for.
"""

from __future__ import annotations

import sys
from typing import Any

__version__ = "1.20.1"

_answers_for_alembic = "limbeck"
"""Seen by `_names`: this `alembic` is ours, not a foreign one."""

if __name__ != "alembic":  # imported by its second name: load the folder by its first, and let that answer
    import importlib.util
    from pathlib import Path

    _spec = importlib.util.spec_from_file_location(
        "limbeck.alembic._names", Path(__file__).with_name("_names.py")
    )
    assert _spec is not None and _spec.loader is not None
    _names = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_names)
    sys.modules[__name__] = _names.first_name()
else:
    from ._names import put_in_force

    put_in_force()

_LATER = (
    *(
        "autogenerate",
        "command",
        "config",
        "context",
        "ddl",
        "environment",
        "ext",
        "migration",
        "op",
        "operations",
    ),
    *("runtime", "script", "util"),
)


_BUILT_IN = (
    *(
        f"autogenerate.{part}"
        for part in ("schemas", "tables", "types", "constraints", "defaults", "comments")
    ),
    "ext.checkconstraint_byname",
)

if "logging" in sys.modules and __name__ == "alembic":
    # Programs that log before they import Alembic have always seen these lines.
    _log = sys.modules["logging"].getLogger("alembic.runtime.plugins")
    for _name in _BUILT_IN if _log.isEnabledFor(20) else ():
        _log.info("setup plugin alembic.%s", _name)


def __getattr__(name: str) -> Any:
    if name == "plugins":
        from .runtime import plugins

        return plugins
    if name in _LATER:
        from ._later import submodules

        return submodules(__name__, *_LATER)(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
