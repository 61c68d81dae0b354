"""What PostgreSQL and MariaDB block or rewrite while they do something."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from limbeck.backends import backend_for
from limbeck.backends.mysql import locks as mysql_locks
from limbeck.backends.mysql import same as mysql_same
from limbeck.backends.postgresql import locks
from limbeck.backends.postgresql import same as postgresql_same
from limbeck.backends.postgresql.locks import keeps_rows
from limbeck.model.column import Column
from limbeck.model.constraint import (
    Check,
    Constraint,
    Exclude,
    ExcludeElement,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.model.defaults import Computed, Identity, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.objects import Enum
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Facts, Operation
from limbeck.ops.enum import AddEnumValue
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.object import AlterObject
from servers import Database

T = qualified("t")
INTEGER = TypeRef("INTEGER")
BEFORE = Snapshot.of(
    BackendId(name="postgresql"),
    [
        Table(
            name="t",
            columns=(
                Column(name="a", type=TypeRef("VARCHAR(20)")),
                Column(name="b", type=TypeRef("VARCHAR(20)"), nullable=False),
            ),
            constraints=(Check(sql=SqlText("b <> ''"), name="ck"),),
        )
    ],
)


def add(**more: Any) -> AddColumn:
    return AddColumn(table=T, column=Column(name="c", type=INTEGER, **more))


def alter(column: str = "a", **parts: Any) -> AlterColumn:
    return AlterColumn(table=T, column=column, **parts)


def constraint(value: Constraint) -> AddConstraint:
    return AddConstraint(table=T, constraint=value)


CHECK = Check(sql=SqlText("a > 0"), name="ck")
KEY = ForeignKey(columns=("a",), referred=qualified("o"), referred_columns=("a",), name="fk")
INDEX = CreateIndex(index=Index(name="ix", elements=(IndexElement(column="a"),)), table=T)


@pytest.mark.parametrize(
    ("operation", "postgresql_says", "mysql_says"),
    [
        (INDEX, ["PG01"], []),
        (CreateIndex(index=INDEX.index, table=T, concurrently=True), [], []),
        (DropIndex(name="ix", table=T), ["PG05"], []),
        (constraint(CHECK), ["PG12"], ["MY09"]),
        (constraint(Check(sql=CHECK.sql, options=(("postgresql_not_valid", True),))), [], ["MY09"]),
        (constraint(KEY), ["PG13"], ["MY08"]),
        (constraint(Unique(columns=("a",))), ["PG18"], []),
        (constraint(PrimaryKey(columns=("a",))), ["PG19"], []),
        (constraint(Exclude(elements=(ExcludeElement(operator="=", column="a"),))), ["PG21"], []),
        (DropConstraint(name="pk", table=T, constraint_kind="primary key"), [], ["MY16"]),
        (add(), [], []),
        (add(default=TextDefault(SqlText("0"))), [], []),
        (add(default=TextDefault(SqlText("now()"))), [], []),
        (add(default=TextDefault(SqlText("gen_random_uuid()"))), ["PG32"], []),
        (add(default=Identity()), ["PG33"], []),
        (add(autoincrement=True), ["PG33"], ["MY06"]),
        (add(default=Computed(sql=SqlText("1"), persisted=True)), ["PG34"], ["MY07"]),
        (add(default=Computed(sql=SqlText("1"), persisted=False)), [], []),
        (alter(nullable=False), ["PG22"], ["MY13"]),
        (alter("b", nullable=False), [], ["MY13"]),
        (alter(type=TypeRef("VARCHAR(30)")), [], ["MY03"]),
        (alter("b", type=TypeRef("VARCHAR(30)")), ["PG41"], ["MY03"]),
        (alter(type=INTEGER), ["PG39"], ["MY03"]),
        (alter(type=TypeRef("VARCHAR(30)"), using=SqlText("a")), ["PG39"], ["MY03"]),
        (AddEnumValue(enum=qualified("e"), value="x"), ["PG66"], []),
        (
            AlterObject(have=Enum(name="e", labels=("a",)), want=Enum(name="e", labels=("b", "a"))),
            ["PG66"],
            [],
        ),
        (AlterObject(have=Enum(name="e", labels=("a",)), want=Enum(name="e", labels=("b",))), ["PG69"], []),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
def test_hazards(operation: Operation, postgresql_says: list[str], mysql_says: list[str]) -> None:
    own = backend_for(postgresql.dialect()).hazards(operation, BEFORE, Facts())
    mine = backend_for(mysql.dialect()).hazards(operation, BEFORE, Facts())
    assert ([h.code for h in own], [h.code for h in mine]) == (postgresql_says, mysql_says)


def test_a_table_without_rows_is_no_matter() -> None:
    for dialect in (postgresql.dialect(), mysql.dialect()):
        assert backend_for(dialect).hazards(constraint(KEY), BEFORE, Facts(rows={T: 0})) == ()


def test_every_hazard_tells_what_it_does_in_which_kind() -> None:
    for code, fact in {**locks.FACTS, **mysql_locks.FACTS}.items():
        assert fact.kind in ("lock", "rewrite", "scan", "data", "other"), code
        assert not fact.text.endswith(".")


CHANGES = [
    ("VARCHAR(20)", "VARCHAR(30)"),
    ("VARCHAR(20)", "VARCHAR(10)"),
    ("VARCHAR(20)", "TEXT"),
    ("TEXT", "VARCHAR"),
    ("TEXT", "VARCHAR(20)"),
    ("VARCHAR(20)", "CHAR(20)"),
    ("INTEGER", "BIGINT"),
    ("INTEGER", "OID"),
    ("NUMERIC(10, 2)", "NUMERIC(12, 2)"),
    ("NUMERIC(10, 2)", "NUMERIC"),
    ("NUMERIC(10, 2)", "NUMERIC(12, 3)"),
    ("CIDR", "INET"),
    ("VARBIT(3)", "VARBIT(5)"),
    ("JSON", "JSONB"),
    ("XML", "TEXT"),
]


@pytest.mark.parametrize(("have", "want"), CHANGES)
def test_which_change_of_type_writes_the_table_anew(postgresql: Database, have: str, want: str) -> None:
    """Law: PostgreSQL gives the table another file exactly where `keeps_rows` says it does not keep its rows."""
    with postgresql.engine().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (x {have})")
        file = "SELECT pg_relation_filenode('t')"
        before = connection.exec_driver_sql(file).scalar()
        connection.exec_driver_sql(
            f"ALTER TABLE t ALTER COLUMN x TYPE {want} USING x::{want}"
            if have == "JSON"
            else f"ALTER TABLE t ALTER COLUMN x TYPE {want}"
        )
        assert (connection.exec_driver_sql(file).scalar() == before) is keeps_rows(have, want)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VARCHAR(20)", "character varying(20)"),
        ("NUMERIC(10)", "decimal(10, 0)"),
        ("TIMESTAMP", "timestamp without time zone"),
        ("timestamptz", "TIMESTAMP WITH TIME ZONE"),
        ("FLOAT", "DOUBLE PRECISION"),
        ("FLOAT(10)", "real"),
        ("CHAR", "character(1)"),
        ("INT4[]", "integer[]"),
    ],
)
def test_postgresql_takes_these_types_for_the_same(postgresql: Database, one: str, other: str) -> None:
    assert postgresql_same.type_(one) == postgresql_same.type_(other)
    types = "SELECT count(DISTINCT format_type(atttypid, atttypmod)) FROM pg_attribute"
    shown = f"{types} WHERE attrelid = 't'::regclass AND attnum > 0"
    with postgresql.engine().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (x {one}, y {other})")
        assert connection.exec_driver_sql(shown).scalar() == 1


@pytest.mark.parametrize(
    ("one", "other"), [('"Mood"', '"mood"'), ("VARCHAR(20)", "VARCHAR(21)"), ("TEXT", "VARCHAR")]
)
def test_postgresql_tells_these_types_apart(one: str, other: str) -> None:
    assert postgresql_same.type_(one) != postgresql_same.type_(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INTEGER", "int(11)"),
        ("NUMERIC(10)", "decimal(10,0)"),
        ("BOOL", "tinyint(1)"),
        ("DOUBLE PRECISION", "double"),
        ("ENUM('a', 'b')", "enum('a','b')"),
        ("BIGINT UNSIGNED", "bigint(20) unsigned"),
    ],
)
def test_mariadb_takes_these_types_for_the_same(mariadb: Database, one: str, other: str) -> None:
    assert mysql_same.type_(one, mariadb=True) == mysql_same.type_(other, mariadb=True)
    shown = sa.text(
        "SELECT count(DISTINCT column_type) FROM information_schema.columns"
        " WHERE table_name = 't' AND table_schema = DATABASE()"
    )
    with mariadb.engine().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (x {one}, y {other})")
        assert connection.execute(shown).scalar() == 1


@pytest.mark.parametrize(
    ("one", "other"), [("TINYINT(1)", "TINYINT"), ("INTEGER", "INTEGER UNSIGNED"), ("ENUM('a')", "ENUM('A')")]
)
def test_mysql_tells_these_types_apart(one: str, other: str) -> None:
    assert mysql_same.type_(one) != mysql_same.type_(other)


def test_defaults_that_are_the_same() -> None:
    own = postgresql_same.default
    assert own("'x'::character varying", "VARCHAR(3)") == own("'x'", "VARCHAR(3)")
    assert own("'5'::integer", "INTEGER") == own("5", "INTEGER")
    assert own("now()", "TIMESTAMP") == own("CURRENT_TIMESTAMP", "TIMESTAMP")
    assert own("'5'", "TEXT") != own("5", "TEXT")
    mine = mysql_same.default
    assert mine("current_timestamp()", "DATETIME") == mine("(now())", "DATETIME") == "CURRENT_TIMESTAMP"
    assert mine("'5'", "INTEGER") == mine("5", "INTEGER")
    assert mine("true", "BOOL") == mine("1", "BOOL")
    assert mine("'now()'", "TEXT") == "'now()'"


def test_every_code_that_is_told_stands_in_the_table_for_people() -> None:
    table = (Path(__file__).parents[2] / "docs" / "hazards.md").read_text(encoding="utf-8")
    sources = Path(locks.__file__).parents[2]
    told = {
        code
        for folder in ("ops", "backends")
        for file in (sources / folder).rglob("*.py")
        for code in re.findall(r'"((?:PG|MY|SL)\d\d)"', file.read_text(encoding="utf-8"))
    }
    assert told == set(re.findall(r"^\| ((?:PG|MY|SL)\d\d) \|", table, re.MULTILINE))
