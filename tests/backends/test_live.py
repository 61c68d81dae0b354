"""Operations on real databases: the value says what the database then shows, and the reverse gives the catalog back.

The laws, for each operation o on a database whose snapshot is s:
    o.apply(s) is what the database shows after o
    after o.reverse(s), the catalog is as it was (but for the order of columns)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa

import catalog
from conftest import on
from limbeck.backends import backend_for
from limbeck.model.column import Column
from limbeck.model.constraint import Check, Exclude, ExcludeElement, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Identity, SequenceDefault, SequenceOptions, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.objects import Domain, Enum, Function, Schema, Sequence, Trigger, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint, ValidateConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.enum import AddEnumValue, RenameEnumValue
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.object import AlterObject, CreateObject, DropObject, RenameObject
from limbeck.ops.rows import InsertRows, Rows
from limbeck.ops.table import CreateTable, DropTable, RenameTable
from limbeck.shore.channel import LiveChannel
from servers import Database

USERS, POSTS = qualified("users"), qualified("posts")
INTEGER, VARCHAR = TypeRef("INTEGER"), TypeRef("VARCHAR(60)")

BOTH = """
CREATE TABLE users (id INTEGER NOT NULL, name VARCHAR(50) DEFAULT 'nobody' NOT NULL, age INTEGER,
  CONSTRAINT pk_users PRIMARY KEY (id), CONSTRAINT uq_name UNIQUE (name), CONSTRAINT ck_age CHECK (age > 0));
CREATE INDEX ix_age ON users (age);
CREATE TABLE posts (id INTEGER NOT NULL, author INTEGER, title VARCHAR(50),
  CONSTRAINT pk_posts PRIMARY KEY (id));
CREATE INDEX ix_author ON posts (author);
ALTER TABLE posts ADD CONSTRAINT fk_author FOREIGN KEY (author) REFERENCES users (id) ON DELETE CASCADE;
INSERT INTO users VALUES (1, 'Ada', 36), (2, 'Grace', 85);
INSERT INTO posts VALUES (1, 1, '1984');
CREATE VIEW names AS SELECT name FROM users
"""
POSTGRESQL = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS integer CONSTRAINT ck CHECK (VALUE > 0);
CREATE SEQUENCE counter INCREMENT BY 2 START WITH 5;
CREATE TABLE rich (id SERIAL PRIMARY KEY, n BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 7), mood mood,
  raw TEXT, low TEXT GENERATED ALWAYS AS (lower(raw)) STORED, number integer DEFAULT nextval('counter'), d positive,
  during int4range, CONSTRAINT ex EXCLUDE USING gist (during WITH &&) WHERE (number > 3));
COMMENT ON TABLE rich IS 'it''s rich';
COMMENT ON COLUMN rich.mood IS 'how';
ALTER TABLE rich ADD CONSTRAINT loose CHECK (number > 0) NOT VALID;
CREATE UNIQUE INDEX ix_rich ON rich (lower(low), number DESC NULLS LAST) INCLUDE (mood) WHERE number > 3;
CREATE FUNCTION zero() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER guard BEFORE INSERT ON rich FOR EACH ROW EXECUTE FUNCTION zero()
"""
MARIADB = """
CREATE TABLE rich (id INTEGER NOT NULL AUTO_INCREMENT COMMENT 'number', low VARCHAR(20) AS (lower('X')) STORED,
  moment DATETIME DEFAULT current_timestamp() ON UPDATE current_timestamp(), e ENUM('a', 'it''s'),
  PRIMARY KEY (id)) COMMENT 'it''s rich';
CREATE INDEX ix_rich ON rich (low(5), moment DESC);
CREATE TRIGGER guard BEFORE INSERT ON rich FOR EACH ROW SET NEW.e = 'a'
"""


