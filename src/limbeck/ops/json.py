"""Operations <-> JSON, derived from their fields. "is" tells the kind; fields that have their default are left out.

What rides along is not written. Rows are written as their number and their hash: values of rows stay where they are, and
an operation that comes back is equal to the one that went, but cannot be run.
The law: loads(dumps(x)) == x.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from limbeck.errors import NotStorable
from limbeck.model import json as values

from . import KINDS, operation
from .contract import Operation
from .rows import Rows


def encode(value: Operation) -> dict[str, Any]:
    """What json.dumps takes. Raises NotStorable, naming kind and field, for what is no value."""
    made: dict[str, Any] = {"is": value.kind}
    for part in fields(value):  # type: ignore[arg-type]
        one = getattr(value, part.name)
        if not part.compare or _is_default(part, one):
            continue
        try:
            made[part.name] = _encoded(one)
        except NotStorable as error:
            place = f"{value.kind}.{part.name}" + (f" > {error.place}" if error.place else "")
            raise NotStorable(type=error.type, place=place) from None
    return made


def _is_default(part: Field[Any], value: Any) -> bool:
    return part.default is not MISSING and type(value) is type(part.default) and value == part.default


def _encoded(value: Any) -> Any:
    if isinstance(value, Operation):
        return encode(value)
    if isinstance(value, Rows):
        return {"is": "rows", "number": len(value), "sha256": value.digest}
    if isinstance(value, tuple) and value and all(isinstance(v, Operation) for v in value):
        return [encode(v) for v in value]
    return values.encode(value)


class _Words(Mapping[str, Any]):
    """The classes of values, and beside them operations by their kinds, loaded when first spoken of."""

    def __getitem__(self, word: str) -> Any:
        if word == "rows":
            return _rows
        return values.CLASSES[word] if word in values.CLASSES else operation(word)

    def __contains__(self, word: object) -> bool:
        try:
            return bool(self[str(word)])
        except KeyError:
            return False

    def __iter__(self) -> Iterator[str]:
        yield from (*values.CLASSES, *KINDS, "rows")

    def __len__(self) -> int:
        return len(list(iter(self)))


def _rows(number: int, sha256: str) -> Rows:
    return Rows.seen_only(number, sha256)


def decode(data: Any) -> Operation:
    """The operation again. Raises NotASnapshot for words that nobody knows."""
    made: Operation = values.decode(data, _Words())
    return made


def dumps(value: Operation) -> str:
    return json.dumps(encode(value), ensure_ascii=False, indent=1)


def loads(text: str) -> Operation:
    return decode(json.loads(text))
