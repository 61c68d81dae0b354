"""Which change of type needs a USING, because PostgreSQL casts from the one to the other only when told to.

By pg_cast: every type goes to text by itself, text goes to nothing by itself; enums go to nothing but text. A longer or
shorter text is left to the server, which refuses what does not fit (a cast that is told to cuts it off).
"""

from __future__ import annotations

import re
from typing import Final

from limbeck.model.types import TypeRef

from .same import type_

_TEXTS: Final = ("VARCHAR", "TEXT", "CHAR", "CITEXT", '"CHAR"', "NAME")
_ONLY_WHEN_TOLD: Final = {
    ("INTEGER", "BOOLEAN"),
    ("BOOLEAN", "INTEGER"),
}
_LITERAL: Final = re.compile(r"('(?:[^']|'')*')(?:::[\w \".()]+)?\Z")


def must_be_said(old: TypeRef, new: TypeRef) -> bool:
    was, becomes = _family(old), _family(new)
    if was == becomes and not (old.needs or new.needs):
        return False
    if becomes in _TEXTS:
        return False
    if was in _TEXTS or old.needs or new.needs:
        return old.spelling != new.spelling
    return (was, becomes) in _ONLY_WHEN_TOLD


def cast(name: str, old: TypeRef, new: TypeRef) -> str:
    """`name::integer`; between enums by way of text."""
    middle = "::text" if old.needs and new.needs else ""
    return f"{name}{middle}::{new.spelling}"


def default_in(text: str, new: TypeRef) -> str:
    """The default as the new type reads it: the bare literal, or the expression cast."""
    literal = _LITERAL.match(text)
    return literal[1] if literal is not None else f"CAST({text} AS {new.spelling})"


def _family(ref: TypeRef) -> str:
    return type_(ref.spelling).partition("(")[0].strip()
