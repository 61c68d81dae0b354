"""What is taken for a rename and what is not: the thresholds, the reasons, and the choice among several."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from build import col, fk, ix, pk, snapshot, table, uq
from hypothesis import given
from hypothesis import strategies as st
from test_walk import BACKEND

from limbeck.backends.ansi import AnsiBackend
from limbeck.diff.pairing import best_pairs
from limbeck.diff.renamed import Renames, in_turn, renamings, with_declared
from limbeck.diff.renames import (
    ASKED,
    Candidate,
    best,
    column_candidates,
    similarity,
    table_candidates,
    value_candidates,
)
from limbeck.model.column import Column
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.table import Table

assert isinstance(BACKEND, AnsiBackend)


def users(*columns: Column, **more: object) -> Table:
    return table("users", col("id", nullable=False), *columns, pk("id"), **more)


def pairs(have: Table, want: Table, hints: set[tuple[str, str]] | None = None) -> dict[tuple[str, str], int]:
    return {(c.old, c.new): c.score for c in column_candidates(BACKEND, have, want, hints or ())}


# -- columns ----------------------------------------------------------------------------------------------------


def test_the_reasons_are_said() -> None:
    [found] = column_candidates(
        BACKEND, users(col("mail", "VARCHAR(50)")), users(col("email", "VARCHAR(50)"))
    )
    assert (found.old, found.new, found.within) == ("mail", "email", QualifiedName(None, "users"))
    assert found.reasons == ("the same type VARCHAR(50)", "the same place in the table", "a similar name")
    assert found.score == 30 + 8 + 15 + 26


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (col("name", "VARCHAR(50)"), col("title", "VARCHAR(50)")),  # the same but for the name
        (col("mail", "VARCHAR(50)"), col("email", "TEXT")),  # and with another type of its family
        (col("price", "INTEGER"), col("price_eur", "NUMERIC(10, 2)")),
        (col("mail", "VARCHAR(50)", nullable=False), col("e_mail", "VARCHAR(80)", default="''")),
    ],
    ids=lambda c: c.name,
)
def test_asked(old: Column, new: Column) -> None:
    assert (old.name, new.name) in pairs(users(old), users(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (col("id", "INTEGER"), col("uuid", "UUID")),
        (col("active", "BOOLEAN"), col("note", "TEXT")),
        (col("age_text", "VARCHAR(10)"), col("age", "INTEGER")),  # too little without git
        (col("size", "INTEGER"), col("born", "DATE")),
        (col("flag", "BOOLEAN"), col("flags", "INTEGER")),
    ],
    ids=lambda c: c.name,
)
def test_false_friends(old: Column, new: Column) -> None:
    have = table("t", col("nr", nullable=False), old, pk("nr"))
    want = table("t", col("nr", nullable=False), new, pk("nr"))
    assert pairs(have, want) == {}


def test_the_same_type_elsewhere_under_another_name_is_no_rename() -> None:
    have = users(col("name", "TEXT"), col("a", "INTEGER"), col("b", "INTEGER"))
    want = users(col("a", "INTEGER"), col("b", "INTEGER"), col("subject", "TEXT"))
    assert pairs(have, want) == {}


def test_git_raises_the_score_but_not_between_families() -> None:
    have, want = users(col("age_text", "VARCHAR(10)")), users(col("age", "INTEGER"))
    assert ("age_text", "age") in pairs(have, want, {("age_text", "age")})
    have, want = table("t", col("id"), pk("id")), table("t", col("uuid", "UUID"), pk("uuid"))
    assert pairs(have, want, {("id", "uuid")}) == {}
    have, want = users(col("mail", "TEXT")), users(col("email", "TEXT"))
    assert pairs(have, want, {("mail", "email")})["mail", "email"] == min(
        100, pairs(have, want)["mail", "email"] + 25
    )


def test_foreign_keys_speak_for_and_against() -> None:
    def with_key(name: str, target: str) -> Table:
        return table("t", col("id"), col(name, "INTEGER"), pk("id"), fk(name, target))

    plain = pairs(table("t", col("id"), col("owner")), table("t", col("id"), col("holder")))
    same = pairs(with_key("owner", "users.id"), with_key("holder", "users.id"))
    other = pairs(with_key("owner", "users.id"), with_key("shop", "shops.id"))
    assert same["owner", "holder"] == plain["owner", "holder"] + 15
    assert other == {}


def test_what_is_over_both_counts() -> None:
    have = users(col("mail", "TEXT"))
    want = users(col("email", "TEXT"))
    plain = pairs(have, want)["mail", "email"]
    unique = pairs(replace(have, constraints=(uq("mail"),)), replace(want, constraints=(uq("email"),)))
    indexed = pairs(replace(have, indexes=(ix("a", "mail"),)), replace(want, indexes=(ix("b", "email"),)))
    assert (unique["mail", "email"], indexed["mail", "email"]) == (plain + 6, plain + 4)


def test_case_alone_is_no_rename_where_the_database_does_not_tell_it() -> None:
    from sqlalchemy.dialects import sqlite

    from limbeck.backends.sqlite.backend import SqliteBackend

    backend = SqliteBackend(sqlite.dialect())
    assert column_candidates(backend, users(col("Mail", "TEXT")), users(col("mail", "TEXT"))) == ()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("mail", "email", 85, 95),
        ("userName", "user_name", 100, 100),
        ("addr", "address", 75, 75),
        ("name", "full_name", 75, 75),
        ("id", "uuid", 0, 0),
        ("a", "a", 100, 100),
        ("size", "born", 0, 30),
    ],
)
def test_names(one: str, other: str, least: int, most: int) -> None:
    assert least <= similarity(one, other) <= most


# -- tables -----------------------------------------------------------------------------------------------------


def tables(have: Table, want: Table, hints: set[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    found = table_candidates(BACKEND, snapshot(have), snapshot(want), hints or ())
    return [(c.old, c.new) for c in found]


def test_a_table_with_the_same_columns() -> None:
    have = users(col("mail", "TEXT"), col("born", "DATE"))
    assert tables(have, replace(have, name="people")) == [("users", "people")]
    [found] = table_candidates(BACKEND, snapshot(have), snapshot(replace(have, name="user")))
    assert found.reasons == ("3 of 3 columns are the same", "a similar name")


def test_columns_that_all_tables_have_make_no_table_alike() -> None:
    have = users(col("name", "TEXT"))
    assert tables(have, replace(have, name="countries")) == []
    assert tables(have, replace(have, name="user")) == [("users", "user")]
    assert tables(have, replace(have, name="countries"), {("users", "countries")}) == [("users", "countries")]


def test_a_table_with_other_columns_or_in_another_schema() -> None:
    have = users(col("mail", "TEXT"))
    assert tables(have, table("user", col("nr"), col("street", "TEXT"), col("town", "TEXT"))) == []
    assert tables(have, replace(have, name="people", schema="other")) == []


# -- values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("have", "want", "found"),
    [
        (("sad", "ok"), ("unhappy", "ok"), [("sad", "unhappy")]),  # one for one, in one place
        (("in_progress", "done"), ("in-progress", "done"), [("in_progress", "in-progress")]),
        (("open", "shut"), ("opened", "shut"), [("open", "opened")]),
        (("a", "b"), ("a", "b", "c"), []),
        (("left", "a"), ("a", "right"), []),
    ],
)
def test_values(have: tuple[str, ...], want: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    one, other = Enum(name="e", labels=have), Enum(name="e", labels=want)
    assert [(c.old, c.new) for c in value_candidates(one, other)] == found


# -- the choice -------------------------------------------------------------------------------------------------


def test_the_likeliest_pair_does_not_rob_another() -> None:
    """a-x is the best single pair, but then b has nobody; a-y with b-x is better in all."""
    assert set(best_pairs({("a", "x"): 90, ("a", "y"): 80, ("b", "x"): 80})) == {("a", "y"), ("b", "x")}


@given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(1, 100)))
def test_law_no_choice_is_better(weights: dict[tuple[str, str], int]) -> None:
    chosen = best_pairs(weights)
    assert len({left for left, _ in chosen}) == len(chosen) == len({right for _, right in chosen})
    everything = (c for n in range(5) for c in itertools.combinations(weights, n))
    alone = (c for c in everything if len({a for a, _ in c}) == len(c) == len({b for _, b in c}))
    assert sum(weights[pair] for pair in chosen) == max(sum(weights[pair] for pair in c) for c in alone)


def test_columns_of_two_tables_do_not_compete() -> None:
    def candidate(within: str, score: int) -> Candidate:
        name = QualifiedName(None, within)
        return Candidate(kind="column", within=name, old="a", new="b", score=score, reasons=())

    assert best([candidate("t", 60), candidate("u", 70)]) == (candidate("u", 70), candidate("t", 60))


def test_the_threshold() -> None:
    """49 points are no question; one thing more in common makes it one."""
    have, want = users(col("flag", "BOOLEAN")), users(col("flags", "INTEGER"))
    assert pairs(have, want) == {}
    unique = replace(have, constraints=(uq("flag"),)), replace(want, constraints=(uq("flags"),))
    assert pairs(*unique) == {("flag", "flags"): ASKED + 5}


# -- the steps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "steps"),
    [
        ({"a": "b"}, [("a", "b")]),
        ({"a": "b", "b": "c"}, [("b", "c"), ("a", "b")]),
        ({"a": "b", "b": "a"}, [("b", "a"), ("a__renamed", "b")]),
    ],
)
def test_each_step_finds_its_name_free(names: dict[str, str], steps: list[tuple[str, str]]) -> None:
    found = in_turn(names, set("ab"))
    assert found[-len(steps) :] == steps


@given(st.permutations("abcd"), st.sets(st.sampled_from("abcd")))
def test_law_any_names_may_change_places(order: list[str], moving: set[str]) -> None:
    names = {old: new for old, new in zip("abcd", order, strict=True) if old != new}
    held = {name: name for name in "abcd"}
    for old, new in in_turn(names, set("abcd")):
        assert new not in held
        held[new] = held.pop(old)
    assert held == {names.get(name, name): name for name in "abcd"}


def test_a_swap_of_columns_runs_on_a_snapshot_and_back() -> None:
    before = snapshot(users(col("a", "TEXT"), col("b", "INTEGER")))
    key = QualifiedName(None, "users")
    steps = renamings(Renames(columns={(key, "a"): "b", (key, "b"): "a"}), before)
    after = before
    for step in steps:
        after = step.apply(after)
    assert [(c.name, c.type.spelling) for c in after.tables[key].columns][1:] == [
        ("b", "TEXT"),
        ("a", "INTEGER"),
    ]


# -- what the models declare ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stand", "declared", "to_do"),
    [
        ("a", {"b": "a"}, {"a": "b"}),
        ("b", {"b": "a"}, {}),
        ("ab", {"b": "a", "c": "b"}, {"a": "b", "b": "c"}),
        ("bc", {"b": "a", "c": "b"}, {}),
        ("a", {"b": "a", "a": None}, {"a": "b"}),  # a new one takes the name that is free
        ("ab", {"b": "a", "a": "b"}, {}),  # done or not: nobody can tell
        ("b", {"b": "a", "c": "b"}, {}),  # what was renamed already is not the former of another too
        ("ab", {"b": "a", "c": "b", "a": "c"}, {}),
    ],
)
def test_what_is_still_to_do(stand: str, declared: dict[str, str | None], to_do: dict[str, str]) -> None:
    have = snapshot(users(*(col(name) for name in stand)))
    want = snapshot(users(*(replace(col(name), renamed_from=was) for name, was in declared.items())))
    said = with_declared(BACKEND, have, want, Renames())
    assert said.columns == {(QualifiedName(None, "users"), old): new for old, new in to_do.items()}
    have = snapshot(*(table(name, col("id")) for name in stand))
    want = snapshot(*(table(name, col("id"), renamed_from=was) for name, was in declared.items()))
    said = with_declared(BACKEND, have, want, Renames())
    assert said.tables == {QualifiedName(None, old): new for old, new in to_do.items()}
