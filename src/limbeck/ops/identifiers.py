"""Names inside SQL text: whether a column is mentioned, and the text with another name for it.

The text is cut into strings, quoted names, words and the rest. A word before `(` is a function, a word behind `::` a
type; neither is a column. Names are compared as PostgreSQL and MySQL fold them: a bare word in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\d][^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<rest>::|.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_CLOSING = {'"': '"', "`": "`", "[": "]"}


class _Token(NamedTuple):
    text: str
    kind: str
    column: bool


def mentions(sql: str, name: str) -> bool:
    """Whether a column of that name may be meant somewhere in the text."""
    return any(token.column and _is(token, name) for token in _tokens(sql))


@lru_cache(maxsize=4096)
def words(sql: str) -> frozenset[str]:
    """Every name that may be a column's in the text, unquoted and in lower case: rather one too many than one too few."""
    found = (token.text for token in _tokens(sql) if token.column)
    return frozenset((w[1:-1].replace(w[-1] * 2, w[-1]) if w[0] in '"`[' else w).lower() for w in found)


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
    if token.kind == "word" and _PLAIN.match(name):
        return name
    closing = _CLOSING[opening]
    return f"{opening}{name.replace(closing, closing * 2)}{closing}"
