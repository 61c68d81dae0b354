"""Sequences that are called after a table and a column, and keep their name when one of these is renamed.

SERIAL and identity columns have one each, by the manual's chapter 8.1.4 `table_column_seq`. Programs, SQLAlchemy among
them, may know it by that name. One of another name is left alone: IF EXISTS passes over what is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from limbeck.model.column import Column
from limbeck.model.defaults import Identity
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup
from limbeck.model.sqltext import SqlText
from limbeck.ops.column import RenameColumn
from limbeck.ops.contract import Operation
from limbeck.ops.raw import ExecuteSql
from limbeck.ops.table import RenameTable

from .naming import joined

if TYPE_CHECKING:
    from limbeck.backends.ansi import AnsiBackend


def followers(backend: AnsiBackend, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
    """The sequence's own rename, behind the table's or the column's."""
    if not isinstance(operation, (RenameTable, RenameColumn)):
        return ()
    table = before.table(operation.table)
    if table is None:
        return ()
    if isinstance(operation, RenameTable):
        old, new = table.name, operation.new_name
        pairs = [(serial_name(old, c.name), serial_name(new, c.name)) for c in table.columns if _numbered(c)]
        changed = QualifiedName(table.schema, new)
    else:
        column = table.column(operation.column)
        if column is None or not _numbered(column):
            return ()
        pairs = [(serial_name(table.name, column.name), serial_name(table.name, operation.new_name))]
        changed = table.key
    return tuple(
        ExecuteSql(
            sql=SqlText(
                f"ALTER SEQUENCE IF EXISTS {backend.full(QualifiedName(table.schema, was))} "
                f"RENAME TO {backend.name(becomes)}"
            ),
            changes=(changed,),
        )
        for was, becomes in pairs
    )


def _numbered(column: Column) -> bool:
    return column.autoincrement or isinstance(column.default, Identity)


def serial_name(table: str, column: str) -> str:
    """What SERIAL calls its sequence."""
    return joined(table, column, "seq")
