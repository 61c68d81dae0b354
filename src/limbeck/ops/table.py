"""Tables: created, dropped, renamed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table

from . import dependents
from .contract import POSITIONAL, Backend, Facts, Hazard, Operation
from .present import no_table, the_table


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable(Operation):
    """The table with its columns, constraints, indexes and comments."""

    kind: ClassVar[str] = "create_table"
    table: Table = field(metadata=POSITIONAL)
    if_not_exists: bool = False

    def describe(self) -> str:
        return f"create table {self.table.key}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table.key,)

    def apply(self, before: Snapshot) -> Snapshot:
        if self.if_not_exists and self.table.key in before.tables:
            return before
        no_table(before, self.table.key)
        return before.with_table(self.table)

    def reverse(self, before: Lookup) -> Operation:
        if self.if_not_exists and before.table(self.table.key) is not None:
            raise self.refuse_reverse("the table was there before, so dropping it would lose it.")
        return DropTable(table=self.table.key)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.create_table(self.table, if_not_exists=self.if_not_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable(Operation):
    """The table and all that belongs to it: indexes, constraints, triggers, policies, sequences it owns."""

    kind: ClassVar[str] = "drop_table"
    table: QualifiedName = field(metadata=POSITIONAL)
    if_exists: bool = False

    def describe(self) -> str:
        return f"drop table {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        if self.if_exists and self.table not in before.tables:
            return before
        the_table(before, self.table)
        return dependents.without_table(before, self.table)

    def reverse(self, before: Lookup) -> Operation:
        """The table as it was, empty: rows do not come back."""
        return CreateTable(table=the_table(before, self.table))

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        rows = (facts.rows or {}).get(self.table)
        if rows == 0:
            return ()
        many = "its rows" if rows is None else f"its {rows} rows"
        text = f"dropping table {self.table} loses {many}"
        return (Hazard("PG47", "data", text, "Rename it first, and drop it when nothing misses it."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.drop_table(self.table, if_exists=self.if_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(Operation):
    """The table gets another name in the same schema; what refers to it follows."""

    kind: ClassVar[str] = "rename_table"
    table: QualifiedName = field(metadata=POSITIONAL)
    new_name: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"rename table {self.table} to {self.new_name}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table, self._new)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        no_table(before, self._new)
        renamed = replace(table, name=self.new_name, source=None)
        return dependents.with_table_renamed(before, self.table, renamed)

    def reverse(self, before: Lookup) -> Operation:
        return RenameTable(table=self._new, new_name=self.table.name)

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        text = f"programs that still say {self.table} fail from this moment on"
        return (Hazard("PG46", "other", text, "Leave a view of the old name until they are gone."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_table(self.table, self.new_name)

    @property
    def _new(self) -> QualifiedName:
        return QualifiedName(self.table.schema, self.new_name)
