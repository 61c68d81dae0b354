"""A connection's `schema_translate_map`: the names of a revision become those of the database once, in the values.

SQLAlchemy follows the map in its own constructs alone. So it is read when the run begins, every operation is rewritten by
it, and what is executed has final names, which nothing translates a second time ({"a": "b", "b": "c"} is no chain).
What a revision writes itself is left alone: text is text, and constructs go the way SQLAlchemy sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Operation
from limbeck.shore.freeze import Freezer

T = TypeVar("T", bound=Object)
Schemas = Mapping[str | None, str | None]
NONE: Final[Schemas] = {}
_AS_THEY_ARE: Final = frozenset(("source", "clause", "engine", "parameters", "rows"))


def of(connection: Any) -> Schemas:
    """The map of a connection; empty where it has none."""
    found: Schemas = connection.get_execution_options().get("schema_translate_map") or NONE
    return found


def translated(operation: Operation, schemas: Schemas, freeze: Freezer) -> Operation:
    """The operation with the names of the database. What is raw SQL stays as it is."""
    if not schemas or getattr(operation, "unknown", False):
        return operation
    made: Operation = _value(operation, schemas, freeze)
    return made


def name(given: QualifiedName, schemas: Schemas) -> QualifiedName:
    return QualifiedName(schemas.get(given.schema, given.schema), given.name)


def _value(value: Any, schemas: Schemas, freeze: Freezer) -> Any:
    if isinstance(value, QualifiedName):
        return name(value, schemas)
    if isinstance(value, TypeRef):
        return freeze.moved(value, schemas) if value.needs else value
    if type(value) is tuple:
        return tuple(_value(each, schemas, freeze) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for field in fields(value):
        was = getattr(value, field.name)
        if field.name == "schema":
            now = schemas.get(was, was)
        elif field.name in _AS_THEY_ARE:
            continue
        else:
            now = _value(was, schemas, freeze)
        if now is not was:
            changes[field.name] = now
    return replace(value, **changes) if changes else value


class Translating:
    """The Lookup for those who ask by a revision's own names."""

    def __init__(self, behind: Any, schemas: Schemas) -> None:
        self._behind = behind
        self._schemas = schemas

    def table(self, key: QualifiedName) -> Table | None:
        found: Table | None = self._behind.table(name(key, self._schemas))
        return found

    def object(self, kind: type[T], key: QualifiedName) -> T | None:
        found: T | None = self._behind.object(kind, name(key, self._schemas))
        return found
