"""New revision files: empty, generated, merging; and opening one that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.errors import NotAtHead, NotHead, NothingToMerge, NotOneRevision, RevisionTaken
from limbeck.ops.several import flat
from limbeck.revisions.address import parse
from limbeck.revisions.resolve import resolve
from limbeck.scripts import hooks, writer

from .collecting import no_collecting

if TYPE_CHECKING:
    from limbeck.project import Project

    from .autogenerate import Differences
    from .questions import Answers, Ask, Question, Taken


class Written(NamedTuple):
    """A new file. `changes` are the operations in words; `empty` is True where there was nothing to do and no file.
    `open` are the questions that were left open, `answers` those that were answered and how."""

    revision: str
    path: str
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    as_text: Mapping[str, str] = {}
    empty: bool = False
    open: tuple[Question, ...] = ()
    answers: tuple[Taken, ...] = ()


class Wish(NamedTuple):
    """What was asked of a new file. Places are as typed."""

    message: str = ""
    head: str = "head"
    splice: bool = False
    labels: tuple[str, ...] = ()
    version_path: str | None = None
    id: str | None = None
    depends_on: tuple[str, ...] = ()


def revision(project: Project, wish: Wish = Wish()) -> Written:
    """An empty file behind the head."""
    variables = _variables(project)
    return _write(project, wish, _parents(project, wish), "", "", (), variables)


def autogenerate(
    project: Project, wish: Wish = Wish(), answers: Answers | None = None, ask: Ask | None = None
) -> Written:
    """A file with what differs; none where nothing does. Raises NotAtHead where the database is behind the files."""
    from limbeck.source import body

    from .autogenerate import Answers as Given
    from .autogenerate import differences

    if project.author is not None:
        with no_collecting():
            written: Written = project.author.autogenerate(wish, answers or Given(), ask)
        return written
    parents = _parents(project, wish)
    refuse_behind(project)
    found = differences(project, answers or Given(), ask)
    upgrade = [o for one in found for o in one.upgrade]
    downgrade = [o for one in reversed(found) for o in one.downgrade]
    notes = tuple(note for one in found for note in one.notes)
    as_text = {str(name): why for one in found for name, why in one.as_text.items()}
    left = tuple(question for one in found for question in one.left)
    taken = tuple(answer for one in found for answer in one.taken)
    if not upgrade:
        return Written("", "", (), notes, as_text, empty=True, open=left, answers=taken)
    width = getattr(project.settings, "line_length", 100)
    up, down = body.body(upgrade, width), body.body(downgrade, width)
    imports = tuple(dict.fromkeys((*up.imports, *down.imports)))
    written = _write(project, wish, parents, "\n".join(up.lines), "\n".join(down.lines), imports)
    return written._replace(
        changes=tuple(o.describe() for o in flat(upgrade)),
        notes=notes,
        as_text=as_text,
        open=left,
        answers=taken,
    )


def refuse_behind(project: Project) -> None:
    """Comparing with a database that is not at the heads would write what older files already do."""
    from .migrate import current

    for standing in current(project):
        if standing.behind or not standing.known:
            raise NotAtHead(database=standing.database, at=standing.heads, heads=project.scripts.graph.heads)


def check(project: Project) -> tuple[Differences, ...]:
    """What a generated file would hold, for each database; nothing is asked and nothing written."""
    from .autogenerate import Answers as Given
    from .autogenerate import differences

    if project.author is not None:
        with no_collecting():
            theirs: tuple[Differences, ...] = project.author.check()
        return theirs
    refuse_behind(project)
    return differences(project, Given(), None, fill=False)


def merge(project: Project, places: Sequence[str], wish: Wish = Wish()) -> Written:
    """A file without work that joins several heads. Raises NothingToMerge, NotHead."""
    variables = _variables(project)
    graph = project.scripts.graph
    with project.scripts.explaining():
        parents = tuple(dict.fromkeys(n for place in places for n in resolve(graph, parse(place), ())))
    if len(parents) < 2:
        raise NothingToMerge(heads=parents)
    _refuse_inner(project, parents, wish.splice)
    message = wish.message or f"merge {' and '.join(parents)}"
    return _write(project, wish._replace(message=message), parents, "", "", (), variables)


def edit(project: Project, place: str) -> str:
    """Opens the revision's file in the person's editor; gives its path."""
    from limbeck.scripts.editor import edit as open_in_editor

    rows: tuple[str, ...] = ()
    if "current" in place:
        from .migrate import current

        rows = tuple(row for standing in current(project) for row in standing.heads)
    with project.scripts.explaining():
        names = resolve(project.scripts.graph, parse(place), rows)
    if len(names) != 1:
        raise NotOneRevision(place=place, found=names)
    path = project.scripts.path(names[0])
    open_in_editor(path)
    project.scripts.refresh()
    return str(path)


# -- the file -----------------------------------------------------------------------------------------------


def _variables(project: Project) -> Mapping[str, Any] | None:
    """Asked before anything else: whoever tells them may say only then where the revisions are."""
    return project.author.variables() if project.author is not None else None


def _parents(project: Project, wish: Wish) -> tuple[str, ...]:
    graph = project.scripts.graph
    if wish.head == "head":
        project.scripts.require_ends()
    if wish.head == "head" and not graph.heads:
        return ()
    with project.scripts.explaining():
        parents = resolve(graph, parse(wish.head), ())
    _refuse_inner(project, parents, wish.splice)
    return parents


def _refuse_inner(project: Project, parents: Sequence[str], splice: bool) -> None:
    graph = project.scripts.graph
    inner = tuple(name for name in parents if not graph.is_head(name))
    if inner and not splice:
        raise NotHead(revisions=inner, heads=graph.heads)


def write(
    project: Project,
    wish: Wish,
    upgrades: str,
    downgrades: str,
    imports: tuple[str, ...],
    *,
    variables: Mapping[str, Any] | None = None,
) -> Written:
    """A file whose bodies are given, behind the head that is wished for."""
    return _write(project, wish, _parents(project, wish), upgrades, downgrades, imports, variables)


def _write(
    project: Project,
    wish: Wish,
    parents: tuple[str, ...],
    upgrades: str,
    downgrades: str,
    imports: tuple[str, ...],
    variables: Mapping[str, Any] | None = None,
) -> Written:
    graph = project.scripts.graph
    name = writer.new_id() if wish.id is None else writer.check_id(wish.id)
    if name in graph:
        raise RevisionTaken(revision=name, file=project.scripts.path(name))
    with project.scripts.explaining():
        needs = tuple(dict.fromkeys(n for place in wish.depends_on for n in resolve(graph, parse(place), ())))
    location = writer.choose_location(
        project.settings.version_locations,
        asked=project.folder / wish.version_path if wish.version_path else None,
        parents=tuple(project.scripts.path(parent) for parent in parents),
    )
    path = writer.write_revision(
        writer.NewRevision(
            id=name,
            parents=parents,
            message=wish.message,
            labels=wish.labels,
            depends_on=needs,
            upgrades=upgrades,
            downgrades=downgrades,
            imports=imports,
        ),
        project.settings,
        location=location,
        variables=variables,
    )
    project.scripts.refresh()
    if project.author is not None:
        project.author.finish(path)
    else:
        hooks.run_hooks(path, project.settings.hooks, folder=project.folder)
    return Written(name, str(path))


def relative(path: str, folder: Path) -> str:
    """The path as a person in the folder would type it."""
    place = Path(path)
    return str(place.relative_to(folder)) if place.is_relative_to(folder) else path
