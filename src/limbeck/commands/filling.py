"""Values for rows that have none in a column that becomes NOT NULL: asked for, and written before the NOT NULL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from limbeck.diff import left
from limbeck.diff.steps import bare_type
from limbeck.errors import LimbeckError
from limbeck.model.column import Column
from limbeck.model.constraint import Check
from limbeck.model.defaults import ByDatabase, TextDefault
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.several import Several
from limbeck.ops.table import CreateTable

from .questions import LEAVE, Choice, Interview, Question, names_of
from .rows import Rows

Place = tuple[QualifiedName, str]


class Filling:
    """Asks about operations, and afterwards writes what was said before them. `have` is what stands, under its new
    names; `notes` are for the person."""

    def __init__(self, interview: Interview, rows: Rows, backend: Backend, have: Snapshot) -> None:
        self.interview = interview
        self.rows = rows
        self.backend = backend
        self.have = have
        self.values: dict[Place, str] = {}
        self.notes: list[str] = []

    def ask(self, operations: Sequence[Operation], want: Snapshot) -> tuple[left.Left, ...]:
        """What to do to `want` for all that was left open."""
        found: list[left.Left] = []
        made = {o.table.key for o in operations if isinstance(o, CreateTable)}
        for operation in operations:
            if isinstance(operation, AddColumn) and operation.table not in made:
                found += self._added(operation.table, operation.column, want)
            elif isinstance(operation, AlterColumn) and operation.nullable is False:
                found += self._constrained(operation)
        return tuple(found)

    def write(self, operations: Iterable[Operation]) -> Iterator[Operation]:
        for operation in operations:
            if isinstance(operation, AddColumn) and (operation.table, operation.column.name) in self.values:
                yield from _filled(operation, self.values[operation.table, operation.column.name])
            elif (
                isinstance(operation, AlterColumn)
                and operation.nullable is False
                and (operation.table, operation.column) in self.values
            ):
                value = SqlText(self.values[operation.table, operation.column])
                yield FillColumn(table=operation.table, column=operation.column, value=value)
                yield operation
            else:
                yield operation

    def _added(self, table: QualifiedName, column: Column, want: Snapshot) -> Iterator[left.Left]:
        key = f"{table}.{column.name}"
        if not needs_values(column):
            return
        value = self.interview.said(
            "fill", (*names_of(table, column.name, self.rows.former(table)[0]), column.name)
        )
        if value is None and not self.rows.any(table):
            note = (
                f"{table} has no rows here. Where it has some, adding {column.name} (NOT NULL, no default) fails; "
                f'say --default {key}="..." and the file fills it first.'
            )
            if note not in self.notes:
                self.notes.append(note)
            return
        has = "has" if self.rows.certain else "may have"
        why = f"is new, NOT NULL and without a default, and the table {has} rows"
        evidence = ("it is unique: an expression that is another for every row is needed",)
        unique = _alone_unique(want, table, column.name)
        yield from self._valued(table, _over(column, want), value, why, evidence if unique else ())

    def _constrained(self, operation: AlterColumn) -> Iterator[left.Left]:
        table, name = operation.table, operation.column
        former, was = self.rows.former(table, name)
        value = self.interview.said("fill", (*names_of(table, name, former, was), name))
        stands = self.have.tables.get(table)
        column = None if stands is None else stands.column(name)
        if value is None and (column is None or not self.rows.any_null(table, name)):
            return
        column = column or Column(name=name, type=operation.type)  # type: ignore[arg-type]
        column = _over(column, self.have)
        are = "are" if self.rows.certain else "may be"
        yield from self._valued(table, column, value, f"becomes NOT NULL, and some rows {are} NULL there", ())

    def _valued(
        self, table: QualifiedName, column: Column, said: str | None, why: str, evidence: tuple[str, ...]
    ) -> Iterator[left.Left]:
        key = f"{table}.{column.name}"
        if said is not None:
            self.interview.note("fill", key, said, "ahead")
            self.values[table, column.name] = said
            return
        text = f"{key} {why}: which value do they get?"
        question = Question("fill", str(table), column.name, text, suggestion(column), evidence)
        leave = Choice(LEAVE, "leave it for now: the column allows NULL, and it is asked again")
        ways = (question.offered(), leave) if question.suggestion else (leave,)
        answer = self.interview.put(question._replace(ways=ways))
        if answer == LEAVE:
            yield left.null_allowed(self.backend, self.have, table, column.name)
        else:
            self.values[table, column.name] = answer


def filled_back(
    operations: Iterable[Operation | LimbeckError], back: Snapshot
) -> Iterator[Operation | LimbeckError]:
    """The way back to `back`: a column that comes again forbids NULL, and its values are lost. Nobody is asked; it gets
    what suits its type, where the table has rows then, and the list of values that comes again with it."""
    given = tuple(operations)
    yield from _filled_back(given, dict(_listed(given)), back)


def _filled_back(
    operations: Iterable[Operation | LimbeckError], listed: dict[Place, str], back: Snapshot
) -> Iterator[Operation | LimbeckError]:
    for operation in operations:
        if isinstance(operation, Several):
            yield from _filled_back(operation.operations, listed, back)
        elif isinstance(operation, AddColumn) and needs_values(operation.column):
            column = _over(operation.column, back)
            value = listed.get((operation.table, column.name)) or suggestion(column)
            yield from _filled(operation, value) if value else (operation,)
        else:
            yield operation


_IN_LIST = re.compile(
    r"""[(]* (?: "(?P<double>(?:[^"]|"")+)" | `(?P<tick>(?:[^`]|``)+)` | (?P<bare>\w+) ) [)]? (?: ::[\w ]+? )? \s*
        (?: in \s* [(] | = \s* any \s* [(]+ array\[ ) \s* (?P<first> '(?:[^']|'')*' | -?[0-9]+ )""",
    re.VERBOSE | re.IGNORECASE,
)
"""A column and the first of the values that it may have, also as PostgreSQL stores it."""


def _listed(operations: Iterable[Operation | LimbeckError]) -> Iterator[tuple[Place, str]]:
    """The first value of each list that a new CHECK allows a column."""
    for operation in operations:
        if isinstance(operation, Several):
            yield from _listed(operation.operations)
            continue
        check = operation.constraint if isinstance(operation, AddConstraint) else None
        found = _IN_LIST.match(check.sql.text.strip()) if isinstance(check, Check) else None
        if found is not None and isinstance(operation, AddConstraint):
            double, tick = ((found[kind] or "") for kind in ("double", "tick"))
            name = double.replace('""', '"') or tick.replace("``", "`") or found["bare"]
            yield (operation.table, name), found["first"]


def _filled(operation: AddColumn, value: str) -> tuple[Operation, ...]:
    table, column = operation.table, operation.column
    return (
        replace(operation, column=replace(column, nullable=True, source=None)),
        FillColumn(table=table, column=column.name, value=SqlText(value)),
        AlterColumn(table=table, column=column.name, nullable=False),
    )


def _alone_unique(want: Snapshot, table: QualifiedName, column: str) -> bool:
    found = want.tables.get(table)
    if found is None:
        return False
    uniques = [u.columns for u in found.uniques] + [i.columns for i in found.indexes if i.unique]
    key = () if found.primary_key is None else found.primary_key.columns
    return (column,) in (*uniques, key)


def _over(column: Column, snapshot: Snapshot) -> Column:
    """A column of a domain as one of what that is over."""
    return replace(column, type=bare_type(column.type, snapshot))


_NULL = re.compile(r"(?i)[(\s]*null[)\s]*(?:::.*)?\Z")


def needs_values(column: Column) -> bool:
    """Whether rows that are there would have none: DEFAULT NULL gives none either."""
    default = column.default
    given = default is not None and not (isinstance(default, TextDefault) and _NULL.match(default.sql.text))
    return not (column.nullable or given or column.autoincrement)


def suggestion(column: Column) -> str:
    """SQL that suits the type and says little: '' for texts, 0 for numbers; "" where nothing is harmless."""
    spelled = column.type.spelling.upper()
    if isinstance(column.default, ByDatabase):
        return ""
    if spelled.endswith("[]"):
        return "'{}'"
    if bits := re.fullmatch(r"BIT\(([0-9]+)\)", spelled):
        return f"B'{'0' * int(bits[1])}'"
    return next((value for words, value in HARMLESS if any(w in spelled for w in words)), "")


HARMLESS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("MULTIRANGE",), "'{}'"),
    (("RANGE",), "'empty'"),
    (("CHAR", "TEXT", "CLOB", "STRING", "TSVECTOR", "TSQUERY", "BLOB", "BYTEA", "BINARY"), "''"),
    (("BOOL",), "false"),
    (("JSONPATH",), "'$'"),
    (("JSON",), "'{}'"),
    (("INTERVAL",), "'0'"),
    (("INET", "CIDR"), "'0.0.0.0'"),
    (("MACADDR8",), "'00:00:00:00:00:00:00:00'"),
    (("MACADDR",), "'00:00:00:00:00:00'"),
    (("INT", "NUMERIC", "DECIMAL", "FLOAT", "REAL", "DOUBLE", "MONEY", "OID"), "0"),
    (("BIT VARYING", "VARBIT"), "B'0'"),
    (("UUID",), "'00000000-0000-0000-0000-000000000000'"),
    (("TIMESTAMP", "DATETIME"), "CURRENT_TIMESTAMP"),
    (("DATE",), "CURRENT_DATE"),
    (("TIME",), "'00:00:00'"),
    (("YEAR",), "2000"),
)
"""By the words in a type's spelling, the first that fits."""
