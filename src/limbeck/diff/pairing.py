"""Which goes with which so that all together is best: one to one, by weights.

Taking the best pair first can cost more than it brings (A-x 90, A-y 80, B-x 80 alone: both gain when A takes y). So a
pair that was made is undone again where that makes the whole better: the Hungarian method, in cubic time, for those at a
time that have to do with each other. More than MANY of these are paired one after the other, the best first.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

A = TypeVar("A", bound=Hashable)
B = TypeVar("B", bound=Hashable)

FAR = 1 << 60
MANY = 60


def best_pairs(weights: Mapping[tuple[A, B], int]) -> tuple[tuple[A, B], ...]:
    """The pairs of the greatest total weight; no left and no right one stands in two. Weights are above zero, what is not
    weighed is no pair. In the order of the left ones as they are first named; the same input gives the same answer."""
    chosen: dict[A, B] = {}
    for group in _groups(weights):
        chosen.update(_greedy(group) if len({left for left, _ in group}) > MANY else _best_of(group))
    return tuple(
        (left, chosen[left]) for left in dict.fromkeys(left for left, _ in weights) if left in chosen
    )


def _groups(weights: Mapping[tuple[A, B], int]) -> list[dict[tuple[A, B], int]]:
    """The pairs that have a left or a right one in common, directly or by way of others, together."""
    rights: dict[A, list[B]] = {}
    lefts: dict[B, list[A]] = {}
    for left, right in weights:
        rights.setdefault(left, []).append(right)
        lefts.setdefault(right, []).append(left)
    groups: list[dict[tuple[A, B], int]] = []
    waiting = dict.fromkeys(rights)
    while waiting:
        todo, inside = [next(iter(waiting))], set()
        while todo:
            left = todo.pop()
            if left in inside:
                continue
            inside.add(left)
            waiting.pop(left, None)
            todo += [other for right in rights[left] for other in lefts[right] if other not in inside]
        groups.append({pair: weight for pair, weight in weights.items() if pair[0] in inside})
    return groups


def _greedy(weights: Mapping[tuple[A, B], int]) -> dict[A, B]:
    chosen: dict[A, B] = {}
    taken: set[B] = set()
    for left, right in sorted(weights, key=lambda pair: -weights[pair]):
        if left not in chosen and right not in taken:
            chosen[left] = right
            taken.add(right)
    return chosen


def _best_of(weights: Mapping[tuple[A, B], int]) -> dict[A, B]:
    lefts = list(dict.fromkeys(left for left, _ in weights))
    rights = list(dict.fromkeys(right for _, right in weights))
    # A dummy right for every left: to stay alone costs nothing.
    costs = [[-weights.get((left, right), 0) for right in rights] + [0] * len(lefts) for left in lefts]
    return {
        left: rights[column]
        for left, column in zip(lefts, _assigned(costs), strict=True)
        if column < len(rights) and (left, rights[column]) in weights
    }


def _assigned(costs: list[list[int]]) -> list[int]:
    """The column of each row, of the least total cost; there are at least as many columns as rows.

    Row after row is placed; `row_price` and `column_price` keep every cost that is left over at or above zero, so the
    cheapest way to make room is found by going where the least is left over."""
    rows, columns = len(costs), len(costs[0])
    row_price, column_price = [0] * rows, [0] * columns
    owner = [-1] * columns  # which row has this column
    for new in range(rows):
        least, came_from, done = [FAR] * columns, [-1] * columns, [False] * columns
        row, column = new, -1
        while row != -1:
            if column != -1:
                done[column] = True
            step, nearest = FAR, -1
            for there in range(columns):
                if done[there]:
                    continue
                left_over = costs[row][there] - row_price[row] - column_price[there]
                if left_over < least[there]:
                    least[there], came_from[there] = left_over, column
                if least[there] < step:
                    step, nearest = least[there], there
            row_price[new] += step
            for there in range(columns):
                if done[there]:
                    row_price[owner[there]] += step
                    column_price[there] -= step
                else:
                    least[there] -= step
            column = nearest
            row = owner[column]
        while column != -1:  # each on the way takes the column of the one behind it
            before = came_from[column]
            owner[column] = new if before == -1 else owner[before]
            column = before
    result = [-1] * rows
    for column, row in enumerate(owner):
        if row != -1:
            result[row] = column
    return result
