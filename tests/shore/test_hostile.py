"""Two users who bend SQLAlchemy: a spatial type with its own @compiles and events, and a third-party dialect."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.sql.compiler import DDLCompiler

from limbeck.errors import CannotSpell
from limbeck.model import json
from limbeck.model.constraint import Other
from limbeck.model.names import QualifiedName
from limbeck.model.types import Call
from limbeck.shore import ddl, thaw
from limbeck.shore.channel import ScriptChannel
from limbeck.shore.freeze import Freezer

from .dialects import NAMES, dialect
from .test_law import own_text

T = QualifiedName(None, "t")


class TestSpatial:
    """GeoAlchemy2 adds an index when a table gets a column, and spells its types anew for each database."""

    COMPILES: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def geo(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """GeoAlchemy2, with its own spelling of Computed while the test lasts: that forgets what is persisted on MySQL, and
        would hold for every other test of this process."""
        names = ("_compiler_dispatch", "_compiler_dispatcher")
        before = {name: vars(sa.Computed).get(name) for name in names}
        geo = pytest.importorskip("geoalchemy2", reason="GeoAlchemy2 is not installed here")
        if not self.COMPILES:
            self.COMPILES.update({name: vars(sa.Computed)[name] for name in names})
            for name, value in before.items():
                delattr(sa.Computed, name) if value is None else setattr(sa.Computed, name, value)
        for name, value in self.COMPILES.items():
            monkeypatch.setattr(sa.Computed, name, value, raising=False)
        return geo

    @pytest.fixture
    def lake(self, geo: Any) -> Any:
        return sa.Table(
            "lake",
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("geom", geo.Geometry("POLYGON", srid=4326)),
            sa.Column("point", geo.Geometry("POINT", nullable=False, spatial_index=False)),
        )

    @pytest.mark.parametrize("name", ["sqlite", "postgresql", "mysql"])
    def test_the_law_holds(self, lake: Any, name: str) -> None:
        frozen = Freezer(dialect(name)).table(lake)
        assert ddl.create_table(dialect(name), frozen).text == ddl.text(dialect(name), CreateTable(lake))

    def test_its_listeners_add_nothing_to_what_a_value_says(self, lake: Any) -> None:
        frozen = Freezer(dialect("postgresql")).table(lake)
        assert [i.name for i in frozen.indexes] == ["idx_lake_geom"]
        assert [i.name for i in thaw.table(frozen).indexes] == ["idx_lake_geom"]
        assert not thaw.table(frozen.without_index("idx_lake_geom")).indexes

    def test_its_python_is_short(self, lake: Any) -> None:
        frozen = Freezer(dialect("postgresql")).table(lake)
        assert frozen.columns[1].type.python == Call(
            "geoalchemy2.Geometry",
            (),
            (("geometry_type", "POLYGON"), ("srid", 4326)),
            ("import geoalchemy2",),
        )

    @pytest.mark.usefixtures("lake")
    @pytest.mark.parametrize("name", ["mysql", "mariadb", "mssql", "postgresql"])
    def test_a_value_in_a_computed_column_is_written_where_it_leaves_it_open(self, name: str) -> None:
        """It spells Computed anew for MySQL and MariaDB, and forgets that DDL takes no parameters."""
        table = sa.Table(
            "t",
            sa.MetaData(),
            sa.Column("a", sa.Integer),
            sa.Column("next", sa.Integer, sa.Computed(sa.column("a") + 1, persisted=True)),
        )
        text = ddl.create_table(dialect(name), Freezer(dialect(name)).table(table)).text
        assert "(a + 1)" in text
        assert text == own_text(CreateTable(table), name)

    def test_its_listeners_write_their_part_into_a_script(self, lake: Any) -> None:
        """On SQLite it makes plain columns and lets SpatiaLite take them over."""
        written: list[str] = []
        channel = ScriptChannel(dialect("sqlite"), written.append)
        channel.run(ddl.create_table(dialect("sqlite"), Freezer(dialect("sqlite")).table(lake)))
        script = "".join(written)
        assert "CREATE TABLE lake" in script
        assert "geometry(POLYGON,4326)" not in script
        assert "SELECT RecoverGeometryColumn('lake', 'geom', 4326, 'POLYGON', 'XY')" in script


class TestThirdPartyDialect:
    """CockroachDB's dialect, not connected."""

    @pytest.fixture
    def cockroach(self) -> Any:
        reason = "sqlalchemy-cockroachdb is not installed here (it wants SQLAlchemy 2.0)"
        return pytest.importorskip(
            "sqlalchemy_cockroachdb.psycopg2", reason=reason
        ).CockroachDBDialect_psycopg2()

    def test_the_law_holds(self, cockroach: Any) -> None:
        table = sa.Table(
            "t",
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("kind", sa.Enum("a", "b", name="kind")),
            sa.Column("half", sa.Numeric(10, 2), sa.Computed("id % 2", persisted=True)),
            sa.Column("word", sa.String(5), sa.CheckConstraint("word <> '%'"), unique=True, index=True),
            sa.Column("number", sa.BigInteger, sa.Identity()),
        )
        frozen = Freezer(cockroach).table(table)
        assert frozen.columns[0].autoincrement
        assert ddl.create_table(cockroach, frozen).text == ddl.text(cockroach, CreateTable(table))


