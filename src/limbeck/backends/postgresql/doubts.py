"""Which changes of type may lose or refuse values on PostgreSQL, and how to find such rows.

By the manual's chapters 8 (data types) and 10.4 (value storage), and pg_cast: an assignment rounds numbers and times
without a word, and refuses what is out of range or too long. There and back again shows what was lost.
"""

from __future__ import annotations

import re
from typing import Final

from limbeck.model.types import TypeRef
from limbeck.ops.contract import Doubt

from . import casting
from .same import type_

_WHOLE: Final = ("SMALLINT", "INTEGER", "BIGINT")
_NUMBERS: Final = (*_WHOLE, "NUMERIC", "REAL", "DOUBLE PRECISION")
_TEXTS: Final = ("VARCHAR", "TEXT", "CHAR", "CITEXT", "NAME")
_WIDER: Final = frozenset(
    {
        ("REAL", "DOUBLE PRECISION"),
        ("JSON", "JSONB"),
        ("JSONB", "JSON"),
        ("CIDR", "INET"),
        ("TIME", "INTERVAL"),
        ("BOOLEAN", "INTEGER"),
        ("BIT", "VARBIT"),
        *((number, "NUMERIC") for number in _WHOLE),
        ("SMALLINT", "REAL"),
        ("SMALLINT", "DOUBLE PRECISION"),
        ("INTEGER", "DOUBLE PRECISION"),
    }
)
"""From a type to another that holds all its values, both without arguments."""
_STAMPS: Final = ("DATE", "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP WITH TIME ZONE")
_MEASURED: Final = re.compile(r"(?P<base>[^(]+)\((?P<one>\d+)(?:,(?P<two>-?\d+))?\)(?P<rest>.*)\Z")


def doubt(name: str, old: TypeRef, new: TypeRef, labels: tuple[str, ...]) -> Doubt | None:
    """`name` and `labels` are quoted."""
    was, becomes = (type_(t.spelling.partition(" COLLATE ")[0]) for t in (old, new))
    plain = casting.cast(name, old, new) if casting.must_be_said(old, new) else name
    if labels:
        return _of_labels(name, old, new, labels)
    if was == becomes or holds_all(was, becomes):
        return None
    base, measures, _ = parts(becomes)
    if base in ("VARCHAR", "CHAR") and measures and "[]" not in becomes:
        length = measures[0]
        return Doubt(
            plain, refused=f"char_length({name}::text) > {length}", offer=f"left({name}::text, {length})"
        )
    if parts(was)[0] in _TEXTS:
        zeros = f"{name} ~ '^[[:space:]]*[+-]?0[0-9]'" if base in _WHOLE else ""
        return Doubt(plain, tried=f"{name}::{new.spelling}", lost=zeros, offer=_from_text(name, base, new))
    tried = plain if plain != name else f"{name}::{new.spelling}"
    return Doubt(plain, tried=tried, lost=_back(name, tried, was, becomes, old))


def _of_labels(name: str, old: TypeRef, new: TypeRef, labels: tuple[str, ...]) -> Doubt:
    listed = ", ".join(labels)
    if new.spelling.endswith("[]"):
        refused = f"EXISTS (SELECT 1 FROM unnest({name}::text[]) AS one WHERE one NOT IN ({listed}))"
        return Doubt(f"{name}::text[]::{new.spelling}", refused=refused)
    offer = f"(CASE WHEN {name}::text IN ({listed}) THEN {name}::text END)::{new.spelling}"
    return Doubt(f"{name}::text::{new.spelling}", refused=f"{name}::text NOT IN ({listed})", offer=offer)


def _from_text(name: str, base: str, new: TypeRef) -> str:
    """What is none becomes NULL; only where a short condition tells so."""
    if base in _WHOLE:
        return (
            f"(CASE WHEN {name} ~ '^[[:space:]]*[+-]?[0-9]{{1,4}}[[:space:]]*$' THEN {name} END)::{new.spelling}"
            if (base == "SMALLINT")
            else f"(CASE WHEN {name} ~ '^[[:space:]]*[+-]?[0-9]{{1,9}}[[:space:]]*$' THEN {name} END)::{new.spelling}"
        )
    if base == "NUMERIC":
        return f"(CASE WHEN {name} ~ '^[[:space:]]*[+-]?[0-9]+([.][0-9]+)?[[:space:]]*$' THEN {name} END)::{new.spelling}"
    return ""


def _back(name: str, tried: str, was: str, becomes: str, old: TypeRef) -> str:
    """True of a row that is not what it was after going there and back."""
    by = "::integer" if "BOOLEAN" in (was, becomes) and "INTEGER" not in (was, becomes) else ""
    back = f"({tried}){by}::{old.spelling}"
    if parts(was)[0] in _NUMBERS:
        return f"{back} IS DISTINCT FROM {name}"
    return f"{back}::text IS DISTINCT FROM {name}::text"


def holds_all(was: str, becomes: str) -> bool:
    """Whether every value of the one type is a value of the other, so that nothing must be looked at."""
    old, new = parts(was), parts(becomes)
    if new[0] in ("TEXT", "CITEXT") and not new[1] and "[]" not in becomes:
        return True
    if new[0] == "VARCHAR" and not new[1] and "[]" not in becomes:
        return True
    if old[2] == new[2] and old[0] == new[0] and (old[1] or new[1]):
        return _measures_hold(old[0], old[1], new[1])
    if old[0] in _WHOLE and new[0] in _WHOLE and old[2] == new[2]:
        return _WHOLE.index(old[0]) <= _WHOLE.index(new[0])
    if old[0] in _TEXTS and new[0] in ("VARCHAR", "CHAR") and old[1] and new[1] and old[2] == new[2]:
        return old[1][0] <= new[1][0]
    if was in _STAMPS and becomes in _STAMPS:
        return becomes != "DATE"
    return (was, becomes) in _WIDER or ((old[0] + old[2], new[0] + new[2]) in _WIDER and not new[1])


def _measures_hold(base: str, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Of one type with other measures; none means no limit, but for times, where none is six."""
    if base == "NUMERIC":
        if not new or not old:
            return not new
        (digits, scale), (more, finer) = old, new
        return finer >= scale and more - finer >= digits - scale
    if base in ("TIME", "TIMESTAMP", "INTERVAL"):
        return (new[0] if new else 6) >= (old[0] if old else 6)
    if base in ("BIT", "CHAR") and old != new:
        return base == "CHAR" and old < new
    return not new or (bool(old) and old[0] <= new[0])


def parts(canonical: str) -> tuple[str, tuple[int, ...], str]:
    """VARCHAR(20)[] as ("VARCHAR", (20,), "[]")."""
    measured = _MEASURED.match(canonical)
    if measured is None:
        base = canonical.rstrip("[]")
        return base, (), canonical[len(base) :]
    measures = tuple(int(m) for m in (measured["one"], measured["two"]) if m is not None)
    return measured["base"], measures, measured["rest"]
