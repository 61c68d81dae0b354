"""A rename where the name stands in many places: checks, computed columns, keys of other tables, schemas, odd names."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from comparing import Here, Make

import catalog
from conftest import on, on_all
from limbeck.commands.questions import LEAVE
from limbeck.errors import OpenQuestions
from servers import Database


@pytest.fixture
def here(database: Database) -> Here:
    return Here(database)


def there_and_back(here: Here, first: Make, second: Make, *rows: str, **answers: Any) -> list[str]:
    """Up, nothing more to do, down, and the catalog is what it was. What was done, in words."""
    here.stands(first, *rows)
    before = here.facts()
    found = here.compares(second, **answers)
    here.runs(found.upgrade)
    assert here.told(here.compares(second, say=LEAVE)) == []
    assert here.asked == []
    here.runs(found.downgrade)
    assert catalog.difference(before, here.facts()) == ""
    here.runs(found.upgrade)
    return here.told(found)


@on_all
def test_a_check_over_it(here: Here) -> None:
    def table(name: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(name, sa.Integer),
                sa.Column("most", sa.Integer),
                sa.CheckConstraint(f"{name} < most", name="ck_size"),
            )

        return make

    said = {"t.size": "length"}
    told = there_and_back(here, table("size"), table("length"), "INSERT INTO t VALUES (1, 2, 3)", say=said)
    assert told == ["rename column t.size to length"]
    assert here.rows("SELECT id, length, most FROM t") == [(1, 2, 3)]


@on_all
def test_a_computed_column_of_it(here: Here) -> None:
    def table(name: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(name, sa.Integer),
                sa.Column("twice", sa.Integer, sa.Computed(f"{name} * 2", persisted=True)),
            )

        return make

    row = "INSERT INTO t (id, size) VALUES (1, 2)"
    there_and_back(here, table("size"), table("length"), row, say={"t.size": "length"})
    assert here.rows("SELECT id, length, twice FROM t") == [(1, 2, 4)]


@on_all
def test_a_primary_key_that_others_refer_to(here: Here) -> None:
    def tables(name: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column(name, sa.Integer, primary_key=True),
                sa.Column("parent", sa.Integer, sa.ForeignKey(f"t.{name}", name="fk_parent")),
            )
            sa.Table(
                "u",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("t", sa.Integer, sa.ForeignKey(f"t.{name}", name="fk_t", ondelete="CASCADE")),
            )

        return make

    rows = ("INSERT INTO t VALUES (1, NULL)", "INSERT INTO t VALUES (2, 1)", "INSERT INTO u VALUES (1, 2)")
    told = there_and_back(here, tables("nr"), tables("number"), *rows, say={"t.nr": "number"})
    assert [line for line in told if not line.startswith("execute ")] == ["rename column t.nr to number"]
    assert here.rows("SELECT number, parent FROM t ORDER BY number") == [(1, None), (2, 1)]
    assert here.rows("SELECT t FROM u") == [(2,)]


@on_all
def test_a_table_that_refers_to_itself_and_odd_names(here: Here) -> None:
    def table(name: str, column: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                name,
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(column, sa.String(20), nullable=False),
                sa.Column("by", sa.Integer, sa.ForeignKey(f"{name}.id", name="fk_by")),
            )

        return make

    first, second = table("Old Items", "the.name"), table("New Items", "The Name")
    row = {
        "mariadb": "INSERT INTO `Old Items` VALUES (1, 'a', 1)",
    }.get(here.kind, "INSERT INTO \"Old Items\" VALUES (1, 'a', 1)")
    said = {"Old Items": "New Items", "New Items.the.name": "The Name"}
    there_and_back(here, first, second, row, say=said)
    query = 'SELECT "The Name" FROM "New Items"'
    assert here.rows(query.replace('"', "`") if here.kind == "mariadb" else query) == [("a",)]
    here.database.empty()
    ahead = (("Old Items", "New Items"), ("Old Items.the.name", "Old Items.The Name"))
    there_and_back(here, first, second, row, renames=ahead)


@on("postgresql", "mariadb")
def test_in_another_schema(here: Here) -> None:
    def table(column: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(
                "t",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(column, sa.String(20)),
                sa.Column("gone" if column == "mail" else "id2", sa.Integer),
                schema="app_q",
            )

        return make

    here.does("CREATE SCHEMA app_q")
    try:
        here.stands(table("mail"), "INSERT INTO app_q.t VALUES (1, 'a', 2)")
        with pytest.raises(OpenQuestions) as raised:
            here.compares(table("email"))
        assert raised.value.options == (
            "--rename app_q.t.mail=app_q.t.email or --drop app_q.t.mail",
            "--rename app_q.t.gone=app_q.t.id2 or --drop app_q.t.gone",
        )
        said = (("app_q.t.mail", "email"), ("app_q.t.gone", ""))
        here.runs(here.compares(table("email"), renames=said, accept_loss=True).upgrade)
        assert here.rows("SELECT id, email, id2 FROM app_q.t") == [(1, "a", None)]
    finally:
        here.does("DROP SCHEMA app_q CASCADE" if here.kind == "postgresql" else "DROP SCHEMA app_q")


def test_a_schema_is_renamed_only_when_said(postgresql: Database) -> None:
    here = Here(postgresql)

    def tables(schema: str, column: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            metadata.schema = schema
            kind = sa.Enum("a", "b", name="kind", metadata=metadata)
            sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column(column, kind))
            sa.Table(
                "u",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("t", sa.ForeignKey(f"{schema}.t.id")),
            )

        return make

    here.does("CREATE SCHEMA app")
    here.stands(tables("app", "k"), "INSERT INTO app.t VALUES (1, 'a')", "INSERT INTO app.u VALUES (1, 1)")
    before = here.facts()
    assert "rename schema app to shop" not in here.told(here.compares(tables("shop", "k"), say=LEAVE))
    said = (("app", "shop"), ("shop.t.k", "kind"))
    found = here.compares(tables("shop", "kind"), renames=said)
    assert here.told(found) == ["rename schema app to shop", "rename column shop.t.k to kind"]
    here.runs(found.upgrade)
    assert here.rows("SELECT id, kind FROM shop.t") == [(1, "a")]
    assert here.told(here.compares(tables("shop", "kind"))) == []
    here.runs(found.downgrade)
    assert catalog.difference(before, here.facts()) == ""


def test_a_sequence_takes_the_new_name(postgresql: Database) -> None:
    here = Here(postgresql)

    def table(name: str, column: str) -> Make:
        def make(metadata: sa.MetaData) -> None:
            sa.Table(name, metadata, sa.Column(column, sa.Integer, primary_key=True), sa.Column("v", sa.Text))

        return make

    first, second = table("items", "id"), table("goods", "nr")
    there_and_back(here, first, second, renames=(("items", "goods"), ("items.id", "nr")))
    assert here.rows("SELECT relname FROM pg_class WHERE relkind = 'S'") == [("goods_nr_seq",)]


def test_what_may_not_be_read_is_taken_to_have_rows(postgresql: Database) -> None:
    from limbeck.backends import backend_for
    from limbeck.commands.rows import Rows
    from limbeck.diff.renamed import Renames
    from limbeck.model.names import QualifiedName

    here = Here(postgresql)
    here.does("CREATE TABLE secret (id integer, v text)")
    here.does("DROP ROLE IF EXISTS limbeck_reader", "CREATE ROLE limbeck_reader")
    name = QualifiedName(None, "secret")
    try:
        with postgresql.engine().connect() as connection:
            backend = backend_for(connection.dialect)
            rows = Rows(connection, backend, backend.read(connection), Renames())
            assert (rows.any(name), rows.any_value(name, "v")) == (False, False)
            connection.exec_driver_sql("SET ROLE limbeck_reader")
            assert (rows.any(name), rows.any_value(name, "v")) == (True, True)
            connection.exec_driver_sql("RESET ROLE")
    finally:
        here.does("DROP ROLE limbeck_reader")
