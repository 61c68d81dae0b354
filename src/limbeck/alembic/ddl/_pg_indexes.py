"""What an element of a PostgreSQL index says: its text without all that the server adds to it or leaves out."""

from __future__ import annotations

from limbeck.backends.postgresql.casts import closing_of, pieces, without_cast_calls, without_casts

_FAR_END = {"asc": "last", "desc": "first"}  # where NULLs stand if nothing is said (CREATE INDEX)


def essence(element: str, table: str | None) -> str:
    """Equal for two elements that differ in case, quotes, casts, outer parentheses, order said or unsaid, or the table's
    own name before a column."""
    text = without_cast_calls(without_casts(element.lower()))
    words = [_word(piece) for piece in pieces(text) if not piece.isspace()]
    if table is not None:
        words = _without_owner(words, table.lower())
    what, order = _order_apart(_peeled(words))
    return " ".join(["".join(_peeled(what)), *order])  # '-1' is shown for a -1


def _word(piece: str) -> str:
    """Without its quotes; an array's text without the blanks around its elements, which mean nothing."""
    word = piece.strip("'\"")
    if piece.startswith("'{") and piece.endswith("}'"):
        return ",".join(part.strip() for part in word.split(","))
    return word


def _without_owner(words: list[str], table: str) -> list[str]:
    owned = {at for at in range(len(words) - 1) if words[at] == table and words[at + 1] == "."}
    return [word for at, word in enumerate(words) if not {at, at - 1} & owned]


def _peeled(words: list[str]) -> list[str]:
    while len(words) > 1 and words[0] == "(" and closing_of(words, 0) == len(words) - 1:
        words = words[1:-1]
    return words


def _order_apart(words: list[str]) -> tuple[list[str], list[str]]:
    """The element, and of its ASC or DESC and NULLS FIRST or LAST what is not the rule anyway."""
    nulls = words[-1] if len(words) > 2 and words[-2] == "nulls" and words[-1] in ("first", "last") else None
    what = words[:-2] if nulls else words
    way = what[-1] if len(what) > 1 and what[-1] in _FAR_END else "asc"
    if len(what) > 1 and what[-1] == way:
        what = what[:-1]
    said = [way] if way == "desc" else []
    return what, [*said, "nulls", nulls] if nulls and nulls != _FAR_END[way] else said
