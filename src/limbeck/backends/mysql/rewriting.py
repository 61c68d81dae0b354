"""What must go first on MySQL and MariaDB, which refuse what others do by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.backends.ansi.first import drops_over, known_table
from limbeck.model.constraint import Check, Constraint, ForeignKey, Unique
from limbeck.model.index import Index, IndexElement
from limbeck.model.snapshot import Lookup
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import DropColumn
from limbeck.ops.constraint import DropConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex, DropIndex


def rewrite(backend: Backend, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
    if isinstance(operation, DropColumn):
        table = known_table(before, operation.table)
        first = () if table is None else drops_over(table, operation.column, _refuses, _is_in_the_way)
        return (*first, operation)
    if isinstance(operation, (DropConstraint, DropIndex)) and operation.table is not None:
        table = known_table(before, operation.table)
        if table is None:
            return (operation,)
        if isinstance(operation, DropConstraint) and operation.constraint_kind in ("foreign key", "check"):
            return (operation,)
        key = isinstance(operation, DropConstraint) and operation.constraint_kind == "primary key"
        numbers = _number_no_more(table) if key else ()
        name = operation.name
        if name is None and isinstance(operation, DropConstraint):
            name = operation.found(table, backend).name
        return (*numbers, *_indexes_needed(table, None if key else name), operation)
    return (operation,)


def _indexes_needed(table: Table, dropped: str | None) -> Iterator[Operation]:
    """Error 1553: what serves a foreign key cannot go before something else does. `dropped` None is the primary key."""
    indexed = {u.name: u.columns for u in table.uniques}
    indexed |= {i.name: i.whole for i in table.indexes}
    if table.primary_key is not None:
        indexed[None] = table.primary_key.columns
    going = indexed.pop(dropped, ())
    for key in table.foreign_keys:
        width = len(key.columns)
        if going[:width] != key.columns or any(
            columns[:width] == key.columns for columns in indexed.values()
        ):
            continue
        names = (key.name, *(f"{key.columns[0]}_{number}" for number in range(2, 99)))
        name = next(n for n in names if n is not None and n not in indexed and n != dropped)
        indexed[name] = key.columns
        elements = tuple(IndexElement(column=c) for c in key.columns)
        yield CreateIndex(table=table.key, index=Index(name=name, elements=elements))


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
