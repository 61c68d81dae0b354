"""A value for the rows that have none, before a column becomes NOT NULL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement

from .contract import POSITIONAL, Backend, Operation
from .present import the_column, the_table


@dataclass(frozen=True, slots=True, kw_only=True)
class FillColumn(Operation):
    """Every row whose column is NULL gets `value`, an SQL expression. Run twice it does nothing the second time."""

    kind: ClassVar[str] = "fill_column"
    table: QualifiedName = field(metadata=POSITIONAL)
    column: str = field(metadata=POSITIONAL)
    value: SqlText = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"fill {self.table}.{self.column} where it is NULL"

    def touches(self) -> tuple[QualifiedName, ...]:
        return ()

    def apply(self, before: Snapshot) -> Snapshot:
        the_column(the_table(before, self.table), self.column)
        return before

    def reverse(self, before: Lookup) -> Operation:
        raise self.refuse_reverse("which rows were NULL is not known afterwards.")

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.fill_column(self.table, self.column, self.value, before)
