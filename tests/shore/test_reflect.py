"""What was frozen and made on a real server is read back: names, columns, keys, constraints and indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.model.constraint import Constraint, ForeignKey
from limbeck.model.defaults import Identity
from limbeck.model.marks import is_known
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.shore import ddl, reflect
from limbeck.shore.channel import LiveChannel
from limbeck.shore.freeze import Freezer
from servers import Database


def school() -> Any:
    metadata = sa.MetaData()
    sa.Table(
        "school",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.UniqueConstraint("name", name="uq_school"),
    )
    pupil = sa.Table(
        "pu pil",
        metadata,
        sa.Column("school_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("Half%", sa.Numeric(10, 2)),
        sa.Column("word", sa.String(9), server_default="it's"),
        sa.Column("double", sa.Integer, sa.Computed("number * 2", persisted=True)),
        sa.PrimaryKeyConstraint("school_id", "number", name="pk_pupil"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_pupil", ondelete="CASCADE"),
        sa.CheckConstraint("number > 5", name="ck_number"),
    )
    sa.Index("ix_words", pupil.c.word, pupil.c["Half%"], unique=True)
    sa.Index("ix_number", pupil.c.number)
    return metadata


def make(connection: Any, metadata: Any) -> Snapshot:
    frozen = Freezer(connection.dialect).snapshot(metadata)
    channel = LiveChannel(connection)
    for table in frozen.tables.values():
        channel.run(ddl.create_table(connection.dialect, table))
        for index in table.indexes:
            channel.run(ddl.create_index(connection.dialect, table.key, index))
    return frozen


def shape(table: Table) -> Any:
    """What does not depend on how the server puts it."""
    return {
        "columns": [(c.name, c.nullable, c.autoincrement, type(c.default)) for c in table.columns],
        "key": table.primary_key and table.primary_key.columns,
        "constraints": sorted(map(_constraint, (*table.foreign_keys, *table.checks)), key=repr),
        "indexes": {(i.name, i.elements) for i in table.indexes if not i.unique and i.name != "fk_pupil"},
        # MariaDB knows no difference between these two
        "uniques": {(u.name, u.columns) for u in (*table.uniques, *(i for i in table.indexes if i.unique))},
    }


def _constraint(value: Constraint) -> Any:
    if isinstance(value, ForeignKey):
        return replace(value, source=None)
    return (value.kind, value.name, getattr(value, "columns", None))


def test_what_was_made_is_read_back(database: Database) -> None:
    with database.engine().begin() as connection:
        frozen = make(connection, school())
        found = reflect.read(connection)
    assert found.stored
    assert not found.partial
    assert found.backend == frozen.backend
    assert found.tables.keys() == frozen.tables.keys()
    for key, table in frozen.tables.items():
        assert shape(found.tables[key]) == shape(table)
        assert all(is_known(c.type) for c in found.tables[key].columns)


def test_what_is_read_can_be_made_again(database: Database) -> None:
    """The spelled text of what was read makes the same on an empty database."""
    with database.engine().begin() as connection:
        make(connection, school())
        found = reflect.read(connection)
        for name in ("pu pil", "school"):
            LiveChannel(connection).run(ddl.drop_table(connection.dialect, QualifiedName(None, name)))
        for name in ("school", "pu pil"):
            table = found.tables[QualifiedName(None, name)]
            LiveChannel(connection).run(ddl.create_table(connection.dialect, table))
            for index in table.indexes:
                LiveChannel(connection).run(ddl.create_index(connection.dialect, table.key, index))
        again = reflect.read(connection)
    assert again == found


def test_only_some_tables(database: Database) -> None:
    with database.engine().begin() as connection:
        make(connection, school())
        name, away = QualifiedName(None, "school"), QualifiedName(None, "away")
        found = reflect.read(connection, only=[name, away])
    assert set(found.tables) == {name}
    assert found.partial


def test_the_number_of_queries_does_not_grow_with_the_tables(postgresql: Database) -> None:
    engine = postgresql.engine()
    counts = []
    with engine.begin() as connection:
        reflect.read(connection)  # SQLAlchemy asks some things once for an engine
    for total in (3, 30):
        metadata = sa.MetaData()
        for n in range(total):
            sa.Table(
                f"t{total}_{n}",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Text, index=True),
            )
        with engine.begin() as connection:
            make(connection, metadata)
            asked: list[str] = []
            sa.event.listen(connection, "before_cursor_execute", lambda *a, asked=asked: asked.append(a[2]))
            found = reflect.read(connection)
        assert len(found.tables) >= total
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


def test_several_schemas_enums_sequences(postgresql: Database) -> None:
    metadata = sa.MetaData(schema="far")
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("e", sa.Enum("x", "y", name="e", schema="far")),
    )
    sa.Table("near", sa.MetaData(), sa.Column("i", sa.BigInteger, sa.Identity(always=True), primary_key=True))
    with postgresql.engine().begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA far")
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TABLE near (i BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY)")
        found = reflect.read(connection, schemas=(None, "far"))
    assert set(found.tables) == {QualifiedName("far", "t"), QualifiedName(None, "near")}
    assert isinstance(found.tables[QualifiedName(None, "near")].columns[0].default, Identity)
    enum = found.tables[QualifiedName("far", "t")].columns[1].type
    assert (enum.spelling, enum.needs) == ("far.e", (QualifiedName("far", "e"),))
    assert ("enum", QualifiedName("far", "e")) in found.objects
    assert ("schema", QualifiedName(None, "far")) in found.objects


def test_a_type_that_nobody_knows_is_unknown(postgresql: Database) -> None:
    with postgresql.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a int, b point)")
        found = reflect.read(connection)
    column = found.tables[QualifiedName(None, "t")].columns[1]
    assert not is_known(column.type)


@pytest.mark.parametrize(
    "text", ["CREATE TABLE t (a integer CHECK (a % 2 = 0), b text DEFAULT ':x %s %(y)s')"]
)
def test_text_reaches_every_driver_as_it_stands(database: Database, text: str) -> None:
    from limbeck.model.statement import Statement

    if database.kind == "mariadb":
        text = text.replace("text", "varchar(99)")
    with database.engine().begin() as connection:
        LiveChannel(connection).run(Statement(text))
        connection.exec_driver_sql("INSERT INTO t (a) VALUES (2)")
        assert connection.exec_driver_sql("SELECT b FROM t").scalar() == ":x %s %(y)s"
