"""Answers from a file, so that nobody must be asked: TOML or JSON.

    [fill]                                   [rename]
    "users.email" = "''"                     "users.mail" = "email"      # or false: it is no rename
    [cast]                                   [loss]
    "users.age" = "age::integer"             "users.old" = true          # or false: it stays

As JSON the same, or the listing that `--json` gives of open questions with each `answer` filled in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from limbeck.errors import AnswersUnreadable

from .questions import LEAVE, NO, YES, Answers

KINDS: Final = ("fill", "rename", "cast", "loss")


def read_answers(path: Path) -> Answers:
    """What the file says. Raises AnswersUnreadable, which names what is wrong and what may stand there."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise AnswersUnreadable(file=str(path), why=f"it cannot be read: {reason}") from error
    return _answers(path, _parsed(path, text))


def joined(first: Answers, second: Answers) -> Answers:
    """Both; where both say something of one thing, what the second says."""
    renames = {**dict(first.renames), **dict(second.renames)}
    return Answers(
        fills={**first.fills, **second.fills},
        renames=tuple(renames.items()),
        casts={**first.casts, **second.casts},
        drops={**first.drops, **second.drops},
        accept_loss=first.accept_loss or second.accept_loss,
    )


def _parsed(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise AnswersUnreadable(file=str(path), why=f"it is not JSON: {error}") from error
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        return toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise AnswersUnreadable(file=str(path), why=f"it is not TOML: {error}") from error


def _answers(path: Path, document: Any) -> Answers:
    listed = _listing(document)
    if listed is not None:
        document = _from_listing(path, listed)
    if not isinstance(document, Mapping):
        raise AnswersUnreadable(file=str(path), why="it is no table of kinds")
    unknown = [key for key in document if key not in KINDS]
    if unknown:
        raise AnswersUnreadable(
            file=str(path), why=f"there is no kind of question {unknown[0]!r}", known=KINDS
        )
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, answers in document.items():
        if not isinstance(answers, Mapping):
            raise AnswersUnreadable(file=str(path), why=f"[{kind}] is no table of answers")
        for key, answer in answers.items():
            found[kind][key] = _READ[kind](path, f"{kind}.{key}", answer)
    return Answers(
        fills=found["fill"],
        renames=tuple(found["rename"].items()),
        casts=found["cast"],
        drops=found["loss"],
    )


def _listing(document: Any) -> list[Any] | None:
    """The open questions of what `--json` printed: a written file's, or an error's."""
    if not isinstance(document, Mapping):
        return None
    error = document.get("error")
    if isinstance(error, Mapping) and isinstance(error.get("evidence"), Mapping):
        document = error["evidence"]
    listed = document.get("open")
    return listed if isinstance(listed, list) else None


def _from_listing(path: Path, listed: list[Any]) -> dict[str, dict[str, Any]]:
    """Entries without an answer are open still; so are those that are answered by leaving it."""
    found: dict[str, dict[str, Any]] = {}
    for entry in listed:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("key"), str):
            raise AnswersUnreadable(file=str(path), why='an entry of "open" has no key')
        kind, answer = entry.get("kind"), entry.get("answer")
        if answer is None or answer == LEAVE:
            continue
        found.setdefault(str(kind), {})[entry["key"]] = answer
    return found


# -- one answer -----------------------------------------------------------------------------------------------


def _sql(path: Path, where: str, answer: Any) -> str:
    if isinstance(answer, bool) or not isinstance(answer, (str, int, float)) or answer == "":
        raise AnswersUnreadable(file=str(path), why=f"{where} is no SQL text", known=("\"''\"", '"0"'))
    return str(answer)


def _name(path: Path, where: str, answer: Any) -> str:
    if answer is False or answer == NO:
        return ""
    if not isinstance(answer, str) or not answer:
        raise AnswersUnreadable(file=str(path), why=f"{where} is no new name", known=('"email"', "false"))
    return answer


def _yes(path: Path, where: str, answer: Any) -> bool:
    known = {True: True, False: False, YES: True, NO: False, LEAVE: False}
    if not isinstance(answer, (bool, str)) or answer not in known:
        raise AnswersUnreadable(file=str(path), why=f"{where} is neither yes nor no", known=("true", "false"))
    return known[answer]


_READ: Final[dict[str, Callable[[Path, str, Any], Any]]] = {
    "fill": _sql,
    "cast": _sql,
    "rename": _name,
    "loss": _yes,
}
