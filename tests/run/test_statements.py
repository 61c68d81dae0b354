"""How many statements a run sends: a number that must not creep up unseen. Each is a round trip to the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from history import History

from conftest import on
from servers import Database

STEPS = 10
AROUND = {"postgresql": 4, "sqlite": 8}
"""What a run sends beside its steps: the lock, the look for the version table, its rows; on SQLite, settings of the
connection that are kept and given back (no round trips there). SQLAlchemy's own first questions are not counted."""


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    made = History(tmp_path, database)
    made.write("base0", None, 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))')
    made.upgrade()
    return made


def sent(history: History, **policy: Any) -> list[str]:
    """All that goes over the connection while `upgrade heads` runs, whoever sends it."""
    texts: list[str] = []

    def heard(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        texts.append(" ".join(text.split()))

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        history.upgrade(**policy)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)
    return texts


def changes(texts: list[str]) -> list[str]:
    return [
        text for text in texts if text.startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"))
    ]


@on("postgresql", "sqlite")
def test_a_run_with_nothing_to_do_asks_little(history: History) -> None:
    texts = sent(history)
    assert changes(texts) == []
    assert len(texts) <= AROUND[history.database.kind], "\n".join(texts)


def columns(history: History) -> None:
    for number in range(STEPS):
        parent = f"n{number - 1}" if number else "base0"
        history.write(f"n{number}", parent, f'op.add_column("t", sa.Column("c{number}", sa.Integer))')


@on("postgresql", "sqlite")
def test_a_step_sends_its_statement_and_its_row(history: History) -> None:
    columns(history)
    texts = sent(history, transaction="step")
    assert len(changes(texts)) == 2 * STEPS


@on("postgresql", "sqlite")
def test_in_one_transaction_the_row_is_written_once(history: History) -> None:
    columns(history)
    texts = sent(history)
    assert len(changes(texts)) == STEPS + 1
    assert changes(texts)[-1].startswith("UPDATE alembic_version SET version_num='n9'")
    assert len(texts) <= STEPS + 1 + AROUND[history.database.kind], "\n".join(texts)