class Marked(sa.types.UserDefinedType[Any]):
    cache_ok = True


@compiles(Marked)
def _marked(element: Any, compiler: Any, **words: Any) -> str:
    """Only in its column does it know how it is called."""
    return f"MARKED_{words['type_expression'].name.upper()}"


@compiles(CreateColumn)
def _no_system_columns(element: Any, compiler: Any, **words: Any) -> Any:
    """As the SQLAlchemy manual shows: what a user writes into `info` is read when the column is spelled."""
    if element.element.info.get("left out"):
        return None
    return compiler.visit_create_column(element, **words)


@pytest.mark.parametrize("name", NAMES)
def test_users_own_compilers_are_asked(name: str) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("a", Marked()),
        sa.Column("b", sa.Integer, info={"left out": True}),
        sa.Column("c", sa.Integer),
    )
    statement = ddl.create_table(dialect(name), Freezer(dialect(name)).table(table))
    assert statement.text == ddl.text(dialect(name), CreateTable(table))
    assert "MARKED_A" in statement.text
    assert "b INTEGER" not in statement.text


class Period(sa.schema.ColumnCollectionConstraint):
    """A user's own kind: PostgreSQL 18's keys over time."""


@compiles(Period)
def _nothing(element: Any, compiler: Any, **words: Any) -> str:
    return ""


@compiles(Period, "postgresql")
@compiles(Period, "sqlite")
def _period(element: Any, compiler: Any, **words: Any) -> str:
    names = ", ".join(compiler.preparer.format_column(c) for c in element.columns)
    return f"CONSTRAINT {compiler.preparer.format_constraint(element)} UNIQUE ({names} /* 100% */)"


class Positive(sa.CheckConstraint):
    """A user's own CHECK that writes itself."""


@compiles(Positive)
def _positive(element: Any, compiler: Any, **words: Any) -> str:
    return compiler.visit_check_constraint(element) + " /* positive */"


class Mute(sa.schema.Constraint):
    """One that nobody can spell."""

    __visit_name__ = "mute"


def owned(*constraints: Any) -> Any:
    return sa.Table(
        "t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("order", sa.Integer), *constraints
    )


class TestOwnConstraints:
    """A class of a third party goes along with what it writes."""

    @pytest.mark.parametrize("name", NAMES)
    def test_the_law_holds(self, name: str) -> None:
        table = owned(Period("a", "order", name="p"), Positive("a > 0", name="pos"), sa.UniqueConstraint("a"))
        frozen = Freezer(dialect(name)).table(table)
        wanted = own_text(CreateTable(table), name)
        if name not in (
            "postgresql",
            "psycopg",
            "sqlite",
        ):  # SQLAlchemy leaves the comma of what says nothing
            wanted = wanted.replace("\t, \n", "")
        assert ddl.create_table(dialect(name), frozen).text == wanted
        assert ddl.create_table(dialect(name), json.loads(json.dumps(frozen))).text == wanted
        assert "/* positive */" in wanted

    def test_it_is_added_and_told(self) -> None:
        frozen = Freezer(dialect("postgresql")).constraint(Period("a", "order", name="p"), T)
        assert frozen == Other(
            text='CONSTRAINT p UNIQUE (a, "order" /* 100% */)', name="p", columns=("a", "order")
        )
        assert ddl.add_constraint(dialect("psycopg"), T, frozen).text == f"ALTER TABLE t ADD {frozen.text}"

    def test_one_that_nobody_can_spell_is_an_error_that_names_it(self) -> None:
        with pytest.raises(CannotSpell, match=r"^Mute m of table t cannot be spelled for postgresql: "):
            Freezer(dialect("postgresql")).table(owned(Mute(name="m")))


class Engine(sa.schema.SchemaItem):
    """As ClickHouse's dialect has it: an item of the table that hangs itself on it, and its compiler looks there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _set_parent(self, parent: Any, **_: Any) -> None:
        parent.engine = self


class EngineCompiler(DDLCompiler):
    def post_create_table(self, table: Any) -> str:
        return f" ENGINE = {table.engine.name}"


def test_what_a_third_party_hangs_on_a_table_goes_along() -> None:
    made = DefaultDialect()
    made.ddl_compiler = EngineCompiler
    table = owned(Engine("MergeTree"))
    text = ddl.create_table(made, Freezer(made).table(table)).text
    assert text.endswith(") ENGINE = MergeTree")
    assert text == str(CreateTable(table).compile(dialect=made)).strip()
