"""A snapshot's text: what a live database, the models or a revision looks like, as JSON that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.model import json

from .diff import one_database
from .sides import Around, Place, Side, side

if TYPE_CHECKING:
    from limbeck.project import RunOptions

    from .diff import Open


class Taken(NamedTuple):
    """The side, and the text of its file."""

    side: Side
    text: str


def snapshot(open_project: Open, where: Place) -> Taken:
    """Connects only where the place is a live database; models and revisions are taken without one where that can be.

    A project of several databases: OneDatabaseOnly, unless one was named."""
    from limbeck.errors import ConnectError, OpaqueStep

    if where.needs_database:
        return _taken(open_project, where, offline=False)
    try:
        return _taken(open_project, where, offline=True, scratch=False)
    except OpaqueStep:
        pass
    try:
        return _taken(open_project, where, offline=False)
    except ConnectError:
        return _taken(open_project, where, offline=True)


def _taken(open_project: Open, where: Place, *, offline: bool, scratch: bool = True) -> Taken:
    project = open_project(offline)
    one_database(project)
    found: list[Side] = []

    def work(connection: Any, options: RunOptions) -> None:
        found.append(side(where, Around(project, connection, options, scratch)))

    project.environment.run(work)
    return Taken(found[0], json.dump_snapshot(found[0].snapshot))
