"""The statements of one table rebuild, with what watches over it.

The order is the manual's (sqlite.org/lang_altertable, section 7): the new table under a scratch name, the rows, the old
table dropped, the new one renamed. Renaming the *old* table away would take the REFERENCES of other tables with it.
While that is done `legacy_alter_table` is on: views and triggers that name the table stay in the schema as they are,
and RENAME does not stumble over them.

What a watch does, in the `after` of statements (a script has only the statements):

* before anything is changed: the table must be the one that was known; NULLs where NOT NULL is wanted are an error;
  violations of foreign keys, and views and triggers that do not work, are remembered;
* foreign keys must not be enforced while the old table is dropped: DROP TABLE deletes its rows first, and ON DELETE
  CASCADE then empties the tables that refer to it. Where that cannot be switched off (inside a transaction, before
  Python 3.12) and a table refers to this one: RowsAtRisk;
* outside a transaction one is begun, so that the rebuild is all or nothing;
* at the end: violations that were not there before, and views and triggers that worked before, are errors.

Not kept: the statistics of ANALYZE for the table (sqlite_stat1), which SQLite drops with it; run ANALYZE again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from limbeck.model.column import Column
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Trigger
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table

from .grammar import in_schema
from .reading import EMPTY, Book
from .tokens import fold, literal, same
from .types import is_rowid_type
from .watch import Watch
from .wording import Writer

_OF_NOT_NULL = ("sqlite_not_null_name", "sqlite_on_conflict_not_null")
_ROWID_NAMES = ("rowid", "_rowid_", "oid")


def statements(
    writer: Writer,
    have: Table,
    want: Table,
    copy: tuple[tuple[str, SqlText], ...],
    scratch_name: str,
    *,
    book: Book = EMPTY,
    triggers: Iterable[Trigger] = (),
) -> tuple[Statement, ...]:
    triggers = tuple(triggers)
    watch = Watch(have=have, want=want, copy=copy, triggers=triggers, scratch_name=scratch_name)
    scratch = QualifiedName(want.schema, scratch_name)
    old = writer.qualified(have.key)
    return (
        Statement("PRAGMA foreign_keys", after=watch.before),
        Statement("PRAGMA foreign_keys=OFF", after=watch.unenforced),
        Statement("PRAGMA legacy_alter_table=ON"),
        Statement(writer.create_table(want, book, under=scratch_name)),
        *_rows(writer, have, want, copy, scratch),
        *_sequence(writer, have, want, scratch_name),
        Statement(f"DROP TABLE {old}"),
        Statement(f"ALTER TABLE {writer.qualified(scratch)} RENAME TO {writer.name(want.name)}"),
        *(Statement(writer.create_index(want.key, index)) for index in want.indexes),
        *(Statement(in_schema(t.definition.text, t.table.schema)) for t in triggers),
        Statement("PRAGMA legacy_alter_table=OFF", after=watch.end),
    )


def _rows(
    writer: Writer, have: Table, want: Table, copy: tuple[tuple[str, SqlText], ...], scratch: QualifiedName
) -> tuple[Statement, ...]:
    """INSERT ... SELECT; the rowid goes along where it is a value of its own."""
    into = [writer.name(name) for name, _ in copy]
    values = [_spelled(writer, have, text) for _, text in copy]
    rowid = _shared_rowid(have, want)
    if rowid is not None:
        into, values = [rowid, *into], [rowid, *values]
    if not into:
        return ()
    # A column's or key's ON CONFLICT IGNORE or REPLACE would lose rows here without a word; OR ABORT stands above it.
    word = "INSERT OR ABORT INTO" if _has_conflict_clause(want) else "INSERT INTO"
    source = writer.qualified(have.key)
    text = f"{word} {writer.qualified(scratch)} ({', '.join(into)}) SELECT {', '.join(values)} FROM {source}"
    return (Statement(text),)


def _spelled(writer: Writer, have: Table, expression: SqlText) -> str:
    for column in have.columns:
        if expression.text in (column.name, '"' + column.name.replace('"', '""') + '"'):
            return writer.name(column.name)
    return expression.text


def _shared_rowid(have: Table, want: Table) -> str | None:
    """A name for the rowid that means the rowid in both tables; None where one has none, or a column is the rowid."""
    if any(dict(t.options).get("sqlite_with_rowid") is False for t in (have, want)):
        return None
    if any(c.autoincrement for c in want.columns):
        return None
    taken = {fold(c.name) for t in (have, want) for c in t.columns}
    return next((name for name in _ROWID_NAMES if name not in taken), None)


def _has_conflict_clause(table: Table) -> bool:
    key = (table.primary_key,) if table.primary_key is not None else ()
    options = [o for thing in (*table.columns, *key, *table.constraints) for o in thing.options]
    return any(name.startswith("sqlite_on_conflict") and value for name, value in options)


def _sequence(writer: Writer, have: Table, want: Table, scratch_name: str) -> tuple[Statement, ...]:
    """AUTOINCREMENT goes on where it was, not at the highest row that is left."""
    if not all(dict(t.options).get("sqlite_autoincrement") for t in (have, want)):
        return ()
    sequence = writer.qualified(QualifiedName(want.schema, "sqlite_sequence"))
    old, new = literal(have.name), literal(scratch_name)
    return (
        Statement(f"DELETE FROM {sequence} WHERE name = {new}"),
        Statement(f"INSERT INTO {sequence} (name, seq) SELECT {new}, seq FROM {sequence} WHERE name = {old}"),
    )


def settled(table: Table) -> Table:
    """What follows from the rest: which column is the rowid itself, that only such a one can AUTOINCREMENT, that a
    nullable column has no NOT NULL to say more of, and that WITHOUT ROWID needs a key."""
    key = table.primary_key
    rowid = (
        key.columns[0]
        if key is not None
        and len(key.columns) == 1
        and dict(table.options).get("sqlite_with_rowid") is not False
        else None
    )
    inline_desc = key is not None and dict(key.options).get("sqlite_inline")

    def column(c: Column) -> Column:
        is_rowid = same(c.name, rowid) and is_rowid_type(c.type.spelling) and not inline_desc
        nullable = c.nullable and not is_rowid
        options = tuple(o for o in c.options if o[0] not in _OF_NOT_NULL) if nullable else c.options
        if (c.autoincrement, c.nullable, c.options) == (is_rowid, nullable, options):
            return c
        return replace(c, autoincrement=is_rowid, nullable=nullable, options=options, source=None)

    columns = tuple(map(column, table.columns))
    options = table.options
    if not any(c.autoincrement for c in columns):
        options = tuple(o for o in options if o[0] != "sqlite_autoincrement")
    if key is None:
        options = tuple(o for o in options if o[0] != "sqlite_with_rowid")
    if columns == table.columns and options == table.options:
        return table
    return replace(table, columns=columns, options=options, source=None)
