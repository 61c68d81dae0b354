"""Places that leave no trace: where a declared table is built and read back, for each kind of database.

PostgreSQL  a schema in a transaction (or savepoint) that is rolled back
MySQL       a temporary table of the same name, dropped at once; foreign keys are left out (it allows none)
SQLite      a database in memory
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple

from limbeck.errors import LimbeckError
from limbeck.model import objects
from limbeck.model.defaults import SequenceDefault
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Enum, Object
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.contract import Backend
from limbeck.ops.index import CONCURRENTLY
from limbeck.shore import ddl
from limbeck.shore.channel import LiveChannel
from limbeck.shore.compat import DatabaseError

from . import orphans


class Built(NamedTuple):
    """The tables as the server stores them, by their own names, and why the others could not be built (the database's
    first line)."""

    tables: dict[QualifiedName, Table]
    refused: dict[QualifiedName, str]


class Scratch(ABC):
    """A place that is open."""

    def __init__(self, connection: Any, backend: Backend) -> None:
        self.connection = connection
        self.backend = backend
        self.channel = LiveChannel(connection)

    @abstractmethod
    def build(self, tables: Sequence[Table], needs: Sequence[Object]) -> Built:
        """Builds the tables (they have no foreign keys) and the types they need, and reads them back."""

    def _make(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self.channel.run(statement)


AT_ONCE: Final = 200
"""Tables in one round: each new relation is a lock until the round is rolled back, and a server has some 6,400 of them
(max_locks_per_transaction * max_connections)."""


class PostgresqlScratch(Scratch):
    """Two hundred tables at a time are built in one schema and read at once. What cannot stand beside another (two tables of
    one name, two indexes of one name) has a further round."""

    def __init__(self, connection: Any, backend: Backend, schema: str) -> None:
        super().__init__(connection, backend)
        self.schema = schema

    @property
    def default(self) -> str:
        """The schema whose place the scratch schema takes."""
        found: str | None = self.connection.exec_driver_sql("SELECT (current_schemas(false))[2]").scalar()
        return found or "public"

    def build(self, tables: Sequence[Table], needs: Sequence[Object]) -> Built:
        built = Built({}, {})
        for start in range(0, len(tables), AT_ONCE):
            waiting = list(tables[start : start + AT_ONCE])
            while waiting:
                found, refused = self._round(waiting, needs)
                built.tables.update(found)
                if not found:
                    built.refused.update(refused)
                    break
                waiting = [t for t in waiting if t.key in refused]
        return built

    def _round(self, tables: Sequence[Table], needs: Sequence[Object]) -> Built:
        built = Built({}, {})
        keys: dict[str, QualifiedName] = {}
        with self.connection.begin_nested() as round_:
            try:
                for thing in needs:
                    if isinstance(thing, (Domain, Enum, objects.Sequence)) and thing.schema is None:
                        self.attempt(self.backend.create_object(replace(thing, schema=self.schema)))
                for table in tables:
                    moved = replace(table, schema=self.schema, source=None)
                    why = self._try_table(moved)
                    if why:
                        built.refused[table.key] = why
                    else:
                        keys[table.name] = table.key
                names = tuple(QualifiedName(self.schema, name) for name in keys)
                if names:
                    read = self.backend.read(self.connection, schemas=(self.schema,), only=names)
                    for name in names:
                        found, key = read.tables[name], keys[name.name]
                        built.tables[key] = replace(found, schema=key.schema)
            finally:
                round_.rollback()
        return built

    def _try_table(self, table: Table) -> str:
        table = replace(table, indexes=tuple(map(_without_haste, table.indexes)))
        try:
            statements = self.backend.create_table(table)
        except LimbeckError as error:
            return first_line(error)
        return self.attempt(statements)

    def attempt(self, statements: Sequence[Statement]) -> str:
        """Runs them, or leaves no trace and tells why not."""
        with self.connection.begin_nested() as trial:
            try:
                self._make(statements)
            except DatabaseError as error:
                trial.rollback()
                return first_line(error)
        return ""


def _without_haste(index: Index) -> Index:
    """CONCURRENTLY is refused inside a transaction, and says nothing of what the index is."""
    if CONCURRENTLY not in dict(index.options):
        return index
    options = tuple(option for option in index.options if option[0] != CONCURRENTLY)
    return replace(index, options=options, source=None)


class OneByOne(Scratch):
    def build(self, tables: Sequence[Table], needs: Sequence[Object]) -> Built:
        built = Built({}, {})
        for table in tables:
            try:
                built.tables[table.key] = self._one(table)
            except (DatabaseError, LimbeckError) as error:
                built.refused[table.key] = first_line(error)
        return built

    @abstractmethod
    def _one(self, table: Table) -> Table: ...

    def _read(self, name: QualifiedName) -> Table:
        return self.backend.read(self.connection, schemas=(name.schema,), only=(name,)).tables[name]


OF_COLUMNS: Final = frozenset(
    [
        "engine",
        "charset",
        "default_charset",
        "character_set",
        "default_character_set",
        "collate",
        "default_collate",
    ]
)
"""The options of a MySQL table that its columns and keys go by."""


class MysqlScratch(OneByOne):
    """Defaults that count a sequence on are left out and put back: MariaDB cannot alter a temporary table that has one of a
    temporary sequence (error 1146), and an index is made by altering. Nor can one be partitioned (error 1506), compressed
    (4047), be in a folder of its own (1005) or have a FULLTEXT index (1796): these are compared as they are declared."""

    def _one(self, table: Table) -> Table:
        counted = {c.name: c.default for c in table.columns if isinstance(c.default, SequenceDefault)}
        bare = tuple(replace(c, default=None, source=None) if c.name in counted else c for c in table.columns)
        options = tuple(o for o in table.options if o[0].partition("_")[2].lower() in OF_COLUMNS)
        words = tuple(index for index in table.indexes if _is_over_words(index))
        indexes = tuple(index for index in table.indexes if index not in words)
        temporary = replace(
            table, columns=bare, options=options, indexes=indexes, prefixes=("TEMPORARY",), source=None
        )
        try:
            self._make(self.backend.create_table(temporary))
            stored = self._read(table.key)
        finally:
            name = ddl.table_name(self.backend.dialect, table.key)
            self.channel.run(Statement(f"DROP TEMPORARY TABLE IF EXISTS {name}"))
        columns = tuple(replace(c, default=counted.get(c.name, c.default)) for c in stored.columns)
        return replace(stored, columns=columns, indexes=(*stored.indexes, *words))


def _is_over_words(index: Index) -> bool:
    return str(dict(index.options).get("mysql_prefix", "")).upper() == "FULLTEXT"


class SqliteScratch(OneByOne):
    def _one(self, table: Table) -> Table:
        name = QualifiedName(None, table.name)
        try:
            self._make(self.backend.create_table(replace(table, schema=None, source=None)))
            return replace(self._read(name), schema=table.schema)
        finally:
            self._make(self.backend.drop_table(name, if_exists=True))


@contextmanager
def open_scratch(connection: Any, backend: Backend) -> Iterator[Scratch | None]:
    """The scratch place of this kind of database, gone afterwards; None where there is none to be had."""
    kind = backend.id.name
    if kind == "postgresql":
        with _in_rolled_back_schema(connection) as schema:
            yield PostgresqlScratch(connection, backend, schema) if schema else None
    elif kind in ("mysql", "mariadb"):
        yield MysqlScratch(connection, backend)
    elif kind == "sqlite":
        with _in_memory(connection) as memory:
            yield SqliteScratch(memory, backend)
    else:
        yield None


@contextmanager
def _in_rolled_back_schema(connection: Any) -> Iterator[str | None]:
    """A fresh schema, first in the search path, all rolled back at the end; None where the role may make none."""
    schema = f"limbeck_scratch_{uuid.uuid4().hex[:12]}"
    began = not connection.in_transaction()
    frame = connection.begin() if began else connection.begin_nested()
    try:
        try:
            with connection.begin_nested():
                path = connection.exec_driver_sql("SHOW search_path").scalar()
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
                connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, {path}")
        except DatabaseError:
            yield None
        else:
            yield schema
    finally:
        frame.rollback()


@contextmanager
def _in_memory(connection: Any) -> Iterator[Any]:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", poolclass=StaticPool, module=connection.dialect.dbapi)
    try:
        with engine.connect() as memory:
            yield memory
    finally:
        engine.dispose()


class ScratchDatabase(NamedTuple):
    """A database beside the `real` one, and a connection that uses it."""

    connection: Any
    name: str
    real: str


@contextmanager
def scratch_database(connection: Any) -> Iterator[ScratchDatabase | None]:
    """MySQL and MariaDB: an empty database, dropped afterwards; None where the account may make none.

    Its DDL commits, so it has a connection of its own: nobody's transaction is ended. Where the engine has but one
    connection (StaticPool) there is no such place. The binary log is left out where the account may do that."""
    real = connection.exec_driver_sql("SELECT DATABASE()").scalar()
    try:
        own = connection.engine.connect()
    except DatabaseError:
        yield None
        return
    if real is None or own.connection.dbapi_connection is connection.connection.dbapi_connection:
        own.close()
        yield None
        return
    try:
        charset, collation, server, there = own.exec_driver_sql(
            f"SELECT @@character_set_database, @@collation_database, {orphans.SERVER}, (SELECT GROUP_CONCAT(schema_name)"
            f" FROM information_schema.schemata WHERE schema_name LIKE '{orphans.LIKE}')".replace("%", "%%")
        ).one()
        with suppress(DatabaseError):
            own.exec_driver_sql("SET SESSION sql_log_bin = 0")
        try:
            own.exec_driver_sql("SET SESSION lock_wait_timeout = 5")
            name = orphans.claimed_on_mysql(own, server, (there or "").split(","))
            own.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET {charset} COLLATE {collation}")
        except DatabaseError:
            yield None
            return
        try:
            own.exec_driver_sql(f"USE {name}")
            yield ScratchDatabase(own, name, real)
        finally:
            own.exec_driver_sql(f"DROP DATABASE {name}")
    finally:
        own.invalidate()  # it used another database: nobody may get it from the pool. What it claimed ends with it
        own.close()


def first_line(error: BaseException) -> str:
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__
