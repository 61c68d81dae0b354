"""What stands in a PostgreSQL database, in the server's own text: constraints, indexes and numbering of tables.

Five queries for any number of tables and schemas, SQLAlchemy's inspector for one column of each type, and the queries
of `catalog_objects`.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, ENUM

from limbeck.backends.ansi.text import without_parentheses
from limbeck.model.column import Column, Options
from limbeck.model.constraint import (
    Check,
    Constraint,
    Exclude,
    ExcludeElement,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.model.defaults import Computed, Default, Identity, SequenceDefault, SequenceOptions, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.shore.freeze import Freezer

from . import catalog_objects
from .catalog_sql import COLUMNS, CONSTRAINTS, INDEXES, TABLES, TYPES
from .rows import found
from .same import as_said

Row = Mapping[str, Any]
_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_MATCHES = {"f": "FULL", "p": "PARTIAL"}


class Names:
    """Which schema of the server is the one without a name in values."""

    def __init__(self, connection: Any, schemas: tuple[str | None, ...]) -> None:
        asked = sa.text("SELECT CAST(current_schemas(false) AS text[])")
        path: list[str] = connection.execute(asked).scalar() or ["public"]
        self.spoken = frozenset(s for s in schemas if s is not None)
        # Where only named schemas are asked for (a scratch schema in front of the path), the default is the next one.
        behind = [s for s in path if None in schemas or s not in self.spoken]
        self.default: str = (behind or path)[0]
        self.schemas = sorted({s if s is not None else self.default for s in schemas})

    def qualified(self, schema: str, name: str) -> QualifiedName:
        """A schema that was asked for by its name keeps it, also where it is the default one."""
        return QualifiedName(None if self.is_default(schema) else schema, name)

    def is_default(self, schema: str) -> bool:
        return schema == self.default and schema not in self.spoken


def read(
    id_: BackendId,
    connection: Any,
    schemas: tuple[str | None, ...],
    only: tuple[QualifiedName, ...] | None,
) -> Snapshot:
    """Everything in these schemas, or the tables of `only`, in the server's own text."""
    if only is not None:
        schemas = tuple(dict.fromkeys(name.schema for name in only)) or schemas
    names = Names(connection, schemas)
    tables = _tables(connection, names, only)
    whole = Snapshot.of(id_, tables, stored=True, partial=only is not None)
    reader = catalog_objects.Reader(connection, names, sequence_options, brief=only is not None)
    return catalog_objects.read(whole, reader, only)


def _tables(connection: Any, names: Names, only: tuple[QualifiedName, ...] | None) -> list[Table]:
    wanted = {"schemas": names.schemas, "tables": None if only is None else [n.name for n in only]}
    version = connection.dialect.server_version_info or ()
    heads = {
        key: row
        for key, (row,) in _by_table(connection, TABLES(version), wanted, names).items()
        if only is None or key in only
    }
    if not heads:
        return []
    types = Types(connection, list(found(connection, TYPES(version), wanted)), names)
    columns: defaultdict[QualifiedName, list[Column]] = defaultdict(list)
    for row in found(connection, COLUMNS(version), wanted):
        columns[names.qualified(row["schema"], row["tablename"])].append(_column(row, types, names))
    constraints = _by_table(connection, CONSTRAINTS(version), wanted, names)
    indexes = _by_table(connection, INDEXES(version), wanted, names)
    return [
        _table(
            key,
            head,
            columns[key],
            constraints[key],
            indexes[key],
            names,
        )
        for key, head in heads.items()
    ]


def _by_table(
    connection: Any, query: str, wanted: dict[str, Any], names: Names
) -> defaultdict[QualifiedName, list[Row]]:
    rows: defaultdict[QualifiedName, list[Row]] = defaultdict(list)
    for row in found(connection, query, wanted):
        rows[names.qualified(row["schema"], row["tablename"])].append(row)
    return rows


