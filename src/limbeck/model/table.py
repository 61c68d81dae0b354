"""One table with all that belongs to it. Edits return new values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .column import Column, Options
from .constraint import Check, Constraint, Exclude, ForeignKey, PrimaryKey, Unique
from .index import Index
from .names import QualifiedName


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns` in their order; `constraints` all but the primary key; `prefixes` as in CREATE <prefix> TABLE."""

    name: str
    schema: str | None = None
    columns: tuple[Column, ...] = ()
    primary_key: PrimaryKey | None = None
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    prefixes: tuple[str, ...] = ()
    options: Options = ()
    renamed_from: str | None = field(default=None, compare=False)
    source: Any = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def index(self, name: str) -> Index | None:
        return next((i for i in self.indexes if i.name == name), None)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of that name, the primary key among them."""
        everything = (*self.constraints, *((self.primary_key,) if self.primary_key else ()))
        return next((c for c in everything if c.name == name), None)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        return tuple(c for c in self.constraints if isinstance(c, ForeignKey))

    @property
    def uniques(self) -> tuple[Unique, ...]:
        return tuple(c for c in self.constraints if isinstance(c, Unique))

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(c for c in self.constraints if isinstance(c, Check))

    @property
    def excludes(self) -> tuple[Exclude, ...]:
        return tuple(c for c in self.constraints if isinstance(c, Exclude))

    def with_column(self, column: Column) -> Table:
        """Replaced in its place where the name is there, else added last."""
        if self.column(column.name) is None:
            return replace(self, columns=(*self.columns, column), source=None)
        return replace(
            self, columns=tuple(column if c.name == column.name else c for c in self.columns), source=None
        )

    def without_column(self, name: str) -> Table:
        return replace(self, columns=tuple(c for c in self.columns if c.name != name), source=None)

    def with_constraint(self, constraint: Constraint) -> Table:
        if isinstance(constraint, PrimaryKey):
            return replace(self, primary_key=constraint, source=None)
        return replace(self, constraints=(*self.constraints, constraint), source=None)

    def without_constraint(self, name: str) -> Table:
        if self.primary_key is not None and self.primary_key.name == name:
            return replace(self, primary_key=None, source=None)
        return replace(self, constraints=tuple(c for c in self.constraints if c.name != name), source=None)

    def with_index(self, index: Index) -> Table:
        return replace(self, indexes=(*self.indexes, index), source=None)

    def without_index(self, name: str) -> Table:
        return replace(self, indexes=tuple(i for i in self.indexes if i.name != name), source=None)
