"""Single causes that random pairs found with columns of a domain and with tables that rules leave alone, there and back.

The laws are those of test_mended.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from mending import Written, identifier, looked_at, models, there_and_back
from sqlalchemy.dialects import postgresql

import catalog
from conftest import on
from limbeck import schema
from limbeck.commands import autogenerate
from limbeck.commands.autogenerate import ruled_out
from limbeck.model.names import QualifiedName
from servers import Database


def of_domain(**said: Any) -> sa.MetaData:
    code = sa.Column("code", postgresql.DOMAIN("code", sa.String(20), **said))
    return models(("t", identifier(), code))


@on("postgresql")
def test_values_are_cast_by_what_the_domain_is_over(database: Database) -> None:
    def column(type_: Any) -> sa.MetaData:
        return models(("t", identifier(), sa.Column("n", type_)))

    there_and_back(database, column(sa.Boolean()), column(postgresql.DOMAIN("number", sa.Integer())))


@on("postgresql")
def test_from_one_domain_to_another_values_go_by_what_both_are_over(database: Database) -> None:
    """The way back is a cast of 1.00 to a whole number, which by its text it is not."""

    def column(name: str, type_: Any, check: str) -> sa.MetaData:
        return models(("t", identifier(), sa.Column("n", postgresql.DOMAIN(name, type_, check=check))))

    have = column("whole", sa.Integer(), "VALUE > -100")
    engine = database.engine()
    have.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (n) VALUES (1), (NULL)")
    tool = Written("postgresql")
    with engine.connect() as connection:
        found = tool.compare(connection, column("amount", sa.Numeric(10, 2), "VALUE > -100"), (), None)
    tool.upgrade(engine, found)
    tool.downgrade(engine, found)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t ORDER BY id").scalars().all() == [1, None]


@on("postgresql")
def test_a_default_is_stored_as_it_was_said(database: Database) -> None:
    def column(type_: Any) -> sa.MetaData:
        default = sa.text("concat('a', 'b')")
        return models(("t", identifier(), sa.Column("n", type_, server_default=default)))

    there_and_back(database, column(postgresql.DOMAIN("words", sa.Text())), column(sa.Text()))


@on("postgresql")
@pytest.mark.filterwarnings("error")
def test_an_index_that_sorts_a_domain_asks_nothing_of_its_type(database: Database) -> None:
    column = sa.Column("n", postgresql.DOMAIN("number", sa.Integer()))
    index = sa.Index("ix", sa.column("n").desc().nulls_last())
    have = models(("t", identifier(), column, index))
    there_and_back(database, have, models(("t", identifier())))


PLAIN = [sa.String(20), sa.Text(), sa.Integer()]


@on("postgresql", "postgresql15")
@pytest.mark.parametrize("type_", PLAIN, ids=str)
def test_a_column_becomes_of_a_domain_with_its_check(database: Database, type_: Any) -> None:
    def with_check(column: Any) -> sa.MetaData:
        check = sa.CheckConstraint("length(code::text) < 9", name="ck")
        return models(("t", identifier(), sa.Column("code", column), check))

    domain = postgresql.DOMAIN("code", type_, check="VALUE IS NOT NULL OR true", default="7")
    there_and_back(database, with_check(type_), with_check(domain))


@on("postgresql")
@pytest.mark.parametrize(
    ("have", "want"),
    [
        ({}, {"default": "it's"}),
        ({"check": "VALUE <> 'a'"}, {"check": "VALUE <> 'b'"}),
        ({"check": "VALUE <> 'a'"}, {"check": "VALUE <> 'b'", "constraint_name": "named"}),
        ({"check": "VALUE <> 'a'"}, {"check": "VALUE <> 'a'", "constraint_name": "named", "default": "x"}),
        (
            {"check": "VALUE <> 'a'", "constraint_name": "one"},
            {"check": "VALUE <> 'a'", "constraint_name": "other"},
        ),
    ],
)
def test_a_domain_says_something_else(database: Database, have: dict[str, Any], want: dict[str, Any]) -> None:
    assert there_and_back(database, of_domain(**have), of_domain(**want)) == ["alter domain code"]


@on("postgresql")
def test_a_name_that_nobody_says_stays(database: Database) -> None:
    have = of_domain(check="VALUE <> 'a'", constraint_name="named")
    told = there_and_back(database, have, of_domain(check="VALUE <> 'a'", default="x"), any_names=True)
    assert told == ["alter domain code"]


@on("postgresql")
def test_rows_that_a_new_domain_would_refuse_are_asked_about(database: Database) -> None:
    models(("t", identifier(), sa.Column("code", sa.String(20)))).create_all(database.engine())
    asked = []

    def ask(question: Any) -> str:
        asked.append(question)
        return str(question.suggestion)

    with database.engine().connect() as connection:
        connection.execute(sa.text("INSERT INTO t (id, code) VALUES (1, 'a'), (2, 'b')"))
        want = of_domain(check="VALUE <> 'a'")
        scope = autogenerate.Scope(lambda name: False)
        autogenerate.compare(connection, "", (want,), scope, ask=ask)
    (question,) = asked
    assert (question.kind, question.key) == ("cast", "t.code")
    assert question.suggestion == "CASE WHEN ((code)::text <> 'a'::text) THEN code END"
    assert question.evidence == ("looked at all 2 rows that have a value: 1 would be refused",)


# -- tables that rules leave alone ------------------------------------------------------------------------------


def compared(database: Database, want: sa.MetaData, *excluded: str) -> autogenerate.Differences:
    scope = autogenerate.Scope(ruled_out(excluded, ()), ours=lambda thing: True)
    with database.engine().connect() as connection:
        return autogenerate.compare(connection, "", (want,), scope)


@pytest.mark.parametrize(
    ("excluded", "included", "left"),
    [
        ((), (), ""),
        (("a*",), (), "ab"),
        ((), ("b",), "ab c"),
        (("b",), ("b", "c"), "ab b"),
        (("s.*",), (), "s.d"),
    ],
)
def test_what_patterns_leave_out(excluded: tuple[str, ...], included: tuple[str, ...], left: str) -> None:
    out = ruled_out(excluded, included)
    names = [QualifiedName(None, name) for name in ("ab", "b", "c")]
    names += [QualifiedName("s", "d")] * ("s.*" in excluded)
    assert " ".join(str(name) for name in names if out(name)) == left


@on("postgresql")
def test_types_of_tables_left_alone_are_neither_made_nor_dropped(database: Database) -> None:
    mood, other = (sa.Enum("a", "b", name=name) for name in ("mood", "other"))
    models(("left", sa.Column("m", mood)), ("t", identifier(), sa.Column("m", mood))).create_all(
        database.engine()
    )
    before = looked_at(database.engine())
    want = models(("left", sa.Column("o", other)), ("t", identifier()))
    found = compared(database, want, "left")
    assert [o.describe() for o in found.upgrade] == ["drop column t.m"]
    again = models(("t", identifier(), sa.Column("m", mood)))
    assert compared(database, again, "left").upgrade == ()
    assert catalog.difference(before, looked_at(database.engine())) == ""


@on("postgresql", "mariadb", "sqlite")
def test_a_view_of_a_table_left_alone_is_as_it_was(database: Database) -> None:
    models(("left", sa.Column("m", sa.Integer)), ("t", identifier())).create_all(database.engine())
    select = "SELECT m FROM `left`" if database.kind == "mariadb" else 'SELECT m FROM "left"'
    with database.engine().begin() as connection:
        connection.execute(sa.text(f"CREATE VIEW v AS {select}"))
    want = models(("t", identifier()))
    schema.register(want, schema.View("v", select))
    found = compared(database, want, "left")
    assert (found.upgrade, dict(found.as_text)) == ((), {})
