"""What every operation is, and the two that are only words: execute, bulk_insert.

Operations are ordinary, mutable objects: plug-ins subclass them, change their fields, and exchange them in lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import util
from ..base import BatchOperations, Operations

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.sql.expression import TableClause


class MigrateOperation:
    """One thing to do. `reverse()` undoes it, `to_diff_tuple()` tells it as `compare_metadata` does."""

    _mutations: frozenset[Any] = frozenset()
    """The rewriters that have seen it."""

    @util.memoized_property
    def info(self) -> dict[Any, Any]:
        """Free for plug-ins."""
        return {}

    def reverse(self) -> Any:
        raise NotImplementedError

    def to_diff_tuple(self) -> Any:
        raise NotImplementedError


class AlterTableOp(MigrateOperation):
    """Something done to a table."""

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


@Operations.register_operation("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """Rows for a table."""

    def __init__(
        self, table: Table | TableClause, rows: list[dict[str, Any]], *, multiinsert: bool = True
    ) -> None:
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: Operations,
        table: Table | TableClause,
        rows: list[dict[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> Any:
        """Insert rows, given as dictionaries; with `multiinsert=False` one statement for each."""
        return operations.invoke(cls(table, rows, multiinsert=multiinsert))


@Operations.register_operation("execute")
@BatchOperations.register_operation("execute", "batch_execute")
class ExecuteSQLOp(MigrateOperation):
    """A statement of the author's own."""

    def __init__(self, sqltext: Any, *, execution_options: dict[str, Any] | None = None) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    def to_diff_tuple(self) -> tuple[str, Any]:
        return ("execute", self.sqltext)

    @classmethod
    def execute(
        cls, operations: Operations, sqltext: Any, *, execution_options: dict[str, Any] | None = None
    ) -> Any:
        """Execute a statement: text, or any construct of SQLAlchemy. No rows are returned."""
        return operations.invoke(cls(sqltext, execution_options=execution_options))

    @classmethod
    def batch_execute(
        cls, operations: Operations, sqltext: Any, *, execution_options: dict[str, Any] | None = None
    ) -> None:
        """Execute a statement, at once and not with the batch."""
        cls.execute(operations, sqltext, execution_options=execution_options)
