"""The answers of the commands that write files: init, revision, merge, edit, check, tutorial."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from limbeck.errors import Exit

from .asking import answers_of, ask_of
from .look import Look
from .opening import project_of

if TYPE_CHECKING:
    from limbeck.commands.revision import Wish, Written
    from limbeck.commands.tutorial import Part
    from limbeck.project import Project


def init(arguments: Namespace, look: Look) -> int:
    from limbeck.commands.init import init as begin

    begun = begin(
        Path.cwd(),
        arguments.folder,
        pyproject=arguments.pyproject,
        url=arguments.url,
        models=(arguments.models,) if arguments.models else (),
        template=arguments.template,
    )
    if look.as_json:
        look.document(begun)
        return Exit.OK
    for name in begun.written:
        look.say(f"wrote {name}")
    for sentence in begun.found:
        look.say(f"  {sentence}", "green")
    for sentence in begun.missing:
        look.say(f"still to write: {sentence}", "yellow")
    if not begun.missing:
        look.say('Next: limbeck revision --autogenerate -m "what changes"')
    return Exit.OK


def revision(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import revision as revisions

    project = project_of(arguments)
    wish = revisions.Wish(
        message=arguments.message,
        head=arguments.head,
        splice=arguments.splice,
        labels=tuple(arguments.branch_label),
        version_path=arguments.version_path,
        id=arguments.rev_id,
        depends_on=tuple(arguments.depends_on),
    )
    if not arguments.autogenerate:
        return tell(look, project, revisions.revision(project, wish))
    return tell(look, project, _generated(arguments, look, project, wish))


def _generated(arguments: Namespace, look: Look, project: Project, wish: Wish) -> Written:
    from limbeck.commands import revision as revisions

    return revisions.autogenerate(project, wish, answers_of(arguments), ask_of(arguments, look))


def tell(look: Look, project: Project, written: Written) -> int:
    from limbeck.commands.revision import relative

    if look.as_json:
        look.document({**written._asdict(), "open": [question.document() for question in written.open]})
        return Exit.LEFT_OPEN if written.open else Exit.OK
    for change in written.changes:
        look.say(f"  {change}")
    for note in written.notes:
        look.warn(note)
    for name, why in written.as_text.items():
        look.warn(f"{name} was compared as text only: {why}")
    for question in written.open:
        look.warn(f"left open: {question.text}", question.option)
    if written.empty and written.open:
        look.say("What differs waits for an answer: no file was written.")
    elif written.empty:
        look.say("Nothing differs: no file was written.")
    else:
        look.say(f"wrote {relative(written.path, project.folder)}", "bold")
    return Exit.LEFT_OPEN if written.open else Exit.OK


def merge(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import revision as revisions

    project = project_of(arguments)
    wish = revisions.Wish(
        message=arguments.message,
        labels=tuple(arguments.branch_label),
        id=arguments.rev_id,
        splice=arguments.splice,
    )
    places = [part for place in arguments.revisions for part in place.replace(",", " ").split()]
    return tell(look, project, revisions.merge(project, places, wish))


def edit(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import revision as revisions

    path = revisions.edit(project_of(arguments), arguments.revision)
    if look.as_json:
        look.document({"path": path})
    return Exit.OK


def check(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import revision as revisions

    found = revisions.check(project_of(arguments))
    changes = {one.database: [o.describe() for o in one.upgrade] for one in found}
    differ = any(changes.values())
    texts = {str(name): why for one in found for name, why in one.as_text.items()}
    notes = [note for one in found for note in one.notes]
    if look.as_json:
        look.document({"differ": differ, "changes": changes, "compared_as_text": texts, "notes": notes})
    elif not differ:
        look.say("Models and database agree.")
    for note in () if look.as_json else notes:
        look.warn(note)
    for name, why in () if look.as_json else texts.items():
        look.warn(f"{name} was compared as text only: {why}")
    for database, lines in changes.items():
        if lines and database:
            look.answer(f"database {database}:")
        for line in lines:
            look.answer(f"  {line}")
    return Exit.WOULD_CHANGE if differ else Exit.OK


def tutorial(arguments: Namespace, look: Look) -> int:
    from limbeck.commands import tutorial as story

    places = arguments.on or ["postgresql", "sqlite"]
    for on in places:
        reason = story.why_not_postgresql() if on == "postgresql" else None
        if reason is not None and not arguments.on:
            look.answer(f"The story is told on SQLite alone, since {reason}")
            continue
        with story.folder_for(arguments.keep, on) as folder:
            for part in story.tutorial(on, folder):
                _tell_part(look, part)
    return Exit.OK


def _tell_part(look: Look, part: Part) -> None:
    if part.kind == "chapter":
        look.answer()
        look.answer(look.paint(f"== {part.text}", "bold green"))
        look.answer()
    elif part.kind == "command":
        mark = "" if part.text.startswith("sql> ") else "$ "
        look.answer(look.paint(f"{mark}{part.text}", "bold"))
    elif part.kind == "file":
        look.answer(look.paint(f"-- {part.title}", "dim"))
        _lines(look, part.text, "  ")
    elif part.text:
        _lines(look, part.text, "")
    if part.kind in ("output", "file"):
        look.answer()


def _lines(look: Look, text: str, indent: str) -> None:
    for line in text.splitlines():
        look.answer((indent + line).rstrip())
