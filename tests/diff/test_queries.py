"""Comparing with nothing to do asks a number of questions that the size of the schema does not change."""

from __future__ import annotations

import sqlalchemy as sa

from conftest import on
from limbeck.commands.autogenerate import Scope, compare
from limbeck.judge import memory
from servers import Database


def models(tables: int, schemas: tuple[str | None, ...] = (None,)) -> sa.MetaData:
    """Tables as applications have them; each schema has an enum of its own."""
    metadata = sa.MetaData()
    for schema in schemas:
        kind = sa.Enum("a", "b", name="kind", schema=schema, metadata=metadata)
        for number in range(tables):
            table = sa.Table(
                f"t{number}",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(50), nullable=False, server_default="it's", comment="a name"),
                sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("0")),
                sa.Column("kind", kind, server_default="a"),
                sa.Column("made", sa.DateTime(), server_default=sa.func.now()),
                sa.Column(
                    "up_id", sa.ForeignKey(f"{schema + '.' if schema else ''}t0.id", name=f"fk{number}")
                ),
                sa.CheckConstraint("price >= 0 AND price < 1000", name=f"ck{number}"),
                schema=schema,
            )
            sa.Index(f"ix{number}", table.c.name, table.c.price)
    return metadata


def queries(database: Database, metadata: sa.MetaData) -> int:
    """How many a comparison takes that finds nothing."""
    asked = []
    memory.forget()
    with database.engine().connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        found = compare(connection, "", [metadata], Scope(lambda _: False))
    assert [o.describe() for o in found.upgrade] == []
    assert found.as_text == {}
    return len(asked)


def built(database: Database, metadata: sa.MetaData) -> sa.MetaData:
    with database.engine().begin() as connection:
        for schema in sorted({t.schema for t in metadata.tables.values() if t.schema}):
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        metadata.create_all(connection)
    return metadata


@on("sqlite", "postgresql")
def test_their_number_is_that_of_no_table_and_no_column(database: Database) -> None:
    few = queries(database, built(database, models(3)))
    database.empty()
    many = queries(database, built(database, models(25)))
    assert few == many < 50


@on("postgresql")
def test_their_number_is_that_of_no_schema(database: Database) -> None:
    few = queries(database, built(database, models(3, ("a", "b"))))
    database.empty()
    many = queries(database, built(database, models(3, ("a", "b", "c", "d", "e", "f"))))
    assert few == many < 50


@on("mariadb")
def test_mariadb_is_asked_once_for_each_table(database: Database) -> None:
    """SHOW CREATE TABLE is the only thing that shows what that server wrote."""
    few = queries(database, built(database, models(3)))
    database.empty()
    many = queries(database, built(database, models(25)))
    assert many - few == 22
