"""What is left open changes nothing: the diff of what stands and of what is wanted but for that is empty of it."""

from __future__ import annotations

from dataclasses import replace

from build import BACKEND, col, fk, ix, pk, snapshot, table, uq

from limbeck.diff import left
from limbeck.diff.renamed import Renames
from limbeck.diff.walk import diff
from limbeck.model.names import QualifiedName
from limbeck.model.objects import View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText

USERS = QualifiedName(None, "users")
ORDERS = QualifiedName(None, "orders")
HAVE = snapshot(
    table(
        "users",
        col("id", nullable=False),
        col("mail", "VARCHAR(50)"),
        pk("id"),
        uq("mail", name="uq_mail"),
        ix("ix_mail", "id", "mail"),
    ),
    table(
        "orders",
        col("id", nullable=False),
        col("by", "VARCHAR(50)"),
        pk("id"),
        fk("by", "users.mail", name="f"),
    ),
)


def told(want: Snapshot) -> list[str]:
    return [operation.describe() for operation in diff(BACKEND, HAVE, want)]


def renamed_everywhere(new: str) -> Snapshot:
    """The models say `new` for mail, with constraints named after it."""
    users = table(
        "users",
        col("id", nullable=False),
        col(new, "TEXT", nullable=False),
        pk("id"),
        uq(new, name=f"uq_{new}"),
        ix(f"ix_{new}", "id", new),
    )
    orders = replace(HAVE.tables[ORDERS], constraints=(fk("by", f"users.{new}", name="f"),))
    return snapshot(users, orders)


def test_a_column_called_as_before_stays_with_all_that_is_over_it() -> None:
    want = renamed_everywhere("email")
    assert told(want) != []
    assert told(left.column_called_as_before(BACKEND, HAVE, USERS, "mail", "email")(want)) == []


def test_other_changes_of_the_table_are_still_wanted() -> None:
    want = renamed_everywhere("email")
    want = want.with_table(want.tables[USERS].with_column(col("age")))
    want = left.column_called_as_before(BACKEND, HAVE, USERS, "mail", "email")(want)
    assert told(want) == ["add column users.age (INTEGER)"]


def test_a_column_kept_keeps_its_constraints_and_indexes() -> None:
    users, orders = HAVE.tables[USERS], HAVE.tables[ORDERS]
    want = snapshot(
        replace(users.without_column("mail"), constraints=(), indexes=()), replace(orders, constraints=())
    )
    want = left.column_kept(BACKEND, HAVE, USERS, "mail")(want)
    assert told(want) == ["drop foreign key f on orders"]


def test_a_table_kept_and_a_table_called_as_before() -> None:
    want = HAVE.without_table(USERS).with_table(replace(HAVE.tables[ORDERS], constraints=()))
    assert told(left.table_kept(BACKEND, HAVE, USERS)(want)) == ["drop foreign key f on orders"]
    people = replace(HAVE.tables[USERS], name="people")
    orders = replace(HAVE.tables[ORDERS], constraints=(fk("by", "people.mail", name="f"),))
    want = snapshot(people, orders)
    assert told(left.table_called_as_before(BACKEND, HAVE, USERS, "people")(want)) == []


def test_a_table_kept_loses_its_keys_to_what_goes() -> None:
    gone = left.table_kept(BACKEND, HAVE, ORDERS)(HAVE.without_table(USERS).without_table(ORDERS))
    assert told(gone) == ["drop foreign key f on orders", "drop table users"]


def test_a_type_kept_keeps_its_default() -> None:
    want = HAVE.with_table(
        HAVE.tables[USERS].with_column(col("mail", "INTEGER", default="0", nullable=False))
    )
    assert told(left.type_kept(BACKEND, HAVE, USERS, "mail")(want)) == ["alter column users.mail: not null"]


def test_null_allowed() -> None:
    users = HAVE.tables[USERS]
    want = HAVE.with_table(users.with_column(col("age", nullable=False)))
    assert told(left.null_allowed(BACKEND, HAVE, USERS, "age")(want)) == ["add column users.age (INTEGER)"]
    keyed = HAVE.with_table(replace(users.with_column(col("nr", nullable=False)), primary_key=pk("id", "nr")))
    assert told(left.null_allowed(BACKEND, HAVE, USERS, "nr")(keyed)) == []


def test_under_a_new_table_name() -> None:
    """`have` is given under its new names, as it is after the renames that were said."""
    renames = Renames(tables={USERS: "people"})
    people = QualifiedName(None, "people")
    moved = HAVE
    for operation in diff(BACKEND, HAVE, HAVE, renames=renames)[:1]:
        moved = operation.apply(moved)
    want = moved.with_table(moved.tables[people].without_column("mail"))
    want = left.column_kept(BACKEND, moved, people, "mail")(want)
    assert [o.describe() for o in diff(BACKEND, HAVE, want, renames=renames)] == [
        "rename table users to people"
    ]


def test_a_view_of_what_was_left_open_stays_as_it_stands() -> None:
    """With the new name it could not be made; one that is new waits too; others are made."""

    def view(name: str, select: str) -> View:
        return View(name=name, definition=SqlText(select))

    have = HAVE.with_object(view("v", "SELECT mail FROM users"))
    want = renamed_everywhere("email")
    for thing in (
        view("v", "SELECT email FROM users"),
        view("new", "SELECT u.email FROM users AS u"),
        view("other", "SELECT id FROM users"),
    ):
        want = want.with_object(thing)
    want = left.column_called_as_before(BACKEND, have, USERS, "mail", "email")(want)
    assert {key.name: thing.definition.text for (_, key), thing in want.objects.items()} == {  # type: ignore[union-attr]
        "v": "SELECT mail FROM users",
        "other": "SELECT id FROM users",
    }
