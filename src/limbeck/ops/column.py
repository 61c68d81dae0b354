"""Columns: added, dropped, renamed. What becomes of one that stays is `alter_column`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from limbeck.model.column import Column
from limbeck.model.constraint import Constraint, PrimaryKey
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from . import dependents, words
from .constraint import AddConstraint
from .contract import POSITIONAL, Backend, Facts, Hazard, Operation
from .index import CreateIndex
from .present import no_column, the_column, the_table
from .several import Several


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(Operation):
    """A column behind the others. `inline` are constraints said in the same clause, for databases that want it so (an
    AUTO_INCREMENT column and its key); other constraints are operations of their own."""

    kind: ClassVar[str] = "add_column"
    table: QualifiedName = field(metadata=POSITIONAL)
    column: Column = field(metadata=POSITIONAL)
    inline: tuple[Constraint, ...] = ()
    if_not_exists: bool = False

    def describe(self) -> str:
        return f"add column {self.table}.{self.column.name} ({words.column(self.column)})"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        if self.if_not_exists and table.column(self.column.name) is not None:
            return before
        no_column(table, self.column.name)
        table = table.with_column(self.column)
        for constraint in self.inline:
            table = table.with_constraint(constraint)
        return before.with_table(table)

    def reverse(self, before: Lookup) -> Operation:
        if self.if_not_exists and the_table(before, self.table).column(self.column.name) is not None:
            raise self.refuse_reverse("the column was there before, so dropping it would lose it.")
        return DropColumn(table=self.table, column=self.column.name)

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if self.column.nullable or self.column.default is not None or self.column.autoincrement:
            return ()
        rows = (facts.rows or {}).get(self.table)
        if rows == 0:
            return ()
        text = f"{self.table}.{self.column.name} is not null and has no default: rows that are there have no value"
        instead = "Add it with a default, or nullable, fill it, and then make it not null."
        return (Hazard("PG36", "data", text, instead),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.add_column(
            self.table, self.column, if_not_exists=self.if_not_exists, inline=self.inline
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn(Operation):
    """The column, and what the database drops with it: indexes and constraints that are over it."""

    kind: ClassVar[str] = "drop_column"
    table: QualifiedName = field(metadata=POSITIONAL)
    column: str = field(metadata=POSITIONAL)
    if_exists: bool = False

    def describe(self) -> str:
        return f"drop column {self.table}.{self.column}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        if self.if_exists and table.column(self.column) is None:
            return before
        the_column(table, self.column)
        return dependents.without_column(before, table, self.column)

    def reverse(self, before: Lookup) -> Operation:
        """The column as it was, then what fell with it. Its values do not come back, and it stands last."""
        table = the_table(before, self.table)
        column = the_column(table, self.column)
        constraints, indexes = dependents.over_column(table, self.column)
        inline = tuple(c for c in constraints if _is_own_key(c, column))
        again: list[Operation] = [AddColumn(table=self.table, column=column, inline=inline)]
        again += [AddConstraint(table=self.table, constraint=c) for c in constraints if c not in inline]
        again += [CreateIndex(table=self.table, index=i) for i in indexes]
        return again[0] if len(again) == 1 else Several(operations=tuple(again))

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if (facts.rows or {}).get(self.table) == 0:
            return ()
        text = f"dropping {self.table}.{self.column} loses its values"
        return (Hazard("PG45", "data", text, "Let programs forget the column first, then drop it."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.drop_column(self.table, self.column, if_exists=self.if_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn(Operation):
    """The column gets another name; indexes, constraints and foreign keys of other tables follow."""

    kind: ClassVar[str] = "rename_column"
    table: QualifiedName = field(metadata=POSITIONAL)
    column: str = field(metadata=POSITIONAL)
    new_name: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"rename column {self.table}.{self.column} to {self.new_name}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        the_column(table, self.column)
        no_column(table, self.new_name)
        return dependents.with_column_renamed(before, table, self.column, self.new_name)

    def reverse(self, before: Lookup) -> Operation:
        return RenameColumn(table=self.table, column=self.new_name, new_name=self.column)

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        text = f"programs that still say {self.table}.{self.column} fail from this moment on"
        return (Hazard("PG46", "other", text, "Add a second column, fill both, and drop the first later."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_column(self.table, self.column, self.new_name, before)


def _is_own_key(value: Constraint, column: Column) -> bool:
    """A column that numbers itself cannot stand without its key on MySQL: both are said at once."""
    return column.autoincrement and isinstance(value, PrimaryKey) and value.columns == (column.name,)
