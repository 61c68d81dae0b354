"""Real databases for tests: one server of each kind per run, an empty database per test, all gone afterwards.

A server is started by the first test of any worker that asks for it. Its life hangs on a pipe that the controlling
pytest process holds (limbeck.embedded.lifeline): it ends with that process, however that ends. The fixtures are
in conftest.py.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from limbeck import embedded
from limbeck.embedded.account import make_folder
from limbeck.errors import LimbeckError

try:
    import fcntl
except ImportError:  # Windows: every process has servers of its own
    fcntl = None  # type: ignore[assignment]

KINDS = ("sqlite", "postgresql", "mariadb")
GET_MARIADB = (
    "not here; get it with: apt-get install --no-install-recommends mariadb-server-core mariadb-client-core"
)


class NoServer(Exception):
    """No server of this kind can be had; the text says why and how to get it."""


@dataclass(frozen=True)
class Where:
    """All that another process needs to know of a running server. DATABASE in the URLs stands for a database's name."""

    kind: str
    url: str
    folder: str
    tcp_url: str | None = None

    def to(self, database: str) -> str:
        return self.url.replace("DATABASE", database)


@dataclass
class Database:
    """The empty database of one test. `engine()`: its one engine; `empty()`: make it empty again within a test."""

    kind: str
    url: str
    tcp_url: str | None = None
    _empty: Callable[[], None] = lambda: None
    _engines: list[sa.Engine] = field(default_factory=list)
    _open: dict[int, Any] = field(default_factory=dict)

    def engine(self, **options: Any) -> sa.Engine:
        """The engine of this database, without a pool; with options, a new one."""
        if self._engines and not options:
            return self._engines[0]
        if ":memory:" not in self.url:
            options.setdefault("poolclass", sa.pool.NullPool)
        made = sa.create_engine(self.url, **options)
        sa.event.listen(made, "checkout", lambda _, record, proxy: self._open.__setitem__(id(record), proxy))
        sa.event.listen(made, "checkin", lambda _, record: self._open.pop(id(record), None))
        self._engines.append(made)
        return made

    def empty(self) -> None:
        """Remove all that is in it, and what was made beside it under its name."""
        self.dispose()
        self._empty()

    def dispose(self) -> None:
        """Close every connection, also those left open (else they end in the midst of a later test)."""
        for proxy in list(self._open.values()):
            proxy.invalidate()
        self._open.clear()
        for engine in self._engines:
            engine.dispose()
        self._engines.clear()


# -- One run -------------------------------------------------------------------------------------------------


