"""Which change of type needs a USING, because PostgreSQL casts from the one to the other only when told to.

By pg_cast: every type goes to text by itself, text goes to nothing by itself; enums go to nothing but text. A longer or
shorter text is left to the server, which refuses what does not fit (a cast that is told to cuts it off).
"""

from __future__ import annotations

import re
from typing import Final

from limbeck.model.types import TypeRef

from .same import type_

_TEXTS: Final = frozenset({"VARCHAR", "TEXT", "CHAR", "CITEXT", '"CHAR"', "NAME"})
_NUMBERS: Final = frozenset({"SMALLINT", "INTEGER", "BIGINT", "NUMERIC", "REAL", "DOUBLE PRECISION"})
_BY_THEMSELVES: Final = (
    _NUMBERS,
    frozenset({"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}),
    frozenset({"JSON", "JSONB"}),
    frozenset({"INET", "CIDR"}),
    frozenset({"MACADDR", "MACADDR8"}),
    frozenset({"BIT", "VARBIT"}),
    frozenset({"TIME", "TIME WITH TIME ZONE"}),
    frozenset({"TIME", "INTERVAL"}),
)
"""Groups of types that become each other by assignment (pg_cast.castcontext a and i)."""
_LITERAL: Final = re.compile(r"('(?:[^']|'')*')(?:::[\w \".()]+)?\Z")


def must_be_said(old: TypeRef, new: TypeRef) -> bool:
    return _way(old, new) is not None


def cast(name: str, old: TypeRef, new: TypeRef) -> str:
    """`name::integer`; by way of text where the server has no cast at all (between enums)."""
    return f"{name}{_way(old, new) or f'::{new.spelling}'}"


def _way(old: TypeRef, new: TypeRef) -> str | None:
    """What stands behind the column; None where the server casts by itself."""
    was, becomes = _family(old.spelling), _family(new.spelling)
    if was == becomes and old.needs == new.needs:
        return None
    if was.endswith("[]") and becomes.endswith("[]"):
        inner = _way(TypeRef(old.spelling.replace("[]", "")), TypeRef(new.spelling.replace("[]", "")))
        return None if inner is None else f"::text[]::{new.spelling}"
    if becomes in _TEXTS or any(was in group and becomes in group for group in _BY_THEMSELVES):
        return None
    if "BOOLEAN" in (was, becomes) and (was in _NUMBERS or becomes in _NUMBERS):
        return f"::{new.spelling}" if "INTEGER" in (was, becomes) else f"::integer::{new.spelling}"
    return f"::{new.spelling}" if was in _TEXTS else f"::text::{new.spelling}"


def default_in(text: str, new: TypeRef) -> str:
    """The default as the new type reads it: the bare literal, or the expression cast."""
    literal = _LITERAL.match(text)
    return literal[1] if literal is not None else f"CAST({text} AS {new.spelling})"


def _family(spelling: str) -> str:
    """The canonical type without its arguments, collation and WITHOUT TIME ZONE."""
    bare = re.sub(r"\([^)]*\)", "", type_(spelling.partition(" COLLATE ")[0]))
    return bare if '"' in bare else bare.replace(" WITHOUT TIME ZONE", "").strip()
