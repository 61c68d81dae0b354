"""What a database looks like at one moment: tables and objects by name, and where the knowledge comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol, TypeVar

from .names import QualifiedName
from .objects import Object
from .table import Table

T = TypeVar("T", bound=Object)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendId:
    """Of which database a value speaks. `version` is the server's; `variant` tells e.g. "mariadb" under mysql."""

    name: str
    version: tuple[int, ...] = ()
    variant: str = ""
    driver: str = field(default="", compare=False)


class Lookup(Protocol):
    """Something that can be asked what a table looks like now. A Snapshot is one; a live run has one that reads."""

    def table(self, name: QualifiedName) -> Table | None:
        """The table, None where there is none; raises UnknownValue where that cannot be told."""
        ...

    def object(self, kind: type[T], name: QualifiedName) -> T | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Tables and objects at one moment on one backend.

    `stored` is True when it was read from a server (in that server's spelling) and False when it is as declared: the
    two are never equal by right. `partial` is True where a table that is not here may exist all the same.
    """

    backend: BackendId
    tables: Mapping[QualifiedName, Table] = field(default_factory=lambda: MappingProxyType({}))
    objects: Mapping[tuple[str, QualifiedName], Object] = field(default_factory=lambda: MappingProxyType({}))
    stored: bool = False
    partial: bool = False

    @staticmethod
    def of(
        backend: BackendId,
        tables: Iterable[Table] = (),
        objects: Iterable[Object] = (),
        *,
        stored: bool = False,
        partial: bool = False,
    ) -> Snapshot:
        return Snapshot(
            backend=backend,
            tables=MappingProxyType({t.key: t for t in tables}),
            objects=MappingProxyType({(o.kind, o.key): o for o in objects}),
            stored=stored,
            partial=partial,
        )

    def table(self, name: QualifiedName) -> Table | None:
        found = self.tables.get(name)
        if found is None and self.partial:
            from limbeck.errors import UnknownValue

            raise UnknownValue(wanted=f"table {name}")
        return found

    def object(self, kind: type[T], name: QualifiedName) -> T | None:
        found = self.objects.get((kind.kind, name))
        return found if isinstance(found, kind) else None

    def objects_of(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(o for o in self.objects.values() if isinstance(o, kind))

    def with_table(self, table: Table) -> Snapshot:
        return replace(self, tables=MappingProxyType({**self.tables, table.key: table}))

    def with_tables(self, tables: Iterable[Table]) -> Snapshot:
        """Each in the place of its name, or added last."""
        fresh = {table.key: table for table in tables}
        return replace(self, tables=MappingProxyType({**self.tables, **fresh})) if fresh else self

    def without_table(self, name: QualifiedName) -> Snapshot:
        return replace(self, tables=MappingProxyType({k: t for k, t in self.tables.items() if k != name}))

    def with_object(self, thing: Object) -> Snapshot:
        return replace(self, objects=MappingProxyType({**self.objects, (thing.kind, thing.key): thing}))

    def without_object(self, kind: type[Object], name: QualifiedName) -> Snapshot:
        gone = (kind.kind, name)
        return replace(self, objects=MappingProxyType({k: o for k, o in self.objects.items() if k != gone}))
