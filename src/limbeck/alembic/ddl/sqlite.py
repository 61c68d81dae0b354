"""SQLite: hardly any ALTER, so most changes go by batch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Computed, cast, schema, sql

from .. import util
from ._default_texts import bare
from .base import ColumnName as ColumnName
from .base import RenameTable as RenameTable
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_table_name as format_table_name
from .base import visit_as
from .impl import DefaultImpl

_NO_ALTER = "{} Please refer to the batch mode feature which allows for SQLite migrations using a copy-and-move strategy."

_visit = visit_as("sqlite")
visit_rename_table = visit_column_name = _visit


class SQLiteImpl(DefaultImpl):
    __dialect__ = "sqlite"

    # SQLite itself could; the driver commits before DDL.
    transactional_ddl = False

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        return any(self._needs_copy(name, args) for name, args, _kw in batch_op.batch)

    def _needs_copy(self, name: str, args: tuple[Any, ...]) -> bool:
        if name != "add_column":
            return name not in ("create_index", "drop_index")
        # ADD COLUMN takes neither an expression as default nor a stored computed column.
        default = args[1].server_default
        if isinstance(default, Computed):
            return bool(default.persisted)
        return isinstance(default, schema.DefaultClause) and isinstance(default.arg, sql.ClauseElement)

    def add_constraint(self, const: Any, **kw: Any) -> None:
        if const._create_rule is None:
            raise NotImplementedError(
                _NO_ALTER.format("No support for ALTER of constraints in SQLite dialect.")
            )
        if const._create_rule(self):
            util.warn(_NO_ALTER.format("Skipping unsupported ALTER for creation of implicit constraint."))

    def drop_constraint(self, const: Any, **kw: Any) -> None:
        if const._create_rule is None:
            raise NotImplementedError(
                _NO_ALTER.format("No support for ALTER of constraints in SQLite dialect.")
            )

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        return bare(rendered_inspector_default) != bare(rendered_metadata_default)

    def _guess_if_default_is_unparenthesized_sql_expr(self, expr: str | None) -> bool:
        """Neither a digit, nor quoted, nor in parentheses: SQLite's catalog drops those an expression had.

        A text of several lines counts as neither, whatever stands round it: it may begin and end with parentheses that it
        keeps (`DEFAULT ((...))`), and would lose one pair of them with every copy of its table."""
        if not expr or expr in "0123456789.":
            return False
        return len(expr) < 3 or "\n" in expr or expr[0] + expr[-1] not in ("''", "()")

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: dict[str, Any]) -> None:
        if self._guess_if_default_is_unparenthesized_sql_expr(column_info.get("default")):
            column_info["default"] = f"({column_info['default']})"

    def render_ddl_sql_expr(self, expr: Any, is_server_default: bool = False, **kw: Any) -> str:
        text = super().render_ddl_sql_expr(expr, is_server_default=is_server_default, **kw)
        if is_server_default and self._guess_if_default_is_unparenthesized_sql_expr(text):
            return f"({text})"
        return text

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, Any], new_type: Any
    ) -> None:
        # CAST(... AS JSON) makes a number of the text here.
        if existing.type._type_affinity is not new_type._type_affinity and not isinstance(new_type, JSON):
            existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[Any],
        conn_indexes: set[Any],
        metadata_unique_constraints: set[Any],
        metadata_indexes: set[Any],
    ) -> None:
        self._skip_functional_indexes(metadata_indexes, conn_indexes)
