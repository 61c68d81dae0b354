"""CreateIndex, DropIndex, RenameIndex."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import POSTS, USERS, backend, have, index, said, said_by_all

from limbeck.errors import Irreversible, NoSuchThing, NotSupported, ThingExists
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.sqltext import SqlText
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex

NEW = index("ix", "name", "age", unique=True)


def test_create() -> None:
    create = CreateIndex(index=NEW, table=USERS)
    assert create.describe() == "create unique index ix (name, age) on users"
    assert create.touches() == (USERS,)
    assert create.apply(have()).tables[USERS].index("ix") == NEW
    back = create.reverse(have())
    assert back == DropIndex(name="ix", table=USERS)
    assert back.apply(create.apply(have())) == have()
    everyone = "postgresql mysql mariadb mssql oracle ansi"
    assert said_by_all(create) == {everyone: ["CREATE UNIQUE INDEX ix ON users (name, age)"]}


def test_create_with_all_that_postgresql_has_says() -> None:
    rich = Index(
        name="ix",
        elements=(
            IndexElement(sql=SqlText("lower(name)")),
            IndexElement(column="age", descending=True, nulls="last"),
        ),
        options=(("postgresql_include", ("id",)), ("postgresql_where", SqlText("age > 3"))),
    )
    assert said("postgresql", CreateIndex(index=rich, table=USERS, concurrently=True)) == [
        "CREATE INDEX CONCURRENTLY ix ON users (lower(name), age DESC NULLS LAST) INCLUDE (id) WHERE age > 3"
    ]


def test_concurrently_runs_outside_a_transaction() -> None:
    postgresql = backend("postgresql")
    for concurrently in (True, False):
        create = CreateIndex(index=NEW, table=USERS, concurrently=concurrently)
        for operation in (create, create.reverse(have())):
            (statement,) = operation.spell(postgresql, have())
            assert ("CONCURRENTLY" in statement.text) == statement.outside_transaction == concurrently


def test_drop() -> None:
    drop = DropIndex(name="ix_age_name", table=USERS)
    assert drop.describe() == "drop index ix_age_name on users"
    assert drop.apply(have()).tables[USERS].indexes == ()
    assert drop.reverse(have()) == CreateIndex(index=index("ix_age_name", "age", "name"), table=USERS)
    assert said_by_all(drop) == {
        "postgresql oracle ansi": ["DROP INDEX ix_age_name"],
        "mysql mariadb mssql": ["DROP INDEX ix_age_name ON users"],
    }
    assert said("postgresql", replace(drop, if_exists=True, concurrently=True)) == [
        "DROP INDEX CONCURRENTLY IF EXISTS ix_age_name"
    ]


def test_drop_by_its_name_alone() -> None:
    drop = DropIndex(name="ix_age_name")
    assert drop.apply(have()).tables[USERS].indexes == ()
    assert drop.reverse(have()) == CreateIndex(index=index("ix_age_name", "age", "name"), table=USERS)
    assert said("postgresql", drop) == ["DROP INDEX ix_age_name"]
    with pytest.raises(NotSupported, match="Say on which table it is"):
        said("mysql", drop)


def test_rename() -> None:
    rename = RenameIndex(table=USERS, name="ix_age_name", new_name="ix2")
    after = rename.apply(have())
    assert rename.describe() == "rename index ix_age_name on users to ix2"
    assert after.tables[USERS].indexes == (index("ix2", "age", "name"),)
    assert rename.reverse(have()).apply(after) == have()
    assert said_by_all(rename) == {
        "postgresql oracle ansi": ["ALTER INDEX ix_age_name RENAME TO ix2"],
        "mysql mariadb": ["ALTER TABLE users RENAME INDEX ix_age_name TO ix2"],
        "mssql": ["EXEC sp_rename 'users.ix_age_name', ix2, 'INDEX'"],
    }


def test_what_is_not_there_and_what_is_there_already() -> None:
    with pytest.raises(NoSuchThing, match=r"no index nix on users\.\nThere are: ix_age_name\."):
        DropIndex(name="nix", table=USERS).apply(have())
    with pytest.raises(NoSuchThing, match=r"no index nix\."):
        DropIndex(name="nix").apply(have())
    with pytest.raises(ThingExists):
        CreateIndex(index=replace(NEW, name="ix_age_name"), table=USERS).apply(have())
    with pytest.raises(NoSuchThing, match=r"no table nix"):
        CreateIndex(index=NEW, table=qualified("nix")).apply(have())
    with pytest.raises(Irreversible):
        CreateIndex(index=replace(NEW, name=None), table=USERS).reverse(have())
    assert DropIndex(name="nix", table=POSTS, if_exists=True).apply(have()) == have()
