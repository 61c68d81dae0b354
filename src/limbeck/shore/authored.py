"""What authors of revisions write with SQLAlchemy, gathered into objects that can be frozen. Knows no stage.

The caller's objects are copied where they already belong to something, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Constraint, ForeignKey
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from . import compat, ddl, thaw
from .freeze import Freezer
from .names import model_options


def table(
    freeze: Freezer,
    name: QualifiedName,
    items: Iterable[Any],
    *,
    comment: str | None = None,
    prefixes: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> tuple[Table, tuple[Object, ...]]:
    """The table made of columns, constraints and indexes, and the named types and sequences it needs.

    A foreign key that says use_alter is made with the table: nothing else in a revision would make it."""
    import sqlalchemy as sa

    made = sa.Table(
        name.name,
        sa.MetaData(),
        *(_free(item) for item in items),
        schema=name.schema,
        comment=comment,
        prefixes=list(prefixes),
        **dict(options or {}),
    )
    objects = freeze.objects(made)
    frozen = freeze.table(made)
    if not objects and compat.is_simple_table(made, freeze.dialect):
        thaw.keep(frozen, made)
        return frozen, objects
    kept = tuple(replace(c, use_alter=False) if isinstance(c, ForeignKey) else c for c in frozen.constraints)
    return replace(frozen, constraints=kept), objects


def table_options(freeze: Freezer, options: Mapping[str, Any]) -> Options:
    """Dialect options of a table that stands."""
    return model_options(dict(options), freeze.sql_of)


def _free(item: Any) -> Any:
    """The item itself, or a copy of a column that belongs to a table."""
    is_column = hasattr(item, "server_default")
    return item._copy() if is_column and item.table is not None else item


def needs(freeze: Freezer, column: Any) -> tuple[Object, ...]:
    """The named types and sequences that one column needs."""
    import sqlalchemy as sa

    if compat.is_nameless(column.type):
        return ()
    bare = sa.Column(column.name, column.type)
    return freeze.objects(sa.Table("t", sa.MetaData(), bare))


def primary_key(
    freeze: Freezer, table: QualifiedName, columns: Sequence[str], options: Mapping[str, Any]
) -> Constraint:
    import sqlalchemy as sa

    return freeze.constraint(sa.PrimaryKeyConstraint(*columns, **options), table)


def unique(
    freeze: Freezer, table: QualifiedName, columns: Sequence[str], options: Mapping[str, Any]
) -> Constraint:
    import sqlalchemy as sa

    return freeze.constraint(sa.UniqueConstraint(*columns, **options), table)


def check(freeze: Freezer, table: QualifiedName, condition: Any, options: Mapping[str, Any]) -> Constraint:
    import sqlalchemy as sa

    return freeze.constraint(sa.CheckConstraint(condition, **options), table)


def foreign_key(
    freeze: Freezer,
    table: QualifiedName,
    columns: Sequence[str],
    referred: QualifiedName,
    referred_columns: Sequence[str],
    options: Mapping[str, Any],
) -> Constraint:
    import sqlalchemy as sa

    # A dot in a schema's or a table's name would be taken apart, so the target is put in afterwards.
    made = sa.ForeignKeyConstraint(
        list(columns), [f"r.{n}" for n, _ in enumerate(referred_columns)], **options
    )
    frozen = freeze.constraint(made, table)
    assert isinstance(frozen, ForeignKey)
    return replace(frozen, referred=referred, referred_columns=tuple(referred_columns), source=None)


def exclude(
    freeze: Freezer, table: QualifiedName, elements: Sequence[tuple[Any, str]], options: Mapping[str, Any]
) -> Constraint:
    from sqlalchemy import column
    from sqlalchemy.dialects.postgresql import ExcludeConstraint

    given = [(column(what) if isinstance(what, str) else what, operator) for what, operator in elements]
    return freeze.constraint(ExcludeConstraint(*given, **options), table)


def index(
    freeze: Freezer,
    table: QualifiedName,
    name: str | None,
    elements: Sequence[Any],
    options: Mapping[str, Any],
) -> Index:
    import sqlalchemy as sa

    if options.keys() <= {"unique"} and elements and all(type(each) is str for each in elements):
        return freeze.index_over(table, name, tuple(elements), bool(options.get("unique")))
    return freeze.index(sa.Index(name, *elements, **options), table)


def index_options(freeze: Freezer, options: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Dialect options of an index or a constraint that is only named."""
    if not options:
        return ()
    made = freeze.index(_index_of(options), QualifiedName(None, "t"))
    return made.options


def _index_of(options: Mapping[str, Any]) -> Any:
    import sqlalchemy as sa

    return sa.Index("i", "c", **options)


def columns(given: Iterable[Any], freeze: Freezer, table: QualifiedName) -> tuple[Column, ...]:
    return tuple(freeze.column(column, table)[0] for column in given)


def columns_of_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns with the types that Python's own values have, in the order in which rows name them."""
    import sqlalchemy as sa

    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if found.get(name) is None:
                found[name] = None if value is None else sa.literal(value).type
    return tuple(
        Column(name=name, type=TypeRef("", engine=sa.String() if type_ is None else type_))
        for name, type_ in found.items()
    )


def is_table(thing: Any) -> bool:
    import sqlalchemy as sa

    return isinstance(thing, (sa.Table, sa.TableClause))


def is_constraint(thing: Any) -> bool:
    import sqlalchemy as sa

    return isinstance(thing, sa.Constraint)


def named_table(thing: Any) -> QualifiedName:
    return QualifiedName(getattr(thing, "schema", None), thing.name)


def table_columns(thing: Any) -> tuple[Any, ...]:
    import sqlalchemy as sa

    return tuple(sa.Column(column.name, column.type) for column in thing.columns)


def execution(dialect: Any, clause: Any, parameters: Any, *, literal: bool) -> tuple[SqlText, Any, bool]:
    """What `op.execute` was given, as text with its clause, its parameters, and whether its text hides values.

    With `literal` (a script) values are written out; NoLiteralForm where one cannot be.
    """
    import sqlalchemy as sa

    if isinstance(clause, str):
        if not parameters:
            return SqlText(clause), None, False
        clause = sa.text(clause)
    if literal:
        if parameters and hasattr(clause, "bindparams"):
            clause, parameters = clause.bindparams(**dict(parameters)), None
        return SqlText(ddl.statement(dialect, clause).text, clause), parameters, False
    return SqlText(_with_placeholders(dialect, clause), clause), parameters, True


def _with_placeholders(dialect: Any, clause: Any) -> str:
    try:
        return str(clause.compile(dialect=dialect))
    except Exception:  # a construct of somebody's own that compiles only while it is executed
        return type(clause).__name__


def raw_type(spelling: str) -> Any:
    """A type that is spelled like that and passes values through as they are."""
    from sqlalchemy.types import UserDefinedType

    class SpelledType(UserDefinedType[Any]):
        cache_ok = True

        def get_col_spec(self, **_: Any) -> str:
            return spelling

    return SpelledType()


def raw_constraint(text: str, name: str | None) -> Any:
    """A constraint that is spelled like that."""
    return thaw.SpelledConstraint(text, name)
