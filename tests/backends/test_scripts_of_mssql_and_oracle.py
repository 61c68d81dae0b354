"""Whole scripts of the two databases that are only spelled: what `--sql` writes, with separators.

Checked by hand against "ALTER TABLE (Transact-SQL)" and the "SQL Language Reference" of Oracle 19c.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.dialects import mssql, oracle

from limbeck.backends import backend_for
from limbeck.model.column import Column
from limbeck.model.constraint import ForeignKey, PrimaryKey
from limbeck.model.defaults import Identity, SequenceDefault, SequenceOptions, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.objects import Schema, Sequence, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.constraint import AddConstraint, RenameConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.object import AlterObject, CreateObject, DropObject, RenameObject
from limbeck.ops.table import CreateTable, RenameTable
from limbeck.shore.channel import ScriptChannel

BOOKS = qualified("books", "lib")


def script(backend: Backend, operations: Iterable[Operation]) -> str:
    written: list[str] = []
    channel = ScriptChannel(
        backend.dialect, written.append, terminator=backend.terminator, separator=backend.batch_separator
    )
    before = Snapshot.of(backend.id)
    for operation in operations:
        for step in backend.rewrite(operation, before):
            for statement in step.spell(backend, before):
                channel.run(statement)
        before = operation.apply(before)
    return "\n".join(line.rstrip() for line in "".join(written).strip().splitlines())


def books(number: str, text: str) -> Table:
    return Table(
        name="books",
        schema="lib",
        columns=(
            Column(name="id", type=TypeRef(number), nullable=False),
            Column(name="Title", type=TypeRef(text), nullable=False, default=TextDefault(SqlText("'none'"))),
            Column(name="pages", type=TypeRef(number), comment="it's long"),
        ),
        primary_key=PrimaryKey(columns=("id",), name="pk_books"),
        indexes=(Index(name="ix_pages", elements=(IndexElement(column="pages", descending=True),)),),
        comment="all of them",
    )


def story(number: str, text: str) -> tuple[Operation, ...]:
    shelf = Column(name="shelf", type=TypeRef(number))
    own = ForeignKey(columns=("shelf",), referred=BOOKS, referred_columns=("id",), name="fk_shelf")
    return (
        CreateTable(table=books(number, text)),
        AddColumn(table=BOOKS, column=shelf),
        AddConstraint(table=BOOKS, constraint=own),
        RenameConstraint(table=BOOKS, name="fk_shelf", new_name="fk_s"),
        AlterColumn(table=BOOKS, column="Title", type=TypeRef(text.replace("50", "80")), nullable=True),
        AlterColumn(table=BOOKS, column="pages", default=TextDefault(SqlText("1")), comment=None),
        RenameColumn(table=BOOKS, column="pages", new_name="Number of pages"),
        DropIndex(name="ix_pages", table=BOOKS),
        DropColumn(table=BOOKS, column="Title"),
        DropColumn(table=BOOKS, column="shelf"),
        RenameTable(table=BOOKS, new_name="volumes"),
    )


def test_sql_server() -> None:
    assert (
        script(backend_for(mssql.dialect()), story("INTEGER", "NVARCHAR(50)"))
        == """\
CREATE TABLE lib.books (
    id INTEGER NOT NULL,
    [Title] NVARCHAR(50) NOT NULL DEFAULT 'none',
    pages INTEGER NULL,
    CONSTRAINT pk_books PRIMARY KEY (id)
);

GO

CREATE INDEX ix_pages ON lib.books (pages DESC);

GO

execute sp_addextendedproperty 'MS_Description', N'all of them', 'schema', lib, 'table', books;

GO

execute sp_addextendedproperty 'MS_Description', N'it''s long', 'schema', lib, 'table', books, 'column', pages;

GO

ALTER TABLE lib.books ADD shelf INTEGER NULL;

GO

ALTER TABLE lib.books ADD CONSTRAINT fk_shelf FOREIGN KEY(shelf) REFERENCES lib.books (id);

GO

EXEC sp_rename 'lib.fk_shelf', fk_s, 'OBJECT';

GO

DECLARE @drop nvarchar(max)
SELECT @drop = 'alter table lib.books drop constraint ' + QUOTENAME(name) FROM sys.default_constraints
WHERE parent_object_id = OBJECT_ID('lib.books') AND COL_NAME(parent_object_id, parent_column_id) = 'Title'
EXEC(@drop);

GO

ALTER TABLE lib.books ALTER COLUMN [Title] NVARCHAR(80) NULL;

GO

ALTER TABLE lib.books ADD DEFAULT 'none' FOR [Title];

GO

ALTER TABLE lib.books ADD DEFAULT 1 FOR pages;

GO

exec sp_dropextendedproperty 'MS_Description', 'schema', lib, 'table', books, 'column', pages;

GO

EXEC sp_rename 'lib.books.pages', [Number of pages], 'COLUMN';

GO

DROP INDEX ix_pages ON lib.books;

GO

DECLARE @drop nvarchar(max)
SELECT @drop = 'alter table lib.books drop constraint ' + QUOTENAME(name) FROM sys.default_constraints
WHERE parent_object_id = OBJECT_ID('lib.books') AND COL_NAME(parent_object_id, parent_column_id) = 'Title'
EXEC(@drop);

GO

ALTER TABLE lib.books DROP COLUMN [Title];

GO

ALTER TABLE lib.books DROP CONSTRAINT fk_s;

GO

