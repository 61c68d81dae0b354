"""MySQL 8.0 and 5.7, which no test machine here has: the whole statements, by version."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy.dialects import mysql

from limbeck.backends import backend_for
from limbeck.errors import LimbeckError
from limbeck.model.column import Column
from limbeck.model.constraint import Check
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.table import RenameTable

sys.path.insert(0, str(Path(__file__).parents[1] / "ops"))
from given import INTEGER, POSTS, USERS, have, index, text_default

GOLDEN: list[tuple[Operation, list[str]]] = [
    (
        AddColumn(
            table=USERS,
            column=Column(name="c", type=INTEGER, default=text_default("(1+2)"), comment="it's"),
        ),
        ["ALTER TABLE users ADD COLUMN c INTEGER COMMENT 'it''s' DEFAULT (1+2)"],
    ),
    (
        RenameColumn(table=USERS, column="age", new_name="years"),
        ["ALTER TABLE users RENAME COLUMN age TO years"],
    ),
    (
        AlterColumn(table=USERS, column="age", nullable=False),
        ["ALTER TABLE users MODIFY age INTEGER NOT NULL"],
    ),
    (
        AlterColumn(table=USERS, column="age", default=text_default("7")),
        ["ALTER TABLE users ALTER COLUMN age SET DEFAULT 7"],
    ),
    (
        AlterColumn(table=USERS, column="name", default=None),
        ["ALTER TABLE users ALTER COLUMN name DROP DEFAULT"],
    ),
    (
        AddConstraint(table=USERS, constraint=Check(sql=SqlText("age > 1"), name="c2")),
        ["ALTER TABLE users ADD CONSTRAINT c2 CHECK (age > 1)"],
    ),
    (
        DropConstraint(name="ck_age", table=USERS, constraint_kind="check"),
        ["ALTER TABLE users DROP CHECK ck_age"],
    ),
    (
        DropConstraint(name="uq_name", table=USERS, constraint_kind="unique"),
        ["ALTER TABLE users DROP INDEX uq_name"],
    ),
    (
        DropConstraint(name="fk_author", table=POSTS, constraint_kind="foreign key"),
        ["ALTER TABLE posts DROP FOREIGN KEY fk_author"],
    ),
    (
        DropConstraint(name="pk_users", table=USERS, constraint_kind="primary key"),
        ["ALTER TABLE users DROP PRIMARY KEY"],
    ),
    (DropConstraint(name="x", table=USERS), ["ALTER TABLE users DROP CONSTRAINT x"]),
    (
        RenameConstraint(table=USERS, name="uq_name", new_name="u2", constraint_kind="unique"),
        ["ALTER TABLE users RENAME INDEX uq_name TO u2"],
    ),
    (
        RenameConstraint(table=USERS, name="ck_age", new_name="ck2", constraint_kind="check"),
        [
            "ALTER TABLE users DROP CHECK ck_age",
            "ALTER TABLE users ADD CONSTRAINT ck2 CHECK (age > 0 AND name <> 'age')",
        ],
    ),
    (CreateIndex(table=USERS, index=index("ix", "age")), ["CREATE INDEX ix ON users (age)"]),
    (DropIndex(table=USERS, name="ix_age_name"), ["DROP INDEX ix_age_name ON users"]),
    (
        RenameIndex(table=USERS, name="ix_age_name", new_name="i2"),
        ["ALTER TABLE users RENAME INDEX ix_age_name TO i2"],
    ),
    (RenameTable(table=USERS, new_name="people"), ["ALTER TABLE users RENAME TO people"]),
    (CommentOnTable(table=USERS, comment="a"), ["ALTER TABLE users COMMENT 'a'"]),
]
OLDER: list[tuple[tuple[int, ...], Operation, list[str]]] = [
    ((5, 7, 44), GOLDEN[1][0], ["ALTER TABLE users CHANGE age years INTEGER NULL"]),
    ((8, 0, 18), GOLDEN[6][0], ["ALTER TABLE users DROP CHECK ck_age"]),
]


def said(version: tuple[int, ...], operation: Operation) -> list[str]:
    dialect = mysql.dialect()  # type: ignore[no-untyped-call]
    dialect.server_version_info = version
    backend = backend_for(dialect)
    before = have(backend=backend.id)
    return [s.text for step in backend.rewrite(operation, before) for s in step.spell(backend, before)]


@pytest.mark.parametrize(("operation", "statements"), GOLDEN, ids=lambda v: getattr(v, "kind", ""))
def test_mysql_8(operation: Operation, statements: list[str]) -> None:
    assert said((8, 0, 36), operation) == statements


@pytest.mark.parametrize(("version", "operation", "statements"), OLDER)
def test_older_ones(version: tuple[int, ...], operation: Operation, statements: list[str]) -> None:
    assert said(version, operation) == statements


def test_dropping_what_nobody_knows_before_8_0_19() -> None:
    with pytest.raises(LimbeckError, match="cannot drop a constraint without knowing its kind"):
        said((8, 0, 18), DropConstraint(name="x", table=USERS))


def test_filling_keeps_what_an_update_changes_where_the_table_is_known() -> None:
    backend = backend_for(mysql.dialect())  # type: ignore[no-untyped-call]
    operation = FillColumn(table=USERS, column="age", value=SqlText("0"))
    moment = text_default("CURRENT_TIMESTAMP(3) on  update CURRENT_TIMESTAMP(3)")
    column = Column(name="a day", type=INTEGER, default=moment)
    known = AddColumn(table=USERS, column=column).apply(have(backend=backend.id))
    [statement] = operation.spell(backend, known)
    assert statement.text == "UPDATE users SET age = 0, `a day` = `a day` WHERE age IS NULL"
    [statement] = operation.spell(backend, Snapshot.of(backend.id, partial=True))
    assert statement.text == "UPDATE users SET age = 0 WHERE age IS NULL"
