"""Columns, constraints, indexes and defaults as the Calls a revision file writes (`sa.Column(...)`).

Every field of a value is written unless it has its default; tests evaluate what is written and compare.
"""

from __future__ import annotations

import re
from typing import Any

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import (
    ByDatabase,
    Computed,
    Default,
    Identity,
    SequenceDefault,
    SequenceOptions,
    TextDefault,
)
from limbeck.model.index import Index, IndexElement
from limbeck.model.marks import is_known
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import Call, Raw, TypeRef

from . import layout

SA = ("import sqlalchemy as sa",)
OP = ("from limbeck import op",)
PG = (*SA, "from sqlalchemy.dialects import postgresql")
_BIND = re.compile(r"(?<![:\w\\]):(?=\w+(?![:\w]))")
_INTEGER = re.compile(r"(?i)(big|small|tiny|medium)?(int(eger)?|serial)\b")


def escaped(sql: str) -> str:
    """Text for places that SQLAlchemy reads as text(): a colon before a word would else be taken for a parameter."""
    return _BIND.sub(r"\:", sql.replace("\\:", "\\\\:"))


def sql(value: SqlText) -> Call:
    return Call("sa.text", (escaped(value.as_written),), imports=SA)


def type_(value: TypeRef) -> Call | Raw:
    """The type's own Python, else its bare spelling."""
    if value.python is not None:
        return value.python
    return Call("op.sql_type", (value.spelling,))


def default(value: Default) -> Call:
    if isinstance(value, TextDefault):
        return sql(value.sql)
    if isinstance(value, Computed):
        return Call(
            "sa.Computed",
            (escaped(value.sql.as_written),),
            _given(("persisted", value.persisted)),
            imports=SA,
        )
    if isinstance(value, Identity):
        return Call("sa.Identity", (), _identity(value), imports=SA)
    if isinstance(value, SequenceDefault):
        schema = _given(("schema", value.sequence.schema))
        named = layout.text(Call("sa.Sequence", (value.sequence.name,), schema), width=9999)
        return Call(f"{named}.next_value", imports=SA)
    assert isinstance(value, ByDatabase)
    return Call("sa.FetchedValue", imports=SA)


def sequence_options(value: SequenceOptions) -> tuple[tuple[str, Any], ...]:
    return _given(*((name, getattr(value, name)) for name in SequenceOptions.__dataclass_fields__))


def _identity(value: Identity) -> tuple[tuple[str, Any], ...]:
    return _given(
        ("always", value.always or None), ("on_null", value.on_null), *sequence_options(value.options)
    )


def column(value: Column, primary_key: PrimaryKey | None = None, numbered: bool | None = None) -> Call:
    """`sa.Column(...)`. `primary_key` is its table's, `numbered` whether SQLAlchemy would number it by itself there."""
    parts: list[Any] = [value.name, type_(value.type)]
    options: list[tuple[str, Any]] = []
    if isinstance(value.default, (Computed, Identity)):
        parts.append(default(value.default))
    elif value.default is not None:
        options.append(("server_default", default(value.default)))
    if numbered is None:
        numbered = primary_key is not None and _numbers_itself(value, primary_key, ())
    if is_known(value.autoincrement) and value.autoincrement != numbered:
        options.append(("autoincrement", value.autoincrement))
    options.append(("nullable", value.nullable))
    options += _given(("comment", value.comment))
    return Call("sa.Column", tuple(parts), (*options, *dialect_options(value.options)), imports=SA)


def _numbers_itself(value: Column, key: PrimaryKey, foreign: tuple[ForeignKey, ...]) -> bool:
    """SQLAlchemy's autoincrement="auto": the only column of the key, an integer, no foreign key, no default."""
    return (
        key.columns == (value.name,)
        and value.default is None
        and _INTEGER.match(value.type.spelling) is not None
        and not any(value.name in f.columns for f in foreign)
    )


def table_items(value: Table) -> tuple[Call, ...]:
    """What stands in `op.create_table(name, ...)`: columns, primary key, constraints, indexes."""
    key = value.primary_key
    columns = (
        column(c, key, key is not None and _numbers_itself(c, key, value.foreign_keys)) for c in value.columns
    )
    constraints = ((key,) if key is not None else ()) + value.constraints
    return (
        *columns,
        *(constraint(c) for c in constraints),
        *(index(i) for i in value.indexes),
    )


