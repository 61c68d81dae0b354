"""What becomes of a column that stays: type, nullability, default, comment, numbering. Its name is `RenameColumn`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from limbeck.model.column import Column, Options
from limbeck.model.defaults import Default
from limbeck.model.marks import UNCHANGED, Unchanged
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.types import TypeRef

from . import words
from .contract import POSITIONAL, Backend, Change, Facts, Hazard, Operation
from .present import the_column, the_table

PARTS = ("type", "nullable", "default", "comment", "autoincrement")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterColumn(Operation):
    """Every part that is given becomes so; what is UNCHANGED stays. `using` is how old values become the new type.

    `options` are dialect options by their new value; an option that is not named stays."""

    kind: ClassVar[str] = "alter_column"
    table: QualifiedName = field(metadata=POSITIONAL)
    column: str = field(metadata=POSITIONAL)
    type: TypeRef | Unchanged = UNCHANGED
    nullable: bool | Unchanged = UNCHANGED
    default: Default | Unchanged | None = UNCHANGED
    comment: str | Unchanged | None = UNCHANGED
    autoincrement: bool | Unchanged = UNCHANGED
    using: SqlText | None = None
    options: Options = ()

    @property
    def change(self) -> Change:
        return Change(**self._given(), using=self.using, options=self.options)

    def describe(self) -> str:
        return f"alter column {self.table}.{self.column}: {', '.join(self._told()) or 'nothing'}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        column = the_column(table, self.column)
        return before.with_table(table.with_column(self.applied(column)))

    def applied(self, column: Column) -> Column:
        """The column as it is afterwards."""
        options = tuple(sorted({**dict(column.options), **dict(self.options)}.items()))
        return replace(column, **self._given(), options=options, source=None)

    def reverse(self, before: Lookup) -> Operation:
        """The old value of each given part. Values that the new type could not hold do not come back, and what an
        author said for USING is not turned round."""
        column = the_column(the_table(before, self.table), self.column)
        old = {part: getattr(column, part) for part in self._given()}
        was = dict(column.options)
        options = tuple((name, was.get(name)) for name, _ in self.options)
        return AlterColumn(table=self.table, column=self.column, **old, options=options)

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if self.nullable is not False or (facts.rows or {}).get(self.table) == 0:
            return ()
        text = f"rows of {self.table} where {self.column} is NULL make this fail"
        return (Hazard("PG22", "data", text, "Fill them first."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.alter_column(self.table, self.column, self.change, before)

    def _given(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in PARTS if getattr(self, part) is not UNCHANGED}

    def _told(self) -> list[str]:
        told = []
        if isinstance(self.type, TypeRef):
            told.append(f"type {self.type.spelling}")
        if self.nullable is not UNCHANGED:
            told.append("nullable" if self.nullable else "not null")
        if self.default is not UNCHANGED:
            told.append("no default" if self.default is None else words.default(self.default))
        if self.comment is not UNCHANGED:
            told.append("no comment" if self.comment is None else "comment")
        if self.autoincrement is not UNCHANGED:
            told.append("numbers itself" if self.autoincrement else "does not number itself")
        return told + [name for name, _ in self.options]
