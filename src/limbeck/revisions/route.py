"""The way from where the database is to where someone wants it: an ordered tuple of steps with their head moves.

`rows` are always the rows of the version table, in the order the table gave them. A place is what was typed, or an
Address.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from limbeck.errors import (
    AmbiguousCurrent,
    NotAnAncestor,
    NotApplied,
    OverlappingHeads,
    RevisionError,
)
from limbeck.revisions.address import Address, Range, parse_range
from limbeck.revisions.graph import RevisionGraph
from limbeck.revisions.head_moves import Direction, Frontier, Step
from limbeck.revisions.resolve import (
    as_address,
    branch_owner,
    downgrade_goal,
    known_rows,
    resolve,
    upgrade_targets,
    walk,
)
from limbeck.revisions.sequence import newest_first

Places = str | Address | Iterable[str | Address]


class Route(NamedTuple):
    """The steps in the order in which they are done, and the rows before and after. No steps: nothing to do.

    `doubts` are things that work but are not sure to be meant; a command shows them.
    """

    steps: tuple[Step, ...]
    rows_before: tuple[str, ...] = ()
    rows_after: tuple[str, ...] = ()
    doubts: tuple[RevisionError, ...] = ()


def _places(places: Places) -> tuple[Address, ...]:
    several = (places,) if isinstance(places, (str, Address)) else places
    return tuple(as_address(place) for place in several)


def upgrade(graph: RevisionGraph, rows: Iterable[str], places: Places) -> Route:
    """Everything that the places need and that is not applied yet, oldest first.

    OverlappingHeads where a row is an ancestor of another one; UnknownRevisionInDatabase; and what resolving raises.
    """
    current = known_rows(graph, rows)
    refuse_overlap(graph, current)
    targets: dict[str, None] = {}
    for address in _places(places):
        targets.update(dict.fromkeys(upgrade_targets(graph, address, current)))
    missing = needed(graph, targets, current)
    graph.require_sound(missing)
    return _route(graph, current, "upgrade", reversed(newest_first(graph, missing, targets)))


def refuse_overlap(graph: RevisionGraph, rows: tuple[str, ...]) -> None:
    overlap = graph.overlap(rows)
    if overlap is not None:
        raise OverlappingHeads(revision=overlap[0], others=overlap[1])


def needed(graph: RevisionGraph, targets: Iterable[str], rows: Iterable[str]) -> set[str]:
    """The targets and all below them, without what is applied with these rows."""
    return graph.ancestors(targets) - graph.applied(rows)


def downgrade(graph: RevisionGraph, rows: Iterable[str], place: str | Address) -> Route:
    """Everything applied that stands above the goal, newest first; with a branch only what is on it or needs it.

    NotApplied where the goal is not below the rows. `-1` with several rows goes down from the first and is a doubt.
    """
    current = known_rows(graph, rows)
    address = as_address(place)
    goal = downgrade_goal(graph, address, current)
    undone = above_goal(graph, goal.revision, goal.branch, current, address.text)
    graph.require_sound(undone)
    doubts: tuple[RevisionError, ...] = ()
    if address.is_relative and address.branch is None and len(current) > 1:
        doubts = (AmbiguousCurrent(address=address.text, heads=current),)
    return _route(graph, current, "downgrade", newest_first(graph, undone, current), doubts)


def above_goal(
    graph: RevisionGraph, goal: str | None, branch: str | None, rows: tuple[str, ...], text: str = ""
) -> set[str]:
    """What a downgrade to the goal undoes: the goal's children (or the bases), and all applied that needs them."""
    # Not graph.bases: a revision whose parent is missing stands at the bottom, too, and must be complained about.
    roots = tuple(n for n in graph if not graph.parents(n)) if goal is None else graph.children(goal)
    if branch is not None and len(roots) > 1:
        line = graph.line([branch_owner(graph, branch)])
        roots = tuple(root for root in roots if root in line)
        if not roots:
            raise NotApplied(target=text or goal or "base", heads=rows)
    applied = graph.applied(rows)
    undone = graph.descendants(roots) & applied
    if goal is not None and goal not in applied:
        raise NotApplied(target=text or goal, heads=rows)
    return undone


def _route(
    graph: RevisionGraph,
    rows: tuple[str, ...],
    direction: Direction,
    names: Iterable[str],
    doubts: tuple[RevisionError, ...] = (),
) -> Route:
    frontier = Frontier(graph, rows)
    steps = []
    for name in names:
        step = _step(graph, name, direction)
        steps.append(step._replace(moves=frontier.advance(step)))
    return Route(tuple(steps), rows, frontier.rows, doubts)


def _step(graph: RevisionGraph, name: str, direction: Direction) -> Step:
    below = graph.down(name)
    if direction == "upgrade":
        return Step(direction, graph[name], below, (name,))
    return Step(direction, graph[name], (name,), below)


# -- stamp


