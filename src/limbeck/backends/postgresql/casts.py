"""Casts in SQL text of PostgreSQL, and the text without them.

The server writes a cast behind most of what it shows (`'new'::character varying`), a person seldom does. The text is cut
into pieces, blanks among them; a type is walked over piece by piece as the manual spells types (chapter 8).
"""

from __future__ import annotations

import re
from typing import Final

_PIECE = re.compile(r"""'(?:''|[^'])*'?|"(?:""|[^"])*"?|\s+|\w+|::|.""", re.DOTALL)
_TWO_WORDS: Final = (("character", "varying"), ("bit", "varying"), ("double", "precision"))


def pieces(sql: str) -> list[str]:
    """Strings, quoted names, words, blanks and single signs; joined they are the text again."""
    return _PIECE.findall(sql)


def without_casts(sql: str) -> str:
    """The text without each `::type`. What stands in quotes is left alone."""
    text, kept, at = pieces(sql), [], 0
    while at < len(text):
        if text[at] == "::":
            at = _behind_type(text, at + 1)
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def without_cast_calls(sql: str) -> str:
    """The text with `x` for each `CAST(x AS type)`, also where one stands inside another."""
    text = pieces(sql)
    for call in range(len(text) - 1, -1, -1):  # the inner ones first
        opening = _skip_blanks(text, call + 1)
        if text[call].lower() != "cast" or text[opening : opening + 1] != ["("]:
            continue
        closing = closing_of(text, opening)
        marks = [at for at in range(opening, closing) if text[at].lower() == "as"]
        if marks:
            text[call : closing + 1] = ["".join(text[opening + 1 : marks[-1]]).strip()]
    return "".join(text)


def closing_of(text: list[str], opening: int) -> int:
    """Where the parenthesis opened there is closed; the end of the text if it never is."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)


def _skip_blanks(text: list[str], at: int) -> int:
    return at + (at < len(text) and text[at].isspace())


def _behind_type(text: list[str], at: int) -> int:
    """The place behind the type that begins there: name, second word, (measures), time zone, []."""
    at = _skip_blanks(text, at) + 1
    if text[at : at + 1] == ["."]:
        at += 2
    for first, second in _TWO_WORDS:
        if text[at - 1 : at] and text[at - 1].lower() == first:
            at = _behind_words(text, at, second)
    at = _behind_brackets(text, at, "()")
    for first in ("with", "without"):
        at = _behind_words(text, at, first, "time", "zone")
    while (behind := _behind_brackets(text, at, "[]")) > at:
        at = behind
    return at


def _behind_words(text: list[str], at: int, *words: str) -> int:
    behind = at
    for word in words:
        behind = _skip_blanks(text, behind)
        if "".join(text[behind : behind + 1]).lower() != word:
            return at
        behind += 1
    return behind


def _behind_brackets(text: list[str], at: int, pair: str) -> int:
    """Behind (10, 2) or [3], which hold nothing but digits, commas and blanks."""
    behind = _skip_blanks(text, at)
    if text[behind : behind + 1] != [pair[0]]:
        return at
    behind += 1
    while behind < len(text) and (text[behind].isdigit() or text[behind].isspace() or text[behind] == ","):
        behind += 1
    return behind + 1 if text[behind : behind + 1] == [pair[1]] else at
