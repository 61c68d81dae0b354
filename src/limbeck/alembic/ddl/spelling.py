"""How the constructs of `base` are written: the one seam between the facade and what is true of a database.

`text_of` is asked for every construct that no plug-in wrote a text for. It looks up the texts below, by class of the
construct and name of the dialect; once every backend of the core spells these, it asks the backend instead, and
nothing else in the facade changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import exc
from sqlalchemy import types as sqltypes

from ..util import Dispatcher
from . import base

_texts = Dispatcher()
Spell = Callable[..., str]


def text_of(element: Any, compiler: Any, dialect: str, **kw: Any) -> str:
    """The whole statement for this element, in the words of this dialect."""
    word = "mysql" if dialect == "mariadb" else dialect
    text: str = _texts.dispatch(type(element), word)(element, compiler, **kw)
    return text


def spells(construct: Any, *dialects: str) -> Callable[[Spell], Spell]:
    def register(fn: Spell) -> Spell:
        for dialect in dialects or ("default",):
            _texts.dispatch_for(construct, qualifier=dialect)(fn)
        return fn

    return register


def in_table(element: Any, compiler: Any) -> str:
    return base.alter_table(compiler, element.table_name, element.schema)


def in_column(element: Any, compiler: Any) -> str:
    return f"{in_table(element, compiler)} {base.alter_column(compiler, element.column_name)}"


def literal_text(compiler: Any, text: str, type_: Any = None) -> str:
    return compiler.sql_compiler.render_literal_value(text, type_ or sqltypes.String())  # type: ignore[no-any-return]


@spells(base.RenameTable)
def _rename_table(element: base.RenameTable, compiler: Any, **kw: Any) -> str:
    new = base.format_table_name(compiler, element.new_table_name, element.schema)
    return f"{in_table(element, compiler)} RENAME TO {new}"


@spells(base.RenameTable, "postgresql", "sqlite", "oracle")
def _rename_table_within(element: base.RenameTable, compiler: Any, **kw: Any) -> str:
    new = base.format_table_name(compiler, element.new_table_name, None)
    return f"{in_table(element, compiler)} RENAME TO {new}"


@spells(base.AddColumn)
def _add_column(element: base.AddColumn, compiler: Any, **kw: Any) -> str:
    column = base.add_column(
        compiler,
        element.column,
        if_not_exists=element.if_not_exists,
        inline_references=element.inline_references,
        inline_primary_key=element.inline_primary_key,
        **kw,
    )
    return f"{in_table(element, compiler)} {column}"


@spells(base.AddColumn, "mssql", "oracle")
def _add_column_shortly(element: base.AddColumn, compiler: Any, **kw: Any) -> str:
    return f"{in_table(element, compiler)} ADD {compiler.get_column_specification(element.column, **kw)}"


@spells(base.DropColumn)
def _drop_column(element: base.DropColumn, compiler: Any, **kw: Any) -> str:
    column = base.drop_column(compiler, element.column.name, if_exists=element.if_exists, **kw)
    return f"{in_table(element, compiler)} {column}"


@spells(base.ColumnNullable)
def _column_nullable(element: base.ColumnNullable, compiler: Any, **kw: Any) -> str:
    return f"{in_column(element, compiler)} {'DROP' if element.nullable else 'SET'} NOT NULL"


@spells(base.ColumnType)
def _column_type(element: base.ColumnType, compiler: Any, **kw: Any) -> str:
    return f"{in_column(element, compiler)} TYPE {base.format_type(compiler, element.type_)}"


@spells(base.ColumnName)
def _column_name(element: base.ColumnName, compiler: Any, **kw: Any) -> str:
    return _renamed(element, compiler, "RENAME")


@spells(base.ColumnName, "sqlite", "oracle")
def _column_name_with_word(element: base.ColumnName, compiler: Any, **kw: Any) -> str:
    return _renamed(element, compiler, "RENAME COLUMN")


def _renamed(element: base.ColumnName, compiler: Any, words: str) -> str:
    old = base.format_column_name(compiler, element.column_name)
    return (
        f"{in_table(element, compiler)} {words} {old} TO {base.format_column_name(compiler, element.newname)}"
    )


@spells(base.ColumnDefault)
def _column_default(element: base.ColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{in_column(element, compiler)} DROP DEFAULT"
    return (
        f"{in_column(element, compiler)} SET DEFAULT {base.format_server_default(compiler, element.default)}"
    )


@spells(base.ComputedColumnDefault)
def _computed(element: base.ComputedColumnDefault, compiler: Any, **kw: Any) -> str:
    raise exc.CompileError(
        'Adding or removing a "computed" construct, e.g. GENERATED '
        "ALWAYS AS, to or from an existing column is not supported."
    )


@spells(base.IdentityColumnDefault)
def _identity(element: base.IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    raise exc.CompileError(
        'Adding, removing or modifying an "identity" construct, '
        "e.g. GENERATED AS IDENTITY, to or from an existing "
        "column is not supported in this dialect."
    )


@spells(base.AlterTable)
def _unknown(element: Any, compiler: Any, **kw: Any) -> str:
    why = f"{type(element)} construct has no default compilation handler."
    raise exc.UnsupportedCompilationError(compiler, type(element), why)
