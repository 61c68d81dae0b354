"""A column's type as it is spelled, and the Python expression that makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .names import QualifiedName


@dataclass(frozen=True, slots=True)
class Call:
    """A Python expression `name(*args, **options)` for a revision file, with the import lines it needs.

    Arguments are Calls, Raw texts, or plain values with an exact repr (str, int, float, bool, None, bytes, and
    tuples, lists, dicts of these). `imports` are whole lines ("import sqlalchemy as sa").
    """

    name: str
    args: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """Python text that stands in a revision file as it is, with the import lines it needs."""

    text: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type in its column, on one connected backend.

    `spelling` is what stands behind the column's name in CREATE TABLE (`VARCHAR(20) COLLATE "C"`, never `SERIAL`:
    that is the column's autoincrement); two types are equal when their spelling is. `python` is how a revision file
    writes it, None where nobody knows. `engine` is SQLAlchemy's type object where one rode along (never compared;
    absent after JSON). `needs` names the types that must exist before (enums, domains).
    """

    spelling: str
    python: Call | Raw | None = field(default=None, compare=False)
    engine: Any = field(default=None, compare=False, repr=False)
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
