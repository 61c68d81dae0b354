"""Constraints and indexes of SQLAlchemy -> values."""

from __future__ import annotations

import copy
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import CollationClause, ColumnClause, UnaryExpression

from limbeck.model.constraint import (
    Check,
    Constraint,
    Exclude,
    ExcludeElement,
    ForeignKey,
    Other,
    PrimaryKey,
    Unique,
)
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText

from . import compat, thaw
from .names import model_name, model_options, qualified_name


class Spells(Protocol):
    """What this file asks of the Freezer."""

    dialect: Any
    spelling: Any

    def text(self, clause: Any, place: str = "", include_table: bool = False) -> str: ...
    def ddl_text(self, element: Any, place: str) -> str: ...
    def sql_of(self, clause: Any, place: str) -> SqlText: ...


# -- throw-away places for what has no table


def scratch_table(key: QualifiedName, naming: Any, *items: Any) -> Any:
    """A table of that name in a MetaData with the naming convention."""
    metadata = sa.MetaData(naming_convention=naming)
    return sa.Table(thaw.name(key.name), metadata, *items, schema=thaw.name(key.schema))


def attached(constraint: Any, key: QualifiedName, naming: Any) -> Any:
    """The constraint where it has a table, else a copy of it on a throw-away one."""
    if getattr(constraint, "parent", None) is not None:
        return constraint
    names = list(compat.given_columns(constraint))
    columns = (sa.Column(thaw.name(n), sa.types.NULLTYPE) for n in dict.fromkeys(names))
    table = scratch_table(key, naming, *columns)
    alone = compat.free_constraint(constraint, names)
    table.append_constraint(alone)
    return alone


def attached_index(index: Any, key: QualifiedName) -> Any:
    """The index where it has a table, else a copy of it on a throw-away one."""
    if index.table is not None:
        return index
    table = scratch_table(key, None)
    for name in compat.index_columns(index):
        if name not in table.c:
            table.append_column(sa.Column(name, sa.types.NULLTYPE))
    expressions = [compat.bare_expression(e, table) for e in index.expressions]
    options = compat.dialect_options(index)
    return sa.Index(index.name, *expressions, unique=index.unique, _table=table, **options)


def index_over(key: QualifiedName, name: str | None, columns: tuple[str, ...], unique: bool) -> Any:
    """An index over columns of a throw-away table."""
    table = scratch_table(key, None, *(sa.Column(n, sa.types.NULLTYPE) for n in dict.fromkeys(columns)))
    return sa.Index(name, *(table.c[n] for n in columns), unique=unique, _table=table)


# -- constraints


def primary_key(constraint: Any, by: Spells) -> PrimaryKey:
    return PrimaryKey(columns=_columns(constraint), **_shared(constraint, by))


def freeze(constraint: Any, key: QualifiedName, by: Spells) -> Constraint | None:
    """None where a third party's kind of constraint is not spelled at all on this database."""
    if compat.has_own_words(constraint):
        return _other(constraint, key, by)
    if isinstance(constraint, sa.PrimaryKeyConstraint):
        return primary_key(constraint, by)
    if compat.is_of_dialect(constraint, "postgresql", "ExcludeConstraint"):
        return _exclude(constraint, by)
    if isinstance(constraint, sa.UniqueConstraint):
        return Unique(columns=_columns(constraint), **_shared(constraint, by))
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return _foreign_key(constraint, by)
    if isinstance(constraint, sa.CheckConstraint):
        return _check(constraint, key, by)
    return _other(constraint, key, by)


def _other(constraint: Any, key: QualifiedName, by: Spells) -> Other | None:
    """What its class, or the dialect, writes for it. CannotSpell where neither knows how."""
    name = getattr(constraint, "name", None)
    text = by.ddl_text(
        constraint, f"{type(constraint).__name__} {name or ''} of table {key}".replace("  ", " ")
    )
    if not text.strip():
        return None
    final = compat.final_name(by.spelling, constraint) if name is not None else None
    columns = tuple(model_name(c.name) for c in getattr(constraint, "columns", ()))
    return Other(text=text.strip(), name=None if final is None else model_name(final), columns=columns)


def _shared(constraint: Any, by: Spells) -> dict[str, Any]:
    final = compat.final_name(by.spelling, constraint)
    quote = getattr(constraint.name, "quote", None)
    return {
        "name": None if final is None else model_name(sa.sql.quoted_name(final, quote)),
        "deferrable": constraint.deferrable,
        "initially": None if constraint.initially is None else str(constraint.initially).upper(),
        "comment": constraint.comment,
        "options": model_options(compat.dialect_options(constraint), by.sql_of),
    }


def _columns(constraint: Any) -> tuple[str, ...]:
    return tuple(model_name(c.name) for c in constraint.columns)


def _check(constraint: Any, key: QualifiedName, by: Spells) -> Check:
    place = f"CHECK {constraint.name or ''} of table {key}".replace("  ", " ")
    of_type = None
    if compat.belongs_to_type(constraint):
        of_type = next((model_name(c.name) for c in constraint.columns), None)
    return Check(
        sql=by.sql_of(constraint.sqltext, place),
        of_type=of_type,
        in_column=None if compat.is_of_table(constraint) else model_name(constraint.parent.name),
        **_shared(constraint, by),
    )


