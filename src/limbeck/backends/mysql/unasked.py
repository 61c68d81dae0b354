"""What MySQL and MariaDB do without being asked: names for constraints, and the index that a foreign key needs.

An index is made for a foreign key that none serves, under the key's name or its first column's; it goes again as soon as
another index serves the key (InnoDB's manual, "FOREIGN KEY Constraints"). Nothing in the catalog tells it from one that
somebody made, so its name is taken as the sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.constraint import AddConstraint, RenameConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.index import CreateIndex


def given_name(before: Snapshot, table: QualifiedName, constraint: Constraint) -> str | None:
    """`orders_ibfk_2`, `CONSTRAINT_1`, and for a unique one its first column; a primary key needs no name."""
    stands = before.tables.get(table)
    if stands is None or isinstance(constraint, PrimaryKey):
        return None
    if isinstance(constraint, ForeignKey):
        found = (
            re.fullmatch(rf"{re.escape(table.name)}_ibfk_(\d+)", str(k.name)) for k in stands.foreign_keys
        )
        return f"{table.name}_ibfk_{max((int(f[1]) for f in found if f), default=0) + 1}"
    if isinstance(constraint, Check):
        taken = {str(check.name).upper() for check in stands.checks}
        return next(name for n in range(1, 9999) if (name := f"CONSTRAINT_{n}") not in taken)
    if not isinstance(constraint, Unique):
        return None
    taken = {str(u.name) for u in stands.uniques} | {str(i.name) for i in stands.indexes}
    first = str(constraint.columns[0])
    return next(name for name in (first, *(f"{first}_{n}" for n in range(2, 99))) if name not in taken)


def after(operation: Operation, before: Snapshot) -> Snapshot:
    result = operation.apply(before)
    if isinstance(operation, AddConstraint) and isinstance(operation.constraint, ForeignKey):
        return _with_index(result, before.tables[operation.table], operation.constraint)
    if isinstance(operation, RenameConstraint):
        return _index_of_renamed(result, operation)
    if isinstance(operation, CreateIndex):
        return _without_replaced(result, operation.table, operation.index.whole, operation.index.name)
    if isinstance(operation, AddConstraint) and isinstance(operation.constraint, (Unique, PrimaryKey)):
        return _without_replaced(
            result, operation.table, operation.constraint.columns, operation.constraint.name
        )
    return result


def _with_index(result: Snapshot, table: Table, key: ForeignKey) -> Snapshot:
    stands = result.tables[table.key]
    earlier = next((i for i in table.indexes if _is_made_for(table, i, key.columns)), None)
    if (
        earlier is not None and key.name is not None
    ):  # what was made for another key over the same is made anew
        kept = tuple(replace(i, name=key.name) if i is earlier else i for i in stands.indexes)
        return result.with_table(replace(stands, indexes=kept, source=None))
    if any(columns[: len(key.columns)] == key.columns for columns in _indexed(table)):
        return result
    index = Index(
        name=key.columns[0] if key.name is None else key.name,
        elements=tuple(IndexElement(column=column) for column in key.columns),
    )
    if stands.index(str(index.name)):
        return result
    return _without_replaced(
        result.with_table(stands.with_index(index)), table.key, index.columns, index.name
    )


def _is_made_for(table: Table, index: Index, columns: tuple[str, ...]) -> bool:
    names = {
        name for key in table.foreign_keys if key.columns == columns for name in (key.name, key.columns[0])
    }
    of = tuple(e.column for e in index.elements)
    return not index.unique and of == columns and index.name in names


def _index_of_renamed(result: Snapshot, operation: RenameConstraint) -> Snapshot:
    """The index keeps its old name, and stays one that was made for the key: here it bears the sign of that."""
    table = result.tables[operation.table]
    key = table.constraint(operation.new_name)
    index = table.index(operation.name)
    if not isinstance(key, ForeignKey) or index is None or index.columns != key.columns:
        return result
    renamed = tuple(replace(i, name=operation.new_name) if i is index else i for i in table.indexes)
    return result.with_table(replace(table, indexes=renamed, source=None))


def _indexed(table: Table) -> Iterator[tuple[str, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    yield from (unique.columns for unique in table.uniques)
    yield from (index.whole for index in table.indexes)


def _without_replaced(
    result: Snapshot, name: QualifiedName, columns: tuple[str, ...], made: str | None
) -> Snapshot:
    """Without the indexes that were made for keys which this new one serves."""
    table = result.tables[name]
    keys = [key for key in table.foreign_keys if columns[: len(key.columns)] == key.columns]

    def goes(index: Index) -> bool:
        of = tuple(e.column for e in index.elements)
        return (
            not index.unique
            and index.name != made
            and any(of == key.columns and index.name in (key.name, key.columns[0]) for key in keys)
        )

    kept = tuple(index for index in table.indexes if not goes(index))
    return result if kept == table.indexes else result.with_table(replace(table, indexes=kept, source=None))
