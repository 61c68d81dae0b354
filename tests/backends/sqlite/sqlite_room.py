"""A SQLite database to change, and a look at all that is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import sqlalchemy as sa

from limbeck.backends.sqlite import SqliteBackend
from limbeck.backends.sqlite.connection import prepared
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Operation
from limbeck.shore.channel import LiveChannel


class Room:
    """One open connection. `do` performs operations as a run would: rewritten, spelled, executed, looked after."""

    def __init__(self, url: str = "sqlite://") -> None:
        # LIMBECK_SQLITE=pysqlite3 runs these tests on that module's SQLite, newer than Python's own.
        module = import_module(os.environ.get("LIMBECK_SQLITE", "sqlite3"))
        pool = {"poolclass": sa.pool.StaticPool} if url == "sqlite://" else {}
        self.engine = sa.create_engine(url, module=module, **pool)
        self.connection = self.engine.connect()
        self.channel = LiveChannel(self.connection)
        self.backend = SqliteBackend(self.engine.dialect)
        self.told: list[str] = []

    def close(self) -> None:
        self.connection.close()
        self.engine.dispose()

    @property
    def raw(self) -> Any:
        return self.connection.connection.driver_connection

    def sql(self, script: str) -> Room:
        """Statements of the test's own; commits."""
        self.raw.executescript(script)
        return self

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.raw.execute(sql).fetchall()]

    def read(self, *schemas: str | None) -> Any:
        return self.backend.read(self.connection, schemas=schemas or (None,))

    def run(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self.told.append(statement.text)
            self.channel.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with prepared(self.connection) as ready:
            ready.begin()
            try:
                yield
                ready.check()
                self.connection.commit()
            except BaseException:
                self.connection.rollback()
                raise

    def do(self, *operations: Operation) -> tuple[str, ...]:
        """The statements they became."""
        self.told = []
        with self.transaction():
            self.perform(*operations)
        return tuple(self.told)

    def perform(self, *operations: Operation) -> None:
        before = self.read()
        for operation in self.backend.rewrite_all(operations, before):
            self.run(operation.spell(self.backend, before))
            before = operation.apply(before)

    def catalog(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")

    def sql_of(self, name: str) -> str:
        return str(self.rows(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")[0][0])

    def assert_sound(self) -> None:
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []


def t(name: str, schema: str | None = None) -> QualifiedName:
    return QualifiedName(schema, name)


def type_(spelling: str) -> TypeRef:
    return TypeRef(spelling)


def text(sql: str) -> SqlText:
    return SqlText(sql)
