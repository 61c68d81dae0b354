"""SQLite's Backend: what it can alter natively, and the rebuild for all else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, ClassVar

from limbeck.backends.ansi import AnsiBackend
from limbeck.errors import RowsWithoutValue, UnknownValue
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Constraint
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object, Trigger, View
from limbeck.model.snapshot import BackendId, Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.compound import RebuildTable, merged, quoted, rebuild
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint
from limbeck.ops.contract import Change, Doubt, Facts, Hazard, Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.table import DropTable

from . import doubts, native, reading, same, types
from .grammar import in_schema
from .objects import same_trigger, same_view
from .reading import EMPTY, Book
from .rebuild import settled, statements
from .tokens import fold, tokenize
from .wording import Writer

_KNOWN_TO_SQLALCHEMY = frozenset(
    [
        "sqlite_autoincrement",
        "sqlite_strict",
        "sqlite_with_rowid",
        "sqlite_on_conflict",
        "sqlite_on_conflict_primary_key",
        "sqlite_on_conflict_not_null",
        "sqlite_on_conflict_unique",
        "sqlite_where",
    ]
)


PARTS = (
    AddColumn,
    DropColumn,
    RenameColumn,
    AlterColumn,
    AddConstraint,
    DropConstraint,
    RenameConstraint,
    AlterTable,
)
"""Changes of one table that may need a rebuild."""
TOGETHER = (*PARTS, DropIndex, FillColumn)
"""What one rebuild can do."""


class SqliteBackend(AnsiBackend):
    """`read` remembers how the tables are written, and were, so that a rebuild can say again what did not change, and its
    reverse what was before."""

    title: ClassVar[str] = "SQLite"
    object_kinds: ClassVar[frozenset[str]] = frozenset({"view", "trigger"})
    managed_objects: ClassVar[frozenset[str]] = frozenset({"view", "trigger"})
    blocking: ClassVar[frozenset[str]] = frozenset({"drop_object", "remake_column"})
    has_comments: ClassVar[bool] = False
    alters_options_singly: ClassVar[bool] = True
    numbering_follows: ClassVar[bool] = True
    allows_forward_references: ClassVar[bool] = True

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect
        version = getattr(dialect, "server_version_info", None) or ()
        self.id = BackendId(name="sqlite", version=tuple(version), driver=dialect.driver)
        self.writer = Writer(dialect)
        self._books: dict[QualifiedName, Book] = {}
        self._silent: set[QualifiedName] = set()
        """Tables that were read and had no trigger on UPDATE."""

    def since(self, *version: int) -> bool:
        """Whether SQLite is of that version or newer; what a script may count on is `native.ASSUMED`."""
        return (self.id.version or native.ASSUMED) >= version

    def name(self, name: str) -> str:
        return self.writer.name(name)

    def full(self, name: QualifiedName) -> str:
        return self.writer.qualified(name)

    def book(self, table: QualifiedName) -> Book:
        return self._books.get(table, EMPTY)

    # -- reading
    def read(
        self,
        connection: Any,
        *,
        schemas: tuple[str | None, ...] = (None,),
        only: tuple[QualifiedName, ...] | None = None,
    ) -> Snapshot:
        snapshot, books = reading.read(connection, self.dialect, self.id, schemas=schemas, only=only)
        for key, book in books.items():
            known = self._books.get(key, EMPTY).entries
            self._books[key] = replace(book, entries=tuple(dict.fromkeys((*book.entries, *known))))
        heard = {t.table for t in snapshot.objects_of(Trigger) if _hears_updates(t)}
        self._silent = {key for key in (*self._silent, *books) if key not in heard}
        return snapshot

    # -- rewriting
    def rewrite(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        """What SQLite cannot alter becomes a rebuild; what it has no word for and no use (comments) becomes nothing."""
        if isinstance(operation, CommentOnTable):
            return ()
        if isinstance(operation, RenameIndex):
            return self._renamed_index(operation, before)
        if not isinstance(operation, PARTS):
            return (operation,)
        if isinstance(operation, AddColumn) and self._adds_column(operation, before):
            return (operation,)
        have = self.table_before(before, operation.table)
        if self._is_native(operation, have):
            forgetful = isinstance(operation, RenameColumn) and not native.renames_column(operation, have)
            return self._renamed_with_rowid(operation, have, before) if forgetful else (operation,)
        made = self._rebuilt(operation, have, before)
        return () if made is None else (made,)

    def _renamed_with_rowid(self, operation: Operation, have: Table, before: Lookup) -> tuple[Operation, ...]:
        """The table has a rowid while SQLite renames the column, with all that names it, by itself."""
        options = tuple(option for option in have.options if option[0] != "sqlite_with_rowid")
        lent = replace(have, options=options, source=None)
        after = self._after(operation, have, before)
        renamed = self._after(operation, lent, Snapshot.of(self.id, [lent], stored=True))
        return (rebuild(have, lent), operation, rebuild(renamed, after))

    def _rebuilt(self, operation: Operation, have: Table, before: Lookup) -> RebuildTable | None:
        """The rebuild that does it; None where the table is so already."""
        want = self._after(operation, have, before)
        if want == have:
            return None
        using = (
            [(operation.column, operation.using)]
            if isinstance(operation, AlterColumn) and operation.using
            else []
        )
        renames = [(operation.new_name, operation.column)] if isinstance(operation, RenameColumn) else []
        return rebuild(have, want, using, renames)

    def _step(self, operation: Operation, have: Table, before: Lookup) -> RebuildTable | None:
        if not isinstance(operation, FillColumn):
            return self._rebuilt(operation, have, before)
        own = quoted(operation.column)
        value = SqlText(f"coalesce({own}, {operation.value.text})")
        return rebuild(have, have, [(operation.column, value)])

    def _joins(self, operation: Operation, have: Table, alone: bool, passed: set[str]) -> bool:
        """Not a native rename, which renames in views and triggers too; not a fill that a trigger may want to see, or that a
        conflict clause would leave out or let delete rows (ON CONFLICT IGNORE, REPLACE); not
        a type of another affinity for values that pass through the one before."""
        if isinstance(operation, FillColumn):
            return operation.table in self._silent and not _settles_conflicts(have)
        if isinstance(operation, AlterColumn) and isinstance(operation.type, TypeRef):
            column = have.column(operation.column)
            old = None if column is None else types.affinity(column.type.spelling)
            return operation.column not in passed or old == types.affinity(operation.type.spelling)
        return not (alone and isinstance(operation, RenameColumn))

    def may_rebuild(self, operation: Operation) -> bool:
        if isinstance(operation, AddColumn):
            return operation.if_not_exists or not native.adds_column(operation, strict=True)
        return isinstance(operation, PARTS) and not isinstance(operation, RenameColumn)

    def _adds_column(self, operation: AddColumn, before: Lookup) -> bool:
        """Whether SQLite does it by itself; only where it matters is the table looked at (an unknown one is not STRICT)."""
        if not self.may_rebuild(operation):
            return True
        if operation.if_not_exists or not native.adds_column(operation, strict=False):
            return False
        try:
            return not dict(self.table_before(before, operation.table).options).get("sqlite_strict")
        except UnknownValue:
            return True

    def rewrite_first(
        self, operations: Sequence[Operation], before: Lookup
    ) -> tuple[tuple[Operation, ...], int]:
        """As many of the first changes of one table as one rebuild can do; what SQLite does by itself joins it only where
        a rebuild comes anyway."""
        first = operations[0]
        if len(operations) == 1 or not isinstance(first, TOGETHER) or first.table is None:
            return self.rewrite(first, before), 1
        if isinstance(first, AddColumn) and self._adds_column(first, before):
            return self.rewrite(first, before), 1
        have = self.table_before(before, first.table)
        state = Snapshot.of(self.id, [have], stored=True)
        made: RebuildTable | None = None
        passed: set[str] = set()
        number = needed = 0
        for operation in operations:
            if not isinstance(operation, TOGETHER) or operation.table != first.table:
                break
            now = self.table_before(state, first.table)
            alone = isinstance(operation, (DropIndex, FillColumn)) or self._is_native(operation, now)
            if not self._joins(operation, now, alone, passed):
                break
            step = self._step(operation, now, state)
            both = step if made is None or step is None else made.then(step)
            if both is None and step is not None:
                break
            made = both or made
            state = state if step is None else state.with_table(step.want)
            if isinstance(operation, (FillColumn, AlterColumn)):
                passed.add(operation.column)
            number, needed = number + 1, needed + (not alone and step is not None)
        if not needed or number < 2:
            return self.rewrite(first, before), 1
        assert made is not None
        return ((made,) if made.want != made.have else ()), number

    def rewrite_all(self, operations: tuple[Operation, ...], before: Snapshot) -> tuple[Operation, ...]:
        """Each rewritten in the state the ones before it leave; rebuilds of one table in a row become one."""
        found: list[Operation] = []
        for operation in operations:
            found += self.rewrite(operation, before)
            before = operation.apply(before)
        return merged(found)

    def _is_native(self, operation: Operation, have: Table) -> bool:
        if isinstance(operation, RenameColumn):
            return self.since(*native.RENAMES_COLUMNS)
        if isinstance(operation, DropColumn):
            return (
                self.since(*native.DROPS_COLUMNS)
                and have.column(operation.column) is not None
                and native.drops_column(operation, have, self.book(have.key))
            )
        if not self.since(*native.ALTERS_NOT_NULL):
            return False
        if isinstance(operation, AlterColumn):
            return native.alters_not_null(operation, have)
        if isinstance(operation, AddConstraint):
            return native.adds_constraint(operation)
        return isinstance(operation, DropConstraint) and native.drops_constraint(operation, have)

    def _after(self, operation: Operation, have: Table, before: Lookup) -> Table:
        snapshot = before if isinstance(before, Snapshot) else Snapshot.of(self.id, [have], stored=True)
        after = operation.apply(snapshot).table(have.key)
        assert after is not None
        want = settled(replace(after, comment=have.comment, source=None))
        comments = {c.name: c.comment for c in have.columns}  # SQLite keeps none, so none can change
        columns = tuple(replace(c, comment=comments.get(c.name)) for c in want.columns)
        want = want if columns == want.columns else replace(want, columns=columns)
        return self.writer.in_written_order(want, self.book(have.key))

    def _renamed_index(self, operation: RenameIndex, before: Lookup) -> tuple[Operation, ...]:
        index = self.table_before(before, operation.table).index(operation.name)
        if index is None:
            return (operation,)
        new = replace(index, name=operation.new_name, source=None)
        return (
            DropIndex(table=operation.table, name=operation.name),
            CreateIndex(table=operation.table, index=new),
        )

    # -- tables
    def create_table(self, table: Table, *, if_not_exists: bool = False) -> tuple[Statement, ...]:
        """SQLAlchemy's own text, but for what it has no word for."""
        if not _has_own_facts(table):
            return super().create_table(table, if_not_exists=if_not_exists)
        text = self.writer.create_table(table, self.book(table.key))
        if if_not_exists:
            text = text.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1)
        indexes = (
            s for i in table.indexes for s in self.create_index(table.key, i, if_not_exists=if_not_exists)
        )
        return (Statement(text), *indexes)

    def rename_table(self, table: QualifiedName, new_name: str) -> tuple[Statement, ...]:
        return self.alter(table, f"RENAME TO {self.name(new_name)}")

    def rebuild_table(
        self,
        have: Table,
        want: Table,
        copy: tuple[tuple[str, SqlText], ...],
        scratch_name: str,
        before: Lookup,
    ) -> tuple[Statement, ...]:
        """The steps of `rebuild`, with the triggers of the table behind them. A Lookup that cannot list objects is no
        loss: triggers that are not known here are found on the live connection."""
        listed = getattr(before, "objects_of", None)
        triggers = () if listed is None else tuple(t for t in listed(Trigger) if t.table == have.key)
        return statements(
            self.writer, have, settled(want), copy, scratch_name, book=self.book(have.key), triggers=triggers
        )

    def option_changes(self, have: Table, want: Table) -> tuple[Options, tuple[tuple[str, TypeRef], ...]]:
        """STRICT, WITHOUT ROWID and AUTOINCREMENT, where the models say them, and where they fall with the key.
        AUTOINCREMENT is of no effect but on the rowid, and SQLAlchemy does not write it where that refers to a table."""
        old, new = dict(have.options), dict(want.options)
        rowid = {c.name for c in settled(want).columns if c.autoincrement}  # whatever models say of numbering
        if not rowid or any(rowid & set(key.columns) for key in want.foreign_keys):
            new["sqlite_autoincrement"] = False
        if want.primary_key is None:
            new["sqlite_with_rowid"] = True
        usual = {"sqlite_strict": False, "sqlite_with_rowid": True, "sqlite_autoincrement": False}
        return tuple(
            (name, new[name] if new[name] != by_itself else None)
            for name, by_itself in usual.items()
            if name in new and bool(old.get(name, by_itself)) != bool(new[name])
        ), ()

    # -- columns
    def add_column(
        self,
        table: QualifiedName,
        column: Column,
        *,
        if_not_exists: bool = False,
        inline: tuple[Constraint, ...] = (),
    ) -> tuple[Statement, ...]:
        parts = [self.writer.column(column), *(self.inline_constraint(c) for c in inline)]
        return self.alter(table, f"{self.add_word} {' '.join(parts)}")

    def rename_column(
        self, table: QualifiedName, column: str, new_name: str, before: Lookup
    ) -> tuple[Statement, ...]:
        return self.alter(table, f"RENAME COLUMN {self.name(column)} TO {self.name(new_name)}")

    def alter_column(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        """NOT NULL where it can be said alone; the rest comes as a rebuild. SQLite has no comments."""
        parts = (change.type, change.default, change.autoincrement)
        if any(part is not UNCHANGED for part in parts) or change.options:
            raise self.cannot(
                f"alter {table}.{column} in place", "Rewrite it: the backend makes a rebuild of it."
            )
        return super().alter_column(table, column, replace(change, comment=UNCHANGED), before)

    def alter_nullable(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        """SQLite says "constraint failed" and no more; so the rows are looked at first."""
        altered = super().alter_nullable(table, column, change, before)
        if change.nullable:
            return altered
        place = f"{self.full(table)} WHERE {self.name(column)} IS NULL"
        count = f"SELECT count(*) FROM {place}"

        def after(connection: Any) -> None:
            rows = connection.exec_driver_sql(count).scalar()
            if rows:
                raise RowsWithoutValue(table=str(table), column=column, rows=rows)

        return (Statement(count, after=after), *altered)

    # -- constraints and indexes
    def add_constraint(self, table: QualifiedName, constraint: Constraint) -> tuple[Statement, ...]:
        return self.alter(table, f"ADD {self.writer.constraint(constraint)}")

    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> tuple[Statement, ...]:
        if index.source is not None:
            return super().create_index(table, index, if_not_exists=if_not_exists)
        text = self.writer.create_index(table, index)
        if if_not_exists:
            text = text.replace("INDEX ", "INDEX IF NOT EXISTS ", 1)
        return (Statement(text),)

    # -- comments
    def comment_on_table(
        self, table: QualifiedName, comment: str | None, before: Lookup
    ) -> tuple[Statement, ...]:
        return ()

    def comment_on_column(
        self, table: QualifiedName, column: str, comment: str | None, before: Lookup
    ) -> tuple[Statement, ...]:
        return ()

    # -- objects
    def create_view(self, thing: View, exists: str) -> tuple[Statement, ...]:
        columns = dict(thing.options).get("sqlite_columns", ())
        named = f"({self.names(columns)})" if columns else ""
        if thing.materialized:
            raise self.cannot("have materialized views")
        return (
            Statement(f"CREATE VIEW {exists}{self.full(thing.key)}{named} AS {thing.definition.as_written}"),
        )

    def alter_view(self, have: View, want: View) -> tuple[Statement, ...]:
        return self.alter_code(have, want)

    def create_object(self, thing: Object, *, if_not_exists: bool = False) -> tuple[Statement, ...]:
        if isinstance(thing, Trigger):
            self._silent.discard(thing.table)
            return (Statement(in_schema(thing.definition.as_written, thing.table.schema)),)
        return super().create_object(thing, if_not_exists=if_not_exists)

    def reference(self, thing: Object) -> str:
        if isinstance(thing, Trigger):
            return self.full(QualifiedName(thing.table.schema, thing.name))
        return super().reference(thing)

    # -- comparing
    def same_object(self, have: Object, want: Object) -> bool:
        if isinstance(have, View) and isinstance(want, View):
            return same_view(have, want)
        if isinstance(have, Trigger) and isinstance(want, Trigger):
            return same_trigger(have, want)
        return super().same_object(have, want)

    def fold_column(self, name: str) -> str:
        return fold(name)

    def canonical_type(self, spelling: str) -> str:
        return same.type_(spelling)

    def canonical_sql(self, text: str) -> str:
        return same.sql(text)

    def exact_sql(self, text: str) -> str:
        return same.sql(text)

    def fold_constraint(self, name: str) -> str:
        return self.fold_column(name)

    def doubt(self, column: str, have: TypeRef, want: TypeRef, labels: tuple[str, ...] = ()) -> Doubt | None:
        return doubts.doubt(self.name(column), have.spelling, want.spelling)

    # -- what may hurt
    def hazards(self, operation: Operation, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if isinstance(operation, DropTable):
            return _emptied_children(operation, before)
        if not isinstance(operation, RebuildTable):
            return ()
        found = []
        for column in operation.want.columns:
            was = operation.have.column(column.name)
            if was is None or column.name not in dict(operation.copy):
                continue
            lossy = _lossy(types.affinity(was.type.spelling), types.affinity(column.type.spelling))
            if lossy:
                found.append(Hazard("SL07", "data", f"{operation.table}.{column.name}: {lossy}"))
        return tuple(found)

    def begin(self) -> str:
        """A script switches foreign keys off before its transaction: inside, the pragma does nothing."""
        return "PRAGMA foreign_keys=OFF;\nBEGIN"


def _emptied_children(operation: DropTable, before: Lookup) -> tuple[Hazard, ...]:
    """Where foreign keys are enforced, DROP TABLE deletes the rows first, with all that follows from it."""
    if not isinstance(before, Snapshot):
        return ()
    emptied = [
        str(table.key)
        for table in before.tables.values()
        for key in table.foreign_keys
        if key.referred == operation.table and table.key != operation.table and key.on_delete == "CASCADE"
    ]
    if not emptied:
        return ()
    names = ", ".join(dict.fromkeys(emptied))
    text = f"where foreign keys are enforced, dropping {operation.table} deletes the rows of {names} too"
    return (Hazard("SL09", "data", text, "Drop the foreign keys first, or run PRAGMA foreign_keys=OFF."),)


def _lossy(old: str, new: str) -> str:
    """Values go over as they are, and the new column's affinity makes of them what it can without loss (a text that is no
    number stays a text). Two ways of it do lose something."""
    if old == "REAL" and new == "TEXT":
        return "numbers become texts of 15 digits"
    if old == "INTEGER" and new == "REAL":
        return "whole numbers beyond 2^53 lose digits"
    return ""


def _settles_conflicts(table: Table) -> bool:
    """Whether a conflict clause stands anywhere in the table."""
    key = (table.primary_key,) if table.primary_key is not None else ()
    things = (*table.columns, *key, *table.constraints)
    return any(name.startswith("sqlite_on_conflict") for thing in things for name, _ in thing.options)


def _hears_updates(trigger: Trigger) -> bool:
    """Whether UPDATE stands before the table's name."""
    words = tokenize(trigger.definition.text)
    return any(word.is_word("UPDATE") for word in takewhile(lambda word: not word.is_word("ON"), words))


def _has_own_facts(table: Table) -> bool:
    key = (table.primary_key,) if table.primary_key is not None else ()
    things = (table, *table.columns, *key, *table.constraints)
    names = {name for thing in things for name, _ in thing.options if name.startswith("sqlite_")}
    return bool(names - _KNOWN_TO_SQLALCHEMY)
