"""Brings what is declared into the server's own spelling, where that is in question, keeping how it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, PrimaryKey
from limbeck.model.defaults import ByDatabase, Computed, Default, SequenceDefault, TextDefault
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import NOT_VALID, AddConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex

from .scratch import open_scratch

MARK = "limbeck_unnamed_"
T = TypeVar("T", Constraint, Index)


class Settled(NamedTuple):
    """`want` in the server's spelling. `as_text` names the tables that had to stay as declared, with the reason.
    `declared` gives for a settled constraint or index, with its name and without, the value its author wrote."""

    want: Snapshot
    as_text: Mapping[QualifiedName, str]
    declared: Mapping[tuple[QualifiedName, Constraint | Index], Constraint | Index]


def settle(connection: Any, backend: Backend, want: Snapshot, ambiguous: Iterable[QualifiedName]) -> Settled:
    """Builds and reads back the named tables of `want`; the others stay as they are.

    The connection's data and transaction are as before afterwards. Values keep their author's Python and text."""
    marked = {name: _marked(want.tables[name]) for name in ambiguous}
    if not marked:
        return Settled(want, {}, {})
    with open_scratch(connection, backend) as scratch:
        if scratch is None:
            return Settled(want, dict.fromkeys(marked, "nothing may be created on this database"), {})
        built = scratch.build(tuple(marked.values()), _needs(marked.values(), want))
    declared: dict[tuple[QualifiedName, Constraint | Index], Constraint | Index] = {}
    for name, stored in built.tables.items():
        table = want.tables[name]
        want = want.with_table(_merged(table, marked[name], stored, declared))
    return Settled(want, built.refused, declared)


def _needs(tables: Iterable[Table], want: Snapshot) -> tuple[Object, ...]:
    columns = [column for table in tables for column in table.columns]
    named = {name for column in columns for name in column.type.needs}
    named |= {c.default.sequence for c in columns if isinstance(c.default, SequenceDefault)}
    return tuple(thing for (_, name), thing in want.objects.items() if name in named)


def _marked(table: Table) -> Table:
    """Without foreign keys, and with a name on everything that has none, so that it is known again."""
    kept = [c for c in table.constraints if not isinstance(c, ForeignKey)]
    return replace(
        table,
        constraints=tuple(_with_mark(c, f"{MARK}c{n}") for n, c in enumerate(kept)),
        indexes=tuple(_with_mark(i, f"{MARK}i{n}") for n, i in enumerate(table.indexes)),
        source=None,
    )


def _with_mark(thing: T, mark: str) -> T:
    return thing if thing.name is not None else replace(thing, name=mark, source=None)


Declared = dict[tuple[QualifiedName, Constraint | Index], Constraint | Index]


def _merged(declared: Table, marked: Table, stored: Table, told: Declared) -> Table:
    """The stored values, each carrying what its declared one knows beside; foreign keys as declared."""
    columns = {c.name: c for c in declared.columns}
    kept = [c for c in declared.constraints if not isinstance(c, ForeignKey)]
    by_name: dict[str | None, Constraint] = {m.name: c for m, c in zip(marked.constraints, kept, strict=True)}
    indexes: dict[str | None, Index] = {
        m.name: i for m, i in zip(marked.indexes, declared.indexes, strict=True)
    }
    keys = tuple(c for c in declared.constraints if isinstance(c, ForeignKey))
    constraints = []
    for constraint in stored.constraints:
        constraints.append(_constraint(constraint, by_name.get(constraint.name)))
        if constraint.name in by_name:
            told[declared.key, constraints[-1]] = by_name[constraint.name]
            told.setdefault((declared.key, replace(constraints[-1], name=None)), by_name[constraint.name])
    made = []
    for index in stored.indexes:
        made.append(_index(index, indexes.get(index.name)))
        if index.name in indexes:
            told[declared.key, made[-1]] = indexes[index.name]
            told.setdefault((declared.key, replace(made[-1], name=None)), indexes[index.name])
    return replace(
        stored,
        columns=tuple(_column(c, columns.get(c.name)) for c in stored.columns),
        primary_key=_key(stored.primary_key, declared.primary_key),
        constraints=(*constraints, *keys),
        indexes=tuple(made),
        prefixes=declared.prefixes,
        comment=declared.comment,
        options=declared.options,
        renamed_from=declared.renamed_from,
    )


def _column(stored: Column, declared: Column | None) -> Column:
    if declared is None:
        return stored
    return replace(
        stored,
        type=replace(
            stored.type,
            python=declared.type.python,
            engine=declared.type.engine,
            needs=declared.type.needs,
        ),
        default=_default(stored.default, declared.default),
        comment=declared.comment,
        options=declared.options,
        renamed_from=declared.renamed_from,
        source=declared.source,
    )


def _default(stored: Default | None, declared: Default | None) -> Default | None:
    if isinstance(stored, TextDefault) and isinstance(declared, TextDefault):
        return TextDefault(_sql(stored.sql, declared.sql))
    if isinstance(stored, Computed) and isinstance(declared, Computed):
        return replace(stored, sql=_sql(stored.sql, declared.sql))
    if isinstance(declared, ByDatabase) or (
        isinstance(stored, SequenceDefault) and isinstance(declared, SequenceDefault)
    ):
        return declared
    return stored


def _sql(stored: SqlText, declared: SqlText) -> SqlText:
    return SqlText(stored.text, clause=declared.clause, written=declared.as_written)


def _key(stored: PrimaryKey | None, declared: PrimaryKey | None) -> PrimaryKey | None:
    if stored is None or declared is None:
        return declared
    return replace(stored, name=declared.name, comment=declared.comment, source=declared.source)


def _constraint(stored: Constraint, declared: Constraint | None) -> Constraint:
    if declared is None or type(declared) is not type(stored):
        return stored
    merged = replace(stored, name=declared.name, comment=declared.comment, source=declared.source)
    if unchecked := tuple(o for o in declared.options if o[0] == NOT_VALID and o not in merged.options):
        merged = replace(merged, options=(*merged.options, *unchecked))  # CREATE TABLE does not heed it
    if isinstance(merged, Check) and isinstance(declared, Check):
        return replace(merged, sql=_sql(merged.sql, declared.sql), of_type=declared.of_type)
    if isinstance(merged, Exclude) and isinstance(declared, Exclude) and merged.where and declared.where:
        return replace(merged, where=_sql(merged.where, declared.where))
    return merged


def _index(stored: Index, declared: Index | None) -> Index:
    if declared is None:
        return stored
    return replace(stored, name=declared.name, comment=declared.comment, source=declared.source)


# -- back to what was written -------------------------------------------------------------------------------


def as_declared(operations: Iterable[Operation], want: Snapshot, settled: Settled) -> tuple[Operation, ...]:
    """The operations with what the author wrote in the place of the server's wording of it.

    A server does not always store its own wording as it stands: what is to be stored the same must be said the same."""
    return tuple(_operation_declared(o, want, settled) for o in operations)


def _operation_declared(operation: Operation, want: Snapshot, settled: Settled) -> Operation:
    table = want.tables.get(getattr(operation, "table", None))  # type: ignore[arg-type]
    if isinstance(operation, CreateIndex):
        index = _written(settled, operation.table, operation.index)
        return replace(operation, index=index)
    if isinstance(operation, AddConstraint):
        return replace(operation, constraint=_written(settled, operation.table, operation.constraint))
    if table is None:
        return operation
    if isinstance(operation, AddColumn):
        column = table.column(operation.column.name)
        return operation if column is None else replace(operation, column=column)
    if isinstance(operation, AlterColumn):
        column = table.column(operation.column)
        if column is None:
            return operation
        if operation.type is not UNCHANGED:
            operation = replace(operation, type=column.type)
        if operation.default is not UNCHANGED:
            operation = replace(operation, default=column.default)
    return operation


def _written(settled: Settled, table: QualifiedName, thing: T) -> T:
    found = settled.declared.get((table, thing)) or settled.declared.get((table, replace(thing, name=None)))
    return thing if found is None else replace(found, name=thing.name)  # type: ignore[return-value]
