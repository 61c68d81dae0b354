"""Places that leave no trace: where a declared table is built and read back, for each kind of database.

PostgreSQL  a schema in a transaction (or savepoint) that is rolled back
MySQL       a temporary table of the same name, dropped at once; foreign keys are left out (it allows none)
SQLite      a database in memory
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from limbeck.errors import LimbeckError
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum, Object
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.contract import Backend
from limbeck.shore.channel import LiveChannel
from limbeck.shore.compat import DatabaseError


class CannotBuild(Exception):
    """This table cannot be built in the scratch place; `why` is the database's first line."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Scratch(ABC):
    """A place that is open. `build` gives the table as the server stores it, under its own name."""

    def __init__(self, connection: Any, backend: Backend) -> None:
        self.connection = connection
        self.backend = backend
        self.channel = LiveChannel(connection)

    @abstractmethod
    def build(self, table: Table, needs: Sequence[Object]) -> Table:
        """Raises CannotBuild."""

    def _make(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self.channel.run(statement)

    def _read(self, name: QualifiedName) -> Table:
        found = self.backend.read(self.connection, schemas=(name.schema,), only=(name,)).table(name)
        if found is None:
            raise CannotBuild(f"{name} was built and could not be read back")
        return found


class PostgresqlScratch(Scratch):
    def __init__(self, connection: Any, backend: Backend, schema: str) -> None:
        super().__init__(connection, backend)
        self.schema = schema

    def build(self, table: Table, needs: Sequence[Object]) -> Table:
        name = QualifiedName(self.schema, table.name)
        with self.connection.begin_nested() as trial:
            try:
                for thing in needs:
                    if isinstance(thing, Enum) and thing.schema is None:
                        self._make(self.backend.create_object(replace(thing, schema=self.schema)))
                self._make(self.backend.create_table(replace(table, schema=self.schema, source=None)))
                found = self._read(name)
            except (DatabaseError, LimbeckError) as error:
                raise CannotBuild(first_line(error)) from error
            finally:
                trial.rollback()
        return replace(found, schema=table.schema)


class MysqlScratch(Scratch):
    def build(self, table: Table, needs: Sequence[Object]) -> Table:
        bare = replace(table, prefixes=("TEMPORARY",), source=None)
        try:
            self._make(self.backend.create_table(bare))
        except (DatabaseError, LimbeckError) as error:
            raise CannotBuild(first_line(error)) from error
        try:
            return self._read(table.key)
        except (DatabaseError, LimbeckError) as error:
            raise CannotBuild(first_line(error)) from error
        finally:
            name = self.backend.dialect.identifier_preparer.quote(table.name)
            self.channel.run(Statement(f"DROP TEMPORARY TABLE {name}"))


class SqliteScratch(Scratch):
    def build(self, table: Table, needs: Sequence[Object]) -> Table:
        name = QualifiedName(None, table.name)
        try:
            self._make(self.backend.create_table(replace(table, schema=None, source=None)))
            return replace(self._read(name), schema=table.schema)
        except (DatabaseError, LimbeckError) as error:
            raise CannotBuild(first_line(error)) from error
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


def first_line(error: BaseException) -> str:
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__
