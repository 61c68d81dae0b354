"""A database for the length of a call, to run revisions on: beside the project's own, or a private one.

SQLite       a file in a temporary folder
PostgreSQL   a database that is created on the connected server, else the embedded server where it is installed
MariaDB      a database that is created on the connected server
What runs there may not reach beyond it: statements about roles, other databases and the server are refused before
they are sent. It is dropped whatever happens; what a process that is killed leaves (limbeck_scratch_...), the next one
drops (`judge.orphans`).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from limbeck.errors import NoOrdinaryAccount, NoPlaceForServer, PostgresDidNotStart, ScratchOnly
from limbeck.judge import orphans
from limbeck.shore import connect
from limbeck.shore.compat import DatabaseError

T = TypeVar("T")
Work = Callable[[Any], T]
SERVER_WIDE: Final = re.compile(
    r"\b(CREATE|ALTER|DROP|RENAME)\s+(ROLE|USER|GROUP|DATABASE|TABLESPACE|SUBSCRIPTION|SYSTEM|SERVER)\b"
    r"|\bSET\s+(GLOBAL|PERSIST)\b",
    re.IGNORECASE,
)
"""What would be seen outside of one database."""
LITERAL: Final = re.compile(r"'(?:[^']|'')*'")
RUNS_TEXT: Final = re.compile(r"\b(DO|EXECUTE|PREPARE)\b|\$\w*\$", re.IGNORECASE)
"""Where a literal may be a statement itself."""
READS: Final = re.compile(r"\s*(SELECT|SHOW|DESCRIBE|EXPLAIN)\b", re.IGNORECASE)


class NoScratch(Exception):
    """None can be had; the text says why."""


def on_scratch(connection: Any, dialect: Any, work: Work[T]) -> T:
    """Calls `work(connection)` on an empty database of this kind and gives back what it gave.

    `connection` is one to the server beside which it may be created, None where there is none. NoScratch where none
    can be had; what `work` raises passes as it is."""
    kind = "mysql" if dialect.name == "mariadb" else dialect.name
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix=orphans.PREFIX) as folder:
            return connect.connected(f"sqlite:///{Path(folder) / 'scratch.db'}", work)
    if kind not in ("postgresql", "mysql"):
        raise NoScratch(f"limbeck makes none on {kind}.")
    try:
        if connection is None:
            raise NoScratch("there is no connection to a server.")
        return _beside(connection, kind, work)
    except NoScratch as refused:
        if kind != "postgresql":
            raise
        return _embedded(work, refused)


def _beside(connection: Any, kind: str, work: Work[T]) -> T:
    url = connection.engine.url
    own = {"isolation_level": "AUTOCOMMIT"}
    forced = kind == "postgresql" and (connection.dialect.server_version_info or (0,))[0] >= 13

    def inside(admin: Any) -> T:
        """Its session is open as long as the database is there: it is how others know that somebody uses it."""
        name, beside = _created(admin, kind)
        drop = f"DROP DATABASE IF EXISTS {name}" + (" WITH (FORCE)" if forced else "")
        try:
            return connect.connected(url.set(database=name), lambda c: _within(c, work, beside))
        finally:
            try:
                admin.exec_driver_sql(drop)
            except DatabaseError:  # a session that waits long enough is ended by some servers
                connect.connected(url, lambda other: other.exec_driver_sql(drop), options=own)

    return connect.connected(url, inside, options=own)


def _created(admin: Any, kind: str) -> tuple[str, tuple[str, ...]]:
    """The name of the new database, and the names of those beside it where one statement can reach them."""
    try:
        if kind == "postgresql":
            name = orphans.claimed_on_postgresql(admin)
            admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
            return name, ()
        server = admin.exec_driver_sql(f"SELECT {orphans.SERVER}").scalar()
        found = tuple(admin.exec_driver_sql("SHOW DATABASES").scalars())
        name = orphans.claimed_on_mysql(admin, server, found)
        admin.exec_driver_sql(f"CREATE DATABASE {name}")
        return name, found
    except DatabaseError as error:
        raise NoScratch(f"the server says {str(error.orig).splitlines()[0]}.") from None


def _embedded(work: Work[T], refused: NoScratch) -> T:
    from limbeck import embedded

    reason = embedded.why_not()
    if reason is not None:
        raise NoScratch(f"{refused} A private PostgreSQL cannot be started either: {reason}") from None
    try:
        with embedded.postgres() as server:
            return connect.connected(server.url("postgres"), work)
    except (PostgresDidNotStart, NoOrdinaryAccount, NoPlaceForServer) as error:
        raise NoScratch(f"{refused} {error.what()}") from None


def _within(connection: Any, work: Work[T], others: Iterable[str]) -> T:
    """The work, with every statement looked at before it is sent."""
    from sqlalchemy import event

    names = "|".join(re.escape(name) for name in others)
    beyond = re.compile(rf"(?<![\w.])[`\"]?({names})[`\"]?\s*\.|\bUSE\s+\S", re.IGNORECASE) if names else None

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        told = " ".join(statement.split())[:80]
        bare = statement if RUNS_TEXT.search(statement) else LITERAL.sub("''", statement)
        if SERVER_WIDE.search(bare):
            raise ScratchOnly(statement=told, why="it is about the whole server.")
        if beyond is not None and not READS.match(bare) and beyond.search(bare):
            raise ScratchOnly(statement=told, why="it speaks of another database of the server.")

    event.listen(connection, "before_cursor_execute", look)
    return work(connection)
