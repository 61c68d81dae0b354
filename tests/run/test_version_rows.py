"""In a run that is one transaction the rows of the version table are written late: before anybody can see them.

Whoever looks, at a commit or from inside, sees what writing them after each step would give.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from history import History, Recorder

from conftest import on
from limbeck.errors import HeadsMoved, StepFailedError
from limbeck.revisions.head_moves import HeadMoves, between
from servers import Database

takes_ddl_back = on("sqlite", "postgresql")
TABLE = 'op.create_table("{0}", sa.Column("id", sa.Integer))'
LOG = 'op.execute("INSERT INTO seen SELECT version_num FROM alembic_version")'


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    made = History(tmp_path, database)
    made.write("a1", None, 'op.create_table("seen", sa.Column("version", sa.String(32)))')
    made.write("b2", "a1", TABLE.format("t"))
    return made


def moved(texts: list[str]) -> list[str]:
    return [t for t in texts if "alembic_version" in t and not t.startswith("CREATE")]


@takes_ddl_back
def test_plain_steps_write_it_once(history: History) -> None:
    heard = Recorder()
    history.write("c3", "b2", 'op.drop_table("t")')
    assert history.upgrade(reporter=heard).heads_after == ("c3",)
    assert moved(heard.texts) == ["INSERT INTO alembic_version (version_num) VALUES ('c3')"]
    assert history.heads == ("c3",)
    heard = Recorder()
    history.downgrade("b2", reporter=heard)
    assert history.heads == ("b2",)


@takes_ddl_back
@pytest.mark.parametrize("transaction", ["run", "step"])
def test_a_revision_that_reads_it_sees_the_step_before(history: History, transaction: str) -> None:
    history.write("c3", "b2", LOG)
    history.write("d4", "c3", TABLE.format("u"))
    ask = 'version = op.get_bind().execute(sa.text("SELECT version_num FROM alembic_version")).scalar()'
    history.write("e5", "d4", f'{ask}\nop.insert_rows("seen", [{{"version": version + " asked"}}])')
    history.write("f6", "e5", TABLE.format("v"))
    history.upgrade(transaction=transaction)
    assert history.ask("SELECT version FROM seen ORDER BY version") == [("b2",), ("d4 asked",)]
    assert history.heads == ("f6",)


@takes_ddl_back
def test_a_plain_step_that_touches_the_table_itself(history: History) -> None:
    history.write("c3", "b2", 'op.add_column("alembic_version", sa.Column("note", sa.String(9)))')
    heard = Recorder()
    history.upgrade(reporter=heard)
    texts = heard.texts
    assert moved(texts) == [
        "INSERT INTO alembic_version (version_num) VALUES ('b2')",
        "ALTER TABLE alembic_version ADD COLUMN note VARCHAR(9)",
        "UPDATE alembic_version SET version_num='c3' WHERE alembic_version.version_num = 'b2'",
    ]


@on("postgresql")
def test_before_an_autocommit_block_it_is_committed(history: History) -> None:
    history.write("c3", "b2", f"with op.autocommit_block():\n    {LOG}\n    raise ValueError('late')")
    with pytest.raises(StepFailedError) as failed:
        history.upgrade()
    assert failed.value.heads == ("b2",)
    assert history.heads == ("b2",)
    assert history.ask("SELECT version FROM seen") == [("b2",)]


@on("postgresql")
def test_a_plain_step_outside_a_transaction_commits_the_ones_before(history: History) -> None:
    history.write(
        "c3",
        "b2",
        'op.create_index("i", "t", ["id"], concurrently=True)\nop.create_index("i", "t", ["id"])',
    )
    heard = Recorder()
    with pytest.raises(StepFailedError) as failed:
        history.upgrade(reporter=heard)
    error = failed.value
    assert (error.revision, error.rolled_back, error.heads) == ("c3", False, ("b2",))
    assert error.place.endswith("c3.py:13")
    assert error.done == ("CREATE INDEX CONCURRENTLY i ON t (id)",)
    assert history.heads == ("b2",)


@takes_ddl_back
def test_several_heads_and_a_merge(history: History) -> None:
    history.write("x1", None, TABLE.format("x"))
    history.write("x2", "x1", TABLE.format("y"))
    history.upgrade()
    assert set(history.heads) == {"b2", "x2"}
    history.write("m1", ("b2", "x2"), "pass")  # type: ignore[arg-type]
    history.write("m2", "m1", TABLE.format("z"))
    heard = Recorder()
    history.upgrade(reporter=heard)
    assert history.heads == ("m2",)
    assert sorted(t.split()[0] for t in moved(heard.texts)) == ["DELETE", "UPDATE"]
    history.downgrade("base")
    assert history.heads == ()


@takes_ddl_back
def test_a_row_that_is_gone_is_noticed(history: History) -> None:
    history.upgrade("a1")
    history.write("c3", "b2", 'op.execute("DELETE FROM alembic_version")')
    history.write("d4", "c3", TABLE.format("u"))
    with pytest.raises(HeadsMoved):
        history.upgrade()
    assert history.heads == ("a1",)
    assert "t" not in history.tables


@takes_ddl_back
def test_in_a_transaction_of_somebody_else_each_step_writes_it(history: History) -> None:
    from limbeck.policy import Policy
    from limbeck.revisions import route
    from limbeck.run import runner

    heard, scripts = Recorder(), history.scripts
    with history.database.engine().begin() as connection:

        def plan(rows: Any) -> Any:
            return route.upgrade(scripts.graph, rows, "heads").steps

        runner.run(connection, plan, scripts.load, Policy(lock=False), heard)
        connection.execute(sa.text("SELECT 1"))
    assert len(moved(heard.texts)) == 2


@pytest.mark.parametrize(
    ("have", "want", "moves"),
    [
        ((), ("a",), HeadMoves(inserts=("a",))),
        (("a",), ("b",), HeadMoves(updates=(("a", "b"),))),
        (("a", "b"), ("c",), HeadMoves(deletes=("a",), updates=(("b", "c"),))),
        (("a",), ("b", "c"), HeadMoves(inserts=("b",), updates=(("a", "c"),))),
        (("a", "b"), ("b",), HeadMoves(deletes=("a",))),
        (("a",), ("a",), HeadMoves()),
    ],
)
def test_the_shortest_way(have: tuple[str, ...], want: tuple[str, ...], moves: HeadMoves) -> None:
    assert between(have, want) == moves
    assert set(moves.apply(have)) == set(want)
