"""AlterTable: what a table is kept in."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from given import USERS, VARCHAR, have, posts, users
from sqlalchemy.dialects import mysql, postgresql

from limbeck.backends import backend_for
from limbeck.model.types import TypeRef
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.contract import Facts, Operation

LATIN = TypeRef("VARCHAR(50) CHARACTER SET latin1")


def said(dialect: sa.Dialect, operation: Operation, **options: object) -> list[str]:
    before = have(replace(users(), options=tuple(sorted(options.items()))), posts())
    return [s.text for s in operation.spell(backend_for(dialect), before)]


def test_describe() -> None:
    operation = AlterTable(table=USERS, options=(("mysql_engine", "InnoDB"), ("mysql_collate", None)))
    assert operation.describe() == "alter table users: engine InnoDB, collate as usual"
    assert operation.touches() == (USERS,)


def test_there_and_back() -> None:
    before = have(replace(users(), options=(("mysql_engine", "MyISAM"),)))
    operation = AlterTable(
        table=USERS,
        options=(("mysql_engine", "InnoDB"), ("mysql_row_format", "COMPACT")),
        columns=(("name", LATIN),),
    )
    after = operation.apply(before)
    changed = after.table(USERS)
    assert changed is not None
    assert changed.options == (("mysql_engine", "InnoDB"), ("mysql_row_format", "COMPACT"))
    assert [c.type for c in changed.columns if c.name == "name"] == [LATIN]
    back = operation.reverse(before)
    assert back == AlterTable(
        table=USERS,
        options=(("mysql_engine", "MyISAM"), ("mysql_row_format", None)),
        columns=(("name", VARCHAR),),
    )
    assert back.apply(after) == before


def test_unlogged_is_a_prefix() -> None:
    operation = AlterTable(table=USERS, options=(("postgresql_unlogged", True),))
    after = operation.apply(have())
    changed = after.table(USERS)
    assert changed is not None
    assert (changed.prefixes, changed.options) == (("UNLOGGED",), ())
    assert operation.reverse(have()).apply(after) == have()


def test_postgresql_says() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    options = (("postgresql_with", (("fillfactor", 70),)), ("postgresql_unlogged", False))
    assert said(
        dialect, AlterTable(table=USERS, options=options), postgresql_with=(("autovacuum_enabled", "false"),)
    ) == [
        "ALTER TABLE users RESET (autovacuum_enabled)",
        "ALTER TABLE users SET (fillfactor = 70)",
        "ALTER TABLE users SET LOGGED",
    ]
    assert said(dialect, AlterTable(table=USERS, options=(("postgresql_tablespace", None),))) == [
        "ALTER TABLE users SET TABLESPACE pg_default"
    ]


def test_mysql_says_all_in_one_statement() -> None:
    options = (("mysql_default_charset", "utf8mb4"), ("mysql_collate", None), ("mysql_engine", "InnoDB"))
    operation = AlterTable(table=USERS, options=options, columns=(("name", VARCHAR),))
    assert said(mysql.dialect(), operation) == [  # type: ignore[no-untyped-call]
        "ALTER TABLE users ENGINE=InnoDB, DEFAULT CHARSET=utf8mb4,"
        " MODIFY name VARCHAR(50) NOT NULL DEFAULT 'nobody'"
    ]
    (hazard,) = operation.hazards(have(), Facts())
    assert hazard.code == "MY20"
