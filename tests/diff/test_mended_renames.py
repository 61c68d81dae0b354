"""Single causes that random pairs found with renames that the models declare, there and back on the real databases.

The laws are those of test_mended.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from mending import identifier, models, there_and_back
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from conftest import on
from limbeck.ops.identifiers import RESERVED, renamed
from servers import Database


def was(name: str, new: str, *more: Any, **said: Any) -> sa.Column[Any]:
    return sa.Column(new, sa.Integer, *more, info={"renamed_from": name}, **said)


def table_was(name: str) -> dict[str, Any]:
    return {"info": {"renamed_from": name}}


def number(name: str, *more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, *more)


def test_every_word_that_must_be_quoted_is_known() -> None:
    assert {*RESERVED_WORDS, *SQLiteIdentifierPreparer.reserved_words} <= RESERVED


@pytest.mark.parametrize(
    ("text", "new", "becomes"),
    [
        ("a > 0", "b", "b > 0"),
        ("a > 0", "order", '"order" > 0'),
        ("a > 0", "Odd", '"Odd" > 0'),
        ("`a` > 0", "order", "`order` > 0"),
        ("a(a) <> 'a'", "b", "a(b) <> 'a'"),
    ],
)
def test_a_text_with_another_name(text: str, new: str, becomes: str) -> None:
    assert renamed(text, "a", new) == becomes


@on("postgresql", "mariadb", "sqlite")
def test_a_check_whose_column_is_called_by_a_reserved_word_now(database: Database) -> None:
    have = models(("t", identifier(), number("n"), sa.CheckConstraint(sa.column("n") > 0, name="ck")))
    check = sa.CheckConstraint(sa.column("order") > 1, name="ck")
    there_and_back(database, have, models(("t", identifier(), was("n", "order"), check)))


@on("postgresql", "mariadb", "sqlite")
@pytest.mark.parametrize(("old", "new"), [("order", "n"), ("n", "with space")])
def test_nothing_but_the_rename_is_done(database: Database, old: str, new: str) -> None:
    def parts(name: str) -> list[Any]:
        check = sa.CheckConstraint(sa.column(name) > 0, name="ck")
        return [check, sa.UniqueConstraint(name, name="uq"), sa.Index("ix", name, "id")]

    have = models(("t", identifier(), number(old), *parts(old)))
    want = models(("t", identifier(), was(old, new), *parts(new)))
    assert there_and_back(database, have, want) == [f"rename column t.{old} to {new}"]


@on("sqlite")
def test_a_column_computed_over_one_that_was_renamed_comes_behind_it(database: Database) -> None:
    have = models(("t", identifier(), number("a"), number("u")))
    over = sa.Column("c", sa.Integer, sa.Computed('abs("b")', persisted=False))
    unique = sa.UniqueConstraint("u", name="uq")
    there_and_back(database, have, models(("t", identifier(), was("a", "b"), number("u"), over, unique)))


@on("postgresql", "mariadb", "sqlite")
def test_a_key_that_comes_back_names_the_column_as_it_is_called_then(database: Database) -> None:
    key = sa.ForeignKeyConstraint(["n"], ["p.id"], name="fk")
    have = models(("p", sa.Column("id", sa.Integer, primary_key=True)), ("u", number("n"), key))
    target = ("p", was("id", "f", autoincrement=False, nullable=False))
    there_and_back(database, have, models(target, ("u", number("n"))), any_names=True)


@on("postgresql", "mariadb", "sqlite")
def test_a_table_takes_the_given_name_of_a_key_along(database: Database) -> None:
    def key(name: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint([name], ["p.id"])

    have = models(("p", identifier()), ("t", number("n"), number("m"), key("n"), key("m")))
    want = models(("p", identifier()), ("re%named", number("n"), number("m"), key("m"), table_was("t")))
    told = there_and_back(database, have, want, any_names=True)
    assert told[0] == "rename table t to re%named"


@on("postgresql", "mariadb", "sqlite")
def test_columns_whose_names_go_on_in_a_chain(database: Database) -> None:
    have = models(("t", identifier(), number("a"), sa.Column("b", sa.String(20)), sa.UniqueConstraint("a")))
    c = sa.Column("c", sa.String(20), info={"renamed_from": "b"})
    want = models(("t", identifier(), was("a", "b"), c, sa.UniqueConstraint("b")))
    told = there_and_back(database, have, want, any_names=True)
    assert told == ["rename column t.b to c", "rename column t.a to b"]


@on("postgresql", "mariadb", "sqlite")
def test_tables_whose_names_go_on_in_a_chain(database: Database) -> None:
    have = models(("a", identifier(), number("n")), ("b", identifier(), sa.Column("s", sa.String(20))))
    b = ("b", identifier(), was("n", "m"), table_was("a"))
    want = models(b, ("c", identifier(), sa.Column("s", sa.String(20)), table_was("b")))
    told = there_and_back(database, have, want, any_names=True)
    renames = [line for line in told if "SEQUENCE" not in line]
    assert renames == ["rename table b to c", "rename table a to b", "rename column b.n to m"]


@on("postgresql", "mariadb", "sqlite")
def test_a_name_that_is_free_again_is_taken_by_a_new_column(database: Database) -> None:
    have = models(("t", identifier(), number("mail")))
    want = models(("t", identifier(), was("mail", "email"), sa.Column("mail", sa.String(20))))
    told = there_and_back(database, have, want)
    assert told == ["rename column t.mail to email", "add column t.mail (VARCHAR(20))"]


@on("sqlite")
def test_the_key_of_a_table_without_rowid_that_is_unique_with_another(database: Database) -> None:
    """SQLite 3.40 refuses RENAME COLUMN there."""

    def both(key: sa.Column[Any], name: str) -> sa.MetaData:
        parts = (key, number("b"), sa.UniqueConstraint(name, "b"), {"sqlite_with_rowid": False})
        return models(("g", *parts), ("h", number("x", sa.ForeignKey(f"g.{name}"))))

    have = both(sa.Column("k", sa.Integer, primary_key=True, autoincrement=False), "k")
    want = both(was("k", "n", primary_key=True, autoincrement=False), "n")
    assert there_and_back(database, have, want) == ["rename column g.k to n"]
