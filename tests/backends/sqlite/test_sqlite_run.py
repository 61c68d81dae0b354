"""Rebuilds in a real run: foreign keys enforced by the project's own engine, failures, autocommit blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlite_room import t, type_

from limbeck.errors import DependentsBroken, LimbeckError
from limbeck.events import SILENT
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.compound import rebuild
from limbeck.policy import Policy
from limbeck.run.runner import LiveRun

FAMILY = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, age INT);
CREATE TABLE child (parent INT NOT NULL REFERENCES parent ON DELETE CASCADE);
INSERT INTO parent VALUES (1, 10), (2, NULL);
INSERT INTO child VALUES (1), (2);
CREATE TRIGGER born AFTER INSERT ON parent BEGIN INSERT INTO child VALUES (new.id); END;
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    @sa.event.listens_for(made, "connect")
    def enforce(raw: Any, _: Any) -> None:
        raw.execute("PRAGMA foreign_keys=ON")

    with made.connect() as connection:
        connection.connection.driver_connection.executescript(FAMILY)
    yield made
    made.dispose()


def look(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        asked = ("SELECT type, name, sql FROM sqlite_master", "SELECT * FROM parent", "SELECT * FROM child")
        return [[tuple(row) for row in connection.exec_driver_sql(sql)] for sql in asked]


def run(engine: sa.Engine, operation: AlterColumn, *, autocommit: bool = False) -> None:
    with engine.connect() as connection:
        live = LiveRun(connection, Policy(), SILENT)
        with live.prepared(), live.transactions.run(), live.transactions.step():
            if autocommit:
                with live.stage.autocommit():
                    live.stage.do(operation)
            else:
                live.stage.do(operation)


@pytest.mark.parametrize("autocommit", [False, True])
def test_children_keep_their_rows(engine: sa.Engine, autocommit: bool) -> None:
    before = look(engine)
    run(engine, AlterColumn(table=t("parent"), column="age", type=type_("TEXT")), autocommit=autocommit)
    after = look(engine)
    assert after[1:] == [[(1, "10"), (2, None)], [(1,), (2,)]]
    assert {row[1] for row in after[0]} == {row[1] for row in before[0]}


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_failure_leaves_all_as_it_was(engine: sa.Engine, autocommit: bool) -> None:
    before = look(engine)
    change = AlterColumn(table=t("parent"), column="age", nullable=False)
    with pytest.raises(LimbeckError):
        run(engine, change, autocommit=autocommit)
    assert look(engine) == before


def test_a_failure_in_the_middle_of_an_autocommit_block(engine: sa.Engine) -> None:
    """A view does not work without its column: found at the end, when the old table is gone already."""
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE VIEW ages AS SELECT age FROM parent")
        connection.commit()
    before = look(engine)
    with (
        pytest.raises(DependentsBroken, match="view ages: no such column: age"),
        engine.connect() as connection,
    ):
        live = LiveRun(connection, Policy(), SILENT)
        with live.prepared(), live.transactions.run(), live.transactions.step(), live.stage.autocommit():
            have = live.stage.before.table(t("parent"))
            assert have is not None
            live.stage.do(rebuild(have, have.without_column("age")))
    assert look(engine) == before


def test_the_engines_own_setting_comes_back(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        live = LiveRun(connection, Policy(), SILENT)
        with live.prepared(), live.transactions.run(), live.transactions.step():
            live.stage.do(AlterColumn(table=t("parent"), column="age", type=type_("TEXT")))
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
