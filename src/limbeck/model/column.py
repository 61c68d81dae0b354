"""One column of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .defaults import Default
from .types import TypeRef

Options = tuple[tuple[str, Any], ...]
"""Dialect options, sorted by key, keys as SQLAlchemy writes them ("postgresql_using"); values plain or SqlText."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. Any field but the name may be UNKNOWN in a partial snapshot; using such a field raises.

    `autoincrement` is True where the database itself numbers the rows without an Identity (SERIAL, AUTO_INCREMENT,
    SQLite's rowid), False where it does not. `source` is a detached SQLAlchemy Column that rode along, never compared.
    `renamed_from` is what the models say of its former name.
    """

    name: str
    type: TypeRef
    nullable: bool = True
    default: Default | None = None
    autoincrement: bool = False
    comment: str | None = None
    options: Options = ()
    renamed_from: str | None = field(default=None, compare=False)
    source: Any = field(default=None, compare=False, repr=False)
