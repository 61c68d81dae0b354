"""What stands in a SQLite database -> Snapshot, from the text in sqlite_master: one query per schema.

What the values hold beyond what SQLAlchemy's reflection tells, in `options`. As SQLAlchemy spells them:
sqlite_with_rowid, sqlite_strict, sqlite_autoincrement (table); sqlite_on_conflict (primary key, unique);
sqlite_on_conflict_not_null (column); sqlite_where (index). Our own, where it has no word:

    column       sqlite_not_null_name      the name of its NOT NULL constraint
    primary key  sqlite_order, sqlite_collate   a word for each column ("DESC" or "", a collation or "")
    and unique
    primary key  sqlite_inline             `INTEGER PRIMARY KEY DESC` in the column, which is not the rowid, by an old quirk
    foreign key  sqlite_implicit_columns   REFERENCES names no columns: it means the primary key
    view         sqlite_columns            CREATE VIEW v(a, b)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, Default, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object, Trigger, View
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table

from . import types
from .grammar import ColumnDef, KeyPart, Part, TableDef, Words, parse_index, parse_table, parse_view
from .tokens import QUOTED, WORD, fold, quote, same, tokenize, without_qualifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One definition in a stored CREATE TABLE: its words, and the values that they mean."""

    words: Words
    column: Column | None = None
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """How a table is written: an entry for each definition, in order. Words are used again only for values that are
    equal to what they mean, so a book that is out of date does no harm."""

    entries: tuple[Entry, ...] = ()
    closing: str = ""


EMPTY = Book()

Row = tuple[str, str, str, str]
"""type, name, tbl_name, sql of sqlite_master."""


def read(
    connection: Any,
    dialect: Any,
    backend: BackendId,
    *,
    schemas: tuple[str | None, ...] = (None,),
    only: tuple[QualifiedName, ...] | None = None,
) -> tuple[Snapshot, dict[QualifiedName, Book]]:
    """The snapshot, and how its tables are written. Virtual tables, their shadow tables and SQLite's own are left out."""
    tables: list[Table] = []
    objects: list[Object] = []
    books: dict[QualifiedName, Book] = {}
    for schema in schemas:
        wanted = None if only is None else {fold(q.name) for q in only if q.schema == schema}
        rows = _rows(connection, schema)
        for table, book in _tables(rows, schema, dialect, _shadows(connection, schema), wanted):
            tables.append(table)
            books[table.key] = book
        objects += _objects(rows, schema, wanted)
    snapshot = Snapshot.of(backend, tables, objects, stored=True, partial=only is not None)
    return snapshot, books


def master(schema: str | None) -> str:
    """The schema table, under the name that every version knows."""
    if schema is None:
        return "sqlite_master"
    return "sqlite_temp_master" if same(schema, "temp") else f"{quote(schema)}.sqlite_master"


def _rows(connection: Any, schema: str | None) -> list[Row]:
    # rowid is the order of creation; a rename keeps it.
    text = f"SELECT type, name, tbl_name, sql FROM {master(schema)} WHERE sql IS NOT NULL ORDER BY rowid"
    return [tuple(row) for row in connection.exec_driver_sql(text)]


def _shadows(connection: Any, schema: str | None) -> frozenset[str]:
    """Tables that virtual tables keep for themselves. PRAGMA table_list came with 3.37; before, none are known."""
    where = "main" if schema is None else schema
    listed = connection.exec_driver_sql(f"PRAGMA {quote(where)}.table_list").fetchall()
    return frozenset(fold(row[1]) for row in listed if row[0] == where and row[2] == "shadow")


def _tables(
    rows: list[Row], schema: str | None, dialect: Any, shadows: frozenset[str], wanted: set[str] | None
) -> Iterable[tuple[Table, Book]]:
    parsed: dict[str, TableDef] = {}

    def definition(name: str) -> TableDef | None:
        if name not in parsed:
            text = next((sql for type_, own, _, sql in rows if type_ == "table" and fold(own) == name), None)
            if text is None:
                return None
            parsed[name] = parse_table(text)
        return parsed[name]

    def parent_key(name: str) -> tuple[str, ...]:
        parent = definition(fold(name))
        return () if parent is None else primary_key_names(parent)

    indexes: dict[str, list[Index]] = {}
    for type_, _, table, sql in rows:
        if type_ == "index":
            indexes.setdefault(fold(table), []).append(index_of(sql))
    for type_, name, _, _ in rows:
        key = fold(name)
        if type_ != "table" or key in shadows or key.startswith("sqlite_"):
            continue
        if wanted is not None and key not in wanted:
            continue
        found = definition(key)
        if found is None or found.virtual:
            continue
        table_, book = table_of(replace(found, name=name), schema, dialect, parent_key)
        yield _with_indexes(table_, indexes.get(key, [])), book


