"""What must go first on MySQL and MariaDB, which refuse what others do by themselves."""

from __future__ import annotations

from limbeck.errors import UnknownValue
from limbeck.model.constraint import PrimaryKey
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import DropColumn
from limbeck.ops.constraint import DropConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.dependents import over_column
from limbeck.ops.index import DropIndex
from limbeck.ops.words import kind_of


def rewrite(operation: Operation, before: Lookup) -> tuple[Operation, ...]:
    if isinstance(operation, DropColumn):
        table = _known(before, operation.table)
        return (operation,) if table is None else (*_fall_first(operation, table), operation)
    if isinstance(operation, DropConstraint) and operation.constraint_kind == "primary key":
        table = _known(before, operation.table)
        return (operation,) if table is None else (*_number_no_more(table), operation)
    return (operation,)


def _fall_first(operation: DropColumn, table: Table) -> tuple[Operation, ...]:
    """Foreign keys, checks and unique keys over the column: errors 1553, 1901 and 1072 otherwise.

    A primary key and a key over this column alone fall with it."""
    constraints, indexes = over_column(table, operation.column)
    steps: list[Operation] = []
    for constraint in constraints:
        alone = getattr(constraint, "columns", ()) == (operation.column,) and kind_of(constraint) == "unique"
        if isinstance(constraint, PrimaryKey) or alone or constraint.name is None:
            continue
        steps.append(
            DropConstraint(table=table.key, name=constraint.name, constraint_kind=kind_of(constraint))
        )
    steps += [
        DropIndex(table=table.key, name=i.name)
        for i in indexes
        if i.unique and len(i.elements) > 1 and i.name is not None
    ]
    return tuple(steps)


def _number_no_more(table: Table) -> tuple[Operation, ...]:
    """AUTO_INCREMENT needs a key (error 1075), so it goes before the key does."""
    if table.primary_key is None:
        return ()
    numbered = (c for c in table.columns if c.autoincrement and c.name in table.primary_key.columns)
    return tuple(AlterColumn(table=table.key, column=c.name, autoincrement=False) for c in numbered)


def _known(before: Lookup, name: QualifiedName) -> Table | None:
    try:
        return before.table(name)
    except UnknownValue:
        return None
