"""`with op.together():` keeps changes until its end and hands them on as one, where the database has a use for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from limbeck.ops.contract import Backend, Operation, Stage
from limbeck.ops.several import Several

from .stage import current, entered


@contextmanager
def together() -> Iterator[None]:
    """`with op.together():` makes one change of those inside, in their order.

    Where a database must build a table anew (SQLite), it copies the rows once for all of them. What is asked of the
    database in between (`op.get_bind()`) is asked after the changes above it. Where the block ends with an error, the
    changes that were not done yet are not done.
    """
    stage = Gathering(current("together"))
    with entered(stage):
        yield
    stage.hand_on()


class Gathering:
    """A stage in front of another that hands on what it was given at once, when it is told or something is asked."""

    def __init__(self, behind: Stage) -> None:
        self._behind = behind
        self._kept: list[Operation] = []

    @property
    def backend(self) -> Backend:
        return self._behind.backend

    @property
    def before(self) -> Any:
        self.hand_on()
        return self._behind.before

    @property
    def offline(self) -> bool:
        return self._behind.offline

    def do(self, operation: Operation) -> None:
        """Kept from the first one on that may rebuild a table; before that it is done at its own line."""
        if self._kept or self.backend.may_rebuild(operation):
            self._kept.append(operation)
        else:
            self._behind.do(operation)

    def hand_on(self) -> None:
        """What is kept goes to the stage behind, as one operation."""
        kept, self._kept = tuple(self._kept), []
        if kept:
            self._behind.do(kept[0] if len(kept) == 1 else Several(operations=kept))

    def bind(self) -> Any:
        self.hand_on()
        return self._behind.bind()

    def freeze(self) -> Any:
        return self._behind.freeze()

    def autocommit(self) -> AbstractContextManager[None]:
        self.hand_on()
        return self._behind.autocommit()
