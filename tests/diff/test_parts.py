"""The judge asks about parts that differ in wording, and builds a table only where more differs."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.backends import backend_for
from limbeck.commands.autogenerate import Scope, ambiguous, compare
from limbeck.diff.rules import EVERYTHING
from limbeck.judge import scratch
from limbeck.judge.parts import PROBE
from limbeck.judge.settle import settle
from limbeck.shore.freeze import Freezer
from servers import Database


def models(condition: str = "price >= 0", word: str = "it's", tables: int = 4) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(tables):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("1 + 1")),
            sa.Column("name", sa.String(20), nullable=False, server_default=word),
            sa.CheckConstraint(condition, name=f"ck{number}"),
            sa.CheckConstraint("length(name) < 10 OR name IS NULL", name=f"long{number}"),
        )
    return metadata


def compared(database: Database, metadata: sa.MetaData) -> tuple[list[str], list[str]]:
    """The changes, and what was created to find them."""
    made: list[str] = []

    def look(*given: Any) -> None:
        made.append(given[2].strip())

    with database.engine().connect() as connection:
        # SQLite's scratch place is a database of its own.
        listened = sa.Engine if database.kind == "sqlite" else connection
        sa.event.listen(listened, "before_cursor_execute", look)
        try:
            found = compare(connection, "", [metadata], Scope(lambda _: False), fill=False)
        finally:
            sa.event.remove(listened, "before_cursor_execute", look)
    return [o.describe() for o in found.upgrade], [text for text in made if text.startswith("CREATE T")]


@on("sqlite", "postgresql", "mariadb")
def test_tables_that_differ_in_wording_alone_are_not_built(database: Database) -> None:
    with database.engine().begin() as connection:
        models().create_all(connection)
    changes, made = compared(database, models())
    assert changes == []
    assert len(made) <= 4 and all(PROBE in text for text in made), made


@on("sqlite", "postgresql", "mariadb")
def test_what_differs_is_found_all_the_same(database: Database) -> None:
    with database.engine().begin() as connection:
        models().create_all(connection)
    changes, _ = compared(database, models("price > 0"))
    wanted = [f"add check ck{n} (price > 0) on t{n}" for n in range(4)]
    assert [c for c in changes if c.startswith("add")] == wanted, changes
    changes, _ = compared(database, models(word="its"))
    assert len(changes) == 4 and all("name" in c for c in changes), changes


@on("postgresql")
def test_many_tables_are_built_in_rounds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "AT_ONCE", 2)
    with database.engine().begin() as connection:
        models(tables=5).create_all(connection)
    with database.engine().connect() as connection:
        backend = backend_for(connection.dialect)
        want = Freezer(connection.dialect).snapshot(models(tables=5))
        have = backend.read(connection)
        assert len(tuple(ambiguous(backend, have, want, EVERYTHING))) == 5
        settled = settle(connection, backend, want, tuple(want.tables))
        assert not settled.as_text
        assert not tuple(ambiguous(backend, have, settled.want, EVERYTHING))


@on("postgresql", "mariadb")  # SQLite keeps the words: it is asked nothing
def test_what_the_server_made_of_it_is_remembered(database: Database) -> None:
    """As long as server, settings and what is declared are the same; what was refused is asked again."""
    models().create_all(database.engine())
    assert compared(database, models())[1] != []
    assert compared(database, models()) == ([], [])
    changed = compared(database, models("price > 0"))
    assert changed[1] != []
    assert compared(database, models("price > 0")) == (changed[0], [])
    broken = [compared(database, models("no_function(price) > 0"))[1] for _ in range(2)]
    assert len(broken[0]) == len(broken[1]) > 0


@on("mariadb")
def test_under_other_settings_it_is_asked_again(database: Database) -> None:
    models().create_all(database.engine())
    with database.engine().connect() as connection:
        backend = backend_for(connection.dialect)
        want = Freezer(connection.dialect).snapshot(models())
        for mode in ("''", "'ANSI_QUOTES'", "DEFAULT"):
            connection.exec_driver_sql(f"SET sql_mode = {mode}")
            asked: list[str] = []
            sa.event.listen(connection, "before_cursor_execute", lambda *given, to=asked: to.append(given[2]))
            settle(connection, backend, want, tuple(want.tables))
            assert any("CREATE TEMPORARY" in text for text in asked), asked


@on("postgresql")
def test_with_other_functions_of_one_s_own_it_is_asked_again(database: Database) -> None:
    """Which of them a call means is shown: `f((1)::bigint)`."""
    for type_, shown in (("bigint", "f((1)::bigint)"), ("integer", "f(1)")):
        with database.engine().begin() as connection:
            connection.exec_driver_sql(
                f"CREATE FUNCTION f({type_}) RETURNS integer LANGUAGE sql AS 'SELECT 1'"
            )
            models().create_all(connection)
        with database.engine().connect() as connection:
            backend = backend_for(connection.dialect)
            want = Freezer(connection.dialect).snapshot(models("price > f(1)", tables=1))
            (table,) = settle(connection, backend, want, tuple(want.tables)).want.tables.values()
        assert any(shown in check.sql.text for check in table.checks), table.checks
        database.empty()
