"""SQLite's views and triggers: stored as their author wrote them, so they are compared as words."""

from __future__ import annotations

from limbeck.model.objects import Trigger, View

from .tokens import BLOB, QUOTED, SIGN, WORD, Token, fold, tokenize

Said = tuple[str, ...]


def same_view(have: View, want: View) -> bool:
    return _columns(have) == _columns(want) and words(have.definition.text) == words(want.definition.text)


def same_trigger(have: Trigger, want: Trigger) -> bool:
    return trigger_words(have.definition.text) == trigger_words(want.definition.text)


def _columns(view: View) -> Said:
    return tuple(fold(name) for name in dict(view.options).get("sqlite_columns", ()))


def words(sql: str) -> Said:
    """The text without blanks, comments, quotes around names, and the case of all but strings."""
    found = [_word(token) for token in tokenize(sql)]
    while found and found[-1] == ";":
        found.pop()
    return tuple(found)


def _word(token: Token) -> str:
    if token.kind in (WORD, QUOTED):
        return fold(token.name)
    if token.kind == SIGN:
        return {"==": "=", "!=": "<>"}.get(token.text, token.text)
    return token.text.lower() if token.kind == BLOB else token.text


def trigger_words(sql: str) -> Said:
    """`CREATE TRIGGER t BEFORE ...`, also where the text says IF NOT EXISTS, the schema, FOR EACH ROW, or no BEFORE."""
    said = list(words(sql))
    at = 1
    while at < len(said) and said[at] in ("temp", "temporary"):
        del said[at]
    at = 2
    if said[at : at + 3] == ["if", "not", "exists"]:
        del said[at : at + 3]
    if said[at + 1 : at + 2] == ["."]:
        del said[at : at + 2]
    if said[at + 1 : at + 2] not in (["before"], ["after"], ["instead"]):
        said.insert(at + 1, "before")
    begin = said.index("begin") if "begin" in said else len(said)
    for place in range(begin - 2):
        if said[place : place + 3] == ["for", "each", "row"]:
            del said[place : place + 3]
            break
    return tuple(said)
