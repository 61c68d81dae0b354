"""AddColumn, DropColumn, RenameColumn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import INTEGER, POSTS, USERS, VARCHAR, have, index, said_by_all, text_default, users

from limbeck.errors import Irreversible, NoSuchThing, ThingExists
from limbeck.model.column import Column
from limbeck.model.constraint import Check, PrimaryKey, Unique
from limbeck.model.index import IndexElement
from limbeck.model.snapshot import BackendId
from limbeck.model.sqltext import SqlText
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.constraint import AddConstraint
from limbeck.ops.contract import Facts
from limbeck.ops.index import CreateIndex
from limbeck.ops.several import Several

EMAIL = Column(name="email", type=VARCHAR, nullable=False)


def test_add_column() -> None:
    add = AddColumn(table=USERS, column=EMAIL)
    assert add.describe() == "add column users.email (VARCHAR(50), not null)"
    assert add.touches() == (USERS,)
    assert add.apply(have()).tables[USERS].columns[-1] == EMAIL
    assert add.reverse(have()) == DropColumn(table=USERS, column="email")
    assert add.reverse(have()).apply(add.apply(have())) == have()
    assert said_by_all(add) == {
        "postgresql mysql mariadb ansi": ["ALTER TABLE users ADD COLUMN email VARCHAR(50) NOT NULL"],
        "mssql oracle": ["ALTER TABLE users ADD email VARCHAR(50) NOT NULL"],
    }


def test_add_column_with_its_comment_says() -> None:
    add = AddColumn(table=USERS, column=Column(name="email", type=VARCHAR, comment="it's"))
    column = "ALTER TABLE users ADD email VARCHAR(50)"
    assert said_by_all(add) == {
        "postgresql": [
            "ALTER TABLE users ADD COLUMN email VARCHAR(50)",
            "COMMENT ON COLUMN users.email IS 'it''s'",
        ],
        "mysql mariadb": ["ALTER TABLE users ADD COLUMN email VARCHAR(50) COMMENT 'it''s'"],
        "mssql": [
            f"{column} NULL",
            "execute sp_addextendedproperty 'MS_Description', N'it''s', 'schema', dbo, 'table', users, "
            "'column', email",
        ],
        "oracle": [column, "COMMENT ON COLUMN users.email IS 'it''s'"],
        "ansi": ["ALTER TABLE users ADD COLUMN email VARCHAR(50)"],
    }


def test_add_column_with_its_key_says() -> None:
    column = Column(name="n", type=INTEGER, nullable=False)
    add = AddColumn(table=USERS, column=column, inline=(PrimaryKey(columns=("n",), name="pk"),))
    text = "n INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY"
    assert said_by_all(add) == {
        "postgresql ansi": [f"ALTER TABLE users ADD COLUMN {text}"],
        "mysql mariadb": ["ALTER TABLE users ADD COLUMN n INTEGER NOT NULL PRIMARY KEY"],
        "mssql oracle": [f"ALTER TABLE users ADD {text}"],
    }


def test_a_column_is_added_once() -> None:
    with pytest.raises(ThingExists, match=r"There is a column users\.name already"):
        AddColumn(table=USERS, column=replace(EMAIL, name="name")).apply(have())
    again = AddColumn(table=USERS, column=replace(EMAIL, name="name"), if_not_exists=True)
    assert again.apply(have()) == have()
    with pytest.raises(Irreversible):
        again.reverse(have())


def test_a_not_null_column_without_default_fails_on_rows() -> None:
    add = AddColumn(table=USERS, column=EMAIL)
    assert [h.code for h in add.hazards(have(), Facts())] == ["PG36"]
    assert add.hazards(have(), Facts(rows={USERS: 0})) == ()
    filled = replace(EMAIL, default=text_default("''"))
    assert AddColumn(table=USERS, column=filled).hazards(have(), Facts()) == ()


def test_drop_column() -> None:
    before = AddColumn(table=USERS, column=EMAIL).apply(have())
    drop = DropColumn(table=USERS, column="email")
    assert drop.describe() == "drop column users.email"
    assert drop.touches() == (USERS,)
    assert drop.apply(before) == have()
    assert drop.reverse(before) == AddColumn(table=USERS, column=EMAIL)
    assert [h.kind for h in drop.hazards(before, Facts())] == ["data"]
    assert said_by_all(drop, before) == {
        "postgresql mysql mariadb mssql oracle ansi": ["ALTER TABLE users DROP COLUMN email"]
    }


def test_what_is_over_a_dropped_column_falls_with_it_and_comes_back() -> None:
    drop = DropColumn(table=USERS, column="name")
    after = drop.apply(have()).tables[USERS]
    assert (after.constraints, after.indexes) == ((), ())
    back = drop.reverse(have())
    column, unique, check = users().column("name"), *users().constraints
    assert column is not None
    assert back == Several(
        operations=(
            AddColumn(table=USERS, column=column),
            AddConstraint(table=USERS, constraint=unique),
            AddConstraint(table=USERS, constraint=check),
            CreateIndex(table=USERS, index=index("ix_age_name", "age", "name")),
        )
    )
    whole = back.apply(drop.apply(have())).tables[USERS]
    assert set(whole.columns) == set(users().columns)
    assert replace(whole, columns=users().columns) == users()


def test_mysql_keeps_the_rest_of_an_index() -> None:
    before = have(users(), backend=BackendId(name="mysql", variant="mariadb"))
    after = DropColumn(table=USERS, column="name").apply(before)
    assert after.tables[USERS].indexes == (index("ix_age_name", "age"),)


def test_what_refuses_to_fall_is_dropped_first() -> None:
    several = replace(
        users(), constraints=(*users().constraints, Unique(columns=("age", "name"), name="uq2"))
    )
    assert said_by_all(DropColumn(table=USERS, column="name"), have(several)) == {
        "postgresql ansi": ["ALTER TABLE users DROP COLUMN name"],
        "mysql": [
            "ALTER TABLE users DROP CHECK ck_age",
            "ALTER TABLE users DROP INDEX uq2",
            "ALTER TABLE users DROP COLUMN name",
        ],
        "mariadb": [
            "ALTER TABLE users DROP CONSTRAINT ck_age",
            "ALTER TABLE users DROP INDEX uq2",
            "ALTER TABLE users DROP COLUMN name",
        ],
        "mssql": [
            "ALTER TABLE users DROP CONSTRAINT uq_name",
            "ALTER TABLE users DROP CONSTRAINT ck_age",
            "ALTER TABLE users DROP CONSTRAINT uq2",
            "DROP INDEX ix_age_name ON users",
            "DECLARE @drop nvarchar(max)\n"
            "SELECT @drop = 'alter table users drop constraint ' + QUOTENAME(name) FROM sys.default_constraints\n"
            "WHERE parent_object_id = OBJECT_ID('users') "
            "AND COL_NAME(parent_object_id, parent_column_id) = 'name'\n"
            "EXEC(@drop)",
            "ALTER TABLE users DROP COLUMN name",
        ],
        "oracle": [
            "ALTER TABLE users DROP CONSTRAINT ck_age",
            "ALTER TABLE users DROP CONSTRAINT uq2",
            "ALTER TABLE users DROP COLUMN name",
        ],
    }


def test_no_such_column() -> None:
    with pytest.raises(NoSuchThing, match=r"There is no column users\.nam\.\nThere are: id, name, age\."):
        DropColumn(table=USERS, column="nam").apply(have())
    assert DropColumn(table=USERS, column="nam", if_exists=True).apply(have()) == have()


def test_rename_column() -> None:
    rename = RenameColumn(table=USERS, column="name", new_name="title")
    assert rename.describe() == "rename column users.name to title"
    assert rename.touches() == (USERS,)
    after = rename.apply(have()).tables[USERS]
    assert after.constraints == (
        Unique(columns=("title",), name="uq_name"),
        Check(sql=SqlText("age > 0 AND title <> 'age'"), name="ck_age"),
    )
    assert after.indexes[0].elements == (IndexElement(column="age"), IndexElement(column="title"))
    back = rename.reverse(have())
    assert back == RenameColumn(table=USERS, column="title", new_name="name")
    assert back.apply(rename.apply(have())) == have()
    assert said_by_all(rename) == {
        "postgresql ansi": ["ALTER TABLE users RENAME name TO title"],
        "mysql mariadb": ["ALTER TABLE users CHANGE name title VARCHAR(50) NOT NULL DEFAULT 'nobody'"],
        "mssql": ["EXEC sp_rename 'users.name', title, 'COLUMN'"],
        "oracle": ["ALTER TABLE users RENAME COLUMN name TO title"],
    }


def test_foreign_keys_of_other_tables_follow_a_renamed_column() -> None:
    after = RenameColumn(table=USERS, column="id", new_name="number").apply(have())
    assert after.tables[POSTS].foreign_keys[0].referred_columns == ("number",)
    assert after.tables[USERS].primary_key == PrimaryKey(columns=("number",), name="pk_users")