def _foreign_key(constraint: Any, by: Spells) -> ForeignKey:
    targets = [_target(e) for e in constraint.elements]
    return ForeignKey(
        columns=tuple(model_name(e.parent.name) for e in constraint.elements),
        referred=targets[0][0],
        referred_columns=tuple(name for _, name in targets),
        on_update=_upper(constraint.onupdate),
        on_delete=_upper(constraint.ondelete),
        match=_upper(constraint.match),
        use_alter=bool(constraint.use_alter),
        **_shared(constraint, by),
    )


def _upper(phrase: Any) -> str | None:
    return None if phrase is None else str(phrase).upper()


def _target(element: Any) -> tuple[QualifiedName, str]:
    """Table and column that a ForeignKey means: by its objects, by the MetaData, else by its words."""
    table, column, key = compat.foreign_key_target(element)
    if not isinstance(table, tuple):
        return qualified_name(table), model_name(column)
    schema, name = table
    parent = getattr(element.parent, "table", None)
    known = None if parent is None else parent.metadata.tables.get(f"{schema}.{name}" if schema else name)
    if known is None:
        return QualifiedName(schema, name), str(key or element.parent.name)
    key = key or element.parent.key
    return qualified_name(known), model_name(known.c[key].name) if key in known.c else str(key)


def _exclude(constraint: Any, by: Spells) -> Exclude:
    place = f"EXCLUDE {constraint.name or ''}"
    elements = []
    for expression, operator in compat.exclude_elements(constraint):
        operator_class = constraint.ops.get(getattr(expression, "key", None))
        if isinstance(expression, sa.Column):
            column = model_name(expression.name)
            elements.append(ExcludeElement(operator=operator, column=column, operator_class=operator_class))
        else:
            sql = by.sql_of(expression, place)
            elements.append(ExcludeElement(operator=operator, sql=sql, operator_class=operator_class))
    where = constraint.where
    if where is not None:
        where = SqlText(by.text(where, place, include_table=True))
    return Exclude(
        elements=tuple(elements), using=constraint.using.lower(), where=where, **_shared(constraint, by)
    )


# -- indexes


def index(value: Any, by: Spells) -> Index:
    final = compat.final_name(by.spelling, value)
    quote = getattr(value.name, "quote", None)
    options = compat.dialect_options(value)
    elements = tuple(_element(e, value, by) for e in value.expressions)
    for key in [k for k in options if k.endswith("_ops") and isinstance(options[k], dict)]:
        keys = {getattr(e, "key", None): f for e, f in zip(value.expressions, elements, strict=True)}
        options[key] = {_ops_key(keys.get(k), k): v for k, v in options[key].items()}
    return Index(
        elements=elements,
        name=None if final is None else model_name(sa.sql.quoted_name(final, quote)),
        unique=bool(value.unique),
        options=model_options(options, by.sql_of),
    )


def _ops_key(element: IndexElement | None, key: str) -> str:
    """Operator classes are told by column name, or by the expression's text."""
    if element is None:
        return key
    return str(element.column) if element.sql is None else element.sql.text


_SORTS = {operators.desc_op: "descending", operators.asc_op: None}
_NULLS = {operators.nulls_first_op: "first", operators.nulls_last_op: "last"}


def _element(expression: Any, value: Any, by: Spells) -> IndexElement:
    if isinstance(expression, sa.Column):
        return IndexElement(column=model_name(expression.name))
    whole = _spelled_in_index(expression, value, by)
    taken = _taken_apart(expression, value, by)
    if taken is not None:
        again = thaw.element(value.table, taken)
        if _spelled_in_index(again, value, by) == whole:
            return taken
    return IndexElement(sql=SqlText(whole))


def _taken_apart(expression: Any, value: Any, by: Spells) -> IndexElement | None:
    """nulls(sorted(collated(x))), where it is of that shape."""
    nulls, descending, collation = None, False, None
    inner = _unlabelled(expression)
    if isinstance(inner, UnaryExpression) and inner.modifier in _NULLS:
        nulls, inner = _NULLS[inner.modifier], inner.element
    if isinstance(inner, UnaryExpression) and inner.modifier is operators.desc_op:
        descending, inner = True, inner.element
    if getattr(inner, "operator", None) is operators.collate and isinstance(inner.right, CollationClause):
        collation, inner = str(inner.right.collation), inner.left
    bare = isinstance(inner, ColumnClause) and not inner.is_literal and inner.name in value.table.c
    if bare:
        column = model_name(inner.name)
        return IndexElement(column=column, descending=descending, nulls=nulls, collation=collation)
    text = _spelled_in_index(inner, value, by)
    sql = SqlText(text)
    return IndexElement(sql=sql, descending=descending, nulls=nulls, collation=collation)


def _unlabelled(expression: Any) -> Any:
    return expression.element if isinstance(expression, sa.Label) else expression


def _spelled_in_index(expression: Any, value: Any, by: Spells) -> str:
    """As this dialect writes the expression between the parentheses of CREATE INDEX: with its own where it wants
    them. Found by writing an index of it beside one of a mark."""
    mark = "\N{BULLET}"
    around = _create_index(thaw.Spelled(mark), value, by)
    before, _, after = around.partition(mark)
    text = _create_index(expression, value, by)
    return text[len(before) : len(text) - len(after)]


def _create_index(expression: Any, value: Any, by: Spells) -> str:
    from .ddl import text

    probe = copy.copy(value)
    probe.dialect_options = compat.no_options(value)
    probe.expressions = [expression]
    probe.name = compat.conv("i")
    return text(by.dialect, CreateIndex(probe), f"index {value.name} of table {value.table.name}")
