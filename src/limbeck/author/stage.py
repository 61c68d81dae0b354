"""Where the calls of `limbeck.op` land: the stage of this context, else the only active one of the process.

A ContextVar is empty in a thread that a revision starts by itself; while one run is going on there is no doubt which
stage it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from limbeck.errors import NoStage
from limbeck.ops.contract import Stage

_current: ContextVar[Stage | None] = ContextVar("limbeck_stage", default=None)
_active: list[Stage] = []


@contextmanager
def entered(stage: Stage) -> Iterator[None]:
    """Inside, calls of `limbeck.op` land on this stage."""
    token = _current.set(stage)
    _active.append(stage)
    try:
        yield
    finally:
        _active.remove(stage)
        _current.reset(token)


def current(function: str) -> Stage:
    """The stage to land on. Raises NoStage, which names the function that was called."""
    stage = _current.get()
    if stage is None and len(_active) == 1:
        stage = _active[0]
    if stage is None:
        raise NoStage(function=function)
    return stage
