"""limbeck: database schema migrations. `from limbeck import op` is the front door of revision files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limbeck.version import VERSION as __version__  # noqa: F401

if TYPE_CHECKING:
    from limbeck.author import context as context
    from limbeck.author import op as op
    from limbeck.author import schema as schema


def __getattr__(name: str) -> Any:
    # Lazily: `limbeck heads` imports none of them.
    if name in ("op", "context", "schema"):
        from importlib import import_module

        module = globals()[name] = import_module(f"limbeck.author.{name}")
        return module
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
