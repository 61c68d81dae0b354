"""The version table: one row for each head. Exactly the table other tools of the field know, made and moved the same.

    CREATE TABLE alembic_version (
        version_num VARCHAR(32) NOT NULL,
        CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
    )

Rows are changed by statements with literal values, one row each; a row that is not there any more means that somebody
else moved the database, and is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from limbeck.errors import HeadsMoved, IdTooLong, VersionTableWrong
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement
from limbeck.revisions.head_moves import HeadMoves
from limbeck.shore import ddl
from limbeck.shore.channel import Channel

WIDTH = 32
NAME = "alembic_version"


class HeadsTable:
    """The table of that name on one dialect. Holds no state of the database."""

    def __init__(self, dialect: Any, name: str = NAME, schema: str | None = None) -> None:
        from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table

        self.dialect = dialect
        self.name = name
        self.schema = schema
        self.table = Table(
            name,
            MetaData(),
            Column("version_num", String(WIDTH), nullable=False),
            PrimaryKeyConstraint("version_num", name=f"{name}_pkc"),
            schema=schema,
        )

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    def exists(self, connection: Any) -> bool:
        return bool(self.dialect.has_table(connection, self.name, schema=self.schema))

    def read(self, connection: Any) -> tuple[str, ...]:
        """The rows in the order the table gives them; none where there is no table."""
        from sqlalchemy import exc, select

        if not self.exists(connection):
            return ()
        rows = select(self.table.c.version_num).execution_options(schema_translate_map=None)
        try:
            return tuple(row[0] for row in connection.execute(rows))
        except exc.DBAPIError as error:
            why = " ".join(str(error.orig).split("\n")[0].split())
            raise VersionTableWrong(table=str(self), why=why) from error

    def create(self, channel: Channel) -> None:
        from sqlalchemy.schema import CreateTable

        channel.run(ddl.statement(self.dialect, CreateTable(self.table)))

    def clear(self, channel: Channel) -> None:
        """Takes every row away."""
        self._run(channel, self.table.delete())

    def move(self, channel: Channel, moves: HeadMoves, *, live: bool = True) -> None:
        """Deletes, inserts and updates rows. Raises HeadsMoved where a row is not there."""
        for old in moves.deletes:
            self._matched_one(self._delete(channel, old), old, live)
        for new in moves.inserts:
            self._insert(channel, new)
        for old, new in moves.updates:
            self._matched_one(self._update(channel, old, new), old, live)

    def _delete(self, channel: Channel, row: str) -> Any:
        return channel.run(Statement(f"DELETE FROM {self._spelled} WHERE {self._where(row)}"))

    def _insert(self, channel: Channel, row: str) -> Any:
        values = f"(version_num) VALUES ({self._quoted(row)})"
        return channel.run(Statement(f"INSERT INTO {self._spelled} {values}"))

    def _update(self, channel: Channel, old: str, new: str) -> Any:
        change = f"SET version_num={self._quoted(new)} WHERE {self._where(old)}"
        return channel.run(Statement(f"UPDATE {self._spelled} {change}"))

    def _run(self, channel: Channel, clause: Any) -> Any:
        return channel.run(ddl.statement(self.dialect, clause))

    @cached_property
    def _spelled(self) -> str:
        return ddl.table_name(self.dialect, QualifiedName(self.schema, self.name))

    def _where(self, row: str) -> str:
        return f"{self._spelled}.version_num = {self._quoted(row)}"

    def _quoted(self, text: str) -> str:
        return ddl.literal(self.dialect, text)

    def _matched_one(self, result: Any, row: str, live: bool) -> None:
        if live and result is not None and self.dialect.supports_sane_rowcount and result.rowcount != 1:
            raise HeadsMoved(table=str(self), wanted=f"the row {row!r}", found=f"{result.rowcount} of it")

    def refuse_long(self, ids: Iterable[str], connection: Any = None) -> None:
        """Raises IdTooLong for ids that the database would refuse or cut; SQLite keeps any length."""
        long = [name for name in ids if len(name) > WIDTH]
        if not long or self.dialect.name == "sqlite":
            return
        limit = self._width(connection)
        for name in long:
            if limit is not None and len(name) > limit:
                raise IdTooLong(revision=name, table=str(self), limit=limit)

    def _width(self, connection: Any) -> int | None:
        """The column's own width, where somebody widened it; None is without a limit."""
        from sqlalchemy import inspect

        if connection is None or not self.exists(connection):
            return WIDTH
        for column in inspect(connection).get_columns(self.name, schema=self.schema):
            if column["name"] == "version_num":
                width: int | None = getattr(column["type"], "length", None)
                return width
        return WIDTH
