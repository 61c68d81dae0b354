"""The Stage where the calls of a revision land at once, on a live connection."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypeVar

from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.contract import Backend, Operation
from limbeck.shore.channel import Channel
from limbeck.shore.freeze import Freezer

from .transactions import Transactions
from .watch import Watch

T = TypeVar("T", bound=Object)


class Reading:
    """The Lookup of a live run: reads a table when first asked, and forgets it when it may have changed."""

    def __init__(self, connection: Any, backend: Backend, watch: Watch) -> None:
        self._connection = connection
        self._backend = backend
        self._watch = watch
        self._read: dict[QualifiedName, Snapshot] = {}

    def table(self, name: QualifiedName) -> Table | None:
        return self._snapshot(name).tables.get(name)

    def object(self, kind: type[T], name: QualifiedName) -> T | None:
        return self._snapshot(name).object(kind, name)

    def _snapshot(self, name: QualifiedName) -> Snapshot:
        if name not in self._read:
            with self._watch.unheard():
                self._read[name] = self._backend.read(self._connection, schemas=(name.schema,), only=(name,))
        return self._read[name]

    def forget(self, names: tuple[QualifiedName, ...]) -> None:
        """What was read of them; a change of one table may show in what refers to it, so those go as well."""
        if not self._read:
            return
        if not names or any(name not in self._read for name in names):
            self._read.clear()
            return
        for name in names:
            del self._read[name]

    def forget_all(self) -> None:
        self._read.clear()


class LiveStage:
    """Runs every operation at once: rewritten by the backend, spelled, sent, one statement after another."""

    offline = False

    def __init__(
        self, connection: Any, backend: Backend, channel: Channel, transactions: Transactions, watch: Watch
    ) -> None:
        self.connection = connection
        self.backend = backend
        self.channel = channel
        self.transactions = transactions
        self.watch = watch
        self._before = Reading(connection, backend, watch)
        self._freezer: Freezer | None = None
        watch.foreign = self._before.forget_all

    @property
    def before(self) -> Reading:
        return self._before

    def do(self, operation: Operation) -> None:
        for part in self.backend.rewrite(operation, self._before):
            try:
                for statement in part.spell(self.backend, self._before):
                    self._run(statement)
            finally:
                self._before.forget(part.touches())

    def _run(self, statement: Statement) -> None:
        with self.watch.ours():
            if statement.outside_transaction and not self.transactions.in_autocommit:
                with self.transactions.autocommit(statement.text):
                    self.channel.run(statement)
            else:
                self.channel.run(statement)

    def bind(self) -> Any:
        return self.channel.bind()

    def freeze(self) -> Freezer:
        if self._freezer is None:
            self._freezer = Freezer(self.connection.dialect)
        return self._freezer

    def autocommit(self) -> AbstractContextManager[None]:
        return self.transactions.autocommit()
