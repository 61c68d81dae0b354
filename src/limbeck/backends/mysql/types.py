"""The text of a type as MySQL and MariaDB show it -> TypeRef, with SQLAlchemy's type and its Python."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from limbeck.model.types import Call, TypeRef

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
IMPORT = "import sqlalchemy as sa"
MYSQL = "from sqlalchemy.dialects import mysql"


def unquoted(literal: str) -> str:
    """The text that a string literal of the server's stands for, without its quotes."""
    return re.sub(r"''|\\(.)", lambda m: _ESCAPES.get(m[1], m[1]) if m[1] else "'", literal)


def strings(text: str) -> tuple[str, ...]:
    return tuple(unquoted(found) for found in _STRING.findall(text))


def type_ref(dialect: Any, text: str) -> TypeRef:
    """`spelling` is SQLAlchemy's where it can make the type, so that a type read and the same declared are equal."""
    engine = _engine(dialect, text)
    if engine is None:
        return TypeRef(text)
    return TypeRef(dialect.type_compiler_instance.process(engine), _call(engine), engine)


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


def _call(engine: Any) -> Call:
    """`sa.` where SQLAlchemy's own type of that name says the same, else `mysql.`"""
    name = type(engine).__name__
    if name in ("ENUM", "SET"):
        named = [(k, v) for k in ("charset", "collation") if (v := getattr(engine, k, None)) is not None]
        values = tuple(engine.enums if name == "ENUM" else engine.values)
        return Call(f"mysql.{name}", values, tuple(named), (MYSQL,))
    keys = (
        "length",
        "precision",
        "scale",
        "fsp",
        "display_width",
        "unsigned",
        "zerofill",
        "charset",
        "collation",
    )
    given = tuple((k, v) for k in keys if (v := getattr(engine, k, None)) is not None and v is not False)
    general = getattr(sa, name, None)
    shared = {"length", "precision", "scale", "collation"}
    if general is not None and all(key in shared for key, _ in given):
        return Call(f"sa.{name}", (), given, (IMPORT,))
    return Call(f"mysql.{name}", (), given, (MYSQL,))
