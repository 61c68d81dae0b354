"""What stands in a MySQL or MariaDB database, in the server's own text: SHOW CREATE for each table, and its objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from limbeck.model.defaults import SequenceOptions
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Function, Object, Schema, Sequence, Trigger, View
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.shore.freeze import Freezer

from . import show
from .objects import account, named_in, quoted, without_database

_NO_SUCH_TABLE = 1146


class Reader:
    """Reads one connection. The database that is in use has no schema in values."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self.freezer = Freezer(connection.dialect)
        self.default: str | None = connection.execute(sa.text("SELECT DATABASE()")).scalar()

        self._account: str | None = None
        self._names: dict[str | None, tuple[QualifiedName, ...]] = {}

    def rows(self, text: str, **values: Any) -> Iterator[Any]:
        yield from self.connection.execute(sa.text(text), values).mappings()

    def quoted(self, name: QualifiedName) -> str:
        preparer = self.dialect.identifier_preparer
        parts = [name.name] if name.schema is None else [name.schema, name.name]
        return ".".join(preparer.quote_identifier(p) for p in parts)

    def show(self, what: str, name: QualifiedName) -> Any:
        """The row of SHOW CREATE; None where there is no such thing, or where it may not be seen."""
        text = f"SHOW CREATE {what} {self.quoted(name)}"
        try:
            return self.connection.exec_driver_sql(text).first()
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "args", (0,))[0] == _NO_SUCH_TABLE:
                return None
            raise

    def tables(self, schema: str | None) -> Iterator[QualifiedName]:
        found = self.rows(
            "SELECT table_name AS name FROM information_schema.tables"
            " WHERE table_schema = :schema AND table_type = 'BASE TABLE' ORDER BY 1",
            schema=schema if schema is not None else self.default,
        )
        for row in found:
            yield QualifiedName(schema, row["name"])

    def table(self, name: QualifiedName) -> Table | None:
        row = self.show("TABLE", name)
        if row is None or "VIEW" in row[1].split("(", 1)[0].upper():
            return None
        return show.parse(self.freezer, row[1], name, self.default)

    # -- objects
    def schema(self, name: str | None) -> Iterator[Object]:
        """The schema itself where it is one that was asked for by its name."""
        found = self.rows(
            "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name = :name", name=name
        )
        for row in found:
            yield Schema(name=row["name"])

    @property
    def account(self) -> str:
        """Who we are: the definer of what we make."""
        if self._account is None:
            self._account = self.connection.exec_driver_sql("SELECT CURRENT_USER()").scalar()
        return self._account or ""

    def names(self, schema: str | None) -> tuple[QualifiedName, ...]:
        """Of all tables and views."""
        if schema not in self._names:
            found = self.rows(
                "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = :schema ORDER BY 1",
                schema=schema if schema is not None else self.default,
            )
            self._names[schema] = tuple(QualifiedName(schema, row["name"]) for row in found)
        return self._names[schema]

    def views(self, schema: str | None) -> Iterator[Object]:
        database = schema if schema is not None else self.default
        algorithm = "algorithm" if getattr(self.dialect, "is_mariadb", False) else "'UNDEFINED'"
        for row in self.rows(
            "SELECT table_name AS name, view_definition AS definition, check_option AS checked, definer AS definer,"
            f" security_type AS security, {algorithm} AS algorithm"
            " FROM information_schema.views WHERE table_schema = :schema ORDER BY 1",
            schema=database,
        ):
            options = [] if row["checked"] == "NONE" else [("check_option", row["checked"].lower())]
            options += [] if row["algorithm"] == "UNDEFINED" else [("algorithm", row["algorithm"].lower())]
            options += [] if row["security"] == "DEFINER" else [("security", row["security"].lower())]
            options += [] if row["definer"] == self.account else [("definer", account(row["definer"]))]
            text = without_database(row["definition"], self.default)
            needs = (n for n in named_in(text, self.names(schema)) if n.name != row["name"])
            yield View(
                name=row["name"],
                schema=schema,
                definition=SqlText(text),
                options=tuple(sorted(options)),
                needs=tuple(needs),
            )

    def triggers(self, schema: str | None) -> Iterator[Object]:
        for row in self.rows(
            "SELECT trigger_name AS name, event_object_table AS tablename, action_timing AS moment, definer AS definer,"
            " event_manipulation AS event, action_statement AS body FROM information_schema.triggers"
            " WHERE trigger_schema = :schema ORDER BY event_object_table, action_timing, action_order",
            schema=schema if schema is not None else self.default,
        ):
            table = QualifiedName(schema, row["tablename"])
            before = () if schema is None else (schema,)
            name, place = quoted(*before, row["name"]), quoted(*before, row["tablename"])
            definer = "" if row["definer"] == self.account else f"DEFINER={account(row['definer'])} "
            head = f"CREATE {definer}TRIGGER {name} {row['moment']} {row['event']} ON {place}"
            text = f"{head} FOR EACH ROW {row['body']}"
            needs = named_in(row["body"], self.names(schema))
            yield Trigger(name=row["name"], table=table, definition=SqlText(text), needs=needs)

    def functions(self, schema: str | None) -> Iterator[Object]:
        for row in self.rows(
            "SELECT routine_name AS name, routine_type AS kind, routine_comment AS comment"
            " FROM information_schema.routines WHERE routine_schema = :schema ORDER BY 1, 2",
            schema=schema if schema is not None else self.default,
        ):
            said = self.show(row["kind"], QualifiedName(schema, row["name"]))
            if said is None or said[2] is None:
                continue
            yield Function(
                name=row["name"],
                schema=schema,
                procedure=row["kind"] == "PROCEDURE",
                definition=SqlText(self._of_nobody(without_database(said[2], self.default))),
            )

    def _of_nobody(self, text: str) -> str:
        """Without the definer where it is us, as CREATE makes it when nothing is said."""
        return text.replace(f"DEFINER={account(self.account)} ", "", 1)

    def sequences(
        self, schema: str | None, only: tuple[QualifiedName, ...] | None = None
    ) -> Iterator[Object]:
        """MariaDB's; on MySQL there are none."""
        for row in self.rows(
            "SELECT table_name AS name FROM information_schema.tables"
            " WHERE table_schema = :schema AND table_type = 'SEQUENCE' ORDER BY 1",
            schema=schema if schema is not None else self.default,
        ):
            name = QualifiedName(schema, row["name"])
            if only is not None and name not in only:
                continue
            look = self.connection.exec_driver_sql(f"SELECT * FROM {self.quoted(name)}").mappings().one()
            yield Sequence(name=row["name"], schema=schema, options=_options(look))


