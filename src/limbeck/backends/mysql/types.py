"""The text of a type as MySQL and MariaDB show it -> TypeRef."""

from __future__ import annotations

import re
from typing import Any

from limbeck.model.types import TypeRef
from limbeck.shore.freeze import Freezer

_TYPE = re.compile(r"(?is)\s*(\w+(?:\s+precision)?)\s*(?:\((.*?)\)(?=\s|$))?\s*(.*)\Z")
_STRING = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_USUAL_WIDTHS = {
    "tinyint": (4, 3),
    "smallint": (6, 5),
    "mediumint": (9, 8),
    "int": (11, 10),
    "integer": (11, 10),
    "bigint": (20,),
}
"""How wide MariaDB shows an integer nobody gave a width, signed and unsigned."""


def unquoted(literal: str) -> str:
    """The text that a string literal of the server's stands for, without its quotes."""
    return re.sub(r"''|\\(.)", lambda m: _ESCAPES.get(m[1], m[1]) if m[1] else "'", literal)


def strings(text: str) -> tuple[str, ...]:
    return tuple(unquoted(found) for found in _STRING.findall(text))


def type_ref(freezer: Freezer, text: str, place: str) -> TypeRef:
    """The type as SQLAlchemy has it; the bare text where it has none like it."""
    engine = _engine(freezer.dialect, text)
    return TypeRef(text) if engine is None else freezer.stored_type(engine, place)


def _engine(dialect: Any, text: str) -> Any:
    match = _TYPE.match(text)
    if match is None:
        return None
    name, inside, rest = match[1].lower(), match[2] or "", match[3].lower()
    cls = dialect.ischema_names.get(name)
    if cls is None:
        return None
    options = _options(rest)
    if name in ("enum", "set"):
        return _made(cls, strings(inside), options)
    numbers = tuple(int(n) for n in re.findall(r"\d+", inside))
    if name in ("datetime", "timestamp", "time"):
        return _made(cls, (), {"fsp": numbers[0]} if numbers else {})
    if name in _USUAL_WIDTHS:
        usual = not numbers or (numbers[0] in _USUAL_WIDTHS[name] and "zerofill" not in options)
        return _made(cls, (), options if usual else {"display_width": numbers[0], **options})
    return _made(cls, numbers, options)


def _options(rest: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        word: True for word in ("unsigned", "zerofill", "binary") if word in rest.split()
    }
    for word, key in (("character set", "charset"), ("collate", "collation")):
        if (found := re.search(rf"{word}\s+(\w+)", rest)) is not None:
            options[key] = found[1]
    return options


def _made(cls: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    try:
        return cls(*arguments, **options)
    except TypeError:
        return None
