"""MySQL and MariaDB: a column is said again whole (MODIFY, CHANGE), so its existing type must be known."""

from __future__ import annotations

from typing import Any

from sqlalchemy import schema
from sqlalchemy import types as sqltypes
from sqlalchemy.sql import elements, functions, operators

from limbeck.model.column import Column
from limbeck.shore.names import model_name

from .. import util
from ..util import sqla_compat
from ..util.sqla_compat import compiles
from . import base
from ._default_texts import in_quotes, inside
from ._spells import spells
from .base import AlterColumn
from .base import ColumnDefault as ColumnDefault
from .base import ColumnName as ColumnName
from .base import ColumnNullable as ColumnNullable
from .base import ColumnType as ColumnType
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_server_default as format_server_default
from .impl import DefaultImpl


class MySQLImpl(DefaultImpl):
    __dialect__ = "mysql"

    transactional_ddl = False
    type_synonyms = (*DefaultImpl.type_synonyms, {"BOOL", "TINYINT"}, {"JSON", "LONGTEXT"})
    type_arg_extract = (r"character set (\S+)", r"collate (\S+)")

    def render_ddl_sql_expr(
        self, expr: Any, is_server_default: bool = False, is_index: bool = False, **kw: Any
    ) -> str:
        held = elements.Grouping(expr) if is_index and _wants_parentheses(expr) else expr
        return super().render_ddl_sql_expr(held, is_server_default, is_index=is_index, **kw)

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
        autoincrement: bool | None = None,
        existing_autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        **kw: Any,
    ) -> None:
        both = (server_default, existing_server_default)
        if sqla_compat._server_default_is_identity(*both) or sqla_compat._server_default_is_computed(*both):
            # SQLAlchemy's texts for these say that it cannot be done
            was = {"existing_type": existing_type, "existing_nullable": existing_nullable}
            was["existing_server_default"] = existing_server_default
            wanted = {"nullable": nullable, "type_": type_, "server_default": server_default}
            super().alter_column(table_name, column_name, schema=schema, **wanted, **was, **kw)
        new_type = existing_type if type_ is None else type_
        if name is not None or self._is_mysql_allowed_functional_default(new_type, server_default):
            construct: type[MySQLChangeColumn] = MySQLChangeColumn
        elif nullable is not None or type_ is not None or autoincrement is not None or comment is not False:
            construct = MySQLModifyColumn
        else:
            if server_default is not False:
                self._exec(MySQLAlterDefault(table_name, column_name, server_default, schema=schema))
            return
        said_nullable = existing_nullable if nullable is None else nullable
        self._exec(
            construct(
                table_name,
                column_name,
                schema=schema,
                newname=column_name if name is None else name,
                nullable=True if said_nullable is None else said_nullable,
                type_=new_type,
                default=existing_server_default if server_default is False else server_default,
                autoincrement=existing_autoincrement if autoincrement is None else autoincrement,
                comment=existing_comment if comment is False else comment,
            )
        )

    def _is_mysql_allowed_functional_default(self, type_: Any, server_default: Any) -> bool:
        """ALTER COLUMN SET DEFAULT takes no function (CURRENT_TIMESTAMP); CHANGE does."""
        return type_ is not None and type_._type_affinity is sqltypes.DateTime and server_default is not None

    def drop_constraint(self, const: Any, **kw: Any) -> None:
        if isinstance(const, schema.CheckConstraint) and sqla_compat._is_type_bound(const):
            return
        super().drop_constraint(const)

    def compare_type(self, inspector_column: Any, metadata_column: Any) -> bool:
        have, want = inspector_column.type, metadata_column.type
        if isinstance(have, sqltypes.Enum) and isinstance(want, sqltypes.Enum):
            return set(have.enums) != set(want.enums)
        return super().compare_type(inspector_column, metadata_column)

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        have, want = rendered_inspector_default, rendered_metadata_default
        affinity = metadata_column.type._type_affinity
        implied_zero = (
            affinity is sqltypes.Integer and inspector_column.primary_key and have == "'0'" and not want
        )
        if implied_zero and not inspector_column.autoincrement:
            return False
        if have and _is_numeric(inspector_column.type):
            if _number(have) == _number(want):
                return False
        elif want and affinity is sqltypes.String:
            return have != in_quotes(want)
        if not have or not want:
            return have != want
        return _defaults_differ(have.lower(), want.lower())

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[Any],
        conn_indexes: set[Any],
        metadata_unique_constraints: set[Any],
        metadata_indexes: set[Any],
    ) -> None:
        """Drop from both sides the indexes that the server made by itself, for a column or its foreign key."""
        implied = {index.name for index in conn_indexes if not index.unique and _made_for_a_key(index)}
        for index in [i for i in conn_indexes if i.name in implied and not i.unique]:
            conn_indexes.remove(index)
        for index in [i for i in metadata_indexes if i.name in implied]:
            metadata_indexes.remove(index)

    def correct_for_autogen_foreignkeys(self, conn_fks: set[Any], metadata_fks: set[Any]) -> None:
        """RESTRICT is the default here, and not shown: where the model says it, let the reflected key say it too."""
        have = {self._create_reflected_constraint_sig(fk).unnamed_no_options: fk for fk in conn_fks}
        want = {self._create_metadata_constraint_sig(fk).unnamed_no_options: fk for fk in metadata_fks}
        for signature in have.keys() & want.keys():
            for deed in ("ondelete", "onupdate"):
                said = getattr(want[signature], deed)
                if said is not None and said.lower() == "restrict" and getattr(have[signature], deed) is None:
                    setattr(have[signature], deed, "RESTRICT")


