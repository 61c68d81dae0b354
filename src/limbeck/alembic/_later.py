"""Submodules that are imported when they are first asked for as attributes: programs write `alembic.runtime.migration`
after `import alembic` alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType


def submodules(package: str, *names: str) -> Callable[[str], ModuleType]:
    """A module's `__getattr__` for these."""

    def get(name: str) -> ModuleType:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            return importlib.import_module(f"{package}.{name}")
        except AttributeError as error:  # would look as if there were no such module
            raise ImportError(f"cannot import {package}.{name}: {error}") from error

    return get
