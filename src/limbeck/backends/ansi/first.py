"""What must go before a column can, on databases that refuse to drop what stands on it."""

from __future__ import annotations

from collections.abc import Callable

from limbeck.errors import UnknownValue
from limbeck.model.constraint import Constraint
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup
from limbeck.model.table import Table
from limbeck.ops.constraint import DropConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.dependents import over_column
from limbeck.ops.index import DropIndex
from limbeck.ops.words import kind_of


def known_table(before: Lookup, name: QualifiedName) -> Table | None:
    """The table where it can be told; None else: the operation then runs as it is said."""
    try:
        return before.table(name)
    except UnknownValue:
        return None


def drops_over(
    table: Table, column: str, constraint: Callable[[Constraint], bool], index: Callable[[Index], bool]
) -> tuple[Operation, ...]:
    """The operations that drop the named constraints and indexes over the column which the two functions want gone."""
    constraints, indexes = over_column(table, column)
    steps: list[Operation] = [
        DropConstraint(table=table.key, name=c.name, constraint_kind=kind_of(c))
        for c in constraints
        if c.name is not None and constraint(c)
    ]
    steps += [DropIndex(table=table.key, name=i.name) for i in indexes if i.name is not None and index(i)]
    return tuple(steps)
