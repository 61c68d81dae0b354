"""What is wanted, but for what nobody decided: there it is as it stands, so that nothing of it changes and nothing is lost.

Each function takes `want` and `have` (with what was renamed under its new name) and gives another `want`. The diff of
`have` and that leaves the thing alone; next time it differs again and is asked about again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from limbeck.model.constraint import Constraint, ForeignKey
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops import dependents
from limbeck.ops.contract import Backend
from limbeck.ops.identifiers import mentions

from .same import plain_name

Left = Callable[[Snapshot], Snapshot]


def table_called_as_before(backend: Backend, have: Snapshot, old: QualifiedName, new: str) -> Left:
    """The table that stands as `old` stays, and `new` is not made; what refers to the new one refers to the old."""
    stands = have.tables[old]

    def left(want: Snapshot) -> Snapshot:
        fresh = _find(backend, want, QualifiedName(old.schema, new))
        if fresh is None:
            return want
        back = replace(fresh, name=old.name, source=None)
        want = dependents.with_table_renamed(want, fresh.key, back)
        want = _things_as_before(have, want, (new,))
        return _reachable(backend, want.without_table(back.key).with_table(stands), stands.key)

    return left


def table_kept(backend: Backend, have: Snapshot, name: QualifiedName) -> Left:
    stands = have.tables[name]
    return lambda want: _reachable(backend, want.with_table(stands), name)


def column_called_as_before(
    backend: Backend, have: Snapshot, table: QualifiedName, old: str, new: str
) -> Left:
    """The column `old` stays with all that is over it, and `new` is not made."""

    def left(want: Snapshot) -> Snapshot:
        fresh = _find(backend, want, table)
        if fresh is None or fresh.column(new) is None:
            return want
        want = dependents.with_column_renamed(want, fresh, new, old)
        want = _things_as_before(have, want, (fresh.name, new))
        return want.with_table(_with_column_of(have.tables[table], want.tables[fresh.key], old))

    return left


def column_kept(backend: Backend, have: Snapshot, table: QualifiedName, column: str) -> Left:
    """The column stays as it stands, with all that is over it, whether the models have one of that name or none."""

    def left(want: Snapshot) -> Snapshot:
        fresh = _find(backend, want, table)
        if fresh is None:
            return want
        return want.with_table(_with_column_of(have.tables[table], fresh, column))

    return left


def type_kept(backend: Backend, have: Snapshot, table: QualifiedName, column: str) -> Left:
    """The column keeps its type, with the default that is written in it."""

    def left(want: Snapshot) -> Snapshot:
        fresh = _find(backend, want, table)
        stands = have.tables[table].column(column)
        wanted = None if fresh is None else fresh.column(column)
        if fresh is None or wanted is None or stands is None:
            return want
        kept = replace(
            wanted,
            type=stands.type,
            default=stands.default,
            autoincrement=stands.autoincrement,
            source=None,
        )
        return want.with_table(fresh.with_column(kept))

    return left


def enum_kept(have: Snapshot, name: QualifiedName) -> Left:
    """The enum keeps its values, and so do the columns of it their defaults."""
    stands = have.object(Enum, name)

    def left(want: Snapshot) -> Snapshot:
        return want if stands is None else want.with_object(stands)

    return left


def null_allowed(backend: Backend, have: Snapshot, table: QualifiedName, column: str) -> Left:
    """The column may be NULL for now. One of the primary key may not: it is left out, and the key stays as it is."""

    def left(want: Snapshot) -> Snapshot:
        fresh = _find(backend, want, table)
        wanted = None if fresh is None else fresh.column(column)
        if fresh is None or wanted is None:
            return want
        key = fresh.primary_key
        if key is None or column not in key.columns:
            return want.with_table(fresh.with_column(replace(wanted, nullable=True, source=None)))
        stands = have.tables[table]
        if stands.column(column) is not None:
            return want.with_table(_with_column_of(stands, fresh, column, key=True))
        want = dependents.without_column(want, fresh, column)
        bare = want.tables[fresh.key]
        return want.with_table(replace(bare, primary_key=stands.primary_key, source=None))

    return left


def _things_as_before(have: Snapshot, want: Snapshot, names: tuple[str, ...]) -> Snapshot:
    """Views, functions, triggers and policies whose text speaks of all these names could not be made without what was
    left open: they stay as they stand, or are not made."""
    for thing in want.objects.values():
        text = getattr(thing, "definition", None)
        if text is None or not all(mentions(text.as_written, name) for name in names):
            continue
        stands = have.object(type(thing), thing.key)
        want = want.without_object(type(thing), thing.key)
        want = want if stands is None else want.with_object(stands)
    return want


def _find(backend: Backend, snapshot: Snapshot, name: QualifiedName) -> Table | None:
    plain = plain_name(backend, name)
    return next((t for key, t in snapshot.tables.items() if plain_name(backend, key) == plain), None)


def _with_column_of(stands: Table, want: Table, column: str, *, key: bool = False) -> Table:
    """`want` with the column as it stands, in its place, and the constraints and indexes that are over it."""
    old = stands.column(column)
    assert old is not None
    new, was = dependents.over_column(want, column), dependents.over_column(stands, column)
    names = {c.name for c in want.columns} | {column}
    kept = (c for c in was[0] if c is not stands.primary_key and _within(c, names))
    primary = stands.primary_key if key or stands.primary_key in was[0] else want.primary_key
    return replace(
        want,
        columns=want.with_column(old).columns,
        primary_key=primary,
        constraints=(*(c for c in want.constraints if c not in new[0]), *kept),
        indexes=(*(i for i in want.indexes if i not in new[1]), *(i for i in was[1] if _within(i, names))),
        source=None,
    )


def _within(thing: Constraint | Index, names: set[str]) -> bool:
    """Whether all the columns that it names are there."""
    return set(getattr(thing, "columns", ())) <= names


def _reachable(backend: Backend, want: Snapshot, name: QualifiedName) -> Snapshot:
    """The table without the foreign keys to what will not be there."""
    table = want.tables[name]
    there = {plain_name(backend, key) for key in want.tables}
    kept = tuple(_there(backend, table.constraints, there))
    return (
        want if kept == table.constraints else want.with_table(replace(table, constraints=kept, source=None))
    )


def _there(
    backend: Backend, constraints: Iterable[Constraint], there: set[QualifiedName]
) -> Iterable[Constraint]:
    for constraint in constraints:
        if not isinstance(constraint, ForeignKey) or plain_name(backend, constraint.referred) in there:
            yield constraint