def _options(row: Any) -> SequenceOptions:
    """What differs from what CREATE SEQUENCE does by itself."""
    usual = {
        "start": ("start_value", 1),
        "increment": ("increment", 1),
        "minvalue": ("minimum_value", 1),
        "maxvalue": ("maximum_value", 2**63 - 2),
        "cache": ("cache_size", 1000),
    }
    given = {key: row[column] for key, (column, value) in usual.items() if row[column] != value}
    return SequenceOptions(**given, cycle=True if row["cycle_option"] else None)


def read(
    backend: BackendId,
    connection: Any,
    schemas: tuple[str | None, ...],
    only: tuple[QualifiedName, ...] | None,
) -> Snapshot:
    """Everything in these schemas; with `only`, those tables (temporary ones too) and their triggers."""
    reader = Reader(connection)
    names = only if only is not None else tuple(n for schema in schemas for n in reader.tables(schema))
    tables = [table for name in names if (table := reader.table(name)) is not None]
    objects = list(_objects(reader, schemas, only))
    return Snapshot.of(backend, tables, objects, stored=True, partial=only is not None)


def _objects(
    reader: Reader, schemas: tuple[str | None, ...], only: tuple[QualifiedName, ...] | None
) -> Iterator[Object]:
    if only is not None:
        wanted = {name.schema for name in only}
        found = (t for schema in sorted(wanted, key=str) for t in reader.triggers(schema))
        yield from (t for t in found if isinstance(t, Trigger) and t.table in only)
        for schema in sorted(wanted, key=str):
            yield from reader.sequences(schema, only)
        return
    for schema in schemas:
        yield from reader.schema(schema)
        yield from reader.views(schema)
        yield from reader.triggers(schema)
        yield from reader.functions(schema)
        yield from reader.sequences(schema)
