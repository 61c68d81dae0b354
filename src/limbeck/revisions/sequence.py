"""The order in which a set of revisions is walked: newest first, one branch at a time.

A list of *tips* is kept, oldest revision file first, and a finger on one of them. The tip under the finger is taken if
nothing that is left stands above it, and its place in the list goes to the first of what is below it (further ones
go to the end of the list); else the finger moves to the first tip that stands above it. A tip with nothing new
below it leaves the list, and the finger goes one back. So one branch is followed as far as possible before the next.

"Stands above" is asked in constant time: revisions are gathered in chains (straight pieces), and each chain has a
set of the chains below it, kept as the bits of one int. Chains are only made once a tip was blocked.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from limbeck.revisions.graph import RevisionGraph


def newest_first(
    graph: RevisionGraph, names: AbstractSet[str], tips: Iterable[str], span: AbstractSet[str] | None = None
) -> list[str]:
    """All of the names, each after everything that is above it; `tips` says where to begin.

    `span` is the set over which "above" is asked, where that is larger than the names: a way that leaves the names
    and comes back counts too. Revisions that no tip covers come at the end, newest first.
    """
    left = set(names)
    order: list[str] = []
    inside = left
    if span is not None:
        inside = left | graph.ancestors(left) & graph.descendants(left) & span
    blocked = _Above(graph, inside, whole=len(inside) == len(left))
    starts: Iterable[str] = (tip for tip in set(tips) if tip in left)
    while left:
        row = sorted(starts, key=graph.index.__getitem__)
        _follow(graph, row, left, order, blocked)
        starts = graph.tips(left)
    return order


def _follow(graph: RevisionGraph, row: list[str], left: set[str], order: list[str], above: _Above) -> None:
    standing = set(row)
    finger = 0
    while row:
        name = row[finger]
        higher = above.first_of(row, name)
        if higher is not None:
            finger = higher
            continue
        order.append(name)
        left.discard(name)
        standing.discard(name)
        above.taken(name)
        below = [other for other in graph.down(name) if other in left and other not in standing]
        if not below:
            del row[finger]
            finger = max(finger - 1, 0)
            continue
        row[finger] = below[0]
        row.extend(below[1:])
        standing.update(below)


class _Above:
    """Answers which tip stands above a revision."""

    def __init__(self, graph: RevisionGraph, span: set[str], whole: bool) -> None:
        self._graph = graph
        self._span = span.copy()
        self._whole = whole  # every way between two of the names stays within them
        self._waiting: dict[str, int] = {}
        for name in self._span:
            for other in graph.down(name):
                self._waiting[other] = self._waiting.get(other, 0) + 1
        self._chain: dict[str, int] = {}
        self._below: list[int] = []

    def taken(self, name: str) -> None:
        for other in self._graph.down(name):
            self._waiting[other] -= 1

    def first_of(self, row: list[str], name: str) -> int | None:
        """The place in the row of the first other revision above this one."""
        if not self._waiting.get(name) and self._whole:
            return None
        if len(row) < 2:
            return None
        if not self._chain:
            self._make_chains()
        chain, position = self._chain, self._graph.position
        mine = chain[name]
        for place, other in enumerate(row):
            if other == name:
                continue
            theirs = chain[other]
            if self._below[theirs] >> mine & 1 or (theirs == mine and position[other] > position[name]):
                return place
        return None

    def _make_chains(self) -> None:
        uppers: dict[str, int] = {}
        graph, span = self._graph, self._span
        inside = {name: [d for d in graph.down(name) if d in span] for name in span}
        for downs in inside.values():
            for other in downs:
                uppers[other] = uppers.get(other, 0) + 1
        for name in sorted(span, key=graph.position.__getitem__):
            downs = inside[name]
            if len(downs) == 1 and uppers[downs[0]] == 1:
                self._chain[name] = self._chain[downs[0]]
                continue
            mask = 0
            for other in downs:
                mask |= self._below[self._chain[other]] | 1 << self._chain[other]
            self._chain[name] = len(self._below)
            self._below.append(mask)
