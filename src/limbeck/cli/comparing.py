"""The answers of the commands that compare and write down what is so: diff, snapshot."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.errors import Exit, FileNotWritten

from .look import Look
from .opening import project_of

if TYPE_CHECKING:
    from limbeck.commands.diff import Compared, Open


def diff(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import diff as comparing
    from limbeck.commands.sides import place

    found = comparing.diff(_opening(arguments), place(arguments.have), place(arguments.want))
    if arguments.revision:
        _as_revision(arguments, look, found)
    elif look.as_json:
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


def _as_revision(arguments: Namespace, look: Look, found: tuple[Compared, ...]) -> None:
    from limbeck.commands import diff as comparing
    from limbeck.commands.revision import Wish, relative

    project = project_of(arguments)
    written = comparing.write(project, found, Wish(message=arguments.message, id=arguments.rev_id))
    if look.as_json:
        look.document(written)
        return
    for change in written.changes:
        look.say(f"  {change}")
    _doubts(look, found)
    if written.empty:
        look.say("Nothing differs: no file was written.")
    else:
        look.say(f"wrote {relative(written.path, project.folder)}", "bold")


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
