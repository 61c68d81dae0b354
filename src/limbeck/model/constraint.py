"""Constraints of a table. `name` None is unnamed. Columns are names in the table's own spelling, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from .column import Options
from .names import QualifiedName
from .sqltext import SqlText


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryKey:
    kind: ClassVar[str] = "primary key"
    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    comment: str | None = None
    options: Options = ()
    source: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    kind: ClassVar[str] = "unique"
    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    comment: str | None = None
    options: Options = ()
    source: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`referred_columns` are as many as `columns`. Actions are upper case ("SET NULL"); None is the default.

    `use_alter` wishes it to be added after both tables stand; the order of operations decides.
    """

    kind: ClassVar[str] = "foreign key"
    columns: tuple[str, ...]
    referred: QualifiedName
    referred_columns: tuple[str, ...]
    name: str | None = None
    on_update: str | None = None
    on_delete: str | None = None
    match: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    use_alter: bool = field(default=False, compare=False)
    comment: str | None = None
    options: Options = ()
    source: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`of_type` marks a CHECK that a type brings along (Boolean, Enum without native support), by its column's name;
    `in_column` one that stands in that column's own definition."""

    kind: ClassVar[str] = "check"
    sql: SqlText
    name: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    comment: str | None = None
    options: Options = ()
    of_type: str | None = field(default=None, compare=False)
    in_column: str | None = field(default=None, compare=False)
    source: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeElement:
    """One `expression WITH operator` of an EXCLUDE constraint; exactly one of column and sql is given."""

    operator: str
    column: str | None = None
    sql: SqlText | None = None
    operator_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """PostgreSQL's EXCLUDE."""

    kind: ClassVar[str] = "exclude"
    elements: tuple[ExcludeElement, ...]
    name: str | None = None
    using: str = "gist"
    where: SqlText | None = None
    deferrable: bool | None = None
    initially: str | None = None
    comment: str | None = None
    options: Options = ()
    source: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A third party's kind, known by its own words alone: `text` as it stands in CREATE TABLE, its name in it. No
    database tells of one; what it demands is read back as one of the kinds above, or not at all."""

    kind: ClassVar[str] = ""
    text: str
    name: str | None = None
    columns: tuple[str, ...] = ()
    deferrable: bool | None = None
    initially: str | None = None
    comment: str | None = None
    options: Options = ()
    source: Any = field(default=None, compare=False, repr=False)


Constraint = PrimaryKey | Unique | ForeignKey | Check | Exclude | Other
