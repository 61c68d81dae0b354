"""What SHOW CREATE TABLE says -> Table. The one way that shows temporary tables too, so there is one reader for all.

Every item stands on a line of its own; the server writes keywords in upper case, names in backticks, and newlines in
strings as \\n (MySQL 5.7 to 9, MariaDB 10.2 to 11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, Default, SequenceDefault, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.shore.freeze import Freezer

from . import partitions
from .line import Line, bare
from .types import type_ref, unquoted

_ENDS_TYPE = {
    "NOT", "NULL", "DEFAULT", "AUTO_INCREMENT", "GENERATED", "COMMENT", "CHECK", "ON", "INVISIBLE", "VIRTUAL",
    "WITH", "/",
}  # fmt: skip
_ENDS_DEFAULT = {"COMMENT", "CHECK", "INVISIBLE", "AUTO_INCREMENT", "/"}


def parse(freezer: Freezer, text: str, key: QualifiedName, default_schema: str | None) -> Table:
    """The table of that name; `default_schema` is the database whose tables have no schema in values."""
    body, _, tail = text.partition("(\n")[2].rpartition("\n)")
    columns: list[Column] = []
    constraints: list[Constraint] = []
    indexes: list[Index] = []
    primary: PrimaryKey | None = None
    for line in map(Line, _items(body)):
        if line.peek().startswith("`"):
            column, check = _column(freezer, line, key, default_schema)
            columns.append(column)
            constraints += [check] if check is not None else []
        elif line.accept("PRIMARY", "KEY"):
            primary = PrimaryKey(columns=_plain(_elements(line.inside())))
        elif line.accept("CONSTRAINT"):
            constraints.append(_constraint(line, key, default_schema))
        else:
            found = _index(line)
            indexes += [found] if isinstance(found, Index) else []
            constraints += [found] if isinstance(found, Unique) else []
    order = (Unique, ForeignKey, Check)
    return Table(
        name=key.name,
        schema=key.schema,
        columns=tuple(columns),
        primary_key=primary,
        constraints=tuple(sorted(constraints, key=lambda c: (order.index(type(c)), c.name or ""))),
        indexes=tuple(sorted(indexes, key=lambda i: i.name or "")),
        comment=_comment(tail),
        options=_options(tail),
    )


def _items(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        yield line.strip().rstrip(",")


# -- columns ------------------------------------------------------------------------------------------------


def _column(
    freezer: Freezer, line: Line, table: QualifiedName, default_schema: str | None
) -> tuple[Column, Check | None]:
    name = line.name()
    type_ = type_ref(freezer, line.until(_ENDS_TYPE), f"{table}.{name}")
    nullable, numbered, comment = True, False, None
    default: Default | None = None
    check: Check | None = None
    while line.peek():
        if line.accept("NOT", "NULL"):
            nullable = False
        elif line.accept("AUTO_INCREMENT"):
            numbered = True
        elif line.accept("DEFAULT"):
            default = _default(line, default_schema)
        elif line.accept("ON", "UPDATE"):
            default = _on_update(default, line)
        elif line.accept("GENERATED", "ALWAYS", "AS"):
            sql = SqlText(line.inside())
            default = Computed(sql=sql, persisted=line.take().upper() in ("STORED", "PERSISTENT"))
        elif line.accept("COMMENT"):
            comment = unquoted(line.take()[1:-1])
        elif line.accept("CHECK"):
            text = line.inside()
            if text == f"json_valid(`{name.replace('`', '``')}`)":  # MariaDB's way to have JSON
                type_ = type_ref(freezer, "json", f"{table}.{name}")
            else:
                check = Check(sql=SqlText(text), name=name)
        else:
            line.take()
    column = Column(
        name=name, type=type_, nullable=nullable, default=default, autoincrement=numbered, comment=comment
    )
    return column, check


_NEXTVAL = re.compile(r"nextval\((?:(`(?:[^`]|``)+`)\.)?(`(?:[^`]|``)+`)\)\Z")


def _default(line: Line, default_schema: str | None) -> Default | None:
    """MariaDB names a sequence with its database; one of the connection's own has none in values."""
    text = line.until(_ENDS_DEFAULT | {"ON"})
    if (counted := _NEXTVAL.match(text)) is not None:
        schema = bare(counted[1]) if counted[1] else None
        return SequenceDefault(QualifiedName(None if schema == default_schema else schema, bare(counted[2])))
    return None if text.upper() == "NULL" else TextDefault(SqlText(text))


def _on_update(default: Default | None, line: Line) -> Default:
    """ON UPDATE stands with the default, as SQLAlchemy has it."""
    text = line.until(_ENDS_DEFAULT)
    before = default.sql.text if isinstance(default, TextDefault) else "NULL"
    return TextDefault(SqlText(f"{before} ON UPDATE {text}"))


