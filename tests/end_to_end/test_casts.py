"""New types over rows that are there: what is asked where, and what each answer makes of the values."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from comparing import Here, Make
from sqlalchemy.dialects import mysql

from conftest import on, on_all
from limbeck.commands.questions import LEAVE
from limbeck.errors import OpenQuestions
from servers import Database


@pytest.fixture
def here(database: Database) -> Here:
    return Here(database)


def table(type_: Any, **more: Any) -> Make:
    def make(metadata: sa.MetaData) -> None:
        column = sa.Column("v", type_, **more)
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), column)

    return make


def values(here: Here) -> list[Any]:
    return [row[0] for row in here.rows("SELECT v FROM t ORDER BY id")]


def rows(*literals: str) -> tuple[str, ...]:
    return tuple(f"INSERT INTO t VALUES ({n}, {literal})" for n, literal in enumerate(literals, 1))


@on("postgresql", "mariadb")
def test_texts_that_become_numbers(here: Here) -> None:
    here.stands(table(sa.String(20)), *rows("'12'", "NULL", "'-3'"))
    found = here.compares(table(sa.Integer), say=LEAVE)
    assert here.asked == []
    here.runs(found.upgrade)
    assert values(here) == [12, None, -3]
    here.runs(found.downgrade)
    assert values(here) == ["12", None, "-3"]

    here.does("INSERT INTO t VALUES (4, 'secret')")
    with pytest.raises(OpenQuestions) as raised:
        here.compares(table(sa.Integer))
    assert "t.v becomes INTEGER and is" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert raised.value.options[0].startswith('--using t.v="')

    left = here.compares(table(sa.Integer), say=LEAVE)
    assert (here.told(left), [q.key for q in left.left]) == ([], ["t.v"])

    [question] = here.asked
    offered = here.compares(table(sa.Integer), say=question.suggestion)
    here.runs(offered.upgrade)
    assert values(here) == [12, None, -3, None]
    assert here.told(here.compares(table(sa.Integer))) == []


@on("postgresql", "mariadb")
def test_an_expression_of_ones_own(here: Here) -> None:
    here.stands(table(sa.String(20)), *rows("'12'", "'abc'"))
    using = {
        "postgresql": "CASE v WHEN 'abc' THEN 7 ELSE v::integer END",
        "mariadb": "CASE v WHEN 'abc' THEN '7' ELSE v END",
    }[here.kind]
    found = here.compares(table(sa.Integer), casts={"t.v": using})
    here.runs(found.upgrade)
    assert values(here) == [12, 7]


def test_an_expression_leaves_what_an_update_changes(mariadb: Database) -> None:
    here = Here(mariadb)

    def made(type_: Any) -> Make:
        def make(metadata: sa.MetaData) -> None:
            moment = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
            key, changed = sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", type_)
            sa.Table("t", metadata, key, changed, sa.Column("at", sa.DateTime, server_default=moment))

        return make

    here.stands(made(sa.String(20)), "INSERT INTO t VALUES (1, 'abc', '2001-02-03')")
    here.runs(here.compares(made(sa.Integer), casts={"t.v": "7"}).upgrade)
    assert values(here) == [7]
    assert [str(at) for (at,) in here.rows("SELECT at FROM t")] == ["2001-02-03 00:00:00"]


@on("postgresql", "mariadb")
def test_leading_zeros_are_something_to_lose(here: Here) -> None:
    here.stands(table(sa.String(20)), *rows("'007'"))
    here.compares(table(sa.Integer), say=LEAVE)
    [question] = here.asked
    assert question.evidence == ("looked at all 1 rows that have a value: 1 would lose something",)
    here.runs(here.compares(table(sa.Integer), say=question.suggestion).upgrade)
    assert values(here) == [7]


@on("postgresql", "mariadb")
def test_a_shorter_text(here: Here) -> None:
    here.stands(table(sa.String(20)), *rows("'abc'", "NULL"))
    here.compares(table(sa.String(3)), say=LEAVE)
    assert here.asked == []
    here.does("INSERT INTO t VALUES (3, 'abcdef')")
    here.compares(table(sa.String(3)), say=LEAVE)
    [question] = here.asked
    assert question.evidence == ("looked at all 2 rows that have a value: 1 would be refused",)
    here.runs(here.compares(table(sa.String(3)), say=question.suggestion).upgrade)
    assert values(here) == ["abc", None, "abc"]


@on("postgresql", "mariadb")
def test_numbers_that_are_rounded_or_too_large(here: Here) -> None:
    here.stands(table(sa.Numeric(10, 2)), *rows("1.00", "2.00"))
    here.compares(table(sa.SmallInteger), say=LEAVE)
    assert here.asked == []
    here.does("UPDATE t SET v = 1.5 WHERE id = 1")
    here.compares(table(sa.SmallInteger), say=LEAVE)
    assert "1 would lose something" in here.asked[0].evidence[0]
    found = here.compares(table(sa.SmallInteger), accept_loss=True)
    assert [o.describe() for o in found.upgrade] == ["alter column t.v: type SMALLINT"]
    here.does("UPDATE t SET v = 100000 WHERE id = 2")
    with pytest.raises(OpenQuestions):  # that is no loss: it would be refused
        here.compares(table(sa.SmallInteger), accept_loss=True)


@on("postgresql", "mariadb")
def test_times_that_become_days(here: Here) -> None:
    here.stands(table(sa.DateTime), *rows("'2020-01-02 00:00:00'"))
    here.compares(table(sa.Date), say=LEAVE)
    assert here.asked == []
    here.does("INSERT INTO t VALUES (2, '2020-01-02 03:04:05')")
    here.compares(table(sa.Date), say=LEAVE)
    assert "1 would lose something" in here.asked[0].evidence[0]


@on_all
@pytest.mark.parametrize(
    ("have", "want"),
    [
        (sa.String(20), sa.String(40)),
        (sa.SmallInteger(), sa.BigInteger()),
        (sa.Integer(), sa.Numeric(12, 2)),
        (sa.Numeric(8, 2), sa.Numeric(10, 3)),
        (sa.String(20), sa.Text()),
        (sa.Date(), sa.DateTime()),
    ],
    ids=str,
)
def test_a_wider_type_is_no_question(here: Here, have: Any, want: Any) -> None:
    literal = "'2020-01-02'" if isinstance(have, sa.Date) else "12"
    here.stands(table(have), *rows(literal if not isinstance(have, sa.String) else "'12'"))
    found = here.compares(table(want), say=LEAVE)
    assert here.asked == []
    here.runs(found.upgrade)
    assert len(values(here)) == 1


@on("postgresql", "mariadb")
def test_without_rows_there_is_no_question(here: Here) -> None:
    here.stands(table(sa.String(20)))
    assert here.told(here.compares(table(sa.Integer))) == ["alter column t.v: type INTEGER"]


# -- enums ------------------------------------------------------------------------------------------------------


def mood(*labels: str) -> Make:
    return table(sa.Enum(*labels, name="mood"))


def test_a_value_of_an_enum_is_renamed_when_said(postgresql: Database) -> None:
    here = Here(postgresql)
    here.stands(mood("sad", "glad"), *rows("'sad'", "'glad'"))
    found = here.compares(mood("unhappy", "glad"), say={"mood.sad": "unhappy"})
    assert [(q.kind, q.key) for q in here.asked] == [("rename", "mood.sad")]
    assert here.told(found) == ["rename value 'sad' of enum mood to 'unhappy'"]
    here.runs(found.upgrade)
    assert values(here) == ["unhappy", "glad"]
    here.runs(found.downgrade)
    assert values(here) == ["sad", "glad"]
    ahead = here.compares(mood("unhappy", "glad"), renames=(("mood.sad", "unhappy"),))
    assert here.told(ahead) == here.told(found)


def test_a_renamed_value_that_a_default_a_check_and_an_index_say(postgresql: Database) -> None:
    here = Here(postgresql)

    def make(*labels: str) -> Make:
        def made(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("v", sa.Enum(*labels, name="mood"), server_default=labels[0]),
                sa.CheckConstraint(f"id > 0 OR v = '{labels[0]}'", name="ck"),
                sa.Index("ix", "id", postgresql_where=sa.text(f"v = '{labels[0]}'")),
            )

        return made

    here.stands(make("sad", "glad"), "INSERT INTO t (id) VALUES (1)")
    before = here.facts()
    goal = make("unhappy", "glad")
    found = here.compares(goal, renames=(("mood.sad", "unhappy"),))
    here.runs(found.upgrade)
    assert here.told(here.compares(goal)) == []
    here.runs(found.downgrade)
    assert here.facts() == before
    assert here.told(found) == ["rename value 'sad' of enum mood to 'unhappy'"]


def test_a_renamed_value_beside_one_that_goes(postgresql: Database) -> None:
    """Rows that have the old name are no rows that have no value."""
    here = Here(postgresql)
    here.stands(mood("sad", "glad", "mad"), *rows("'sad'", "'glad'"))
    found = here.compares(mood("unhappy", "glad"), say=LEAVE, renames=(("mood.sad", "unhappy"),))
    assert here.asked == []
    here.runs(found.upgrade)
    assert values(here) == ["unhappy", "glad"]
    here.runs(found.downgrade)
    assert values(here) == ["sad", "glad"]


@on("postgresql", "mariadb")
def test_a_value_of_an_enum_that_goes_and_is_in_use(here: Here) -> None:
    here.stands(mood("sad", "glad", "mad"), *rows("'sad'", "'glad'"))
    found = here.compares(mood("sad", "glad"), say=LEAVE)
    assert here.asked == []
    assert here.told(found) != []

    goal = mood("glad", "mad")
    left = here.compares(goal, say=LEAVE)
    assert (here.told(left), [(q.kind, q.key) for q in left.left]) == ([], [("cast", "t.v")])
    using = {
        "postgresql": "(CASE v::text WHEN 'sad' THEN 'mad' ELSE v::text END)::mood",
        "mariadb": "CASE v WHEN 'sad' THEN 'mad' ELSE v END",
    }[here.kind]
    here.runs(here.compares(goal, casts={"t.v": using}).upgrade)
    assert values(here) == ["mad", "glad"]
    assert here.told(here.compares(goal)) == []


def test_another_enum_by_way_of_text(postgresql: Database) -> None:
    here = Here(postgresql)
    here.stands(table(sa.String(10)), *rows("'sad'", "'glad'"))
    here.compares(mood("sad", "glad"), say=LEAVE)
    assert here.asked == []
    here.compares(mood("sad", "mad"), say=LEAVE)
    assert [q.evidence for q in here.asked] == [
        ("looked at all 2 rows that have a value: 1 would be refused",)
    ]


# -- each database's own ----------------------------------------------------------------------------------------


def test_what_cannot_be_found_out_is_asked(postgresql: Database) -> None:
    from sqlalchemy.dialects import postgresql as pg

    here = Here(postgresql)
    here.stands(table(pg.INET), *rows("'10.0.0.1'"))
    here.compares(table(sa.Integer), say=LEAVE)
    assert "some value cannot become that type" in here.asked[0].evidence[0]
    assert here.told(here.compares(table(sa.Integer), say=LEAVE)) == []


def test_numbers_without_a_sign(mariadb: Database) -> None:
    here = Here(mariadb)
    here.stands(table(mysql.INTEGER()), *rows("5"))
    goal = table(mysql.INTEGER(unsigned=True))
    here.compares(goal, say=LEAVE)
    assert here.asked == []
    here.does("UPDATE t SET v = -5")
    here.compares(goal, say=LEAVE)
    [question] = here.asked
    here.runs(here.compares(goal, say=question.suggestion).upgrade)
    assert values(here) == [0]


@pytest.mark.parametrize("strict", [True, False])
def test_strict_or_not_nothing_is_cut_without_a_word(mariadb: Database, strict: bool) -> None:
    here = Here(mariadb)
    here.stands(table(sa.String(20)), *rows("'abcdef'"))
    if not strict:
        here.does("SET GLOBAL sql_mode = ''")
    try:
        here.compares(table(sa.String(3)), say=LEAVE)
    finally:
        here.does("SET GLOBAL sql_mode = DEFAULT")
    assert [q.key for q in here.asked] == ["t.v"]


def test_sqlite_keeps_what_is_no_number(sqlite: Database) -> None:
    here = Here(sqlite)
    here.stands(table(sa.String(20)), *rows("'12'", "NULL"))
    here.compares(table(sa.Integer), say=LEAVE)
    assert here.asked == []
    here.does("INSERT INTO t VALUES (3, 'abc')")
    here.compares(table(sa.Integer), say=LEAVE)
    [question] = here.asked
    assert question.suggestion == "v"
    found = here.compares(table(sa.Integer), casts={"t.v": "CASE v WHEN 'abc' THEN 7 ELSE v END"})
    here.runs(found.upgrade)
    assert values(here) == [12, None, 7]
    here.runs(found.downgrade)
    assert values(here) == ["12", None, "7"]
