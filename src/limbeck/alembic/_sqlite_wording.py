"""The same for SQLite, where most changes are a table made anew: `op.batch_alter_table` where it is right.

Alembic's batch knows a table as SQLAlchemy reflects it, and loses what that does not see: indexes over expressions,
triggers, WITHOUT ROWID, names of NOT NULL. So each batch is run in memory, on a database built like the project's, and
compared with what the core's own statements make of another one. Where they differ, or the batch would cast values to a
type that cannot hold them all, the core's statements are written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck.backends import backend_for
from limbeck.diff.walk import table_changes
from limbeck.errors import LimbeckError
from limbeck.events import SILENT
from limbeck.model.constraint import Check
from limbeck.model.names import QualifiedName
from limbeck.model.table import Table
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint, RenameConstraint, dropping
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.several import Several
from limbeck.ops.table import CreateTable, DropTable, RenameTable
from limbeck.policy import Policy
from limbeck.run.runner import LiveRun

from ._rehearsal import CannotBeTried, Memory
from ._wording import Wording, flat_with_errors, has_word, noted, said, spelled_sql, together
from .operations import ops

_READS = re.compile(
    r"""\s*(SELECT|EXPLAIN|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA\s+(["\w]+\.)?\w+\s*(\(.*\))?\s*$)""",
    re.I,
)
_LOSSY_CAST = re.compile(r"^\s*INSERT\b.*\bCAST\s*\(.*?\bAS\s+(?!VARCHAR|TEXT|CHAR|CLOB)", re.I | re.S)
_GOES = re.compile(r"\s*DROP TABLE\b", re.I)
"""The end of every copy."""

WHOLE = (CreateTable, DropTable)
"""What makes no table anew: its statements tell all."""


class SqliteWording(Wording):
    memory: Memory | None = None
    """As the database stands at the place that has been reached, but for what is waiting."""
    waiting: list[Any]

    def begin(self, connection: Any, have: Any = None) -> None:
        """Nothing is tried where `have` is given and is not what stands."""
        migration = self.context.migration_context
        self.waiting = []
        try:
            self.memory = Memory.like(connection, migration)
        except sa.exc.SQLAlchemyError:  # made with functions or collations of the program's
            self.memory = None
        if self.memory is not None and have is not None:
            with self.memory.engine.connect() as there:
                stands = backend_for(there.dialect).read(there).tables
                there.rollback()
            if any(stands.get(key) != table for key, table in have.tables.items()):
                self.end()

    def end(self) -> None:
        if self.memory is not None:
            self.memory.dispose()
            self.memory = None

    def all(self, operations: Iterable[Any], before: Any) -> tuple[list[ops.MigrateOperation], Any]:
        operations = list(operations)
        if self.memory is None or any(isinstance(each, Exception) for each in operations):
            return super().all(operations, before)
        made: list[ops.MigrateOperation] = []
        state = before
        for group in grouped(flat_with_errors(operations)):
            if isinstance(group[0], WHOLE):
                made += self.one(group[0], state)
                self.waiting += group
            else:
                made += self._group(group, state)
            for operation in group:
                state = operation.apply(state)
        return together(made), state

    def _group(self, group: Sequence[Any], state: Any) -> list[ops.MigrateOperation]:
        assert self.memory is not None
        if self.waiting:
            perform(self.memory, self.waiting)
            self.waiting = []
        meant = self.memory.copy()
        statements = perform(meant, group)
        before, self.memory = self.memory, meant
        try:
            if not statements:
                return []
            found = self._in_words(group, state, before, meant)
            if found is None and len(group) > 1:
                found = self._with_plain_ends(list(group), state, before, meant)
        finally:
            before.dispose()
        return found or said(group[0], noted(group[0], spelled_sql(statements)))

    def _in_words(
        self, group: Sequence[Any], state: Any, before: Memory, meant: Memory, *, copying: bool = True
    ) -> list[ops.MigrateOperation] | None:
        """The group as Alembic's words that leave what is meant; None where they do not, or copy the table unasked."""
        for made in self._ways(group, state):
            if self._leaves_the_same(before, meant, made, copying):
                return made
        return None

    def _with_plain_ends(
        self, group: list[Any], state: Any, before: Memory, meant: Memory
    ) -> list[ops.MigrateOperation] | None:
        """What begins and ends the group and needs no copy of the table, in words; between them the one copy that the
        whole would have been. None where nothing is won by it, or where it leaves something else."""
        there = before.copy()
        made: list[ops.MigrateOperation] = []
        try:
            while group and (found := self._plain_word(group[0], state, there)):
                made += found
                state = group[0].apply(state)
                group = group[1:]
            for end in range(_behind_the_copies(group), len(group) + (1 if made else 0)):
                rest = self._copy_and_plain(group[:end], group[end:], state, there, meant)
                if rest is not None:
                    return made + rest
            return None
        finally:
            there.dispose()

    def _copy_and_plain(
        self, copied: list[Any], plain: list[Any], state: Any, before: Memory, meant: Memory
    ) -> list[ops.MigrateOperation] | None:
        there = before.copy()
        made: list[ops.MigrateOperation] = []
        try:
            if copied:
                statements = perform(there, copied)
                found = self._in_words(copied, state, before, there)
                made += found or said(copied[0], noted(copied[0], spelled_sql(statements)))
                for operation in copied:
                    state = operation.apply(state)
            for operation in plain:
                found = self._plain_word(operation, state, there)
                if found is None:
                    return None
                made += found
                state = operation.apply(state)
            return made if same(there, meant) else None
        except (LimbeckError, sa.exc.SQLAlchemyError):  # it goes in one piece alone
            return None
        finally:
            there.dispose()

    def _plain_word(self, operation: Any, state: Any, there: Memory) -> list[ops.MigrateOperation] | None:
        """The operation in words, and done `there`; None, and nothing done, where it is not plain or has no words."""
        if not isinstance(operation, PLAIN):
            return None
        after = there.copy()
        try:
            perform(after, [operation])
            found = self._in_words([operation], state, there, after, copying=False)
            if found is not None:
                perform(there, [operation])
            return found
        except (LimbeckError, sa.exc.SQLAlchemyError):
            return None
        finally:
            after.dispose()

    def _ways(self, group: Sequence[Any], state: Any) -> Iterable[list[ops.MigrateOperation]]:
        steps = list(in_two(group, state))
        if not all(map(has_word, steps)):
            return
        for live in (True, False):
            made: list[ops.MigrateOperation] = []
            there = state
            for operation in steps:
                found = self.with_live_objects(operation, there) if live else None
                made += said(operation, found if found is not None else self.plain(operation, there))
                there = operation.apply(there)
            yield made

    def _leaves_the_same(
        self, before: Memory, meant: Memory, made: list[ops.MigrateOperation], copying: bool = True
    ) -> bool:
        there = before.copy()
        try:
            lines, imports = self.lines(made)
            if any("limbeck." in line for line in lines):
                return False
            sent = there.perform(self.space, lines, imports)
            if any(map(_LOSSY_CAST.match, sent)) or (not copying and any(map(_GOES.match, sent))):
                return False
            return same(there, meant)
        except CannotBeTried:
            return all(map(_is_plain, made))
        except Exception:  # its renderer has no words for it, Alembic refuses it, or SQLite does
            return False
        finally:
            there.dispose()


PLAIN = (AddColumn, CreateIndex, DropIndex)
"""What SQLite does to a table as it stands, if nothing else is asked."""


def _behind_the_copies(group: Sequence[Any]) -> int:
    """Where nothing but plain operations follows."""
    return max((place for place, o in enumerate(group, 1) if not isinstance(o, PLAIN)), default=0)


def _is_plain(made: ops.MigrateOperation) -> bool:
    """Whether it needs no copy of the table, so that nothing can be lost by it."""
    return isinstance(made, (ops.CreateTableOp, ops.AddColumnOp, ops.CreateIndexOp, ops.DropIndexOp))


def in_two(group: Iterable[Any], state: Any) -> Iterator[Any]:
    """What Alembic cannot rename in a batch is dropped and added again there, which is the same in a table made anew."""
    for operation in group:
        table = state.tables.get(getattr(operation, "table", None))
        old: Any = None
        if isinstance(operation, RenameConstraint) and table is not None:
            old = table.constraint(operation.name)
        elif isinstance(operation, RenameIndex) and table is not None:
            old = table.index(operation.name)
        if old is None:
            yield operation
        elif isinstance(operation, RenameIndex):
            new = replace(old, name=operation.new_name, source=None)
            yield DropIndex(table=operation.table, name=operation.name)
            yield CreateIndex(table=operation.table, index=new)
        else:
            new = replace(old, name=operation.new_name, source=None)
            yield dropping(operation.table, old)
            yield AddConstraint(table=operation.table, constraint=new)
        state = operation.apply(state)


def grouped(operations: Iterable[Any]) -> Iterable[list[Any]]:
    """What follows each other on one table; tables themselves, values and objects by themselves."""

    def place(pair: tuple[int, Any]) -> Any:
        number, operation = pair
        alone = (CreateTable, DropTable, RenameTable, FillColumn)
        table = getattr(operation, "table", None)
        if isinstance(operation, alone) or not isinstance(table, QualifiedName):
            return number
        return table

    for _, group in itertools.groupby(enumerate(operations), place):
        yield [operation for _, operation in group]


# -- in memory --------------------------------------------------------------------------------------------------


def perform(memory: Memory, group: Sequence[Any]) -> list[str]:
    """The core's own way of doing it there, several changes of a table as one rebuild; every statement that it takes, those
    too that keep a trigger which nobody spoke of."""
    sent: list[str] = []
    with memory.engine.connect() as connection:
        run = LiveRun(connection, Policy(lock=False), SILENT)
        with run.prepared(), run.transactions.run(), run.transactions.step():
            sa.event.listen(connection, "before_cursor_execute", lambda *a: sent.append(a[2]))
            run.stage.do(Several(operations=tuple(group)))
            texts = list(sent)
    return [text for text in texts if not _READS.match(text)]


def same(one: Memory, other: Memory) -> bool:
    """Whether the schemas are the same, however the texts are written."""
    left, right = one.texts(), other.texts()
    differing = left ^ right
    if not differing:
        return True
    others = [row for row in differing if row[0] in ("view", "trigger")]
    if {_plain(row) for row in others if row in left} != {_plain(row) for row in others if row in right}:
        return False
    names = {row[2] for row in differing if row[0] in ("table", "index")}
    return all(_same_table(one, other, name) for name in names)


def _plain(row: tuple[str, ...]) -> tuple[str, ...]:
    return (*row[:3], " ".join(row[3].split()))


def _same_table(one: Memory, other: Memory, name: str) -> bool:
    key = QualifiedName(None, name)
    tables = []
    for memory in (one, other):
        with memory.engine.connect() as connection:
            backend = backend_for(connection.dialect)
            tables.append(backend.read(connection, only=(key,)).tables.get(key))
            connection.rollback()
    left, right = tables
    if left is None or right is None:
        return left is right
    if [c.name for c in left.columns] != [c.name for c in right.columns] or left.options != right.options:
        return False
    if any(a.options != b.options for a, b in zip(left.columns, right.columns, strict=True)):
        return False
    changes = (*table_changes(backend, left, right), *table_changes(backend, right, left))
    return not changes and _shape(left) == _shape(right)


def _shape(table: Table) -> tuple[list[str], list[str]]:
    constraints = [
        replace(c, in_column=None, of_type=None, sql="") if isinstance(c, Check) else c  # type: ignore[arg-type]
        for c in table.constraints
    ]
    return sorted(f"{type(c).__name__} {c.name}" for c in constraints), sorted(
        str(i.name) for i in table.indexes
    )
