"""What no statement changes is told: on real PostgreSQL, how a table is partitioned."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

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
        "orders is declared with PARTITION BY LIST (id) and stands with PARTITION BY RANGE (id): no statement changes "
        "that, and it is left as it is. Create a table that has it, copy the rows and rename it, in a revision of your own."
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
