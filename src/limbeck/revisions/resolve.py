"""From an Address to revisions. Needs the history, and for relative addresses the rows of the version table.

The base is no revision: it is the empty tuple here, or None where one place is asked for.
A name is looked up as an exact id, then as a label, then as a prefix that fits one revision only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from limbeck.errors import (
    AmbiguousCurrent,
    AmbiguousRevision,
    AmbiguousWalk,
    BadAddress,
    MultipleHeads,
    NoSuchBranch,
    NoSuchRevision,
    NotOnBranch,
    UnknownRevisionInDatabase,
    WalkTooFar,
)
from limbeck.revisions.address import BASE, CURRENT, HEAD, HEADS, Address, parse
from limbeck.revisions.graph import RevisionGraph
from limbeck.revisions.mistakes import closest, named

Rows = tuple[str, ...]
SYMBOLS = frozenset({HEAD, HEADS, BASE, CURRENT})


class Goal(NamedTuple):
    """Where a downgrade goes: the revision that stays (None: the base), and the one branch it is confined to."""

    revision: str | None
    branch: str | None = None


def as_address(place: str | Address) -> Address:
    return parse(place) if isinstance(place, str) else place


def known_rows(graph: RevisionGraph, rows: Iterable[str]) -> Rows:
    """The rows without repetition; UnknownRevisionInDatabase where no file has one of them."""
    several = tuple(dict.fromkeys(rows))
    unknown = tuple(row for row in several if row not in graph)
    if not unknown:
        return several
    raise UnknownRevisionInDatabase(
        revisions=unknown,
        looked_in=graph.looked_in or _folders(graph),
        count=len(graph),
        close=closest(unknown[0], graph),
    )


def _folders(graph: RevisionGraph) -> tuple[str, ...]:
    files = (graph[name].origin.replace("\\", "/") for name in graph)
    return tuple(dict.fromkeys(file.rpartition("/")[0] for file in files if "/" in file))


# -- names


def find(graph: RevisionGraph, name: str, branch: str | None = None, *, member: bool = True) -> str:
    """The one revision that is meant by an id, a label or a prefix.

    A branch chooses among several that a prefix fits; and with `member` the revision must be on it.
    """
    if name in graph.disputed:
        raise graph.disputed[name]
    owner = None if branch is None else branch_owner(graph, branch)
    matches = named(name, graph, graph.label_owners)
    if owner is None:
        return _only(graph, name, matches)
    line = graph.line([owner])
    if len(matches) > 1:
        return _only(graph, name, tuple(m for m in matches if m in line))
    found = _only(graph, name, matches)
    if member and found not in line:
        raise NotOnBranch(revision=found, branch=str(branch))
    return found


def _only(graph: RevisionGraph, name: str, matches: tuple[str, ...]) -> str:
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise AmbiguousRevision(name=name, matches=matches)
    raise NoSuchRevision(name=name, close=closest(name, (*graph, *graph.label_owners, *sorted(SYMBOLS))))


def branch_owner(graph: RevisionGraph, branch: str) -> str:
    """The revision that stands for a branch: the owner of that label, or any revision on it."""
    if branch in graph.disputed:
        raise graph.disputed[branch]
    if branch in graph.label_owners:
        return graph.label_owners[branch]
    matches = named(branch, graph, graph.label_owners)
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise AmbiguousRevision(name=branch, matches=matches)
    labels = tuple(graph.label_owners)
    raise NoSuchBranch(name=branch, close=closest(branch, (*labels, *graph)), labels=labels)


def on_branch(
    graph: RevisionGraph, names: Iterable[str], branch: str, *, dependencies: bool = False
) -> tuple[str, ...]:
    """Those of the names that share a line with the branch."""
    line = graph.line([branch_owner(graph, branch)], dependencies=dependencies)
    return tuple(name for name in names if name in line)


# -- places


def resolve(graph: RevisionGraph, place: str | Address, rows: Iterable[str] = ()) -> tuple[str, ...]:
    """All revisions that are meant: several for 'heads', none for 'base' and for the head of an empty history.

    '-2' counts from every head of the history, '+2' from the rows.
    """
    address = as_address(place)
    if address.offset is None or _is_exact(graph, address):
        return _resolve_symbol(graph, address, tuple(rows))
    if address.symbol is not None:
        start = _one(graph, address, tuple(rows))
        return _as_tuple(walk(graph, start, address.offset, text=address.text, branch=address.branch))
    if address.offset > 0:
        return upgrade_targets(graph, address, rows)
    heads = graph.real_heads
    if address.branch is not None:
        heads = on_branch(graph, graph.heads, address.branch)
    ends = (walk(graph, head, address.offset, text=address.text) for head in heads)
    return tuple(dict.fromkeys(end for end in ends if end is not None))


def resolve_one(graph: RevisionGraph, place: str | Address, rows: Iterable[str] = ()) -> str | None:
    """The one revision that is meant; None for the base. MultipleHeads where it means several."""
    address = as_address(place)
    found = resolve(graph, address, rows)
    if len(found) > 1:
        raise MultipleHeads(argument=address.text, heads=found)
    return found[0] if found else None


def _as_tuple(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _is_exact(graph: RevisionGraph, address: Address) -> bool:
    return address.whole in graph or address.whole in graph.label_owners


def _resolve_symbol(
    graph: RevisionGraph, address: Address, rows: Rows, *, member: bool = True
) -> tuple[str, ...]:
    symbol = address.whole if _is_exact(graph, address) else address.symbol
    assert symbol is not None
    branch = address.branch
    if symbol == BASE:
        if branch is not None:
            branch_owner(graph, branch)
        return ()
    if symbol == HEAD:
        heads = graph.heads if branch is None else on_branch(graph, graph.heads, branch)
        if len(heads) > 1:
            raise MultipleHeads(argument=address.text, heads=heads)
        return heads
    if symbol == HEADS:
        return graph.real_heads if branch is None else on_branch(graph, graph.heads, branch)
    if symbol == CURRENT and symbol not in graph and symbol not in graph.label_owners:
        current = known_rows(graph, rows)
        return current if branch is None else _rows_on_branch(graph, current, branch)
    return (find(graph, symbol, branch, member=member),)


def _one(graph: RevisionGraph, address: Address, rows: Rows) -> str | None:
    """The start of a walk. Walking up, the branch only chooses the way, so the start may be beside it."""
    found = _resolve_symbol(graph, address, rows, member=address.offset is not None and address.offset <= 0)
    if len(found) > 1:
        raise MultipleHeads(argument=address.text, heads=found)
    return found[0] if found else None


# -- walking


def walk(
    graph: RevisionGraph,
    start: str | None,
    steps: int,
    *,
    text: str = "",
    branch: str | None = None,
    stop_at_end: bool = False,
) -> str | None:
    """The revision that many steps above (or below) the start, along parents alone; None is the base, on both sides.

    A branch chooses the way at forks when walking up. AmbiguousWalk at any other fork or merge; WalkTooFar past the
    end, unless `stop_at_end`. One step below a base is the base, and no step goes below that.
    """
    line = graph.line([branch_owner(graph, branch)]) if branch is not None and steps > 0 else None
    here = start
    for done in range(abs(steps)):
        if steps > 0:
            ways = graph.bases if here is None else graph.children(here)
            if line is not None:
                ways = tuple(way for way in ways if way in line)
            ended = not ways
        else:
            ways = () if here is None else graph.parents(here)
            ended = here is None
        if ended:
            if stop_at_end:
                return here
            raise WalkTooFar(address=text or f"{steps:+d}", steps=steps, start=start or "", possible=done)
        if len(ways) > 1:
            asked = text or f"{steps:+d}"
            raise AmbiguousWalk(address=asked, at=here or "", choices=ways, down=steps < 0)
        here = ways[0] if ways else None
        if here is None and start is not None:
            graph.require_sound([start])
    return here


# -- where an upgrade and a downgrade go


def upgrade_targets(
    graph: RevisionGraph, place: str | Address, rows: Iterable[str], *, stop_at_end: bool = False
) -> tuple[str, ...]:
    """What is to be applied when someone types this to `upgrade`.

    '+2' counts from the rows, 'label@+2' from the last applied revision of that branch.
    """
    address = as_address(place)
    if address.offset is None or _is_exact(graph, address):
        return _resolve_symbol(graph, address, tuple(rows))
    current = known_rows(graph, rows)
    if address.symbol is not None:
        branch = address.branch if address.offset > 0 else None
        start = _one(graph, address, current)
        end = walk(graph, start, address.offset, text=address.text, branch=branch, stop_at_end=stop_at_end)
        return _as_tuple(end)
    if address.offset <= 0:
        raise BadAddress(text=address.text, why="an upgrade does not go back; `limbeck downgrade` does")
    starts = current if address.branch is None else _starts_on_branch(graph, current, address.branch)
    if len(starts) > 1:
        raise AmbiguousCurrent(address=address.text, heads=starts)
    start = starts[0] if starts else None
    end = walk(
        graph, start, address.offset, text=address.text, branch=address.branch, stop_at_end=stop_at_end
    )
    return _as_tuple(end)


def _starts_on_branch(graph: RevisionGraph, rows: Rows, branch: str) -> tuple[str, ...]:
    """Rows on the branch; where there are none, the last applied revisions of it."""
    line = graph.line([branch_owner(graph, branch)])
    starts = tuple(row for row in rows if row in line)
    if starts or not rows:
        return starts
    active = graph.ancestors(rows) & line
    below = {down for name in active for down in graph.down(name)}
    return graph.in_order(active - below)


def _rows_on_branch(graph: RevisionGraph, rows: Rows, branch: str) -> tuple[str, ...]:
    """Rows on the branch; where there are none, the applied ends of lines on it (another row may imply them)."""
    line = graph.line([branch_owner(graph, branch)])
    found = tuple(row for row in rows if row in line)
    return found or tuple(name for name in graph.standing(rows) if name in line)


def downgrade_goal(
    graph: RevisionGraph, place: str | Address, rows: Iterable[str], *, stop_at_end: bool = False
) -> Goal:
    """What stays when someone types this to `downgrade`.

    '-1' counts from the rows, with several rows from the first; the downgrade is then confined to that row's branch.
    """
    address = as_address(place)
    if address.offset is None or _is_exact(graph, address):
        found = _resolve_symbol(graph, address, tuple(rows))
        if len(found) > 1:
            raise MultipleHeads(argument=address.text, heads=found)
        return Goal(found[0] if found else None, address.branch)
    current = known_rows(graph, rows)
    text, offset = address.text, address.offset
    if address.symbol is not None:
        branch = address.branch if offset > 0 else None
        start = _one(graph, address, current)
        end = walk(graph, start, offset, text=text, branch=branch, stop_at_end=stop_at_end)
        return Goal(end, address.branch)
    if offset >= 0:
        raise BadAddress(text=text, why="a downgrade does not go forward; `limbeck upgrade` does")
    if address.branch is None:
        if not current:
            raise WalkTooFar(address=text, steps=offset)
        end = walk(graph, current[0], offset, text=text, stop_at_end=stop_at_end)
        return Goal(end, current[0])
    starts = _rows_on_branch(graph, current, address.branch)
    if len(starts) > 1:
        raise AmbiguousCurrent(address=text, heads=starts)
    if not starts:
        raise WalkTooFar(address=text, steps=offset)
    return Goal(walk(graph, starts[0], offset, text=text, stop_at_end=stop_at_end), starts[0])
