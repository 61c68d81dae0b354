"""Plug-ins: named bundles of comparison functions, from this package, from entry points, or set up by hand.

Those of entry points are loaded when plug-ins are first asked for, not at import.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from importlib import metadata
from re import Pattern
from types import ModuleType
from typing import Any

from .. import util
from ..util import DispatchPriority, PriorityDispatcher

log = logging.getLogger(__name__)

_all_plugins: dict[str, Plugin] = {}


class Plugin:
    """One plug-in. Making it registers it; `autogenerate_comparators` holds its functions."""

    def __init__(self, name: str, *, _told: bool = True) -> None:
        self.name = name
        if _told:
            log.info("setup plugin %s", name)
        if name in _all_plugins:
            raise ValueError(f"A plugin named {name} is already registered")
        _all_plugins[name] = self
        self.autogenerate_comparators = PriorityDispatcher()

    def remove(self) -> None:
        del _all_plugins[self.name]

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., Any],
        compare_target: str,
        compare_element: str | None = None,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Let `fn` take part in comparing a target ("schema", "table", "column" ...).

        `compare_element` names the group within which a STOP stops; `qualifier` is a dialect.
        """
        register = self.autogenerate_comparators.dispatch_for(
            compare_target, subgroup=compare_element, priority=priority, qualifier=qualifier
        )
        register(fn)

    @classmethod
    def populate_autogenerate_priority_dispatch(
        cls, comparators: PriorityDispatcher, include_plugins: list[str]
    ) -> None:
        """Add the functions of all plug-ins that the expressions mean: names, `*` within them, `~name` to leave out.

        Raises CommandError where an expression means none.
        """
        _load_entry_points()
        excluded = [
            _make_re(_translate_legacy_name(name[1:])) for name in include_plugins if name.startswith("~")
        ]
        wanted = {
            name: _make_re(_translate_legacy_name(name))
            for name in include_plugins
            if not name.startswith("~")
        }
        unused = dict.fromkeys(wanted)
        for plugin in list(_all_plugins.values()):
            if any(pattern.match(plugin.name) for pattern in excluded):
                continue
            meant_by = [name for name, pattern in wanted.items() if pattern.match(plugin.name)]
            if not meant_by:
                continue
            for name in meant_by:
                unused.pop(name, None)
            log.info("setting up autogenerate plugin %s", plugin.name)
            comparators.populate_with(plugin.autogenerate_comparators)
        if unused:
            raise util.CommandError(f"Did not locate plugins: {', '.join(unused)}")

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Register a plug-in and let the module's `setup(plugin)` fill it."""
        module.setup(Plugin(name))

    @classmethod
    def setup_what_is_there_anyway(cls, module: ModuleType, name: str) -> None:
        """The same for a plug-in that nobody asked for by a call. It comes when it is needed, by then with a log that
        the project's env.py has set up; told of it is at `import alembic`, if at all (`alembic/__init__.py`)."""
        module.setup(Plugin(name, _told=False))


_RENAMED = {"alembic.autogenerate.checkconstraint_byname": "alembic.ext.checkconstraint_byname"}


def _translate_legacy_name(name: str) -> str:
    return _RENAMED.get(name, name)


def _make_re(name: str) -> Pattern[str]:
    """`a.*.c` as a pattern: a star stands for one or more parts."""
    parts = name.split(".")
    if not all(part == "*" or part.isidentifier() for part in parts):
        raise ValueError(f"Invalid plugin expression {name!r}")
    return re.compile(re.escape(name).replace(r"\*", ".+?") + r"\Z")


_entry_points_loaded = False


def _load_entry_points() -> None:
    global _entry_points_loaded
    if not _entry_points_loaded:
        _entry_points_loaded = True
        _setup()


def _setup() -> None:
    """Set up what the installed distributions publish under `alembic.plugins`."""
    for entry_point in metadata.entry_points(group="alembic.plugins"):
        loaded = entry_point.load()
        if isinstance(loaded, ModuleType):
            Plugin.setup_what_is_there_anyway(loaded, entry_point.name)
            continue
        util.warn_deprecated(
            f"Plugin entrypoint {entry_point.name!r} refers to a collection of modules; the entrypoint should refer "
            "to a single plugin module that includes a setup() function."
        )
        for module in loaded:
            Plugin.setup_what_is_there_anyway(module, entry_point.name)
