"""Brings what is declared into the server's own spelling, where that is in question, keeping how it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from limbeck.diff.fixed import fixed_differences
from limbeck.diff.rules import EVERYTHING, Rules
from limbeck.diff.same import plain_name
from limbeck.diff.walk import table_changes
from limbeck.model.column import Column, Options
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
from limbeck.ops.alter_table import TABLESPACE
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import NOT_VALID, AddConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex

from . import memory, parts
from .scratch import Scratch, open_scratch

MARK = "limbeck_unnamed_"
T = TypeVar("T", Constraint, Index)
Declared = dict[tuple[QualifiedName, Constraint | Index], Constraint | Index]


class Settled(NamedTuple):
    """`want` in the server's spelling. `as_text` names the tables that had to stay as declared, with the reason.
    `declared` gives for a settled constraint or index, with its name and without, the value its author wrote."""

    want: Snapshot
    as_text: Mapping[QualifiedName, str]
    declared: Mapping[tuple[QualifiedName, Constraint | Index], Constraint | Index]


def settle(
    connection: Any,
    backend: Backend,
    want: Snapshot,
    ambiguous: Iterable[QualifiedName],
    have: Snapshot | None = None,
    rules: Rules = EVERYTHING,
) -> Settled:
    """Builds and reads back the named tables of `want`; the others stay as they are.

    With `have` (the other side, as stored) only the parts that differ are asked about first, each different one once: a
    table that then reads like its counterpart is settled and not built.
    The connection's data and transaction are as before afterwards. Values keep their author's Python and text."""
    names = tuple(ambiguous)
    if not names:
        return Settled(want, {}, {})
    declared: Declared = {}
    with open_scratch(connection, backend) as scratch:
        if scratch is None:
            return Settled(want, dict.fromkeys(names, "nothing may be created on this database"), {})
        worded = {} if have is None else _worded(scratch, backend, have, want, names, rules, declared)
        marked = {name: _marked(want.tables[name]) for name in names if name not in worded}
        built = memory.build(scratch, tuple(marked.values()), _needs(marked.values(), want))
    stored = {
        n: replace(
            _merged(want.tables[n], marked[n], t, declared), options=_options(backend, want.tables[n], t)
        )
        for n, t in built.tables.items()
    }
    return Settled(want.with_tables((*worded.values(), *stored.values())), built.refused, declared)


def _worded(
    scratch: Scratch,
    backend: Backend,
    have: Snapshot,
    want: Snapshot,
    names: Iterable[QualifiedName],
    rules: Rules,
    told: Declared,
) -> dict[QualifiedName, Table]:
    """The tables whose parts, in the server's wording, are those of their counterparts."""
    stands = {plain_name(backend, name): table for name, table in have.tables.items()}
    pairs = {name: stands[key] for name in names if (key := plain_name(backend, name)) in stands}
    pairs = {n: old for n, old in pairs.items() if not fixed_differences(backend, old, want.tables[n])}
    asked = {name: parts.questions(backend, old, want.tables[name], rules) for name, old in pairs.items()}
    whole = {question: probe for each in asked.values() for question, probe in (each or {}).items()}
    if not whole:
        return {}
    built = memory.build(scratch, parts.numbered(whole), _needs(whole.values(), want))
    answers = parts.answers(whole, built.tables)
    found: dict[QualifiedName, Table] = {}
    for name, each in asked.items():
        if each is None or not all(question in answers for question in each):
            continue
        kept: Declared = {}
        table = _with_parts(want.tables[name], each, answers, kept)
        if not table_changes(backend, pairs[name], table, rules):
            found[name] = table
            told.update(kept)
    return found


def _with_parts(table: Table, asked: Iterable[parts.Question], answers: parts.Parts, told: Declared) -> Table:
    """The table with each part that was asked about as the server stores it."""
    for question in asked:
        stored, part = answers[question], question.part
        if isinstance(part, TextDefault):
            (column,) = stored.columns
            table = replace(
                table,
                columns=tuple(
                    replace(c, default=_default(column.default, c.default)) if c.name == column.name else c
                    for c in table.columns
                ),
            )
        elif isinstance(part, Check):
            checks = [c for c in stored.constraints if isinstance(c, Check)]
            table = replace(
                table,
                constraints=tuple(_asked_check(table.key, c, part, checks, told) for c in table.constraints),
            )
        else:
            table = replace(
                table,
                indexes=tuple(_asked_index(table.key, i, part, stored.indexes, told) for i in table.indexes),
            )
    return table


def _asked_check(
    key: QualifiedName, one: Constraint, part: Check, stored: list[Check], told: Declared
) -> Constraint:
    if not isinstance(one, Check) or one.sql.text != part.sql.text or len(stored) != 1:
        return one
    made = _constraint(stored[0], one)
    told[key, replace(made, name=None)] = one
    return made


def _asked_index(
    key: QualifiedName, one: Index, part: Index, stored: tuple[Index, ...], told: Declared
) -> Index:
    if len(stored) != 1 or replace(one, name=part.name, comment=None) != part:
        return one
    made = _index(stored[0], one)
    told[key, replace(made, name=None)] = one
    return made


def _needs(tables: Iterable[Table], want: Snapshot) -> tuple[Object, ...]:
    columns = [column for table in tables for column in table.columns]
    named = {name for column in columns for name in column.type.needs}
    named |= {c.default.sequence for c in columns if isinstance(c.default, SequenceDefault)}
    return tuple(thing for (_, name), thing in want.objects.items() if name in named)


def _marked(table: Table) -> Table:
    """Without foreign keys, and with a name on everything that has none, so that it is known again."""
    kept = _kept(table)
    return replace(
        table,
        constraints=tuple(_with_mark(c, f"{MARK}c{n}") for n, c in enumerate(kept)),
        indexes=tuple(_with_mark(i, f"{MARK}i{n}") for n, i in enumerate(table.indexes)),
        source=None,
    )


def _kept(table: Table) -> list[Constraint]:
    """Those with a name first: of twins PostgreSQL makes one, under the first name that its author gave."""
    kept = [c for c in table.constraints if not isinstance(c, ForeignKey)]
    return sorted(kept, key=lambda c: c.name is None)


def _with_mark(thing: T, mark: str) -> T:
    return thing if thing.name is not None else replace(thing, name=mark, source=None)


def _merged(declared: Table, marked: Table, stored: Table, told: Declared) -> Table:
    """The stored values, each carrying what its declared one knows beside; foreign keys as declared."""
    columns = {c.name: c for c in declared.columns}
    by_name: dict[str | None, Constraint] = {
        m.name: c for m, c in zip(marked.constraints, _kept(declared), strict=True)
    }
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
        renamed_from=declared.renamed_from,
    )


def _options(backend: Backend, declared: Table, stored: Table) -> Options:
    """As declared; what no statement changes in the server's wording, to be told from what stands."""
    fixed = {name: value for name, value in stored.options if name in backend.fixed_options}
    return tuple((name, fixed.get(name, value)) for name, value in declared.options)


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
    merged = replace(stored, name=declared.name, comment=declared.comment, source=declared.source)
    if usual := tuple(o for o in declared.options if o[0] == TABLESPACE and o not in merged.options):
        merged = replace(merged, options=(*merged.options, *usual))  # the reader tells none for pg_default
    return merged


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
        if column is None:
            return operation
        if column.autoincrement != operation.column.autoincrement:  # it numbers itself later
            column = replace(column, autoincrement=operation.column.autoincrement, source=None)
        return replace(operation, column=column)
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
