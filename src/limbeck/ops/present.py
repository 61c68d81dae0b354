"""What an operation needs to find in the state before it; NoSuchThing and ThingExists where it is not so."""

from __future__ import annotations

from typing import TypeVar

from limbeck.errors import NoSuchThing, ThingExists
from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.table import Table

T = TypeVar("T", bound=Object)


def the_table(before: Lookup, name: QualifiedName) -> Table:
    found = before.table(name)
    if found is not None:
        return found
    known = tuple(sorted(map(str, before.tables))) if isinstance(before, Snapshot) else ()
    raise NoSuchThing(kind="table", name=str(name), known=known[:20])


def the_column(table: Table, name: str) -> Column:
    found = table.column(name)
    if found is not None:
        return found
    raise NoSuchThing(kind="column", name=f"{table.key}.{name}", known=tuple(c.name for c in table.columns))


def the_constraint(table: Table, name: str) -> Constraint:
    found = table.constraint(name)
    if found is not None:
        return found
    everything = (table.primary_key, *table.constraints)
    known = tuple(c.name for c in everything if c is not None and c.name is not None)
    raise NoSuchThing(kind="constraint", name=f"{name} on {table.key}", known=known)


def the_index(table: Table, name: str) -> Index:
    found = table.index(name)
    if found is not None:
        return found
    known = tuple(i.name for i in table.indexes if i.name is not None)
    raise NoSuchThing(kind="index", name=f"{name} on {table.key}", known=known)


def the_object(before: Lookup, kind: type[T], name: QualifiedName) -> T:
    found = before.object(kind, name)
    if found is not None:
        return found
    raise NoSuchThing(kind=kind.kind, name=str(name))


def no_table(before: Snapshot, name: QualifiedName) -> None:
    if name in before.tables:
        raise ThingExists(kind="table", name=str(name))


def no_column(table: Table, name: str) -> None:
    if table.column(name) is not None:
        raise ThingExists(kind="column", name=f"{table.key}.{name}")
