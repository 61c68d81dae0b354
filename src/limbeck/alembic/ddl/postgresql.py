"""PostgreSQL."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Float, Identity, Numeric, text
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.postgresql import BIGINT, INTEGER, ExcludeConstraint
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

from .. import util
from ..autogenerate import render
from ..operations import ops, schemaobj
from ..operations.base import BatchOperations, Operations
from ..util import sqla_compat
from . import base
from ._pg_defaults import same_default
from .base import AlterColumn, visit_as
from .base import ColumnComment as ColumnComment
from .base import IdentityColumnDefault as IdentityColumnDefault
from .base import RenameTable as RenameTable
from .base import alter_column as alter_column
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_table_name as format_table_name
from .base import format_type as format_type
from .impl import ComparisonResult, DefaultImpl
from .spelling import in_column, literal_text, spells

log = logging.getLogger(__name__)

_visit = visit_as("postgresql")
visit_rename_table = visit_column_type = visit_column_comment = visit_identity_column = _visit

_OWNED_SEQUENCE = (
    "select c.relname, a.attname from pg_class as c "
    "join pg_depend d on d.objid=c.oid and d.classid='pg_class'::regclass and d.refclassid='pg_class'::regclass "
    "join pg_class t on t.oid=d.refobjid "
    "join pg_attribute a on a.attrelid=t.oid and a.attnum=d.refobjsubid "
    "where c.relkind='S' and c.oid=cast(:seqname as regclass)"
)
_NEXTVAL = r"nextval\('(.+?)'::regclass\)"


class PostgresqlImpl(DefaultImpl):
    __dialect__ = "postgresql"

    transactional_ddl = True
    type_synonyms = (*DefaultImpl.type_synonyms, {"FLOAT", "DOUBLE PRECISION"})

    def create_index(self, index: Any, **kw: Any) -> None:
        for column in index.kwargs.get("postgresql_include") or ():
            if column not in index.table.c:
                index.table.append_column(Column(column, sqltypes.NullType))
        self._exec(CreateIndex(index, **kw))

    def prep_table_for_batch(self, batch_impl: Any, table: Any) -> None:
        # names of constraints are one namespace with those of the copy
        for constraint in table.constraints:
            if constraint.name is not None and constraint.name in batch_impl.named_constraints:
                self.drop_constraint(constraint)

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
        autoincrement: bool | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """The type first, with its USING; the rest as everywhere."""
        using = kw.pop("postgresql_using", None)
        existing: dict[str, Any] = {
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
        }
        if type_ is not None:
            self._exec(
                PostgresqlColumnType(table_name, column_name, type_, schema=schema, using=using, **existing)
            )
        elif using is not None:
            raise util.CommandError("postgresql_using must be used with the type_ parameter")
        super().alter_column(
            table_name,
            column_name,
            nullable=nullable,
            server_default=server_default,
            name=name,
            schema=schema,
            autoincrement=autoincrement,
            existing_autoincrement=existing_autoincrement,
            **existing,
            **kw,
        )

    # -- comparing

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: dict[str, Any]) -> None:
        """nextval() of a sequence that the column owns is what SERIAL made: no default of its own."""
        if not column_info.get("default") or not isinstance(column_info["type"], (INTEGER, BIGINT)):
            return
        found = re.match(_NEXTVAL, column_info["default"])
        if not found:
            return
        owner = sqla_compat._exec_on_inspector(
            inspector, text(_OWNED_SEQUENCE), seqname=found.group(1)
        ).first()
        if owner and owner[1] == column_info["name"]:
            log.info(
                "Detected sequence named '%s' as owned by integer column '%s(%s)', assuming SERIAL and omitting",
                owner[0],
                table.name,
                owner[1],
            )
            del column_info["default"]

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        have, want = rendered_inspector_default, rendered_metadata_default
        if metadata_column.primary_key and metadata_column is metadata_column.table._autoincrement_column:
            return False
        if have and re.match(_NEXTVAL, have):
            have = have.replace("::regclass", "")
        if have == want:
            return False
        if have is None or want is None or metadata_column.server_default is None:
            return True
        declared = metadata_column.server_default.arg
        if isinstance(declared, str) and not isinstance(inspector_column.type, (Numeric, Float)):
            declared = "'{}'".format(re.sub(r"^'|'$", "", declared))
        elif not isinstance(declared, str):
            declared = want
        return not same_default(self.connection, have, declared, metadata_column.type)

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[Any],
        conn_indexes: set[Any],
        metadata_unique_constraints: set[Any],
        metadata_indexes: set[Any],
    ) -> None:
        """The index behind a unique constraint is not an index of its own."""
        conn_indexes -= {index for index in conn_indexes if index.info.get("duplicates_constraint")}

    # What stands behind an index expression and is the default anyway; the group is what is cut out.
    _default_modifiers_re = (
        re.compile("( asc nulls last)$"),
        re.compile("(?<! desc)( nulls last)$"),
        re.compile("( asc)$"),
        re.compile("( asc) nulls first$"),
        re.compile(" desc( nulls first)$"),
    )
    _type_name_re = r"""
        (?:"[^"]+"|\w+) (?:\.(?:"[^"]+"|\w+))?
        (?:\s+(?:varying|precision))?
        (?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?
        (?:\s+with(?:out)?\s+time\s+zone)?
        (?:\s*\[\s*\d*\s*\])*
    """
    _cast_re = re.compile(r"::\s*" + _type_name_re, re.I | re.X)
    _cast_fn_re = re.compile(r"\bcast\s*\((.*?)\s+as\s+" + _type_name_re + r"\s*\)", re.I | re.X)

    def _cleanup_index_expr(self, index: Any, expr: str) -> str:
        """What is left of an expression when case, quotes, casts, parentheses and unsaid defaults are taken away."""
        expr = expr.lower().replace('"', "").replace("'", "")
        if index.table is not None:
            expr = expr.replace(f"{index.table.name.lower()}.", "")
        expr = _without_parentheses(self._cast_re.sub("", expr))
        found = next(filter(None, (pattern.search(expr) for pattern in self._default_modifiers_re)), None)
        if found:
            start, end = found.span(1)
            expr = expr[:start] + expr[end:]
        expr = _without_parentheses(expr)
        while True:
            expr, count = self._cast_fn_re.subn(r"\1", expr)
            if not count:
                return expr.replace(" ", "")

    def _normalize_computed_default(self, sqltext: str) -> str:
        return super()._normalize_computed_default(self._cast_re.sub("", sqltext))

    def _dialect_options(self, item: Any) -> tuple[Any, ...]:
        return ("nulls_not_distinct",) if item.dialect_kwargs.get("postgresql_nulls_not_distinct") else ()

    def compare_indexes(self, metadata_index: Any, reflected_index: Any) -> ComparisonResult:
        reasons = [why] if (why := self._compare_index_unique(metadata_index, reflected_index)) else []
        want, have = metadata_index.expressions, reflected_index.expressions
        if len(want) != len(have):
            reasons.append(f"expression number {len(have)} to {len(want)}")
        if reasons:
            return ComparisonResult.Different(reasons)
        cannot: list[str] = []
        for position, (want_expr, have_expr) in enumerate(zip(want, have, strict=True), 1):
            want_text, have_text = self._compile_element(want_expr), self._compile_element(have_expr)
            if self._cleanup_index_expr(metadata_index, want_text) == self._cleanup_index_expr(
                metadata_index, have_text
            ):
                continue
            if want_text.strip().endswith("_ops") and (" " in want_text or ")" in want_text):
                cannot.append(f"expression #{position} {want_text!r} detected as including operator clause.")
                util.warn(
                    f"Expression #{position} {want_text!r} in index {reflected_index.name!r} detected to include an "
                    "operator clause. Expression compare cannot proceed. Please move the operator clause to the "
                    "``postgresql_ops`` dict to enable proper compare of the index expressions: "
                    "https://docs.sqlalchemy.org/en/latest/dialects/postgresql.html#operator-classes",
                )
            else:
                reasons.append(f"expression #{position} {have_text!r} to {want_text!r}")
        have_options, want_options = (
            self._dialect_options(reflected_index),
            self._dialect_options(metadata_index),
        )
        if have_options != want_options:
            reasons.extend(f"options {have_options} to {want_options}")
        if reasons:
            return ComparisonResult.Different(reasons)
        return ComparisonResult.Skip(cannot) if cannot else ComparisonResult.Equal()

    def compare_unique_constraint(
        self, metadata_constraint: Any, reflected_constraint: Any
    ) -> ComparisonResult:
        by_columns = super().compare_unique_constraint(metadata_constraint, reflected_constraint)
        if by_columns.is_different:
            return by_columns
        want, have = self._dialect_options(metadata_constraint), self._dialect_options(reflected_constraint)
        return (
            ComparisonResult.Equal()
            if have == want
            else ComparisonResult.Different(f"expression {have} to {want}")
        )

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        options = dict(reflected_object.get("dialect_options", {}))
        if not options.get("postgresql_include"):
            options.pop("postgresql_include", None)
        return options

    def _compile_element(self, element: Any) -> str:
        if isinstance(element, str):
            return element
        options = {"literal_binds": True, "include_table": False}
        return element.compile(dialect=self.dialect, compile_kwargs=options).string  # type: ignore[no-any-return]

    # -- rendering

    def render_ddl_sql_expr(
        self, expr: Any, is_server_default: bool = False, is_index: bool = False, **kw: Any
    ) -> str:
        if is_index and not isinstance(expr, ColumnClause):
            expr = expr.self_group()
        return super().render_ddl_sql_expr(expr, is_server_default=is_server_default, is_index=is_index, **kw)

    _subtypes = {
        "HSTORE": ("text_type", r"(.+?\(.*text_type=)"),
        "ARRAY": ("item_type", r"(.+?\()"),
        "JSON": ("astext_type", r"(.+?\(.*astext_type=)"),
        "JSONB": ("astext_type", r"(.+?\(.*astext_type=)"),
    }

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        if not type(type_obj).__module__.startswith("sqlalchemy.dialects.postgresql"):
            return False
        word = type_obj.__visit_name__
        if word == "DOMAIN":
            return _render_domain(type_obj, autogen_context)
        if word in self._subtypes:
            return render._render_type_w_subtype(type_obj, autogen_context, *self._subtypes[word])
        own = getattr(self, f"_render_{word}_type", None)  # of a subclass
        return own(type_obj, autogen_context) if own else False


def _without_parentheses(expr: str) -> str:
    while expr.startswith("(") and expr.endswith(")"):
        expr = expr[1:-1]
    return expr


def _render_domain(type_: Any, context: Any) -> str:
    args = [repr(render._ident(type_.name)), render._repr_type(type_.data_type, context)]
    if type_.collation is not None:
        args.append(f"collation={type_.collation!r}")
    if getattr(type_, "collation_schema", None) is not None:
        args.append(f"collation_schema={type_.collation_schema!r}")
    if type_.default is not None:
        args.append(f"default={render._render_potential_expr(type_.default, context, wrap_in_element=True)}")
    if type_.constraint_name is not None:
        args.append(f"constraint_name={type_.constraint_name!r}")
    if type_.not_null:
        args.append("not_null=True")
    if type_.check is not None:
        args.append(f"check={render._render_potential_expr(type_.check, context, wrap_in_element=False)}")
    if type_.schema is not None:
        args.append(f"schema={render._ident(type_.schema)!r}")
    if type_.create_type is not True:
        args.append("create_type=False")
    return f"{_postgresql_autogenerate_prefix(context)}DOMAIN({', '.join(args)})"


# -- statements


class PostgresqlColumnType(AlterColumn):
    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        using = kw.pop("using", None)
        super().__init__(name, column_name, **kw)
        self.type_ = sqltypes.to_instance(type_)
        self.using = using


@spells(PostgresqlColumnType)
def _column_type(element: PostgresqlColumnType, compiler: Any, **kw: Any) -> str:
    using = f"USING {element.using}" if element.using else ""
    return f"{in_column(element, compiler)} TYPE {base.format_type(compiler, element.type_)} {using}"


@spells(base.ColumnComment, "postgresql")
def _column_comment(element: base.ColumnComment, compiler: Any, **kw: Any) -> str:
    table = base.format_table_name(compiler, element.table_name, element.schema)
    column = base.format_column_name(compiler, element.column_name)
    comment = "NULL" if element.comment is None else literal_text(compiler, element.comment)
    return f"COMMENT ON COLUMN {table}.{column} IS {comment}"


@spells(base.IdentityColumnDefault, "postgresql")
def _identity_column(element: base.IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    start = f"{in_column(element, compiler)} "
    if element.default is None:
        return start + "DROP IDENTITY"
    if element.existing_server_default in (None, False):
        return start + "ADD " + str(compiler.visit_identity_column(element.default))
    differs, _, _ = element.impl._compare_identity_default(element.default, element.existing_server_default)
    return start + "".join(_set_identity(compiler, element.default, word) for word in sorted(differs))


def _set_identity(compiler: Any, identity: Any, word: str) -> str:
    if word == "always":
        return f"SET GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'} "
    return f"SET {compiler.get_identity_options(Identity(**{word: getattr(identity, word)}))} "


# -- exclusion constraints


@Operations.register_operation("create_exclude_constraint")
@BatchOperations.register_operation("create_exclude_constraint", "batch_create_exclude_constraint")
@ops.AddConstraintOp.register_add_constraint("exclude_constraint")
class CreateExcludeConstraintOp(ops.AddConstraintOp):
    """EXCLUDE: no two rows for which all the given operators hold."""

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        elements: Sequence[Any],
        where: Any = None,
        schema: str | None = None,
        _orig_constraint: ExcludeConstraint | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self._orig_constraint = _orig_constraint
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateExcludeConstraintOp:
        table = sqla_compat._table_for_constraint(constraint)
        return cls(
            constraint.name,
            table.name,
            [(expr, operator) for expr, _name, operator in constraint._render_exprs],
            where=constraint.where,
            schema=table.schema,
            _orig_constraint=constraint,
            deferrable=constraint.deferrable,
            initially=constraint.initially,
            using=constraint.using,
        )

    def to_constraint(self, migration_context: Any = None) -> ExcludeConstraint:
        if self._orig_constraint is not None:
            return self._orig_constraint
        table = schemaobj.SchemaObjects(migration_context).table(self.table_name, schema=self.schema)
        constraint = ExcludeConstraint(*self.elements, name=self.constraint_name, where=self.where, **self.kw)
        for _expr, name, _operator in constraint._render_exprs:
            table.append_column(Column(name, NULLTYPE))
        table.append_constraint(constraint)
        return constraint

    @classmethod
    def create_exclude_constraint(
        cls, operations: Operations, constraint_name: str, table_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Add an EXCLUDE constraint; each element is (expression, operator)."""
        return operations.invoke(cls(constraint_name, table_name, elements, **kw))

    @classmethod
    def batch_create_exclude_constraint(
        cls, operations: BatchOperations, constraint_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Add an EXCLUDE constraint to the table of the batch."""
        kw["schema"] = operations.impl.schema
        return operations.invoke(cls(constraint_name, operations.impl.table_name, elements, **kw))


@render.renderers.dispatch_for(CreateExcludeConstraintOp)
def _add_exclude_constraint(autogen_context: Any, op: CreateExcludeConstraintOp) -> str:
    return _exclude_constraint(op.to_constraint(), autogen_context, alter=True)


@render._constraint_renderers.dispatch_for(ExcludeConstraint)
def _render_inline_exclude_constraint(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str:
    users = render._user_defined_render("exclude", constraint, autogen_context)
    return users if users is not False else _exclude_constraint(constraint, autogen_context, False)


def _postgresql_autogenerate_prefix(autogen_context: Any) -> str:
    if autogen_context.imports is not None:
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
    return "postgresql."


def _exclude_constraint(constraint: Any, context: Any, alter: bool) -> str:
    in_batch = context._has_batch
    args = [
        f"({_render_potential_column(expr, context)}, {operator!r})"
        for expr, _name, operator in constraint._render_exprs
    ]
    if constraint.where is not None:
        args.append(f"where={render._render_potential_expr(constraint.where, context)}")
    for word in ("deferrable", "initially", "using"):
        if getattr(constraint, word):
            args.append(f"{word}={str(getattr(constraint, word))!r}")
    if not alter:
        if constraint.name:
            args.append(f"name={render._render_gen_name(context, constraint.name)!r}")
        return f"{_postgresql_autogenerate_prefix(context)}ExcludeConstraint({', '.join(args)})"
    if constraint.table.schema and not in_batch:
        args.append(f"schema={render._ident(constraint.table.schema)!r}")
    names = [repr(render._render_gen_name(context, constraint.name))]
    if not in_batch:
        names.append(repr(render._ident(constraint.table.name)))
    return (
        f"{render._alembic_autogenerate_prefix(context)}create_exclude_constraint({', '.join(names + args)})"
    )


def _render_potential_column(value: Any, context: Any) -> str:
    if isinstance(value, ColumnClause):
        word = "literal_column" if value.is_literal else "column"
        return f"{render._sqlalchemy_autogenerate_prefix(context)}{word}({value.name!r})"
    wrap = isinstance(value, (TextClause, FunctionElement))
    return render._render_potential_expr(value, context, wrap_in_element=wrap)
