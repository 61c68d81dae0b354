"""The answers of the commands that compare and write down what is so: diff, snapshot."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.errors import AnswersUnasked, Exit, FileNotWritten

from .asking import answers_of, ask_of
from .look import Look
from .opening import project_of
from .writing import tell

if TYPE_CHECKING:
    from limbeck.commands.diff import Compared, Open


def diff(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import diff as comparing
    from limbeck.commands.questions import Answers
    from limbeck.commands.sides import place

    answers = answers_of(arguments)
    if arguments.revision:
        sides = place(arguments.have), place(arguments.want)
        found = comparing.diff(_opening(arguments), *sides, answers=answers, ask=ask_of(arguments, look))
        return _as_revision(arguments, look, found)
    if answers != Answers():
        raise AnswersUnasked()
    found = comparing.diff(_opening(arguments), place(arguments.have), place(arguments.want))
    if look.as_json:
        look.document(
            {"differ": any(o.operations for o in found), "databases": [_document(o) for o in found]}
        )
    elif arguments.sql:
        for one in found:
            sys.stdout.write(comparing.script(one))
        _doubts(look, found)
    else:
        for one in found:
            _show(look, one)
        _doubts(look, found)
    return Exit.WOULD_CHANGE if arguments.exit_code and any(one.operations for one in found) else Exit.OK


def _opening(arguments: Namespace) -> Open:
    return lambda offline: project_of(arguments, offline=offline)


def _show(look: Look, one: Compared) -> None:
    from limbeck.commands.diff import by_table

    where = f"database {one.database}: " if one.database else ""
    if not one.operations:
        said = f"{where}{one.have.label} and {one.want.label} agree."
        look.say(said[0].upper() + said[1:])
        return
    number = len(one.operations)
    many = f"{number} change{'' if number == 1 else 's'}"
    look.say(f"{where}{many} from {one.have.label} to {one.want.label}", "bold")
    for subject, lines in by_table(one.operations).items():
        if subject:
            look.answer(look.paint(subject, "cyan"))
        for line in lines:
            look.answer(f"  {line}" if subject else line)


def _doubts(look: Look, found: Sequence[Compared]) -> None:
    for one in found:
        for note in one.notes:
            look.warn(note)
        for reason in dict.fromkeys(one.as_text.values()):
            names = ", ".join(str(name) for name, why in one.as_text.items() if why == reason)
            look.warn(f"compared as text only: {names} ({reason})")


def _document(one: Compared) -> dict[str, Any]:
    from limbeck.ops import json

    return {
        "database": one.database,
        "have": one.have.label,
        "want": one.want.label,
        "changes": [o.describe() for o in one.operations],
        "operations": [json.encode(o) for o in one.operations],
        "compared_as_text": {str(name): why for name, why in one.as_text.items()},
        "notes": list(one.notes),
    }


def _as_revision(arguments: Namespace, look: Look, found: tuple[Compared, ...]) -> int:
    from limbeck.commands import diff as comparing
    from limbeck.commands.revision import Wish

    project = project_of(arguments)
    written = comparing.write(project, found, Wish(message=arguments.message, id=arguments.rev_id))
    notes = tuple(dict.fromkeys(note for one in found for note in one.notes))
    texts = {str(name): why for one in found for name, why in one.as_text.items()}
    code = tell(look, project, written._replace(notes=notes, as_text=texts))
    if code == Exit.OK and arguments.exit_code and not written.empty:
        return Exit.WOULD_CHANGE
    return code


def snapshot(arguments: Namespace, look: Look) -> int:
    from limbeck.commands.sides import place
    from limbeck.commands.snapshot import snapshot as take

    taken = take(_opening(arguments), place(arguments.place))
    if arguments.output is None:
        sys.stdout.write(taken.text)
    else:
        _written(arguments.output, taken.text)
    for note in taken.side.notes:
        look.warn(note)
    if arguments.output is None:
        return Exit.OK
    tables = len(taken.side.snapshot.tables)
    if look.as_json:
        look.document({"file": arguments.output, "of": taken.side.label, "tables": tables})
    else:
        look.say(f"wrote {arguments.output}: {taken.side.label}, {tables} table{'' if tables == 1 else 's'}")
    return Exit.OK


def _written(file: str, text: str) -> None:
    """A reader of the file sees the old one or the new one, whole."""
    path = Path(file)
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise FileNotWritten(file=file, why=error.strerror or str(error)) from None
