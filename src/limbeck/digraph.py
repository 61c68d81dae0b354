"""A directed graph: walks, topological order with priorities, and the cycle itself when there is one.

A graph is given as its nodes and one function that names a node's neighbours; nothing is copied. Nodes are any
hashable values. Whatever is asked is answered in time linear in nodes and edges (the priority costs a heap), without
recursion, and in an order that depends on the given order alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

N = TypeVar("N", bound=Hashable)
Neighbours = Callable[[N], Iterable[N]]


class CycleFound(ValueError):
    """There is no order. `cycle` is one closed way: each node needs the next, and the last needs the first."""

    def __init__(self, cycle: tuple[Any, ...]) -> None:
        self.cycle = cycle
        super().__init__(" -> ".join(str(node) for node in (*cycle, *cycle[:1])))


def reach(starts: Iterable[N], neighbours: Neighbours[N]) -> set[N]:
    """The starts and everything that can be reached from them."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for node in neighbours(todo.pop()):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


def shortest_way(start: N, goal: N, neighbours: Neighbours[N]) -> tuple[N, ...] | None:
    """A way of at least one edge from start to goal, both included; None where there is none.

    With start == goal it is the shortest cycle through that node.
    """
    came_from: dict[N, N] = {}
    todo = deque([start])
    while todo:
        here = todo.popleft()
        for node in neighbours(here):
            if node == goal:
                way = [goal, here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if node not in came_from and node != start:
                came_from[node] = here
                todo.append(node)
    return None


def sort_part(
    nodes: Iterable[N], needs: Neighbours[N], priority: Callable[[N], Any] | None = None
) -> tuple[list[N], list[N]]:
    """(ordered, left): every node after what it needs; `left` are those in or above a cycle, in the given order.

    Needs that are not among the nodes count as met. Of the nodes that are free at one moment the one with the
    smallest priority comes first; without a priority, and among equals, the one given first.
    """
    rank = {node: number for number, node in enumerate(dict.fromkeys(nodes))}
    waiting: dict[N, int] = {}
    wanted_by: dict[N, list[N]] = {}
    for node in rank:
        needed = {other for other in needs(node) if other in rank}
        waiting[node] = len(needed)
        for other in needed:
            wanted_by.setdefault(other, []).append(node)
    from heapq import heapify, heappop, heappush

    order_of: Callable[[N], Any] = (lambda n: (priority(n), rank[n])) if priority else rank.__getitem__
    free = [(order_of(node), rank[node], node) for node, count in waiting.items() if not count]
    heapify(free)
    ordered: list[N] = []
    while free:
        node = heappop(free)[2]
        ordered.append(node)
        for other in wanted_by.get(node, ()):
            waiting[other] -= 1
            if not waiting[other]:
                heappush(free, (order_of(other), rank[other], other))
    return ordered, [node for node in rank if waiting[node]]


def sort(nodes: Iterable[N], needs: Neighbours[N], priority: Callable[[N], Any] | None = None) -> list[N]:
    """Like `sort_part`, and CycleFound where not every node finds a place."""
    ordered, left = sort_part(nodes, needs, priority)
    if left:
        raise CycleFound(cycles(left, needs)[0])
    return ordered


def knots(nodes: Iterable[N], neighbours: Neighbours[N]) -> list[tuple[N, ...]]:
    """The strongly connected parts that hold a cycle, each in the given order, by their first nodes.

    Tarjan's algorithm with its own stack.
    """
    rank = {node: number for number, node in enumerate(dict.fromkeys(nodes))}
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    on_way: dict[N, None] = {}
    found: list[tuple[N, ...]] = []
    for start in rank:
        if start in number:
            continue
        number[start] = low[start] = len(number)
        on_way[start] = None
        todo = [(start, iter(neighbours(start)))]
        while todo:
            here, rest = todo[-1]
            for node in rest:
                if node not in rank:
                    continue
                if node not in number:
                    number[node] = low[node] = len(number)
                    on_way[node] = None
                    todo.append((node, iter(neighbours(node))))
                    break
                if node in on_way:
                    low[here] = min(low[here], number[node])
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[here])
                if low[here] == number[here]:
                    part = []
                    while True:
                        node, _ = on_way.popitem()
                        part.append(node)
                        if node == here:
                            break
                    if len(part) > 1 or here in neighbours(here):
                        found.append(tuple(sorted(part, key=rank.__getitem__)))
    return sorted(found, key=lambda part: rank[part[0]])


def cycles(nodes: Iterable[N], neighbours: Neighbours[N]) -> list[tuple[N, ...]]:
    """One shortest cycle for each knot, through the knot's first node; empty where there is no cycle."""
    found = []
    for part in knots(nodes, neighbours):
        way = shortest_way(part[0], part[0], _within(neighbours, frozenset(part)))
        assert way is not None
        found.append(way[:-1])
    return found


def _within(neighbours: Neighbours[N], inside: frozenset[N]) -> Neighbours[N]:
    return lambda node: (other for other in neighbours(node) if other in inside)