def _with_indexes(table: Table, indexes: list[Index]) -> Table:
    own = {fold(c.name): c.name for c in table.columns}

    def element(e: IndexElement) -> IndexElement:
        return e if e.column is None else replace(e, column=own.get(fold(e.column), e.column))

    fixed = (replace(i, elements=tuple(element(e) for e in i.elements)) for i in indexes)
    return replace(table, indexes=tuple(fixed))


def _objects(rows: list[Row], schema: str | None, wanted: set[str] | None) -> Iterable[Object]:
    there = {
        fold(name): QualifiedName(schema, name) for type_, name, _, _ in rows if type_ in ("table", "view")
    }
    for type_, name, table, sql in rows:
        if type_ == "view":
            _, columns, select = parse_view(sql)
            options: Options = (("sqlite_columns", columns),) if columns else ()
            needs = tuple(q for q in named_in(select, there) if q.name != name)
            yield View(name=name, schema=schema, definition=SqlText(select), options=options, needs=needs)
        elif type_ == "trigger" and (wanted is None or fold(table) in wanted):
            needs = tuple(named_in(sql, there))
            yield Trigger(name=name, table=QualifiedName(schema, table), definition=SqlText(sql), needs=needs)


def named_in(sql: str, there: dict[str, QualifiedName]) -> Iterable[QualifiedName]:
    """The tables and views that the text may mean; `there` is by folded names."""
    found = dict.fromkeys(fold(t.name) for t in tokenize(sql) if t.kind in (WORD, QUOTED))
    return (there[name] for name in found if name in there)


# -- one table ------------------------------------------------------------------------------------------------


def table_of(
    parsed: TableDef, schema: str | None, dialect: Any, parent_key: Callable[[str], tuple[str, ...]]
) -> tuple[Table, Book]:
    """The value and its book. `parent_key` tells the primary key of a table that a foreign key refers to."""
    own = {fold(c.name): c.name for c in parsed.columns}
    entries: list[Entry] = []
    for definition in parsed.columns:
        definition = replace(definition, parts=tuple(_own(p, parsed.name) for p in definition.parts))
        parts = tuple(replace(p, keys=_keyed(p, definition.name)) for p in definition.parts)
        column = _column(definition, parsed, dialect)
        inline = tuple(c for p in parts if (c := _constraint(p, schema, own, parent_key, True)) is not None)
        entries.append(Entry(words=definition.words, column=column, constraints=inline))
    for clause in parsed.constraints:
        value = _constraint(_own(clause.part, parsed.name), schema, own, parent_key, False)
        entries.append(Entry(words=clause.words, constraints=() if value is None else (value,)))
    constraints = [c for e in entries for c in e.constraints]
    table = Table(
        name=parsed.name,
        schema=schema,
        columns=tuple(e.column for e in entries if e.column is not None),
        primary_key=next((c for c in constraints if isinstance(c, PrimaryKey)), None),
        constraints=tuple(c for c in constraints if not isinstance(c, PrimaryKey)),
        options=_table_options(parsed),
    )
    return table, Book(entries=tuple(entries), closing=parsed.closing)


def _own(part: Part, table: str) -> Part:
    """Expressions without the table's own name before columns: there it says nothing."""
    return (
        replace(part, text=without_qualifier(part.text, table))
        if part.kind in ("check", "generated")
        else part
    )


def _keyed(part: Part, column: str) -> tuple[KeyPart, ...]:
    if part.kind == "primary key":
        return (KeyPart(name=column, descending=part.keys[0].descending),)
    return (KeyPart(name=column),)


def _table_options(parsed: TableDef) -> Options:
    parts = [p for c in parsed.columns for p in c.parts] + [c.part for c in parsed.constraints]
    found: dict[str, Any] = {}
    if any(p.autoincrement for p in parts):
        found["sqlite_autoincrement"] = True
    if parsed.strict:
        found["sqlite_strict"] = True
    if parsed.without_rowid:
        found["sqlite_with_rowid"] = False
    return tuple(sorted(found.items()))


