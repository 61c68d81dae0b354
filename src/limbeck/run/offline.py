"""The Stage that writes a script, and the words a script is made of.

What a script has created itself is known to it (a Snapshot that grows); everything else is not, and an operation that
must know it is refused by name instead of guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from limbeck.errors import LimbeckError
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.several import flat
from limbeck.revisions.head_moves import Step
from limbeck.shore.channel import Channel, ScriptChannel
from limbeck.shore.freeze import Freezer

from .live import may_change_anything
from .transactions import ScriptKeeper, Transactions

T = TypeVar("T", bound=Object)


class Remembered:
    """The Lookup of a script: what it made, and nothing else."""

    def __init__(self, backend: Backend) -> None:
        self.snapshot = Snapshot.of(backend.id, partial=True)

    def table(self, name: QualifiedName) -> Table | None:
        return self.snapshot.table(name)

    def object(self, kind: type[T], name: QualifiedName) -> T | None:
        return self.snapshot.object(kind, name)

    def after(self, operation: Operation) -> None:
        try:
            self.snapshot = operation.apply(self.snapshot)
        except LimbeckError:  # it changes what is not known here: then this is not known any more either
            for name in operation.touches():
                self.snapshot = self.snapshot.without_table(name)
        if may_change_anything(operation):
            self.snapshot = Snapshot.of(self.snapshot.backend, partial=True)


class ScriptStage:
    """Writes every operation as statements; nothing is executed and nothing read."""

    offline = True

    def __init__(self, backend: Backend, channel: Channel, transactions: Transactions) -> None:
        self.backend = backend
        self.channel = channel
        self.transactions = transactions
        self._before = Remembered(backend)
        self._freezer: Freezer | None = None

    @property
    def before(self) -> Remembered:
        return self._before

    def do(self, operation: Operation) -> None:
        rest = tuple(flat((operation,)))
        while rest:
            parts, number = self.backend.rewrite_first(rest, self._before)
            for part in parts:
                for statement in part.spell(self.backend, self._before):
                    self._run(statement)
                self._before.after(part)
            rest = rest[number:]

    def _run(self, statement: Statement) -> None:
        if statement.outside_transaction and not self.transactions.in_autocommit:
            with self.transactions.autocommit(statement.text):
                self.channel.run(statement)
        else:
            self.channel.run(statement)

    def bind(self) -> Any:
        return self.channel.bind()

    def freeze(self) -> Freezer:
        if self._freezer is None:
            self._freezer = Freezer(self.backend.dialect, for_files=False)
        return self._freezer

    def autocommit(self) -> AbstractContextManager[None]:
        return self.transactions.autocommit()


def script_channel(backend: Backend, write: Callable[[str], None]) -> ScriptChannel:
    return ScriptChannel(
        backend.dialect, write, terminator=backend.terminator, separator=backend.batch_separator
    )


def script_keeper(backend: Backend, channel: Channel) -> ScriptKeeper:
    """BEGIN and COMMIT as statements of the script; a database whose transactions begin by themselves has no BEGIN."""

    def say(text: str) -> None:
        if text:
            channel.run(Statement(text))

    return ScriptKeeper(lambda: say(backend.begin()), lambda: say(backend.commit()))


def headline(step: Step) -> str:
    """`-- Running upgrade a -> b`, with nothing where the base stands."""
    parents = step.revision.parents if step.revision is not None else ()
    sources, goals = step.sources, step.goals
    if step.direction == "upgrade":
        sources = parents
    elif step.direction == "downgrade":
        goals = parents
    return f"-- Running {step.direction} {', '.join(sources)} -> {', '.join(goals)}\n\n"
