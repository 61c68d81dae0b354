"""One migrator at a time. The lock is the database's own, so it goes away with the connection whatever happens.

PostgreSQL      a session advisory lock, asked for again and again (pg_try_advisory_lock): who waits inside the server
                holds a snapshot, and CREATE INDEX CONCURRENTLY of the holder would wait for that in turn
MySQL, MariaDB  GET_LOCK, one second at a time
SQLite          BEGIN IMMEDIATE of each transaction (one writer at a time); `begin_immediate`
others          none

While it is held, statements wait no longer than that for tables that other sessions hold, where the session has no
shorter bound of its own (PostgreSQL waits for ever by default, and whoever comes later waits behind us; MySQL waits for
a year, MariaDB for a day). A revision that says its own bound has it. Taken and given back with the lock: a run that
has nothing to do must not ask more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from limbeck import interruption
from limbeck.errors import LockTimedOut
from limbeck.events import SILENT, Reporter, Waiting

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
TOLD_AFTER = 0.5
"""Seconds of waiting that are not worth telling."""


@contextmanager
def held(connection: Any, table: str, limit: float, reporter: Reporter = SILENT) -> Iterator[None]:
    """Holds the lock for the version table of that name. Raises LockTimedOut after `limit` seconds."""
    take, release, holder = _kind(connection, table, limit)
    if take is None:
        yield
        return
    _wait(take, limit, reporter, holder)
    try:
        yield
    finally:
        # Where the connection is broken, or its transaction failed and is somebody else's, the lock ends with it.
        with suppress(Exception):
            release()


Call = Callable[[], Any]


def _kind(
    connection: Any, table: str, limit: float
) -> tuple[Callable[[], bool] | None, Call, Callable[[], str]]:
    name = connection.dialect.name
    if name == "postgresql":
        return _postgresql(connection, table, limit)
    if name in ("mysql", "mariadb"):
        return _mysql(connection, table, limit)
    return None, lambda: None, lambda: ""


def _ask(connection: Any, sql: str) -> Any:
    """One value; a transaction that SQLAlchemy began for it is ended, so that nothing is held while waiting."""
    free = not connection.in_transaction()
    row = connection.exec_driver_sql(sql).first()
    if free:
        connection.commit()
    return row


def _tell(connection: Any, sql: str) -> None:
    free = not connection.in_transaction()
    connection.exec_driver_sql(sql)
    if free:
        connection.commit()


def _postgresql(
    connection: Any, table: str, limit: float
) -> tuple[Callable[[], bool], Call, Callable[[], str]]:
    digest = hashlib.sha256(f"limbeck:{table}".encode()).digest()
    high, low = (int.from_bytes(digest[i : i + 4], "big", signed=True) for i in (0, 4))

    bound: list[str] = []

    def take() -> bool:
        set_to = f"set_config('lock_timeout', '{max(1, round(limit * 1000))}', false)"
        row = _ask(
            connection,
            f"SELECT taken, CASE WHEN taken AND current_setting('lock_timeout') = '0' THEN {set_to} END"
            f" FROM (SELECT pg_try_advisory_lock({high}, {low}) AS taken OFFSET 0) AS l",
        )
        if row[1] is not None:
            bound.append(", set_config('lock_timeout', '0', false)")
        return bool(row[0])

    def release() -> None:
        if not connection.closed and not connection.invalidated:
            _ask(connection, f"SELECT pg_advisory_unlock({high}, {low}){''.join(bound)}")

    def holder() -> str:
        row = _ask(
            connection,
            "SELECT a.pid, a.usename, a.application_name, a.client_addr, a.backend_start FROM pg_locks l"
            " JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
            f" AND l.classid::bigint = {high % 2**32} AND l.objid::bigint = {low % 2**32} AND l.objsubid = 2"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        if row is None:
            return ""
        program = f" ({row[2]})" if row[2] else ""
        return f"backend {row[0]}{program}, user {row[1]}, from {row[3] or 'this machine'}, since {row[4]:%H:%M:%S}"

    return take, release, holder


def _mysql(connection: Any, table: str, limit: float) -> tuple[Callable[[], bool], Call, Callable[[], str]]:
    # Locks are of the whole server and their names at most 64 characters long.
    database = _ask(connection, "SELECT DATABASE()")[0]
    name = "limbeck:" + hashlib.sha256(f"{database}.{table}".encode()).hexdigest()[:40]

    bound: list[int] = []

    def take() -> bool:
        taken, before = _ask(connection, f"SELECT GET_LOCK('{name}', 0), @@lock_wait_timeout")
        seconds = max(1, round(limit))
        if taken == 1 and int(before) > seconds:
            _tell(connection, f"SET SESSION lock_wait_timeout = {seconds}")
            bound.append(int(before))
        return bool(taken == 1)

    def release() -> None:
        if not connection.closed and not connection.invalidated:
            for before in bound:
                _tell(connection, f"SET SESSION lock_wait_timeout = {before}")
            _ask(connection, f"SELECT RELEASE_LOCK('{name}')")

    def holder() -> str:
        number = _ask(connection, f"SELECT IS_USED_LOCK('{name}')")[0]
        if number is None:
            return ""
        row = _ask(
            connection, f"SELECT user, host FROM information_schema.processlist WHERE id = {int(number)}"
        )
        return f"connection {number}" + (f", user {row[0]}, from {row[1]}" if row is not None else "")

    return take, release, holder


def _wait(
    take: Callable[[], bool], limit: float, reporter: Reporter, holder: Callable[[], str] = lambda: ""
) -> None:
    began = time.monotonic()
    pause = FIRST_PAUSE
    while not take():
        waited = time.monotonic() - began
        who = holder() if waited >= min(limit, TOLD_AFTER) else ""
        if waited >= TOLD_AFTER:
            reporter.tell(Waiting(f"another run of migrations{f': {who}' if who else ''}", waited, limit))
        if waited >= limit:
            raise LockTimedOut(seconds=limit, holder=who)
        with interruption.possible():
            time.sleep(min(pause, max(limit - waited, 0.01)))
        pause = min(pause * 2, LONGEST_PAUSE)


def begin_immediate(connection: Any, limit: float, reporter: Reporter = SILENT) -> None:
    """SQLite: a write transaction from here on, waiting at most `limit` seconds for other writers.

    The driver's own busy timeout would wait without a word, so it is put aside meanwhile.
    """
    from limbeck.backends.sqlite import connection as sqlite

    if sqlite.in_transaction(connection):
        return
    from sqlalchemy import exc

    def take() -> bool:
        try:
            sqlite.begin(connection)
        except exc.OperationalError as error:
            if "locked" not in str(error.orig) and "busy" not in str(error.orig):
                raise
            return False
        return True

    patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0
    connection.exec_driver_sql("PRAGMA busy_timeout=50")
    try:
        _wait(take, limit, reporter)
    except LockTimedOut as error:
        raise LockTimedOut(seconds=error.seconds, any_writer=True) from error
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience)}")