class MariaDBImpl(MySQLImpl):
    __dialect__ = "mariadb"


def _wants_parentheses(expr: Any) -> bool:
    if isinstance(expr, elements.UnaryExpression):
        return expr.modifier not in (operators.desc_op, operators.asc_op)
    return isinstance(expr, (elements.BinaryExpression, functions.FunctionElement))


def _is_numeric(type_: Any) -> bool:
    """SQLAlchemy 2.1 has Float as a family of its own, 2.0 has it in Numeric's."""
    families = (sqltypes.Numeric, sqltypes.Float, sqltypes.Integer)
    return issubclass(type_._type_affinity or sqltypes.NullType, families)


def _number(default: str | None) -> str | None:
    """Without the quotes or parentheses round it."""
    if default is None:
        return None
    return inside(default, "''" if default[:1] == "'" else "()")


def _defaults_differ(have: str, want: str) -> bool:
    have_value, have_update = _split_on_update(have)
    want_value, want_update = _split_on_update(want)
    if have_update:  # what only the model says of ON UPDATE is compared with the rest
        if have_update != want_update:
            return True
        have, want = have_value, want_value
    return _plain_expression(have) != _plain_expression(want)


def _split_on_update(default: str) -> tuple[str, str]:
    value, word, update = default.rpartition(" on update")
    return (value, word + update.removesuffix("()")) if word else (default, "")


def _plain_expression(default: str) -> str:
    return inside(default, "()").removesuffix("()")


def _made_for_a_key(index: Any) -> bool:
    return any(
        index.name == column.name or any(fk.name == index.name for fk in column.foreign_keys)
        for column in index.columns
    )


# -- statements


class MySQLAlterDefault(AlterColumn):
    def __init__(self, name: str, column_name: str, default: Any, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default


class MySQLChangeColumn(AlterColumn):
    """The whole column, under a new name or the old one."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: Any = None,
        nullable: bool | None = None,
        default: Any = False,
        autoincrement: bool | None = None,
        comment: Any = False,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        if type_ is None:
            raise util.CommandError("All MySQL CHANGE/MODIFY COLUMN operations require the existing type.")
        self.newname = newname
        self.type_ = sqltypes.to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment


class MySQLModifyColumn(MySQLChangeColumn):
    """The whole column under its name."""


@spells(base.ColumnNullable, "mysql")
@spells(base.ColumnName, "mysql")
@spells(base.ColumnDefault, "mysql")
@spells(base.ColumnType, "mysql")
def _one_thing_alone(asked: Any) -> Any:
    raise NotImplementedError("Individual alter column constructs not supported by MySQL")


@spells(MySQLAlterDefault, "mysql")
def _alter_default(asked: Any) -> Any:
    return asked.backend.set_default(asked.table, asked.column, asked.freeze.default(asked.element.default))


@spells(MySQLModifyColumn, "mysql")
def _modify(asked: Any) -> Any:
    return asked.backend.modify_column(asked.table, _whole_column(asked, asked.column))


@spells(MySQLChangeColumn, "mysql")
def _change(asked: Any) -> Any:
    new = model_name(asked.element.newname)
    return asked.backend.change_column(asked.table, asked.column, _whole_column(asked, new))


def _whole_column(asked: Any, name: str) -> Column:
    """The column as it will be, of what the author said."""
    element = asked.element
    return Column(
        name=name,
        type=asked.type(element.type_),
        nullable=bool(element.nullable),
        default=None if element.default is False else asked.freeze.default(element.default),
        autoincrement=bool(element.autoincrement),
        comment=element.comment,
    )


_DROPPED_AS_USUAL = (schema.PrimaryKeyConstraint, schema.UniqueConstraint, schema.ForeignKeyConstraint)


@compiles(schema.DropConstraint, "mysql", "mariadb")
def _drop_constraint(element: Any, compiler: Any, **kw: Any) -> str:
    constraint = element.element
    if isinstance(constraint, _DROPPED_AS_USUAL):
        return compiler.visit_drop_constraint(element)  # type: ignore[no-any-return]
    if not isinstance(constraint, schema.CheckConstraint):
        raise NotImplementedError("No generic 'DROP CONSTRAINT' in MySQL - please specify constraint type")
    table = compiler.preparer.format_table(constraint.table)
    name = compiler.preparer.format_constraint(constraint)
    return f"ALTER TABLE {table} DROP {'CONSTRAINT' if compiler.dialect.is_mariadb else 'CHECK'} {name}"
