"""Which rows of the version table change when a step is done. Pure: says the moves, writes none.

The law: the rows are the frontier of what is applied, that is the applied revisions with no applied revision above
them (a revision that another one depends on is no row: it is implied). A step up replaces the rows directly below it;
a step down brings back those revisions below it that nothing else implies.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from limbeck.errors import NotAHead
from limbeck.revisions.graph import RevisionGraph
from limbeck.revisions.revision import Revision

Direction = Literal["upgrade", "downgrade", "stamp"]


class HeadMoves(NamedTuple):
    """The rows to delete, then to insert, then to update (old, new). At most one update."""

    deletes: tuple[str, ...] = ()
    inserts: tuple[str, ...] = ()
    updates: tuple[tuple[str, str], ...] = ()

    def apply(self, rows: Iterable[str]) -> tuple[str, ...]:
        """The rows afterwards; new ones come last."""
        gone = {*self.deletes, *(old for old, _ in self.updates)}
        kept = [row for row in rows if row not in gone]
        return tuple(dict.fromkeys((*kept, *self.inserts, *(new for _, new in self.updates))))


class Step(NamedTuple):
    """One thing to do on a route. `sources` and `goals` are the revisions it leads from and to; empty is the base.

    For a stamp there is nothing to run and `revision` is None.
    """

    direction: Direction
    revision: Revision | None
    sources: tuple[str, ...]
    goals: tuple[str, ...]
    moves: HeadMoves = HeadMoves()

    def __str__(self) -> str:
        return f"{self.direction} {', '.join(self.sources) or 'base'} -> {', '.join(self.goals) or 'base'}"


class Frontier:
    """The rows while a route is walked: knows what is applied, so each step costs only its own edges.

    It is mutable and lives for one run. Built from rows in the order the table gave them.
    """

    def __init__(self, graph: RevisionGraph, rows: Iterable[str]) -> None:
        self._graph = graph
        self._rows = dict.fromkeys(rows)
        self._above: dict[str, int] | None = None  # how many applied revisions stand directly above one

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def moves(self, step: Step) -> HeadMoves:
        """What this step changes, without doing it."""
        if step.direction == "stamp":
            return self._stamp(step)
        assert step.revision is not None
        name = step.revision.id
        return self._up(name) if step.direction == "upgrade" else self._down(name)

    def advance(self, step: Step) -> HeadMoves:
        """The moves of the step, done."""
        moves = self.moves(step)
        if step.direction == "stamp":
            self._above = None
        elif self._above is not None and step.revision is not None:
            change = 1 if step.direction == "upgrade" else -1
            for name in self._graph.all_down(step.revision.id):
                self._above[name] = self._above.get(name, 0) + change
        for row in moves.deletes:
            del self._rows[row]
        self._rows.update(dict.fromkeys(moves.inserts))
        for old, new in moves.updates:
            del self._rows[old]
            self._rows[new] = None
        return moves

    def _up(self, name: str) -> HeadMoves:
        if name in self._rows:
            return HeadMoves()
        below = tuple(down for down in self._graph.all_down(name) if down in self._rows)
        return _replace(below, name)

    def _down(self, name: str) -> HeadMoves:
        if name not in self._rows:
            raise NotAHead(revision=name, heads=self.rows)
        bare = tuple(down for down in self._graph.all_down(name) if not self._implied(down))
        if not bare:
            return HeadMoves(deletes=(name,))
        return HeadMoves(inserts=bare[:-1], updates=((name, bare[-1]),))

    def _implied(self, name: str) -> bool:
        """Whether something applied stands above a revision, apart from the one step that goes."""
        if name in self._rows:
            return True
        if len(self._graph.up(name)) == 1:
            return False
        if self._above is None:
            self._above = {}
            for applied in self._graph.applied(self._rows):
                for down in self._graph.all_down(applied):
                    self._above[down] = self._above.get(down, 0) + 1
        return self._above.get(name, 0) > 1

    def _stamp(self, step: Step) -> HeadMoves:
        gone = tuple(row for row in step.sources if row in self._rows and row not in step.goals)
        new = tuple(goal for goal in step.goals if goal not in self._rows)
        return _exchange(gone, new)


def between(have: Iterable[str], want: Iterable[str]) -> HeadMoves:
    """The shortest way from these rows to those: what many steps in one transaction leave, written once."""
    old, new = dict.fromkeys(have), dict.fromkeys(want)
    return _exchange(tuple(row for row in old if row not in new), tuple(row for row in new if row not in old))


def _exchange(gone: tuple[str, ...], new: tuple[str, ...]) -> HeadMoves:
    if not new:
        return HeadMoves(deletes=gone)
    if not gone:
        return HeadMoves(inserts=new)
    return HeadMoves(deletes=gone[:-1], inserts=new[:-1], updates=((gone[-1], new[-1]),))


def _replace(rows: tuple[str, ...], new: str) -> HeadMoves:
    if not rows:
        return HeadMoves(inserts=(new,))
    return HeadMoves(deletes=rows[:-1], updates=((rows[-1], new),))


def head_moves(graph: RevisionGraph, rows: Iterable[str], step: Step) -> HeadMoves:
    """Given the rows now and a step: which rows to delete, insert and update. For many steps use a Frontier."""
    return Frontier(graph, rows).moves(step)
