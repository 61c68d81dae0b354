"""What differs, in words and in an order that runs; the way back gives the first state again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import BACKEND, ck, col, fk, ix, pk, snapshot, table, uq
from hypothesis import given
from hypothesis import strategies as st

from limbeck.diff.back import way_back
from limbeck.diff.walk import Renames, diff, each_once, table_changes
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Operation

USERS = table("users", col("id", nullable=False), col("mail", "VARCHAR(50)"), pk("id"))


def told(have: Snapshot, want: Snapshot, **more: object) -> list[str]:
    return [o.describe() for o in diff(BACKEND, have, want, **more)]  # type: ignore[arg-type]


def test_nothing_differs() -> None:
    assert told(snapshot(USERS), snapshot(USERS)) == []


def test_law_what_is_looked_at_once_is_the_same() -> None:
    """Whoever changes what he got, and however the tables are called, who come one after the other to the same place."""
    users = [replace(USERS, columns=(*USERS.columns, col(f"c{n}"))) for n in range(3)]
    with each_once():
        for _ in range(2):
            for want in users:
                found = table_changes(BACKEND, USERS, want)
                assert [o.describe() for o in found] == [
                    o.describe() for o in table_changes(BACKEND, USERS, want)
                ]
                assert len(found) == 1 and want.columns[-1].name in found[0].describe()
                found.clear()
        for number in range(50):  # tables that nobody keeps
            want = replace(USERS, columns=(*USERS.columns, col(f"n{number}")))
            assert f"n{number}" in table_changes(BACKEND, USERS, want)[0].describe()
    assert table_changes(BACKEND, USERS, USERS) == []


def test_tables_come_and_go() -> None:
    posts = table("posts", col("id", nullable=False), col("user_id"), pk("id"), fk("user_id", "users.id"))
    assert told(snapshot(), snapshot(posts, USERS)) == ["create table users", "create table posts"]
    assert told(snapshot(USERS, posts), snapshot()) == ["drop table posts", "drop table users"]


def test_a_circle_of_foreign_keys_is_closed_afterwards_and_opened_first() -> None:
    a = table("a", col("id"), col("b_id"), pk("id"), fk("b_id", "b.id", name="fk_a"))
    b = table("b", col("id"), col("a_id"), pk("id"), fk("a_id", "a.id", name="fk_b"))
    assert told(snapshot(), snapshot(a, b)) == [
        "create table a",
        "create table b",
        "add foreign key fk_a (b_id) to b (id) on a",
        "add foreign key fk_b (a_id) to a (id) on b",
    ]
    assert told(snapshot(a, b), snapshot()) == [
        "drop foreign key fk_a on a",
        "drop foreign key fk_b on b",
        "drop table b",
        "drop table a",
    ]


def test_columns() -> None:
    want = replace(
        USERS,
        columns=(
            col("id", nullable=False),
            col("mail", "TEXT", nullable=False, default="''"),
            col("age", comment="y"),
        ),
    )
    assert told(snapshot(USERS), snapshot(want)) == [
        "alter column users.mail: type TEXT, not null, default ''",
        "add column users.age (INTEGER)",
    ]


def test_constraints_and_indexes() -> None:
    want = replace(
        USERS, constraints=(uq("mail", name="uq_mail"), ck("id > 0", "ck_id")), indexes=(ix("ix_m", "mail"),)
    )
    assert told(snapshot(USERS), snapshot(want)) == [
        "add unique uq_mail (mail) on users",
        "add check ck_id (id > 0) on users",
        "create index ix_m (mail) on users",
    ]


def test_an_unnamed_constraint_meets_the_one_the_database_named() -> None:
    have = replace(USERS, constraints=(uq("mail", name="users_mail_key"),))
    assert told(snapshot(have), snapshot(replace(USERS, constraints=(uq("mail"),)))) == []


def test_the_same_under_another_name_is_renamed() -> None:
    have = replace(USERS, constraints=(uq("mail", name="old"),), indexes=(ix("ix_old", "mail"),))
    want = replace(USERS, constraints=(uq("mail", name="new"),), indexes=(ix("ix_new", "mail"),))
    assert told(snapshot(have), snapshot(want)) == [
        "rename index ix_old on users to ix_new",
        "rename constraint old on users to new",
    ]


def test_a_rename_is_written_only_when_it_was_said() -> None:
    want = replace(USERS, columns=(col("id", nullable=False), col("email", "VARCHAR(50)")))
    assert told(snapshot(USERS), snapshot(want)) == [
        "drop column users.mail",
        "add column users.email (VARCHAR(50))",
    ]
    said = Renames(columns={(QualifiedName(None, "users"), "mail"): "email"})
    assert told(snapshot(USERS), snapshot(want), renames=said) == ["rename column users.mail to email"]
    declared = replace(want, columns=(want.columns[0], replace(want.columns[1], renamed_from="mail")))
    assert told(snapshot(USERS), snapshot(declared)) == ["rename column users.mail to email"]


def test_a_table_renamed_by_the_models() -> None:
    want = replace(USERS, name="people", renamed_from="users")
    assert told(snapshot(USERS), snapshot(want)) == ["rename table users to people"]


NAMES = ("a", "b", "c", "d")
TYPES = ("INTEGER", "VARCHAR(20)", "TEXT")


@st.composite
def tables(draw: st.DrawFn, name: str) -> Table:
    columns = [col("id", nullable=False)]
    for other in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        columns.append(
            col(
                other,
                draw(st.sampled_from(TYPES)),
                nullable=draw(st.booleans()),
                default=draw(st.sampled_from([None, "0", "1"])),
            )
        )
    parts: list[object] = [pk("id", name=f"pk_{name}")]
    for column in columns[1:]:
        kind = draw(st.sampled_from(["", "", "uq", "ix", "fk"]))
        if kind == "uq":
            parts.append(uq(column.name, name=f"uq_{name}_{column.name}"))
        elif kind == "ix":
            parts.append(ix(f"ix_{name}_{column.name}", column.name))
        elif kind == "fk":
            parts.append(
                fk(
                    column.name,
                    f"{draw(st.sampled_from(['t', 'u', 'v']))}.id",
                    name=f"fk_{name}_{column.name}",
                )
            )
    return table(name, *columns, *parts)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    return snapshot(*(draw(tables(name)) for name in ("t", "u", "v")))


def applied(state: Snapshot, operations: tuple[Operation, ...]) -> Snapshot:
    for operation in operations:
        state = operation.apply(state)
    return state


@given(snapshots(), snapshots())
def test_law_applied_it_is_what_was_wanted_and_back_it_is_what_was(have: Snapshot, want: Snapshot) -> None:
    operations = diff(BACKEND, have, want)
    there = applied(have, operations)
    assert diff(BACKEND, there, want) == ()
    back = way_back(BACKEND, operations, have)
    assert not [o for o in back if isinstance(o, Exception)]
    again = applied(there, tuple(o for o in back if isinstance(o, Operation)))
    assert diff(BACKEND, again, have) == ()


@given(snapshots(), st.permutations(["t", "u", "v"]))
def test_law_the_order_of_tables_given_does_not_matter_for_running(have: Snapshot, order: list[str]) -> None:
    """Every table is created after those it refers to, or the foreign key waits."""
    want = snapshot(*(have.tables[QualifiedName(None, name)] for name in order))
    seen: set[str] = set()
    for operation in diff(BACKEND, snapshot(), want):
        made = getattr(operation, "table", None)
        if isinstance(made, Table):
            assert {k.referred.name for k in made.foreign_keys} <= seen | {made.name}
            seen.add(made.name)
    assert seen == {"t", "u", "v"}


@pytest.mark.parametrize("want", [USERS, replace(USERS, comment="people")])
def test_comments_on_tables(want: Table) -> None:
    assert len(diff(BACKEND, snapshot(USERS), snapshot(want))) == (1 if want.comment else 0)
