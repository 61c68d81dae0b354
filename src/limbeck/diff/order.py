"""Operations in an order that runs, on tables that refer to each other, also in circles.

Phases first, then what depends on what inside a phase. The way back is the same list read backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from limbeck.digraph import knots, sort
from limbeck.model.constraint import ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint, dropping
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.object import AlterObject, CreateObject, ReplaceObject
from limbeck.ops.table import CreateTable, DropTable

from .objects import looks_at_tables

Keyed = tuple[QualifiedName, frozenset[str]]
"""A table and columns of it that are unique together."""
PHASES: dict[str, int] = {
    "create_object": 0,
    "replace_object": 0,
    "alter_object": 1,
    "add_enum_value": 1,
    "drop_table": 15,
    "drop_constraint": 20,  # foreign keys before the keys they refer to: see _phase
    "drop_index": 22,
    "rename_index": 23,
    "rename_constraint": 24,
    "create_table": 30,
    "drop_column": 38,
    "alter_table": 40,  # a column that comes back takes its character set from the table as it was
    "alter_column": 41,
    "add_column": 42,
    "comment_on_table": 43,
    "add_constraint": 50,  # foreign keys last
    "create_index": 51,
    # at 65 what looks at tables; what it looked like before is dropped first of all
    "validate_constraint": 70,
    "drop_object": 80,
}


def ordered(
    backend: Backend, changes: Sequence[Operation], have: Snapshot, want: Snapshot
) -> tuple[Operation, ...]:
    """The same changes in an order that runs; foreign keys in a circle become operations of their own."""
    creations = [c for c in changes if isinstance(c, CreateTable)]
    drops = [c for c in changes if isinstance(c, DropTable)]
    rest = [c for c in changes if not isinstance(c, (CreateTable, DropTable))]
    keyed = set(_newly_keyed(rest))
    built = _creations(backend, creations, keyed)
    fallen = _drops(backend, drops, have)
    everything = [*rest, *built, *fallen]
    emptied = _emptied(changes, have)
    early = [o for o in everything if isinstance(o, AddColumn) and o.table in emptied]
    everything = [*early, *(o for o in everything if o not in early)]

    def phase(operation: Operation) -> int:
        if operation in early:
            return PHASES["drop_column"] - 1
        if isinstance(operation, (CreateObject, ReplaceObject)) and looks_at_tables(operation.thing, want):
            return 65
        if isinstance(operation, AlterObject) and looks_at_tables(operation.want, want):
            return 65
        if (
            isinstance(operation, CreateTable)
            and backend.allows_forward_references
            and _waits(operation.table, keyed)
        ):
            return PHASES["create_index"] + 1
        if (
            isinstance(operation, DropIndex)
            and backend.indexes_foreign_keys
            and _is_followed(operation, rest, have)
        ):
            return 62  # behind the key that brings it, see _phase
        if isinstance(operation, DropColumn) and _is_computed(have, operation):
            return PHASES["drop_column"] - 2
        return _phase(backend, operation)

    return tuple(sorted(everything, key=phase))  # sorted() is stable: inside a phase the order stays


def _newly_keyed(changes: Iterable[Operation]) -> Iterator[Keyed]:
    """What becomes unique: only then can a foreign key refer to it."""
    for change in changes:
        if isinstance(change, AddConstraint) and isinstance(change.constraint, (PrimaryKey, Unique)):
            yield change.table, frozenset(change.constraint.columns)
        elif isinstance(change, CreateIndex) and change.index.unique:
            yield change.table, frozenset(change.index.columns)
        elif isinstance(change, AddColumn):
            keys = (c for c in change.inline if isinstance(c, (PrimaryKey, Unique)))
            yield from ((change.table, frozenset(key.columns)) for key in keys)


def _waits(table: Table, keyed: set[Keyed]) -> bool:
    return any((key.referred, frozenset(key.referred_columns)) in keyed for key in table.foreign_keys)


def _is_computed(have: Snapshot, operation: DropColumn) -> bool:
    """A computed column goes before those it is computed from."""
    table = have.tables.get(operation.table)
    column = None if table is None else table.column(operation.column)
    return column is not None and isinstance(column.default, Computed)


def _is_followed(operation: DropIndex, changes: Sequence[Operation], have: Snapshot) -> bool:
    """Whether a new foreign key brings an index that serves in this one's place: it goes when that one is there."""
    table = None if operation.table is None else have.tables.get(operation.table)
    index = None if table is None else table.index(operation.name)
    if table is None or index is None:
        return False
    if all(key.columns != index.columns for key in table.foreign_keys):
        return False
    wide, coming = len(index.columns), False
    for change in changes:
        if (
            isinstance(change, CreateIndex)
            and change.table == table.key
            and change.index.name == operation.name
        ):
            return False  # the name must be free before
        if isinstance(change, AddConstraint) and change.table == table.key:
            key = change.constraint
            coming |= isinstance(key, ForeignKey) and key.columns[:wide] == index.columns != key.columns
    return coming


