"""Questions on a terminal: what is known, the choices by letter, the safe one by Enter, and a way out.

Only letters are choices, since 0 and 1 are SQL. Nothing is written before the last question is answered.
"""

from __future__ import annotations

import string
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .look import Look, printable
from .opening import pairs

if TYPE_CHECKING:
    from limbeck.commands.questions import Answers, Ask, Question

LETTERS: Final = tuple(letter for letter in string.ascii_lowercase if letter != "q")


def answers_of(arguments: Namespace) -> Answers:
    """What the command line says ahead; it has the last word over the file that it names."""
    from limbeck.commands.answers_file import joined, read_answers
    from limbeck.commands.questions import Answers

    typed = Answers(
        fills=dict(pairs(arguments.default, "--default")),
        renames=pairs(arguments.rename, "--rename"),
        casts=dict(pairs(arguments.using, "--using")),
        drops=dict.fromkeys(arguments.drop, True),
        accept_loss=arguments.accept_loss,
    )
    if arguments.answers is None:
        return typed
    return joined(read_answers(Path(arguments.answers)), typed)


def ask_of(arguments: Namespace, look: Look) -> Ask | None:
    """Whom to ask: nobody with --no-input (the safe answers are taken), a person on a terminal; None where there is
    neither."""
    if arguments.no_input:
        from limbeck.commands.questions import take_safe

        return take_safe
    if look.as_json or not (sys.stdin and sys.stdin.isatty() and look.is_terminal(look.err)):
        return None
    return asking(look, sys.stdin.readline)


def asking(look: Look, read: Callable[[], str]) -> Ask:
    """Puts questions to a person. `read` gives a line with its end, "" when there are no more."""

    def ask(question: Question) -> str | None:
        _show(look, question)
        by_letter = dict(zip(LETTERS, question.choices, strict=False))
        last = list(by_letter)[-1]
        while True:
            look.err.write(_prompt(question, last))
            look.err.flush()
            given = read()
            word = given.strip()
            if not given or word.lower() == "q":
                return None
            if not word:
                return question.safe.answer
            if word.lower() in by_letter:
                return by_letter[word.lower()].answer
            if (question.free and len(word) > 1) or (question.free and not word.isalpha()):
                return word
            look.err.write(f"  {printable(word)!r} is none of the choices.\n")

    return ask


def _show(look: Look, question: Question) -> None:
    lines = [look.paint(printable(question.text), "bold", look.err)]
    lines += [f"  {printable(line)}" for line in question.evidence]
    for letter, choice in zip(LETTERS, question.choices, strict=False):
        lines.append(f"  {look.paint(letter, 'cyan', look.err)}  {printable(choice.words)}")
    look.err.write("\n".join(lines) + "\n")


def _prompt(question: Question, last: str) -> str:
    letters = "a" if last == "a" else f"a-{last}"
    sql = ", an SQL expression" if question.free else ""
    return f"  {letters}{sql}, q to stop and write nothing [{last}]: "
