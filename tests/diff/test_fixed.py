"""How a table is partitioned is told, not changed: on real PostgreSQL and MariaDB."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from mending import there_and_back

from conftest import on
from limbeck.commands import autogenerate
from servers import Database


def orders(**options: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("orders", metadata, sa.Column("id", sa.Integer), sa.Column("Name", sa.String(20)), **options)
    return metadata


def compared(database: Database, models: sa.MetaData, **more: Any) -> autogenerate.Differences:
    scope = autogenerate.Scope(lambda name: False)
    with database.engine().connect() as connection:
        return autogenerate.compare(connection, "", (models,), scope, **more)


@on("postgresql", "postgresql15")
@pytest.mark.parametrize(
    ("stands", "declared"),
    [
        ("RANGE (id)", 'range( "id" )'),
        ('LIST ("Name")', 'LIST ("Name")'),
        ('RANGE (lower("Name"), id)', 'RANGE (LOWER("Name") , "id")'),
        ("LIST ((id / 2))", "LIST (( id/2 ))"),
        ('HASH (id, "Name" COLLATE "C")', 'hash (id, "Name" COLLATE pg_catalog."C")'),
        ("RANGE (id)", None),
    ],
)
def test_the_same_in_other_words(database: Database, stands: str, declared: str | None) -> None:
    orders(postgresql_partition_by=stands).create_all(database.engine())
    found = compared(database, orders(postgresql_partition_by=declared) if declared else orders())
    assert (found.upgrade, found.notes) == ((), ())


@on("postgresql")
@pytest.mark.parametrize("fill", [True, False])
def test_another_way_to_partition_is_told(database: Database, fill: bool) -> None:
    orders(postgresql_partition_by="RANGE (id)").create_all(database.engine())
    found = compared(database, orders(postgresql_partition_by="LIST (id)"), fill=fill)
    assert found.upgrade == ()
    (told,) = found.notes
    assert told == (
        "orders is declared with PARTITION BY LIST (id) and stands with PARTITION BY RANGE (id). It is left as it is: "
        "no statement changes that. Create a table that has it, copy the rows and rename it, in a revision of your own."
    )


@on("postgresql")
def test_a_table_that_stands_becomes_no_partitioned_one_and_other_changes_are_made(
    database: Database,
) -> None:
    orders().create_all(database.engine())
    models = orders(postgresql_partition_by="LIST (id)")
    models.tables["orders"].append_column(sa.Column("more", sa.Text))
    found = compared(database, models)
    assert [operation.describe() for operation in found.upgrade] == ["add column orders.more (TEXT)"]
    assert "stands without PARTITION BY" in found.notes[0]


def counted(**options: Any) -> sa.MetaData:
    """One whose CHECK the server says in other words, so that it is built to compare it."""
    metadata = sa.MetaData()
    columns = (sa.Column("id", sa.Integer, autoincrement=False), sa.Column("d", sa.Date))
    check = sa.CheckConstraint("id in (1, 2) or NOT d is null", name="ck")
    key = sa.PrimaryKeyConstraint("id", "d")
    sa.Table("counted", metadata, *columns, key, check, **options)
    return metadata


MONTHS = "(PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)"


@on("mariadb")
@pytest.mark.parametrize(
    ("stands", "declared"),
    [
        ({"mysql_partition_by": "HASH (id)", "mysql_partitions": "4"},) * 2,
        ({"mysql_partition_by": "HASH (id)", "mysql_partitions": "4"}, {"mysql_partition_by": "hash(`ID`)"}),
        (
            {"mysql_partition_by": "KEY (id)", "mysql_partitions": "3"},
            {"mysql_partition_by": "KEY(id) PARTITIONS 3"},
        ),
        ({"mysql_partition_by": f"RANGE (YEAR(d)) {MONTHS}"}, {"mysql_partition_by": "RANGE (year( d ))"}),
        (
            {
                "mysql_partition_by": f"RANGE (YEAR(d)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 {MONTHS}",
            },
            {
                "mysql_partition_by": "RANGE (YEAR(d))",
                "mysql_subpartition_by": "HASH(id)",
                "mysql_subpartitions": "2",
            },
        ),
        (
            {"mysql_partition_by": "RANGE COLUMNS(d) (PARTITION p0 VALUES LESS THAN (MAXVALUE))"},
            {"mysql_partition_by": "range columns (d)"},
        ),
        ({"mysql_partition_by": "HASH (id)"}, {}),
    ],
)
def test_the_same_partitions_in_other_words(
    database: Database, stands: dict[str, str], declared: dict[str, str]
) -> None:
    counted(**stands).create_all(database.engine())
    found = compared(database, counted(**declared))
    assert (found.upgrade, found.notes, found.as_text) == ((), (), {})


@on("mariadb")
def test_other_partitions_are_told(database: Database) -> None:
    counted(mysql_partition_by=f"RANGE (YEAR(d)) {MONTHS}").create_all(database.engine())
    found = compared(database, counted(mysql_partition_by="HASH(id)", mysql_partitions="4"))
    assert found.upgrade == ()
    assert found.notes == (
        "counted is declared with PARTITION BY HASH (id) PARTITIONS 4 and stands with PARTITION BY RANGE (year(`d`)). It is "
        "left as it is: changing that writes the whole table anew while nobody can write into it. Run ALTER TABLE ... "
        "PARTITION BY in a revision of your own.",
    )


@on("mariadb")
@pytest.mark.parametrize("text", [f"RANGE (YEAR(d)) {MONTHS}", "HASH (id) PARTITIONS 4"])
def test_a_partitioned_table_that_went_comes_back_as_it_was(database: Database, text: str) -> None:
    there_and_back(database, counted(mysql_partition_by=text), sa.MetaData())
