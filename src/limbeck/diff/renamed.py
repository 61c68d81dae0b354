"""What is the same thing under a new name, because a person or the models said so; and the steps that rename it.

Never guessed: what only looks renamed is `renames`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Snapshot
from limbeck.ops.column import RenameColumn
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.enum import RenameEnumValue
from limbeck.ops.object import RenameObject
from limbeck.ops.table import RenameTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What a person, or the models, said: it is the same thing under a new name. Never guessed."""

    tables: Mapping[QualifiedName, str] = field(default_factory=dict)
    columns: Mapping[tuple[QualifiedName, str], str] = field(default_factory=dict)
    """(table under its new name, old column) -> new column."""
    values: Mapping[tuple[QualifiedName, str], str] = field(default_factory=dict)
    """(enum, old value) -> new value."""
    schemas: Mapping[str, str] = field(default_factory=dict)
    """Done first: all other names are those in the new schema."""

    def former_table(self, name: QualifiedName) -> QualifiedName:
        """The name under which the table stands now."""
        olds = (o for o, new in self.tables.items() if o.schema == name.schema and new == name.name)
        old = next(olds, name)
        schema = next((was for was, new in self.schemas.items() if new == old.schema), old.schema)
        return QualifiedName(schema, old.name)

    def former_column(self, table: QualifiedName, name: str) -> str:
        """The name under which the column stands now; `table` is its table's new name."""
        return next((old for (t, old), new in self.columns.items() if t == table and new == name), name)


def with_declared(backend: Backend, have: Snapshot, want: Snapshot, renames: Renames) -> Renames:
    """The renames given, and those that the models declare (`info={"renamed_from": ...}`) and that are still to do."""
    tables = dict(renames.tables)
    for schema in dict.fromkeys(name.schema for name in want.tables):
        declared = {t.name: t.renamed_from for name, t in want.tables.items() if name.schema == schema}
        stand = {name.name for name in have.tables if name.schema == schema}
        for old, new in _to_do(declared, stand):
            tables.setdefault(QualifiedName(schema, old), new)
    columns = dict(renames.columns)
    known = Renames(tables=tables)
    for table in want.tables.values():
        stands = have.tables.get(known.former_table(table.key))
        if stands is None:
            continue
        declared = {c.name: c.renamed_from for c in table.columns}
        for old, new in _to_do(declared, {c.name for c in stands.columns}):
            columns.setdefault((table.key, old), new)
    return replace(renames, tables=tables, columns=columns)


def _to_do(declared: Mapping[str, str | None], stand: set[str]) -> Iterator[tuple[str, str]]:
    """Former and new names. `declared` maps every name of the models to its former one or to None. A rename is done where
    its new name stands, unless that is the former one of another that is to do: `c` was `b`, and `b` was `a`. What was
    renamed already is not the former of another too."""
    for name, former in declared.items():
        if name in stand:
            continue
        chain: list[tuple[str, str]] = []
        while former is not None and former in stand and (former, name) not in chain:
            chain.append((former, name))
            name, former = former, declared.get(former)
        if declared.get(name) is None:
            yield from chain


def renamings(renames: Renames, have: Snapshot) -> tuple[Operation, ...]:
    """The steps, each of which finds its new name free: a chain from its end, a swap by way of a third name."""
    schemas = tuple(
        RenameObject(object_kind="schema", name=QualifiedName(None, old), new_name=new)
        for old, new in renames.schemas.items()
    )
    for operation in schemas:
        have = operation.apply(have)
    renames = replace(renames, schemas={})
    return (
        *schemas,
        *_tables(renames, have),
        *_columns(renames, have),
        *_values(renames, have),
    )


def _tables(renames: Renames, have: Snapshot) -> Iterator[Operation]:
    for schema in dict.fromkeys(name.schema for name in renames.tables):
        names = {old.name: new for old, new in renames.tables.items() if old.schema == schema}
        taken = {name.name for name in have.tables if name.schema == schema}
        for old, new in in_turn(names, taken):
            yield RenameTable(table=QualifiedName(schema, old), new_name=new)


def _columns(renames: Renames, have: Snapshot) -> Iterator[Operation]:
    for table in dict.fromkeys(table for table, _ in renames.columns):
        names = {old: new for (t, old), new in renames.columns.items() if t == table}
        stands = have.tables.get(renames.former_table(table))
        taken = set() if stands is None else {c.name for c in stands.columns}
        for old, new in in_turn(names, taken):
            yield RenameColumn(table=table, column=old, new_name=new)


def _values(renames: Renames, have: Snapshot) -> Iterator[Operation]:
    for enum in dict.fromkeys(enum for enum, _ in renames.values):
        names = {old: new for (e, old), new in renames.values.items() if e == enum}
        stands = have.object(Enum, enum)
        for old, new in in_turn(names, set() if stands is None else set(stands.labels)):
            yield RenameEnumValue(enum=enum, value=old, new_value=new)


def in_turn(
    names: Mapping[str, str], taken: set[str], third: Callable[[str], str] = "{}__renamed".format
) -> list[tuple[str, str]]:
    """Old and new names in an order in which each new one is free when its turn comes. In a circle the first goes by a
    third name."""
    waiting = dict(names)
    taken = set(taken)
    last: list[tuple[str, str]] = []
    steps: list[tuple[str, str]] = []
    while waiting:
        old = next((o for o, new in waiting.items() if new not in taken or new not in waiting), None)
        if old is None:
            old = next(iter(waiting))
            between = third(old)
            while between in taken:
                between = third(between)
            last.append((between, waiting[old]))
            waiting[old] = between
            continue
        new = waiting.pop(old)
        steps.append((old, new))
        taken = (taken - {old}) | {new}
    return [*steps, *last]