def prepared(database: Database) -> sa.Engine:
    engine = database.engine()
    own = {"postgresql": POSTGRESQL, "mariadb": MARIADB}[database.kind]
    with engine.begin() as connection:
        for statement in (BOTH + ";" + own).split(";\n"):
            connection.exec_driver_sql(statement)
    return engine


def perform(connection: sa.Connection, backend: Backend, operation: Operation, before: Any) -> None:
    for step in backend.rewrite(operation, before):
        for statement in step.spell(backend, before):
            LiveChannel(connection).run(statement)


def shown(snapshot: Snapshot) -> dict[Any, Any]:
    """What is compared: everything but the order of columns, constraints and indexes, and what an author wrote."""
    tables = {
        key: (
            frozenset(table.columns),
            table.primary_key,
            frozenset(table.constraints),
            frozenset(table.indexes),
            table.comment,
            table.options,
        )
        for key, table in snapshot.tables.items()
    }
    return {**tables, **snapshot.objects}


@dataclass(frozen=True)
class Case:
    """One operation; `first` is done before, `back` False where there is no way back."""

    name: str
    operation: Callable[[Snapshot], Operation]
    kinds: tuple[str, ...] = ("postgresql", "mariadb")
    first: tuple[Operation, ...] = ()
    back: bool = True
    schemas: tuple[str | None, ...] = (None,)


def by_kind(snapshot: Snapshot, postgresql: Any, mariadb: Any) -> Any:
    return postgresql if snapshot.backend.name == "postgresql" else mariadb


def text(snapshot: Snapshot, value: str) -> TextDefault:
    """A text default in the server's own spelling."""
    return TextDefault(SqlText(by_kind(snapshot, f"{value}::character varying", value)))


def alter(table: str, column: str, **parts: Any) -> AlterColumn:
    return AlterColumn(table=qualified(table), column=column, **parts)


def unique(name: str, *columns: str) -> Unique:
    return Unique(name=name, columns=columns)


def check(snapshot: Snapshot, name: str, column: str) -> Check:
    return Check(sql=SqlText(by_kind(snapshot, f"{column} > 5", f"`{column}` > 5")), name=name)


def a_view(snapshot: Snapshot) -> SqlText:
    """Before PostgreSQL 16 every column of a view is shown with its table."""
    of = "users." if snapshot.backend.version < (16,) else ""
    return SqlText(f"SELECT {of}name\n   FROM users\n  WHERE ({of}id > 1)")


