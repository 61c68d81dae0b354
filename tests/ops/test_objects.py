"""CreateObject, DropObject, AlterObject, RenameObject, and the values of enums."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import INTEGER, POSTS, USERS, backend, have, said, said_by_all

from limbeck.errors import Irreversible, NoSuchThing, NotSupported, ThingExists
from limbeck.model.column import Column
from limbeck.model.defaults import SequenceDefault, SequenceOptions
from limbeck.model.names import qualified
from limbeck.model.objects import (
    Domain,
    Enum,
    Extension,
    Function,
    Object,
    Policy,
    Schema,
    Sequence,
    Trigger,
    View,
)
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.column import AddColumn
from limbeck.ops.enum import AddEnumValue, RenameEnumValue
from limbeck.ops.object import AlterObject, CreateObject, DropObject, RenameObject

MOOD = Enum(name="mood", labels=("sad", "it's ok"))
COUNTER = Sequence(name="counter", options=SequenceOptions(start=3, increment=2, cycle=True))
ADULTS = View(name="adults", definition=SqlText("SELECT id FROM users"))
PLUS = Function(
    name="plus",
    signature="a integer",
    definition=SqlText("CREATE FUNCTION plus(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a'"),
)
LOG = Trigger(
    name="log",
    table=USERS,
    definition=SqlText("CREATE TRIGGER log AFTER INSERT ON users EXECUTE FUNCTION f()"),
)
MINE = Policy(name="mine", table=USERS, definition=SqlText("CREATE POLICY mine ON users"))
POSITIVE = Domain(
    name="positive", type=INTEGER, default=SqlText("1"), not_null=True, checks=(("ck", SqlText("VALUE > 0")),)
)
ALL: tuple[Object, ...] = (
    Schema(name="s"),
    Extension(name="hstore", schema="s"),
    MOOD,
    POSITIVE,
    COUNTER,
    ADULTS,
    PLUS,
    LOG,
    MINE,
)


@pytest.mark.parametrize("thing", ALL, ids=lambda t: t.kind)
def test_created_dropped_and_back(thing: Object) -> None:
    create = CreateObject(thing=thing)
    after = create.apply(have())
    assert after.object(type(thing), thing.key) == thing
    drop = create.reverse(have())
    assert drop == DropObject(thing=thing)
    assert drop.apply(after) == have()
    assert drop.reverse(after) == create
    assert thing.key in create.touches()
    with pytest.raises(ThingExists):
        create.apply(after)
    with pytest.raises(NoSuchThing):
        drop.apply(have())


def test_describe() -> None:
    assert [CreateObject(thing=t).describe() for t in ALL] == [
        "create schema s",
        "create extension hstore",
        "create enum mood",
        "create domain positive",
        "create sequence counter",
        "create view adults",
        "create function plus(a integer)",
        "create trigger log on users",
        "create policy mine on users",
    ]


def test_postgresql_says() -> None:
    assert [said("postgresql", CreateObject(thing=t)) for t in ALL] == [
        ["CREATE SCHEMA s"],
        ["CREATE EXTENSION hstore WITH SCHEMA s"],
        ["CREATE TYPE mood AS ENUM ('sad', 'it''s ok')"],
        ["CREATE DOMAIN positive AS INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck CHECK (VALUE > 0)"],
        ["CREATE SEQUENCE counter INCREMENT BY 2 START WITH 3 CYCLE"],
        ["CREATE VIEW adults AS SELECT id FROM users"],
        ["CREATE FUNCTION plus(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a'"],
        ["CREATE TRIGGER log AFTER INSERT ON users EXECUTE FUNCTION f()"],
        ["CREATE POLICY mine ON users"],
    ]
    assert [said("postgresql", DropObject(thing=t)) for t in ALL] == [
        ["DROP SCHEMA s"],
        ["DROP EXTENSION hstore"],
        ["DROP TYPE mood"],
        ["DROP DOMAIN positive"],
        ["DROP SEQUENCE counter"],
        ["DROP VIEW adults"],
        ["DROP FUNCTION plus(a integer)"],
        ["DROP TRIGGER log ON users"],
        ["DROP POLICY mine ON users"],
    ]


def test_drop_of_others_says() -> None:
    assert said_by_all(DropObject(thing=ADULTS)) == {
        "postgresql mysql mariadb mssql oracle ansi": ["DROP VIEW adults"]
    }
    assert said_by_all(DropObject(thing=LOG)) == {
        "postgresql ansi": ["DROP TRIGGER log ON users"],
        "mysql mariadb mssql oracle": ["DROP TRIGGER log"],
    }
    assert said_by_all(DropObject(thing=PLUS)) == {
        "postgresql ansi": ["DROP FUNCTION plus(a integer)"],
        "mysql mariadb mssql oracle": ["DROP FUNCTION plus"],
    }


def test_what_a_database_has_not() -> None:
    with pytest.raises(NotSupported, match="MySQL cannot have a enum"):
        said("mysql", CreateObject(thing=MOOD))
    with pytest.raises(NotSupported, match="MySQL cannot have a sequence"):
        said("mysql", CreateObject(thing=COUNTER))
    assert said("mariadb", CreateObject(thing=COUNTER)) == [
        "CREATE SEQUENCE counter INCREMENT BY 2 START WITH 3 CYCLE"
    ]
    no_cycle = Sequence(name="c", options=SequenceOptions(nomaxvalue=True, cycle=False, order=True))
    assert said("oracle", CreateObject(thing=no_cycle)) == ["CREATE SEQUENCE c NOMAXVALUE NOCYCLE ORDER"]


def alter(have_: Object, want: Object) -> AlterObject:
    return AlterObject(have=have_, want=want)


def test_alter() -> None:
    wiser = replace(ADULTS, definition=SqlText("SELECT 2"), comment="wise")
    change = alter(ADULTS, wiser)
    before = have().with_object(ADULTS)
    assert change.describe() == "alter view adults"
    assert change.apply(before).object(View, ADULTS.key) == wiser
    assert change.reverse(before) == alter(wiser, ADULTS)
    assert said("postgresql", change) == [
        "CREATE OR REPLACE VIEW adults AS SELECT 2",
        "COMMENT ON VIEW adults IS 'wise'",
    ]
    assert said("mssql", replace(change, want=replace(wiser, comment=None))) == [
        "CREATE OR ALTER VIEW adults AS SELECT 2"
    ]


def test_alter_says() -> None:
    more = replace(MOOD, labels=("new", "sad", "fine", "it's ok", "last"))
    assert said("postgresql", alter(MOOD, more)) == [
        "ALTER TYPE mood ADD VALUE 'new' BEFORE 'sad'",
        "ALTER TYPE mood ADD VALUE 'fine' BEFORE 'it''s ok'",
        "ALTER TYPE mood ADD VALUE 'last'",
    ]
    fewer = said("postgresql", alter(more, MOOD))
    assert (len(fewer), fewer[0], fewer[1], fewer[3]) == (
        4,
        "ALTER TYPE mood RENAME TO mood__old",
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
        "DROP TYPE mood__old",
    )
    faster = replace(COUNTER, options=SequenceOptions(start=3, increment=5, maxvalue=9))
    assert said("postgresql", alter(COUNTER, faster)) == [
        "ALTER SEQUENCE counter INCREMENT BY 5 MAXVALUE 9 NO CYCLE"
    ]
    assert said("postgresql", alter(COUNTER, replace(COUNTER, owned_by=(POSTS, "id")))) == [
        "ALTER SEQUENCE counter OWNED BY posts.id"
    ]
    looser = replace(POSITIVE, default=None, not_null=False, checks=())
    assert said("postgresql", alter(POSITIVE, looser)) == [
        "ALTER DOMAIN positive DROP DEFAULT",
        "ALTER DOMAIN positive DROP NOT NULL",
        "ALTER DOMAIN positive DROP CONSTRAINT ck",
    ]
    assert said("postgresql", alter(LOG, replace(LOG, enabled="D"))) == [
        "ALTER TABLE users DISABLE TRIGGER log"
    ]
    other = replace(PLUS, definition=SqlText("CREATE FUNCTION plus(a integer) ..."), comment="c")
    assert said("postgresql", alter(PLUS, other)) == [
        "DROP FUNCTION plus(a integer)",
        "CREATE FUNCTION plus(a integer) ...",
        "COMMENT ON FUNCTION plus(a integer) IS 'c'",
    ]


def test_rename() -> None:
    column = Column(
        name="mood", type=TypeRef("mood", needs=(MOOD.key,)), default=SequenceDefault(COUNTER.key)
    )
    before = AddColumn(table=USERS, column=column).apply(have().with_object(MOOD).with_object(COUNTER))
    rename = RenameObject(object_kind="enum", name=MOOD.key, new_name="temper")
    after = rename.apply(before)
    assert after.object(Enum, qualified("temper")) == replace(MOOD, name="temper")
    assert after.tables[USERS].columns[-1].type == TypeRef("temper")
    assert rename.reverse(before).apply(after) == before
    renamed = RenameObject(object_kind="sequence", name=COUNTER.key, new_name="c2").apply(before)
    assert renamed.tables[USERS].columns[-1].default == SequenceDefault(qualified("c2"))


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (Schema(name="s"), "ALTER SCHEMA s RENAME TO x"),
        (MOOD, "ALTER TYPE mood RENAME TO x"),
        (POSITIVE, "ALTER DOMAIN positive RENAME TO x"),
        (COUNTER, "ALTER SEQUENCE counter RENAME TO x"),
        (ADULTS, "ALTER VIEW adults RENAME TO x"),
        (replace(ADULTS, materialized=True), "ALTER MATERIALIZED VIEW adults RENAME TO x"),
        (PLUS, "ALTER ROUTINE plus(a integer) RENAME TO x"),
        (LOG, "ALTER TRIGGER log ON users RENAME TO x"),
        (MINE, "ALTER POLICY mine ON users RENAME TO x"),
    ],
    ids=lambda p: getattr(p, "kind", ""),
)
def test_rename_on_postgresql_says(thing: Object, text: str) -> None:
    rename = RenameObject(object_kind=thing.kind, name=thing.key, new_name="x")
    assert said("postgresql", rename, have().with_object(thing)) == [text]


def test_add_enum_value() -> None:
    before = have().with_object(MOOD)
    add = AddEnumValue(enum=MOOD.key, value="fine", before="it's ok")
    assert add.describe() == "add value 'fine' to enum mood"
    assert add.apply(before).objects_of(Enum)[0].labels == ("sad", "fine", "it's ok")
    assert said("postgresql", add) == ["ALTER TYPE mood ADD VALUE 'fine' BEFORE 'it''s ok'"]
    after = AddEnumValue(enum=MOOD.key, value="fine", after="sad")
    assert after.apply(before) == add.apply(before)
    with pytest.raises(Irreversible):
        add.reverse(before)
    with pytest.raises(NoSuchThing, match=r"no enum value mood\.nix"):
        AddEnumValue(enum=MOOD.key, value="fine", before="nix").apply(before)


@pytest.mark.parametrize(("version", "outside"), [((11, 9), True), ((12, 0), False), ((), False)])
def test_old_servers_add_enum_values_outside_a_transaction(version: tuple[int, ...], outside: bool) -> None:
    old = backend("postgresql")
    old.id = BackendId(name="postgresql", version=version)
    (statement,) = AddEnumValue(enum=MOOD.key, value="fine").spell(old, have())
    assert statement.outside_transaction is outside


def test_rename_enum_value() -> None:
    before = have().with_object(MOOD)
    rename = RenameEnumValue(enum=MOOD.key, value="sad", new_value="blue")
    after: Snapshot = rename.apply(before)
    assert after.objects_of(Enum)[0].labels == ("blue", "it's ok")
    assert rename.reverse(before).apply(after) == before
    assert said("postgresql", rename) == ["ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'"]


def test_comment_of_a_type_that_is_made() -> None:
    assert said("postgresql", CreateObject(thing=replace(MOOD, comment="c"))) == [
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
        "COMMENT ON TYPE mood IS 'c'",
    ]