def _table(
    key: QualifiedName,
    head: Row,
    columns: list[Column],
    constraints: list[Row],
    indexes: list[Row],
    names: Names,
) -> Table:
    made = [_constraint(row, names) for row in constraints]
    options: dict[str, Any] = {}
    if head["storage"]:
        options["postgresql_with"] = _pairs(head["storage"])
    if head["tablespace"] is not None:
        options["postgresql_tablespace"] = head["tablespace"]
    if head["partition_by"] is not None:
        options["postgresql_partition_by"] = head["partition_by"]
    if head["parents"]:
        options["postgresql_inherits"] = tuple(head["parents"])
    return Table(
        name=key.name,
        schema=key.schema,
        columns=tuple(columns),
        primary_key=next((c for c in made if isinstance(c, PrimaryKey)), None),
        constraints=tuple(c for c in made if not isinstance(c, PrimaryKey)),
        indexes=tuple(_index(row) for row in indexes),
        comment=head["comment"],
        prefixes=("UNLOGGED",) if head["persistence"] == "u" else (),
        options=_sorted(options),
    )


def _pairs(storage: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, _, value in (s.partition("=") for s in storage)))


# -- columns ------------------------------------------------------------------------------------------------


class Types:
    """The types of columns, frozen, each different one once: as SQLAlchemy's inspector makes them for a column that has
    it, and the server's text where it knows none."""

    def __init__(self, connection: Any, rows: Iterable[Row], names: Names) -> None:
        self.freezer = Freezer(connection.dialect)
        self.made: dict[tuple[int, int, int], TypeRef] = {}
        inspected: defaultdict[str | None, list[Row]] = defaultdict(list)
        for row in rows:
            if row["enum"] is not None:
                self._keep(row, _enum(row))
            else:
                schema = row["schema"]
                inspected[None if names.is_default(schema) else schema].append(row)
        for schema, wanted in inspected.items():
            self._inspect(sa.inspect(connection), schema, wanted)

    def _inspect(self, inspector: Any, schema: str | None, rows: list[Row]) -> None:
        tables = list(dict.fromkeys(row["tablename"] for row in rows))
        with warnings.catch_warnings():  # of a type that SQLAlchemy does not know: it stays the server's text
            warnings.simplefilter("ignore", category=sa.exc.SAWarning)
            told = inspector.get_multi_columns(schema=schema, filter_names=tables)
        types = {(table, c["name"]): c["type"] for (_, table), columns in told.items() for c in columns}
        for row in rows:
            self._keep(row, types.get((row["tablename"], row["name"])))

    def _keep(self, row: Row, made: Any) -> None:
        known = made is not None and not isinstance(made, sa.types.NullType)
        place = f"{row['tablename']}.{row['name']}"
        ref = self.freezer.stored_type(made, place) if known else TypeRef(row["type"])
        self.made[row["type_oid"], row["type_mod"], row["collation_oid"]] = ref

    def of(self, row: Row) -> TypeRef:
        return self.made[row["type_oid"], row["type_mod"], row["collation_oid"]]


def _enum(row: Row) -> Any:
    made = ENUM(*row["labels"], name=row["enum"], schema=row["enum_schema"], create_type=False)
    return ARRAY(made) if row["is_array"] else made


def _column(row: Row, types: Types, names: Names) -> Column:
    return Column(
        name=row["name"],
        type=types.of(row),
        nullable=not row["not_null"],
        default=_default(row, names),
        autoincrement=row["serial"],
        comment=row["comment"],
    )


def _default(row: Row, names: Names) -> Default | None:
    if row["identity"]:
        return Identity(always=row["identity"] == "a", options=sequence_options(row))
    if row["generated"]:
        return Computed(sql=SqlText(without_parentheses(row["default"])), persisted=row["generated"] == "s")
    if row["default"] is None or row["serial"]:
        return None
    if row["sequence"] is not None and row["default"].startswith("nextval("):
        return SequenceDefault(names.qualified(row["sequence_schema"], row["sequence"]))
    return TextDefault(SqlText(row["default"]))


_HIGHEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def sequence_options(row: Row) -> SequenceOptions:
    """What differs from what CREATE SEQUENCE does by itself."""
    rising = row["seq_increment"] > 0
    highest = _HIGHEST.get(row["seq_type"], 2**63 - 1)
    low, high = (1, highest) if rising else (-highest - 1, -1)
    start = row["seq_min"] if rising else row["seq_max"]
    return SequenceOptions(
        start=_unless(row["seq_start"], start),
        increment=_unless(row["seq_increment"], 1),
        minvalue=_unless(row["seq_min"], low),
        maxvalue=_unless(row["seq_max"], high),
        cache=_unless(row["seq_cache"], 1),
        cycle=True if row["seq_cycle"] else None,
    )


