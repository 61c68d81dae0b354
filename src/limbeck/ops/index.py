"""Indexes: created, dropped, renamed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.errors import NoSuchThing, ThingExists
from limbeck.model.column import Options
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table

from . import words
from .contract import POSITIONAL, Backend, Operation
from .present import the_column, the_index, the_table

CONCURRENTLY = "postgresql_concurrently"
"""Says how an index is made, not what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex(Operation):
    """`concurrently` builds it without blocking writers where the database can, outside any transaction."""

    kind: ClassVar[str] = "create_index"
    index: Index = field(metadata=POSITIONAL)
    table: QualifiedName = field(metadata=POSITIONAL)
    if_not_exists: bool = False
    concurrently: bool = False

    def describe(self) -> str:
        return f"create {words.index(self.index)} on {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        name = self.index.name
        if name is not None and table.index(name) is not None:
            if self.if_not_exists:
                return before
            raise ThingExists(kind="index", name=f"{name} on {self.table}")
        for column in self.index.columns:
            the_column(table, column)
        return before.with_table(table.with_index(self.index))

    def reverse(self, before: Lookup) -> Operation:
        if self.index.name is None:
            raise self.refuse_reverse("it has no name to drop it by; give it one.")
        if self.if_not_exists and the_table(before, self.table).index(self.index.name) is not None:
            raise self.refuse_reverse("the index was there before.")
        return DropIndex(table=self.table, name=self.index.name, concurrently=self.concurrently)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.create_index(
            self.table, self.index, if_not_exists=self.if_not_exists, concurrently=self.concurrently
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex(Operation):
    """`table` may be left out where the database finds an index by its name alone."""

    kind: ClassVar[str] = "drop_index"
    name: str = field(metadata=POSITIONAL)
    table: QualifiedName | None = field(default=None, metadata=POSITIONAL)
    if_exists: bool = False
    concurrently: bool = False
    options: Options = ()

    def describe(self) -> str:
        return f"drop index {self.name}" + (f" on {self.table}" if self.table is not None else "")

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,) if self.table is not None else ()

    def apply(self, before: Snapshot) -> Snapshot:
        table = self._table(before)
        if self.if_exists and (table is None or table.index(self.name) is None):
            return before
        if table is None:
            raise NoSuchThing(kind="index", name=self.name)
        the_index(table, self.name)
        return before.with_table(table.without_index(self.name))

    def reverse(self, before: Lookup) -> Operation:
        table = self._table(before)
        if table is None:
            raise self.refuse_reverse("its table is not named; say on which table it is.")
        return CreateIndex(table=table.key, index=the_index(table, self.name), concurrently=self.concurrently)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.drop_index(
            self.table,
            self.name,
            if_exists=self.if_exists,
            concurrently=self.concurrently,
            options=self.options,
        )

    def _table(self, before: Lookup) -> Table | None:
        """The named one, else the only one that has an index of this name."""
        if self.table is not None:
            return the_table(before, self.table)
        if not isinstance(before, Snapshot):
            return None
        return next((t for t in before.tables.values() if t.index(self.name) is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameIndex(Operation):
    kind: ClassVar[str] = "rename_index"
    table: QualifiedName = field(metadata=POSITIONAL)
    name: str = field(metadata=POSITIONAL)
    new_name: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"rename index {self.name} on {self.table} to {self.new_name}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        old = the_index(table, self.name)
        new = replace(old, name=self.new_name, source=None)
        indexes = tuple(new if i is old else i for i in table.indexes)
        return before.with_table(replace(table, indexes=indexes, source=None))

    def reverse(self, before: Lookup) -> Operation:
        return RenameIndex(table=self.table, name=self.new_name, new_name=self.name)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_index(self.table, self.name, self.new_name)
