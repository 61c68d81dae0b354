"""Columns that number themselves, where the database wants them in a key at every moment (MySQL, error 1075)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from limbeck.model.constraint import PrimaryKey
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Backend, Operation

Place = tuple[QualifiedName, str]
"""A table and a column of it."""


def without_falling_keys(
    backend: Backend, changes: Iterable[Operation], have: Snapshot
) -> Iterator[Operation]:
    """Where a column that numbers itself must be in a key, its own key goes and comes with it, in one statement; not where
    all columns go, since then the new ones come first: it numbers no more before."""
    changes = list(changes)
    gone = {(o.table, o.column) for o in changes if isinstance(o, DropColumn)}
    for change in changes:
        if backend.numbering_needs_key and isinstance(change, DropConstraint) and change.table in have.tables:
            table = have.tables[change.table]
            key = table.primary_key
            column = None if key is None or len(key.columns) > 1 else table.column(key.columns[0])
            falls = column is not None and column.autoincrement and (table.key, column.name) in gone
            if change.constraint_kind == "primary key" and column is not None and falls:
                if any((table.key, c.name) not in gone for c in table.columns):
                    continue
                yield AlterColumn(table=table.key, column=column.name, autoincrement=False)
        yield change


def with_keys_of_numbers(backend: Backend, changes: Iterable[Operation]) -> Iterator[Operation]:
    """Where a column that numbers itself must be in a key, a new one comes with its own key in one statement, and numbers
    only afterwards where the key is over more columns."""
    changes = list(changes)
    keys: dict[Place, PrimaryKey] = {}
    numbers: set[Place] = set()
    for change in changes:
        if isinstance(change, AddColumn) and change.column.autoincrement and backend.numbering_needs_key:
            numbers.add((change.table, change.column.name))
        elif isinstance(change, AddConstraint) and isinstance(change.constraint, PrimaryKey):
            keys.update(((change.table, name), change.constraint) for name in change.constraint.columns)
    own = {place: key for place, key in keys.items() if place in numbers}
    for change in changes:
        key = own.get((change.table, change.column.name)) if isinstance(change, AddColumn) else None
        if isinstance(change, AddConstraint) and _comes_along(change, own):
            continue
        if key is None or not isinstance(change, AddColumn):
            yield change
        elif len(key.columns) == 1:
            yield replace(change, inline=(key,))
        else:
            still = replace(change.column, autoincrement=False, source=None)
            yield replace(change, column=still)
            yield AlterColumn(table=change.table, column=still.name, autoincrement=True)


def _comes_along(change: AddConstraint, own: dict[Place, PrimaryKey]) -> bool:
    key = change.constraint
    return isinstance(key, PrimaryKey) and len(key.columns) == 1 and (change.table, key.columns[0]) in own
