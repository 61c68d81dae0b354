"""PostgreSQL."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Float, Numeric, text
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.postgresql import BIGINT, INTEGER, ExcludeConstraint
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

from limbeck.backends.postgresql.casts import without_casts
from limbeck.model.sqltext import SqlText

from .. import util
from ..autogenerate import render
from ..operations import ops, schemaobj
from ..operations.base import BatchOperations, Operations
from ..util import sqla_compat
from ._default_texts import in_quotes
from ._pg_defaults import same_default
from ._pg_indexes import essence
from ._spells import spells
from .base import AlterColumn, visit_as
from .base import ColumnComment as ColumnComment
from .base import IdentityColumnDefault as IdentityColumnDefault
from .base import RenameTable as RenameTable
from .base import alter_column as alter_column
from .base import alter_table as alter_table
from .base import format_column_name as format_column_name
from .base import format_table_name as format_table_name
from .base import format_type as format_type
from .impl import ComparisonResult, DefaultImpl, know_columns

log = logging.getLogger(__name__)

_visit = visit_as("postgresql")
visit_rename_table = visit_column_type = visit_column_comment = visit_identity_column = _visit

_OWNED_SEQUENCE = """
SELECT sequence.relname, owner.attname
FROM pg_depend AS link
JOIN pg_class AS sequence ON sequence.oid = link.objid AND sequence.relkind = 'S'
JOIN pg_attribute AS owner ON (owner.attrelid, owner.attnum) = (link.refobjid, link.refobjsubid)
WHERE link.classid = 'pg_class'::regclass AND link.refclassid = 'pg_class'::regclass
AND link.objid = CAST(:named AS regclass)
"""
_NEXTVAL = re.compile(r"nextval\('(?P<sequence>.+?)'::regclass\)")


class PostgresqlImpl(DefaultImpl):
    __dialect__ = "postgresql"

    transactional_ddl = True
    type_synonyms = (*DefaultImpl.type_synonyms, {"FLOAT", "DOUBLE PRECISION"})

    def create_index(self, index: Any, **kw: Any) -> None:
        know_columns(index.table, index.kwargs.get("postgresql_include"))
        super().create_index(index, **kw)

    def prep_table_for_batch(self, batch_impl: Any, table: Any) -> None:
        # The copy brings constraints of the same names, and the old table stands until the copy is filled.
        for name in {
            constraint.name for constraint in table.constraints
        } & batch_impl.named_constraints.keys():
            self.drop_constraint(batch_impl.named_constraints[name])

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        type_: Any = None,
        schema: str | None = None,
        postgresql_using: str | None = None,
        **kw: Any,
    ) -> None:
        """The type first, with its USING; the rest as everywhere."""
        if type_ is None and postgresql_using is not None:
            raise util.CommandError("postgresql_using must be used with the type_ parameter")
        if type_ is not None:
            known = ("existing_type", "existing_server_default", "existing_nullable")
            target = PostgresqlColumnType(
                table_name,
                column_name,
                type_,
                schema=schema,
                using=postgresql_using,
                **{word: kw.get(word) for word in known},
            )
            self._exec(target)
        super().alter_column(table_name, column_name, schema=schema, **kw)

    # -- comparing

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: dict[str, Any]) -> None:
        """nextval() of a sequence that the column owns is what SERIAL made: no default of its own."""
        shown = column_info.get("default")
        found = (
            _NEXTVAL.match(shown) if shown and isinstance(column_info["type"], (INTEGER, BIGINT)) else None
        )
        if found is None:
            return
        query = text(_OWNED_SEQUENCE)
        for sequence, column in sqla_compat._exec_on_inspector(inspector, query, named=found["sequence"]):
            if column != column_info["name"]:
                continue
            log.info(
                "Detected sequence named '%s' as owned by integer column '%s(%s)', assuming SERIAL and omitting",
                sequence,
                table.name,
                column,
            )
            del column_info["default"]
            return

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
        if have and _NEXTVAL.match(have):
            have = have.replace("::regclass", "")
        if have == want:
            return False
        if have is None or want is None or metadata_column.server_default is None:
            return True
        declared = metadata_column.server_default.arg
        if isinstance(declared, str) and not isinstance(inspector_column.type, (Numeric, Float)):
            declared = in_quotes(declared)
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

    def _normalize_computed_default(self, sqltext: str) -> str:
        return super()._normalize_computed_default(without_casts(sqltext))

    def _dialect_options(self, item: Any) -> tuple[Any, ...]:
        return ("nulls_not_distinct",) if item.dialect_kwargs.get("postgresql_nulls_not_distinct") else ()

    def compare_indexes(self, metadata_index: Any, reflected_index: Any) -> ComparisonResult:
        """By uniqueness and number first, then element by element, then the options."""
        unique = self._compare_index_unique(metadata_index, reflected_index)
        declared = [self._compile_element(element) for element in metadata_index.expressions]
        stored = [self._compile_element(element) for element in reflected_index.expressions]
        differs = [unique] if unique else []
        if len(declared) != len(stored):
            differs.append(f"expression number {len(stored)} to {len(declared)}")
        if differs:
            return ComparisonResult.Different(differs)
        table = None if metadata_index.table is None else metadata_index.table.name
        unclear: list[str] = []
        for number, (want, have) in enumerate(zip(declared, stored, strict=True), 1):
            if essence(want, table) == essence(have, table):
                continue
            if _ends_in_operator_class(want):
                unclear.append(_unclear_operator_class(number, want, reflected_index.name))
            else:
                differs.append(f"expression #{number} {have!r} to {want!r}")
        before, after = self._dialect_options(reflected_index), self._dialect_options(metadata_index)
        if before != after:
            differs += f"options {before} to {after}"  # letter by letter, as scripts that read it expect
        if differs:
            return ComparisonResult.Different(differs)
        return ComparisonResult.Skip(unclear) if unclear else ComparisonResult.Equal()

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
        """As they were read, but for an INCLUDE of nothing."""
        read = reflected_object.get("dialect_options", {})
        return {word: value for word, value in read.items() if value or word != "postgresql_include"}

    def _compile_element(self, element: Any) -> str:
        return element if isinstance(element, str) else DefaultImpl.render_ddl_sql_expr(self, element)

    # -- rendering

    def render_ddl_sql_expr(
        self, expr: Any, is_server_default: bool = False, is_index: bool = False, **kw: Any
    ) -> str:
        """An index takes a bare column name; any other expression stands in parentheses there."""
        grouped = expr.self_group() if is_index and not isinstance(expr, ColumnClause) else expr
        return super().render_ddl_sql_expr(grouped, is_server_default, is_index=is_index, **kw)

    _holds_type = {"HSTORE": "text_type", "JSON": "astext_type", "JSONB": "astext_type", "ARRAY": "item_type"}

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        if not type(type_obj).__module__.startswith("sqlalchemy.dialects.postgresql"):
            return False
        word = type_obj.__visit_name__
        if word == "DOMAIN":
            return _render_domain(type_obj, autogen_context)
        if word in self._holds_type:
            attribute = self._holds_type[word]
            before = r"(\()" if word == "ARRAY" else f"({attribute}=)"
            return render._render_type_w_subtype(type_obj, autogen_context, attribute, before)
        own = getattr(self, f"_render_{word}_type", None)  # of a subclass
        return own(type_obj, autogen_context) if own else False


def _ends_in_operator_class(element: str) -> bool:
    """An expression with its operator class in the text; a lone name that happens to end so is a column."""
    return element.strip().endswith("_ops") and any(sign in element for sign in " )")


def _unclear_operator_class(number: int, element: str, index: str) -> str:
    """The reason why this element is not compared; it is also warned of."""
    util.warn(
        f"Expression #{number} {element!r} in index {index!r} detected to include an operator clause. Expression "
        "compare cannot proceed. Please move the operator clause to the ``postgresql_ops`` dict to enable proper "
        "compare of the index expressions: "
        "https://docs.sqlalchemy.org/en/latest/dialects/postgresql.html#operator-classes",
    )
    return f"expression #{number} {element!r} detected as including operator clause."


def _render_domain(domain: Any, context: Any) -> str:
    def expression(value: Any, *, wrapped: bool) -> str:
        return render._render_potential_expr(value, context, wrap_in_element=wrapped)

    said = {
        word: repr(value)
        for word in (
            "collation",
            "collation_schema",
            "default",
            "constraint_name",
            "not_null",
            "check",
            "schema",
        )
        if (value := getattr(domain, word, None)) is not None  # collation_schema came with SQLAlchemy 2.1
    }
    for word, wrapped in (("default", True), ("check", False)):
        if word in said:
            said[word] = expression(getattr(domain, word), wrapped=wrapped)
    if not domain.not_null:
        said.pop("not_null", None)
    if domain.schema is not None:
        said["schema"] = repr(render._ident(domain.schema))
    if domain.create_type is not True:
        said["create_type"] = "False"
    args = [repr(render._ident(domain.name)), render._repr_type(domain.data_type, context)]
    args += [f"{word}={text}" for word, text in said.items()]
    return f"{_postgresql_autogenerate_prefix(context)}DOMAIN({', '.join(args)})"


# -- statements


class PostgresqlColumnType(AlterColumn):
    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        using = kw.pop("using", None)
        super().__init__(name, column_name, **kw)
        self.type_ = sqltypes.to_instance(type_)
        self.using = using


@spells(PostgresqlColumnType)
def _column_type(asked: Any) -> Any:
    """Also for a dialect of another name that is built on this one."""
    using = asked.verbatim = asked.element.using or ""
    return asked.alter(
        backend=asked.as_spoken("postgresql"),
        type=asked.type(asked.element.type_),
        using=SqlText(using) if using else None,
    )


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
        owner = sqla_compat._table_for_constraint(constraint)
        elements = [(expression, operator) for expression, _, operator in constraint._render_exprs]
        said = {word: getattr(constraint, word) for word in ("where", "deferrable", "initially", "using")}
        return cls(
            constraint.name, owner.name, elements, schema=owner.schema, _orig_constraint=constraint, **said
        )

    def to_constraint(self, migration_context: Any = None) -> ExcludeConstraint:
        if self._orig_constraint is not None:
            return self._orig_constraint
        owner = schemaobj.SchemaObjects(migration_context).table(self.table_name, schema=self.schema)
        made = ExcludeConstraint(*self.elements, name=self.constraint_name, where=self.where, **self.kw)
        for named in made._render_exprs:
            owner.append_column(Column(named[1], NULLTYPE))
        owner.append_constraint(made)
        return made

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
