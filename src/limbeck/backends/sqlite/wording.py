"""Values -> CREATE TABLE. Where a definition did not change it is written in the words that are stored (with their
comments); the rest is written as SQLAlchemy writes it: columns, then the key, then constraints in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from limbeck.backends.ansi.text import without_parentheses
from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import Computed, TextDefault
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table

from .grammar import KeyPart, Part, Words, parse_table
from .reading import EMPTY, Book, Entry
from .tokens import BLOB, NUMBER, QUOTED, STRING, WORD, fold, tokenize, without_qualifier


class Writer:
    """Writes for one dialect, which says what must be quoted."""

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect

    def name(self, name: str) -> str:
        preparer = self.dialect.identifier_preparer
        forced = getattr(name, "quote", None)
        if forced is False:
            return str(name)
        text: str = preparer.quote_identifier(name) if forced else preparer.quote(str(name))
        return text

    def names(self, names: tuple[str, ...]) -> str:
        return ", ".join(map(self.name, names))

    def qualified(self, name: QualifiedName) -> str:
        return (
            self.name(name.name)
            if name.schema is None
            else f"{self.name(name.schema)}.{self.name(name.name)}"
        )

    # -- tables

    def create_table(self, table: Table, book: Book = EMPTY, *, under: str | None = None) -> str:
        """The whole statement; `under` is another name to create it under (self references keep the real one)."""
        definitions = self._definitions(table, book)
        lines: list[str] = []
        for place, words in enumerate(definitions):
            if words.above:
                lines.append("\t" + words.above)
            comma = "" if place == len(definitions) - 1 else ", "
            if "--" in words.body.rpartition("\n")[2] and comma:  # a comment would swallow the comma
                comma = "\n\t, "
            line = "\t" + words.body + comma
            lines.append(line.rstrip(" ") + " " + words.behind if words.behind else line)
        if book.closing:
            lines.append("\t" + book.closing)
        body = without_qualifier("\n".join(lines), table.name)
        key = QualifiedName(table.schema, under or table.name)
        return f"CREATE TABLE {self.qualified(key)} (\n{body}\n){self._table_options(table)}"

    def _definitions(self, table: Table, book: Book) -> list[Words]:
        key = (table.primary_key,) if table.primary_key is not None else ()
        left: list[Constraint] = [*key, *table.constraints]
        written: list[Words] = []
        for column in table.columns:
            entry = _entry_of(column, left, book)
            inline = self._must_be_inline(table, column)
            if entry is not None and _numbers(entry) == (inline is not None and _autoincrement(table)):
                for constraint in entry.constraints:
                    left.remove(constraint)
                written.append(entry.words)
                continue
            if inline:
                left.remove(inline)
            written.append(Words(body=self.column(column, inline, table)))
        return written + [self._clause(constraint, book) for constraint in left]

    def _clause(self, constraint: Constraint, book: Book) -> Words:
        stored = (e.words for e in book.entries if e.column is None and e.constraints == (constraint,))
        return next(stored, None) or Words(body=self.constraint(constraint))

    def _must_be_inline(self, table: Table, column: Column) -> PrimaryKey | None:
        """AUTOINCREMENT, and the DESC that is no rowid, can only be said in the column."""
        key = table.primary_key
        if key is None or key.columns != (column.name,):
            return None
        options = dict(key.options)
        numbered = _autoincrement(table) and column.autoincrement
        return key if numbered or options.get("sqlite_inline") else None

    def _table_options(self, table: Table) -> str:
        options = dict(table.options)
        said = []
        if options.get("sqlite_with_rowid") is False:
            said.append("WITHOUT ROWID")
        if options.get("sqlite_strict"):
            said.append("STRICT")
        return "\n " + ",\n ".join(said) if said else ""

    def in_written_order(self, table: Table, book: Book) -> Table:
        """Constraints in the order in which the table, once written, is read again: those inside columns come first."""
        parsed = parse_table(self.create_table(table, book))
        parts = [replace(p, keys=(KeyPart(name=c.name),)) for c in parsed.columns for p in c.parts]
        order = [_mark_of_part(p) for p in (*parts, *(c.part for c in parsed.constraints))]
        left = list(table.constraints)
        found: list[Constraint] = []
        for mark in order:
            constraint = next((c for c in left if _mark(c) == mark), None)
            if constraint is not None:
                left.remove(constraint)
                found.append(constraint)
        ordered = (*found, *left)
        return table if ordered == table.constraints else replace(table, constraints=ordered, source=None)

    # -- columns

    def column(self, column: Column, key: PrimaryKey | None = None, table: Table | None = None) -> str:
        options = dict(column.options)
        parts = [self.name(column.name)]
        if column.type.spelling:
            parts.append(column.type.spelling)
        if isinstance(column.default, TextDefault):
            parts.append(f"DEFAULT {_default(column.default.sql.text)}")
        if not column.nullable:
            name = options.get("sqlite_not_null_name")
            said = f"CONSTRAINT {self.name(name)} NOT NULL" if name else "NOT NULL"
            parts.append(said + _conflict(options.get("sqlite_on_conflict_not_null")))
        if key is not None:
            parts.append(self._inline_key(key, table))
        if isinstance(column.default, Computed):
            kind = (
                "STORED"
                if column.default.persisted
                else "VIRTUAL"
                if column.default.persisted is False
                else ""
            )
            parts.append(f"GENERATED ALWAYS AS ({column.default.sql.text}) {kind}".rstrip())
        return " ".join(parts)

    def _inline_key(self, key: PrimaryKey, table: Table | None) -> str:
        options = dict(key.options)
        named = f"CONSTRAINT {self.name(key.name)} " if key.name else ""
        order = " DESC" if options.get("sqlite_inline") else ""
        auto = table is not None and dict(table.options).get("sqlite_autoincrement")
        text = f"{named}PRIMARY KEY{order}{_conflict(options.get('sqlite_on_conflict'))}"
        return f"{text} AUTOINCREMENT" if auto else text

    # -- constraints

    def constraint(self, constraint: Constraint) -> str:
        if isinstance(constraint, Other):
            return constraint.text
        named = f"CONSTRAINT {self.name(constraint.name)} " if constraint.name is not None else ""
        return named + self._constraint(constraint)

    def _constraint(self, constraint: Constraint) -> str:
        if isinstance(constraint, (PrimaryKey, Unique)):
            word = "PRIMARY KEY" if isinstance(constraint, PrimaryKey) else "UNIQUE"
            options = dict(constraint.options)
            return f"{word} ({self._key(constraint)}){_conflict(options.get('sqlite_on_conflict'))}"
        if isinstance(constraint, Check):
            return f"CHECK ({constraint.sql.text})"
        assert isinstance(constraint, ForeignKey), "SQLite has no EXCLUDE"
        return self._foreign_key(constraint)

    def _key(self, key: PrimaryKey | Unique) -> str:
        options = dict(key.options)
        nothing = ("",) * len(key.columns)
        orders = options.get("sqlite_order", nothing)
        collations = options.get("sqlite_collate", nothing)
        said = []
        for name, collation, order in zip(key.columns, collations, orders, strict=False):
            text = self.name(name)
            text += f" COLLATE {self.name(collation)}" if collation else ""
            said.append(f"{text} {order}" if order else text)
        return ", ".join(said)

    def _foreign_key(self, key: ForeignKey) -> str:
        implicit = dict(key.options).get("sqlite_implicit_columns")
        target = self.name(
            key.referred.name
        )  # SQLite refuses a schema here: parents live beside their children
        if not implicit:
            target += f" ({self.names(key.referred_columns)})"
        parts = [f"FOREIGN KEY({self.names(key.columns)}) REFERENCES {target}"]
        if key.on_delete is not None:
            parts.append(f"ON DELETE {key.on_delete}")
        if key.on_update is not None:
            parts.append(f"ON UPDATE {key.on_update}")
        if key.match is not None:
            parts.append(f"MATCH {key.match}")
        if key.deferrable is not None:
            parts.append("DEFERRABLE" if key.deferrable else "NOT DEFERRABLE")
        if key.initially is not None:
            parts.append(f"INITIALLY {key.initially}")
        return " ".join(parts)

    # -- indexes

    def create_index(self, table: QualifiedName, index: Index) -> str:
        unique = "UNIQUE " if index.unique else ""
        name = self.qualified(QualifiedName(table.schema, index.name or ""))
        elements = []
        for e in index.elements:
            text = self.name(e.column) if e.column is not None else e.sql.text if e.sql else ""
            text += f" COLLATE {self.name(e.collation)}" if e.collation else ""
            elements.append(f"{text} DESC" if e.descending else text)
        where = dict(index.options).get("sqlite_where")
        condition = (
            f" WHERE {where.text if isinstance(where, SqlText) else where}" if where is not None else ""
        )
        return f"CREATE {unique}INDEX {name} ON {self.name(table.name)} ({', '.join(elements)}){condition}"


def _default(text: str) -> str:
    """A literal as it stands, anything else in parentheses."""
    tokens = list(tokenize(text))
    signed = tokens[1:] if tokens and tokens[0].text in ("+", "-") else tokens
    bare = len(signed) == 1 and signed[0].kind in (NUMBER, STRING, BLOB, WORD, QUOTED)
    return text if bare or without_parentheses(text) != text.strip() else f"({text})"


def _autoincrement(table: Table) -> bool:
    return bool(dict(table.options).get("sqlite_autoincrement"))


def _numbers(entry: Entry) -> bool:
    return any(t.is_word("AUTOINCREMENT") for t in tokenize(entry.words.body))


def _entry_of(column: Column, left: list[Constraint], book: Book) -> Entry | None:
    """The stored words for a column, where they mean just this column and constraints that are wanted still. Of several,
    those that say most: what once stood in the column goes back there."""
    fitting = [
        entry
        for entry in book.entries
        if entry.column == column and entry.column is not None and all(c in left for c in entry.constraints)
    ]
    return max(fitting, key=lambda entry: len(entry.constraints), default=None)


def _mark(constraint: Constraint) -> tuple[object, ...]:
    if isinstance(constraint, Check):
        return ("check", constraint.name, constraint.sql.text)
    columns = () if isinstance(constraint, Exclude) else constraint.columns
    return (constraint.kind, constraint.name, tuple(map(fold, columns)))


def _mark_of_part(part: Part) -> tuple[object, ...]:
    if part.kind == "check":
        return ("check", part.name, part.text)
    return (part.kind, part.name, tuple(fold(k.name or "") for k in part.keys))


def _conflict(word: str | None) -> str:
    return f" ON CONFLICT {word}" if word else ""
