"""Ways through a history: which steps, in which order, and what they do to the rows of the version table."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from limbeck import errors
from limbeck.revisions import Revision, RevisionGraph, Route, downgrade, stamp, upgrade


def rev(name: str, *parents: str, needs: str = "", label: str = "") -> Revision:
    return Revision(
        name, parents, tuple(needs.split()), tuple(label.split()), origin=f"app/versions/{name}.py"
    )


def told(route: Route) -> list[str]:
    """Each step with its moves: '+' inserted, '-' deleted, 'old>new' updated rows."""
    lines = []
    for step in route.steps:
        name = step.revision.id if step.revision else f"{','.join(step.sources)}->{','.join(step.goals)}"
        moves = [f"-{row}" for row in step.moves.deletes] + [f"+{row}" for row in step.moves.inserts]
        lines.append(" ".join([f"{name}:", *moves, *(f"{old}>{new}" for old, new in step.moves.updates)]))
    return lines


def ids(route: Route) -> str:
    return " ".join(step.revision.id if step.revision else "?" for step in route.steps)


#    a - b - c1 (one) - d1 - e - f
#         \- c2 (two) - d2 -/
DIAMOND = RevisionGraph(
    [
        *(rev("a"), rev("b", "a"), rev("c1", "b", label="one"), rev("d1", "c1")),
        *(rev("c2", "b", label="two"), rev("d2", "c2"), rev("e", "d1", "d2"), rev("f", "e")),
    ]
)
FORK = RevisionGraph(DIAMOND[name] for name in ("a", "b", "c1", "d1", "c2", "d2"))


def test_up_through_a_diamond() -> None:
    assert told(upgrade(DIAMOND, (), "head")) == [
        "a: +a",
        "b: a>b",
        "c2: b>c2",
        "d2: c2>d2",
        "c1: +c1",
        "d1: c1>d1",
        "e: -d1 d2>e",
        "f: e>f",
    ]


def test_down_through_a_diamond() -> None:
    assert told(downgrade(DIAMOND, ("f",), "base")) == [
        "f: f>e",
        "e: +d1 e>d2",
        "d1: d1>c1",
        "c1: -c1",
        "d2: d2>c2",
        "c2: c2>b",
        "b: b>a",
        "a: -a",
    ]


@pytest.mark.parametrize(
    ("rows", "place", "steps", "after"),
    [
        ("", "+1", "a", "a"),
        ("a", "+1", "b", "b"),
        ("b", "one@head", "c1 d1", "d1"),
        ("c1", "two@+1", "c2", "c1 c2"),
        ("c1 c2", "two@+1", "d2", "c1 d2"),
        ("d1", "heads", "c2 d2", "d1 d2"),
        ("d1", "b", "", "d1"),
        ("b", "two@head-1", "c2", "c2"),
    ],
)
def test_up_a_fork(rows: str, place: str, steps: str, after: str) -> None:
    route = upgrade(FORK, rows.split(), place)
    assert ids(route) == steps
    assert sorted(route.rows_after) == after.split()


def test_up_to_several_places() -> None:
    assert ids(upgrade(FORK, ("b",), ["d1", "c2"])) == "c2 c1 d1"


@pytest.mark.parametrize(
    ("rows", "place", "steps", "after"),
    [
        ("d1", "-1", "d1", "c1"),
        ("d1 d2", "one@-1", "d1", "c1 d2"),
        ("d1 d2", "one@b", "d1 c1", "d2"),
        ("d1 d2", "d2@b", "d2 c2", "d1"),
        ("d1 d2", "b", "d1 c1 d2 c2", "b"),
        ("d1 d2", "base+2", "d1 c1 d2 c2", "b"),
        ("d1 d2", "two@base+3", "d2", "c2 d1"),
        ("d1 c2", "c2", "", "c2 d1"),
        ("", "base", "", ""),
    ],
)
def test_down_a_fork(rows: str, place: str, steps: str, after: str) -> None:
    route = downgrade(FORK, rows.split(), place)
    assert ids(route) == steps
    assert sorted(route.rows_after) == after.split()


def test_one_branch_below_a_merge() -> None:
    assert told(downgrade(DIAMOND, ("f",), "two@b")) == [
        "f: f>e",
        "e: +d1 e>d2",
        "d2: d2>c2",
        "c2: -c2",
    ]


def test_minus_one_with_two_rows_takes_the_first_and_is_a_doubt() -> None:
    route = downgrade(FORK, ("d2", "d1"), "-1")
    assert ids(route) == "d2"
    assert str(route.doubts[0]) == (
        "'-1' is ambiguous: the database is at d2, d1.\nSay from which one: d2-1, or label@-1."
    )


def test_up_to_places_above_each_other() -> None:
    assert ids(upgrade(FORK, (), ["a", "b", "c1"])) == "a b c1"


def test_down_follows_one_branch_as_far_as_it_can() -> None:
    """Long and short branches; the short one comes first, since its head's file does."""
    graph = RevisionGraph(
        [rev("a"), rev("b1", "a"), rev("b2", "a"), rev("c1", "b1"), rev("d11", "c1"), rev("d12", "c1")]
    )
    assert ids(downgrade(graph, graph.heads, "base")) == "b2 d11 d12 c1 b1 a"


