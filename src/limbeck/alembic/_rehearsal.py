"""What the lines of a revision file do, tried before they are written. Nothing here touches the project's database.

`Script` writes the SQL that the lines would send, on any database; `Memory` runs them on SQLite in memory, in a database
that is built like the project's. Both evaluate the text that will stand in the file, as a person's Python would.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.shore import compat

from .operations import Operations
from .runtime.migration import MigrationContext

KEPT = ("target_metadata", "include_schemas", "version_table", "version_table_schema")


class CannotBeTried(Exception):
    """The lines cannot be evaluated here: they use a name that only the file's template imports, or fail."""


class Space:
    """The names that a revision file has: the prefixes of the project, its template's imports, and those of the lines."""

    def __init__(self, options: Any, imports: Iterable[str]) -> None:
        self.names: dict[str, Any] = {}
        for line in ("import sqlalchemy as sa", *imports):
            with contextlib.suppress(Exception):  # what is missing shows where it is used
                exec(line, self.names)
        self.op = str(options.get("alembic_module_prefix") or "op.").partition(".")[0]

    def perform(self, lines: Sequence[str], imports: Iterable[str], operations: Any) -> None:
        """Raises CannotBeTried, and whatever the database says."""
        names = dict(self.names)
        try:
            for line in imports:
                exec(line, names)
            code = compile("\n".join(lines), "<revision>", "exec")
        except Exception as error:
            raise CannotBeTried(str(error)) from error
        names[self.op] = operations
        try:
            exec(code, names)
        except (NameError, AttributeError, ImportError, SyntaxError) as error:
            raise CannotBeTried(str(error)) from error


def of_template(text: str) -> tuple[str, ...]:
    """The import lines of a script.py.mako that hold nothing to fill in."""
    found = re.findall(r"^(?:import|from)\s.*$", text, re.MULTILINE)
    return tuple(line for line in found if "${" not in line and "alembic" not in line.split()[1])


def _context(migration: Any, connection: Any, **more: Any) -> MigrationContext:
    options = {name: migration.opts[name] for name in KEPT if name in migration.opts}
    dialect = migration.dialect if connection is None else connection.dialect
    if connection is None:
        dialect = compat.spelling_dialect(dialect)
    return MigrationContext(dialect, connection, {**options, **more})


# -- in writing -------------------------------------------------------------------------------------------------


class Script:
    """For every database: the statements as text, in the words of the connected version."""

    def __init__(self, migration: Any, space: Space) -> None:
        self.space = space
        self.context = _context(migration, None, as_sql=True, literal_binds=True)
        self.sent: list[str] = []
        self.context.impl.static_output = self.sent.append  # type: ignore[assignment, method-assign]

    def of_lines(self, lines: Sequence[str], imports: Iterable[str]) -> list[str]:
        return self._during(lambda operations: self.space.perform(lines, imports, operations))

    def of_operations(self, operations: Iterable[Any]) -> list[str]:
        """The same of mutable operations, without their text."""
        return self._during(lambda there: [there.invoke(each) for each in operations])

    def _during(self, perform: Any) -> list[str]:
        self.sent.clear()
        with Operations.context(self.context) as operations:
            perform(operations)
        return list(self.sent)


def alike(sent: Iterable[str], meant: Iterable[str], *, in_any_order: bool = False) -> bool:
    """Whether they are the same statements. The lines of a CREATE TABLE may stand in another order: a file sorts its
    constraints."""
    one, other = ([_plain(text) for text in texts] for texts in (sent, meant))
    return sorted(one) == sorted(other) if in_any_order else one == other


def _plain(text: str) -> tuple[str, ...]:
    text = text.strip().rstrip(";").rstrip()
    if text[:12].upper() == "CREATE TABLE":
        return tuple(sorted(" ".join(line.split()).rstrip(",").rstrip() for line in text.splitlines()))
    return (" ".join(text.split()),)


# -- in memory --------------------------------------------------------------------------------------------------


class Memory:
    """A SQLite database in memory that can be copied: its schema without the rows."""

    def __init__(self, migration: Any) -> None:
        self.migration = migration
        self.engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)

    @classmethod
    def like(cls, connection: Any, migration: Any) -> Memory:
        """Built like the connected one. Raises what SQLite says where that cannot be (a collation of the program's)."""
        made = cls(migration)
        kinds = "CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END"
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            f" ORDER BY {kinds}, rowid"
        )
        with made.engine.connect() as there:
            for (text,) in found:
                there.exec_driver_sql(text)
            there.commit()
        return made

    def copy(self) -> Memory:
        other = Memory(self.migration)
        raw(self.engine).backup(raw(other.engine))
        return other

    def perform(self, space: Space, lines: Sequence[str], imports: Iterable[str]) -> list[str]:
        """Runs the lines; gives the statements that were sent. Raises CannotBeTried, and what SQLite says."""
        sent: list[str] = []
        with self.engine.connect() as connection:
            sa.event.listen(connection, "before_cursor_execute", lambda *a: sent.append(a[2]))
            context = _context(self.migration, connection)
            with Operations.context(context) as operations:
                space.perform(lines, imports, operations)
            connection.commit()
        return sent

    def send(self, statements: Iterable[str]) -> None:
        with self.engine.connect() as connection:
            for text in statements:
                connection.exec_driver_sql(text)
            connection.commit()

    def texts(self) -> set[tuple[str, ...]]:
        """All that stands in it, as it is written."""
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"
            )
            rows = {tuple(row) for row in found}
            connection.rollback()
        return rows

    def dispose(self) -> None:
        self.engine.dispose()


def raw(engine: Any) -> sqlite3.Connection:
    with engine.connect() as connection:
        driver: sqlite3.Connection = connection.connection.driver_connection
    return driver
