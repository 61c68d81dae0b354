"""Values of rows as Python: in a revision file they stand as their author gave them."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any, Final

from limbeck.errors import NoLiteralForm
from limbeck.model.types import Call


def written(value: Any, place: str) -> Any:
    """A value of a row as Python that makes it again. NoLiteralForm, which names the `place` and no value."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return value
    if kind in (list, tuple):
        return kind(written(part, place) for part in value)
    if kind is dict:
        return {written(name, place): written(part, place) for name, part in value.items()}
    if kind in _MADE_OF and getattr(value, "tzinfo", None) is None:
        module = kind.__module__
        return Call(f"{module}.{kind.__name__}", _MADE_OF[kind](value), (), (f"import {module}",))
    raise NoLiteralForm(place=place, type=kind.__name__)


_MADE_OF: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    datetime.date: lambda v: (v.year, v.month, v.day),
    datetime.time: lambda v: _without_zeros(v.hour, v.minute, v.second, v.microsecond),
    datetime.datetime: lambda v: (
        *(v.year, v.month, v.day),
        *_without_zeros(v.hour, v.minute, v.second, v.microsecond),
    ),
    datetime.timedelta: lambda v: (v.days, v.seconds, v.microseconds),
    decimal.Decimal: lambda v: (str(v),),
    uuid.UUID: lambda v: (str(v),),
}


def _without_zeros(*parts: int) -> tuple[int, ...]:
    while len(parts) > 2 and parts[-1] == 0:
        parts = parts[:-1]
    return parts
