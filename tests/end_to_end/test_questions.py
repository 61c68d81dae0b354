"""Renames, values, casts and losses on real databases: what is asked, and what comes of each answer.

After every answer: the rows, the catalog against a fresh create_all, a second comparison, and the way back.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from comparing import Here, Make

import catalog
from conftest import on_all
from limbeck.commands.questions import LEAVE, NO, YES
from limbeck.errors import AnswerUnknown, OpenQuestions
from servers import Database


@pytest.fixture
def here(database: Database) -> Here:
    return Here(database)


def facts_of(here: Here, make: Make) -> catalog.Dump:
    """What create_all makes of the models on an empty database."""
    other = Here(here.database)
    before = sa.MetaData()
    before.reflect(here.database.engine())
    before.drop_all(here.database.engine())
    other.stands(make)
    found = other.facts()
    after = sa.MetaData()
    make(after)
    after.drop_all(here.database.engine())
    return found


def becomes(here: Here, first: Make, rows: tuple[str, ...], second: Make, **answers: Any) -> Any:
    """The first models with rows become the second by the answers; the catalog is the second's, nothing is left to do.
    Gives what was found; `goes_back` checks the way back."""
    wanted = facts_of(here, second)
    here.stands(first, *rows)
    found = here.compares(second, **answers)
    here.runs(found.upgrade)
    assert catalog.difference(wanted, here.facts()) == ""
    assert here.told(here.compares(second, say=LEAVE)) == []
    return found


def goes_back(here: Here, first: Make, found: Any) -> None:
    here.runs(found.downgrade)
    now = here.facts()
    assert catalog.difference(facts_of(here, first), now) == ""


# -- renames ----------------------------------------------------------------------------------------------------

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


def letters(mail: str, users: str = "users", type_: Any = None) -> Make:
    """Users with a column that is unique, indexed, checked and referred to; its name is given."""

    def make(metadata: sa.MetaData) -> None:
        metadata.naming_convention = NAMING
        sa.Table(
            users,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(mail, type_ or sa.String(40), nullable=False),
            sa.Column("age", sa.Integer),
            sa.UniqueConstraint(mail),
            sa.Index(None, "age", mail),
        )
        sa.Table(
            "letters",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("to", type_ or sa.String(40), sa.ForeignKey(f"{users}.{mail}")),
            sa.Column("by", sa.Integer, sa.ForeignKey(f"{users}.id", ondelete="CASCADE")),
        )

    return make


PEOPLE = ("INSERT INTO users (id, mail, age) VALUES (1, 'ada@x', 36), (2, 'bob@x', NULL)",)


@on_all
def test_a_renamed_column_keeps_its_rows_and_what_is_over_it(here: Here) -> None:
    first, second = letters("mail"), letters("email")
    post = "INSERT INTO letters VALUES (1, 'ada@x', 2)"
    found = becomes(here, first, (*PEOPLE, post), second, say={"users.mail": "email"})
    assert [q.key for q in here.asked] == []  # of the second comparison
    assert here.told(found)[0] == "rename column users.mail to email"
    assert not [line for line in here.told(found) if line.startswith(("drop column", "add column"))]
    assert here.rows("SELECT id, email, age FROM users ORDER BY id") == [(1, "ada@x", 36), (2, "bob@x", None)]
    goes_back(here, first, found)


@on_all
def test_the_way_back_of_a_rename_has_the_rows(here: Here) -> None:
    here.stands(letters("mail"), *PEOPLE)
    found = here.compares(letters("email"), renames=(("users.mail", "users.email"),))
    here.runs(found.upgrade)
    here.runs(found.downgrade)
    assert here.rows("SELECT id, mail, age FROM users ORDER BY id") == [(1, "ada@x", 36), (2, "bob@x", None)]


@on_all
def test_a_renamed_table_takes_along_what_refers_to_it(here: Here) -> None:
    first, second = letters("mail"), letters("mail", users="people")
    post = "INSERT INTO letters VALUES (1, 'ada@x', 2)"
    found = becomes(here, first, (*PEOPLE, post), second, say={"users": "people"})
    assert not [line for line in here.told(found) if line.startswith(("drop table", "create table"))]
    assert here.rows("SELECT id, mail FROM people ORDER BY id") == [(1, "ada@x"), (2, "bob@x")]
    here.runs(found.downgrade)
    assert here.rows("SELECT id, mail FROM users ORDER BY id") == [(1, "ada@x"), (2, "bob@x")]
    assert len(here.rows("SELECT * FROM letters")) == 1


@on_all
def test_a_table_and_its_column_at_once(here: Here) -> None:
    second = letters("email", users="people")
    said = (("users", "people"), ("users.mail", "email"))
    found = becomes(here, letters("mail"), PEOPLE, second, renames=said)
    told = [line for line in here.told(found) if not line.startswith("execute ")]  # the sequence's name
    assert told[:2] == ["rename table users to people", "rename column people.mail to email"]
    assert here.rows("SELECT id, email FROM people ORDER BY id") == [(1, "ada@x"), (2, "bob@x")]
    goes_back(here, letters("mail"), found)


@on_all
def test_a_rename_with_another_type_at_once(here: Here) -> None:
    def first(metadata: sa.MetaData) -> None:
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("size", sa.Integer))

    def second(metadata: sa.MetaData) -> None:
        sa.Table(
            "t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("length", sa.String(20))
        )

    rows = ("INSERT INTO t VALUES (1, 7), (2, NULL)",)
    found = becomes(here, first, rows, second, renames=(("t.size", "t.length"),))
    assert here.rows("SELECT id, length FROM t ORDER BY id") == [(1, "7"), (2, None)]
    goes_back(here, first, found)


@on_all
def test_two_columns_that_swap_their_names(here: Here) -> None:
    def table(a: str, b: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(a, sa.String(20)),
                sa.Column(b, sa.Integer),
            )

        return make

    first, second = table("name", "size"), table("size", "name")
    said = (("t.name", "t.size"), ("t.size", "t.name"))
    found = becomes(here, first, ("INSERT INTO t VALUES (1, 'ada', 7)",), second, renames=said)
    assert here.rows("SELECT id, size, name FROM t") == [(1, "ada", 7)]
    goes_back(here, first, found)


@on_all
def test_the_models_say_it(here: Here) -> None:
    def second(metadata: sa.MetaData) -> None:
        letters("email", users="people")(metadata)
        metadata.tables["people"].info["renamed_from"] = "users"
        metadata.tables["people"].c.email.info["renamed_from"] = "mail"

    found = becomes(here, letters("mail"), PEOPLE, second)
    assert {(t.kind, t.key, t.answer, t.by) for t in found.taken} == {
        ("rename", "users", "people", "models"),
        ("rename", "users.mail", "email", "models"),
    }
    assert here.rows("SELECT id, email FROM people ORDER BY id") == [(1, "ada@x"), (2, "bob@x")]


@on_all
def test_no_rename_is_written_without_a_word(here: Here) -> None:
    here.stands(letters("mail"), *PEOPLE)
    before = here.facts()
    with pytest.raises(OpenQuestions) as raised:
        here.compares(letters("email"))
    assert raised.value.options == ("--rename users.mail=users.email or --drop users.mail",)
    assert here.facts() == before

    found = here.compares(letters("email"), say=LEAVE)
    assert (here.told(found), [q.key for q in found.left]) == ([], ["users.mail"])

    found = here.compares(letters("email"), say={"users.mail": NO, "users.email": "'x' || id"})
    told = here.told(found)
    assert "drop column users.mail" in told
    assert any(line.startswith("add column users.email") for line in told)
    assert not [line for line in told if line.startswith("rename column")]


@on_all
def test_a_table_left_open_is_left_on_both_sides(here: Here) -> None:
    here.stands(letters("mail"), *PEOPLE)
    found = here.compares(letters("mail", users="people"), say=LEAVE)
    assert (here.told(found), [(q.kind, q.key) for q in found.left]) == ([], [("rename", "users")])


@on_all
def test_false_friends_are_no_question(here: Here) -> None:
    def table(*columns: sa.Column[Any]) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t", metadata, sa.Column("nr", sa.Integer, primary_key=True), *(c._copy() for c in columns)
            )

        return make

    here.stands(table(sa.Column("id", sa.Integer), sa.Column("seen", sa.Boolean)))
    goal = table(sa.Column("uuid", sa.Uuid), sa.Column("note", sa.Text))
    here.compares(goal, say=YES, hints={("id", "uuid")})
    assert here.asked == []


def test_where_git_saw_it(sqlite: Database) -> None:
    here = Here(sqlite)

    def table(name: str, type_: Any) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column(name, type_))

        return make

    here.stands(table("age_text", sa.String(10)))
    here.compares(table("age", sa.Integer), say=LEAVE)
    assert here.asked == []
    here.compares(table("age", sa.Integer), say=LEAVE, hints={("age_text", "age")})
    assert [q.key for q in here.asked] == ["t.age_text"]
    assert "git shows the one in the other's place" in here.asked[0].evidence[0]


@on_all
def test_answers_that_mean_nothing_here(here: Here) -> None:
    here.stands(letters("mail"))
    for answers in (
        {"renames": (("users.mial", "users.email"),)},
        {"renames": (("users.mail", "users.emial"),)},
        {"drops": {"users.nothing": True}},
        {"drops": {"mail": True}},  # of whichever table: too little for what cannot be undone
        {"casts": {"users.mail": "1"}},
        {"fills": {"users.nothing": "1"}},
    ):
        with pytest.raises(AnswerUnknown):
            here.compares(letters("email"), say=NO, **answers)


# -- loss -------------------------------------------------------------------------------------------------------


def shop(*, old: bool = True, extra: bool = True) -> Make:
    def make(metadata: sa.MetaData) -> None:
        columns = [sa.Column("id", sa.Integer, primary_key=True)]
        columns += [sa.Column("extra", sa.String(20), index=True)] if extra else []
        sa.Table("item", metadata, *columns)
        if old:
            sa.Table(
                "bill",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("item", sa.Integer, sa.ForeignKey("item.id")),
            )

    return make


@on_all
def test_what_holds_nothing_is_dropped_without_a_question(here: Here) -> None:
    here.stands(shop(), "INSERT INTO item (id) VALUES (1)")
    found = here.compares(shop(old=False, extra=False), say=LEAVE)
    assert here.asked == []
    assert "drop table bill" in here.told(found)
    assert "drop column item.extra" in here.told(found)


@on_all
def test_what_holds_something_is_dropped_when_a_person_says_so(here: Here) -> None:
    rows = ("INSERT INTO item VALUES (1, 'a')", "INSERT INTO bill VALUES (1, 1)")
    here.stands(shop(), *rows)
    goal = shop(old=False, extra=False)
    with pytest.raises(OpenQuestions) as raised:
        here.compares(goal)
    assert set(raised.value.options) == {"--drop bill", "--drop item.extra"}
    assert "'a'" not in str(raised.value)

    left = here.compares(goal, say=LEAVE)
    assert here.told(left) == []
    assert {(q.kind, q.key) for q in left.left} == {("loss", "bill"), ("loss", "item.extra")}

    half = here.compares(goal, say=LEAVE, drops={"item.extra": True})
    assert "drop column item.extra" in here.told(half)
    assert "drop table bill" not in here.told(half)

    wanted = sorted(here.told(here.compares(goal, drops={"bill": True, "item.extra": True})))
    assert wanted == sorted(here.told(here.compares(goal, accept_loss=True)))
    found = here.compares(goal, say=YES)
    assert wanted == sorted(here.told(found))
    here.runs(found.upgrade)
    assert here.told(here.compares(goal)) == []


@on_all
def test_a_column_that_becomes_computed(here: Here) -> None:
    def table(computed: bool) -> Make:
        def make(metadata: sa.MetaData) -> None:
            more = [sa.Computed("a + 1", persisted=True)] if computed else []
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer),
                sa.Column("total", sa.Integer, *more),
            )

        return make

    here.stands(table(False), "INSERT INTO t VALUES (1, 2, 9)")
    left = here.compares(table(True), say=LEAVE)
    assert [(q.kind, q.key) for q in left.left] == [("loss", "t.total")]
    assert here.told(left) == []
    assert "becomes computed" in left.left[0].text
    here.runs(here.compares(table(True), say=YES).upgrade)
    assert here.rows("SELECT id, a, total FROM t") == [(1, 2, 3)]


# -- values -----------------------------------------------------------------------------------------------------


@on_all
def test_a_column_left_without_its_value_allows_null_and_is_asked_again(here: Here) -> None:
    def goal(metadata: sa.MetaData) -> None:
        shop()(metadata)
        metadata.tables["item"].append_column(sa.Column("code", sa.String(20), nullable=False))

    here.stands(shop(), "INSERT INTO item VALUES (1, 'a')")
    found = here.compares(goal, say=LEAVE)
    assert here.told(found) == ["add column item.code (VARCHAR(20))"]
    here.runs(found.upgrade)
    again = here.compares(goal, say=LEAVE)
    assert (here.told(again), [q.key for q in again.left]) == ([], ["item.code"])
    here.runs(here.compares(goal, fills={"item.code": "'c' "}).upgrade)
    assert here.rows("SELECT id, code FROM item") == [(1, "c")]
    assert here.told(here.compares(goal)) == []


@on_all
def test_a_value_for_a_renamed_table(here: Here) -> None:
    """The rows are looked for under the name that the table has now."""

    def goal(metadata: sa.MetaData) -> None:
        letters("mail", users="people")(metadata)
        metadata.tables["people"].append_column(sa.Column("code", sa.String(20), nullable=False))

    here.stands(letters("mail"), *PEOPLE)
    found = here.compares(goal, say={"users": "people", "people.code": "'c'"})
    assert [(q.kind, q.key) for q in here.asked] == [("rename", "users"), ("fill", "people.code")]
    here.runs(found.upgrade)
    assert here.rows("SELECT id, code FROM people ORDER BY id") == [(1, "c"), (2, "c")]


@on_all
def test_a_rename_that_becomes_not_null_at_once(here: Here) -> None:
    def table(name: str, **more: Any) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column(name, sa.Text, **more)
            )

        return make

    here.stands(table("mail"), "INSERT INTO t VALUES (1, 'a'), (2, NULL)")
    goal = table("email", nullable=False)
    found = here.compares(goal, say={"t.mail": "email", "t.email": "'none'"})
    assert [(q.kind, q.key) for q in here.asked] == [("rename", "t.mail"), ("fill", "t.email")]
    here.runs(found.upgrade)
    assert here.rows("SELECT id, email FROM t ORDER BY id") == [(1, "a"), (2, "none")]
    assert here.told(here.compares(goal)) == []
