"""A process that is killed at any statement of a rebuild leaves the database as before or as after, never between."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest
from sqlite_room import Room, t, type_

from limbeck.model.statement import Statement
from limbeck.ops.alter_column import AlterColumn

SCHEMA = """
CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name INT, CHECK (name <> 'x'));
CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p ON DELETE CASCADE);
CREATE INDEX i ON p (name);
CREATE VIEW v AS SELECT name FROM p;
CREATE TRIGGER tr AFTER INSERT ON p BEGIN SELECT 1; END;
INSERT INTO p (name) VALUES (1), (2), (3);
INSERT INTO c SELECT id, id FROM p;
"""
CHANGE = AlterColumn(table=t("p"), column="name", type=type_("TEXT"), nullable=False)

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="kills forked processes; there is no fork here"
)


class Mortal(Room):
    """Kills its own process before the statement of that number."""

    def __init__(self, url: str, left: int) -> None:
        super().__init__(url)
        self.left = left

    def run(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self.heartbeat()
            super().run((statement,))

    def heartbeat(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def survives(path: Path, left: int, prepared: bool) -> bool:
    """Makes the change in a process of its own, which dies before its statement number `left`."""
    pid = os.fork()
    if pid == 0:
        try:
            room = Mortal(f"sqlite:///{path}", left)
            room.sql("PRAGMA foreign_keys=ON")
            if prepared:
                with room.transaction():
                    room.perform(CHANGE)
                    room.heartbeat()
            else:
                room.perform(CHANGE)
                room.heartbeat()
                room.connection.commit()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0
    return not killed


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return list(connection.iterdump())
    finally:
        connection.close()


def make(path: Path, journal: str) -> Path:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode={journal}")
    connection.executescript(SCHEMA)
    connection.close()
    return path


@pytest.mark.parametrize("prepared", [True, False], ids=["prepared", "the driver's own transactions"])
@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_killed_at_any_statement(tmp_path: Path, journal: str, prepared: bool) -> None:
    before = dump(make(tmp_path / "0.db", journal))
    for left in range(100):
        path = make(tmp_path / f"{left}.db", journal) if left else tmp_path / "0.db"
        if survives(path, left, prepared):
            break
        assert dump(path) == before, f"killed before statement {left}"
    assert left > 10
    after = dump(path)
    assert any("name TEXT NOT NULL" in line for line in after)
    assert [line for line in after if line.startswith("INSERT")] != []
    assert [line for line in after if '"c"' in line] == [line for line in before if '"c"' in line]
