"""Oracle: MODIFY, no transactions over DDL, `/` behind every statement of a script."""

from __future__ import annotations

from typing import Any

from . import base
from ._default_texts import bare
from .base import AddColumn as AddColumn
from .base import ColumnComment as ColumnComment
from .base import ColumnDefault as ColumnDefault
from .base import ColumnName as ColumnName
from .base import ColumnNullable as ColumnNullable
from .base import ColumnType as ColumnType
from .base import IdentityColumnDefault as IdentityColumnDefault
from .base import RenameTable as RenameTable
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_server_default as format_server_default
from .base import format_table_name as format_table_name
from .base import format_type as format_type
from .base import visit_as
from .impl import DefaultImpl, SeparatedImpl

_visit = visit_as("oracle")
visit_add_column = visit_column_nullable = visit_column_type = visit_column_name = _visit
visit_column_default = visit_column_comment = visit_rename_table = visit_identity_column = _visit


class OracleImpl(SeparatedImpl):
    __dialect__ = "oracle"

    transactional_ddl = False
    batch_separator = "/"
    separator_option = "oracle_batch_separator"
    command_terminator = ""
    type_synonyms = (
        *DefaultImpl.type_synonyms,
        {"VARCHAR", "VARCHAR2"},
        {"BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "NUMERIC", "NUMBER"},
        {"DOUBLE", "FLOAT", "DOUBLE_PRECISION"},
    )
    identity_attrs_ignore = ()

    def emit_begin(self) -> None:
        self._exec("SET TRANSACTION READ WRITE")

    def emit_commit(self) -> None:
        self._exec("COMMIT")

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        have = bare(rendered_inspector_default)
        return (have and have.strip()) != bare(rendered_metadata_default)


def alter_column(compiler: Any, name: str) -> str:
    return f"MODIFY {base.format_column_name(compiler, name)}"


def add_column(compiler: Any, column: Any, **kw: Any) -> str:
    return f"ADD {compiler.get_column_specification(column, **kw)}"
