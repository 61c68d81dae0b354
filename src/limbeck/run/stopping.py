"""What a run that a signal ended tells a person: where it was, what is committed, what was rolled back."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck import interruption
from limbeck.errors import Interrupted


def is_stop(error: BaseException, on_sqlite: bool) -> bool:
    """Whether it was ended from outside: by a signal, by a loop that ends its task, or by SQLite, where a signal that
    came in the midst of a statement is an error of the statement."""
    if not isinstance(error, (Exception, SystemExit)):
        return True
    if not on_sqlite:
        return False
    from limbeck.backends.sqlite.connection import was_interrupted

    return was_interrupted(error)


def within(
    revision: str,
    direction: str,
    rolled_back: bool,
    done: tuple[str, ...],
    heads: tuple[str, ...],
    undone: int,
    *,
    external: bool,
) -> Interrupted:
    """In a step; `undone` steps before it were rolled back with it. `external`: all of it stands in a transaction that
    somebody else will end."""
    return Interrupted(
        revision=revision,
        direction=direction,
        rolled_back=rolled_back,
        done=done,
        heads=heads,
        undone=undone,
        external=external,
        signal=interruption.name(),
    )


def between(
    taken: Sequence[str], safe: int, direction: str, heads: tuple[str, ...], external: bool
) -> Interrupted:
    """Outside of a step: after the last of those that were taken, of which the first `safe` are committed. With
    `external` the transaction is the caller's."""
    if not taken:
        return Interrupted(moment="before", heads=heads, signal=interruption.name())
    return Interrupted(
        revision=taken[-1],
        direction=direction,
        heads=heads,
        moment="kept" if external else "after",
        undone=len(taken) - safe,
        signal=interruption.name(),
    )
