"""CreateTable, DropTable, RenameTable."""

from __future__ import annotations

import pytest
from given import POSTS, USERS, have, posts, said_by_all, users

from limbeck.errors import Irreversible, NoSuchThing, ThingExists
from limbeck.model.column import Column
from limbeck.model.constraint import PrimaryKey
from limbeck.model.names import qualified
from limbeck.model.objects import Sequence, Trigger
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Facts
from limbeck.ops.table import CreateTable, DropTable, RenameTable


def test_create_table() -> None:
    create = CreateTable(table=users())
    assert create.describe() == "create table users"
    assert create.touches() == (USERS,)
    assert create.apply(have(posts())).table(USERS) == users()
    assert create.reverse(have(posts())) == DropTable(table=USERS)


def test_a_table_is_created_once() -> None:
    with pytest.raises(ThingExists):
        CreateTable(table=users()).apply(have())
    again = CreateTable(table=users(), if_not_exists=True)
    assert again.apply(have()) == have()
    with pytest.raises(Irreversible):
        again.reverse(have())


def test_create_table_says() -> None:
    table = Table(
        name="t",
        columns=(Column(name="id", type=TypeRef("INTEGER"), nullable=False),),
        primary_key=PrimaryKey(columns=("id",)),
    )
    text = "CREATE TABLE t (\n    id INTEGER NOT NULL,\n    PRIMARY KEY (id)\n)"
    assert said_by_all(CreateTable(table=table)) == {"postgresql mysql mariadb mssql oracle ansi": [text]}


def test_drop_table() -> None:
    drop = DropTable(table=POSTS)
    assert drop.describe() == "drop table posts"
    assert drop.touches() == (POSTS,)
    assert drop.apply(have()).table(POSTS) is None
    assert drop.reverse(have()) == CreateTable(table=posts())
    assert said_by_all(drop) == {"postgresql mysql mariadb mssql oracle ansi": ["DROP TABLE posts"]}


def test_dropping_a_table_takes_what_is_its_own() -> None:
    trigger = Trigger(name="g", table=POSTS, definition=SqlText("CREATE TRIGGER g ..."))
    sequence = Sequence(name="s", owned_by=(POSTS, "id"))
    other = Sequence(name="other")
    before = have().with_object(trigger).with_object(sequence).with_object(other)
    assert set(DropTable(table=POSTS).apply(before).objects.values()) == {other}


def test_drop_table_tells_that_rows_are_lost() -> None:
    drop = DropTable(table=POSTS)
    assert [h.text for h in drop.hazards(have(), Facts())] == ["dropping table posts loses its rows"]
    assert [h.text for h in drop.hazards(have(), Facts(rows={POSTS: 7}))] == [
        "dropping table posts loses its 7 rows"
    ]
    assert drop.hazards(have(), Facts(rows={POSTS: 0})) == ()


def test_no_such_table() -> None:
    with pytest.raises(NoSuchThing, match=r"There is no table persons\.\nThere are: posts, users\."):
        DropTable(table=qualified("persons")).apply(have())
    assert DropTable(table=qualified("persons"), if_exists=True).apply(have()) == have()


def test_rename_table() -> None:
    rename = RenameTable(table=USERS, new_name="people")
    assert rename.describe() == "rename table users to people"
    assert rename.touches() == (USERS, qualified("people"))
    after = rename.apply(have())
    assert set(after.tables) == {qualified("people"), POSTS}
    assert after.tables[POSTS].foreign_keys[0].referred == qualified("people")
    back = rename.reverse(have())
    assert back == RenameTable(table=qualified("people"), new_name="users")
    assert back.apply(after) == have()
    assert said_by_all(rename) == {
        "postgresql mysql mariadb oracle ansi": ["ALTER TABLE users RENAME TO people"],
        "mssql": ["EXEC sp_rename 'users', people"],
    }


def test_rename_table_in_a_schema_says() -> None:
    rename = RenameTable(table=qualified("a b", "s"), new_name="c d")
    assert said_by_all(rename) == {
        "postgresql oracle": ['ALTER TABLE s."a b" RENAME TO "c d"'],
        "mysql mariadb": ["ALTER TABLE s.`a b` RENAME TO s.`c d`"],
        "mssql": ["EXEC sp_rename 's.[a b]', [c d]"],
        "ansi": ['ALTER TABLE s."a b" RENAME TO s."c d"'],
    }
