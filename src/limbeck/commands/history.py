"""What there is: history, heads, branches, show. The graph alone; a database only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from limbeck.revisions.address import parse
from limbeck.revisions.resolve import resolve
from limbeck.revisions.route import between

from .listing import Line, line, lines

if TYPE_CHECKING:
    from limbeck.errors import LimbeckError
    from limbeck.project import Project


class Branch(NamedTuple):
    """A revision where the history divides, and those that follow it."""

    at: Line
    into: tuple[Line, ...]


def history(project: Project, span: str | None = None, rows: Iterable[str] = ()) -> tuple[Line, ...]:
    """The revisions of the range ("a:b"; all where None), newest first. `rows` mark where the database stands."""
    graph = project.scripts.graph
    current = tuple(rows)
    with project.scripts.explaining():
        return lines(graph, between(graph, span or ":", current), current)


def needs_database(span: str | None) -> bool:
    """Whether a range can only be read by someone who knows where the database stands."""
    return span is not None and any(
        place.startswith(("current", "+")) or "current" in place for place in span.split(":")
    )


def heads(project: Project, *, resolve_dependencies: bool = False) -> tuple[Line, ...]:
    graph = project.scripts.graph
    return lines(graph, graph.real_heads if resolve_dependencies else graph.heads)


def branches(project: Project) -> tuple[Branch, ...]:
    graph = project.scripts.graph
    return tuple(
        Branch(line(graph, name), lines(graph, graph.children(name)))
        for name in graph
        if graph.is_branch_point(name)
    )


def show(project: Project, places: Iterable[str], rows: Iterable[str] = ()) -> tuple[Line, ...]:
    graph = project.scripts.graph
    current = tuple(rows)
    with project.scripts.explaining():
        names = dict.fromkeys(name for place in places for name in resolve(graph, parse(place), current))
    return lines(graph, names, current)


def wrong_elsewhere(project: Project) -> tuple[LimbeckError, ...]:
    """What is wrong with the revision files though no command needed it: files that cannot be read, and then what
    else is wrong with the history, but for parents that such a file may well hold."""
    scripts = project.scripts
    missing = [each for each in scripts.graph.mistakes if scripts.explained(each) is each]
    return (*scripts.broken, *missing)
