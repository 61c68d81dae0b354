"""One spelling for what SQLite takes for the same: it keeps every text as it was written, and compares none."""

from __future__ import annotations

import re

from limbeck.backends.ansi.text import without_parentheses

from .tokens import QUOTED, WORD, fold, tokenize, unquote


def type_(spelling: str) -> str:
    """`VARCHAR(20)` for `varchar ( 20 )`. INT stays another word than INTEGER: only this one can be the rowid."""
    text = " ".join(spelling.split()).upper()
    text = re.sub(r"\s*([(),])\s*", r"\1", text)
    return re.sub(r"COLLATE [\"'`\[]?(\w+)[\"'`\]]?", r"COLLATE \1", text)


def sql(text: str) -> str:
    """Tokens with one blank between, words and names in one case and without quotes, no parentheses around all of it."""
    before = ""
    while before != text:
        before, text = text, without_parentheses(text)
    return " ".join(_token(t.kind, t.text) for t in tokenize(text))


def _token(kind: str, text: str) -> str:
    if kind == QUOTED:
        return fold(unquote(text))
    return fold(text) if kind == WORD else text
