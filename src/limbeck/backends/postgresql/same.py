"""One spelling for what PostgreSQL takes for the same, where the server itself was not asked."""

from __future__ import annotations

import re
from functools import lru_cache
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
_LITERAL = re.compile(r"(?i)(?:'(?:[^']|'')*'|[-+]?[\d.]+(?:e[-+]?\d+)?|null|true|false)\Z")
_NUMERIC = ("SMALLINT", "INTEGER", "BIGINT", "NUMERIC", "REAL", "DOUBLE PRECISION")


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
def default(text: str, type_spelling: str) -> str:
    """A literal without casts, a number without quotes, the words for now as one; an expression as it is."""
    bare = without_parentheses(without_casts(text))
    if type_(type_spelling).partition("(")[0] in _NUMERIC:
        bare = bare.strip("'")
    if bare.lower() in ("now()", "current_timestamp", "transaction_timestamp()"):
        return "CURRENT_TIMESTAMP"
    if _LITERAL.match(bare) is None:
        return text
    return {"'t'": "true", "'true'": "true", "'f'": "false", "'false'": "false"}.get(bare.lower(), bare)


@lru_cache(maxsize=4096)
def sql(text: str) -> str:
    return " ".join(without_casts(_unquoted(text)).split())


_PIECES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_BARE = re.compile(r'"(?!(?:true|false)")[a-z_][a-z0-9_]*"')
"""The server writes all words of its own in capitals, but these two values."""


def _unquoted(text: str) -> str:
    """Names that need no quotes, or none everywhere, without: the server sets them anew when it shows a text, and a column
    that was renamed keeps them here."""
    if '"' not in text:
        return text
    return _PIECES.sub(lambda m: m[0][1:-1] if _BARE.fullmatch(m[0]) else m[0], text)


_TEXT = r"'(?:[^']|'')*'::character varying"
_CAST_LIST = re.compile(rf"\(ARRAY\[({_TEXT}(?:, {_TEXT})*)\]\)::text\[\]")
_IN_LIST = re.compile(
    rf"""\((\w+|"(?:[^"]|"")*")\)::text (= ANY|<> ALL) \(\(ARRAY\[({_TEXT}(?:, {_TEXT})*)\]\)::text\[\]\)"""
)


@lru_cache(maxsize=4096)
def exact(text: str) -> str:
    """`x IN ('a', 'b')` on a VARCHAR is stored in one wording, and that wording, said again, in another: the second."""
    return _CAST_LIST.sub(_each_as_text, _unquoted(text))


def _each_as_text(match: re.Match[str]) -> str:
    return f"ARRAY[{', '.join(f'({e})::text' for e in _elements(match[1]))}]"


@lru_cache(maxsize=4096)
def as_said(text: str) -> str | None:
    """What must be said for this wording to be stored again; None for the wording itself."""
    said = _IN_LIST.sub(_in_list, text)
    return None if said == text else said


def _in_list(match: re.Match[str]) -> str:
    values = ", ".join(e.removesuffix("::character varying") for e in _elements(match[3]))
    return f"{match[1]} {'IN' if match[2] == '= ANY' else 'NOT IN'} ({values})"


def _elements(text: str) -> list[str]:
    return re.findall(_TEXT, text)


def sequence(value: Sequence) -> tuple[object, ...]:
    """Its look with every default said."""
    given: SequenceOptions = value.options
    rising = (given.increment or 1) > 0
    highest = {"smallint": 2**15 - 1, "integer": 2**31 - 1}.get((value.data_type or "").lower(), 2**63 - 1)
    low = given.minvalue if given.minvalue is not None else (1 if rising else -highest - 1)
    high = given.maxvalue if given.maxvalue is not None else (highest if rising else -1)
    start = given.start if given.start is not None else (low if rising else high)
    return (given.increment or 1, start, low, high, given.cache or 1, bool(given.cycle))
