"""What moves a database: upgrade, downgrade, stamp, ensure-version; and where it stands: current."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck import interruption
from limbeck.errors import Interrupted, RangeForScript, RangeNotForDatabase
from limbeck.events import SILENT, Noticed, Reporter

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions


class Moved(NamedTuple):
    """What one database's run did. `steps` are the ids in order; `at` the heads afterwards. `undone` is True where env.py
    rolled it all back."""

    database: str
    before: tuple[str, ...]
    at: tuple[str, ...]
    steps: tuple[str, ...]
    undone: bool = False


class Standing(NamedTuple):
    """Where one database stands. `behind` is True where a head of the files is not applied."""

    database: str
    heads: tuple[str, ...]
    behind: bool
    known: bool


def upgrade(
    project: Project,
    places: Sequence[str] = ("head",),
    *,
    reporter: Reporter = SILENT,
    write: Callable[[str], None] | None = None,
) -> tuple[Moved, ...]:
    """Brings every database of the project forward; with `write`, the SQL as text and no database is touched."""
    return _move(project, "upgrade", places, reporter, write)


def downgrade(
    project: Project,
    places: Sequence[str],
    *,
    reporter: Reporter = SILENT,
    write: Callable[[str], None] | None = None,
) -> tuple[Moved, ...]:
    return _move(project, "downgrade", places, reporter, write)


def stamp(
    project: Project,
    places: Sequence[str],
    *,
    purge: bool = False,
    reporter: Reporter = SILENT,
    write: Callable[[str], None] | None = None,
) -> tuple[Moved, ...]:
    """The version table says it; nothing is run. `purge` empties it first, whatever it holds."""
    return _move(project, "stamp", places, reporter, write, purge=purge)


def _move(
    project: Project,
    direction: str,
    places: Sequence[str],
    reporter: Reporter,
    write: Callable[[str], None] | None,
    *,
    purge: bool = False,
) -> tuple[Moved, ...]:
    moved: list[Moved] = []
    left_open: list[bool] = []
    try:
        with interruption.possible():
            _move_each(project, direction, places, reporter, write, purge, moved, left_open)
    except KeyboardInterrupt as error:
        if write is not None:
            raise
        raise _between(direction, moved, any(left_open)) from error
    return tuple(moved)


def _between(direction: str, moved: Sequence[Moved], left_open: bool) -> Interrupted:
    """The error of a signal that came outside of any run: connecting, in an env.py, between two databases."""
    ran = [one for one in moved if one.steps]
    if not ran:
        return Interrupted(moment="before", signal=interruption.name())
    return Interrupted(
        revision=ran[-1].steps[-1],
        direction=direction,
        heads=ran[-1].at,
        moment="kept" if left_open else "after",
        signal=interruption.name(),
    )


def _move_each(
    project: Project,
    direction: str,
    places: Sequence[str],
    reporter: Reporter,
    write: Callable[[str], None] | None,
    purge: bool,
    moved: list[Moved],
    left_open: list[bool],
) -> None:
    """Fills `moved`, and `left_open` where the caller of a run keeps its transaction."""
    from limbeck.revisions import route
    from limbeck.run import runner

    _ = project.scripts.graph  # what has no order at all is refused before anything is opened
    start, goals = _span(places, offline=write is not None)
    if direction == "downgrade" and write is not None and start is None:
        raise RangeForScript(place=goals[0])

    if direction != "downgrade" and any(goal in ("head", "heads") for goal in goals):
        project.scripts.require_ends()

    def plan(rows: tuple[str, ...]) -> Sequence[Any]:
        graph = project.scripts.graph  # by now: an env.py may have said where the files are
        with project.scripts.explaining():
            if direction == "upgrade":
                way = route.upgrade(graph, rows, goals)
            elif direction == "downgrade":
                way = route.downgrade(graph, rows, goals[0])
            else:
                way = route.stamp(graph, rows, goals)
        for doubt in way.doubts:
            reporter.tell(Noticed(doubt.what(), doubt.next_step()))
        return way.steps

    def work(connection: Any, options: RunOptions) -> None:
        policy = project.policy(options)
        if options.offline:
            assert write is not None
            heads = _starting_rows(project, start, direction)
            outcome = runner.write_script(
                options.dialect, heads, plan, project.scripts.load, write, policy, arguments=options.arguments
            )
            moved.append(Moved(options.database, outcome.heads_before, outcome.heads_after, outcome.steps))
            return
        with interruption.held():
            outcome = runner.run(
                connection,
                plan,
                project.scripts.load,
                policy,
                reporter,
                arguments=options.arguments,
                purge=purge,
            )
            moved.append(Moved(options.database, outcome.heads_before, outcome.heads_after, outcome.steps))
            left_open.append(bool(connection.in_transaction()))

    environment = project.environment
    environment.run(work)
    for number, rows in environment.undone.items():
        moved[number] = moved[number]._replace(at=rows, undone=True)


def _span(places: Sequence[str], *, offline: bool) -> tuple[str | None, tuple[str, ...]]:
    """`a:b` is for scripts only: they cannot ask a database where it stands."""
    if len(places) == 1 and ":" in places[0]:
        if not offline:
            raise RangeNotForDatabase(span=places[0])
        start, _, goal = places[0].partition(":")
        return start or None, (goal or "head",)
    return None, tuple(places)


def _starting_rows(project: Project, start: str | None, direction: str) -> tuple[str, ...]:
    from limbeck.revisions.address import parse
    from limbeck.revisions.resolve import resolve

    if start is None:
        return ()
    with project.scripts.explaining():
        return resolve(project.scripts.graph, parse(start), ())


def current(project: Project) -> tuple[Standing, ...]:
    """Where each database of the project stands."""
    from limbeck.run import runner

    found: list[Standing] = []

    def work(connection: Any, options: RunOptions) -> None:
        graph = project.scripts.graph
        rows = runner.heads_of(connection, project.policy(options))
        known = all(row in graph for row in rows)
        applied = graph.applied(rows) if known else set()
        behind = not all(head in applied for head in graph.heads)
        found.append(Standing(options.database, rows, behind, known))

    project.environment.run(work)
    return tuple(found)


def ensure_version(project: Project) -> bool:
    """Makes the version table where there is none; True when it did in any database."""
    from limbeck.run import runner

    made: list[bool] = []

    def work(connection: Any, options: RunOptions) -> None:
        made.append(runner.ensure_version_table(connection, project.policy(options)))

    project.environment.run(work)
    return any(made)
