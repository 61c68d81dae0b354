"""From a URL to a connection: names, drivers, bounded waits, and errors that say in one line what is wrong.

Who wants a connection hands over what is to be done with it: `connected(url, work)` opens, calls `work(connection)`
and closes, for synchronous and asynchronous drivers alike. An asynchronous URL (`+asyncpg`, `+aiosqlite`) is run
through the same synchronous API by SQLAlchemy's greenlet bridge, with exactly the driver the URL names; where greenlet
is not installed, a synchronous driver of the same database takes its place.
A password never stands in an error of this room.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from limbeck import interruption
from limbeck.errors import BadUrl

from . import drivers
from .connect_errors import explain as explain
from .connect_errors import hidden, masked

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
"""Seconds until an attempt to connect gives up, where no setting says otherwise."""

__all__ = [
    "CONNECT_TIMEOUT",
    "accept_old_names",
    "connected",
    "dialect",
    "explain",
    "masked",
    "parse",
    "read",
    "under",
    "with_driver",
]


def accept_old_names() -> None:
    """From now on SQLAlchemy itself accepts `postgres://` (and `postgres+psycopg2://` ...) in this process, and a URL
    without a driver gets an installed one. Called once before a project's env.py runs; doing it twice is harmless."""
    drivers.register_names()


def read(text: Any) -> Any:
    """SQLAlchemy's URL of a text, `postgres` read as `postgresql`; no driver is looked for. Raises BadUrl."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text.strip() if isinstance(text, str) else text)
    except (ArgumentError, ValueError, TypeError) as error:
        # Neither cause nor message of theirs is kept: a mistyped URL may have its password in any place of it.
        raise BadUrl(url=hidden(str(text)), why=_why(error)) from None
    database, plus, driver = url.drivername.partition("+")
    name = drivers.OLD_NAMES.get(database, database)
    return url if name == database else url.set(drivername=name + plus + driver)


def _why(error: Exception) -> str:
    if isinstance(error, ValueError) and "int()" in str(error):
        return "the port is no number (a password with / or : must be percent-encoded)"
    return ""


def parse(text: Any) -> Any:
    """SQLAlchemy's URL of a text (or of a URL): `postgres://` becomes postgresql, an installed driver is chosen where
    none is named. Raises BadUrl, UnknownDialect, DriverMissing."""
    return with_driver(read(text))


def with_driver(url: Any) -> Any:
    """A URL that names a driver that is installed. Raises UnknownDialect, DriverMissing."""
    database, _, name = url.drivername.partition("+")
    if not name:
        chosen = drivers.choose(database)
        if chosen is None:
            drivers.dialect_class(database)
            return url
        return url if database == "sqlite" else url.set(drivername=f"{database}+{chosen.name}")
    driver = drivers.named(database, name)
    if name == "psycopg_async":  # the same package has the synchronous half
        url = url.set(drivername=f"{database}+psycopg")
    if driver is None:
        drivers.dialect_class(f"{database}.{name}")
        return url
    if not drivers.is_installed(driver):
        raise drivers.missing(database, driver)
    if driver.asynchronous and not drivers.has_greenlet():
        other = drivers.choose(database, synchronous=True)
        assert other is not None
        return url.set(drivername=f"{database}+{other.name}")
    return url


def under(folder: Path, url: Any) -> Any:
    """The URL with a relative SQLite path read from that folder, so that the place a command is typed in does not
    matter."""
    name = url.database
    if not url.drivername.startswith("sqlite") or not name or name.startswith((":memory:", "file:")):
        return url
    return url if Path(name).is_absolute() else url.set(database=str(folder / name))


def dialect(text: Any) -> Any:
    """The dialect of a URL (or of a bare name such as "postgresql"), not connected; needs no driver: scripts are
    written with it. Raises BadUrl, UnknownDialect."""
    url = read(text if not isinstance(text, str) or ":" in text else f"{text}://")
    database, _, name = url.drivername.partition("+")
    known = drivers.DRIVERS.get(database, ())
    made = drivers.dialect_class(f"{database}.{name}" if name or not known else f"{database}.{known[0].name}")
    return made()


def connected(
    url: Any,
    work: Callable[[Any], T],
    *,
    connect_timeout: float = CONNECT_TIMEOUT,
    options: Mapping[str, Any] | None = None,
) -> T:
    """Opens one connection, calls `work(connection)`, closes it, gives back what `work` gave.

    `options` go to SQLAlchemy's create_engine. Raises a ConnectError for whatever kept the connection from being made;
    what `work` raises passes through as it is.
    """
    parsed = parse(url)
    driver = drivers.named(*_parts(parsed))
    arguments = _bounded(parsed, driver, connect_timeout, options)
    if driver is not None and driver.asynchronous:
        return _asynchronously(parsed, work, arguments, connect_timeout)
    from sqlalchemy import create_engine

    engine = _made(lambda: create_engine(parsed, **arguments), parsed)
    _unbound_reading(engine, driver, arguments)
    try:
        connection = _opened(engine, parsed, connect_timeout)
        try:
            return work(connection)
        finally:
            with interruption.held():  # a pool tells what stops it with a traceback
                connection.close()
    finally:
        engine.dispose()


def _parts(url: Any) -> tuple[str, str]:
    database, _, driver = url.drivername.partition("+")
    return database, driver


def _made(make: Callable[[], Any], url: Any) -> Any:
    try:
        return make()
    except Exception as error:
        found = explain(error, url)
        if found is None:
            raise
        raise found from None  # the chain below may hold the password


def _opened(engine: Any, url: Any, connect_timeout: float) -> Any:
    try:
        connection = engine.connect()
        if url.drivername.startswith(
            "sqlite"
        ):  # opening reads nothing; the first question says if it is a database
            connection.exec_driver_sql("PRAGMA schema_version")
            connection.rollback()
        return connection
    except Exception as error:
        found = explain(error, url, connect_timeout, connecting=True)
        if found is None:
            raise
        raise found from None


def _bounded(url: Any, driver: Any, seconds: float, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Arguments for create_engine: one connection, no pool, and a bound for connecting unless the URL has its own."""
    from sqlalchemy.pool import NullPool

    given = dict(options or {})
    connect_args = dict(given.pop("connect_args", {}))
    if driver is not None and driver.timeout and driver.timeout not in {*connect_args, *url.query}:
        # libpq and the MySQL clients take whole seconds; libpq reads 1 as 2.
        connect_args[driver.timeout] = (
            seconds if driver.name in ("asyncpg", "pg8000") else max(1, math.ceil(seconds))
        )
        if (
            driver.name == "pymysql"
        ):  # its connect_timeout ends with the TCP handshake; a silent server hangs it
            connect_args.setdefault("read_timeout", connect_args[driver.timeout])
    given.setdefault("poolclass", NullPool)
    return {**given, "connect_args": connect_args}


