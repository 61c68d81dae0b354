"""One index."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from .column import Options
from .sqltext import SqlText


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexElement:
    """What is indexed: exactly one of column (a name) and sql (an expression, with parentheses where it needs them)."""

    column: str | None = None
    sql: SqlText | None = None
    descending: bool = False
    nulls: str | None = None  # "first", "last"; None is the database's default
    collation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index. Dialect options hold the rest: postgresql_where/using/ops/include/with/nulls_not_distinct, mysql_length
    ...; SQL in them is SqlText. `valid` is False for one PostgreSQL left behind half built."""

    elements: tuple[IndexElement, ...]
    name: str | None = None
    unique: bool = False
    comment: str | None = None
    options: Options = ()
    valid: bool = True
    source: Any = field(default=None, compare=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The plain columns among the elements, in order."""
        return tuple(e.column for e in self.elements if e.column is not None)

    @property
    def whole(self) -> tuple[str, ...]:
        """The columns that it begins with and holds whole, which serve a foreign key: up to an expression, or to a column of
        which MySQL has the beginning only (`mysql_length`); none where it is over words or places (`mysql_prefix`)."""
        options = dict(self.options)
        length = options.get("mysql_length")
        if options.get("mysql_prefix") or isinstance(length, int):
            return ()
        short = {str(name) for name, _ in (length.items() if isinstance(length, dict) else length or ())}
        found = takewhile(lambda e: e.column is not None and e.column not in short, self.elements)
        return tuple(e.column for e in found if e.column is not None)
