"""One private server: made, started, asked for its URL, stopped."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from limbeck.embedded.account import Account, make_folder, ordinary_account
from limbeck.embedded.lifeline import Kept, keep
from limbeck.embedded.programs import Programs, find
from limbeck.errors import PostgresDidNotStart

USER = "postgres"
ATTEMPTS = 3  # a free port may be taken before the server has it
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "max_prepared_transactions": "10",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running PostgreSQL. `folder` holds its socket, which asks for no password; 127.0.0.1 does."""

    version: int
    folder: Path
    port: int
    loopback: bool
    password: str = field(repr=False)
    programs: Programs

    def url(self, database: str = USER, driver: str = "psycopg", *, loopback: bool | None = None) -> str:
        """The URL of a database, as SQLAlchemy reads it; by the socket, or by 127.0.0.1 with a password."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        if loopback or (loopback is None and os.name == "nt"):
            return f"{scheme}://{USER}:{self.password}@127.0.0.1:{self.port}/{quote(database, safe='')}"
        return f"{scheme}://{USER}@:{self.port}/{quote(database, safe='')}?host={quote(str(self.folder))}"

    def create_database(self, name: str) -> None:
        """Make an empty database; nothing needs to be installed for it."""
        where = ["-h", "127.0.0.1" if os.name == "nt" else str(self.folder), "-p", str(self.port), "-U", USER]
        environment = {**_environment(), "PGPASSWORD": self.password}
        command = [self.programs.path("createdb"), *where, "-T", "template0", "--", name]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=60)


@contextlib.contextmanager
def postgres(version: int | None = None, *, loopback: bool = False) -> Iterator[Server]:
    """A server for the length of a block, ready within about a second.

    Raises `NoPostgres`, `NoOrdinaryAccount`, `NoPlaceForServer`, `PostgresDidNotStart`.
    """
    server, kept = start(version, loopback=loopback)
    try:
        yield server
    finally:
        kept.stop()


def start(
    version: int | None = None, *, loopback: bool = False, lifeline: int | None = None
) -> tuple[Server, Kept]:
    """A server and its keeper, for those who have no block. It ends with the process, or with `lifeline`."""
    loopback = loopback or os.name == "nt"
    installed = find(version)
    account = ordinary_account()
    last = ""
    for _ in range(ATTEMPTS):
        folder = make_folder(account, "limbeck-")
        try:
            programs = installed.reachable_by(account, folder / "programs")
            password = _initialise(programs, folder, account)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        port = _free_port() if loopback else 5432
        kept = keep(
            _command(programs, folder, port, loopback), folder, account, _environment(), "SIGQUIT", lifeline
        )
        try:
            ready = _wait(kept, folder)
        except BaseException:
            kept.stop()
            raise
        if ready:
            return (
                Server(
                    version=programs.version,
                    folder=folder,
                    port=port,
                    loopback=loopback,
                    password=password,
                    programs=programs,
                ),
                kept,
            )
        last = kept.log()
        kept.stop()
        if "could not bind" not in last:
            break
    raise PostgresDidNotStart(step="postgres", programs=str(installed.folder), said=last[-2000:].strip())


def _initialise(programs: Programs, folder: Path, account: Account) -> str:
    """Make the data directory; answers the password made up for the loopback address."""
    password = secrets.token_hex(12)
    secret = folder / "password"
    secret.touch(mode=0o600)
    account.own(secret)
    secret.write_text(password, encoding="ascii")
    command = [
        *(
            programs.path("initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            USER,
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ),
        *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"),
    ]
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            cwd=folder,
            timeout=120,
            **account.popen(),
        )
        said, failed = ran.stdout.decode(errors="replace"), ran.returncode != 0
    except (OSError, subprocess.SubprocessError) as error:
        said, failed = str(error), True
    if failed:
        raise PostgresDidNotStart(step="initdb", programs=str(programs.folder), said=said[-2000:].strip())
    secret.unlink()
    return password


def _command(programs: Programs, folder: Path, port: int, loopback: bool) -> list[str]:
    settings = {
        **SETTINGS,
        "port": str(port),
        "listen_addresses": "127.0.0.1" if loopback else "",
        "unix_socket_directories": "" if os.name == "nt" else str(folder),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [programs.path("postgres"), "-D", str(folder / "data"), *options]


def _wait(kept: Kept, folder: Path, seconds: float = 60.0) -> bool:
    """Until the server says in its own file that it is ready; False when it ended instead."""
    status = folder / "data" / "postmaster.pid"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            lines = status.read_text(encoding="utf-8", errors="replace").splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return True
        if kept.ended():
            return False
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """Ours, without what would steer PostgreSQL or its messages from outside."""
    steering = ("PG", "LC_", "LANG", "TZ")
    return {**{k: v for k, v in os.environ.items() if not k.startswith(steering)}, "LC_ALL": "C"}