def _unbound_reading(engine: Any, driver: Any, arguments: Mapping[str, Any]) -> None:
    """Once connected, statements may take as long as they take: bounds that were for connecting only are lifted."""
    from sqlalchemy import event

    name = driver.name if driver is not None else ""
    bound = arguments["connect_args"]

    @event.listens_for(engine, "connect")
    def lift(connection: Any, _record: Any) -> None:
        if name == "pymysql" and bound.get("read_timeout") == bound.get("connect_timeout"):
            connection._read_timeout = None
        if name == "pg8000" and "timeout" in bound:
            connection._usock.settimeout(None)


def _asynchronously(
    url: Any, work: Callable[[Any], T], arguments: dict[str, Any], connect_timeout: float
) -> T:
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    async def main() -> T:
        engine = _made(lambda: create_async_engine(url, **arguments), url)
        try:
            try:
                # Not every asynchronous driver bounds the handshake itself.
                connection = await asyncio.wait_for(engine.connect(), connect_timeout + 1)
            except Exception as error:
                found = explain(error, url, connect_timeout, connecting=True)
                if found is None:
                    raise
                raise found from None
            try:
                result: T = await connection.run_sync(work)
                return result
            finally:
                await connection.close()
        finally:
            await engine.dispose()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(main())
    return _in_thread(lambda: asyncio.run(main()))


def _in_thread(call: Callable[[], T]) -> T:
    """For callers that are inside an event loop themselves: theirs cannot be entered twice."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="limbeck") as pool:
        return pool.submit(copy_context().run, call).result()