def test_down_several_merges_goes_from_branch_to_branch() -> None:
    """After a branch has ended the one before it is gone on with; other parents of a merge come last."""
    graph = RevisionGraph(
        [
            *(rev("a1"), rev("a2"), rev("a3"), rev("amerge", "a1", "a2", "a3")),
            *(rev("b1"), rev("b2"), rev("bmerge", "b1", "b2")),
            *(rev("c1"), rev("c2"), rev("c3"), rev("cmerge", "c1", "c2", "c3")),
            rev("d1", needs="a3 b2 c1"),
        ]
    )
    rows = ("amerge", "b1", "b2", "cmerge")
    assert ids(downgrade(graph, rows, "base")) == "amerge a1 b1 b2 cmerge c1 a2 a3 c2 c3"
    assert ids(upgrade(graph, (), "heads")) == "c3 c2 b2 a3 a2 c1 d1 cmerge b1 bmerge a1 amerge"


def test_where_a_branch_ends_the_one_before_it_is_gone_on_with() -> None:
    graph = RevisionGraph([rev("root"), rev("left", "root"), rev("alone"), rev("right", "root")])
    assert ids(downgrade(graph, ("left", "alone", "right"), "base")) == "left right alone root"


def test_rows_that_contain_each_other_can_be_downgraded() -> None:
    """Such rows are a mistake of someone's, but the way down from them is clear."""
    assert told(downgrade(FORK, ("a", "c1"), "a")) == ["c1: c1>b", "b: -b"]


#    a1 - b1 - c1
#          |
#    x1 - x2 (needs b1)
CROSS = RevisionGraph(
    [rev("a1"), rev("b1", "a1"), rev("c1", "b1"), rev("x1", label="x"), rev("x2", "x1", needs="b1")]
)


def test_up_brings_what_is_needed() -> None:
    assert told(upgrade(CROSS, (), "x2")) == ["a1: +a1", "b1: a1>b1", "x1: +x1", "x2: -x1 b1>x2"]


def test_down_takes_what_needs_it() -> None:
    assert told(downgrade(CROSS, ("c1", "x2"), "a1")) == ["c1: -c1", "x2: +x1 x2>b1", "b1: b1>a1"]


def test_down_to_what_is_only_implied_has_nothing_to_do() -> None:
    assert downgrade(CROSS, ("x2",), "b1").steps == ()


def test_down_one_line_leaves_the_other() -> None:
    route = downgrade(CROSS, ("c1", "x2"), "x@base")
    assert told(route) == ["x2: x2>x1", "x1: -x1"]
    assert route.rows_after == ("c1",)


def test_a_parent_that_another_parent_contains_is_no_row() -> None:
    graph = RevisionGraph([rev("a"), rev("b", needs="a"), rev("c"), rev("m", "a", "b", "c")])
    assert told(upgrade(graph, ("b", "c"), "m")) == ["m: -b c>m"]
    assert told(downgrade(graph, ("m",), "b")) == ["m: +b m>c"]


# -- stamp


