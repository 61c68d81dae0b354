"""What the rows that are there say, by queries that change nothing and give back counts and truth values only."""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple

from limbeck.diff.renamed import Renames
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.ops.contract import Backend, Doubt
from limbeck.shore import ddl
from limbeck.shore.compat import DatabaseError

MOST: Final = 100_000
"""Rows of a table that are looked at before a change of type."""


class Look(NamedTuple):
    """What was seen of a change of type. `rows` were looked at, `every` says whether these are all; None where none could
    be. `refused` and `lost` are how many of them; None where that could not be found out. `fails`: some value cannot
    become the new type."""

    rows: int | None
    every: bool
    refused: int | None = 0
    lost: int | None = 0
    fails: bool = False

    @property
    def certain(self) -> bool:
        return self.refused is not None and self.lost is not None

    @property
    def harmless(self) -> bool:
        return self.every and self.certain and not (self.refused or self.lost or self.fails)


class Rows:
    """Tables and columns are given by their new names, and looked up under those they have now. What may not be read is
    taken to have rows and values."""

    certain: ClassVar[bool] = True
    """Whether it is known that there are rows where it is said so."""

    def __init__(self, connection: Any, backend: Backend, have: Snapshot, renames: Renames) -> None:
        self.connection = connection
        self.backend = backend
        self.have = have
        self.renames = renames

    def any(self, table: QualifiedName) -> bool:
        return self._known(table) and self._exists(table, "")

    def any_null(self, table: QualifiedName, column: str) -> bool:
        return self._any_where(table, column, "IS NULL")

    def any_value(self, table: QualifiedName, column: str) -> bool:
        return self._any_where(table, column, "IS NOT NULL")

    def former(self, table: QualifiedName, column: str = "") -> tuple[QualifiedName, str]:
        """What they are called now."""
        return self.renames.former_table(table), self.renames.former_column(table, column)

    def look(self, table: QualifiedName, column: str, doubt: Doubt) -> Look:
        """`doubt` speaks of the column by its former name."""
        name, former = self.former(table, column)
        quoted = ddl.quote(self.backend.dialect, former)
        place = ddl.table_name(self.backend.dialect, name)
        some = f"(SELECT {quoted} FROM {place} WHERE {quoted} IS NOT NULL LIMIT {MOST + 1}) AS looked_at"
        rows = self._count(f"SELECT count(*) FROM {some}")
        if not rows:
            return Look(0, True)
        some = some.replace(f"LIMIT {MOST + 1}", f"LIMIT {MOST}")
        look = Look(min(rows, MOST), rows <= MOST)
        if not (doubt.refused or doubt.lost or doubt.tried):
            return look._replace(refused=None)
        if doubt.refused:
            look = look._replace(refused=self._count(f"SELECT count(*) FROM {some} WHERE {doubt.refused}"))
        if doubt.tried and self._count(f"SELECT count({doubt.tried}) FROM {some}") is None:
            return look._replace(fails=True)
        if doubt.lost:
            look = look._replace(lost=self._count(f"SELECT count(*) FROM {some} WHERE {doubt.lost}"))
        return look

    def _known(self, table: QualifiedName) -> bool:
        return self.renames.former_table(table) in self.have.tables

    def _any_where(self, table: QualifiedName, column: str, condition: str) -> bool:
        name, former = self.former(table, column)
        found = self.have.tables.get(name)
        if found is None or found.column(former) is None:
            return False
        return self._exists(table, f" WHERE {ddl.quote(self.backend.dialect, former)} {condition}")

    def _exists(self, table: QualifiedName, where: str) -> bool:
        name = ddl.table_name(self.backend.dialect, self.renames.former_table(table))
        found = self._count(f"SELECT CASE WHEN EXISTS (SELECT 1 FROM {name}{where}) THEN 1 ELSE 0 END")
        return found is None or bool(found)

    def _count(self, sql: str) -> int | None:
        """None where the database refuses the query; nothing of the transaction is lost then. Its message may hold a
        value of a row, so it is not kept."""
        with self.connection.begin_nested() as trial:
            try:
                found = self.connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
                return int(found.scalar())
            except DatabaseError:
                trial.rollback()
                return None


class Unseen(Rows):
    """What is no database has no rows to look at: every table may have some, and every column values and NULL."""

    certain: ClassVar[bool] = False

    def look(self, table: QualifiedName, column: str, doubt: Doubt) -> Look:
        return Look(None, False, refused=None, lost=None)

    def _count(self, sql: str) -> int | None:
        return None
