"""A piece of SQL as text, and the SQLAlchemy clause it came from where one rode along."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SqlText:
    """SQL that means something to one backend: an expression, a condition, a default.

    `text` is spelled with literal values and paramstyle "named" (so `%` and `:` stand for themselves) and is executed
    without parameters. Equal by text. `clause` is SQLAlchemy's own object, never compared, absent after JSON.
    `written` is how the author put it where `text` is the server's wording of the same.
    """

    text: str
    clause: Any = field(default=None, compare=False, repr=False)
    written: str | None = field(default=None, compare=False, repr=False)

    @property
    def as_written(self) -> str:
        return self.text if self.written is None else self.written

    def __str__(self) -> str:
        return self.text