ALTER TABLE lib.books DROP COLUMN shelf;

GO

EXEC sp_rename 'lib.books', volumes;

GO"""
    )


def test_oracle() -> None:
    assert (
        script(backend_for(oracle.dialect()), story("INTEGER", "VARCHAR2(50 CHAR)"))
        == """\
CREATE TABLE lib.books (
    id INTEGER NOT NULL,
    "Title" VARCHAR2(50 CHAR) DEFAULT 'none' NOT NULL,
    pages INTEGER,
    CONSTRAINT pk_books PRIMARY KEY (id)
)

/

CREATE INDEX lib.ix_pages ON lib.books (pages DESC)

/

COMMENT ON TABLE lib.books IS 'all of them'

/

COMMENT ON COLUMN lib.books.pages IS 'it''s long'

/

ALTER TABLE lib.books ADD shelf INTEGER

/

ALTER TABLE lib.books ADD CONSTRAINT fk_shelf FOREIGN KEY(shelf) REFERENCES lib.books (id)

/

ALTER TABLE lib.books RENAME CONSTRAINT fk_shelf TO fk_s

/

ALTER TABLE lib.books MODIFY "Title" NULL

/

ALTER TABLE lib.books MODIFY "Title" VARCHAR2(80 CHAR)

/

ALTER TABLE lib.books MODIFY pages DEFAULT 1

/

COMMENT ON COLUMN lib.books.pages IS ''

/

ALTER TABLE lib.books RENAME COLUMN pages TO "Number of pages"

/

DROP INDEX lib.ix_pages

/

ALTER TABLE lib.books DROP COLUMN "Title"

/

ALTER TABLE lib.books DROP COLUMN shelf

/

ALTER TABLE lib.books RENAME TO volumes

/"""
    )


def objects() -> tuple[Operation, ...]:
    counter = Sequence(name="counter", schema="lib", options=SequenceOptions(start=3, cycle=False))
    faster = Sequence(name="counter", schema="lib", options=SequenceOptions(start=3, increment=2))
    view = View(name="titles", schema="lib", definition=SqlText("SELECT title FROM books"))
    other = View(name="titles", schema="lib", definition=SqlText("SELECT id FROM books"))
    return (
        CreateObject(thing=counter),
        AlterObject(have=counter, want=faster),
        CreateObject(thing=view),
        AlterObject(have=view, want=other),
        DropObject(thing=other),
    )


def test_objects_of_sql_server() -> None:
    schema = Schema(name="lib")
    rename = RenameObject(object_kind="sequence", name=qualified("counter", "lib"), new_name="c2")
    operations = (CreateObject(thing=schema), *objects(), rename, DropObject(thing=schema))
    assert script(backend_for(mssql.dialect()), operations).replace("\n\nGO", "").split("\n\n") == [
        "CREATE SCHEMA lib;",
        "CREATE SEQUENCE lib.counter START WITH 3 NO CYCLE;",
        "ALTER SEQUENCE lib.counter INCREMENT BY 2;",
        "CREATE VIEW lib.titles AS SELECT title FROM books;",
        "CREATE OR ALTER VIEW lib.titles AS SELECT id FROM books;",
        "DROP VIEW lib.titles;",
        "EXEC sp_rename 'lib.counter', c2;",
        "DROP SCHEMA lib;",
    ]


def test_objects_of_oracle() -> None:
    assert script(backend_for(oracle.dialect()), objects()).replace("\n\n/", "").split("\n\n") == [
        "CREATE SEQUENCE lib.counter START WITH 3 NOCYCLE",
        "ALTER SEQUENCE lib.counter INCREMENT BY 2",
        "CREATE VIEW lib.titles AS SELECT title FROM books",
        "CREATE OR REPLACE VIEW lib.titles AS SELECT id FROM books",
        "DROP VIEW lib.titles",
    ]


def test_defaults_from_sequences_and_identity() -> None:
    change = AlterColumn(table=BOOKS, column="id", default=SequenceDefault(qualified("counter", "lib")))
    (column,) = books("INTEGER", "TEXT").columns[:1]
    always = Column(name="n", type=TypeRef("INTEGER"), nullable=False, default=Identity(always=True))
    before = Snapshot.of(backend_for(mssql.dialect()).id, [books("INTEGER", "TEXT")])
    said = {
        name: [s.text for o in (change, AddColumn(table=BOOKS, column=always)) for s in o.spell(one, before)]
        for name, one in (("mssql", backend_for(mssql.dialect())), ("oracle", backend_for(oracle.dialect())))
    }
    assert column.default is None
    assert said == {
        "mssql": [
            "ALTER TABLE lib.books ADD DEFAULT NEXT VALUE FOR lib.counter FOR id",
            "ALTER TABLE lib.books ADD n INTEGER NOT NULL IDENTITY",
        ],
        "oracle": [
            "ALTER TABLE lib.books MODIFY id DEFAULT lib.counter.nextval",
            "ALTER TABLE lib.books ADD n INTEGER GENERATED ALWAYS AS IDENTITY",
        ],
    }


def test_an_index_that_writers_do_not_wait_for_on_oracle() -> None:
    create = CreateIndex(
        index=Index(name="ix", elements=(IndexElement(column="id"),)), table=BOOKS, concurrently=True
    )
    backend = backend_for(oracle.dialect())
    (statement,) = create.spell(backend, Snapshot.of(backend.id))
    assert statement.text == "CREATE INDEX lib.ix ON lib.books (id) ONLINE"
