"""Generated columns over a column whose type changes: PostgreSQL refuses that, so they go before it and come again behind
it, with the indexes and constraints over them. They hold nothing that is not computed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limbeck.model.defaults import Computed
from limbeck.model.marks import UNCHANGED
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint, dropping
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.dependents import over_column
from limbeck.ops.identifiers import mentions
from limbeck.ops.index import CreateIndex, DropIndex


def around_generated(
    backend: Backend, have: Table, want: Table, changes: Sequence[Operation]
) -> list[Operation]:
    """The changes of one table with what its generated columns need."""
    typed = {o.column for o in changes if isinstance(o, AlterColumn) and o.type is not UNCHANGED}
    if not typed or "alter_type" not in backend.blocking:
        return list(changes)
    gone = {o.column for o in changes if isinstance(o, DropColumn)}
    again = [
        name for name in _generated_over(have, typed) if name not in gone and want.column(name) is not None
    ]
    kept = [o for o in changes if not (isinstance(o, AlterColumn) and o.column in again)]
    dropped = {o.found(have) for o in changes if isinstance(o, DropConstraint)}
    unindexed = {o.name for o in changes if isinstance(o, DropIndex)}
    for name in again:
        column = want.column(name)
        assert column is not None
        kept += [DropColumn(table=have.key, column=name), AddColumn(table=have.key, column=column)]
        constraints, indexes = over_column(have, name)
        for constraint in constraints:
            if constraint not in dropped:
                dropped.add(constraint)
                kept += [dropping(have.key, constraint), AddConstraint(table=have.key, constraint=constraint)]
        for index in indexes:
            if index.name is not None and index.name not in unindexed:
                unindexed.add(index.name)
                kept += [
                    DropIndex(table=have.key, name=index.name),
                    CreateIndex(table=have.key, index=index),
                ]
    return kept


def _generated_over(table: Table, columns: set[str]) -> Iterator[str]:
    for column in table.columns:
        if isinstance(column.default, Computed) and any(
            mentions(column.default.sql.text, c) for c in columns
        ):
            yield column.name
