"""Revisions as people read them: one line each, with what is special about it. Imports no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from limbeck.revisions.graph import RevisionGraph


class Line(NamedTuple):
    """One revision in a listing. `path` is its file; `date` as written in it; `labels` its own and its branch's."""

    revision: str
    message: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]
    head: bool
    branch_point: bool
    merge_point: bool
    current: bool
    date: str | None
    path: str

    @property
    def marks(self) -> tuple[str, ...]:
        """The words that stand behind it: current, head, branchpoint, mergepoint."""
        words = (
            ("current", self.current),
            ("head", self.head),
            ("branch point", self.branch_point),
            ("merge point", self.merge_point),
        )
        return tuple(word for word, holds in words if holds)


def lines(graph: RevisionGraph, names: Iterable[str], current: Collection[str] = ()) -> tuple[Line, ...]:
    return tuple(line(graph, name, current) for name in names)


def line(graph: RevisionGraph, name: str, current: Collection[str] = ()) -> Line:
    revision = graph[name]
    return Line(
        revision=revision.id,
        message=message_of(revision.message),
        parents=graph.parents(name),
        depends_on=revision.depends_on,
        labels=graph.labels(name),
        head=graph.is_head(name),
        branch_point=graph.is_branch_point(name),
        merge_point=graph.is_merge_point(name),
        current=name in current,
        date=revision.date,
        path=revision.origin,
    )


def message_of(doc: str) -> str:
    """The message in what stands first in a file's docstring: where none was given, that is the next paragraph."""
    return "" if doc.startswith(("Revision ID:", "Create Date:", "Revises:")) else doc


def title(message: str) -> str:
    """Its first line, for listings."""
    return message_of(message).strip().partition("\n")[0].rstrip() or "(no message)"
