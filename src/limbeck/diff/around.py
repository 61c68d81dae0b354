"""Foreign keys that stand in the way of a change, dropped before it and added again after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limbeck.model.constraint import ForeignKey, PrimaryKey, Unique
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint, dropping
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.table import DropTable

from .same import plain_name

Key = tuple[QualifiedName, frozenset[str]]


def around(backend: Backend, changes: Sequence[Operation], have: Snapshot) -> list[Operation]:
    """For every foreign key that stays: its drop and its return, where a key it refers to goes, or where the database
    lets no type change under it."""
    keys = set(_dropped_keys(backend, changes, have))
    typed = set(_new_types(backend, changes)) if backend.foreign_keys_hold_types else set()
    if not keys and not typed:
        return []
    gone = {o.table for o in changes if isinstance(o, DropTable)}
    result: list[Operation] = []
    for table in have.tables.values():
        if table.key in gone:
            continue
        for key in _staying(table, changes):
            if _in_the_way(backend, table, key, keys, typed):
                result += [dropping(table.key, key), AddConstraint(table=table.key, constraint=key)]
    return result


def _in_the_way(
    backend: Backend,
    table: Table,
    key: ForeignKey,
    keys: set[Key],
    typed: set[tuple[QualifiedName, str]],
) -> bool:
    referred = plain_name(backend, key.referred)
    if (referred, frozenset(key.referred_columns)) in keys:
        return True
    own = {(plain_name(backend, table.key), c) for c in key.columns}
    return bool(typed & (own | {(referred, c) for c in key.referred_columns}))


def _dropped_keys(backend: Backend, changes: Sequence[Operation], have: Snapshot) -> Iterator[Key]:
    for operation in changes:
        if isinstance(operation, DropConstraint) and operation.table in have.tables:
            constraint = operation.found(have.tables[operation.table])
            if isinstance(constraint, (PrimaryKey, Unique)):
                yield plain_name(backend, operation.table), frozenset(constraint.columns)


def _new_types(backend: Backend, changes: Sequence[Operation]) -> Iterator[tuple[QualifiedName, str]]:
    for operation in changes:
        if isinstance(operation, AlterColumn) and operation.type is not UNCHANGED:
            yield plain_name(backend, operation.table), operation.column


def _staying(table: Table, changes: Sequence[Operation]) -> Iterator[ForeignKey]:
    dropped = {o.found(table) for o in changes if isinstance(o, DropConstraint) and o.table == table.key}
    return (key for key in table.foreign_keys if key not in dropped)
