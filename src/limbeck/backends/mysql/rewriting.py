"""What must go first on MySQL and MariaDB, which refuse what others do by themselves."""

from __future__ import annotations

from limbeck.backends.ansi.first import drops_over, known_table
from limbeck.model.constraint import Check, Constraint, ForeignKey, Unique
from limbeck.model.index import Index
from limbeck.model.snapshot import Lookup
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import DropColumn
from limbeck.ops.constraint import DropConstraint
from limbeck.ops.contract import Operation


def rewrite(operation: Operation, before: Lookup) -> tuple[Operation, ...]:
    if isinstance(operation, DropColumn):
        table = known_table(before, operation.table)
        first = () if table is None else drops_over(table, operation.column, _refuses, _is_in_the_way)
        return (*first, operation)
    if isinstance(operation, DropConstraint) and operation.constraint_kind == "primary key":
        table = known_table(before, operation.table)
        return (operation,) if table is None else (*_number_no_more(table), operation)
    return (operation,)


def _refuses(constraint: Constraint) -> bool:
    """Errors 1553, 1901 and 1072. A primary key, and a unique key over this column alone, fall with the column."""
    several = isinstance(constraint, Unique) and len(constraint.columns) > 1
    return several or isinstance(constraint, (ForeignKey, Check))


def _is_in_the_way(index: Index) -> bool:
    return index.unique and len(index.elements) > 1


def _number_no_more(table: Table) -> tuple[Operation, ...]:
    """AUTO_INCREMENT needs a key (error 1075), so it goes before the key does."""
    key = table.primary_key
    columns = () if key is None else tuple(c for c in table.columns if c.name in key.columns)
    return tuple(
        AlterColumn(table=table.key, column=c.name, autoincrement=False) for c in columns if c.autoincrement
    )
