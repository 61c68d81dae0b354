"""The Stage where the calls of a revision land at once, on a live connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from limbeck.model.constraint import ForeignKey
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.several import flat
from limbeck.ops.table import CreateTable
from limbeck.shore.channel import LiveChannel
from limbeck.shore.freeze import Freezer

from . import tenants
from .transactions import Transactions
from .watch import ROWS, Watch

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

    def forget(self, operation: Operation) -> None:
        """What it may have changed. A table's change may show in others (a rename in what refers to it), so all that is
        not plainly about one table forgets everything."""
        names = operation.touches()
        if may_change_anything(operation) or len(names) > 1:
            self.forget_all()
        for name in names:
            self._read.pop(name, None)

    def forget_all(self) -> None:
        self._read.clear()


def may_change_anything(operation: Operation) -> bool:
    """Whether an operation is opaque: raw SQL that is not plainly about rows."""
    if not getattr(operation, "unknown", False):
        return False
    sql = getattr(operation, "sql", None)
    return sql is None or ROWS.match(sql.text) is None


def _made_by(operation: Operation) -> QualifiedName | None:
    """The table that is new, and so empty, after it."""
    if isinstance(operation, CreateTable) and not operation.if_not_exists:
        return operation.table.key
    return None


def _referred(operation: Operation) -> Iterator[QualifiedName]:
    """The tables of others that it takes hold of: those that its foreign keys refer to."""
    if isinstance(operation, CreateTable):
        constraints = operation.table.constraints
    elif isinstance(operation, AddColumn):
        constraints = operation.inline
    else:
        constraints = (operation.constraint,) if isinstance(operation, AddConstraint) else ()
    yield from (each.referred for each in constraints if isinstance(each, ForeignKey))


def _nothing() -> None:
    return


class LiveStage:
    """Runs every operation at once: rewritten by the backend, spelled, sent, one statement after another."""

    offline = False

    def __init__(
        self,
        connection: Any,
        backend: Backend,
        channel: LiveChannel,
        transactions: Transactions,
        watch: Watch,
    ) -> None:
        self.connection = connection
        self.backend = backend
        self.channel = channel
        self.transactions = transactions
        self.watch = watch
        self._before = Reading(connection, backend, watch)
        self.schemas = tenants.of(connection)
        self._freezer: Freezer | None = None
        self.precious = ""
        """A name: before a statement that speaks of it, `settle` is called."""
        self.settle: Callable[[], None] = _nothing
        watch.foreign = self._before.forget_all

    @property
    def before(self) -> Lookup:
        return tenants.Translating(self._before, self.schemas) if self.schemas else self._before

    def do(self, operation: Operation) -> None:
        rest = tuple(flat((operation,)))
        if self.schemas:
            rest = tuple(tenants.translated(each, self.schemas, self.freeze()) for each in rest)
        while rest:  # each is spelled when the one before it is done
            parts, number = self.backend.rewrite_first(rest, self._before)
            self._do(parts)
            rest = rest[number:]

    def _do(self, parts: Iterable[Operation]) -> None:
        for part in parts:
            try:
                self._announce(part)
                for statement in part.spell(self.backend, self._before):
                    with self._names_of(part):
                        self._run(statement)
            finally:
                self._before.forget(part)

    def _announce(self, operation: Operation) -> None:
        ahead = self.channel.pipeline
        if ahead is not None:
            ahead.speaks_of((*operation.touches(), *_referred(operation)), _made_by(operation))

    def _names_of(self, operation: Operation) -> AbstractContextManager[None]:
        """What a revision sends itself goes as SQLAlchemy sends it."""
        raw = self.schemas and getattr(operation, "unknown", False)
        return self.channel.names_as_said() if raw else nullcontext()

    def _run(self, statement: Statement) -> None:
        if self.precious and self.precious in statement.text:
            self.settle()
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
            self._freezer = Freezer(self.connection.dialect, for_files=False)
        return self._freezer

    def autocommit(self) -> AbstractContextManager[None]:
        return self.transactions.autocommit()
