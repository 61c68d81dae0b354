"""What the reference is known to get wrong, done right by `limbeck` in a project of its own.

Foreign keys that say use_alter, circles of them, JSON defaults, now() and booleans as defaults, schemas, ranges that end
where the database is, `if_not_exists` with indexes, options of `op.add_column`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_seed import Person, created_by_models, facts

import catalog
from conftest import on, on_all
from limbeck.model.column import Column
from limbeck.model.constraint import Unique
from limbeck.model.names import QualifiedName
from limbeck.model.types import Call, TypeRef
from limbeck.ops import operation
from limbeck.source import layout, operations
from servers import Database

MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Hen(Base):
    __tablename__ = "hens"
    id = sa.Column(sa.Integer, primary_key=True)
    from_egg = sa.Column(sa.ForeignKey("eggs.id", name="fk_hens_egg"))


class Egg(Base):
    __tablename__ = "eggs"
    id = sa.Column(sa.Integer, primary_key=True)
    of_hen = sa.Column(sa.ForeignKey("hens.id", name="fk_eggs_hen", use_alter=True))
    facts = sa.Column(sa.JSON, server_default=sa.text("'{}'"))
    laid_at = sa.Column(sa.DateTime, server_default=sa.func.now())
    is_fresh = sa.Column(sa.Boolean, server_default=sa.true(), nullable=False)
    is_sold = sa.Column(sa.Boolean, server_default=sa.false(), nullable=False)
"""
IN_A_SCHEMA = """

class Nest(Base):
    __tablename__ = "nests"
    __table_args__ = {"schema": "yard"}
    id = sa.Column(sa.Integer, primary_key=True)
"""
CIRCLE = {"fk_hens_egg": ("hens", "eggs"), "fk_eggs_hen": ("eggs", "hens")}


def keys(database: Database) -> dict[str | None, tuple[str, str]]:
    inspector = sa.inspect(database.engine())
    names = ("hens", "eggs")
    return {
        key["name"]: (table, key["referred_table"])
        for table in names
        for key in inspector.get_foreign_keys(table)
    }


@pytest.mark.slow
@on_all
def test_circles_and_defaults(database: Database, tmp_path: Path) -> None:
    """One file for all of it, which runs, makes what create_all makes, is found equal, and goes back."""
    wanted = created_by_models(database, MODELS) if database.kind != "sqlite" else None
    person = Person(tmp_path, database.url)
    person.writes(MODELS)
    person.types("init")
    person.types("revision", "--autogenerate", "-m", "hens and eggs")
    person.types("upgrade", "head")
    assert keys(database) == CIRCLE
    if wanted is not None:
        assert catalog.difference(wanted, facts(database)) == ""
    assert "Nothing differs" in person.types("revision", "--autogenerate", "-m", "again")
    person.types("downgrade", "base")
    assert set(sa.inspect(database.engine()).get_table_names()) <= {"alembic_version"}


@pytest.mark.slow
@on("postgresql")
def test_a_new_schema_is_made(database: Database, tmp_path: Path) -> None:
    person = Person(tmp_path, database.url)
    person.writes(MODELS + IN_A_SCHEMA)
    person.types("init")
    person.types("revision", "--autogenerate", "-m", "a yard")
    person.types("upgrade", "head")
    assert sa.inspect(database.engine()).get_table_names(schema="yard") == ["nests"]
    assert "Nothing differs" in person.types("revision", "--autogenerate", "-m", "again")


REVISION = """\
from limbeck import op
import sqlalchemy as sa

revision = {name!r}
down_revision = {down!r}


def upgrade():
    {up}


def downgrade():
    pass
"""


def history(person: Person, *ups: str) -> None:
    person.types("init")
    versions = person.folder / "migrations"
    for number, up in enumerate(ups, 1):
        text = REVISION.format(name=f"a{number}", down=f"a{number - 1}" if number > 1 else None, up=up)
        (versions / f"a{number}.py").write_text(text, encoding="utf-8")


@pytest.mark.slow
@on_all
def test_written_by_hand(database: Database, tmp_path: Path) -> None:
    """`use_alter` inside create_table is no order to forget the key; a second run of "if not there" is no failure."""
    person = Person(tmp_path, database.url)
    person.writes(MODELS)
    name = "sa.Column('name', sa.String(20))"
    shop = f"op.create_table('shops', sa.Column('id', sa.Integer, primary_key=True), {name})"
    later = "sa.Column('shop', sa.Integer, sa.ForeignKey('shops.id', name='fk_shop', use_alter=True))"
    table = f"op.create_table('sales', {later}, {name}, sa.Index('ix_name', 'name'), if_not_exists=True)"
    history(person, shop, table, table)
    person.types("upgrade", "head")
    inspector = sa.inspect(database.engine())
    assert [key["name"] for key in inspector.get_foreign_keys("sales")] == ["fk_shop"]
    assert "ix_name" in [index["name"] for index in inspector.get_indexes("sales")]


@pytest.mark.slow
@on("sqlite")
def test_a_range_that_ends_where_the_database_is(database: Database, tmp_path: Path) -> None:
    person = Person(tmp_path, database.url)
    person.writes(MODELS)
    history(person, *["pass"] * 5)
    person.types("upgrade", "a3")
    told = person.types("history", "-r", "-3:current")
    assert re.findall(r"\ba\d\b", told)[:1] == ["a3"] and "a4" not in told and "a5" not in told
    person.types("upgrade", "head")
    assert "a5" in person.types("history", "-r-3:current")


def test_options_of_a_new_column_are_written() -> None:
    type_ = TypeRef("INTEGER", python=Call("sa.Integer"))
    added = operation("add_column")(
        table=QualifiedName(None, "t"),
        column=Column(name="x", type=type_),
        inline=(Unique(columns=("x",)),),
        if_not_exists=True,
    )
    written = layout.text(operations.call(added))
    assert "if_not_exists=True" in written and 'sa.UniqueConstraint("x")' in written
