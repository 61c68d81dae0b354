"""Views, routines and triggers on MariaDB."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from objects_room import compared, dumped, laws, run, text

from limbeck import schema
from servers import Database

USERS = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name varchar(40), age integer)"
VIEW = "SELECT id, upper(name) AS `Name`, 'it''s 50% \\\\' AS t FROM users WHERE age BETWEEN 18 AND 120 AND name != 'x'"
LOG = "CREATE TRIGGER log BEFORE UPDATE ON users FOR EACH ROW BEGIN SET NEW.name = concat('it''s; ', NEW.name); END"
TWICE = "CREATE FUNCTION twice(n INT) RETURNS VARCHAR(10) DETERMINISTIC RETURN concat(n, n)"
EMPTY = "CREATE PROCEDURE emptied(IN n BIGINT) MODIFIES SQL DATA BEGIN DELETE FROM users WHERE id = n; END"


def users(*things: Any, age: bool = True) -> sa.MetaData:
    metadata = sa.MetaData()
    more = (sa.Column("age", sa.Integer),) if age else ()
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    sa.Table("users", metadata, key, sa.Column("name", sa.String(40)), *more)
    schema.register(metadata, *things)
    return metadata


def test_all_kinds_come_and_go(mariadb: Database) -> None:
    metadata = users(
        schema.View("b", "SELECT Name, twice(id) AS two FROM a"),
        schema.Trigger("log", LOG, table="users"),
        schema.Procedure("emptied", EMPTY),
        schema.Function("twice", TWICE),
        schema.View("a", VIEW),
    )
    b = "create or replace view b as select a.Name, twice(a.id) as two from a"
    laws(mariadb, metadata, [USERS], [USERS, TWICE, EMPTY, f"CREATE VIEW a AS {VIEW}", b, LOG])


def test_odd_spellings_are_the_same(mariadb: Database) -> None:
    run(
        mariadb,
        [
            USERS,
            "create algorithm = merge view `v` as select u.id AS id from users u where (((u.age >= 1)))",
            "create or replace trigger `log` before update on `users` for each row begin\n"
            " set new.name = concat('it''s; ', new.name); end",
            "create function if not exists `twice`(n int) returns varchar(10) deterministic return concat(n, n)",
        ],
    )
    metadata = users(
        schema.View("v", "SELECT id FROM users u WHERE age >= 1", options={"algorithm": "MERGE"}),
        schema.Trigger("log", LOG, table="users"),
        schema.Function("twice", TWICE.replace("INT", "int")),
    )
    before = dumped(mariadb)
    found = compared(mariadb, metadata)
    assert (text(found.upgrade).strip(), dict(found.as_text)) == ("pass", {})
    assert dumped(mariadb) == before
    with mariadb.engine().connect() as connection:
        assert "limbeck_scratch" not in str(connection.exec_driver_sql("SHOW DATABASES").all())


def test_changes_are_made_in_place_or_around_the_columns(mariadb: Database) -> None:
    metadata = users(
        schema.View(
            "v", "SELECT id, name FROM users", options={"check_option": "local", "security": "invoker"}
        ),
        schema.View("w", "SELECT id FROM users"),
        schema.Trigger("log", LOG, table="users"),
        schema.Function("twice", TWICE),
        age=False,
    )
    tail = "SQL SECURITY INVOKER VIEW v AS SELECT id, name FROM users WITH LOCAL CHECK OPTION"
    hand = "CREATE VIEW hand AS SELECT age FROM users"
    found = laws(
        mariadb,
        metadata,
        [USERS, "CREATE VIEW v AS SELECT age FROM users", "CREATE VIEW w AS SELECT name FROM users",
         LOG.replace("NEW.name)", "OLD.name)"), TWICE.replace("n, n", "n, 2")],
        [USERS.replace(", age integer", ""), f"CREATE {tail}", "CREATE VIEW w AS SELECT id FROM users", LOG, TWICE],
    )  # fmt: skip
    assert "op.replace_function" in text(found.upgrade)
    mariadb.empty()
    run(mariadb, [USERS, hand])
    assert any("hand" in note for note in compared(mariadb, users(age=False), lambda thing: False).notes)
