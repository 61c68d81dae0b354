"""What authors hand over in pieces: a column, a constraint of names, an index without a table, a type, a default."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from limbeck.errors import CannotSpell, DuplicateTable, NoLiteralForm, NoType
from limbeck.model.constraint import Check, Exclude, ExcludeElement, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import ByDatabase, Computed, Identity, SequenceDefault, TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import Name, QualifiedName
from limbeck.model.objects import Domain, Enum, Schema, Sequence
from limbeck.model.sqltext import SqlText
from limbeck.shore import ddl
from limbeck.shore.freeze import Freezer, backend_id

from .dialects import dialect

T = QualifiedName(None, "t")
NAMING = {
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}


@pytest.fixture
def pg() -> Freezer:
    return Freezer(dialect("postgresql"))


def test_a_column_and_what_hangs_on_it(pg: Freezer) -> None:
    given = sa.Column("a", sa.Integer, sa.ForeignKey("s.o.id"), unique=True, index=True)
    column, constraints, indexes = pg.column(given, T, NAMING)
    assert column.name == "a"
    assert constraints == (
        ForeignKey(columns=("a",), referred=QualifiedName("s", "o"), referred_columns=("id",), name="fk_t_a"),
    )
    assert indexes == (Index(name="ix_t_a", unique=True, elements=(IndexElement(column="a"),)),)
    assert given.table is None


def test_a_column_of_a_table_is_copied(pg: Freezer) -> None:
    table = sa.Table("owner", sa.MetaData(), sa.Column("a", sa.Enum("x", name="e"), primary_key=True))
    column, constraints, _ = pg.column(table.c.a, T)
    assert column.type.needs == (QualifiedName(None, "e"),)
    assert constraints == (PrimaryKey(columns=("a",)),)
    assert table.c.a.table is table


def test_constraints_of_names(pg: Freezer) -> None:
    assert pg.constraint(sa.UniqueConstraint("a", "b"), T, NAMING) == Unique(
        columns=("a", "b"), name="uq_t_a"
    )
    assert pg.constraint(sa.PrimaryKeyConstraint("a", name="pk"), T) == PrimaryKey(columns=("a",), name="pk")
    assert pg.constraint(sa.CheckConstraint("a > 1", name="c"), T, NAMING) == Check(
        sql=SqlText("a > 1"), name="ck_t_c"
    )
    foreign = sa.ForeignKeyConstraint(["a"], ["s.o.id"], ondelete="set null", deferrable=True, use_alter=True)
    assert pg.constraint(foreign, T) == ForeignKey(
        columns=("a",),
        referred=QualifiedName("s", "o"),
        referred_columns=("id",),
        on_delete="SET NULL",
        deferrable=True,
    )
    exclude = postgresql.ExcludeConstraint(("a", "="), (sa.text("lower(b)"), "&&"), ops={"a": "int4_ops"})
    assert pg.constraint(exclude, T) == Exclude(
        elements=(
            ExcludeElement(operator="=", column="a", operator_class="int4_ops"),
            ExcludeElement(operator="&&", sql=SqlText("lower(b)")),
        )
    )
    assert exclude.__dict__.get("table") is None


def test_an_index_of_names(pg: Freezer) -> None:
    given = sa.Index(
        "i",
        sa.column("a").desc().nulls_last(),
        sa.text("lower(b)"),
        "c",
        unique=True,
        postgresql_where=sa.column("a") > 5,
        postgresql_include=["d"],
    )
    frozen = pg.index(given, QualifiedName("s", "t"))
    assert frozen == Index(
        name="i",
        unique=True,
        elements=(
            IndexElement(column="a", descending=True, nulls="last"),
            IndexElement(sql=SqlText("lower(b)")),
            IndexElement(column="c"),
        ),
        options=(("postgresql_include", ("d",)), ("postgresql_where", SqlText("a > 5"))),
    )
    assert ddl.create_index(dialect("postgresql"), QualifiedName("s", "t"), frozen).text == (
        "CREATE UNIQUE INDEX i ON s.t (a DESC NULLS LAST, lower(b), c) INCLUDE (d) WHERE a > 5"
    )


def test_operator_classes_follow_the_expression(pg: Freezer) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String))
    given = sa.Index("i", sa.func.lower(table.c.a).label("low"), postgresql_ops={"low": "text_pattern_ops"})
    frozen = pg.index(given, T)
    assert frozen.options == (("postgresql_ops", (("lower(a)", "text_pattern_ops"),)),)
    assert (
        ddl.create_index(dialect("postgresql"), T, frozen).text
        == "CREATE INDEX i ON t (lower(a) text_pattern_ops)"
    )


def test_defaults(pg: Freezer) -> None:
    assert pg.default(None) is None
    assert pg.default("it's") == TextDefault(SqlText("'it''s'"))
    assert pg.default(sa.text("now()")) == TextDefault(SqlText("now()"))
    assert pg.default(sa.literal(5) + 1) == TextDefault(SqlText("5 + 1"))
    assert pg.default(sa.FetchedValue()) == ByDatabase()
    assert pg.default(sa.Computed("a % 2", persisted=True)) == Computed(sql=SqlText("a % 2"), persisted=True)
    assert pg.default(sa.Identity(always=True)) == Identity(always=True)
    assert pg.default(sa.Sequence("s", schema="x")) == SequenceDefault(QualifiedName("x", "s"))
    assert pg.default(sa.Sequence("s").next_value()) == SequenceDefault(QualifiedName(None, "s"))


def test_names_are_final(pg: Freezer) -> None:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_" + "x" * 80})
    table = sa.Table(
        "t", metadata, sa.Column("a", sa.Integer, unique=True), sa.Column(sa.quoted_name("b", True), sa.Text)
    )
    frozen = pg.table(table)
    name = frozen.uniques[0].name
    assert name is not None
    assert len(name) == 60
    assert isinstance(frozen.columns[1].name, Name)
    made = ddl.create_table(dialect("postgresql"), frozen).text
    assert f"CONSTRAINT {name} UNIQUE (a)" in made
    assert '"b" TEXT' in made


def test_former_names(pg: Freezer) -> None:
    column = sa.Column("a", sa.Integer, info={"renamed_from": "old"})
    frozen = pg.table(sa.Table("t", sa.MetaData(), column, info={"renamed_from": "was"}))
    assert (frozen.renamed_from, frozen.columns[0].renamed_from) == ("was", "old")


def test_what_stands_beside_the_tables(pg: Freezer) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("a", postgresql.ARRAY(sa.Enum("x", "y", name="e"))),
        sa.Column("b", sa.Integer, sa.Sequence("n", start=5)),
        sa.Column("c", postgresql.DOMAIN("positive", sa.Integer, check="VALUE > 0")),
        schema="s",
    )
    sa.Sequence("alone", metadata=metadata)
    objects = pg.snapshot(metadata).objects
    assert {k for k, _ in objects} == {"enum", "sequence", "domain", "schema"}
    assert objects["enum", QualifiedName(None, "e")] == Enum(name="e", labels=("x", "y"))
    assert isinstance(objects["sequence", QualifiedName(None, "alone")], Sequence)
    assert isinstance(objects["domain", QualifiedName(None, "positive")], Domain)
    assert objects["schema", QualifiedName(None, "s")] == Schema(name="s")


class TestMistakes:
    def test_a_table_twice(self, pg: Freezer) -> None:
        one, two = sa.MetaData(), sa.MetaData()
        for each in (one, two):
            sa.Table("t", each, sa.Column("a", sa.Integer))
        with pytest.raises(
            DuplicateTable, match="Table t is declared twice: in MetaData number 1 and in MetaData number 2"
        ):
            pg.snapshot(one, two)

    def test_no_type(self, pg: Freezer) -> None:
        with pytest.raises(NoType, match=r"Column t\.a has no type\."):
            pg.column(sa.Column("a", sa.ForeignKey("away.id")), T)

    def test_a_value_without_a_literal_form(self, pg: Freezer) -> None:
        table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.LargeBinary))
        table.append_constraint(sa.CheckConstraint(table.c.a == object(), name="c"))
        with pytest.raises(
            NoLiteralForm, match=r"CHECK c of table t: a value of type \w+ has no literal form"
        ):
            pg.table(table)

    def test_an_unknown_kind_of_constraint(self, pg: Freezer) -> None:
        class Odd(sa.schema.Constraint):
            __visit_name__ = "odd"

        with pytest.raises(CannotSpell, match="says how Odd is written"):
            pg.table(sa.Table("t", sa.MetaData(), Odd(name="o")))


def test_backend_ids() -> None:
    mariadb: Any = backend_id(dialect("mariadb"))
    assert (mariadb.name, mariadb.version, mariadb.variant) == ("mysql", (10, 11, 6), "mariadb")
    assert backend_id(dialect("postgresql")).version == ()


def test_sets_of_other_words_are_other_types() -> None:
    """SQLAlchemy's own key of the two types is the same."""
    freezer = Freezer(mysql.dialect())  # type: ignore[no-untyped-call]
    spelled = [freezer.type(mysql.SET(*words)).spelling for words in (("x", "y"), ("x", "y", "z"))]
    assert spelled == ["SET('x','y')", "SET('x','y','z')"]


def test_a_key_that_create_all_added_afterwards_is_still_there() -> None:
    """SQLAlchemy marks it as not to be spelled in CREATE TABLE."""
    metadata = sa.MetaData()
    a = sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer))
    key = sa.ForeignKeyConstraint(["b"], ["a.id"], use_alter=True, name="fk")
    a.append_constraint(key)
    freezer = Freezer(postgresql.dialect())  # type: ignore[no-untyped-call]
    before = freezer.table(a)
    sa.schema.AddConstraint(key)
    assert freezer.table(a) == before
    assert [c.name for c in before.foreign_keys] == ["fk"]


@pytest.mark.parametrize("name", ["mssql", "oracle", "postgresql"])
def test_an_identity_keeps_its_options(name: str) -> None:
    """SQL Server's dialect spells them although it says that it has none."""
    target = dialect(name)
    table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer, sa.Identity(start=3, increment=2)))
    said = str(sa.schema.CreateTable(table).compile(dialect=target)).strip()
    frozen = Freezer(target).table(table)
    assert ddl.create_table(target, frozen).text == said
    assert isinstance(frozen.columns[0].default, Identity)
    assert ("IDENTITY(3,2)" if name == "mssql" else "START WITH 3") in said
