"""How far a branch label reaches.

A label written in a revision names its branch: the revision and all its descendants along the line; and, as long as
the branch above it is one straight line (no fork, no dependent on the side, no merge), also what is below it,
down to the fork, merge or base it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Protocol

    from limbeck.revisions.revision import Revision

    class History(Protocol):
        """What is asked of a RevisionGraph here."""

        position: dict[str, int]
        label_owners: dict[str, str]

        def __getitem__(self, name: str) -> Revision: ...
        def parents(self, name: str) -> tuple[str, ...]: ...
        def children(self, name: str) -> tuple[str, ...]: ...
        def is_real_branch_point(self, name: str) -> bool: ...
        def is_merge_point(self, name: str) -> bool: ...


def spread_labels(graph: History) -> dict[str, tuple[str, ...]]:
    """The labels in force at every revision that has any."""
    labels = tuple(graph.label_owners)
    if not labels:
        return {}
    reached: dict[str, int] = {}  # a bit for each label
    for number, owner in enumerate(graph.label_owners.values()):
        for name in (owner, *_below(graph, owner)):
            reached[name] = reached.get(name, 0) | 1 << number
    for name in graph.position:
        mask = reached.get(name, 0)
        for parent in graph.parents(name):
            # What came down to a parent from above has come down from this very line.
            mask |= reached.get(parent, 0)
        if mask:
            reached[name] = mask
    return dict(_named(reached, labels, graph))


def _below(graph: History, owner: str) -> Iterator[str]:
    """The revisions under a labelled one that its label reaches."""
    top = owner
    while _is_straight(graph, top):
        above = graph.children(top)
        if not above:
            break
        top = above[0]
    else:
        return
    here = owner
    while graph.parents(here):
        here = graph.parents(here)[0]
        if not _is_straight(graph, here):
            return
        yield here


def _is_straight(graph: History, name: str) -> bool:
    return not graph.is_real_branch_point(name) and not graph.is_merge_point(name)


def _named(
    reached: Mapping[str, int], labels: tuple[str, ...], graph: History
) -> Iterator[tuple[str, tuple[str, ...]]]:
    known: dict[int, tuple[str, ...]] = {}
    for name, mask in reached.items():
        if mask not in known:
            known[mask] = tuple(label for number, label in enumerate(labels) if mask >> number & 1)
        own = graph[name].labels
        yield name, _own_first(own, known[mask]) if own else known[mask]


def _own_first(own: Iterable[str], every: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(label for label in own if label in every), *every)))
