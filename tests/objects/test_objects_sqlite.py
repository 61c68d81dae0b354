"""Views and triggers on SQLite, which stores what was written."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from objects_room import compared, laws, run, text

from limbeck import schema
from servers import Database

USERS = "CREATE TABLE users (\n\tid INTEGER NOT NULL, \n\tname VARCHAR(40), \n\tage INTEGER, \n\tPRIMARY KEY (id)\n)"
LOG = "CREATE TRIGGER log AFTER UPDATE OF name ON users BEGIN INSERT INTO users (name) SELECT 'it''s; %' || new.name; END"


def users(*things: Any, age: bool = True) -> sa.MetaData:
    metadata = sa.MetaData()
    more = (sa.Column("age", sa.Integer),) if age else ()
    sa.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40)),
        *more,
    )
    schema.register(metadata, *things)
    return metadata


def test_views_and_triggers_come_and_go(sqlite: Database) -> None:
    metadata = users(schema.Trigger("log", LOG, table="users"), schema.View("b", "SELECT id FROM a WHERE 1"))
    table = metadata.tables["users"]
    schema.register(metadata, schema.View("a", sa.select(table.c.id).where(table.c.name == "it's")))
    found = laws(
        sqlite,
        metadata,
        [USERS],
        [
            USERS,
            "CREATE VIEW a AS SELECT users.id \nFROM users \nWHERE users.name = 'it''s'",
            "CREATE VIEW b AS SELECT id FROM a WHERE 1",
            LOG,
        ],
    )
    assert 'op.create_view("b", "SELECT id FROM a WHERE 1")' in text(found.upgrade)


def test_odd_spellings_are_the_same(sqlite: Database) -> None:
    run(
        sqlite,
        [
            USERS,
            'create view if not exists "a" (x, "Y") as -- why\n select ID, [name] from `Users` where age!=1;',
            "Create Temp Trigger x INSERT ON users BEGIN SELECT 1; END",
            log_oddly(LOG),
        ],
    )
    options = {"sqlite_columns": ["x", "y"]}
    metadata = users(
        schema.View("a", "SELECT id, name FROM users WHERE age <> 1", options=options),
        schema.Trigger("log", LOG, table="users"),
    )
    assert not compared(sqlite, metadata).upgrade


def log_oddly(sql: str) -> str:
    head = 'create trigger if not exists main."log" after update of "name" on users for each row begin'
    return sql.replace("CREATE TRIGGER log AFTER UPDATE OF name ON users BEGIN", head)


def test_a_view_changes_with_what_looks_at_it_and_the_column_it_read(sqlite: Database) -> None:
    instead = "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END"
    hand = "CREATE VIEW hand AS SELECT id FROM v"
    found = laws(
        sqlite,
        users(schema.View("v", "SELECT id FROM users"), age=False),
        [USERS, "CREATE VIEW v AS SELECT id, age FROM users", instead, hand],
        [USERS.replace("\n\tage INTEGER, ", ""), "CREATE VIEW v AS SELECT id FROM users", instead, hand],
        ours=lambda thing: False,
    )
    assert [o.kind for o in found.upgrade].count("create_object") == 3


def test_what_names_a_generated_column_goes_while_that_is_made_again(sqlite: Database) -> None:
    """SQLite drops no column that a view or a trigger names, were it to come again at once."""
    metadata = users()
    metadata.tables["users"].append_column(sa.Column("twice", sa.Integer, sa.Computed("age * 2")))
    column = "\n\tage INTEGER, \n\ttwice INTEGER GENERATED ALWAYS AS (age * {}){}, "
    views = [
        "CREATE VIEW v AS SELECT id, twice FROM users",
        "CREATE VIEW above AS SELECT id FROM v",
        "CREATE TRIGGER t BEFORE UPDATE ON users BEGIN SELECT new.twice; END",
        "CREATE VIEW apart AS SELECT age FROM users",
    ]
    before, after = (
        USERS.replace("\n\tage INTEGER, ", column.format(*n)) for n in ((3, " VIRTUAL"), (2, ""))
    )
    found = laws(sqlite, metadata, [before, *views], [after, *views], ours=lambda thing: False)
    assert [o.kind for o in found.upgrade].count("create_object") == 3


def test_what_sqlite_has_no_word_for_is_told(sqlite: Database) -> None:
    metadata = users(schema.Policy("p", "CREATE POLICY p ON users", table="users"))
    assert compared(sqlite, metadata).notes[0].startswith("policy p on users is declared and passed over")
    metadata = sa.MetaData()
    schema.register(
        metadata, schema.Policy("p", "CREATE POLICY p ON users", table="users"), dialects="postgresql"
    )
    assert compared(sqlite, metadata).notes == ()