def _unless(value: int, usual: int) -> int | None:
    return None if value == usual else value


# -- constraints --------------------------------------------------------------------------------------------


def _constraint(row: Row, names: Names) -> Constraint:
    shared: dict[str, Any] = {
        "name": row["name"],
        "deferrable": True if row["deferrable"] else None,
        "initially": "DEFERRED" if row["deferred"] else None,
        "comment": row["comment"],
    }
    options: dict[str, Any] = {}
    if not row["valid"]:
        options["postgresql_not_valid"] = True
    if row["kind"] == "c":
        text = without_parentheses(row["expression"])
        return Check(sql=SqlText(text, written=as_said(text)), options=_sorted(options), **shared)
    if row["kind"] == "f":
        return _foreign_key(row, names, _sorted(options), shared)
    if row["kind"] == "x":
        return _exclude(row, shared)
    if row["include"]:
        options["postgresql_include"] = tuple(row["include"])
    if row["nulls_not_distinct"]:
        options["postgresql_nulls_not_distinct"] = True
    made = PrimaryKey if row["kind"] == "p" else Unique
    return made(columns=tuple(row["columns"]), options=_sorted(options), **shared)


def _foreign_key(row: Row, names: Names, options: Options, shared: dict[str, Any]) -> ForeignKey:
    deleted = _ACTIONS.get(row["on_delete"])
    if deleted is not None and row["on_delete_columns"]:
        deleted += f" ({', '.join(row['on_delete_columns'])})"
    return ForeignKey(
        columns=tuple(row["columns"]),
        referred=names.qualified(row["referred_schema"], row["referred_table"]),
        referred_columns=tuple(row["referred_columns"]),
        on_update=_ACTIONS.get(row["on_update"]),
        on_delete=deleted,
        match=_MATCHES.get(row["match"]),
        options=options,
        **shared,
    )


def _exclude(row: Row, shared: dict[str, Any]) -> Exclude:
    return Exclude(
        elements=tuple(
            ExcludeElement(
                operator=operator,
                column=part["column"],
                sql=None if part["column"] is not None else SqlText(part["text"]),
                operator_class=part["operator_class"],
            )
            for part, operator in zip(row["elements"], row["operators"], strict=True)
        ),
        using=row["method"],
        where=None if row["predicate"] is None else SqlText(without_parentheses(row["predicate"])),
        **shared,
    )


# -- indexes ------------------------------------------------------------------------------------------------


def _index(row: Row) -> Index:
    options: dict[str, Any] = {}
    if row["method"] != "btree":
        options["postgresql_using"] = row["method"]
    if row["predicate"] is not None:
        options["postgresql_where"] = SqlText(without_parentheses(row["predicate"]))
    if row["include"]:
        options["postgresql_include"] = tuple(row["include"])
    if row["nulls_not_distinct"]:
        options["postgresql_nulls_not_distinct"] = True
    if row["storage"]:
        options["postgresql_with"] = _pairs(row["storage"])
    if row["tablespace"] is not None:
        options["postgresql_tablespace"] = row["tablespace"]
    classes = [
        (p["column"] if p["column"] is not None else p["text"], p["operator_class"])
        for p in row["elements"]
        if p["operator_class"]
    ]
    if classes:
        options["postgresql_ops"] = tuple(sorted(classes))
    return Index(
        name=row["name"],
        elements=tuple(_index_element(p, row["method"]) for p in row["elements"]),
        unique=row["unique"],
        comment=row["comment"],
        valid=row["valid"],
        options=_sorted(options),
    )


def _index_element(part: Row, method: str) -> IndexElement:
    descending, first = bool(part["flags"] & 1), bool(part["flags"] & 2)
    nulls = None if first == descending or method != "btree" else "first" if first else "last"
    return IndexElement(
        column=part["column"],
        sql=None if part["column"] is not None else SqlText(part["text"]),
        descending=descending,
        nulls=nulls,
        collation=part["collation"],
    )


def _sorted(options: dict[str, Any]) -> Options:
    return tuple(sorted(options.items()))