def constraint(value: Constraint) -> Call:
    """As an item of a table: `sa.UniqueConstraint("a", "b", name="uq")`."""
    if isinstance(value, PrimaryKey):
        return Call("sa.PrimaryKeyConstraint", value.columns, constraint_options(value), imports=SA)
    if isinstance(value, Unique):
        return Call("sa.UniqueConstraint", value.columns, constraint_options(value), imports=SA)
    if isinstance(value, Check):
        return Call(
            "sa.CheckConstraint", (escaped(value.sql.as_written),), constraint_options(value), imports=SA
        )
    if isinstance(value, Exclude):
        return Call(
            "postgresql.ExcludeConstraint", exclude_elements(value), constraint_options(value), imports=PG
        )
    if isinstance(value, Other):
        return Call("op.sql_constraint", (value.text,), _given(("name", value.name)), imports=OP)
    targets = [".".join((*_dotted(value.referred), name)) for name in value.referred_columns]
    return Call(
        "sa.ForeignKeyConstraint", (list(value.columns), targets), constraint_options(value), imports=SA
    )


def constraint_options(value: Constraint) -> tuple[tuple[str, Any], ...]:
    """The keyword arguments that SQLAlchemy's constraint classes share, and each one's own."""
    own: tuple[tuple[str, Any], ...] = ()
    if isinstance(value, ForeignKey):
        own = (
            ("onupdate", value.on_update),
            ("ondelete", value.on_delete),
            ("match", value.match),
            ("use_alter", value.use_alter or None),
        )
    elif isinstance(value, Exclude):
        classes = {
            e.column or (e.sql.as_written if e.sql else ""): e.operator_class
            for e in value.elements
            if e.operator_class is not None
        }
        own = (
            ("using", value.using if value.using != "gist" else None),
            ("where", sql(value.where) if value.where else None),
            ("ops", classes or None),
        )
    shared = (("deferrable", value.deferrable), ("initially", value.initially), ("comment", value.comment))
    return (*_given(("name", value.name), *own, *shared), *dialect_options(value.options))


def exclude_elements(value: Exclude) -> tuple[tuple[Any, str], ...]:
    return tuple((e.column if e.sql is None else sql(e.sql), e.operator) for e in value.elements)


def index(value: Index) -> Call:
    """As an item of a table: `sa.Index("ix", "a", unique=True)`."""
    return Call("sa.Index", (value.name, *index_elements(value)), index_options(value), imports=SA)


def index_elements(value: Index) -> tuple[Any, ...]:
    return tuple(_index_element(e) for e in value.elements)


def _index_element(element: IndexElement) -> Any:
    plain = not (element.descending or element.nulls or element.collation)
    if element.column is not None and plain:
        return element.column
    if element.column is not None:
        made = Call("sa.column", (element.column,), imports=SA)
    else:
        assert element.sql is not None
        made = sql(element.sql)
    if element.collation is not None:
        made = Call("sa.collate", (made, element.collation), imports=SA)
    if element.descending:
        made = Call("sa.desc", (made,), imports=SA)
    if element.nulls is not None:
        made = Call(f"sa.nulls_{element.nulls}", (made,), imports=SA)
    return made


def index_options(value: Index) -> tuple[tuple[str, Any], ...]:
    return (*_given(("unique", value.unique or None)), *dialect_options(value.options))


def dialect_options(options: Options) -> tuple[tuple[str, Any], ...]:
    return tuple((name, plain(value)) for name, value in options)


def plain(value: Any) -> Any:
    """An option's value as Python writes it: SQL as sa.text(), tuples of pairs as dicts, other tuples as lists."""
    if isinstance(value, SqlText):
        return sql(value)
    if isinstance(value, tuple) and value and all(_is_pair(v) for v in value):
        return {k: plain(v) for k, v in value}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)


def _dotted(name: QualifiedName) -> tuple[str, ...]:
    return (name.name,) if name.schema is None else (name.schema, name.name)


def _given(*pairs: tuple[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in pairs if value is not None)