def primary_key_names(parsed: TableDef) -> tuple[str, ...]:
    inline = tuple(c.name for c in parsed.columns if c.part("primary key") is not None)
    if inline:
        return inline
    key = next((c.part for c in parsed.constraints if c.part.kind == "primary key"), None)
    own = {fold(c.name): c.name for c in parsed.columns}
    return () if key is None else tuple(own.get(fold(k.name), k.name) for k in key.keys if k.name is not None)


def _column(definition: ColumnDef, parsed: TableDef, dialect: Any) -> Column:
    collate = definition.part("collate")
    options: dict[str, Any] = {}
    not_null = definition.part("not null")
    if not_null is not None and not_null.conflict is not None:
        options["sqlite_on_conflict_not_null"] = not_null.conflict
    if not_null is not None and not_null.name is not None:
        options["sqlite_not_null_name"] = not_null.name
    in_key = fold(definition.name) in map(fold, primary_key_names(parsed))
    rowid = in_key and _is_rowid(definition, parsed)
    return Column(
        name=definition.name,
        type=types.type_ref(dialect, definition.type, collate.text if collate else None),
        nullable=not (not_null is not None or rowid or (in_key and parsed.without_rowid)),
        default=_default(definition),
        autoincrement=rowid,
        options=tuple(sorted(options.items())),
    )


def _is_rowid(definition: ColumnDef, parsed: TableDef) -> bool:
    """Whether this key column is the rowid itself: INTEGER, alone, and not `PRIMARY KEY DESC` in the column."""
    if parsed.without_rowid or len(primary_key_names(parsed)) != 1:
        return False
    inline = definition.part("primary key")
    return types.is_rowid_type(definition.type) and not (inline is not None and inline.keys[0].descending)


def _default(definition: ColumnDef) -> Default | None:
    generated = definition.part("generated")
    if generated is not None:
        return Computed(sql=SqlText(generated.text), persisted=bool(generated.stored))
    default = definition.part("default")
    return None if default is None else TextDefault(SqlText(default.text))


def _constraint(
    part: Part,
    schema: str | None,
    own: dict[str, str],
    parent_key: Callable[[str], tuple[str, ...]],
    inline: bool,
) -> Constraint | None:
    columns = tuple(own.get(fold(k.name), k.name) for k in part.keys if k.name is not None)
    if part.kind == "check":
        return Check(sql=SqlText(part.text), name=part.name)
    if part.kind == "primary key":
        return PrimaryKey(columns=columns, name=part.name, options=_key_options(part, inline))
    if part.kind == "unique":
        return Unique(columns=columns, name=part.name, options=_key_options(part, inline))
    if part.kind != "foreign key":
        return None
    referred = part.referred
    options: Options = ()
    if not referred:
        referred = parent_key(part.table)
        options = (("sqlite_implicit_columns", True),)
        if len(referred) != len(columns):  # the parent is not there, or does not fit: SQLite takes that, too
            referred = columns
    return ForeignKey(
        columns=columns,
        referred=QualifiedName(schema, part.table),
        referred_columns=referred,
        name=part.name,
        on_update=part.on_update,
        on_delete=part.on_delete,
        match=part.match,
        deferrable=part.deferrable,
        initially=part.initially,
        options=options,
    )


def _key_options(part: Part, inline: bool) -> Options:
    options: dict[str, Any] = {}
    if part.conflict is not None:
        options["sqlite_on_conflict"] = part.conflict
    if any(k.descending for k in part.keys):
        options["sqlite_order"] = tuple("DESC" if k.descending else "" for k in part.keys)
        if inline:
            options["sqlite_inline"] = True
    if any(k.collation for k in part.keys):
        options["sqlite_collate"] = tuple(k.collation or "" for k in part.keys)
    return tuple(sorted(options.items()))


def index_of(sql: str) -> Index:
    parsed = parse_index(sql)
    elements = tuple(
        IndexElement(
            column=k.name,
            sql=None if k.expression is None else SqlText(k.expression),
            descending=k.descending,
            collation=k.collation,
        )
        for k in parsed.keys
    )
    options: Options = () if parsed.where is None else (("sqlite_where", SqlText(parsed.where)),)
    return Index(elements=elements, name=parsed.name, unique=parsed.unique, options=options)
