"""Views, functions, triggers and the like that models declare: kept in `MetaData.info`, frozen with the tables.

A select, and a type, are compiled for the database when the models are read; SQLAlchemy 2.1's own views are found by
themselves (they are tables of the MetaData that know their select).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Object, Policy, RowSecurity, View
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

from . import compat
from .names import qualified_name

KEY = "limbeck.objects"
"""Under which a MetaData's `info` holds them."""


class Declared(NamedTuple):
    thing: Object
    dialects: frozenset[str]
    """Names of the databases that have it; empty for all."""


class Freezes(Protocol):
    dialect: Any

    def text(self, clause: Any, place: str = "", include_table: bool = False) -> str: ...
    def type(self, type_: Any) -> TypeRef: ...


def register(metadata: Any, things: Iterable[Object], dialects: Iterable[str]) -> None:
    """Adds them to the MetaData (or to that of a declarative base)."""
    metadata = getattr(metadata, "metadata", metadata)
    kept = metadata.info.setdefault(KEY, [])
    kept += [Declared(thing, frozenset(dialects)) for thing in things]


def objects_of(metadata: Any, by: Freezes) -> Iterator[Object]:
    """What the MetaData declares for this dialect; a table with policies has row level security."""
    names = {by.dialect.name, "mysql" if by.dialect.name == "mariadb" else by.dialect.name}
    names |= {"mariadb"} if getattr(by.dialect, "is_mariadb", False) else set()
    found = [settled(d.thing, by) for d in metadata.info.get(KEY, ()) if not d.dialects or d.dialects & names]
    yield from found
    secured = {thing.table for thing in found if isinstance(thing, RowSecurity)}
    for table in dict.fromkeys(t.table for t in found if isinstance(t, Policy) and t.table not in secured):
        yield RowSecurity(table=table)


def settled(thing: Object, by: Freezes) -> Object:
    """The value in this dialect's words."""
    if isinstance(thing, View) and thing.definition.clause is not None:
        text = by.text(thing.definition.clause, f"view {thing.key}", include_table=True)
        return replace(thing, definition=SqlText(text))
    if isinstance(thing, Domain) and thing.type.engine is not None and not thing.type.spelling:
        return replace(thing, type=by.type(thing.type.engine))
    return thing


def view_of(table: Any, by: Freezes) -> View | None:
    """The view that a Table of SQLAlchemy 2.1's CreateView is; None for a table."""
    made = compat.view_construct(table)
    if made is None:
        return None
    key: QualifiedName = qualified_name(table)
    text = by.text(made.selectable, f"view {key}", include_table=True)
    return View(
        name=key.name,
        schema=key.schema,
        definition=SqlText(text),
        materialized=bool(getattr(made, "materialized", False)),
        comment=table.comment,
    )
