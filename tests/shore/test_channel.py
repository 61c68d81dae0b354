"""Where statements go: a connection, or a script whose connection writes what it is told and refuses to read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import NothingToRead
from limbeck.events import Reporter, StatementRan, StatementStarted
from limbeck.model.statement import Statement
from limbeck.shore import ddl
from limbeck.shore.channel import LiveChannel, ScriptChannel

from .dialects import dialect

metadata = sa.MetaData()
table = sa.Table(
    "t",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("e", sa.Enum("a", "b", name="letter")),
    sa.Column("s", sa.String(5), server_default="a\n\tb"),
)


class Heard(Reporter):
    def __init__(self) -> None:
        self.events: list[Any] = []

    def tell(self, event: Any) -> None:
        self.events.append(event)


@pytest.fixture
def script() -> tuple[Any, Callable[[], str]]:
    written: list[str] = []
    channel = ScriptChannel(dialect("psycopg"), written.append)
    return channel.bind(), lambda: "".join(written)


def test_a_live_channel_tells_what_it_runs() -> None:
    heard = Heard()
    with sa.create_engine("sqlite://").connect() as connection:
        channel = LiveChannel(connection, heard)
        assert channel.run(Statement("SELECT 7 % 4, ':a %s'")).all() == [(3, ":a %s")]
        channel.run(ddl.statement(connection.dialect, sa.select(sa.literal(1))))
        assert channel.bind() is connection
    started, ran, *_ = heard.events
    assert started == StatementStarted("SELECT 7 % 4, ':a %s'")
    assert isinstance(ran, StatementRan)
    assert ran.seconds >= 0


def test_terminator_and_separator() -> None:
    written: list[str] = []
    ScriptChannel(dialect("mssql"), written.append, separator="GO").run(Statement("SELECT 1"))
    assert "".join(written) == "SELECT 1;\n\nGO\n\n"


def test_a_script_takes_what_sqlalchemy_makes(script: tuple[Any, Callable[[], str]]) -> None:
    bind, written = script
    table.create(bind, checkfirst=False)
    assert written() == (
        "CREATE TYPE letter AS ENUM ('a', 'b');\n\n"
        "CREATE TABLE t (\n    id SERIAL NOT NULL, \n    e letter, \n"
        "    s VARCHAR(5) DEFAULT 'a\n\tb', \n    PRIMARY KEY (id)\n);\n\n"
    )


def test_values_are_written_as_literals(script: tuple[Any, Callable[[], str]]) -> None:
    bind, written = script
    bind.execute(table.insert(), [{"e": "a"}, {"e": "b"}])
    bind.execute(sa.text("UPDATE t SET s = :x"), {"x": "it's 5%"})
    bind.execute(table.update().where(table.c.id == sa.bindparam("key")), {"key": 1, "s": "x"})
    bind.execute(table.delete().where(table.c.id == 3))
    bind.exec_driver_sql("SELECT 1 % 2")
    assert written().split(";\n\n") == [
        "INSERT INTO t (e) VALUES ('a')",
        "INSERT INTO t (e) VALUES ('b')",
        "UPDATE t SET s = 'it''s 5%'",
        "UPDATE t SET s='x' WHERE t.id = 1",
        "DELETE FROM t WHERE t.id = 3",
        "SELECT 1 % 2",
        "",
    ]


@pytest.mark.parametrize(
    "read",
    [
        lambda bind: bind.execute(sa.select(table)).fetchall(),
        lambda bind: list(bind.execute(sa.text("SELECT 1"))),
        lambda bind: bind.execute(table.insert()).inserted_primary_key,
        lambda bind: bind.scalar(sa.select(table.c.id)),
        lambda bind: sa.inspect(bind),
        lambda bind: bind.connection,
    ],
)
def test_a_question_is_refused_where_it_stands(script: tuple[Any, Callable[[], str]], read: Any) -> None:
    with pytest.raises(NothingToRead) as refused:
        read(script[0])
    line = inspect.getsourcelines(read)[1]
    assert refused.value.place == f"{__file__}:{line}"
