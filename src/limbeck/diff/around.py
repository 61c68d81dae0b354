"""What stands in the way of a change, dropped before it and added again after it: foreign keys above all.

A key stands in the way where what it refers to goes for a moment, where the database lets no type change under it
(MySQL), and where the index it needs goes for a moment (MySQL, error 1553).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from limbeck.model.constraint import ForeignKey, PrimaryKey, Unique
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint, dropping
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.table import DropTable

from .same import plain_name

Key = tuple[QualifiedName, frozenset[str]]


def around(backend: Backend, changes: Sequence[Operation], have: Snapshot, want: Snapshot) -> list[Operation]:
    """For every foreign key that stays and is in the way: its drop and its return."""
    keys = set(_dropped_keys(backend, changes, have))
    typed = set(_new_types(backend, changes)) if backend.foreign_keys_hold_types else set()
    gone = {o.table for o in changes if isinstance(o, DropTable)}
    result: list[Operation] = []
    for table in have.tables.values():
        if table.key in gone:
            continue
        wanted = want.tables.get(table.key) or want.tables.get(plain_name(backend, table.key)) or table
        for key in _staying(table, changes):
            loses = _loses_index(backend, table, wanted, key, changes)
            if loses or _in_the_way(backend, table, key, keys, typed):
                again = replace(key, name=_name_to_come(table, key, changes))
                result += [dropping(table.key, key), AddConstraint(table=table.key, constraint=again)]
    return [*result, *_options_of_keys(changes, have, want)]


OF_KEYS = {"sqlite_with_rowid": False, "sqlite_autoincrement": True}
"""What a table of SQLite can only be while it has a key."""


def _options_of_keys(changes: Sequence[Operation], have: Snapshot, want: Snapshot) -> Iterator[Operation]:
    """Such an option, taken away for the moment in which the table has no key; one that changes anyway comes by itself."""
    said = {(o.table, name) for o in changes if isinstance(o, AlterTable) for name, _ in o.options}
    for operation in changes:
        if not isinstance(operation, DropConstraint) or operation.constraint_kind != "primary key":
            continue
        table, after = have.tables.get(operation.table), want.tables.get(operation.table)
        for name, value in OF_KEYS.items():
            stands = table is not None and dict(table.options).get(name) == value
            stays = after is not None and after.primary_key and dict(after.options).get(name, value) == value
            if stands and stays and (operation.table, name) not in said:
                yield AlterTable(table=operation.table, options=((name, None),))
                yield AlterTable(table=operation.table, options=((name, value),))


def _name_to_come(table: Table, key: ForeignKey, changes: Sequence[Operation]) -> str | None:
    """The name it is renamed to, else its own: a key that goes for a moment comes back under its new name."""
    renamed = (o for o in changes if isinstance(o, RenameConstraint))
    return next((o.new_name for o in renamed if (o.table, o.name) == (table.key, key.name)), key.name)


def without_renames_of(changes: Iterable[Operation], gone: Iterable[Operation]) -> Iterator[Operation]:
    """The changes without renames of what `around` drops and adds under its new name."""
    dropped = {(o.table, o.name) for o in gone if isinstance(o, DropConstraint)}
    return (o for o in changes if not (isinstance(o, RenameConstraint) and (o.table, o.name) in dropped))


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
        table = have.tables.get(getattr(operation, "table", None))  # type: ignore[arg-type]
        if table is None:
            continue
        if isinstance(operation, DropConstraint):
            constraint = operation.found(table)
            if isinstance(constraint, (PrimaryKey, Unique)):
                yield plain_name(backend, table.key), frozenset(constraint.columns)
        elif isinstance(operation, DropIndex):
            index = table.index(operation.name)
            if index is not None and index.unique:
                yield plain_name(backend, table.key), frozenset(index.columns)


def _new_types(backend: Backend, changes: Sequence[Operation]) -> Iterator[tuple[QualifiedName, str]]:
    for operation in changes:
        if isinstance(operation, AlterColumn) and operation.type is not UNCHANGED:
            yield plain_name(backend, operation.table), operation.column
        elif isinstance(operation, AlterTable):
            yield from ((plain_name(backend, operation.table), name) for name, _ in operation.columns)


def _staying(table: Table, changes: Sequence[Operation]) -> Iterator[ForeignKey]:
    dropped = {o.found(table) for o in changes if isinstance(o, DropConstraint) and o.table == table.key}
    return (key for key in table.foreign_keys if key not in dropped)


# -- the index that a foreign key needs -----------------------------------------------------------------------


def _loses_index(
    backend: Backend, table: Table, want: Table, key: ForeignKey, changes: Sequence[Operation]
) -> bool:
    """Whether the index that serves the key goes, and another one comes for it later. Where none comes, the backend
    says the one that it would make by itself."""
    if not backend.indexes_foreign_keys or not served(table, key) or not served(want, key):
        return False
    return not served(_without_dropped(table, changes), key)


def _without_dropped(table: Table, changes: Sequence[Operation]) -> Table:
    for operation in changes:
        if getattr(operation, "table", None) != table.key:
            continue
        if isinstance(operation, DropIndex):
            table = table.without_index(operation.name)
        elif isinstance(operation, DropConstraint) and operation.name is not None:
            table = table.without_constraint(operation.name)
        elif isinstance(operation, DropConstraint) and operation.constraint_kind == "primary key":
            table = _without_key(table)
    return table


def _without_key(table: Table) -> Table:
    return replace(table, primary_key=None, source=None)


def served(table: Table, key: ForeignKey) -> bool:
    """Whether an index of the table begins with the key's columns, in their order."""
    return any(columns[: len(key.columns)] == key.columns for columns in _indexed(table))


def _indexed(table: Table) -> Iterable[tuple[str, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    yield from (unique.columns for unique in table.uniques)
    yield from (index.whole for index in table.indexes)


def with_needed_indexes(
    backend: Backend, changes: tuple[Operation, ...], have: Snapshot
) -> tuple[Operation, ...]:
    """The changes, and before a drop the index that MySQL wants in its place (error 1553): said, so that the way back
    knows of it. `have` is what stands before the first."""
    if not backend.indexes_foreign_keys:
        return changes
    steps: list[Operation] = []
    for change in changes:
        needed: tuple[Operation, ...] = ()
        if isinstance(change, (DropIndex, DropConstraint)):
            needed = tuple(o for o in backend.rewrite(change, have) if isinstance(o, CreateIndex))
        for step in (*needed, change):
            have = backend.after(step, have)
            steps.append(step)
    return tuple(steps)
