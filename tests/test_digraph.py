"""Walks, order and cycles of plain graphs. `needs` maps a node to what must come before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.digraph import CycleFound, cycles, knots, reach, shortest_way, sort, sort_part

SHIRT = {"tie": ["shirt"], "jacket": ["tie", "belt"], "belt": ["trousers"], "shoes": ["trousers", "socks"]}


def needs(node: str) -> list[str]:
    return SHIRT.get(node, [])


def test_reach_is_the_starts_and_all_behind_them() -> None:
    assert reach(["jacket"], needs) == {"jacket", "tie", "shirt", "belt", "trousers"}


def test_order_follows_the_given_order_where_it_is_free_to() -> None:
    given = ["jacket", "tie", "shirt", "belt", "trousers", "shoes", "socks"]
    assert sort(given, needs) == ["shirt", "tie", "trousers", "belt", "jacket", "socks", "shoes"]


def test_priority_comes_before_the_given_order() -> None:
    given = ["shoes", "socks", "trousers", "belt"]
    assert sort(given, needs) == ["socks", "trousers", "shoes", "belt"]
    assert sort(given, needs, priority=lambda n: n != "belt" and n != "trousers") == [
        *("trousers", "belt", "socks", "shoes")
    ]


def test_needs_outside_the_nodes_count_as_met() -> None:
    assert sort(["tie"], needs) == ["tie"]


RING = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": [], "above": ["a"], "self": ["self"]}


def test_a_circle_is_named_as_a_closed_way() -> None:
    with pytest.raises(CycleFound, match="a -> b -> c -> a") as caught:
        sort(["a", "b", "c", "d", "above"], RING.__getitem__)
    assert caught.value.cycle == ("a", "b", "c")


def test_what_can_be_sorted_is_sorted_and_the_rest_is_left() -> None:
    assert sort_part(RING, RING.__getitem__) == (["d"], ["a", "b", "c", "above", "self"])


def test_one_cycle_for_each_knot() -> None:
    assert knots(RING, RING.__getitem__) == [("a", "b", "c"), ("self",)]
    assert cycles(RING, RING.__getitem__) == [("a", "b", "c"), ("self",)]


def test_shortest_way() -> None:
    assert shortest_way("above", "d", RING.__getitem__) == ("above", "a", "b", "c", "d")
    assert shortest_way("d", "a", RING.__getitem__) is None


def test_a_long_chain_needs_no_recursion() -> None:
    assert sort(range(50_000), lambda n: [n - 1] if n else []) == list(range(50_000))
    assert cycles(range(50_000), lambda n: [(n + 1) % 50_000]) == [tuple(range(50_000))]


graphs = st.integers(1, 8).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size)
)


@given(graphs)
def test_either_an_order_or_a_cycle(graph: list[list[int]]) -> None:
    """`sort` gives every node after its needs, or a way along needs that closes."""
    try:
        order = sort(range(len(graph)), graph.__getitem__)
    except CycleFound as found:
        ring = found.cycle
        assert all(after in graph[node] for node, after in zip(ring, (*ring[1:], ring[0]), strict=True))
    else:
        assert sorted(order) == list(range(len(graph)))
        assert all(order.index(need) < order.index(node) for node in order for need in graph[node])
