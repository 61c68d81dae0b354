"""Ctrl-C and SIGTERM at any moment of a run: one clear message, a database at the boundary of a step, and the same
command ends the work. Real processes, real signals, moments drawn at random: the seed is fixed, MOMENTS=word in the
environment draws others."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.errors import Exit
from servers import Database

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells when a process has its handlers"
)

ROOT = Path(__file__).parents[2]
STEPS = 100
MOMENTS = 15
CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}
REVISION = '''"""{name}"""
import sqlalchemy as sa
from limbeck import op

revision = {name!r}
down_revision = {parent!r}


def upgrade():
    {body}


def downgrade():
    op.drop_table("t{number}")
'''
TABLE = 'op.create_table("t{number}", sa.Column("id", sa.Integer, primary_key=True))'


def name_of(number: int) -> str:
    return f"n{number:03}"


class Place:
    """A project over one database, and the command `limbeck upgrade head` in it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        (folder / "migrations" / "versions").mkdir(parents=True)

    def has(self, *bodies: str, transaction: str = "run") -> None:
        (self.folder / "limbeck.toml").write_text(
            f'url = "{self.database.url}"\nmigrations = "migrations"\ntransaction = "{transaction}"\n'
        )
        for number, body in enumerate(bodies):
            parent = name_of(number - 1) if number else None
            text = REVISION.format(
                name=name_of(number), parent=parent, number=number, body=body.format(number=number)
            )
            (self.folder / "migrations" / "versions" / f"{name_of(number)}.py").write_text(text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "limbeck", *(words or ("upgrade", "head"))],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ended(self, process: subprocess.Popen[str]) -> tuple[int, str, str]:
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def upgraded(self) -> None:
        code, _out, err = self.ended(self.start())
        assert (code, err) == (0, "")

    @property
    def stands(self) -> int:
        """How many steps the version rows tell; the tables tell the same."""
        with self.database.engine().connect() as connection:
            tables = set(sa.inspect(connection).get_table_names())
            rows = []
            if "alembic_version" in tables:
                rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        assert len(rows) <= 1
        steps = int(rows[0][1:]) + 1 if rows else 0
        assert tables - {"alembic_version"} == {f"t{n}" for n in range(steps)}
        return steps


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    folder = tmp_path / "project"
    folder.mkdir()
    return Place(folder, database)


def hears(process: subprocess.Popen[str]) -> bool:
    """Whether the process has a handler for SIGTERM: from then on limbeck answers for what is said."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    caught = re.search(r"SigCgt:\s*(\w+)", status)
    return process.poll() is not None or (
        caught is not None and bool(int(caught[1], 16) & 1 << (signal.SIGTERM - 1))
    )


def until(happens: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not happens():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


def sent(process: subprocess.Popen[str], number: int) -> None:
    if process.poll() is None:
        os.kill(process.pid, number)


def check_said(number: int, code: int, err: str, before: int, after: int) -> None:
    """What the command says about itself is what the database says."""
    word = "Interrupted" if number == signal.SIGINT else f"Ended by {signal.Signals(number).name}"
    assert code == CODES[signal.Signals(number)], err
    if err.startswith("error LB711: "):
        assert re.fullmatch(
            r"error LB711: limbeck was interrupted( by SIGTERM)? before anything was done.", first(err)
        )
        assert err.splitlines()[1:] == ["  The same command begins anew."]
        assert after == before
        return
    stands = name_of(after - 1) if after else "base"
    told = {
        rf"{word} before the first step; nothing was changed\.": ("begins anew", after == before),
        rf"{word} in upgrade n\d+, which was rolled back( with the \d+ before it)?; the database stands at {stands}\.": (
            "goes on from there", True,
        ),
        rf"{word} after upgrade n\d+; (the \d+ steps of this run were|this one step of the run was) rolled back;"
        rf" the database stands at {stands}\.": ("goes on from there", after == before),
        rf"{word} after upgrade {stands}, which is committed; the database stands at {stands}\.": (
            "goes on from there", after > before,
        ),
        rf"{word} when all steps were committed; the database stands at {stands}\.": (
            "has nothing left to do", after == STEPS,
        ),
    }  # fmt: skip
    (found,) = [
        said for pattern, said in told.items() if re.fullmatch("error LB706: " + pattern, first(err))
    ] or [pytest.fail(f"{err!r} is not what is so: {before} -> {after}")]
    next_step, holds = found
    assert holds, err
    assert err.splitlines()[1:] == [f"  The same command {next_step}."]


def first(err: str) -> str:
    return err.splitlines()[0]


@pytest.mark.slow
@on("sqlite", "postgresql", "mariadb")
@pytest.mark.parametrize("transaction", ["run", "step"])
def test_at_any_moment(place: Place, transaction: str) -> None:
    if place.database.kind == "mariadb" and transaction == "step":
        pytest.skip("on MariaDB each step is a transaction of its own whatever the settings say")
    place.has(*[TABLE] * STEPS, transaction=transaction)
    signalled(place, MOMENTS if place.database.kind == "mariadb" else (MOMENTS + 1) // 2, transaction)


@pytest.mark.slow
@on("sqlite", "postgresql")
def test_at_any_moment_under_an_event_loop(place: Place) -> None:
    place.has(*[TABLE] * STEPS, transaction="step")
    asynchronous = {"sqlite": ("+pysqlite:", "+aiosqlite:"), "postgresql": ("+psycopg:", "+asyncpg:")}
    settings = place.folder / "limbeck.toml"
    settings.write_text(settings.read_text().replace(*asynchronous[place.database.kind]))
    signalled(place, 5, "step")


ENV = """\
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine


