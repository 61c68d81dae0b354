"""Texts of expressions as servers give them."""

from __future__ import annotations


def without_parentheses(text: str) -> str:
    """The text without the one pair of parentheses around all of it, where there is such a pair."""
    text = text.strip()
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth, quote = 0, ""
    for position, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0 and position < len(text) - 1:
                return text
    return text[1:-1].strip()
