"""The way back of a list of operations: each one's reverse, last first, seen from the state it met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from limbeck.errors import Irreversible
from limbeck.model.constraint import Check, Constraint, ForeignKey
from limbeck.model.names import QualifiedName
from limbeck.model.objects import ON_TABLES, Object, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.ops.constraint import AddConstraint, DropConstraint, ValidateConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import DropIndex
from limbeck.ops.object import AlterObject, CreateObject, DropObject, ReplaceObject
from limbeck.ops.several import flat

from .around import served
from .objects import sorted_by_need
from .steps import runnable

Made = dict[int, tuple[QualifiedName, tuple[str, ...], str]]
"""By the number of the operation that had the server make it: table, columns and name of an index."""


def way_back(
    backend: Backend, operations: Sequence[Operation], before: Snapshot
) -> tuple[Operation | Irreversible, ...]:
    """From after the operations to `before`. What has no honest reverse stands as the error that says so."""
    result: list[tuple[Operation | Irreversible, ...]] = []
    state = before
    made: Made = {}
    for number, operation in enumerate(operations):
        after = operation.apply(state)
        if isinstance(operation, ValidateConstraint):  # that rows were checked harms nobody
            result.append(())
            state = after
            continue
        try:
            back = tuple(_as_stored(_anew(backend, flat((operation.reverse(state),)), after)))
            _made_by_server(backend, operation, state, number, made)
            result.append(runnable(backend, back, after, state))
        except Irreversible as error:
            result.append((error,))
        state = after
    for number, (table, _, name) in made.items():
        result[number] = (*result[number], DropIndex(table=table, name=name))
    return tuple(_views_apart([step for steps in reversed(result) for step in steps]))


def _views_apart(steps: list[Operation | Irreversible]) -> Iterator[Operation | Irreversible]:
    """The same steps: views and what stands on them go before all else and come after it, those first that others need;
    each step by itself would meet views that still read what goes, or do not read yet what comes."""
    made = [s for s in steps if isinstance(s, (DropObject, CreateObject, ReplaceObject))]
    views = {s.thing.key for s in made if isinstance(s.thing, View)}

    def apart(thing: Object) -> bool:
        return isinstance(thing, View) or (isinstance(thing, ON_TABLES) and thing.table in views)

    drops = [s for s in made if isinstance(s, DropObject) and apart(s.thing)]
    comes = [s for s in made if isinstance(s, (CreateObject, ReplaceObject)) and apart(s.thing)]
    altered = [s for s in steps if isinstance(s, AlterObject) and isinstance(s.want, View)]
    yield from drops
    yield from (s for s in steps if not any(s is v for v in (*drops, *comes, *altered)))
    order = {id(thing): number for number, thing in enumerate(sorted_by_need(s.thing for s in comes))}
    yield from sorted(comes, key=lambda s: order[id(s.thing)])
    yield from altered


def _anew(backend: Backend, operations: Iterator[Operation], before: Snapshot) -> Iterator[Operation]:
    """What cannot be replaced in this direction is dropped and made again."""
    for operation in operations:
        if isinstance(operation, ReplaceObject):
            stands = before.object(type(operation.thing), operation.thing.key)
            if stands is not None and not backend.may_replace(stands, operation.thing):
                yield DropObject(thing=stands)
                yield CreateObject(thing=operation.thing)
                continue
        yield operation


def applied(operations: Sequence[Operation], before: Snapshot) -> Snapshot:
    """What there is after the operations."""
    for operation in operations:
        before = operation.apply(before)
    return before


def _made_by_server(
    backend: Backend, operation: Operation, before: Snapshot, number: int, made: Made
) -> None:
    """MySQL makes an index for a foreign key that has none, and leaves it when the key goes. One that serves a key as
    well takes the place of the one it made before, which then is gone."""
    if not isinstance(operation, AddConstraint) or not isinstance(operation.constraint, ForeignKey):
        return
    key, table = operation.constraint, before.tables.get(operation.table)
    if not backend.indexes_foreign_keys or table is None or served(table, key):
        return
    name = key.columns[0] if key.name is None else key.name
    for first, (where, columns, _) in made.items():
        if where != operation.table:
            continue
        if key.columns[: len(columns)] == columns:
            number = first
        elif columns[: len(key.columns)] == key.columns:
            return
    made[number] = (operation.table, key.columns, name)


def _as_stored(operations: Iterator[Operation]) -> Iterator[Operation]:
    """A constraint without a name is found by what the server stores, not by how it was written."""
    for operation in operations:
        if isinstance(operation, DropConstraint) and operation.constraint is not None:
            operation = replace(operation, constraint=_unwritten(operation.constraint))
        yield operation


def _unwritten(constraint: Constraint) -> Constraint:
    if isinstance(constraint, Check):
        return replace(constraint, sql=SqlText(constraint.sql.text), source=None)
    return constraint
