"""The Stage that keeps: what a history leads to without a database, and where that cannot be known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck import op
from limbeck.author.stage import entered
from limbeck.backends import backend_for
from limbeck.errors import NotReplayed, OpaqueStep
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.plan.recorder import Recorder, performed


def recorded(*functions: Callable[[], Any]) -> Recorder:
    recorder = Recorder(backend_for(postgresql.dialect()))
    for function in functions:
        with entered(recorder):
            performed(recorder, "a1", __file__, function, shown="a1.py")
    return recorder


def books() -> None:
    op.create_table("books", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50)))


def test_operations_lead_to_a_look() -> None:
    def later() -> None:
        op.rename_column("books", "title", "name")
        op.create_index("ix_name", "books", ["name"])
        op.execute("UPDATE books SET name = 'x'")

    recorder = recorded(books, later)
    table = recorder.snapshot.tables[QualifiedName(None, "books")]
    assert [c.name for c in table.columns] == ["id", "name"]
    assert [i.name for i in table.indexes] == ["ix_name"]
    assert [o.kind for o in recorder.operations] == [
        "create_table",
        "rename_column",
        "create_index",
        "execute_sql",
    ]


def test_what_is_written_on_the_connection_is_kept() -> None:
    kind = sa.Enum("a", "b", name="kind")
    metadata = sa.MetaData()
    sa.Table(
        "shops",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, comment="its number"),
        sa.Column("kind", kind),
        sa.Column("name", sa.String(20), index=True),
        comment="where one buys",
    )

    def create() -> None:
        metadata.create_all(op.get_bind())
        op.get_bind().execute(sa.text("INSERT INTO shops (id) VALUES (:n)"), {"n": 1})

    recorder = recorded(create)
    table = recorder.snapshot.tables[QualifiedName(None, "shops")]
    assert (table.comment, table.columns[0].comment) == ("where one buys", "its number")
    assert [i.name for i in table.indexes] == ["ix_shops_name"]
    assert recorder.snapshot.object(Enum, QualifiedName(None, "kind")) is not None

    def drop() -> None:
        metadata.drop_all(op.get_bind())

    again = recorded(create, drop)
    assert not again.snapshot.tables and not again.snapshot.objects_of(Enum)


def raw() -> None:
    op.execute("CREATE TABLE more (id INTEGER)")


def asks() -> None:
    if op.get_bind().execute(sa.text("SELECT 1")).scalar():
        op.drop_table("books")


def calls() -> None:
    op.execute("SELECT create_hypertable('books', 'id')")


def unknown_name() -> None:
    op.drop_constraint("books", "books_title_key")


def inspects() -> None:
    sa.inspect(op.get_bind()).get_table_names()


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (raw, "runs SQL whose effect is not known: CREATE TABLE more"),
        (asks, "asks the database: SELECT 1"),
        (calls, "asks the database: SELECT create_hypertable"),
        (unknown_name, "books_title_key"),
        (inspects, "reads the result"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_what_cannot_be_known_says_where(function: Callable[[], None], why: str) -> None:
    with pytest.raises(OpaqueStep) as caught:
        recorded(books, function)
    assert why in caught.value.why
    line = function.__code__.co_firstlineno + 1
    assert caught.value.place == f"a1.py:{line}"


def test_what_fails_by_itself_is_told_as_that() -> None:
    def wrong() -> None:
        raise KeyError("x")

    with pytest.raises(NotReplayed, match=r"fails at a1\.py:\d+ when it is replayed: KeyError: 'x'"):
        recorded(wrong)


def test_rows_and_settings_change_nothing() -> None:
    def rows() -> None:
        op.insert_rows("books", [{"id": 1, "title": "x"}])
        op.execute("DELETE FROM books")
        op.execute("SELECT setval('books_id_seq', 5)")
        op.execute("SET lock_timeout = '1s'")

    assert recorded(books, rows).snapshot == recorded(books).snapshot
