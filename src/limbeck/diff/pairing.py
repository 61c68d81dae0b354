"""Which goes with which so that all together is best: one to one, by weights.

Taking the best pair first can cost more than it brings (A-x 90, A-y 80, B-x 80 alone: both gain when A takes y). So a
pair that was made is undone again where that makes the whole better: the Hungarian method, in cubic time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

A = TypeVar("A", bound=Hashable)
B = TypeVar("B", bound=Hashable)

FAR = 1 << 60


def best_pairs(weights: Mapping[tuple[A, B], int]) -> tuple[tuple[A, B], ...]:
    """The pairs of the greatest total weight; no left and no right one stands in two. Weights are above zero, what is not
    weighed is no pair. In the order of the left ones as they are first named; the same input gives the same answer."""
    lefts = list(dict.fromkeys(left for left, _ in weights))
    rights = list(dict.fromkeys(right for _, right in weights))
    if not weights:
        return ()
    # A dummy right for every left: to stay alone costs nothing.
    costs = [[-weights.get((left, right), 0) for right in rights] + [0] * len(lefts) for left in lefts]
    chosen = _assigned(costs)
    return tuple(
        (left, rights[column])
        for left, column in zip(lefts, chosen, strict=True)
        if column < len(rights) and (left, rights[column]) in weights
    )


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
