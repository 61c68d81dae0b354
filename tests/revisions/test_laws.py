"""The laws of the history, on random ones, against sets computed by brute force.

A history is drawn as edges from newer to older revisions: several bases, merges, labels, dependencies, also such that
are implied by others, and given in any order.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from limbeck.revisions import (
    Frontier,
    Revision,
    RevisionGraph,
    between,
    downgrade,
    head_moves,
    resolve,
    stamp,
    upgrade,
)
from limbeck.revisions.head_moves import Step


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> list[Revision]:
    revisions: list[Revision] = []
    for number in range(draw(st.integers(1, most))):
        older = [f"r{n}" for n in range(number)]
        some = st.lists(st.sampled_from(older), max_size=3, unique=True) if older else st.just([])
        parents = tuple(draw(some))
        depends = tuple(draw(some)) if draw(st.integers(0, 3)) == 0 else ()
        labels = (f"label{number}",) if draw(st.integers(0, 4)) == 0 else ()
        revisions.append(Revision(f"r{number}", parents, depends, labels))
    return draw(st.permutations(revisions))


class Oracle:
    """The same questions, answered by the definitions alone."""

    def __init__(self, revisions: list[Revision]) -> None:
        self.down = {r.id: {*r.parents, *r.depends_on} for r in revisions}
        self.parents = {r.id: set(r.parents) for r in revisions}

    def closed(self, names: set[str], edges: dict[str, set[str]] | None = None) -> set[str]:
        edges = self.down if edges is None else edges
        result = set(names)
        while True:
            more = {below for name in result for below in edges[name]} | result
            if more == result:
                return result
            result = more

    def above(self, names: set[str], edges: dict[str, set[str]] | None = None) -> set[str]:
        return {name for name in self.down if self.closed({name}, edges) & names}

    def frontier(self, applied: set[str]) -> set[str]:
        return {name for name in applied if not any(name in self.down[other] for other in applied)}


@st.composite
def situations(draw: st.DrawFn) -> tuple[RevisionGraph, Oracle, set[str], list[str]]:
    """A history, what of it is applied, and the rows of its version table in any order."""
    revisions = draw(histories())
    oracle = Oracle(revisions)
    some = draw(st.sets(st.sampled_from(sorted(oracle.down)), max_size=4))
    applied = oracle.closed(some)
    return RevisionGraph(revisions), oracle, applied, draw(st.permutations(sorted(oracle.frontier(applied))))


def play(oracle: Oracle, applied: set[str], rows: list[str], steps: tuple[Step, ...]) -> set[str]:
    """Do the steps one by one on a table of rows; each must find its ground, and leave exactly the frontier."""
    applied, table = set(applied), set(rows)
    for step in steps:
        assert step.revision is not None
        name = step.revision.id
        if step.direction == "upgrade":
            assert name not in applied and oracle.down[name] <= applied
            applied.add(name)
        else:
            assert name in applied and not any(name in oracle.down[other] for other in applied)
            applied.remove(name)
        assert table.issuperset(step.moves.deletes) and table.isdisjoint(step.moves.inserts)
        table = table - set(step.moves.deletes) | set(step.moves.inserts)
        for old, new in step.moves.updates:
            assert old in table and new not in table
            table = table - {old} | {new}
        assert table == oracle.frontier(applied)
    return applied


def names_of(steps: tuple[Step, ...]) -> list[str]:
    return [step.revision.id for step in steps if step.revision is not None]


@given(histories())
def test_heads_bases_and_tips(revisions: list[Revision]) -> None:
    """A head has no child, a real head nothing above it; in the given order."""
    graph, oracle = RevisionGraph(revisions), Oracle(revisions)
    given_order = [r.id for r in revisions]
    parents = {below for names in oracle.parents.values() for below in names}
    assert list(graph.heads) == [name for name in given_order if name not in parents]
    assert list(graph.real_heads) == [n for n in given_order if n in oracle.frontier(set(given_order))]
    assert list(graph.bases) == [name for name in given_order if not oracle.parents[name]]
    assert all(graph.position[below] < graph.position[name] for name in graph for below in oracle.down[name])


@given(histories(), st.data())
def test_what_is_below_and_above(revisions: list[Revision], data: st.DataObject) -> None:
    graph, oracle = RevisionGraph(revisions), Oracle(revisions)
    names = data.draw(st.sets(st.sampled_from(sorted(oracle.down))))
    assert graph.ancestors(names) == oracle.closed(names)
    assert graph.descendants(names) == oracle.above(names)
    assert graph.ancestors(names, dependencies=False) == oracle.closed(names, oracle.parents)
    assert graph.descendants(names, dependencies=False) == oracle.above(names, oracle.parents)


@settings(max_examples=300)
@given(situations(), st.data())
def test_upgrade(situation: tuple[RevisionGraph, Oracle, set[str], list[str]], data: st.DataObject) -> None:
    """Exactly what the targets need and is not applied; each after all it stands on; the rows stay the frontier."""
    graph, oracle, applied, rows = situation
    targets = data.draw(st.lists(st.sampled_from([*sorted(oracle.down), "heads"]), min_size=1, max_size=3))
    route = upgrade(graph, rows, targets)
    wanted = {name for target in targets for name in resolve(graph, target)}
    after = play(oracle, applied, rows, route.steps)
    assert after == applied | oracle.closed(wanted)
    assert set(route.rows_after) == oracle.frontier(after)


@settings(max_examples=300)
@given(situations(), st.data())
def test_downgrade(situation: tuple[RevisionGraph, Oracle, set[str], list[str]], data: st.DataObject) -> None:
    """Exactly what is applied and stands on a child of the goal; the rows stay the frontier."""
    graph, oracle, applied, rows = situation
    goal = data.draw(st.sampled_from([*sorted(applied), "base"]))
    route = downgrade(graph, rows, goal)
    roots = {
        n for n in oracle.down if (goal in oracle.parents[n] if goal != "base" else not oracle.parents[n])
    }
    after = play(oracle, applied, rows, route.steps)
    assert after == applied - oracle.above(roots)
    assert set(route.rows_after) == oracle.frontier(after)


@given(histories())
def test_up_and_down_again(revisions: list[Revision]) -> None:
    """The way down from the heads is a way back, and ends at an empty table."""
    graph = RevisionGraph(revisions)
    there = upgrade(graph, (), "heads")
    back = downgrade(graph, there.rows_after, "base")
    assert sorted(names_of(back.steps)) == sorted(names_of(there.steps)) == sorted(graph)
    assert back.rows_after == ()


@given(situations())
def test_a_branch_goes_down_without_its_neighbours(
    situation: tuple[RevisionGraph, Oracle, set[str], list[str]],
) -> None:
    """With a branch, only what shares a line with it, or stands on such a revision, is undone."""
    graph, oracle, applied, rows = situation
    for label, owner in graph.label_owners.items():
        route = downgrade(graph, rows, f"{label}@base")
        line = oracle.closed({owner}, oracle.parents) | oracle.above({owner}, oracle.parents)
        after = play(oracle, applied, rows, route.steps)
        assert applied - after <= oracle.above(line)
        assert not after & line


@given(situations(), st.data())
def test_stamp(situation: tuple[RevisionGraph, Oracle, set[str], list[str]], data: st.DataObject) -> None:
    """The places become rows, rows on no common line with them stay, all others go; each move finds its row."""
    graph, oracle, _, rows = situation
    places = data.draw(st.lists(st.sampled_from(sorted(oracle.down)), min_size=1, max_size=3))
    route = stamp(graph, rows, places)
    table = set(rows)
    for step in route.steps:
        assert table.issuperset(step.moves.deletes) and table.isdisjoint(step.moves.inserts)
        assert all(old in table and new not in table for old, new in step.moves.updates)
        table = set(step.moves.apply(table))
    highest = {name for name in places if not (oracle.above({name}) - {name}) & set(places)}
    related = oracle.closed(set(places)) | oracle.above(set(places))
    assert table == set(route.rows_after) == highest | (set(rows) - related)


@given(situations())
def test_head_moves_need_no_memory(situation: tuple[RevisionGraph, Oracle, set[str], list[str]]) -> None:
    """The pure function says from the rows alone what the Frontier of a whole run says."""
    graph, _, _, rows = situation
    for route in (upgrade(graph, rows, "heads"), downgrade(graph, rows, "base")):
        frontier = Frontier(graph, rows)
        for step in route.steps:
            assert step.moves == head_moves(graph, frontier.rows, step) == frontier.advance(step)


@given(situations())
def test_history_is_newest_first(
    situation: tuple[RevisionGraph, Oracle, set[str], list[str]],
) -> None:
    """Nothing comes before what stands above it; and the same input gives the same order."""
    graph, oracle, _, _ = situation
    listed = between(graph, ":")
    assert sorted(listed) == sorted(graph)
    place = {name: number for number, name in enumerate(listed)}
    assert all(place[name] < place[below] for name in graph for below in oracle.down[name])
    assert listed == between(RevisionGraph(graph[name] for name in graph), ":")


@given(histories(), st.data())
def test_a_range_is_what_stands_between(revisions: list[Revision], data: st.DataObject) -> None:
    """a:b is what is below b, not below a, and above a along parents; a and b included."""
    graph, oracle = RevisionGraph(revisions), Oracle(revisions)
    upper = data.draw(st.sampled_from(sorted(oracle.down)))
    lower = data.draw(st.sampled_from(sorted(oracle.closed({upper}))))
    listed = between(graph, f"{lower}:{upper}")
    inside = oracle.closed({upper}) - oracle.closed({lower}) | {lower}
    assert set(listed) == inside & oracle.above({lower}, oracle.parents)