def work(connection):
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def run():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(work)
    await engine.dispose()


asyncio.run(run())
"""


@pytest.mark.slow
@on("sqlite")
def test_at_any_moment_of_an_env_py_with_a_loop_of_its_own(place: Place) -> None:
    place.has(*[TABLE] * STEPS)
    (place.folder / "limbeck.toml").unlink()
    url = place.database.url.replace("+pysqlite:", "+aiosqlite:")
    (place.folder / "alembic.ini").write_text(
        f"[alembic]\nscript_location = migrations\nsqlalchemy.url = {url}\n"
    )
    (place.folder / "migrations" / "env.py").write_text(ENV)
    signalled(place, 5, "env.py")


def signalled(place: Place, moments: int, seed: str) -> None:
    """Begins the command so many times, each time with a signal, and asserts what must hold then."""
    draw = random.Random(f"{place.database.kind} {seed} {os.environ.get('MOMENTS', '')}")
    began = time.monotonic()
    place.upgraded()
    whole = time.monotonic() - began
    assert place.stands == STEPS
    place.database.empty()
    cut = 0
    for moment in range(moments):
        number = draw.choice([signal.SIGINT, signal.SIGTERM])
        before = place.stands
        process = place.start()
        until(lambda process=process: hears(process))
        time.sleep(draw.uniform(0, 0.9 * whole) if moment else 0)
        sent(process, number)
        code, _out, err = place.ended(process)
        after = place.stands
        if code == 0:
            assert (err, after) == ("", STEPS)
        else:
            cut += 1
            check_said(number, code, err, before, after)
        if after == STEPS or moment % 5 == 4:
            place.upgraded()
            assert place.stands == STEPS
            place.database.empty()
    assert cut >= moments // 3, "hardly any signal came in time"


@pytest.mark.slow
@on("mariadb")
def test_what_cannot_be_rolled_back_is_ended_first(place: Place) -> None:
    place.has(TABLE, 'op.execute("CREATE TABLE t1 AS SELECT SLEEP(2) AS n")', TABLE)
    process = place.start("upgrade", "head", "-v")
    assert process.stdout is not None
    while "SLEEP" not in process.stdout.readline():
        pass
    time.sleep(0.2)
    sent(process, signal.SIGTERM)
    code, _out, err = place.ended(process)
    assert code == Exit.TERMINATED
    assert err == (
        "\nlimbeck stops as soon as this step has ended: what it did so far could not be rolled back."
        " The same signal again stops in the middle of it.\n"
        "error LB706: Ended by SIGTERM after upgrade n001, which is committed; the database stands at n001.\n"
        "  The same command goes on from there.\n"
    )
    place.upgraded()
    assert place.stands == 3


@pytest.mark.slow
@on("mariadb")
def test_a_second_signal_is_meant_seriously(place: Place) -> None:
    place.has(TABLE, 'op.create_table("t1", sa.Column("id", sa.Integer)); op.execute("SELECT SLEEP(60)")')
    process = place.start("upgrade", "head", "-v")
    assert process.stdout is not None
    while "SLEEP" not in process.stdout.readline():
        pass
    sent(process, signal.SIGINT)
    sent(process, signal.SIGINT)  # together: whoever passes on what the group got
    time.sleep(1.2)
    assert process.poll() is None
    sent(process, signal.SIGINT)
    code, _out, err = place.ended(process)
    assert code == Exit.INTERRUPTED
    assert "Traceback" not in err
    assert "error LB706: Interrupted in upgrade n001; the version rows say n000.\n" in err
    assert "could not be rolled back:\n    CREATE TABLE t1" in err
    with place.database.engine().connect() as connection:
        assert "t1" in sa.inspect(connection).get_table_names()


@on("sqlite")
def test_a_wait_for_another_run_can_be_ended(place: Place) -> None:
    place.has(TABLE)
    with place.database.engine().connect() as other:
        other.exec_driver_sql("PRAGMA journal_mode = DELETE")
        other.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        other.exec_driver_sql("BEGIN IMMEDIATE")
        process = place.start()
        until(lambda: hears(process))
        time.sleep(1)
        sent(process, signal.SIGTERM)
        code, _out, err = place.ended(process)
        other.exec_driver_sql("ROLLBACK")
    assert code == Exit.TERMINATED
    assert err == (
        "error LB706: Ended by SIGTERM before the first step; nothing was changed.\n"
        "  The same command begins anew.\n"
    )
    place.upgraded()
