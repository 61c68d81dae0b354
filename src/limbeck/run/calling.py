"""A step's function: found, called on a stage, and where it stands while it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

from limbeck.author.stage import entered
from limbeck.ops.contract import Stage
from limbeck.revisions.head_moves import Step


def function_of(step: Step, load: Callable[[str], Any]) -> Callable[..., Any] | None:
    """What the step calls; None where it moves rows only."""
    if step.revision is None or step.direction == "stamp":
        return None
    found: Callable[..., Any] = load(step.revision.id).function(step.direction)
    return found


def call(
    function: Callable[..., Any] | None, direction: str, stage: Stage, arguments: dict[str, Any]
) -> None:
    if function is None:
        return
    with entered(stage):
        result = function(**arguments)
    if hasattr(result, "__await__"):
        getattr(result, "close", lambda: None)()
        raise TypeError(f"{direction}() is asynchronous, so nothing of it ran; write `def`, not `async def`")


def code_of(function: Any) -> CodeType:
    code: CodeType = getattr(function, "__wrapped__", function).__code__
    return code


def line_now(code: CodeType) -> int:
    """The line at which a function that is running stands."""
    frame = sys._getframe(1)
    while frame.f_code is not code:
        if frame.f_back is None:
            return 0
        frame = frame.f_back
    return frame.f_lineno