def _emptied(changes: Sequence[Operation], have: Snapshot) -> set[QualifiedName]:
    """Tables that lose all their columns and get others: these come first, a table must have one."""
    gone: dict[QualifiedName, set[str]] = {}
    for change in changes:
        if isinstance(change, DropColumn):
            gone.setdefault(change.table, set()).add(change.column)
    anew = {(c.table, c.column.name) for c in changes if isinstance(c, AddColumn)}
    return {
        table
        for table, columns in gone.items()
        if table in have.tables
        and columns == {c.name for c in have.tables[table].columns}
        and not any((table, column) in anew for column in columns)
    }


def _phase(backend: Backend, operation: Operation) -> int:
    phase = PHASES.get(operation.kind, 60)
    if isinstance(operation, AlterColumn) and backend.numbering_needs_key:
        # numbers no more before its key goes, and again when its key stands
        return 19 if operation.autoincrement is False else 55 if operation.autoincrement is True else phase
    if isinstance(operation, AlterTable) and operation.options[0][0].startswith("sqlite_"):
        # its key and types must be fit for it: what it is not any more goes first, what it becomes comes last
        return 55 if operation.options[0][1] is not None else 19
    if isinstance(operation, AddColumn) and isinstance(operation.column.default, Computed):
        return PHASES["comment_on_table"]  # behind the columns it is computed from
    if isinstance(operation, DropConstraint) and operation.constraint_kind == "foreign key":
        return 12
    if isinstance(operation, AddConstraint) and isinstance(operation.constraint, ForeignKey):
        return (
            61 if operation.constraint.name is None else 60
        )  # the server may give it a name that another has
    return phase


def _creations(backend: Backend, creations: Sequence[CreateTable], keyed: set[Keyed]) -> list[Operation]:
    """Referred tables first. Where tables refer to each other in a circle, the keys that close it come afterwards; so do
    those to what becomes unique only then."""
    tables = {c.table.key: c.table for c in creations}
    forward = backend.allows_forward_references
    sequence, late = creation_order(tables.values(), forward=forward)
    if not forward:
        late += [
            (name, key)
            for name, table in tables.items()
            for key in table.foreign_keys
            if (key.referred, frozenset(key.referred_columns)) in keyed and (name, key) not in late
        ]
    by_name = {c.table.key: c for c in creations}
    result: list[Operation] = []
    for name in sequence:
        operation = by_name[name]
        table = operation.table
        kept = tuple(c for c in table.constraints if (name, c) not in late)
        result.append(
            operation if kept == table.constraints else replace(operation, table=_bare(table, kept))
        )
    result += [AddConstraint(table=name, constraint=key) for name, key in late]
    return result


def _bare(table: Table, constraints: tuple[object, ...]) -> Table:
    return replace(table, constraints=constraints, source=None)  # type: ignore[arg-type]


def creation_order(
    tables: Iterable[Table], *, forward: bool = False
) -> tuple[list[QualifiedName], list[tuple[QualifiedName, ForeignKey]]]:
    """Names so that a table comes after those it refers to, and the foreign keys that must wait for all of them.

    A key that says use_alter waits too. `forward` says that a key may refer to a table that is not there yet: then none
    waits.
    """
    listed = {t.key: t for t in tables}
    waiting: list[tuple[QualifiedName, ForeignKey]] = []
    edges: dict[QualifiedName, set[QualifiedName]] = {name: set() for name in listed}
    for name, table in listed.items():
        for key in table.foreign_keys:
            if key.use_alter and not forward:
                waiting.append((name, key))
            elif key.referred in listed and key.referred != name:
                edges[name].add(key.referred)
    for circle in knots(edges, edges.__getitem__):
        if len(circle) < 2:
            continue
        inside = set(circle)
        for name in circle:
            for key in listed[name].foreign_keys:
                if key.referred in inside and key.referred != name and not (forward or key.use_alter):
                    waiting.append((name, key))
            edges[name] -= inside
    return sort(edges, edges.__getitem__), waiting


def _drops(backend: Backend, drops: Sequence[DropTable], have: Snapshot) -> list[Operation]:
    """Referring tables first; the foreign keys of a circle fall before any of its tables."""
    tables = [have.tables[d.table] for d in drops]
    sequence, circular = creation_order(tables, forward=backend.allows_forward_references)
    by_name = {d.table: d for d in drops}
    result: list[Operation] = [dropping(name, key) for name, key in circular]
    result += [by_name[name] for name in reversed(sequence)]
    return result
