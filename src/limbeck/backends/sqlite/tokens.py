"""SQL text of SQLite -> tokens with their places. Comments and white space are the gaps between tokens.

The rules are those of SQLite's tokenizer (sqlite.org/lang_keywords, lang_expr): four ways of quoting a name, names of any
character above U+007F, `--` and `/* */` comments (the latter may end with the text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WORD, QUOTED, STRING, NUMBER, BLOB, PARAM, SIGN = (
    "word",
    "quoted",
    "string",
    "number",
    "blob",
    "param",
    "sign",
)

_RULES = re.compile(
    r"""
      (?P<gap>(?:[ \t\n\f\r]+|--[^\n]*|/\*.*?(?:\*/|\Z))+)
    | (?P<blob>[xX]'[0-9a-fA-F]*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    | (?P<number>0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)
    | (?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*)
    | (?P<param>\?[0-9]*|[@:\#$][A-Za-z0-9_$\u0080-\U0010ffff:]+)
    | (?P<sign>->>|->|\|\||<=|>=|<>|==|!=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind == WORD and self.text.upper() in words

    def is_sign(self, sign: str) -> bool:
        return self.kind == SIGN and self.text == sign

    @property
    def is_name(self) -> bool:
        """Whether it can stand where a name is wanted (SQLite takes 'strings' there too)."""
        return self.kind in (WORD, QUOTED, STRING)

    @property
    def name(self) -> str:
        return unquote(self.text)


def tokenize(sql: str) -> Iterator[Token]:
    """Every token of the text; never fails (what is no SQL comes as single signs)."""
    for match in _RULES.finditer(sql):
        kind = match.lastgroup or SIGN
        if kind != "gap":
            yield Token(kind, match.group(), match.start(), match.end())


def unquote(text: str) -> str:
    """The name that a token means: 'a', "a", `a` and [a] are a."""
    if text[:1] == "[":
        return text[1:-1]
    if text[:1] in ('"', "`", "'"):
        mark = text[0]
        return text[1:-1].replace(mark * 2, mark)
    return text


def quote(name: str) -> str:
    """Always quoted, in the standard manner."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def same(one: str | None, other: str | None) -> bool:
    """Names are the same for SQLite when they differ in the case of ASCII letters only."""
    return one is other or (one is not None and other is not None and fold(one) == fold(other))


_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(name: str) -> str:
    return str(name).translate(_FOLD)


def mentions(sql: str, name: str) -> bool:
    """Whether the text holds the name as a token of its own (a cautious yes: it may mean something else)."""
    wanted = fold(name)
    return any(t.kind in (WORD, QUOTED) and fold(t.name) == wanted for t in tokenize(sql))


def without_qualifier(sql: str, table: str) -> str:
    """The text with `table.` before names left out: inside a table's own definition it says nothing, and it would not
    survive that the table is created under another name."""
    tokens = list(tokenize(sql))
    cut: list[tuple[int, int]] = []
    for one, dot, name in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if one.kind in (WORD, QUOTED) and same(one.name, table) and dot.is_sign(".") and name.is_name:
            cut.append((one.start, name.start))
    for start, end in reversed(cut):
        sql = sql[:start] + sql[end:]
    return sql
