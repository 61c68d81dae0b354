"""A live database -> Snapshot, by SQLAlchemy's bulk inspector: a bounded number of queries for each schema.

One function for each kind of thing, so that a backend can take some and replace others. What the inspector does not
show (predicates of constraints, storage, triggers, ...) the backends add.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope

from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, Default, Identity, SequenceDefault, SequenceOptions, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.marks import Unknown
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum, Object, Schema, Sequence
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from .freeze import Freezer, backend_id
from .names import model_options

Row = Mapping[str, Any]


def read(
    connection: Any,
    dialect: Any = None,
    *,
    schemas: Iterable[str | None] = (None,),
    only: Iterable[QualifiedName] | None = None,
) -> Snapshot:
    """Every table of these schemas (None is the connection's default one) as the server stores them.

    With `only`, those tables, temporary ones among them, and the snapshot is partial; those that are not there are
    left out of it."""
    dialect = connection.dialect if dialect is None else dialect
    freezer = Freezer(dialect)
    wanted = None if only is None else tuple(only)
    tables: list[Table] = []
    objects: list[Object] = []
    inspector = sa.inspect(connection)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=sa.exc.SAWarning)
        for schema in schemas:
            names = None if wanted is None else [k.name for k in wanted if k.schema == schema]
            if names == []:
                continue
            tables += read_tables(inspector, schema, names, freezer)
            if wanted is None:
                objects += read_objects(inspector, schema, dialect)
    return Snapshot.of(backend_id(dialect), tables, objects, stored=True, partial=wanted is not None)


def read_tables(inspector: Any, schema: str | None, names: list[str] | None, freezer: Freezer) -> list[Table]:
    """The tables of one schema, by name."""
    which = {
        "schema": schema,
        "filter_names": names,
        "kind": ObjectKind.TABLE,
        "scope": ObjectScope.DEFAULT if names is None else ObjectScope.ANY,
    }
    columns = _by_table(inspector.get_multi_columns(**which))
    keys = _by_table(inspector.get_multi_pk_constraint(**which))
    foreign = _by_table(inspector.get_multi_foreign_keys(**which))
    uniques = _by_table(inspector.get_multi_unique_constraints(**which))
    checks = _optional(inspector.get_multi_check_constraints, which)
    indexes = _by_table(inspector.get_multi_indexes(**which))
    comments = _optional(inspector.get_multi_table_comment, which)
    options = _optional(inspector.get_multi_table_options, which)
    dialect = freezer.dialect
    found = []
    for key in sorted(columns, key=lambda k: k.name):
        primary = primary_key(keys.get(key) or {}, dialect)
        unique_rows = list(constraint_uniques(uniques.get(key) or (), indexes.get(key) or ()))
        index_rows = list(own_indexes(indexes.get(key) or (), unique_rows))
        constraints: tuple[Constraint, ...] = (
            *(unique(row, dialect) for row in unique_rows),
            *(check(row, dialect) for row in checks.get(key) or ()),
            *(foreign_key(row, dialect) for row in foreign.get(key) or ()),
        )
        comment = (comments.get(key) or {}).get("text")
        found.append(
            Table(
                name=key.name,
                schema=key.schema,
                columns=tuple(column(row, key, primary, freezer) for row in columns[key]),
                primary_key=primary,
                constraints=tuple(sorted(constraints, key=_order)),
                indexes=tuple(sorted((index(r, dialect) for r in index_rows), key=_order)),
                comment=comment,
                options=table_options(options.get(key) or {}, dialect),
            )
        )
    return found


def _by_table(found: Any) -> dict[QualifiedName, Any]:
    return {QualifiedName(schema, name): rows for (schema, name), rows in dict(found).items()}


def _optional(ask: Any, which: dict[str, Any]) -> dict[QualifiedName, Any]:
    """What not every dialect can tell."""
    try:
        return _by_table(ask(**which))
    except NotImplementedError:
        return {}


def _order(thing: Any) -> tuple[str, bool, str, str]:
    return (type(thing).__name__, thing.name is not None, thing.name or "", repr(thing))


# -- columns


def column(row: Row, table: QualifiedName, key: PrimaryKey | None, freezer: Freezer) -> Column:
    place = f"{table}.{row['name']}"
    default, numbered = column_default(row, table, key, freezer.dialect)
    return Column(
        name=row["name"],
        type=column_type(row["type"], place, freezer),
        nullable=bool(row["nullable"]),
        default=default,
        autoincrement=numbered,
        comment=row.get("comment"),
        options=_options(row, freezer.dialect, besides=("identity_start", "identity_increment")),
    )


def column_type(type_: Any, place: str, freezer: Freezer) -> TypeRef:
    """UNKNOWN where SQLAlchemy does not know the type: the backend that does puts it there."""
    if isinstance(type_, sa.types.NullType):
        unknown: Any = Unknown(f"the type of column {place}")
        return unknown  # type: ignore[no-any-return]
    return freezer.stored_type(type_, place)


_NEXTVAL = re.compile(r"nextval\('(?:(?P<schema>\"[^']+\"|[^'.]+)\.)?(?P<name>\"[^']+\"|[^'.]+)'")


def column_default(
    row: Row, table: QualifiedName, key: PrimaryKey | None, dialect: Any
) -> tuple[Default | None, bool]:
    """The default, and whether the database numbers the column by itself."""
    if row.get("computed"):
        told = row["computed"]
        return Computed(sql=SqlText(told["sqltext"]), persisted=told.get("persisted")), False
    if row.get("identity"):
        return identity(row["identity"], dialect)
    text = row["default"]
    if text is not None and (found := _NEXTVAL.match(text)) is not None:
        named = QualifiedName(_unquoted(found["schema"]), _unquoted(found["name"]) or "")
        if named.name == f"{table.name}_{row['name']}_seq":
            return None, True
        return SequenceDefault(named), False
    if text is not None:
        return TextDefault(SqlText(str(text))), False
    if dialect.name == "sqlite":
        alone = key is not None and key.columns == (row["name"],)
        return None, alone and isinstance(row["type"], sa.INTEGER)
    return None, row.get("autoincrement") is True


def identity(told: Row, dialect: Any) -> tuple[Default | None, bool]:
    if dialect.name == "mssql" and (told.get("start"), told.get("increment")) in ((1, 1), (None, None)):
        return None, True
    options = {name: told.get(name) for name in SequenceOptions.__dataclass_fields__}
    return Identity(
        always=bool(told.get("always")), on_null=told.get("on_null"), options=SequenceOptions(**options)
    ), False


def _unquoted(name: str | None) -> str | None:
    return name if name is None else name.strip('"').replace('""', '"')


# -- constraints


def primary_key(row: Row, dialect: Any) -> PrimaryKey | None:
    columns = tuple(row.get("constrained_columns") or ())
    if not columns:
        return None
    return PrimaryKey(
        columns=columns,
        name=row.get("name"),
        comment=row.get("comment"),
        options=_options(row, dialect),
    )


def unique(row: Row, dialect: Any) -> Unique:
    return Unique(
        columns=tuple(row["column_names"]),
        name=row["name"],
        deferrable=row.get("deferrable"),
        initially=row.get("initially"),
        comment=row.get("comment"),
        options=_options(row, dialect),
    )


def check(row: Row, dialect: Any) -> Check:
    return Check(
        sql=SqlText(row["sqltext"]),
        name=row["name"],
        comment=row.get("comment"),
        options=_options(row, dialect),
    )


def foreign_key(row: Row, dialect: Any) -> ForeignKey:
    told = dict(row.get("options") or {})
    return ForeignKey(
        columns=tuple(row["constrained_columns"]),
        referred=QualifiedName(row["referred_schema"], row["referred_table"]),
        referred_columns=tuple(row["referred_columns"]),
        name=row["name"],
        on_update=_action(told.pop("onupdate", None)),
        on_delete=_action(told.pop("ondelete", None)),
        match=_upper(told.pop("match", None)),
        deferrable=told.pop("deferrable", None),
        initially=_upper(told.pop("initially", None)),
        comment=row.get("comment"),
        options=_options({"dialect_options": told}, dialect),
    )


def _action(phrase: str | None) -> str | None:
    """NO ACTION is what every database does when nothing is said."""
    phrase = _upper(phrase)
    return None if phrase == "NO ACTION" else phrase


def _upper(phrase: str | None) -> str | None:
    return None if phrase is None else phrase.upper()


# -- indexes


def constraint_uniques(uniques: Iterable[Row], indexes: Iterable[Row]) -> Iterator[Row]:
    """Where a UNIQUE and a unique index are one thing (MySQL), it is a constraint, unless it has more to tell."""
    richer = {row["name"] for row in indexes if row.get("expressions") or row.get("dialect_options")}
    return (row for row in uniques if row.get("duplicates_index") not in richer or not richer)


def own_indexes(indexes: Iterable[Row], uniques: Iterable[Row]) -> Iterator[Row]:
    """Without those that a constraint made."""
    by_constraint = {row.get("duplicates_index") for row in uniques} - {None}
    return (
        row for row in indexes if not row.get("duplicates_constraint") and row["name"] not in by_constraint
    )


def index(row: Row, dialect: Any) -> Index:
    sorting = row.get("column_sorting") or {}
    names = row["column_names"]
    expressions = row.get("expressions") or names
    options = _options(row, dialect, besides=("invalid",))
    options = tuple((k, v) for k, v in options if not (k.endswith("_include") and not v))
    return Index(
        elements=tuple(_element(name, text, sorting) for name, text in zip(names, expressions, strict=False)),
        name=row["name"],
        unique=bool(row["unique"]),
        comment=row.get("comment"),
        options=options,
        valid=not (row.get("dialect_options") or {}).get("postgresql_invalid", False),
    )


def _element(name: str | None, text: str, sorting: Row) -> IndexElement:
    told = sorting.get(text if name is None else name, ())
    nulls = next((w.removeprefix("nulls_") for w in told if w.startswith("nulls_")), None)
    return IndexElement(
        column=name,
        sql=SqlText(text) if name is None else None,
        descending="desc" in told,
        nulls=nulls,
    )


# -- what is said of a table beside


def table_options(row: Row, dialect: Any) -> Options:
    told = {key: value for key, value in row.items() if not key.endswith("_comment")}
    return _options({"dialect_options": told}, dialect)


def _options(row: Row, dialect: Any, besides: tuple[str, ...] = ()) -> Options:
    """The dialect options of a row with their dialect's prefix; nothing said where it is None or the plain word."""
    given = {
        _prefixed(key, dialect): value
        for key, value in (row.get("dialect_options") or {}).items()
        if value is not None and value != [] and not key.endswith(besides or ("\0",))
    }
    return model_options(given, lambda clause, _: SqlText(str(clause)))


def _prefixed(key: str, dialect: Any) -> str:
    family = "mysql" if dialect.name == "mariadb" else dialect.name
    return key if key.startswith((f"{family}_", f"{dialect.name}_")) else f"{family}_{key}"


# -- objects


def read_objects(inspector: Any, schema: str | None, dialect: Any) -> list[Object]:
    """What stands beside the tables of one schema as far as the inspector knows: sequences, enums, the schema."""
    found: list[Object] = []
    if schema is not None and schema in inspector.get_schema_names():
        found.append(Schema(name=schema))
    if dialect.supports_sequences:
        with contextlib.suppress(NotImplementedError):
            found += [Sequence(name=n, schema=schema) for n in sorted(inspector.get_sequence_names(schema))]
    if hasattr(inspector, "get_enums"):
        found += [
            Enum(name=row["name"], schema=schema, labels=tuple(row["labels"]))
            for row in inspector.get_enums(schema=schema)
        ]
    return found