# -- constraints and indexes --------------------------------------------------------------------------------


def _constraint(line: Line, key: QualifiedName, default_schema: str | None) -> Constraint:
    name = line.name()
    if line.accept("CHECK"):
        return Check(sql=SqlText(line.inside()), name=name)
    line.accept("FOREIGN", "KEY")
    columns = _plain(_elements(line.inside()))
    line.accept("REFERENCES")
    referred = line.name()
    schema = key.schema
    if line.accept("."):
        schema, referred = referred, line.name()
        schema = None if schema == default_schema else schema
    referred_columns = _plain(_elements(line.inside()))
    rules: dict[str, str] = {}
    while line.peek():
        if line.accept("ON", "DELETE"):
            rules["on_delete"] = _action(line)
        elif line.accept("ON", "UPDATE"):
            rules["on_update"] = _action(line)
        else:
            line.take()
    return ForeignKey(
        columns=columns,
        referred=QualifiedName(schema, referred),
        referred_columns=referred_columns,
        name=name,
        **rules,  # type: ignore[arg-type]
    )


def _action(line: Line) -> str:
    for words in (("SET", "NULL"), ("SET", "DEFAULT"), ("NO", "ACTION")):
        if line.accept(*words):
            return " ".join(words)
    return line.take().upper()


def _index(line: Line) -> Index | Unique | None:
    """A unique key over whole columns is a unique constraint: MySQL knows no difference."""
    prefix = line.take().upper() if line.peek().upper() in ("UNIQUE", "FULLTEXT", "SPATIAL") else ""
    if not line.accept("KEY"):
        return None
    name = line.name()
    text = line.inside()
    elements, lengths = _elements(text), _lengths(text)
    options: dict[str, Any] = {}
    if lengths:
        options["mysql_length"] = tuple(sorted(lengths.items()))
    if prefix in ("FULLTEXT", "SPATIAL"):
        options["mysql_prefix"] = prefix
    comment = None
    while line.peek():
        if line.accept("USING"):
            method = line.take().lower()
            if method != "btree":
                options["mysql_using"] = method
        elif line.accept("COMMENT"):
            comment = unquoted(line.take()[1:-1])
        elif line.accept("WITH", "PARSER"):
            options["mysql_with_parser"] = line.name()
        else:
            line.take()
    simple = not options and all(e.column is not None and not e.descending for e in elements)
    if prefix == "UNIQUE" and simple:
        return Unique(columns=_plain(elements), name=name, comment=comment)
    return Index(
        name=name,
        elements=elements,
        unique=prefix == "UNIQUE",
        comment=comment,
        options=tuple(sorted(options.items())),
    )


def _elements(text: str) -> tuple[IndexElement, ...]:
    found = []
    for line in map(Line, _split(text)):
        if line.peek() == "(":
            column, sql = None, SqlText(f"({line.inside()})")
        else:
            column, sql = line.name(), None
            if line.peek() == "(":
                line.inside()
        found.append(IndexElement(column=column, sql=sql, descending=line.accept("DESC")))
    return tuple(found)


def _lengths(text: str) -> dict[str, int]:
    found = {}
    for line in map(Line, _split(text)):
        if line.peek() != "(":
            name = line.name()
            if line.peek() == "(":
                found[name] = int(line.inside())
    return found


def _split(text: str) -> Iterator[str]:
    """At the commas outside parentheses and quotes."""
    line = Line(text)
    while line.tokens:
        yield line.until({","})
        line.take()


def _plain(elements: tuple[IndexElement, ...]) -> tuple[str, ...]:
    return tuple(e.column for e in elements if e.column is not None)


# -- the table's own ----------------------------------------------------------------------------------------

_COMMENT = re.compile(r"(?s)\bCOMMENT='((?:[^'\\]|''|\\.)*)'")
_OPTION = re.compile(r"\b(ENGINE|DEFAULT CHARSET|COLLATE|ROW_FORMAT|KEY_BLOCK_SIZE)=([\w$]+)")


def _comment(tail: str) -> str | None:
    found = _COMMENT.search(tail)
    return None if found is None else unquoted(found[1])


def _options(tail: str) -> tuple[tuple[str, Any], ...]:
    """As SQLAlchemy writes them: mysql_engine, mysql_default_charset, mysql_collate ..."""
    own, _, partitioned = _COMMENT.sub("", tail).partition(" PARTITION BY ")
    found = {f"mysql_{name.lower().replace(' ', '_')}": value for name, value in _OPTION.findall(own)}
    return tuple(sorted((found | partitions.options(partitioned)).items()))
