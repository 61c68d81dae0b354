"""AlterColumn: each part by itself, then several at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import INTEGER, TEXT, USERS, VARCHAR, have, said, said_by_all, text_default, users

from limbeck.errors import ColumnNotKnown, NotSupported
from limbeck.model.defaults import Computed, Identity, SequenceOptions
from limbeck.model.marks import UNKNOWN
from limbeck.model.names import qualified
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.contract import Facts

BIGINT = TypeRef("BIGINT")


def alter(column: str = "age", **parts: object) -> AlterColumn:
    return AlterColumn(table=USERS, column=column, **parts)  # type: ignore[arg-type]


def test_alter_column() -> None:
    change = alter(type=BIGINT, nullable=False, default=text_default("0"), comment="years")
    told = "alter column users.age: type BIGINT, not null, default 0, comment"
    assert change.describe() == told
    assert change.touches() == (USERS,)
    after = change.apply(have())
    was, now = users().column("age"), after.tables[USERS].column("age")
    assert was is not None
    assert now == replace(was, type=BIGINT, nullable=False, default=text_default("0"), comment="years")
    back = change.reverse(have())
    assert back == alter(type=INTEGER, nullable=True, default=None, comment=None)
    assert back.apply(after) == have()


def test_what_is_not_given_stays() -> None:
    assert alter("name", nullable=True).reverse(have()) == alter("name", nullable=False)
    assert alter("name").describe() == "alter column users.name: nothing"
    assert set(map(tuple, said_by_all(alter("name")).values())) == {()}


def test_type_says() -> None:
    assert said_by_all(alter(type=BIGINT)) == {
        "postgresql ansi": ["ALTER TABLE users ALTER COLUMN age TYPE BIGINT"],
        "mysql mariadb": ["ALTER TABLE users MODIFY age BIGINT NULL"],
        "mssql": ["ALTER TABLE users ALTER COLUMN age BIGINT NULL"],
        "oracle": ["ALTER TABLE users MODIFY age BIGINT"],
    }


def test_type_using_says() -> None:
    change = alter(type=BIGINT, using=SqlText("age * 2"))
    assert said("postgresql", change) == ["ALTER TABLE users ALTER COLUMN age TYPE BIGINT USING age * 2"]


def test_a_cast_that_postgresql_wants_to_be_told_says() -> None:
    assert said("postgresql", alter("name", type=INTEGER)) == [
        "ALTER TABLE users ALTER COLUMN name DROP DEFAULT",
        "ALTER TABLE users ALTER COLUMN name TYPE INTEGER USING name::INTEGER",
        "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'nobody'",
    ]
    enum = TypeRef("mood", needs=(qualified("mood"),))
    other = TypeRef("temper", needs=(qualified("temper"),))
    moody = have(users().with_column(replace(users().columns[2], type=enum)))
    assert said("postgresql", alter(type=other), moody) == [
        "ALTER TABLE users ALTER COLUMN age TYPE temper USING age::text::temper"
    ]
    assert said("postgresql", alter(type=TEXT), moody) == ["ALTER TABLE users ALTER COLUMN age TYPE TEXT"]


def test_not_null_says() -> None:
    assert said_by_all(alter(nullable=False)) == {
        "postgresql ansi": ["ALTER TABLE users ALTER COLUMN age SET NOT NULL"],
        "mysql mariadb": ["ALTER TABLE users MODIFY age INTEGER NOT NULL"],
        "mssql": ["ALTER TABLE users ALTER COLUMN age INTEGER NOT NULL"],
        "oracle": ["ALTER TABLE users MODIFY age NOT NULL"],
    }


def test_nullable_says_all_of_the_column_on_mysql() -> None:
    assert said_by_all(alter("name", nullable=True)) == {
        "postgresql ansi": ["ALTER TABLE users ALTER COLUMN name DROP NOT NULL"],
        "mysql mariadb": ["ALTER TABLE users MODIFY name VARCHAR(50) NULL DEFAULT 'nobody'"],
        "mssql": ["ALTER TABLE users ALTER COLUMN name VARCHAR(50) NULL"],
        "oracle": ["ALTER TABLE users MODIFY name NULL"],
    }


def test_default_says() -> None:
    assert said_by_all(alter(default=text_default("7"))) == {
        "postgresql mysql mariadb ansi": ["ALTER TABLE users ALTER COLUMN age SET DEFAULT 7"],
        "mssql": ["ALTER TABLE users ADD DEFAULT 7 FOR age"],
        "oracle": ["ALTER TABLE users MODIFY age DEFAULT 7"],
    }


def test_no_default_says() -> None:
    assert said_by_all(alter("name", default=None)) == {
        "postgresql mysql mariadb ansi": ["ALTER TABLE users ALTER COLUMN name DROP DEFAULT"],
        "mssql": [
            "DECLARE @drop nvarchar(max)\n"
            "SELECT @drop = 'alter table users drop constraint ' + QUOTENAME(name) FROM sys.default_constraints\n"
            "WHERE parent_object_id = OBJECT_ID('users') "
            "AND COL_NAME(parent_object_id, parent_column_id) = 'name'\n"
            "EXEC(@drop)"
        ],
        "oracle": ["ALTER TABLE users MODIFY name DEFAULT NULL"],
    }


def test_a_default_that_mysql_takes_only_in_the_whole_column() -> None:
    moment = replace(users().columns[2], type=TypeRef("DATETIME"))
    before = have(users().with_column(moment))
    assert said("mysql", alter(default=text_default("CURRENT_TIMESTAMP")), before) == [
        "ALTER TABLE users CHANGE age age DATETIME NULL DEFAULT CURRENT_TIMESTAMP"
    ]


def test_comment_says() -> None:
    assert said_by_all(alter(comment="it's")) == {
        "postgresql oracle ansi": ["COMMENT ON COLUMN users.age IS 'it''s'"],
        "mysql mariadb": ["ALTER TABLE users MODIFY age INTEGER NULL COMMENT 'it''s'"],
        "mssql": [
            "exec sp_addextendedproperty 'MS_Description', N'it''s', 'schema', dbo, 'table', users, "
            "'column', age"
        ],
    }


def test_no_comment_says() -> None:
    before = have(users().with_column(replace(users().columns[2], comment="old")))
    assert said_by_all(alter(comment=None), before) == {
        "postgresql ansi": ["COMMENT ON COLUMN users.age IS NULL"],
        "mysql mariadb": ["ALTER TABLE users MODIFY age INTEGER NULL"],
        "mssql": [
            "exec sp_dropextendedproperty 'MS_Description', 'schema', dbo, 'table', users, 'column', age"
        ],
        "oracle": ["COMMENT ON COLUMN users.age IS ''"],
    }


def test_identity_says() -> None:
    identity = Identity(always=True, options=SequenceOptions(start=3))
    assert said("postgresql", alter(default=identity)) == [
        "ALTER TABLE users ALTER COLUMN age ADD GENERATED ALWAYS AS IDENTITY (START WITH 3)"
    ]
    assert said("oracle", alter(default=identity)) == [
        "ALTER TABLE users MODIFY age GENERATED ALWAYS AS IDENTITY (START WITH 3)"
    ]
    for name in ("mysql", "mssql", "ansi"):
        with pytest.raises(NotSupported):
            said(name, alter(default=identity))


def test_identity_to_another_and_to_none_says() -> None:
    was = Identity(always=True, options=SequenceOptions(start=3))
    before = have(users().with_column(replace(users().columns[2], default=was)))
    other = Identity(always=False, options=SequenceOptions(start=3, increment=5))
    assert said("postgresql", alter(default=other), before) == [
        "ALTER TABLE users ALTER COLUMN age SET GENERATED BY DEFAULT SET INCREMENT BY 5"
    ]
    assert said("postgresql", alter(default=None), before) == [
        "ALTER TABLE users ALTER COLUMN age DROP IDENTITY"
    ]
    assert said("oracle", alter(default=None), before) == ["ALTER TABLE users MODIFY age DROP IDENTITY"]


def test_computed_says() -> None:
    was = Computed(sql=SqlText("1 + 1"), persisted=True)
    before = have(users().with_column(replace(users().columns[2], default=was)))
    assert said("postgresql", alter(default=None), before) == [
        "ALTER TABLE users ALTER COLUMN age DROP EXPRESSION"
    ]
    assert said("postgresql", alter(default=Computed(sql=SqlText("2"), persisted=True)), before) == [
        "ALTER TABLE users ALTER COLUMN age SET EXPRESSION AS (2)"
    ]
    with pytest.raises(NotSupported, match="Drop the column and add it again"):
        said("ansi", alter(default=None), before)


def test_several_parts_say() -> None:
    change = alter("name", type=TEXT, nullable=True, default=text_default("'x'"))
    assert said_by_all(change) == {
        "postgresql": [
            "ALTER TABLE users ALTER COLUMN name DROP DEFAULT",
            "ALTER TABLE users ALTER COLUMN name TYPE TEXT",
            "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
            "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'",
        ],
        "mysql mariadb": ["ALTER TABLE users MODIFY name TEXT NULL DEFAULT 'x'"],
        "mssql": [
            *said("mssql", alter("name", default=None)),
            "ALTER TABLE users ALTER COLUMN name TEXT NULL",
            "ALTER TABLE users ADD DEFAULT 'x' FOR name",
        ],
        "oracle": [
            "ALTER TABLE users MODIFY name NULL",
            "ALTER TABLE users MODIFY name DEFAULT 'x'",
            "ALTER TABLE users MODIFY name TEXT",
        ],
        "ansi": [
            "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
            "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'",
            "ALTER TABLE users ALTER COLUMN name TYPE TEXT",
        ],
    }


def test_a_type_change_keeps_the_default_on_sql_server() -> None:
    assert said("mssql", alter("name", type=TEXT)) == [
        *said("mssql", alter("name", default=None)),
        "ALTER TABLE users ALTER COLUMN name TEXT NOT NULL",
        "ALTER TABLE users ADD DEFAULT 'nobody' FOR name",
    ]


@pytest.mark.parametrize("name", ["mysql", "mssql"])
def test_a_database_that_says_the_whole_column_asks_for_what_is_not_known(name: str) -> None:
    nothing = Snapshot.of(have().backend, partial=True)
    with pytest.raises(ColumnNotKnown, match=r"type of column users\.age is not known here.*\n.*add type="):
        said(name, alter(nullable=False), nothing)
    half = have(users().with_column(replace(users().columns[2], nullable=UNKNOWN)))
    with pytest.raises(ColumnNotKnown, match="add nullable="):
        said(name, alter(type=VARCHAR), half)


def test_hazards() -> None:
    strict = alter(nullable=False)
    assert [h.kind for h in strict.hazards(have(), Facts())] == ["data"]
    assert strict.hazards(have(), Facts(rows={USERS: 0})) == ()
    assert alter(nullable=True).hazards(have(), Facts()) == ()
