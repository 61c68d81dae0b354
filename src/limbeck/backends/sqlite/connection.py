"""What a run has to do with a connection to SQLite, so that a migration is all or nothing and no row is lost.

Python's sqlite3 in its old manner (`isolation_level=""`, what SQLAlchemy's pysqlite dialect uses by default) begins a
transaction before INSERT, UPDATE and DELETE only: DDL before these is committed at once, and a rollback leaves it.
`transactional(connection)` ends that for a while: it puts the driver into `isolation_level=None`, and `begin` says
BEGIN IMMEDIATE itself. SQLAlchemy's `commit()` and `rollback()` then do what they say, since the driver's own commit
and rollback look whether SQLite is in a transaction. A connection with Python 3.12's `autocommit=False` is
transactional by itself and is left alone.

A run does, in this order:

    with prepared(connection) as ready:    # whatever happens, the connection's settings are as before afterwards
        ready.begin()                      # BEGIN IMMEDIATE: waits for other writers now, not in the middle
        ...                                # statements; their `after` is called by the channel
        ready.check()                      # ForeignKeysBroken, where enforcement had to be off for all of it
        connection.commit()

`PRAGMA foreign_keys` does nothing inside a transaction. A rebuild that begins outside one switches it off, begins one
itself, and is as safe. Inside one it asks the driver (`setconfig`, Python 3.12 and newer), which works there:
enforcement is off for the rebuild alone. Where that is missing, `prepared` switches a connection that enforces foreign
keys off for the whole run, so that ON DELETE CASCADE does not happen for a revision's own statements; what then points
at nothing is found by `check`. A connection that nobody prepared is refused with RowsAtRisk, before anything is
changed, where other tables refer to the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from limbeck.errors import ForeignKeysBroken

from .foreign_keys import Violations, broken_since, violations


def in_transaction(connection: Any) -> bool:
    """Whether SQLite itself is inside a transaction now (SQLAlchemy may think so earlier)."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", True))


def is_autocommit(connection: Any) -> bool:
    """Whether nobody but ourselves would commit: the driver's autocommit, asked for by SQLAlchemy's AUTOCOMMIT."""
    raw = connection.connection.driver_connection
    return getattr(raw, "autocommit", None) is True or (
        getattr(raw, "isolation_level", "") is None and getattr(raw, "autocommit", -1) in (-1, True)
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A connection that is ready for a migration, until the end of its `with`."""

    connection: Any
    unenforced: bool
    violations: Violations | None

    def begin(self) -> None:
        begin(self.connection)

    def check(self) -> None:
        """Before each commit: what points at nothing now, and did not at the beginning, is an error."""
        if not self.unenforced:
            return
        new = broken_since(self.connection, None, self.violations)
        if new:
            shown = tuple(sorted(new, key=str))[:5]
            raise ForeignKeysBroken(table="the database", violations=shown, count=sum(new.values()))


@contextmanager
def prepared(connection: Any) -> Iterator[Prepared]:
    """Enter it outside a transaction. Leaving it without a commit rolls back."""
    with connection_settings_kept(connection), transactional(connection), interruptible(connection):
        known: Violations | None = None
        unenforced = False
        if foreign_keys_enforced(connection) and not switches_inside(connection):
            known = violations(connection, None)
            unenforced = enforce_foreign_keys(connection, False)
        yield Prepared(connection, unenforced, known)


@contextmanager
def interruptible(connection: Any) -> Iterator[None]:
    """Inside, Ctrl-C ends a long statement: SQLite comes back to Python now and then, which sees the signal there.

    The signal's KeyboardInterrupt ends the driver's callback, so the statement fails with SQLITE_INTERRUPT instead."""
    import sqlite3

    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):  # aiosqlite waits in a loop, which sees the signal
        yield
        return
    driver.set_progress_handler(_look_up, LOOK_UP_AFTER)
    try:
        yield
    finally:
        if not is_gone(connection):
            driver.set_progress_handler(None, 0)


LOOK_UP_AFTER = 1_000_000
"""Instructions of SQLite's machine: some ten times a second."""


def _look_up() -> int:
    return 0


def was_interrupted(error: BaseException) -> bool:
    """Whether this is what a statement raises that Ctrl-C ended inside `interruptible`."""
    return str(getattr(error, "orig", error)) == "interrupted"


@contextmanager
def transactional(connection: Any) -> Iterator[None]:
    """Inside, DDL takes part in transactions. Enter it outside a transaction; the driver's mode comes back at the end."""
    raw = connection.connection.dbapi_connection
    driver = connection.connection.driver_connection
    if getattr(driver, "autocommit", -1) is False:
        yield
        return
    mode = raw.isolation_level
    raw.isolation_level = None
    try:
        yield
    finally:
        if not is_gone(connection):
            if in_transaction(connection):
                raw.rollback()
            raw.isolation_level = mode


def is_gone(connection: Any) -> bool:
    """Whether the driver's connection was closed meanwhile: SQLAlchemy does that when a signal came in the midst of a
    statement. SQLite takes back what was open, and there are no settings to keep."""
    return bool(connection.closed or connection.invalidated)


def begin(connection: Any) -> None:
    """A write transaction from here on. Does nothing where one is open."""
    if not in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def foreign_keys_enforced(connection: Any) -> bool:
    return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())


def enforce_foreign_keys(connection: Any, on: bool) -> bool:
    """Switches enforcement, inside a transaction too where the driver can; False where it could not.

    SQLite's pragma is ignored inside a transaction since deferred violations are counted there; the driver's setconfig
    only sets the flag. A count that is open stays open and fails the commit: rows are never lost by it."""
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    if foreign_keys_enforced(connection) is on:
        return True
    if not switches_inside(connection):
        return False
    connection.connection.driver_connection.setconfig(_ENABLE_FKEY, on)
    return foreign_keys_enforced(connection) is on


_ENABLE_FKEY = 1002
"""SQLITE_DBCONFIG_ENABLE_FKEY of sqlite3.h; Python's module names it since 3.12, with setconfig."""


def switches_inside(connection: Any) -> bool:
    """Whether the driver can switch enforcement inside a transaction."""
    return hasattr(connection.connection.driver_connection, "setconfig")


@contextmanager
def connection_settings_kept(connection: Any) -> Iterator[None]:
    """Enforcement of foreign keys, and the manner of ALTER TABLE RENAME, are afterwards as they were before."""
    raw = connection.connection.dbapi_connection
    enforced, legacy = _setting(raw, "foreign_keys"), _setting(raw, "legacy_alter_table")
    try:
        yield
    finally:
        if not is_gone(connection):
            # On the driver's connection: SQLAlchemy's may be in a failed state here, or begin a transaction of its own.
            _restore(raw, "legacy_alter_table", legacy)
            if _setting(raw, "foreign_keys") != enforced:
                if in_transaction(connection):
                    raw.rollback()
                _restore(raw, "foreign_keys", enforced)


def _setting(raw: Any, name: str) -> int:
    cursor = raw.cursor()
    try:
        cursor.execute(f"PRAGMA {name}")
        row = cursor.fetchone()
        return int(row[0]) if row else 0
    finally:
        cursor.close()


def _restore(raw: Any, name: str, value: int) -> None:
    cursor = raw.cursor()
    try:
        cursor.execute(f"PRAGMA {name}={value}")
    finally:
        cursor.close()
