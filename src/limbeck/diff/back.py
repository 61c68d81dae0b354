"""The way back of a list of operations: each one's reverse, last first, seen from the state it met."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.errors import Irreversible
from limbeck.model.snapshot import Snapshot
from limbeck.ops.contract import Operation


def way_back(operations: Sequence[Operation], before: Snapshot) -> tuple[Operation | Irreversible, ...]:
    """From after the operations to `before`. What has no honest reverse stands as the error that says so."""
    result: list[Operation | Irreversible] = []
    state = before
    for operation in operations:
        try:
            result.append(operation.reverse(state))
        except Irreversible as error:
            result.append(error)
        state = operation.apply(state)
    return tuple(reversed(result))