def stamp(graph: RevisionGraph, rows: Iterable[str], places: Places) -> Route:
    """The version table says it, and nothing is run. Rows on no common line with a place stay; so 'base' takes all.

    Dependencies count as lines here. Relative places count from the rows. Of places that stand above each other
    the highest counts.
    """
    current = known_rows(graph, rows)
    cleared: set[str] = set()
    replaced: dict[str, set[str]] = {}
    for address in _places(places):
        goals = _stamp_goals(graph, address, current)
        branch = address.branch if not goals or not address.is_relative else None
        beside = () if branch is None else (branch_owner(graph, branch),)
        if not goals:
            cleared |= graph.line(beside, dependencies=True) if beside else set(current)
        for goal in goals:
            line = graph.line([goal], dependencies=True)
            if beside and not line.isdisjoint(current):
                line |= graph.line(beside, dependencies=True)
            replaced.setdefault(goal, set()).update(line)
    goals = _without_implied(graph, replaced)
    going = [row for row in current if row not in goals]
    steps = [_stamp_step((row,), ()) for row in going if row in cleared]
    for goal in goals:
        if goal not in current:
            steps.append(_stamp_step(tuple(row for row in going if row in replaced[goal]), (goal,)))
    left = [row for row in going if any(row in line for line in replaced.values())]
    taken = {source for step in steps for source in step.sources}
    steps += [_stamp_step((row,), ()) for row in left if row not in taken]
    return _stamped(graph, current, steps)


def _stamp_goals(graph: RevisionGraph, address: Address, rows: tuple[str, ...]) -> tuple[str, ...]:
    if not address.is_relative:
        return resolve(graph, address, rows)
    if address.offset is not None and address.offset > 0:
        return upgrade_targets(graph, address, rows)
    if len(rows) > 1 and address.branch is None:
        raise AmbiguousCurrent(address=address.text, heads=rows)
    goal = downgrade_goal(graph, address, rows).revision
    return () if goal is None else (goal,)


def _without_implied(graph: RevisionGraph, wanted: Iterable[str]) -> tuple[str, ...]:
    several = tuple(wanted)
    if len(several) < 2:
        return several
    below = graph.ancestors({down for name in several for down in graph.down(name)})
    return tuple(name for name in several if name not in below)


def _stamp_step(sources: tuple[str, ...], goals: tuple[str, ...]) -> Step:
    return Step("stamp", None, sources, goals)


def _stamped(graph: RevisionGraph, rows: tuple[str, ...], steps: Iterable[Step]) -> Route:
    frontier = Frontier(graph, rows)
    done = tuple(step._replace(moves=frontier.advance(step)) for step in steps)
    return Route(done, rows, frontier.rows)


# -- history


def between(graph: RevisionGraph, span: str | Range, rows: Iterable[str] = ()) -> tuple[str, ...]:
    """The revisions of a range, newest first, both ends included: what `history -r` lists.

    A start like '-3' counts down from the end of the range and stops at the base; an end like '+2' counts up from
    the start. A start 'label@base' keeps to the heads of that branch. NotAnAncestor where the start is not below
    the end.
    """
    parsed = parse_range(span) if isinstance(span, str) else span
    start, stop = parsed.start, parsed.stop
    current = tuple(rows)
    if start is not None and start.is_relative and start.offset is not None and start.offset < 0:
        uppers = _upper(graph, stop, current, current)
        lowers = _counted_down(graph, start, uppers)
    else:
        lowers = () if start is None else resolve(graph, start, current)
        uppers = _upper(graph, stop, current, lowers)
    if start is not None and start.branch is not None:
        uppers = _on_branch_of(graph, uppers, start.branch)
        if not uppers:
            return ()
    return line_between(graph, uppers, lowers)


def _upper(
    graph: RevisionGraph, stop: Address | None, rows: tuple[str, ...], lowers: tuple[str, ...]
) -> tuple[str, ...]:
    if stop is None:
        return graph.real_heads
    if stop.is_relative:
        return upgrade_targets(graph, stop, lowers, stop_at_end=True)
    if stop.offset is not None and stop.symbol is not None:
        return upgrade_targets(graph, stop, rows, stop_at_end=True)
    return resolve(graph, stop, rows)


def _counted_down(graph: RevisionGraph, start: Address, uppers: tuple[str, ...]) -> tuple[str, ...]:
    assert start.offset is not None
    if start.branch is not None:
        uppers = _on_branch_of(graph, uppers, start.branch)
    ends = (walk(graph, top, start.offset, text=start.text, stop_at_end=True) for top in uppers)
    return tuple(dict.fromkeys(end for end in ends if end is not None))


def _on_branch_of(graph: RevisionGraph, names: tuple[str, ...], branch: str) -> tuple[str, ...]:
    """Those on the branch. A revision that carries one label alone stands for that whole branch."""
    owner = branch_owner(graph, branch)
    labels = graph.labels(owner)
    if branch not in graph.label_owners and len(labels) == 1:
        owner = graph.label_owners[labels[0]]
    line = graph.line([owner])
    return tuple(name for name in names if name in line)


def line_between(
    graph: RevisionGraph, uppers: tuple[str, ...], lowers: tuple[str, ...], *, inclusive: bool = True
) -> tuple[str, ...]:
    """What is below the uppers and above the lowers along the line, newest first; without lowers all below."""
    required = graph.ancestors(uppers)
    outside = tuple(name for name in lowers if name not in required)
    if outside:
        raise NotAnAncestor(lower=outside, upper=uppers)
    span = required - graph.ancestors(lowers)
    if inclusive:
        span |= set(lowers)
    names = span & graph.descendants(lowers, dependencies=False) if lowers else span
    graph.require_sound(names)
    return tuple(newest_first(graph, names, uppers, span if len(names) < len(span) else None))
