"""Where a column's value comes from when a row gives none. A small union; None means no default at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from .names import QualifiedName
from .sqltext import SqlText


@dataclass(frozen=True, slots=True)
class TextDefault:
    """`DEFAULT <sql>`; the text is the whole expression with its quotes (`'x'`, `now()`, `0`)."""

    sql: SqlText


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """`GENERATED ALWAYS AS (<sql>)`. `persisted` True is STORED, False is VIRTUAL, None leaves it to the database."""

    sql: SqlText
    persisted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceOptions:
    """What CREATE SEQUENCE and IDENTITY share; None is "the database's default"."""

    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    nominvalue: bool | None = None
    nomaxvalue: bool | None = None
    cycle: bool | None = None
    cache: int | None = None
    order: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY`. `on_null` is Oracle's ON NULL."""

    always: bool | None = False
    on_null: bool | None = None
    options: SequenceOptions = field(default_factory=SequenceOptions)


@dataclass(frozen=True, slots=True)
class SequenceDefault:
    """The next value of a named sequence, spelled as a server default by the backend."""

    sequence: QualifiedName


@dataclass(frozen=True, slots=True)
class ByDatabase:
    """The database gives a value (a trigger, a default nobody spelled): present, not known, never compared."""


Default = TextDefault | Computed | Identity | SequenceDefault | ByDatabase
