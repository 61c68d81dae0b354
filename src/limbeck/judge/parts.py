"""Asks about the parts of tables that differ in their wording alone: a default, a CHECK, an index over an expression.

How a server words an expression depends on the expression and on the columns that it speaks of, so each different
question is asked once, however many tables have it: a probe table with those columns and that one part. A table whose
parts then read like the stored ones is settled; every other is built whole (see settle).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from limbeck.diff.rules import Rules
from limbeck.diff.walk import table_changes
from limbeck.model.column import Column
from limbeck.model.constraint import Check
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.identifiers import names_in
from limbeck.ops.index import CreateIndex, DropIndex

PROBE = "limbeck_probe"
PART = "limbeck_part"


@dataclass(frozen=True, slots=True)
class Question:
    """How a part is stored, over columns of these types. `part` is bare: without name and comment."""

    part: Check | Index | TextDefault
    columns: tuple[tuple[str, str], ...]


Parts = Mapping[Question, Table]
"""The probe table of each question, at first as declared, then as stored."""


def questions(backend: Backend, have: Table, want: Table, rules: Rules) -> dict[Question, Table] | None:
    """What must be asked to know whether the two are alike; None where they differ in more than the wording of parts."""
    found: dict[Question, Table] = {}
    for change in table_changes(backend, have, want, rules):
        asked = _asked(change, want)
        if asked is None:
            return None
        found.update(asked)
    return found


def _asked(change: Operation, want: Table) -> dict[Question, Table] | None:
    if isinstance(change, DropConstraint):
        return {} if change.constraint_kind == "check" else None
    if isinstance(change, DropIndex):
        return {}
    if isinstance(change, AddConstraint) and isinstance(change.constraint, Check):
        return _of_check(change.constraint, want)
    if isinstance(change, CreateIndex) and _texts(change.index):
        return _of_index(change.index, want)
    if isinstance(change, AlterColumn) and _only_default(change):
        column = want.column(change.column)
        return None if column is None else _of_default(column)
    return None


def _only_default(change: AlterColumn) -> bool:
    others = (change.type, change.nullable, change.comment, change.autoincrement)
    return isinstance(change.default, TextDefault) and all(one is UNCHANGED for one in others)


def _of_check(check: Check, table: Table) -> dict[Question, Table] | None:
    part = Check(
        sql=check.sql,
        name=PART,
        deferrable=check.deferrable,
        initially=check.initially,
        options=check.options,
    )
    return _probe(part, (check.sql.text,), table)


def _of_index(index: Index, table: Table) -> dict[Question, Table] | None:
    part = replace(index, name=PART, comment=None, source=None)
    included = (name for key, names in index.options if key.endswith("_include") for name in names or ())
    return _probe(part, _texts(index), table, {*index.columns, *included})


def _of_default(column: Column) -> dict[Question, Table] | None:
    assert isinstance(column.default, TextDefault)
    bare = _bare(column, column.default)
    return {Question(column.default, ((column.name, column.type.spelling),)): _table((bare,))}


def _probe(
    part: Check | Index, texts: tuple[str, ...], table: Table, plain: Collection[str] = ()
) -> dict[Question, Table] | None:
    """`plain`: columns that stand in the part by their name alone, not in a text."""
    spoken = _names(" ".join(texts))
    columns = tuple(
        _bare(c, None) for c in table.columns if c.name in plain or {c.name, c.name.lower()} & spoken
    )
    if {table.name, table.name.lower()} & spoken or not columns:
        return None
    made = _table(columns)
    made = replace(made, constraints=(part,)) if isinstance(part, Check) else replace(made, indexes=(part,))
    return {Question(part, tuple((c.name, c.type.spelling) for c in columns)): made}


_names = lru_cache(maxsize=4096)(names_in)


def _bare(column: Column, default: TextDefault | None) -> Column:
    return Column(name=column.name, type=column.type, default=default)


def _table(columns: tuple[Column, ...]) -> Table:
    return Table(name=PROBE, columns=columns)


def _texts(index: Index) -> tuple[str, ...]:
    inside = (e.sql.text for e in index.elements if e.sql is not None)
    return (*inside, *(value.text for value in _sql_in(v for _, v in index.options)))


def _sql_in(values: Iterable[Any]) -> Iterator[SqlText]:
    for value in values:
        if isinstance(value, SqlText):
            yield value
        elif isinstance(value, tuple):
            yield from _sql_in(value)


def numbered(parts: Parts) -> tuple[Table, ...]:
    """The probe tables under names of their own, in order: what a scratch place builds."""
    return tuple(
        replace(
            table,
            name=f"{PROBE}_{number}",
            constraints=tuple(replace(c, name=f"{PART}_{number}") for c in table.constraints),
            indexes=tuple(replace(i, name=f"{PART}_{number}") for i in table.indexes),
        )
        for number, table in enumerate(parts.values())
    )


def answers(parts: Parts, built: Mapping[QualifiedName, Table]) -> dict[Question, Table]:
    """The stored probe of each question that could be built."""
    names = (QualifiedName(None, f"{PROBE}_{number}") for number in range(len(parts)))
    return {question: built[name] for question, name in zip(parts, names, strict=True) if name in built}
