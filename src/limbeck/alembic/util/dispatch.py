"""Tables of functions looked up by class or word: one function each (Dispatcher), or many in order of priority."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])


def _qualifiers(qualifier: str) -> tuple[str, ...]:
    return ("default",) if qualifier == "default" else (qualifier, "default")


class Dispatcher:
    """One function for a class (found along its bases) or a word, possibly one more for a database."""

    def __init__(self) -> None:
        self._registry: dict[tuple[Any, ...], Any] = {}

    def dispatch_for(
        self, target: Any, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[_F], _F]:
        def register(fn: _F) -> _F:
            key = (target, qualifier)
            if not replace and key in self._registry:
                raise ValueError(
                    f"Can not set dispatch function for object {target!r}: key already exists. "
                    "To replace existing function, use replace=True."
                )
            self._registry[key] = fn
            return fn

        return register

    def dispatch(self, obj: Any, qualifier: str = "default") -> Any:
        if isinstance(obj, str):
            targets: tuple[Any, ...] = (obj,)
        else:
            targets = (obj if isinstance(obj, type) else type(obj)).__mro__
        for target in targets:
            for word in _qualifiers(qualifier):
                if (target, word) in self._registry:
                    return self._registry[target, word]
        raise ValueError(f"no dispatch function for object: {obj}")

    def branch(self) -> Dispatcher:
        """A copy that can be written to by itself."""
        twin = Dispatcher()
        twin._registry.update(self._registry)
        return twin


class PriorityDispatchResult(enum.Enum):
    """What a function of a PriorityDispatcher says when it is done; anything but STOP means CONTINUE."""

    CONTINUE = enum.auto()
    STOP = enum.auto()
    """No further function of the same subgroup runs."""


class DispatchPriority(enum.IntEnum):
    """Which of the three rounds a function runs in."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatcher:
    """Any number of functions for a word: run in rounds, a STOP ending its own subgroup only."""

    def __init__(self) -> None:
        self._registry: dict[tuple[Any, ...], Any] = defaultdict(list)

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = "default",
        subgroup: str | None = None,
    ) -> Callable[[_F], _F]:
        def register(fn: _F) -> _F:
            self._registry[target, qualifier, priority].append((fn, subgroup))
            return fn

        return register

    def dispatch(self, target: str, *, qualifier: str = "default") -> Callable[..., None]:
        words = _qualifiers(qualifier)

        def run(*args: Any, **kw: Any) -> None:
            said: dict[str | None, Any] = {}
            for priority in DispatchPriority:
                for word in words:
                    for fn, subgroup in self._registry.get((target, word, priority), ()):
                        if said.get(subgroup) is not PriorityDispatchResult.STOP:
                            said[subgroup] = fn(*args, **kw)

        return run

    def branch(self) -> PriorityDispatcher:
        twin = PriorityDispatcher()
        twin.populate_with(self)
        return twin

    def populate_with(self, other: PriorityDispatcher) -> None:
        """Add everything the other one holds."""
        for key, functions in other._registry.items():
            self._registry[key].extend(functions)
