"""Constraints: added, dropped, renamed, validated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.errors import ThingExists
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table

from . import words
from .contract import POSITIONAL, Backend, Facts, Hazard, Operation
from .present import the_column, the_constraint, the_table

NOT_VALID = "postgresql_not_valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConstraint(Operation):
    """A constraint on a table that stands. The option postgresql_not_valid leaves existing rows unchecked."""

    kind: ClassVar[str] = "add_constraint"
    table: QualifiedName = field(metadata=POSITIONAL)
    constraint: Constraint = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"add {words.constraint(self.constraint)} on {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        name = self.constraint.name
        if name is not None and table.constraint(name) is not None:
            raise ThingExists(kind="constraint", name=f"{name} on {self.table}")
        if isinstance(self.constraint, (PrimaryKey, Unique, ForeignKey)):
            for column in self.constraint.columns:
                the_column(table, column)
        if isinstance(self.constraint, PrimaryKey):
            table = _not_null(table, self.constraint)
        return before.with_table(table.with_constraint(self.constraint))

    def reverse(self, before: Lookup) -> Operation:
        if self.constraint.name is None:
            raise self.refuse_reverse("it has no name to drop it by; give it one.")
        return DropConstraint(
            table=self.table, name=self.constraint.name, constraint_kind=words.kind_of(self.constraint)
        )

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if (facts.rows or {}).get(self.table) == 0 or dict(self.constraint.options).get(NOT_VALID):
            return ()
        text = f"rows of {self.table} that break it make this fail"
        code = {"check": "PG12", "foreign key": "PG13", "primary key": "PG19", "exclude": "PG21"}
        return (Hazard(code.get(words.kind_of(self.constraint), "PG08"), "data", text),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.add_constraint(self.table, self.constraint)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropConstraint(Operation):
    """`constraint_kind` is "primary key", "unique", "foreign key", "check" or "exclude"; "" where it is not known (some
    databases need it)."""

    kind: ClassVar[str] = "drop_constraint"
    name: str = field(metadata=POSITIONAL)
    table: QualifiedName = field(metadata=POSITIONAL)
    constraint_kind: str = ""
    if_exists: bool = False

    def describe(self) -> str:
        return f"drop {self.constraint_kind or 'constraint'} {self.name} on {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        if self.if_exists and table.constraint(self.name) is None:
            return before
        the_constraint(table, self.name)
        return before.with_table(table.without_constraint(self.name))

    def reverse(self, before: Lookup) -> Operation:
        return AddConstraint(
            table=self.table, constraint=the_constraint(the_table(before, self.table), self.name)
        )

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.drop_constraint(self.table, self.name, self.constraint_kind, if_exists=self.if_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameConstraint(Operation):
    kind: ClassVar[str] = "rename_constraint"
    table: QualifiedName = field(metadata=POSITIONAL)
    name: str = field(metadata=POSITIONAL)
    new_name: str = field(metadata=POSITIONAL)
    constraint_kind: str = ""

    def describe(self) -> str:
        return f"rename constraint {self.name} on {self.table} to {self.new_name}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        old = the_constraint(table, self.name)
        new = replace(old, name=self.new_name, source=None)
        if isinstance(new, PrimaryKey):
            return before.with_table(table.with_constraint(new))
        constraints = tuple(new if c is old else c for c in table.constraints)
        return before.with_table(replace(table, constraints=constraints, source=None))

    def reverse(self, before: Lookup) -> Operation:
        return RenameConstraint(
            table=self.table, name=self.new_name, new_name=self.name, constraint_kind=self.constraint_kind
        )

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_constraint(self.table, self.name, self.new_name, self.constraint_kind, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateConstraint(Operation):
    """PostgreSQL: existing rows are checked against a constraint that was added as not valid."""

    kind: ClassVar[str] = "validate_constraint"
    table: QualifiedName = field(metadata=POSITIONAL)
    name: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"validate constraint {self.name} on {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        old = the_constraint(table, self.name)
        assert isinstance(old, (Check, ForeignKey)), "only these can be not valid"
        options = tuple(o for o in old.options if o[0] != NOT_VALID)
        new = replace(old, options=options, source=None)
        constraints = tuple(new if c is old else c for c in table.constraints)
        return before.with_table(replace(table, constraints=constraints, source=None))

    def reverse(self, before: Lookup) -> Operation:
        raise self.refuse_reverse(
            "a constraint that was checked cannot be unchecked; that it holds harms nobody."
        )

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.validate_constraint(self.table, self.name)


def _not_null(table: Table, key: PrimaryKey) -> Table:
    """The columns of a primary key are not null from then on, on every database."""
    for name in key.columns:
        column = table.column(name)
        if column is not None and column.nullable:
            table = table.with_column(replace(column, nullable=False, source=None))
    return table