PG, MY = ("postgresql",), ("mariadb",)
ID = Column(name="id", type=INTEGER, nullable=False)
CASES = [
    Case(
        "create table",
        lambda s: CreateTable(
            table=replace(
                s.tables[POSTS],
                name="other",
                constraints=(),
                indexes=(),
                primary_key=PrimaryKey(columns=("id",), name=by_kind(s, "pk_other", None)),
            )
        ),
    ),
    Case("drop table", lambda _: DropTable(table=POSTS)),
    Case("drop a table with all", lambda _: DropTable(table=qualified("rich")), back=False),
    Case("rename table", lambda _: RenameTable(table=USERS, new_name="people"), MY),
    Case("rename table", lambda _: RenameTable(table=POSTS, new_name="articles"), PG),
    Case("add column", lambda _: AddColumn(table=USERS, column=Column(name="x", type=VARCHAR))),
    Case(
        "add column with default",
        lambda s: AddColumn(
            table=USERS, column=Column(name="x", type=VARCHAR, nullable=False, default=text(s, "'it''s'"))
        ),
        PG,
    ),
    Case(
        "add column with comment",
        lambda _: AddColumn(table=USERS, column=Column(name="x", type=INTEGER, comment="it's")),
    ),
    Case("drop column", lambda _: DropColumn(table=POSTS, column="title")),
    Case("drop column of an index", lambda _: DropColumn(table=USERS, column="age")),
    Case("drop column of a foreign key", lambda _: DropColumn(table=POSTS, column="author")),
    Case("rename column", lambda _: RenameColumn(table=USERS, column="age", new_name="Years old")),
    Case("rename referred column", lambda _: RenameColumn(table=USERS, column="id", new_name="number")),
    Case("rename computed", lambda _: RenameColumn(table=qualified("rich"), column="low", new_name="lower")),
    Case("longer", lambda _: alter("posts", "title", type=TypeRef("VARCHAR(80)"))),
    Case("other type", lambda _: alter("users", "age", type=TypeRef("BIGINT"))),
    Case("text to number", lambda _: alter("posts", "title", type=INTEGER), PG),
    Case(
        "number to boolean",
        lambda _: alter("users", "age", type=TypeRef("BOOLEAN")),
        PG,
        first=(DropConstraint(name="ck_age", table=USERS),),
    ),
    Case("enum to text", lambda _: alter("rich", "mood", type=TypeRef("TEXT")), PG),
    Case("not null", lambda _: alter("users", "age", nullable=False)),
    Case("nullable", lambda _: alter("users", "name", nullable=True), MY),
    Case("new default", lambda s: alter("users", "name", default=text(s, "'x'"))),
    Case("no default", lambda _: alter("users", "name", default=None)),
    Case("comment", lambda _: alter("users", "age", comment="it's; a \\ 100% comment")),
    Case("no comment", lambda s: alter("rich", by_kind(s, "mood", "id"), comment=None)),
    Case(
        "all at once",
        lambda s: alter(
            "posts", "title", type=TypeRef("VARCHAR(9)"), nullable=False, default=text(s, "'t'"), comment="c"
        ),
    ),
    Case(
        "identity",
        lambda _: alter("users", "id", default=Identity(always=True, options=SequenceOptions(start=9))),
        PG,
    ),
    Case(
        "other identity",
        lambda _: alter(
            "rich", "n", default=Identity(always=False, options=SequenceOptions(start=7, increment=3))
        ),
        PG,
        back=False,
    ),
    Case("no identity", lambda _: alter("rich", "n", default=None), PG),
    Case("number", lambda _: alter("users", "id", autoincrement=True), PG),
    Case("number no more", lambda _: alter("rich", "id", autoincrement=False)),
    Case("number with MODIFY", lambda _: alter("posts", "id", autoincrement=True), MY),
    Case("no expression", lambda _: alter("rich", "low", default=None), PG, back=False),
    Case(
        "sequence default", lambda _: alter("users", "age", default=SequenceDefault(qualified("counter"))), PG
    ),
    Case("ON UPDATE", lambda _: alter("rich", "moment", default=None), MY),
    Case("now", lambda _: alter("rich", "moment", default=TextDefault(SqlText("current_timestamp()"))), MY),
    Case("add unique", lambda _: AddConstraint(table=POSTS, constraint=unique("uq", "author", "title"))),
    Case("add check", lambda s: AddConstraint(table=USERS, constraint=check(s, "ck", "age"))),
    Case(
        "add foreign key",
        lambda _: AddConstraint(
            table=POSTS,
            constraint=ForeignKey(
                columns=("id",),
                referred=USERS,
                referred_columns=("id",),
                name="fk2",
                on_update="CASCADE",
                on_delete="SET NULL",
            ),
        ),
        PG,
    ),
    Case(
        "add deferred foreign key",
        lambda _: AddConstraint(
            table=POSTS,
            constraint=ForeignKey(
                columns=("id",),
                referred=USERS,
                referred_columns=("id",),
                name="fk2",
                deferrable=True,
                initially="DEFERRED",
                match="FULL",
            ),
        ),
        PG,
    ),
    Case(
        "add exclude",
        lambda _: AddConstraint(
            table=qualified("rich"),
            constraint=Exclude(name="ex2", elements=(ExcludeElement(column="during", operator="-|-"),)),
        ),
        PG,
    ),
    Case(
        "drop exclude",
        lambda _: DropConstraint(name="ex", table=qualified("rich"), constraint_kind="exclude"),
        PG,
    ),
    Case("drop unique", lambda _: DropConstraint(name="uq_name", table=USERS, constraint_kind="unique")),
    Case("drop check", lambda _: DropConstraint(name="ck_age", table=USERS, constraint_kind="check")),
    Case(
        "drop foreign key",
        lambda _: DropConstraint(name="fk_author", table=POSTS, constraint_kind="foreign key"),
    ),
    Case(
        "drop primary key",
        lambda _: DropConstraint(name="pk_posts", table=POSTS, constraint_kind="primary key"),
        PG,
    ),
    Case("rename check", lambda _: RenameConstraint(table=USERS, name="ck_age", new_name="ck2")),
    Case("rename unique", lambda _: RenameConstraint(table=USERS, name="uq_name", new_name="uq2")),
    Case("rename foreign key", lambda _: RenameConstraint(table=POSTS, name="fk_author", new_name="fk2")),
    Case("validate", lambda _: ValidateConstraint(table=qualified("rich"), name="loose"), PG, back=False),
    Case(
        "create index",
        lambda _: CreateIndex(table=POSTS, index=Index(name="ix", elements=(IndexElement(column="title"),))),
    ),
    Case(
        "create unique index",
        lambda _: CreateIndex(
            table=POSTS,
            index=Index(name="ix", unique=True, elements=(IndexElement(column="title", descending=True),)),
        ),
    ),
    Case("drop index", lambda _: DropIndex(name="ix_rich", table=qualified("rich"))),
    Case("rename index", lambda _: RenameIndex(table=USERS, name="ix_age", new_name="ix2")),
    Case("comment on table", lambda _: CommentOnTable(table=USERS, comment="it's")),
    Case("no comment on table", lambda _: CommentOnTable(table=qualified("rich"), comment=None)),
    Case("drop view", lambda s: DropObject(thing=s.object(View, qualified("names")))),  # type: ignore[arg-type]
    Case(
        "rename view",
        lambda _: RenameObject(object_kind="view", name=qualified("names"), new_name="all_names"),
    ),
    Case("drop trigger", lambda s: DropObject(thing=s.objects_of(Trigger)[0])),
    Case(
        "create schema",
        lambda _: CreateObject(thing=Schema(name="limbeck_s")),
        PG,
        schemas=(None, "limbeck_s"),
    ),
    Case("create enum", lambda _: CreateObject(thing=Enum(name="e", labels=("a", "it's"), comment="c")), PG),
    Case(
        "add enum value",
        lambda _: AddEnumValue(enum=qualified("mood"), value="fine", before="ok"),
        PG,
        back=False,
    ),
    Case(
        "take an enum value away",
        lambda s: AlterObject(
            have=s.objects_of(Enum)[0], want=Enum(name="mood", labels=("ok", "new"), comment="c")
        ),
        PG,
        back=False,
    ),
    Case(
        "turn an enum round",
        lambda s: AlterObject(have=s.objects_of(Enum)[0], want=Enum(name="mood", labels=("ok", "sad"))),
        PG,
    ),
    Case(
        "rename enum value",
        lambda _: RenameEnumValue(enum=qualified("mood"), value="ok", new_value="fine"),
        PG,
    ),
    Case(
        "create sequence",
        lambda _: CreateObject(
            thing=Sequence(name="s", options=SequenceOptions(start=4, cache=7, cycle=True))
        ),
        PG,
    ),
    Case(
        "drop domain",
        lambda _: CreateObject(
            thing=Domain(
                name="dd", type=TypeRef("integer"), not_null=True, checks=(("c1", SqlText("VALUE > 0")),)
            )
        ),
        PG,
    ),
    Case(
        "alter sequence",
        lambda s: AlterObject(
            have=s.object(Sequence, qualified("counter")),
            want=Sequence(name="counter", options=SequenceOptions(start=5, increment=3)),
        ),
        PG,
    ),  # type: ignore[arg-type]
    Case(
        "alter view",
        lambda s: AlterObject(
            have=s.object(View, qualified("names")),
            want=View(
                name="names",
                definition=a_view(s),
                needs=(USERS,),
                comment="c",
            ),
        ),
        PG,
    ),  # type: ignore[arg-type]
    Case(
        "drop function",
        lambda s: DropObject(thing=s.objects_of(Function)[0]),
        PG,
        first=(DropObject(thing=Trigger(name="guard", table=qualified("rich"), definition=SqlText(""))),),
    ),
]


