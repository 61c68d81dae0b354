"""Views, routines and triggers of MySQL and MariaDB: how they are said, and when two of them are the same.

The server rewrites views and the heads of routines, and keeps bodies as they were written. A definer is compared only where
both sides name one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from limbeck.model.names import QualifiedName
from limbeck.model.objects import Function, Object, Trigger, View

_TOKEN = re.compile(
    r"""(?P<gap>\s+)
      | (?P<comment>--\s[^\n]*|\#[^\n]*|/\*(?!!).*?\*/)
      | (?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<other>\d[\w.]*|<=>|<=|>=|<>|!=|:=|\|\||&&|.)""",
    re.VERBOSE | re.DOTALL,
)
_DEFINER = re.compile(
    r"\bDEFINER\s*=\s*(`(?:[^`]|``)*`|'[^']*'|[\w.%-]+)(@(`(?:[^`]|``)*`|'[^']*'|[\w.%-]+)|\(\))?\s*", re.I
)
KEYWORDS = frozenset(
    """after aggregate begin comment contains data definer deterministic do end event follows handler invoker language
    new no now old open precedes returns row security sqlstate temporary truncate until view""".split()  # noqa: SIM905
)
"""Words that are not reserved and mean something in code."""


def same(have: Object, want: Object, reserved: Collection[str]) -> bool:
    """Whether two objects, both in the server's wording, are one."""
    if isinstance(have, View) and isinstance(want, View):
        said = dict(want.options)
        stands = {k: v for k, v in have.options if k != "definer" or k in said}
        options = {k: str(v).lower() for k, v in said.items()} == {
            k: str(v).lower() for k, v in stands.items()
        }
        return options and words(have.definition.text, reserved) == words(want.definition.text, reserved)
    if isinstance(have, (Function, Trigger)) and isinstance(want, (Function, Trigger)):
        texts = [have.definition.text, want.definition.text]
        if not all(_DEFINER.search(text.split("(")[0]) for text in texts):
            texts = [_DEFINER.sub("", text, count=1) for text in texts]
        heads = [_head(words(text, reserved)) for text in texts]
        return heads[0] == heads[1]
    return have == want


def words(sql: str, reserved: Collection[str]) -> tuple[str, ...]:
    """The text without blanks, backticks, and the case of keywords. Comments count: they are stored with the code."""
    found = []
    for match in _TOKEN.finditer(sql):
        text, kind = match.group(), match.lastgroup
        if kind == "quoted":
            found.append(text[1:-1].replace("``", "`"))
        elif kind == "word":
            folded = text.lower()
            found.append(folded if folded in reserved or folded in KEYWORDS else text)
        elif kind != "gap":
            found.append("<>" if text == "!=" else text)
    while found and found[-1] == ";":
        found.pop()
    return tuple(found)


def _head(said: tuple[str, ...]) -> tuple[str, ...]:
    """Without OR REPLACE and IF NOT EXISTS behind CREATE."""
    rest = list(said)
    if [w.lower() for w in rest[1:3]] == ["or", "replace"]:
        del rest[1:3]
    for place in range(1, 5):
        if [w.lower() for w in rest[place : place + 3]] == ["if", "not", "exists"]:
            del rest[place : place + 3]
            break
    return tuple(rest)


def without_database(sql: str, database: str | None) -> str:
    """The text without this database before names, as the connection means them."""
    if database is None:
        return sql
    found = [(m.group(), m.lastgroup) for m in _TOKEN.finditer(sql)]
    kept: list[str] = []
    skip = False
    for place, (text, kind) in enumerate(found):
        if skip:
            skip = False
            continue
        follows = found[place + 1][0] if place + 1 < len(found) else ""
        name = text[1:-1].replace("``", "`") if kind == "quoted" else text if kind == "word" else None
        behind_dot = bool(kept) and kept[-1] == "."
        if name == database and follows == "." and not behind_dot:
            skip = True
            continue
        kept.append(text)
    return "".join(kept)


def named_in(sql: str, there: Iterable[QualifiedName]) -> tuple[QualifiedName, ...]:
    """Those of the names that the text may mean."""
    found = {
        m.group().strip("`").replace("``", "`")
        for m in _TOKEN.finditer(sql)
        if m.lastgroup in ("quoted", "word")
    }
    return tuple(name for name in there if name.name in found)


def quoted(*parts: str) -> str:
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def view_head(view: View) -> str:
    """`ALGORITHM=MERGE DEFINER=... SQL SECURITY INVOKER ` before VIEW."""
    options = dict(view.options)
    said = f"ALGORITHM={str(options['algorithm']).upper()} " if "algorithm" in options else ""
    said += f"DEFINER={options['definer']} " if "definer" in options else ""
    return said + (f"SQL SECURITY {str(options['security']).upper()} " if "security" in options else "")


def view_tail(view: View) -> str:
    check = dict(view.options).get("check_option")
    return f" WITH {str(check).upper()} CHECK OPTION" if check else ""


def account(name: str) -> str:
    """user@host as DEFINER wants it."""
    user, _, host = name.rpartition("@")
    return f"{quoted(user)}@{quoted(host)}"
