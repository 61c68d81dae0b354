"""MySQL's words, taken one after the other from the left."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|[\w$.]+|\s+|.", re.DOTALL)


class Line:
    """The tokens of one item, taken from the left. Spaces are kept inside texts."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text.strip())

    def peek(self) -> str:
        while self.tokens and self.tokens[0].isspace():
            self.tokens.pop(0)
        return self.tokens[0] if self.tokens else ""

    def take(self) -> str:
        word = self.peek()
        if self.tokens:
            self.tokens.pop(0)
        return word

    def accept(self, *words: str) -> bool:
        """Takes the words where they come next, all or none of them."""
        ahead = [t for t in self.tokens if not t.isspace()][: len(words)]
        if [w.upper() for w in ahead] != list(words):
            return False
        for _ in words:
            self.take()
        return True

    def until(self, ends: set[str]) -> str:
        """The text up to a word of `ends` that stands outside parentheses."""
        taken, depth = [], 0
        while self.tokens:
            if depth == 0 and self.tokens[0].upper() in ends:
                break
            token = self.tokens.pop(0)
            depth += (token == "(") - (token == ")")
            taken.append(token)
        return "".join(taken).strip()

    def inside(self) -> str:
        """The text between the parenthesis that comes next and the one that closes it."""
        assert self.take() == "("
        taken, depth = [], 1
        while self.tokens:
            token = self.tokens.pop(0)
            depth += (token == "(") - (token == ")")
            if depth == 0:
                break
            taken.append(token)
        return "".join(taken).strip()

    def name(self) -> str:
        return bare(self.take())


def bare(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
