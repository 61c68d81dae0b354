"""Texts of server defaults without what stands round them: databases and models differ in that."""

from __future__ import annotations

_NOISE = str.maketrans("", "", "() '\"")


def inside(text: str, marks: str) -> str:
    """What one pair of marks encloses, or the text itself."""
    return text[1:-1] if len(text) > 1 and text[0] == marks[0] and text[-1] == marks[1] else text


def bare(default: str | None) -> str | None:
    """Without one pair of parentheses, and then of single quotes (in double ones, maybe)."""
    if default is None:
        return None
    default = inside(default, "()")
    quoted = default.removeprefix('"').removesuffix('"')
    return inside(quoted, "''") if quoted[:1] == quoted[-1:] == "'" else default


def letters(default: str | None) -> str | None:
    """Without any blank, quote or parenthesis."""
    return default and default.translate(_NOISE)


def in_quotes(default: str) -> str:
    """In single quotes, whether it was or not."""
    return "'" + default.removeprefix("'").removesuffix("'") + "'"
