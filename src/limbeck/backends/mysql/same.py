"""One spelling for what MySQL and MariaDB take for the same, where the server itself was not asked."""

from __future__ import annotations

import re
from typing import Final

from limbeck.backends.ansi.text import without_parentheses
from limbeck.model.objects import Sequence

_SPELLING = re.compile(r"(?is)\s*([A-Z]+(?:\s+PRECISION)?)\s*(?:\((.*?)\))?(?=\s|\Z)(.*)\Z")
_TYPES: Final = {
    "NUMERIC": "DECIMAL",
    "DEC": "DECIMAL",
    "FIXED": "DECIMAL",
    "INT": "INTEGER",
    "DOUBLE PRECISION": "DOUBLE",
    "REAL": "DOUBLE",
    "CHARACTER": "CHAR",
}
_WIDTHS: Final = {
    "TINYINT": ("4", "3"),
    "SMALLINT": ("6", "5"),
    "MEDIUMINT": ("9", "8"),
    "INTEGER": ("11", "10"),
    "BIGINT": ("20", "20"),
}
"""What MariaDB shows where no width was given, signed and unsigned. Newer MySQL has none."""
_INTEGERS = ("TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER", "BIGINT")
_NUMBERS = (*_INTEGERS, "DECIMAL", "DOUBLE", "FLOAT")
_NOW = re.compile(r"(?i)\b(?:current_timestamp|now|localtime|localtimestamp)\b(?:\(\))?")


def type_(spelling: str, *, mariadb: bool = False) -> str:
    """`DECIMAL(10,0)` for `NUMERIC(10)`; BOOL is TINYINT(1)."""
    match = _SPELLING.match(spelling)
    if match is None:
        return spelling
    base, inside, rest = match[1].upper(), match[2] or "", " ".join(match[3].upper().split())
    base = _TYPES.get(" ".join(base.split()), base)
    if base in ("BOOL", "BOOLEAN"):
        return "TINYINT(1)"
    if mariadb and (base == "JSON" or (base == "LONGTEXT" and "UTF8MB4_BIN" in rest)):
        return "LONGTEXT"
    if base not in ("ENUM", "SET"):
        inside = inside.replace(" ", "")
    else:
        inside = re.sub(r"'\s*,\s*'", "','", inside)
    if base in _INTEGERS and "ZEROFILL" not in rest and (base, inside) != ("TINYINT", "1"):
        usual = _WIDTHS[base]["UNSIGNED" in rest]
        inside = "" if not mariadb or inside == usual else inside
    if base == "DECIMAL":
        inside = inside or "10"
        inside = inside if "," in inside else f"{inside},0"
    if base in ("CHAR", "BINARY", "BIT") and not inside:
        inside = "1"
    return f"{base}{f'({inside})' if inside else ''}{f' {rest}' if rest else ''}"


def default(text: str, type_spelling: str) -> str:
    """A number without quotes; the words for now as one; true is 1."""
    bare = without_parentheses(text)
    if type_(type_spelling).partition("(")[0].split(" ")[0] in _NUMBERS:
        bare = bare.strip("'")
    bare = {"TRUE": "1", "FALSE": "0"}.get(bare.upper(), bare)
    return bare if bare.startswith("'") else _NOW.sub("CURRENT_TIMESTAMP", bare)


def sequence(value: Sequence) -> tuple[object, ...]:
    """Its look with every default of MariaDB's said."""
    given = value.options
    rising = (given.increment or 1) > 0
    low = given.minvalue if given.minvalue is not None else (1 if rising else 1 - 2**63)
    high = given.maxvalue if given.maxvalue is not None else (2**63 - 2 if rising else -1)
    start = given.start if given.start is not None else (low if rising else high)
    cache = 1000 if given.cache is None else given.cache
    return (1 if given.increment is None else given.increment, start, low, high, cache, bool(given.cycle))