@pytest.mark.parametrize(
    ("database", "case"),
    [pytest.param(kind, case, id=f"{kind}-{case.name}") for case in CASES for kind in case.kinds],
    indirect=["database"],
)
def test_the_value_says_what_the_database_shows_and_the_reverse_gives_it_back(
    database: Database, case: Case
) -> None:
    engine = prepared(database)
    backend = _backend(engine)
    with engine.begin() as connection:
        for first in case.first:
            perform(connection, backend, first, backend.read(connection))
        catalog_before = catalog.dump(connection, order=False)
        before = backend.read(connection, schemas=case.schemas)
        operation = case.operation(before)
        perform(connection, backend, operation, before)
        after = backend.read(connection, schemas=case.schemas)
        assert shown(operation.apply(before)) == shown(after)
        if case.back:
            perform(connection, backend, operation.reverse(before), after)
            assert catalog.difference(catalog_before, catalog.dump(connection, order=False)) == ""


def _backend(engine: sa.Engine) -> Backend:
    with engine.connect() as connection:
        return backend_for(connection.dialect)


@on("postgresql", "mariadb")
def test_rows_go_in_by_parameters_and_by_the_text(database: Database) -> None:
    engine = prepared(database)
    backend = _backend(engine)
    columns = (
        Column(name="id", type=TypeRef("INTEGER", engine=sa.Integer())),
        Column(name="name", type=TypeRef("VARCHAR", engine=sa.String())),
    )
    odd = "it's 100% \\ :x ?"
    insert = InsertRows(
        table=USERS, columns=columns, rows=Rows([{"id": 3, "name": odd}, {"id": 4, "name": "y"}])
    )
    with engine.begin() as connection:
        perform(connection, backend, insert, None)
        (statement,) = insert.spell(backend, before=None)  # type: ignore[arg-type]
        connection.exec_driver_sql("DELETE FROM users WHERE id = 3")
        LiveChannel(connection).run(Statement(statement.text.split(";\n")[0]))
        assert connection.exec_driver_sql(
            "SELECT name FROM users WHERE id >= 3 ORDER BY id"
        ).scalars().all() == [odd, "y"]


@on("postgresql")
def test_columns_keep_rows_and_defaults_when_their_enum_is_replaced(database: Database) -> None:
    engine = database.engine()
    backend = _backend(engine)
    have, want = Enum(name="E x", labels=("a", "b", "c")), Enum(name="E x", labels=("c", "a"))
    with engine.begin() as connection:
        perform(connection, backend, CreateObject(thing=have), None)
        connection.exec_driver_sql(
            """CREATE TABLE "T" ("c C" "E x" DEFAULT 'a', many "E x"[] DEFAULT '{a,c}', UNIQUE ("c C"))"""
        )
        connection.exec_driver_sql("""INSERT INTO "T" VALUES (DEFAULT, DEFAULT), ('c', '{a}')""")
        perform(connection, backend, AlterObject(have=have, want=want), None)
        connection.exec_driver_sql("""INSERT INTO "T" ("c C") VALUES (NULL)""")
        rows = connection.exec_driver_sql(
            """SELECT "c C"::text, many::text FROM "T" ORDER BY "T"."c C" """
        ).all()
        assert rows == [("c", "{a}"), ("a", "{a,c}"), (None, "{a,c}")]
        assert [e.labels for e in backend.read(connection).objects_of(Enum)] == [("c", "a")]
