"""Where pairs are tried quickly: a database that keeps its one session and is emptied in it.

A new session costs a server more than a pair does (its caches of the catalog are cold), and so does a new database. What
is left over would show at once: every trial compares whole catalogs.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import servers

Empty = Callable[[Any], None]


class Place:
    """One database with one session. `engine()` is the same one every time; `empty()` leaves nothing in it."""

    def __init__(self, kind: str, url: str, empty: Empty) -> None:
        self.kind = kind
        self.url = url
        self._empty = empty
        self._engine: sa.Engine | None = None

    def engine(self) -> sa.Engine:
        if self._engine is None:
            # On MariaDB the judge has a second connection for a moment, for its scratch database.
            kept = {"pool_size": 1} if self.kind == "mariadb" else {"poolclass": sa.pool.StaticPool}
            self._engine = sa.create_engine(self.url, **kept)
        return self._engine

    def version(self) -> int:
        """The server's major version."""
        with self.engine().connect() as connection:
            return int(connection.dialect.server_version_info[0])  # type: ignore[index]

    def empty(self) -> None:
        try:
            self._empty(self)
        except sa.exc.SQLAlchemyError:  # the session is not what it was: once more, in a new one
            self.dispose()
            self._empty(self)

    def dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _empty_postgresql(place: Place) -> None:
    with place.engine().connect() as connection:
        connection.exec_driver_sql("RESET ALL; SET client_min_messages = warning; SET jit = off")
        schemas = list(connection.scalars(sa.text(servers.OWN_SCHEMAS)))
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in schemas)
        dropped = f"DROP SCHEMA {names} CASCADE;" if names else ""
        version = connection.dialect.server_version_info
        connection.exec_driver_sql(dropped + servers.new_public(version))
        for extension in connection.scalars(
            sa.text("SELECT extname FROM pg_extension WHERE oid >= 16384")
        ).all():
            connection.exec_driver_sql(f'DROP EXTENSION IF EXISTS "{extension}" CASCADE')
        connection.commit()


def _empty_mariadb(place: Place) -> None:
    with place.engine().connect() as connection:
        name = place.url.partition("localhost/")[2].partition("?")[0]
        pattern = name.replace("_", r"\_") + "%"
        for each in connection.exec_driver_sql("SHOW DATABASES LIKE %s", (pattern,)).scalars().all():
            connection.exec_driver_sql(f"DROP DATABASE `{each}`")
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        connection.exec_driver_sql(f"USE {name}")
        connection.exec_driver_sql("SET foreign_key_checks = 1")


def _empty_sqlite(place: Place) -> None:
    place.dispose()


def _empty_sqlite_file(place: Place) -> None:
    place.dispose()
    for end in ("", "-journal", "-wal", "-shm"):
        Path(place.url.partition("///")[2] + end).unlink(missing_ok=True)


@contextlib.contextmanager
def places(
    db: str, names: tuple[str, str] = ("lived", "fresh"), *, reachable: bool = False
) -> Iterator[tuple[Place, Place]]:
    """Two of them on a server of this process, which ends with the block. `reachable`: also from another process."""
    if db == "sqlite" and not reachable:
        made = [Place("sqlite", "sqlite://", _empty_sqlite) for _ in names]
        yield made[0], made[1]
        return
    if db == "sqlite":
        with tempfile.TemporaryDirectory(prefix="converge-") as folder:
            made = [Place("sqlite", f"sqlite:///{folder}/{name}.db", _empty_sqlite_file) for name in names]
            yield made[0], made[1]
        return
    where = servers.START[db](None)
    try:
        with on_server(where, names) as both:
            yield both
    finally:
        for kept in servers._held:
            kept.stop()


@contextlib.contextmanager
def on_server(where: servers.Where, names: tuple[str, str]) -> Iterator[tuple[Place, Place]]:
    """The same on a server that runs."""
    with contextlib.ExitStack() as stack:
        made = []
        for name in names:
            mariadb = where.kind == "mariadb"
            pool = (servers.MariaPool if mariadb else servers.PostgresPool)(where, name)
            stack.callback(pool.close)
            database = pool.database()
            made.append(Place(where.kind, database.url, _empty_mariadb if mariadb else _empty_postgresql))
            stack.callback(made[-1].dispose)
        yield made[0], made[1]
