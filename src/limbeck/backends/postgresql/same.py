"""One spelling for what PostgreSQL takes for the same, where the server itself was not asked."""

from __future__ import annotations

import re
from typing import Final

from limbeck.backends.ansi.text import without_parentheses
from limbeck.backends.postgresql.casts import without_casts
from limbeck.model.defaults import SequenceOptions
from limbeck.model.objects import Sequence

_TYPES: Final = {
    "CHARACTER VARYING": "VARCHAR",
    "CHARACTER": "CHAR",
    "BPCHAR": "CHAR",
    "DECIMAL": "NUMERIC",
    "INT": "INTEGER",
    "INT2": "SMALLINT",
    "INT4": "INTEGER",
    "INT8": "BIGINT",
    "BOOL": "BOOLEAN",
    "FLOAT4": "REAL",
    "FLOAT8": "DOUBLE PRECISION",
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "TIMETZ": "TIME WITH TIME ZONE",
    "BIT VARYING": "VARBIT",
}
_SPELLING = re.compile(
    r"(?s)(?P<base>[A-Z][A-Z0-9_ ]*?)\s*(?:\((?P<inside>[^)]*)\))?(?P<zone> WITH(?:OUT)? TIME ZONE)?(?P<rest>(?:\[\])*)\Z"
)
_NUMERIC = ("SMALLINT", "INTEGER", "BIGINT", "NUMERIC", "REAL", "DOUBLE PRECISION")


def type_(spelling: str) -> str:
    """`VARCHAR(20)` for `character varying(20)`. A type of the user's own keeps its case."""
    text = " ".join(spelling.split())
    match = None if '"' in text else _SPELLING.match(text.upper())
    if match is None:
        return text
    base, inside = match["base"], (match["inside"] or "").replace(" ", "")
    base = _TYPES.get(base, base)
    zone = match["zone"] or ""
    if base in ("TIMESTAMP", "TIME") and not zone:
        zone = " WITHOUT TIME ZONE"
    if base == "FLOAT":
        base, inside = ("REAL" if inside and int(inside) <= 24 else "DOUBLE PRECISION"), ""
    if base == "NUMERIC" and inside and "," not in inside:
        inside += ",0"
    if base in ("CHAR", "BIT") and not inside:
        inside = "1"
    return f"{base}{f'({inside})' if inside else ''}{zone}{match['rest']}"


def default(text: str, type_spelling: str) -> str:
    """Without casts; a number without quotes; the words for now as one."""
    bare = without_parentheses(without_casts(text))
    if type_(type_spelling).partition("(")[0] in _NUMERIC:
        bare = bare.strip("'")
    if bare.lower() in ("now()", "current_timestamp", "transaction_timestamp()"):
        return "CURRENT_TIMESTAMP"
    return {"'t'": "true", "'true'": "true", "'f'": "false", "'false'": "false"}.get(bare.lower(), bare)


def sql(text: str) -> str:
    return " ".join(without_casts(text).split())


def sequence(value: Sequence) -> tuple[object, ...]:
    """Its look with every default said."""
    given: SequenceOptions = value.options
    rising = (given.increment or 1) > 0
    highest = {"smallint": 2**15 - 1, "integer": 2**31 - 1}.get((value.data_type or "").lower(), 2**63 - 1)
    low = given.minvalue if given.minvalue is not None else (1 if rising else -highest - 1)
    high = given.maxvalue if given.maxvalue is not None else (highest if rising else -1)
    start = given.start if given.start is not None else (low if rising else high)
    return (given.increment or 1, start, low, high, given.cache or 1, bool(given.cycle))
