"""Which changes of type may lose or refuse values on MySQL and MariaDB, and how to find such rows.

By the manuals' chapters on data types and on SQL modes: in strict mode a MODIFY fails on a value that does not fit;
without it the value is cut, clipped or emptied with a warning. Decimals and times are rounded in either mode.
"""

from __future__ import annotations

import re
from typing import Final

from limbeck.ops.contract import Doubt

_WHOLE: Final = {"TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 24, "INTEGER": 32, "BIGINT": 64}
_TEXTS: Final = {
    "CHAR": 0,
    "VARCHAR": 0,
    "TINYTEXT": 255,
    "TEXT": 65535,
    "MEDIUMTEXT": 16777215,
    "LONGTEXT": 1 << 32,
}
_FLOATS: Final = ("FLOAT", "DOUBLE")
_STAMPS: Final = ("DATE", "DATETIME", "TIMESTAMP")
_SPELLED: Final = re.compile(r"(?s)([A-Z]+)(?:\((.*)\))?(.*)\Z")
_WHOLE_TEXT: Final = "'^[[:space:]]*[-+]?[0-9]+[[:space:]]*$'"
_NUMBER_TEXT: Final = "'^[[:space:]]*[-+]?[0-9]+([.][0-9]*)?(e[-+]?[0-9]+)?[[:space:]]*$'"


def doubt(name: str, was: str, becomes: str) -> Doubt | None:
    """`name` is quoted, the types are canonical."""
    old, inside, rest = _parts(was)
    new, limit, more = _parts(becomes)
    if was == becomes:
        return None
    if new == "ENUM":
        return None if old == "ENUM" and _has_all(limit, inside) else _not_in(name, limit)
    if new == "SET" or old == "SET":
        return Doubt(name) if new == "SET" else _to_text(name, old, inside, new, limit)
    if new in _TEXTS:
        return _to_text(name, old, inside, new, limit)
    if old in _TEXTS or old == "ENUM":
        return _from_text(name, new)
    if old in _WHOLE and new in _WHOLE:
        return _whole(name, _range(old, rest), _range(new, more))
    if new in _WHOLE:
        low, high = _range(new, more)
        return Doubt(name, refused=f"{name} NOT BETWEEN {low} AND {high}", lost=f"{name} <> ROUND({name})")
    if new == "DECIMAL":
        return _decimal(name, old, inside, rest, limit, more)
    if new in _FLOATS:
        exact = old == "FLOAT" or (old == new) or (old in _WHOLE and _WHOLE[old] <= 32 and new == "DOUBLE")
        return (
            None
            if exact
            else Doubt(
                name, lost=f"CAST({name} AS DECIMAL(65,20)) <> CAST(CAST({name} AS {new}) AS DECIMAL(65,20))"
            )
        )
    if old in _STAMPS and new in _STAMPS:
        return _stamps(name, old, inside, new, limit)
    return Doubt(name)


def _parts(canonical: str) -> tuple[str, str, str]:
    match = _SPELLED.match(canonical)
    return (canonical, "", "") if match is None else (match[1], match[2] or "", match[3].strip())


def _has_all(labels: str, others: str) -> bool:
    return set(_labels(others)) <= set(_labels(labels))


def _labels(inside: str) -> list[str]:
    return re.findall(r"'(?:[^'\\]|''|\\.)*'", inside)


def _not_in(name: str, inside: str) -> Doubt:
    return Doubt(name, refused=f"CAST({name} AS CHAR) NOT IN ({', '.join(_labels(inside))})")


def _length(kind: str, inside: str) -> int:
    return int(inside) if inside.isdigit() else _TEXTS.get(kind, 0)


def _to_text(name: str, old: str, inside: str, new: str, limit: str) -> Doubt | None:
    longest = _length(new, limit)
    if (
        old in _TEXTS
        and 0 < _length(old, inside) <= longest
        and (old in ("CHAR", "VARCHAR")) == (new in ("CHAR", "VARCHAR"))
    ):
        return None
    if new not in ("CHAR", "VARCHAR"):
        return (
            None
            if old in ("CHAR", "VARCHAR") and longest > 255
            else Doubt(name, refused=f"LENGTH({name}) > {longest}")
        )
    return Doubt(name, refused=f"CHAR_LENGTH({name}) > {longest}", offer=f"LEFT({name}, {longest})")


def _from_text(name: str, new: str) -> Doubt:
    if new in _WHOLE:
        return Doubt(
            name,
            refused=f"{name} NOT REGEXP {_WHOLE_TEXT}",
            lost=f"{name} REGEXP '^[[:space:]]*[-+]?0[0-9]'",
            offer=_else_null(name, _WHOLE_TEXT),
        )
    if new in (*_FLOATS, "DECIMAL"):
        return Doubt(name, refused=f"{name} NOT REGEXP {_NUMBER_TEXT}", offer=_else_null(name, _NUMBER_TEXT))
    if new in ("DATE", "DATETIME", "TIME"):
        return Doubt(
            name,
            refused=f"{name} IS NOT NULL AND CAST({name} AS {new}) IS NULL",
            offer=f"IF(CAST({name} AS {new}) IS NULL, NULL, {name})",
        )
    return Doubt(name)


def _else_null(name: str, pattern: str) -> str:
    return f"IF({name} REGEXP {pattern}, {name}, NULL)"


def _range(kind: str, rest: str) -> tuple[int, int]:
    bits = _WHOLE[kind]
    return (0, 2**bits - 1) if "UNSIGNED" in rest else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _whole(name: str, old: tuple[int, int], new: tuple[int, int]) -> Doubt | None:
    if new[0] <= old[0] and old[1] <= new[1]:
        return None
    low, high = new
    return Doubt(
        name, refused=f"{name} NOT BETWEEN {low} AND {high}", offer=f"LEAST(GREATEST({name}, {low}), {high})"
    )


def _decimal(name: str, old: str, inside: str, rest: str, limit: str, more: str) -> Doubt | None:
    digits, scale = (int(n) for n in limit.split(","))
    room = digits - scale
    if old == "DECIMAL" and ("UNSIGNED" in more) <= ("UNSIGNED" in rest):
        was, finer = (int(n) for n in inside.split(","))
        if scale >= finer and room >= was - finer:
            return None
    if (
        old in _WHOLE
        and room >= len(str(_range(old, rest)[1]))
        and ("UNSIGNED" in more) <= ("UNSIGNED" in rest)
    ):
        return None
    below = f" OR {name} < 0" if "UNSIGNED" in more else ""
    return Doubt(
        name,
        refused=f"ABS(ROUND({name}, {scale})) >= 1e{room}{below}",
        lost=f"{name} <> ROUND({name}, {scale})",
    )


def _stamps(name: str, old: str, inside: str, new: str, limit: str) -> Doubt | None:
    if new == "DATE":
        return Doubt(name, lost=f"TIME({name}) <> '00:00:00'")
    if old == "DATE":
        return (
            None
            if new == "DATETIME"
            else Doubt(name, refused=f"{name} NOT BETWEEN '1970-01-02' AND '2038-01-18'")
        )
    if new == "TIMESTAMP" and old != new:
        return Doubt(name, refused=f"{name} NOT BETWEEN '1970-01-02' AND '2038-01-18'")
    finer, coarser = int(inside or 0), int(limit or 0)
    return None if coarser >= finer else Doubt(name, lost=f"MICROSECOND({name}) % {10 ** (6 - coarser)} <> 0")