class Run:
    """What the processes of one pytest run share: a folder with a lock and a note per server, and the lifeline."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder = folder
        self.worker = worker
        self.pools: dict[str, PostgresPool | MariaPool] = {}
        self._pipe: int | None = None

    @classmethod
    def begin(cls) -> Run:
        """For the controlling process: holds the lifeline open until `end()`, or until it dies."""
        run = cls(Path(tempfile.mkdtemp(prefix="limbeck-run-")), "main")
        if hasattr(os, "mkfifo"):
            os.mkfifo(run.folder / "lifeline", 0o600)
            run._pipe = os.open(run.folder / "lifeline", os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        return run

    def end(self) -> None:
        """Let go of the lifeline and wait until every server and its folder are gone."""
        self.leave()
        notes = [json.loads(note.read_text()) for note in self.folder.glob("*.json")]
        if self._pipe is not None:
            os.close(self._pipe)
        folders = [Path(note["folder"]) for note in notes if "folder" in note]
        until = time.monotonic() + 20
        while any(folder.exists() for folder in folders) and time.monotonic() < until:
            time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    def leave(self) -> None:
        """Close what this process holds open."""
        for pool in self.pools.values():
            pool.close()
        self.pools.clear()

    def where(self, kind: str) -> Where:
        """The run's server of that kind, started if nobody has yet. Raises NoServer."""
        if fcntl is None:
            return START[kind](None)
        note = self.folder / f"{kind}.json"
        with (self.folder / f"{kind}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                note.write_text(json.dumps(self._start(kind)))
        said = json.loads(note.read_text())
        if "why_not" in said:
            raise NoServer(said["why_not"])
        return Where(**said)

    def _start(self, kind: str) -> dict[str, Any]:
        lifeline = os.open(self.folder / "lifeline", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(lifeline, True)
        try:
            return vars(START[kind](lifeline))
        except (NoServer, LimbeckError) as error:
            return {"why_not": " ".join(str(error).split("\n"))}
        finally:
            os.close(lifeline)

    def pool(self, kind: str) -> PostgresPool | MariaPool:
        if kind not in self.pools:
            make = MariaPool if kind == "mariadb" else PostgresPool
            self.pools[kind] = make(self.where(kind), self.worker)
        return self.pools[kind]

    @contextlib.contextmanager
    def database(self, kind: str, folder: Path) -> Iterator[Database]:
        """An empty database for the length of a block; `folder` is where a file of SQLite goes."""
        if kind == "sqlite":
            database = sqlite_file(folder)
        elif kind == "sqlite-memory":
            database = Database("sqlite", "sqlite+pysqlite:///:memory:")
        else:
            database = self.pool(kind).database()
        try:
            yield database
        finally:
            database.dispose()


def sqlite_file(folder: Path) -> Database:
    numbers = itertools.count(1)
    path = next(p for p in (folder / f"t{n}.db" for n in numbers) if not p.exists())

    def empty() -> None:
        for end in ("", "-journal", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)

    return Database("sqlite", f"sqlite+pysqlite:///{path}", None, empty)


# -- PostgreSQL ----------------------------------------------------------------------------------------------


def start_postgresql(version: int | None, lifeline: int | None, kind: str = "postgresql") -> Where:
    server, kept = embedded.start(version, loopback=True, lifeline=lifeline)
    _hold(kept, lifeline)
    return Where(kind, server.url("DATABASE"), str(server.folder), server.url("DATABASE", loopback=True))


# How many of each kind of object a database holds. Equal to those of a new database: it is as good as new.
COUNTS = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_proc),
    (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_cast),
    (SELECT count(*) FROM pg_collation), (SELECT count(*) FROM pg_language), (SELECT count(*) FROM pg_am),
    (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_publication),
    (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_operator),
    (SELECT count(*) FROM pg_foreign_data_wrapper), (SELECT count(*) FROM pg_foreign_server),
    (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_description),
    (SELECT count(*) FROM pg_constraint), coalesce(b.datacl::text, ''), b.datdba,
    (SELECT count(*) FROM pg_shdescription d WHERE d.classoid = 'pg_database'::regclass AND d.objoid = b.oid),
    (SELECT count(*) FROM pg_db_role_setting s WHERE s.setdatabase = b.oid)
FROM pg_database b WHERE b.datname = current_database()
"""
OWN_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"


def new_public(version: tuple[int, ...]) -> str:
    """The schema of a new database. Since 14 it is the database's owner's, and only its owner may create in it."""
    owner = " AUTHORIZATION pg_database_owner" if version >= (14,) else ""
    rights = "USAGE" if version >= (15,) else "USAGE, CREATE"
    return f"""
CREATE SCHEMA public{owner};
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT {rights} ON SCHEMA public TO PUBLIC;
"""


class PostgresPool:
    """One database per process, made empty for each test in a few milliseconds (a new one takes 50 to 170).

    Emptied means: its sessions ended, its schemas dropped, and all counted: if anything is left, it is made anew.
    Roles belong to the whole server: a test that makes one drops it, and names it after its database.
    """

    def __init__(self, where: Where, worker: str) -> None:
        self.where = where
        self.name = f"t_{worker}"
        self.admin = sa.create_engine(
            where.to("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.StaticPool
        )
        self.counts: tuple[Any, ...] | None = None

    def database(self) -> Database:
        self.empty()
        tcp = self.where.tcp_url.replace("DATABASE", self.name) if self.where.tcp_url else None
        return Database(self.where.kind, self.where.to(self.name), tcp, self.empty)

    def empty(self) -> None:
        if self.counts is None:
            self.anew()
            with self.inside() as connection:
                self.counts = self.count(connection)
            return
        with self.admin.connect() as connection:
            wait = ", 5000" if connection.dialect.server_version_info >= (14,) else ""
            gone = f"SELECT pg_terminate_backend(pid{wait}) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(sa.text(gone), {"name": self.name})
        try:
            with self.inside() as connection:
                schemas = list(connection.scalars(sa.text(OWN_SCHEMAS)))
                dropped = ", ".join('"' + name.replace('"', '""') + '"' for name in schemas)
                connection.exec_driver_sql(
                    (f"DROP SCHEMA {dropped} CASCADE;" if dropped else "")
                    + new_public(connection.dialect.server_version_info)
                )
                as_new = self.count(connection) == self.counts
        except sa.exc.DBAPIError:
            as_new = False
        if not as_new:
            self.anew()

    def anew(self) -> None:
        with self.admin.connect() as connection:
            version = connection.dialect.server_version_info
            force = " WITH (FORCE)" if version >= (13,) else ""
            strategy = " STRATEGY file_copy" if version >= (15,) else ""
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {self.name}{force}")
            connection.exec_driver_sql(f"CREATE DATABASE {self.name} TEMPLATE template0{strategy}")

    @contextlib.contextmanager
    def inside(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(
            self.where.to(self.name), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with engine.connect() as connection:
            yield connection

    @staticmethod
    def count(connection: sa.Connection) -> tuple[Any, ...]:
        return tuple(connection.exec_driver_sql(COUNTS).one())

    def close(self) -> None:
        self.admin.dispose()


# -- MariaDB -------------------------------------------------------------------------------------------------

MARIADB_SETTINGS = (
    "--skip-networking",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--character-set-server=utf8mb4",
    "--default-time-zone=+00:00",
)


def folder_in_memory(account: Any) -> Path | None:
    """A folder on Linux' file system in memory, where there is room: every CREATE TABLE of MariaDB waits for its files
    (a pair of schemas takes a tenth of the time there)."""
    place = Path("/dev/shm")
    if not place.is_dir() or not account.can_reach(place) or shutil.disk_usage(place).free < 2**30:
        return None
    try:
        folder = Path(tempfile.mkdtemp(prefix="limbeck-", dir=place))
    except OSError:
        return None
    account.own(folder)
    return folder


def start_mariadb(lifeline: int | None) -> Where:
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"))
    daemon = shutil.which("mariadbd", path=path)
    install = shutil.which("mariadb-install-db", path=path)
    if daemon is None or install is None:
        raise NoServer(GET_MARIADB)
    account = embedded.ordinary_account()
    folder = folder_in_memory(account) or make_folder(account, "limbeck-")
    data, made = folder / "data", None
    try:
        made = subprocess.run(
            [
                *(install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"),
                *("--skip-test-db", "--innodb-flush-log-at-trx-commit=0"),
            ],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=120,
            **account.popen(),
        )
    finally:
        if made is None or made.returncode:
            shutil.rmtree(folder, ignore_errors=True)
    if made.returncode:
        raise NoServer(f"mariadb-install-db failed: {(made.stderr or made.stdout).strip()[-300:]}")
    link = folder / "s.sock"
    command = [daemon, "--no-defaults", f"--datadir={data}", f"--socket={link}", f"--pid-file={folder}/pid"]
    command.append(f"--tmpdir={folder}")  # of several servers in /tmp one takes away what another still needs
    # Nothing of it is kept, so nothing is gained by an orderly end: SIGKILL.
    kept = embedded.keep([*command, *MARIADB_SETTINGS], folder, account, None, "SIGKILL", lifeline)
    where = Where(
        "mariadb", f"mysql+pymysql://root@localhost/DATABASE?unix_socket={link}&charset=utf8mb4", str(folder)
    )
    engine = sa.create_engine(where.to(""), poolclass=sa.pool.NullPool)
    until = time.monotonic() + 60
    while True:
        try:
            engine.connect().close()
            break
        except sa.exc.DBAPIError as error:
            if kept.ended() or time.monotonic() > until:
                log = kept.log()[-500:]
                kept.stop()
                raise NoServer(f"mariadbd did not start: {log}") from error
            time.sleep(0.02)
    _hold(kept, lifeline)
    return where


class MariaPool:
    """A new database per test (some milliseconds); databases whose names begin with its name go with it."""

    def __init__(self, where: Where, worker: str) -> None:
        self.where = where
        self.name = f"t_{worker}"
        self.admin = sa.create_engine(
            where.to(""), isolation_level="AUTOCOMMIT", poolclass=sa.pool.StaticPool
        )

    def database(self) -> Database:
        self.empty()
        return Database(self.where.kind, self.where.to(self.name), None, self.empty)

    def empty(self) -> None:
        with self.admin.connect() as connection:
            pattern = self.name.replace("_", r"\_") + "%"
            sessions = (
                "SELECT id FROM information_schema.processlist WHERE db LIKE %s AND id <> connection_id()"
            )
            for number in connection.exec_driver_sql(sessions, (pattern,)).scalars().all():
                with contextlib.suppress(sa.exc.DBAPIError):  # it may have ended meanwhile
                    connection.exec_driver_sql(f"KILL {number}")
            for name in connection.exec_driver_sql("SHOW DATABASES LIKE %s", (pattern,)).scalars().all():
                connection.exec_driver_sql(f"DROP DATABASE `{name}`")
            connection.exec_driver_sql(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4")

    def close(self) -> None:
        self.admin.dispose()


START: dict[str, Callable[[int | None], Where]] = {
    # LIMBECK_POSTGRESQL=15: every test of PostgreSQL on a server of that version, found on this machine.
    "postgresql": lambda lifeline: start_postgresql(
        int(os.environ.get("LIMBECK_POSTGRESQL") or 0) or None, lifeline
    ),
    "postgresql15": lambda lifeline: start_postgresql(15, lifeline, "postgresql15"),
    "mariadb": start_mariadb,
}

_held: list[embedded.Kept] = []


def _hold(kept: embedded.Kept, lifeline: int | None) -> None:
    """Without a shared lifeline the server ends with this object, which must live as long as the process."""
    _held.append(kept)
    if lifeline is not None:
        kept.watch.returncode = 0  # it is the controller's now: no ResourceWarning about a running child
