"""SQL Server: ALTER COLUMN says type and nullability together, defaults are constraints, GO behind every statement."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.schema import Column
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

from .. import util
from ..util import sqla_compat
from ..util.sqla_compat import compiles
from . import base
from ._default_texts import letters
from ._spells import spells
from .base import AddColumn as AddColumn
from .base import ColumnComment as ColumnComment
from .base import ColumnDefault as ColumnDefault
from .base import ColumnName as ColumnName
from .base import ColumnNullable as ColumnNullable
from .base import ColumnType as ColumnType
from .base import RenameTable as RenameTable
from .base import alter_column as alter_column
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_server_default as format_server_default
from .base import format_table_name as format_table_name
from .base import format_type as format_type
from .base import visit_as
from .impl import DefaultImpl, SeparatedImpl, know_columns

_visit = visit_as("mssql")
visit_add_column = visit_column_nullable = visit_column_default = visit_rename_column = _visit
visit_column_type = visit_rename_table = visit_column_comment = _visit


class MSSQLImpl(SeparatedImpl):
    __dialect__ = "mssql"

    transactional_ddl = True
    batch_separator = "GO"
    separator_option = "mssql_batch_separator"
    type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "NVARCHAR"})
    identity_attrs_ignore = (
        *DefaultImpl.identity_attrs_ignore, "minvalue", "maxvalue", "nominvalue", "nomaxvalue", "cycle", "cache",
    )  # fmt: skip

    def emit_begin(self) -> None:
        self.static_output(f"BEGIN TRANSACTION{self.command_terminator}")

    def emit_commit(self) -> None:
        super().emit_commit()
        self._separate()

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        **kw: Any,
    ) -> None:
        if type_ is not None and nullable is None and existing_nullable is None:
            util.warn(
                "MS-SQL ALTER COLUMN operations that specify type_= should also specify a nullable= or "
                "existing_nullable= argument to avoid implicit conversion of NOT NULL columns to NULL."
            )
        elif type_ is not None:  # the statement for NULL or NOT NULL says the type
            nullable = existing_nullable if nullable is None else nullable
            existing_type, type_ = type_, None
        elif nullable is not None and existing_type is None:
            raise util.CommandError(
                "MS-SQL ALTER COLUMN operations with NULL or NOT NULL require the existing_type or a new type_ be "
                "passed."
            )
        both = (server_default, existing_server_default)
        by_construct = sqla_compat._server_default_is_identity(
            *both
        ) or sqla_compat._server_default_is_computed(*both)
        if by_construct:
            kw["server_default"] = server_default
            kw["existing_server_default"] = existing_server_default
        new_default = server_default is not False and not by_construct
        if new_default and (existing_server_default is not False or server_default is None):
            self._exec(_ExecDropConstraint(table_name, column_name, "sys.default_constraints", schema))
        kw.update(existing_type=existing_type, existing_nullable=existing_nullable)
        changes: list[dict[str, Any]] = [{"nullable": nullable, "type_": type_, **kw}]
        if new_default and server_default is not None:
            changes.append({"server_default": server_default})
        if name is not None:
            changes.append({"name": name})
        for change in changes:
            super().alter_column(table_name, column_name, schema=schema, **change)

    def create_index(self, index: Any, **kw: Any) -> None:
        know_columns(index.table, index.kwargs.get("mssql_include"))
        super().create_index(index, **kw)

    def bulk_insert(self, table: Any, rows: list[dict[str, Any]], **kw: Any) -> None:  # type: ignore[override]
        if not self.as_sql:
            super().bulk_insert(table, rows, **kw)
            return
        name = self.dialect.identifier_preparer.format_table(table)
        self._exec(f"SET IDENTITY_INSERT {name} ON")
        super().bulk_insert(table, rows, **kw)
        self._exec(f"SET IDENTITY_INSERT {name} OFF")

    def drop_column(
        self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any
    ) -> None:
        """Constraints that would keep the column are dropped first where asked for: they have made-up names."""
        for option, drop in (
            ("mssql_drop_default", _of_kind("sys.default_constraints")),
            ("mssql_drop_check", _of_kind("sys.check_constraints")),
            ("mssql_drop_foreign_key", _ExecDropFKConstraint),
        ):
            if kw.pop(option, False):
                self._exec(drop(table_name, column, schema=schema))
        super().drop_column(table_name, column, schema=schema, **kw)

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        return letters(rendered_inspector_default) != letters(rendered_metadata_default)

    def _compare_identity_default(self, metadata_identity: Any, inspector_identity: Any) -> Any:
        differs, ignored, is_alter = super()._compare_identity_default(metadata_identity, inspector_identity)
        if metadata_identity is None and inspector_identity is not None and not differs:
            column = inspector_identity.column
            if column is not None and column.primary_key:
                is_alter = False  # an integer primary key is an identity column here, said or not
        return differs, ignored, is_alter

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        options = dict(reflected_object.get("dialect_options", {}))
        return {k: v for k, v in options.items() if v or k not in ("mssql_include", "mssql_clustered")}


# -- constraints with names the server made up


class _OfColumn(Executable, ClauseElement):
    """Drops the one constraint that a column has of this kind, whatever its name is."""

    inherit_cache = False

    def __init__(self, tname: str, colname: Any, *, schema: str | None) -> None:
        self.tname, self.colname, self.schema = tname, colname, schema


class _ExecDropConstraint(_OfColumn):
    def __init__(self, tname: str, colname: Any, type_: str, schema: str | None) -> None:
        super().__init__(tname, colname, schema=schema)
        self.type_ = type_


class _ExecDropFKConstraint(_OfColumn):
    pass


def _of_kind(catalog: str) -> Callable[..., _ExecDropConstraint]:
    return partial(_ExecDropConstraint, type_=catalog)


def _drop_found(element: Any, compiler: Any, source: str, prefix: str = "") -> str:
    """Look the name up, then drop it by a statement made of it."""
    plain = f"{element.schema}.{element.tname}" if element.schema else element.tname
    return "\n".join(
        (
            "declare @const_name varchar(256)",
            f"select @const_name = QUOTENAME([name]) from{source}",
            f"where {prefix}parent_object_id = object_id('{plain}')",
            f"and col_name({prefix}parent_object_id, {prefix}parent_column_id) = '{element.colname}'",
            f"exec('alter table {base.format_table_name(compiler, element.tname, element.schema)} "
            "drop constraint ' + @const_name)",
        )
    )


@compiles(_ExecDropConstraint, "mssql")
def _drop_constraint_of_column(element: _ExecDropConstraint, compiler: Any, **kw: Any) -> str:
    return _drop_found(element, compiler, f" {element.type_}")


@compiles(_ExecDropFKConstraint, "mssql")
def _drop_foreign_key_of_column(element: _ExecDropFKConstraint, compiler: Any, **kw: Any) -> str:
    joined = (
        "\nsys.foreign_keys fk join sys.foreign_key_columns fkc\non fk.object_id=fkc.constraint_object_id"
    )
    return _drop_found(element, compiler, joined, "fkc.")


# -- statements


def mssql_add_column(compiler: Any, column: Any, **kw: Any) -> str:
    return f"ADD {compiler.get_column_specification(column, **kw)}"


@spells(base.ColumnNullable, "mssql")
def _nullable(asked: Any) -> Any:
    """ALTER COLUMN says the type again."""
    type_ = asked.type(asked.element.existing_type)
    return asked.alter(asked.said(type=type_), nullable=bool(asked.element.nullable))


@spells(base.ColumnType, "mssql")
def _type(asked: Any) -> Any:
    """The type alone: what it does to NOT NULL is said by a statement of its own, where it is said."""
    return asked.backend.type_alone(asked.table, asked.column, asked.type(asked.element.type_))


@spells(base.ColumnDefault, "mssql")
def _default(asked: Any) -> Any:
    """The new default alone; the impl drops an old one where `mssql_drop_default` says so."""
    return asked.backend.set_default(asked.table, asked.column, asked.freeze.default(asked.element.default))
