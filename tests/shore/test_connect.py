"""From a URL to a connection, and every way of not getting one: one line, its own class, never the password."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.errors import (
    BadUrl,
    ConnectError,
    ConnectionRefused,
    ConnectTimedOut,
    DatabaseMissing,
    DriverMissing,
    FolderMissing,
    HostUnknown,
    LoginRefused,
    NotADatabase,
    UnknownDialect,
)
from limbeck.shore import connect, drivers
from servers import Database

installed = lambda name: importlib.util.find_spec(name) is not None  # noqa: E731
SECRET = "hun/ter:2"
ENCODED = "hun%2Fter%3A2"


def refusal(url: str, **options: float) -> Exception:
    if "+psycopg2:" in url and not installed("psycopg2"):
        pytest.skip("psycopg2 is not installed")
    with pytest.raises((ConnectError, BadUrl, DriverMissing, UnknownDialect)) as refused:
        connect.connected(url, lambda connection: None, **options)  # type: ignore[arg-type]
    error = refused.value
    for text in (str(error), repr(error.evidence()), str(error.__cause__)):
        assert SECRET not in text
        assert ENCODED not in text
    return error


@on("sqlite", "postgresql", "mariadb")
def test_connects_and_hands_back(database: Database) -> None:
    assert connect.connected(database.url, lambda c: c.exec_driver_sql("SELECT 41 + 1").scalar()) == 42


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgres+psycopg2://u@h/d", "postgresql+psycopg2://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg_async://u@h/d", "postgresql+psycopg://u@h/d"),
        ("mysql://u@h/d", "mysql+pymysql://u@h/d"),
        ("mariadb://u@h/d", "mariadb+pymysql://u@h/d"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        (" sqlite://\n", "sqlite://"),
    ],
)
def test_an_installed_driver_is_chosen(written: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"psycopg", "psycopg2", "pymysql", "pysqlite"}
    monkeypatch.setattr(drivers, "is_installed", lambda driver: driver.name in here)
    assert str(connect.parse(written)) == read


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://u@h/d", 'No driver for PostgreSQL is installed.\npip install "limbeck[postgresql]"'),
        ("mysql://u@h/d", 'No driver for MySQL is installed.\npip install "limbeck[mysql]"'),
        (
            "postgresql+psycopg2://u@h/d",
            "The driver psycopg2 for PostgreSQL is not installed.\npip install psycopg2-binary",
        ),
        ("mssql://u@h/d", "No driver for SQL Server is installed.\npip install pyodbc"),
    ],
)
def test_what_to_install(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "is_installed", lambda driver: False)
    assert str(refusal(url)) == says


def test_sqlalchemy_itself_accepts_the_old_name() -> None:
    code = (
        "from limbeck.shore import connect; connect.accept_old_names(); connect.accept_old_names()\n"
        "import sqlalchemy as sa\n"
        "print(sa.create_engine('postgres://u@h/d').dialect.driver)\n"
        "print(sa.engine_from_config({'sqlalchemy.url': 'postgres+psycopg://u@h/d'}).dialect.driver)\n"
        "print(sa.make_url('postgresql://u@h/d').get_dialect().name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = "psycopg2" if sa.__version__.startswith("2.0.") else "psycopg"  # SQLAlchemy's own first choice
    assert done.stdout.split() == [own, "psycopg", "postgresql"]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgres//u:pw@h", BadUrl),
        ("", BadUrl),
        ("postgresql://u:p@h:port/d", BadUrl),
        ("nonsense://u@h/d", UnknownDialect),
        ("postgresql+nonsense://u@h/d", UnknownDialect),
        (f"postgresql://u:{ENCODED}@127.0.0.1:1/d", ConnectionRefused),
        (f"mysql+pymysql://u:{ENCODED}@127.0.0.1:1/d", ConnectionRefused),
        (f"postgresql://u:{ENCODED}@nowhere.invalid/d", HostUnknown),
        (f"postgresql+psycopg2://u:{ENCODED}@nowhere.invalid/d", HostUnknown),
        (f"mysql+pymysql://u:{ENCODED}@nowhere.invalid/d", HostUnknown),
        (f"postgresql://u@127.0.0.1:1/d?password={ENCODED}", ConnectionRefused),
        (f"postgresql://u:{ENCODED}@/d?host=/no/such/folder", ConnectionRefused),
        ("sqlite:////no/such/folder/x.db", FolderMissing),
    ],
)
def test_the_reason(url: str, error: type[Exception]) -> None:
    assert type(refusal(url)) is error


def test_a_mistyped_url_keeps_its_password_to_itself() -> None:
    assert "pw" not in str(refusal("postgres//u:pw@h/d"))
    assert "pw" not in str(refusal("postgresql://u:pw@h:port/d"))


def test_no_database_at_all(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to be read as one" * 20)
    assert type(refusal(f"sqlite:///{tmp_path}/notes.txt")) is NotADatabase
    assert type(refusal(f"sqlite:///{tmp_path}")) is NotADatabase


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_missing_database_on_postgresql(postgresql: Database, driver: str) -> None:
    url = sa.make_url(postgresql.url).set(drivername=f"postgresql+{driver}", database="no_such_one")
    error = refusal(url.render_as_string(hide_password=False))
    assert isinstance(error, DatabaseMissing)
    assert error.name == "no_such_one"


def test_a_missing_database_and_a_wrong_password_on_mariadb(mariadb: Database) -> None:
    url = sa.make_url(mariadb.url)
    missing = refusal(url.set(database="no_such_one").render_as_string(hide_password=False))
    assert isinstance(missing, DatabaseMissing)
    wrong = refusal(url.set(username="stranger", password=SECRET).render_as_string(hide_password=False))
    assert isinstance(wrong, LoginRefused)
    assert wrong.user == "stranger"


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+psycopg2", "mysql+pymysql"])
def test_a_silent_server_is_not_waited_for(silent: int, driver: str) -> None:
    began = time.monotonic()
    error = refusal(f"{driver}://u:{ENCODED}@127.0.0.1:{silent}/d", connect_timeout=2)
    assert isinstance(error, ConnectTimedOut)
    assert 1.5 < time.monotonic() - began < 5


def test_the_bound_for_connecting_does_not_bound_statements(mariadb: Database) -> None:
    def work(connection: sa.Connection) -> object:
        return connection.exec_driver_sql("SELECT SLEEP(1.6)").scalar()

    assert connect.connected(mariadb.url, work, connect_timeout=1) == 0


def test_a_dialect_needs_no_driver() -> None:
    assert connect.dialect("mssql://h/d").name == "mssql"
    assert connect.dialect("postgres").name == "postgresql"
    assert connect.dialect("oracle+oracledb://h/d").driver == "oracledb"


def test_a_relative_file_is_the_projects() -> None:
    under = lambda text: connect.under(Path("/srv/app"), connect.read(text)).database  # noqa: E731
    assert under("sqlite:///db/app.db") == "/srv/app/db/app.db"
    assert under("sqlite:////db/app.db") == "/db/app.db"
    assert under("sqlite://") is None
    assert under("sqlite:///:memory:") == ":memory:"