@pytest.mark.parametrize(
    ("rows", "places", "steps"),
    [
        ("", "heads", ["->d1: +d1", "->d2: +d2"]),
        ("b", "heads", ["b->d1: b>d1", "b->d2: +d2"]),
        ("d1 d2", "heads", []),
        ("d1 c2", "b", ["d1,c2->b: -d1 c2>b"]),
        ("d1 c2", "base", ["d1->: -d1", "c2->: -c2"]),
        ("d1 c2", "one@base", ["d1->: -d1"]),
        ("d1 c2", "two@head", ["c2->d2: c2>d2"]),
        ("d1", "c2", ["->c2: +c2"]),
        ("d2 c1", "d1 d2", ["c1->d1: c1>d1"]),  # what is asked for is not taken away for another
        ("a", "a d1", ["a->d1: a>d1"]),
        ("c1", "+1", ["c1->d1: c1>d1"]),
        ("c1", "-1", ["c1->b: c1>b"]),
    ],
)
def test_stamp(rows: str, places: str, steps: list[str]) -> None:
    assert told(stamp(FORK, rows.split(), places.split())) == steps


def test_stamp_across_a_merge() -> None:
    assert told(stamp(DIAMOND, ("d1", "c2"), "two@head")) == ["d1,c2->f: -d1 c2>f"]
    assert told(stamp(DIAMOND, ("e",), "c2")) == ["e->c2: e>c2"]


# -- what cannot be


def test_unknown_revision_in_the_database() -> None:
    with pytest.raises(errors.UnknownRevisionInDatabase) as caught:
        upgrade(FORK, ("zz99",), "heads")
    assert str(caught.value) == (
        "The database is at revision zz99, which none of the 6 revision files in app/versions has.\n"
        "Check out the commit that has it, or point to the folder where its file is; if its file is gone for good,"
        " `limbeck stamp --purge <revision>` says what the schema is at."
    )


@pytest.mark.parametrize(
    ("rows", "place", "error"),
    [
        ("", "head", errors.MultipleHeads),
        ("c1 c2", "+1", errors.AmbiguousCurrent),
        ("d1", "+1", errors.WalkTooFar),
        ("a", "-1", errors.BadAddress),
        ("a d1", "heads", errors.OverlappingHeads),
        ("a", "zz", errors.NoSuchRevision),
    ],
)
def test_no_way_up(rows: str, place: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        upgrade(FORK, rows.split(), place)


@pytest.mark.parametrize(
    ("rows", "place", "error"),
    [
        ("", "-1", errors.WalkTooFar),
        ("b", "-3", errors.WalkTooFar),
        ("b", "+1", errors.BadAddress),
        ("b", "c1", errors.NotApplied),
        ("", "a", errors.NotApplied),
    ],
)
def test_no_way_down(rows: str, place: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        downgrade(FORK, rows.split(), place)


def test_one_step_below_a_merge_is_ambiguous() -> None:
    with pytest.raises(errors.AmbiguousWalk, match="'-1' comes to a fork at e: d1, d2"):
        downgrade(DIAMOND, ("e",), "-1")


# -- linear


class Counting(RevisionGraph):
    """Counts how often a revision's neighbours are asked for."""

    asked = 0

    def down(self, name: str) -> tuple[str, ...]:
        Counting.asked += 1
        return super().down(name)

    def all_down(self, name: str) -> tuple[str, ...]:
        Counting.asked += 1
        return super().all_down(name)

    def up(self, name: str) -> tuple[str, ...]:
        Counting.asked += 1
        return super().up(name)


def diamonds(count: int) -> Iterable[Revision]:
    below: tuple[str, ...] = ()
    for number in range(count):
        yield rev(f"l{number}", *below)
        yield rev(f"r{number}", *below)
        yield rev(f"m{number}", f"l{number}", f"r{number}")
        below = (f"m{number}",)


def fan(count: int) -> Iterable[Revision]:
    yield rev("root")
    yield from (rev(f"r{number}", "root") for number in range(3 * count))


@pytest.mark.parametrize("shape", [diamonds, fan])
def test_twice_the_history_is_at_most_twice_the_work(shape) -> None:  # type: ignore[no-untyped-def]
    def work(count: int) -> int:
        graph = Counting(shape(count))
        Counting.asked = 0
        route = upgrade(graph, (), "heads")
        downgrade(graph, route.rows_after, "base")
        return Counting.asked

    assert work(400) <= 2.1 * work(200)
