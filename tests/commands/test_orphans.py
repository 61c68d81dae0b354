"""Scratch databases of processes that were killed are dropped by the next one; those in use, and others', are not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import fresh, on
from limbeck.commands.scratch import on_scratch
from limbeck.judge import orphans
from limbeck.judge.scratch import scratch_database
from servers import Database, Run

ROOT = Path(__file__).parents[2]
HOLDS = """
import sys, time
import sqlalchemy as sa
from limbeck.commands.scratch import on_scratch
from limbeck.judge.scratch import scratch_database

def waits(connection):
    print(connection.exec_driver_sql(sys.argv[2]).scalar(), flush=True)
    time.sleep(60)

with sa.create_engine(sys.argv[1], poolclass=sa.pool.NullPool).connect() as connection:
    if sys.argv[3] == "beside":
        on_scratch(connection, connection.dialect, waits)
    else:
        with scratch_database(connection) as room:
            waits(room.connection)
"""
ITSELF = {"postgresql": "SELECT current_database()", "mariadb": "SELECT DATABASE()"}
THERE = {"postgresql": "SELECT datname FROM pg_database", "mariadb": "SHOW DATABASES"}
WAYS = [("postgresql", "beside"), ("mariadb", "beside"), ("mariadb", "judge")]
each_way = pytest.mark.parametrize(
    ("database", "way"), WAYS, indirect=["database"], ids=["-".join(way) for way in WAYS]
)


@pytest.fixture(scope="module")
def own() -> Iterator[Run]:
    """Servers of these tests alone: databases belong to the server, and other tests sweep what is left too."""
    run = Run.begin()
    yield run
    run.end()


@pytest.fixture
def database(request: pytest.FixtureRequest, own: Run) -> Iterator[Database]:
    yield from fresh(request, request.param, own)


class Holder:
    """A process that has a scratch database."""

    def __init__(self, database: Database, way: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDS, database.url, ITSELF[database.kind], way],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.name = self.process.stdout.readline().strip()
        assert self.name.startswith(orphans.PREFIX)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=20)


@pytest.fixture
def holder(database: Database, way: str) -> Iterator[Holder]:
    one = Holder(database, way)
    yield one
    one.kill()
    used(database, way)


def there(database: Database) -> set[str]:
    with database.engine().connect() as connection:
        found = connection.exec_driver_sql(THERE[database.kind]).scalars().all()
    return {name for name in found if name.startswith(orphans.PREFIX)}


def used(database: Database, way: str) -> str:
    """Uses a scratch database itself."""

    def name(connection: sa.Connection) -> str:
        found: str = connection.exec_driver_sql(ITSELF[database.kind]).scalar_one()
        return found

    with database.engine().connect() as connection:
        if way == "beside":
            return on_scratch(connection, connection.dialect, name)
        with scratch_database(connection) as room:
            assert room is not None
            return name(room.connection)


def session_ended(database: Database, name: str) -> None:
    """The server needs a moment to see that a process is gone."""
    if database.kind == "mariadb":
        asked = f"SELECT IS_FREE_LOCK('{name}')"
    else:
        asked = f"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {name.split('_')[2]} OR datname = '{name}')"
    with database.engine().connect() as connection:
        for _ in range(400):
            if connection.exec_driver_sql(asked).scalar():
                return
            connection.rollback()
            time.sleep(0.02)
    raise AssertionError("the session of a killed process stays")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@each_way
def test_what_a_killed_process_left_is_swept_once_it_is_dead(
    database: Database, way: str, holder: Holder
) -> None:
    assert used(database, way) != holder.name
    assert there(database) == {holder.name}, "its process lives"
    holder.kill()
    assert there(database) == {holder.name}, "it was killed: it could not clear up"
    session_ended(database, holder.name)
    used(database, way)
    assert there(database) == set()


@on("postgresql", "mariadb")
def test_only_names_that_we_give_are_ours(database: Database) -> None:
    with database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        if database.kind == "mariadb":
            server = connection.exec_driver_sql(f"SELECT {orphans.SERVER}").scalar()
            elsewhere = "000000" if server != "000000" else "111111"
            ours = f"{orphans.PREFIX}{server}_0123456789ab"
            others = [f"{orphans.PREFIX}{elsewhere}_0123456789ab", f"{ours}c"]
        else:
            ours = f"{orphans.PREFIX}999999999_0123456789ab"
            others = [f"{ours}c", f"{orphans.PREFIX}x9_0123456789ab"]
        others += ["limbeck_scratch_0123456789ab", "limbeck_scratchbook", "my_limbeck_scratch_1_0123456789ab"]
        for name in (ours, *others):
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            used(database, "beside")
            left = set(connection.exec_driver_sql(THERE[database.kind]).scalars())
            assert left & {ours, *others} == set(others)
        finally:
            for name in (ours, *others):
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


@on("postgresql")
def test_what_another_role_made_stays_its_own(database: Database) -> None:
    role = f"{sa.make_url(database.url).database}_other"
    name = f"{orphans.PREFIX}999999999_0123456789ab"
    with database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        try:
            connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER {role}")
            used(database, "beside")
            assert there(database) == {name}
        finally:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


@on("mariadb")
def test_it_costs_one_question(database: Database) -> None:
    """What is asked for a scratch database where there is nothing to sweep, between connecting and CREATE DATABASE."""
    asked: list[str] = []
    engine = database.engine()
    with engine.connect() as connection:
        sa.event.listen(engine, "before_cursor_execute", lambda c, cursor, text, *_: asked.append(text))
        with scratch_database(connection):
            pass
    made = [text.split()[0] for text in asked if not text.startswith("SELECT DATABASE()")]
    assert made == ["SELECT", "SET", "SET", "SELECT", "CREATE", "USE", "DROP"]
