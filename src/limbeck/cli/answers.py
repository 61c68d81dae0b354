"""Each command's answer: asks `commands`, prints through a Look, gives the exit code. ANSWERS is the table."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from limbeck import interruption
from limbeck.errors import Exit, Interrupted

from . import comparing, writing
from .look import Look
from .opening import options_of, project_of

if TYPE_CHECKING:
    from limbeck.commands.listing import Line
    from limbeck.commands.migrate import Moved, Standing
    from limbeck.project import Project


# -- listings -----------------------------------------------------------------------------------------------


def show_lines(look: Look, lines: Sequence[Line], *, empty: str) -> None:
    if look.as_json:
        look.document([_as_json(line) for line in lines])
    elif not lines:
        look.say(empty)
    elif look.verbose:
        for number, line in enumerate(lines):
            if number:
                look.answer()
            show_whole(look, line)
    else:
        _listing(look, [_row(line) for line in lines])


def _listing(look: Look, rows: list[list[str]]) -> None:
    look.rows(rows, ("cyan", "", "dim"), header=("revision", "message", ""), cut=1)


def _row(line: Line) -> list[str]:
    from limbeck.commands.listing import title

    marks = [*line.marks, *(f"label {label}" for label in line.labels)]
    return [line.revision, title(line.message), f"({', '.join(marks)})" if marks else ""]


def _as_json(line: Line) -> dict[str, Any]:
    return {**line._asdict(), "marks": list(line.marks)}


def show_whole(look: Look, line: Line) -> None:
    """A revision with all that is known of it, a fact a line."""
    facts = [
        ("revision", line.revision + (f" ({', '.join(line.marks)})" if line.marks else "")),
        ("parents", ", ".join(line.parents) or "none: a base"),
        ("depends on", ", ".join(line.depends_on)),
        ("labels", ", ".join(line.labels)),
        ("date", line.date or ""),
        ("file", line.path),
        ("message", line.message),
    ]
    look.rows([[name, value] for name, value in facts if value], ("dim", ""))


def _history(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import history

    project = project_of(arguments)
    rows: tuple[str, ...] = ()
    if arguments.indicate_current or history.needs_database(arguments.rev_range):
        rows = _rows(project)
    show_lines(look, history.history(project, arguments.rev_range, rows), empty="No revisions yet.")
    _say_broken(project, look)
    return Exit.OK


def _rows(project: Project) -> tuple[str, ...]:
    from limbeck.commands import migrate

    return tuple(dict.fromkeys(row for standing in migrate.current(project) for row in standing.heads))


def _say_broken(project: Project, look: Look) -> None:
    """Files that could not be read and what else is wrong with the history, when nothing needed it."""
    from limbeck.commands.history import wrong_elsewhere

    for wrong in wrong_elsewhere(project):
        look.warn(wrong.what(), wrong.next_step())


def _heads(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import history

    project = project_of(arguments)
    lines = history.heads(project, resolve_dependencies=arguments.resolve_dependencies)
    show_lines(look, lines, empty="No revisions yet.")
    _say_broken(project, look)
    return Exit.OK


def _branches(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import history

    project = project_of(arguments)
    found = history.branches(project)
    if look.as_json:
        look.document([{"at": _as_json(b.at), "into": [_as_json(line) for line in b.into]} for b in found])
    elif not found:
        look.say("The history divides nowhere.")
    for branch in found:
        _listing(look, [_row(branch.at), *([f"  -> {row[0]}", *row[1:]] for row in map(_row, branch.into))])
    _say_broken(project, look)
    return Exit.OK


def _show(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import history

    project = project_of(arguments)
    rows = _rows(project) if any("current" in place for place in arguments.revision) else ()
    lines = history.show(project, arguments.revision, rows)
    if look.as_json:
        look.document([_as_json(line) for line in lines])
        return Exit.OK
    for number, line in enumerate(lines):
        if number:
            look.answer()
        show_whole(look, line)
    return Exit.OK


# -- moving a database --------------------------------------------------------------------------------------


def _upgrade(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import migrate

    return _moving(arguments, look, migrate.upgrade, _split(arguments.revision))


def _downgrade(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import migrate

    return _moving(arguments, look, migrate.downgrade, (arguments.revision,))


def _stamp(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import migrate

    def stamp(project: Project, places: Sequence[str], **more: Any) -> tuple[Moved, ...]:
        return migrate.stamp(project, places, purge=arguments.purge, **more)

    return _moving(arguments, look, stamp, _split(arguments.revisions))


def _split(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for place in places for part in place.replace(",", " ").split())


def _moving(
    arguments: Namespace, look: Look, move: Callable[..., tuple[Moved, ...]], places: Sequence[str]
) -> int:
    from .reporter import Teller

    with interruption.possible():
        project = project_of(arguments, offline=arguments.sql)
    if arguments.sql:
        with interruption.possible():
            move(project, places, write=_write, reporter=Teller(look))
        return Exit.OK
    teller = Teller(look)
    try:
        moved = move(project, places, reporter=teller)
    finally:
        teller.line.stop()
    _refuse_interrupted(moved)
    if look.as_json:
        look.document([{**one._asdict(), "seconds": teller.seconds_of(one.steps)} for one in moved])
        return Exit.OK
    for one in moved:
        _say_moved(look, project, one)
    _say_broken(project, look)
    return Exit.OK


def _refuse_interrupted(moved: Sequence[Moved]) -> None:
    """A signal that came when there was nothing left to end: whatever is to follow on success must not."""
    if interruption.came():
        heads = moved[-1].at if moved else ()
        raise Interrupted(moment="end", heads=heads, signal=interruption.name())


def _write(text: str) -> None:
    sys.stdout.write(text)


def _say_moved(look: Look, project: Project, moved: Moved) -> None:
    where = f"{moved.database}: " if moved.database else ""
    heads = set(project.scripts.graph.heads)
    at = ", ".join(f"{row}{' (head)' if row in heads else ''}" for row in moved.at) or "base"
    if moved.undone:
        look.say(f"{where}rolled back by env.py: the database stands at {at}", "bold")
    elif moved.before == moved.at and not moved.steps:
        look.say(f"{where}nothing to do: the database stands at {at}")
    else:
        look.say(f"{where}now at {at}", "bold")


def _current(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import migrate

    project = project_of(arguments)
    standings = migrate.current(project)
    if look.as_json:
        look.document(standings)
    else:
        for standing in standings:
            _show_standing(look, project, standing)
        _say_broken(project, look)
    behind = any(standing.behind for standing in standings)
    return Exit.WOULD_CHANGE if arguments.check_heads and behind else Exit.OK


def _show_standing(look: Look, project: Project, standing: Standing) -> None:
    from limbeck.commands.listing import line

    graph = project.scripts.graph
    if standing.database:
        look.say(f"database {standing.database}", "bold")
    if not standing.heads:
        look.say("The database stands at the base: no revision has been run on it.")
    known = [line(graph, row) for row in standing.heads if row in graph]
    strange = [[row, "", "(not among the revision files)"] for row in standing.heads if row not in graph]
    if look.verbose:
        for number, each in enumerate(known):
            if number:
                look.answer()
            show_whole(look, each)
    _listing(look, [*strange, *([] if look.verbose else map(_row, known))])


def _ensure_version(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import migrate

    project = project_of(arguments, offline=arguments.sql)
    if arguments.sql:
        migrate.stamp(project, (), write=_write)
        return Exit.OK
    made = migrate.ensure_version(project)
    if look.as_json:
        look.document({"created": made})
    else:
        look.say("The version table was created." if made else "The version table is there already.")
    return Exit.OK


def _run(arguments: Namespace, look: Look) -> int:
    from limbeck.commands.launch import launch

    words = arguments.program[1:] if arguments.program[:1] == ["--"] else arguments.program
    return launch(words)


def _doctor(arguments: Namespace, look: Look) -> int:
    from limbeck.commands.doctor import doctor

    found = doctor(options_of(arguments))
    if look.as_json:
        look.document([finding._asdict() for finding in found])
    else:
        shown = {"ok": "", "note": "note: ", "trouble": "TROUBLE: "}
        look.rows([[f.subject, shown[f.state] + f.said] for f in found], ("dim", ""))
        for finding in found:
            if finding.next_step:
                look.answer(f"{finding.subject}: {finding.next_step}")
    return Exit.ENVIRONMENT if any(finding.state == "trouble" for finding in found) else Exit.OK


MOVING = {"upgrade", "downgrade", "stamp"}
"""Those that say themselves where they may be interrupted."""
ANSWERS: dict[str, Callable[[Namespace, Look], int]] = {
    "history": _history,
    "heads": _heads,
    "branches": _branches,
    "show": _show,
    "upgrade": _upgrade,
    "downgrade": _downgrade,
    "stamp": _stamp,
    "current": _current,
    "ensure-version": _ensure_version,
    "init": writing.init,
    "revision": writing.revision,
    "merge": writing.merge,
    "edit": writing.edit,
    "check": writing.check,
    "diff": comparing.diff,
    "snapshot": comparing.snapshot,
    "tutorial": writing.tutorial,
    "run": _run,
    "doctor": _doctor,
}
