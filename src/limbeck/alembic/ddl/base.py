"""The statements an impl executes that SQLAlchemy has no construct for: shells that hold what was said.

How one is written is decided in one place (`spelling.text_of`); plug-ins put their own text in front of it with
`@compiles(ColumnType, "theirs")`, or call the small words at the end of this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Integer
from sqlalchemy import types as sqltypes
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import Column, DDLElement
from sqlalchemy.sql.elements import ColumnElement, TextClause, quoted_name
from sqlalchemy.sql.schema import FetchedValue

from ..util.sqla_compat import _columns_for_constraint as _columns_for_constraint
from ..util.sqla_compat import _find_columns as _find_columns
from ..util.sqla_compat import _fk_spec as _fk_spec
from ..util.sqla_compat import _is_type_bound as _is_type_bound
from ..util.sqla_compat import _table_for_constraint as _table_for_constraint

if TYPE_CHECKING:
    from .impl import DefaultImpl

_ServerDefaultType = FetchedValue | str | TextClause | ColumnElement[Any]
_ServerDefaultArgument = _ServerDefaultType | Literal[False] | None
Name = quoted_name | str


class AlterTable(DDLElement):
    """Something is done to a table that is known by name only."""

    inherit_cache = False

    def __init__(self, table_name: Name, schema: Name | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class RenameTable(AlterTable):
    def __init__(self, old_table_name: Name, new_table_name: Name, schema: Name | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name


class AlterColumn(AlterTable):
    """Something is done to a column; `existing_*` is what the author says it was."""

    def __init__(
        self,
        name: Name,
        column_name: Name,
        schema: Name | None = None,
        existing_type: Any = None,
        existing_nullable: bool | None = None,
        existing_server_default: _ServerDefaultArgument = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column_name = column_name
        self.existing_type = None if existing_type is None else sqltypes.to_instance(existing_type)
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class ColumnNullable(AlterColumn):
    def __init__(self, name: Name, column_name: Name, nullable: bool, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.nullable = nullable


class ColumnType(AlterColumn):
    def __init__(self, name: Name, column_name: Name, type_: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.type_ = sqltypes.to_instance(type_)


class ColumnName(AlterColumn):
    def __init__(self, name: Name, column_name: Name, newname: Name, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.newname = newname


class ColumnDefault(AlterColumn):
    def __init__(self, name: Name, column_name: Name, default: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class ComputedColumnDefault(AlterColumn):
    def __init__(self, name: Name, column_name: Name, default: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    def __init__(self, name: Name, column_name: Name, default: Any, impl: DefaultImpl, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default
        self.impl = impl


class ColumnComment(AlterColumn):
    def __init__(self, name: Name, column_name: Name, comment: str | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.comment = comment


class AddColumn(AlterTable):
    def __init__(
        self,
        name: Name,
        column: Column[Any],
        schema: Name | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key


class DropColumn(AlterTable):
    def __init__(
        self, name: Name, column: Column[Any], schema: Name | None = None, if_exists: bool | None = None
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_exists = if_exists


@compiles(AlterTable)  # subclasses share it, and a plug-in's `@compiles` on one of them goes before it
def visit(element: Any, compiler: Any, **kw: Any) -> str:
    from .spelling import text_of

    return text_of(element, compiler, compiler.dialect.name, **kw)


def visit_as(dialect: str) -> Callable[..., str]:
    """The text that this dialect has for any construct, whichever is connected: dialects built on another call it."""

    def visit(element: Any, compiler: Any, **kw: Any) -> str:
        from .spelling import text_of

        return text_of(element, compiler, dialect, **kw)

    return visit


# Published names of the default texts: plug-ins call them from their own.
visit_rename_table = visit_add_column = visit_drop_column = visit_column_nullable = visit_as("default")
visit_column_type = visit_column_name = visit_column_default = visit_rename_table
visit_computed_column = visit_identity_column = visit_rename_table


# -- words to build statements from


def quote_dotted(name: Name, quote: Any) -> Name:
    """Each part of a dotted name quoted; a quoted_name is one name, dots and all."""
    if isinstance(name, quoted_name):
        return quote(name)  # type: ignore[no-any-return]
    return ".".join(quote(part) for part in name.split("."))


def format_table_name(compiler: Any, name: Name, schema: Name | None) -> str:
    quote = compiler.preparer.quote
    return f"{quote_dotted(schema, quote)}.{quote(name)}" if schema else quote(name)


def format_column_name(compiler: Any, name: Name | None) -> str:
    return compiler.preparer.quote(name)  # type: ignore[no-any-return]


def format_server_default(compiler: Any, default: Any) -> str:
    text = compiler.get_column_default_string(Column("x", Integer, server_default=default))
    assert text is not None
    return text  # type: ignore[no-any-return]


def format_type(compiler: Any, type_: Any) -> str:
    return compiler.dialect.type_compiler.process(type_)  # type: ignore[no-any-return]


def alter_table(compiler: Any, name: Name, schema: Name | None) -> str:
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def alter_column(compiler: Any, name: Name) -> str:
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def drop_column(compiler: Any, name: Name, if_exists: bool | None = None, **kw: Any) -> str:
    return f"DROP COLUMN {'IF EXISTS ' if if_exists else ''}{format_column_name(compiler, name)}"


def add_column(
    compiler: Any,
    column: Column[Any],
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
    **kw: Any,
) -> str:
    parts = ["ADD COLUMN"]
    if if_not_exists:
        parts.append("IF NOT EXISTS")
    parts.append(compiler.get_column_specification(column, **kw))
    if inline_primary_key and column.primary_key:
        parts.append("PRIMARY KEY")
    if inline_references:
        parts.extend(_inline_references(compiler, column))
    parts.extend(filter(None, (compiler.process(constraint) for constraint in column.constraints)))
    return " ".join(parts)


def _inline_references(compiler: Any, column: Column[Any]) -> list[str]:
    """REFERENCES written in the column: only where it has one foreign key, of one column."""
    keys = list(column.foreign_keys)
    if len(keys) != 1 or keys[0].constraint is None or len(keys[0].constraint.columns) != 1:
        return []
    far, constraint = keys[0].column, keys[0].constraint
    quote, quote_schema = compiler.preparer.quote, compiler.preparer.quote_schema
    table = (
        f"{quote_schema(far.table.schema)}.{quote(far.table.name)}"
        if far.table.schema
        else quote(far.table.name)
    )
    rest = (
        compiler.define_constraint_match(constraint)
        + compiler.define_constraint_cascades(constraint)
        + compiler.define_constraint_deferrability(constraint)
    )
    return [f"REFERENCES {table} ({quote(far.name)}){rest}"]
