"""From a URL to a connection: names, drivers, bounded waits, and errors that say in one line what is wrong.

Who wants a connection hands over what is to be done with it: `connected(url, work)` opens, calls `work(connection)`
and closes, for synchronous and asynchronous drivers alike. An asynchronous URL (`+asyncpg`, `+aiosqlite`) is run
through the same synchronous API by SQLAlchemy's greenlet bridge, with exactly the driver the URL names.
A password never stands in an error of this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
"""Seconds until an attempt to connect gives up, where no setting says otherwise."""


def parse(text: Any) -> Any:
    """SQLAlchemy's URL of a text (or of a URL): `postgres://` becomes postgresql, an installed driver is chosen where
    none is named. Raises BadUrl, UnknownDialect, DriverMissing."""
    raise NotImplementedError


def masked(url: Any) -> str:
    """The URL for people: without the password, wherever it stands."""
    raise NotImplementedError


def dialect(text: Any) -> Any:
    """The dialect of a URL, not connected; needs no driver (scripts are written with it)."""
    raise NotImplementedError


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
    raise NotImplementedError


def explain(error: BaseException, url: Any = None) -> Any:
    """The EnvironmentFault that a driver's or SQLAlchemy's exception means, where it tells of connecting; else None."""
    raise NotImplementedError


def accept_old_names() -> None:
    """From now on SQLAlchemy itself accepts `postgres://` (and `postgres+psycopg2://` ...) in this process, and a URL
    without a driver gets an installed one. Called once before a project's env.py runs; doing it twice is harmless."""
    raise NotImplementedError
