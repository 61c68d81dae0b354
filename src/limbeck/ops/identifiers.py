"""Names inside SQL text: whether a column is mentioned, and the text with another name for it.

The text is cut into strings, quoted names, words and the rest. A word before `(` is a function, a word behind `::` a
type; neither is a column. Names are compared as PostgreSQL and MySQL fold them: a bare word in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\d][^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<rest>::|.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_WORDS = """
add after all alter analyse analyze and any array as asc asymmetric attach authorization autoincrement before
begin between binary both by cascade case cast check collate column commit concurrently conflict constraint
create cross current_catalog current_date current_role current_schema current_time current_timestamp
current_user database default deferrable deferred delete desc detach distinct do drop each else end escape
except exclusive exists explain fail false fetch for foreign freeze from full glob grant group having if
ignore ilike immediate in index indexed initially inner insert instead intersect into is isnull join key
lateral leading left like limit localtime localtimestamp match natural new not notnull null of off offset old
on only or order outer over overlaps placing plan pragma primary query raise references reindex rename replace
restrict returning right rollback row select session_user set similar some symmetric system_user table
tablesample temp temporary then to trailing transaction trigger true union unique update user using vacuum
values variadic verbose view virtual when where window with
"""
RESERVED = frozenset(_WORDS.split())
"""Words that PostgreSQL or SQLite may take for something else than a name: more than each has, never fewer."""
_CLOSING = {'"': '"', "`": "`", "[": "]"}


class _Token(NamedTuple):
    text: str
    kind: str
    column: bool


def mentions(sql: str, name: str) -> bool:
    """Whether a column of that name may be meant somewhere in the text."""
    return any(token.column and _is(token, name) for token in _tokens(sql))


def names_in(sql: str) -> frozenset[str]:
    """Every name that may be meant anywhere in the text, in strings too (bodies of functions); bare words as they stand
    and in lower case. More than there are, never fewer."""
    found: set[str] = set()
    for match in _TOKEN.finditer(sql):
        text = match.group()
        if match.lastgroup == "word":
            found |= {text, text.lower()}
        elif match.lastgroup == "quoted":
            found.add(text[1:-1].replace(text[-1] * 2, text[-1]))
        elif match.lastgroup == "string":
            found |= names_in(text[1:-1].replace("''", "'"))
    return frozenset(found)


def in_schemas(sql: str, places: Mapping[tuple[str, str], str]) -> str:
    """The text with other schemas before the names: `places` gives for (schema, name) the schema to write. Strings stay."""
    found = [(m.group(), m.lastgroup or "rest") for m in _TOKEN.finditer(sql)]
    for at in range(len(found) - 2):
        (schema, kind), (dot, _), (name, name_kind) = found[at : at + 3]
        if dot != "." or not {kind, name_kind} <= {"word", "quoted"}:
            continue
        place = places.get((_named(schema, kind), _named(name, name_kind)))
        if place is not None:
            found[at] = (place, "word")
    return "".join(text for text, _ in found)


def _named(text: str, kind: str) -> str:
    return text.lower() if kind == "word" else text[1:-1].replace(text[-1] * 2, text[-1])


def renamed(sql: str, old: str, new: str) -> str:
    """The text with `new` wherever the column `old` is meant, quoted as it was, or where it must be."""
    return "".join(
        _written(token, new) if token.column and _is(token, old) else token.text for token in _tokens(sql)
    )


def _tokens(sql: str) -> Iterator[_Token]:
    found = [(m.group(), m.lastgroup or "rest") for m in _TOKEN.finditer(sql)]
    for i, (text, kind) in enumerate(found):
        if kind not in ("word", "quoted"):
            yield _Token(text, kind, False)
            continue
        before = next((t for t, _ in reversed(found[:i]) if not t.isspace()), "")
        after = next((t for t, _ in found[i + 1 :] if not t.isspace()), "")
        function = kind == "word" and after == "("
        yield _Token(text, kind, not (function or before == "::" or after == "."))


def _is(token: _Token, name: str) -> bool:
    if token.kind == "word":
        return token.text.lower() == name.lower()
    closing = token.text[-1]
    return token.text[1:-1].replace(closing * 2, closing) == name


def _written(token: _Token, name: str) -> str:
    opening = token.text[0] if token.kind == "quoted" else '"'
    if token.kind == "word" and _PLAIN.match(name) and name not in RESERVED:
        return name
    closing = _CLOSING[opening]
    return f"{opening}{name.replace(closing, closing * 2)}{closing}"
