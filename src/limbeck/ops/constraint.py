"""Constraints: added, dropped, renamed, validated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.errors import NoSuchThing, NotSupported, ThingExists
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, PrimaryKey, Unique
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
        return dropping(self.table, self.constraint)

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
    databases need it). One without a name is told by what it demands: `constraint`, and `name` is None."""

    kind: ClassVar[str] = "drop_constraint"
    name: str | None = field(metadata=POSITIONAL)
    table: QualifiedName = field(metadata=POSITIONAL)
    constraint_kind: str = ""
    if_exists: bool = False
    constraint: Constraint | None = None

    def describe(self) -> str:
        kind = self.constraint_kind or "constraint"
        if self.name is None and self.constraint is not None:
            return f"drop {words.constraint(self.constraint)} on {self.table}"
        return f"drop {kind} {self.name} on {self.table}"

    def found(self, table: Table, backend: Backend | None = None) -> Constraint:
        """The constraint in that table; raises NoSuchThing. One without a name is of twins the one without, or the one
        that got its name from the database."""
        if self.name is not None:
            return the_constraint(table, self.name)
        everything: tuple[Constraint, ...] = (
            *table.constraints,
            *((table.primary_key,) if table.primary_key else ()),
        )
        everything = tuple(sorted(everything, key=lambda c: not _nameless(c, backend)))
        for there in everything:
            if self.constraint is not None and replace(there, name=None) == replace(
                self.constraint, name=None
            ):
                return there
        meant = self.constraint
        alike = [there for there in everything if meant is not None and _alike(there, meant)]
        if meant is not None and alike:
            return min(alike, key=lambda there: _apart(there, meant))
        raise NoSuchThing(kind=self.constraint_kind or "constraint", name=f"like that on {table.key}")

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        if self.if_exists and self.name is not None and table.constraint(self.name) is None:
            return before
        gone = self.found(table)
        if gone is table.primary_key:
            return before.with_table(replace(table, primary_key=None, source=None))
        rest = tuple(c for c in table.constraints if c is not gone)
        return before.with_table(replace(table, constraints=rest, source=None))

    def reverse(self, before: Lookup) -> Operation:
        return AddConstraint(table=self.table, constraint=self.found(the_table(before, self.table)))

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        kind = self.constraint_kind or ("" if self.constraint is None else words.kind_of(self.constraint))
        name = self.name if self.name is not None else self.found(the_table(before, self.table), backend).name
        if name is None and kind == "primary key" and not backend.names_primary_keys:
            name = "PRIMARY"
        if name is None:
            raise self._nameless(backend)
        return backend.drop_constraint(self.table, name, kind, if_exists=self.if_exists)

    def _nameless(self, backend: Backend) -> NotSupported:
        return NotSupported(
            backend=backend.id.name,
            feature=f"{self.describe()} without its name",
            instead="Give the constraint its name.",
        )


def _nameless(constraint: Constraint, backend: Backend | None) -> bool:
    name = constraint.name
    return name is None or (
        backend is not None and backend.gives_name(name, getattr(constraint, "columns", ()))
    )


def dropping(table: QualifiedName, constraint: Constraint) -> DropConstraint:
    """The operation that drops it: by its name, or, where it has none, by what it demands."""
    return DropConstraint(
        table=table,
        name=constraint.name,
        constraint_kind=constraint.kind,
        constraint=constraint if constraint.name is None else None,
    )


def _alike(there: Constraint, meant: Constraint) -> bool:
    """Over the same columns, to the same table: databases tell the rest (actions, wording) in words of their own."""
    if type(there) is not type(meant):
        return False
    if isinstance(there, ForeignKey) and isinstance(meant, ForeignKey):
        return (there.columns, there.referred, there.referred_columns) == (
            meant.columns,
            meant.referred,
            meant.referred_columns,
        )
    if isinstance(there, (PrimaryKey, Unique)) and isinstance(meant, (PrimaryKey, Unique)):
        return there.columns == meant.columns
    if isinstance(there, Check) and isinstance(meant, Check):
        return _bare(there.sql.text) == _bare(meant.sql.text)
    if isinstance(there, Exclude) and isinstance(meant, Exclude):
        return there.using == meant.using and _excluded(there) == _excluded(meant)
    return False


def _apart(there: Constraint, meant: Constraint) -> int:
    """How much two that are alike differ in beside: of several over the same columns the nearest is the one."""
    return sum(_far(a, b) for a, b in zip(_beside(there), _beside(meant), strict=True))


def _far(one: object, other: object) -> int:
    """RESTRICT and NO ACTION are one on some databases, and near to each other on all."""
    near = {one, other} == {"RESTRICT", "NO ACTION"}
    return 0 if one == other else 1 if near else 2


def _beside(value: Constraint) -> tuple[object, ...]:
    found: list[object] = [bool(value.deferrable), (value.initially or "IMMEDIATE").upper()]
    if isinstance(value, ForeignKey):
        actions = (value.on_delete, value.on_update)
        found += [*((action or "NO ACTION").upper() for action in actions), (value.match or "SIMPLE").upper()]
    return (*found, tuple(o for o in value.options if o[1] not in (None, False, (), "")))


def _excluded(value: Exclude) -> list[tuple[str, str]]:
    where = _bare(value.where.text) if value.where is not None else ""
    elements = [(e.column or _bare(e.sql.text if e.sql else ""), e.operator) for e in value.elements]
    return [*elements, ("where", where)]


def _bare(text: str) -> str:
    """Without what servers add and leave out: blanks, quotes around names, parentheses."""
    return "".join(sign for sign in text.lower() if sign not in ' \n\t"`()')


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
