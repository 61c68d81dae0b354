"""`op.run_async`: an asynchronous function in the middle of a synchronous revision."""

from __future__ import annotations

from pathlib import Path

import pytest
from history import History

from conftest import on
from limbeck.errors import CannotWriteScript, StepFailedError
from servers import Database

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
FILL = """
async def fill(connection, first, *, second):
    from sqlalchemy.ext.asyncio import AsyncConnection
    assert isinstance(connection, AsyncConnection)
    for value in (first, second):
        await connection.execute(sa.text("INSERT INTO t (id) VALUES (:id)"), {"id": value})
    return (await connection.execute(sa.text("SELECT count(*) FROM t"))).scalar()
if op.run_async(fill, 1, second=2) != 2:
    raise ValueError("not what it gave")
"""


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    made = History(tmp_path, database)
    made.write("a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')
    made.write("b2", "a1", FILL)
    return made


@on("sqlite", "postgresql")
def test_it_runs_in_the_transaction_of_the_run(history: History) -> None:
    usual = history.database.url
    package, database = DRIVERS[history.database.kind].rpartition("+")[2], history.database
    pytest.importorskip(package, reason=f"{package} is not installed here")
    pytest.importorskip("greenlet", reason="greenlet is not installed here")
    url = usual if database.tcp_url is None else database.tcp_url
    database.url = f"{DRIVERS[database.kind]}:{url.partition(':')[2]}"
    history.write("c3", "b2", 'raise ValueError("late")')
    with pytest.raises(StepFailedError):
        history.upgrade()
    history.upgrade("b2")
    database.url = usual
    assert history.ask("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


@on("sqlite", "postgresql")
def test_a_synchronous_driver_is_told(history: History) -> None:
    with pytest.raises(StepFailedError) as failed:
        history.upgrade()
    assert "op.run_async() needs an asynchronous driver" in str(failed.value)
    assert "op.get_bind()" in str(failed.value)
    assert history.tables == []


@on("sqlite")
def test_a_script_has_no_connection(history: History) -> None:
    with pytest.raises(CannotWriteScript, match=r"op\.run_async\(fill\)"):
        history.script()
