"""AddConstraint, DropConstraint, RenameConstraint, ValidateConstraint."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import POSTS, USERS, have, posts, said, said_by_all, users

from limbeck.errors import Irreversible, NoSuchThing, NotSupported, ThingExists
from limbeck.model.constraint import (
    Check,
    Constraint,
    Exclude,
    ExcludeElement,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.model.names import qualified
from limbeck.model.sqltext import SqlText
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint, ValidateConstraint
from limbeck.ops.contract import Facts

PRIMARY = PrimaryKey(columns=("id",), name="pk")
UNIQUE = Unique(columns=("id", "author"), name="uq")
CHECK = Check(sql=SqlText("id > 0"), name="ck")
FOREIGN = ForeignKey(
    columns=("id",),
    referred=qualified("users", "s"),
    referred_columns=("id",),
    name="fk",
    on_delete="CASCADE",
    on_update="SET NULL",
    deferrable=True,
    initially="DEFERRED",
)
EXCLUDE = Exclude(elements=(ExcludeElement(operator="=", column="id"),), name="ex")
ALL = (PRIMARY, UNIQUE, CHECK, FOREIGN, EXCLUDE)


def add(constraint: Constraint) -> AddConstraint:
    return AddConstraint(table=POSTS, constraint=constraint)


def test_describe() -> None:
    assert [add(c).describe() for c in ALL] == [
        "add primary key pk (id) on posts",
        "add unique uq (id, author) on posts",
        "add check ck (id > 0) on posts",
        "add foreign key fk (id) to s.users (id) on posts",
        "add exclude ex (id with =) on posts",
    ]


@pytest.mark.parametrize("constraint", ALL, ids=lambda c: c.name)
def test_added_dropped_and_back(constraint: Constraint) -> None:
    forth = add(constraint)
    after = forth.apply(have())
    back = forth.reverse(have())
    assert after.tables[POSTS].constraint(constraint.name or "") == constraint
    assert isinstance(back, DropConstraint)
    assert back.apply(after) == have()
    assert back.reverse(after) == forth
    assert forth.touches() == back.touches() == (POSTS,)


def test_a_primary_key_makes_its_columns_not_null() -> None:
    loose = posts().columns[1]
    assert loose.nullable
    after = add(PrimaryKey(columns=("author",))).apply(have())
    assert after.tables[POSTS].column("author") == replace(loose, nullable=False)


def test_add_says() -> None:
    alter = "ALTER TABLE posts ADD CONSTRAINT"
    everyone = "postgresql mysql mariadb mssql oracle ansi"
    assert said_by_all(add(PRIMARY)) == {everyone: [f"{alter} pk PRIMARY KEY (id)"]}
    assert said_by_all(add(UNIQUE)) == {everyone: [f"{alter} uq UNIQUE (id, author)"]}
    assert said_by_all(add(CHECK)) == {everyone: [f"{alter} ck CHECK (id > 0)"]}
    assert said("postgresql", add(EXCLUDE)) == [f"{alter} ex EXCLUDE USING gist (id WITH =)"]
    assert said("postgresql", add(FOREIGN)) == [
        f"{alter} fk FOREIGN KEY(id) REFERENCES s.users (id) ON DELETE CASCADE ON UPDATE SET NULL "
        "DEFERRABLE INITIALLY DEFERRED"
    ]


def test_drop_says() -> None:
    drop = DropConstraint(name="x", table=POSTS, constraint_kind="unique")
    assert drop.describe() == "drop unique x on posts"
    assert said_by_all(replace(drop, constraint_kind="foreign key")) == {
        "postgresql mssql oracle ansi": ["ALTER TABLE posts DROP CONSTRAINT x"],
        "mysql mariadb": ["ALTER TABLE posts DROP FOREIGN KEY x"],
    }
    assert said("mysql", drop) == ["ALTER TABLE posts DROP INDEX x"]
    assert said("mysql", replace(drop, constraint_kind="check")) == ["ALTER TABLE posts DROP CHECK x"]
    assert said("mariadb", replace(drop, constraint_kind="check")) == ["ALTER TABLE posts DROP CONSTRAINT x"]
    assert said("mysql", replace(drop, constraint_kind="primary key")) == [
        "ALTER TABLE posts DROP PRIMARY KEY"
    ]
    assert said("postgresql", replace(drop, if_exists=True)) == [
        "ALTER TABLE posts DROP CONSTRAINT IF EXISTS x"
    ]


def test_a_key_that_numbers_rows_stops_to_number_them_first_on_mysql() -> None:
    numbered = have(users().with_column(replace(users().columns[0], autoincrement=True)))
    drop = DropConstraint(name="pk_users", table=USERS, constraint_kind="primary key")
    assert said("mysql", drop, numbered) == [
        "ALTER TABLE users MODIFY id INTEGER NOT NULL",
        "ALTER TABLE users DROP PRIMARY KEY",
    ]


def test_rename() -> None:
    rename = RenameConstraint(table=POSTS, name="fk_author", new_name="fk2")
    assert rename.describe() == "rename constraint fk_author on posts to fk2"
    after = rename.apply(have())
    assert [c.name for c in after.tables[POSTS].constraints] == ["fk2"]
    back = rename.reverse(have())
    assert back.apply(after) == have()
    dropped_and_added = [
        "ALTER TABLE posts DROP FOREIGN KEY fk_author",
        "ALTER TABLE posts ADD CONSTRAINT fk2 FOREIGN KEY(author) REFERENCES users (id)",
    ]
    assert said_by_all(rename) == {
        "postgresql oracle": ["ALTER TABLE posts RENAME CONSTRAINT fk_author TO fk2"],
        "mysql mariadb": dropped_and_added,
        "mssql": ["EXEC sp_rename 'fk_author', fk2, 'OBJECT'"],
        "ansi": ["ALTER TABLE posts DROP CONSTRAINT fk_author", dropped_and_added[1]],
    }
    unique = RenameConstraint(table=USERS, name="uq_name", new_name="uq2")
    assert said("mysql", unique) == ["ALTER TABLE users RENAME INDEX uq_name TO uq2"]


def test_validate() -> None:
    loose = replace(CHECK, options=(("postgresql_not_valid", True),))
    before = add(loose).apply(have())
    validate = ValidateConstraint(table=POSTS, name="ck")
    assert validate.describe() == "validate constraint ck on posts"
    assert validate.apply(before).tables[POSTS].constraint("ck") == CHECK
    assert said("postgresql", validate) == ["ALTER TABLE posts VALIDATE CONSTRAINT ck"]
    with pytest.raises(Irreversible):
        validate.reverse(before)
    with pytest.raises(NotSupported):
        said("mysql", validate)


def test_what_is_not_there_and_what_is_there_already() -> None:
    with pytest.raises(NoSuchThing, match=r"There is no constraint nix on posts\.\nThere are: fk_author\."):
        DropConstraint(name="nix", table=POSTS).apply(have())
    with pytest.raises(ThingExists):
        add(replace(UNIQUE, name="fk_author")).apply(have())
    with pytest.raises(NoSuchThing, match=r"column posts\.nix"):
        add(Unique(columns=("nix",), name="u")).apply(have())
    assert DropConstraint(name="nix", table=POSTS, if_exists=True).apply(have()) == have()


def test_one_without_a_name_is_told_by_what_it_demands() -> None:
    nameless = Unique(columns=("id",))
    forth = add(nameless)
    back = forth.reverse(have())
    assert back.describe() == "drop unique (id) on posts"
    assert back.apply(forth.apply(have())) == have()
    named_by_server = add(replace(nameless, name="posts_id_key")).apply(have())
    assert said("postgresql", back, named_by_server) == ["ALTER TABLE posts DROP CONSTRAINT posts_id_key"]
    with pytest.raises(NotSupported, match="Give the constraint its name"):
        said("postgresql", back, forth.apply(have()))


def test_hazards() -> None:
    assert [add(c).hazards(have(), Facts())[0].code for c in ALL] == ["PG19", "PG08", "PG12", "PG13", "PG21"]
    assert add(CHECK).hazards(have(), Facts(rows={POSTS: 0})) == ()
    assert add(replace(CHECK, options=(("postgresql_not_valid", True),))).hazards(have(), Facts()) == ()
