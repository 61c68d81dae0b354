"""Single causes that random pairs once found, each as the smallest pair of models, there and back on the real databases.

The laws are those of tests/converge: what is built by create_all is found unchanged, the upgrade gives the second models'
catalog, a second autogenerate is empty, and the way back gives the first catalog.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from mending import (
    Written,
    found_with_answers,
    identifier,
    lines,
    looked_at,
    models,
    there_and_back,
)
from sqlalchemy.dialects import mysql, postgresql

import catalog
from conftest import on
from limbeck.commands import autogenerate
from servers import Database

OLD = sa.__version__.startswith("2.0.")
NO_STORAGE = "SQLAlchemy 2.0 has no storage parameters of tables"
STORAGE = pytest.mark.skipif(OLD, reason=NO_STORAGE)


@on("mariadb")
def test_an_index_that_two_keys_share_goes_once(database: Database) -> None:
    target = ("a", identifier())

    def keys() -> Iterator[sa.ForeignKeyConstraint]:
        yield sa.ForeignKeyConstraint(["n"], ["a.id"], name="one", use_alter=True)
        yield sa.ForeignKeyConstraint(["n"], ["a.id"], name="two", use_alter=True)

    have = models(target, ("b", identifier(), sa.Column("n", sa.Integer)))
    want = models(("a", identifier()), ("b", identifier(), sa.Column("n", sa.Integer), *keys()))
    assert len(there_and_back(database, have, want, any_names=True)) == 2


@on("mariadb")
def test_an_index_of_a_key_that_is_served_elsewhere_is_an_index_like_any(database: Database) -> None:
    key = sa.ForeignKeyConstraint(["id"], ["a.id"], name="fk")
    have = models(("a", identifier()), ("b", identifier(), sa.Index("ix", "id")))
    want = models(("a", identifier()), ("b", identifier(), key))
    assert "drop index ix on b" in there_and_back(database, have, want)


@on("mariadb", "sqlite")
def test_a_key_that_goes_for_a_moment_comes_back_under_its_new_name(database: Database) -> None:
    def both(name: str, *more: Any) -> sa.MetaData:
        a = ("a", sa.Column("n", sa.String(20)), sa.UniqueConstraint("n"), *more)
        key = sa.ForeignKeyConstraint(["n"], ["a.n"], name=name)
        return models(a, ("b", sa.Column("n", sa.String(20)), key))

    there_and_back(database, both("old", sa.Index("ix", "n", unique=True)), both("new"))


@on("postgresql", "mariadb", "sqlite")
def test_a_key_goes_behind_all_that_refer_to_it(database: Database) -> None:
    def keys(name: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(["m"], ["a.id"], name=name)

    def columns(key: bool) -> tuple[Any, ...]:
        plain = sa.Column("id", sa.Integer, primary_key=key, autoincrement=False, nullable=False)
        return plain, sa.Column("m", sa.Integer), sa.Column("o", sa.Integer)

    have = models(("a", *columns(True), keys("fk_a")), ("b", identifier(), columns(True)[1], keys("fk_b")))
    want = models(("a", *columns(False)[:2]), ("b", identifier(), columns(True)[1]))
    there_and_back(database, have, want, any_names=True)


@on("postgresql", "mariadb", "sqlite")
def test_a_new_table_refers_to_what_becomes_unique(database: Database) -> None:
    def a(*more: Any) -> tuple[Any, ...]:
        return ("a", identifier(), sa.Column("n", sa.Integer), *more)

    child = (
        "b",
        identifier(),
        sa.Column("n", sa.Integer),
        sa.ForeignKeyConstraint(["n"], ["a.n"], name="fk"),
    )
    want = models(a(sa.UniqueConstraint("n", name="uq")), child)
    there_and_back(database, models(a()), want)


@on("postgresql", "mariadb", "sqlite")
def test_computed_columns_go_before_what_they_are_computed_from(database: Database) -> None:
    computed = sa.Column("twice", sa.Integer, sa.Computed("n * 2", persisted=True))
    have = models(("t", identifier(), sa.Column("n", sa.Integer), computed))
    there_and_back(database, have, models(("t", identifier())))


@on("sqlite")
def test_a_default_that_is_an_expression_stands_in_parentheses(database: Database) -> None:
    have = models(("t", identifier(), sa.Column("n", sa.String(20))))
    want = models(("t", identifier(), sa.Column("n", sa.String(20), server_default=sa.func.lower("X"))))
    there_and_back(database, have, want)


@on("postgresql")
def test_a_default_goes_over_with_its_type(database: Database) -> None:
    def table(items: Any) -> sa.MetaData:
        return models(("t", identifier(), sa.Column("n", sa.ARRAY(items), server_default="{}")))

    there_and_back(database, table(sa.BigInteger()), table(sa.SmallInteger()))


@on("postgresql")
def test_an_identity_that_counts_down(database: Database) -> None:
    up, down = sa.Identity(start=10, increment=5), sa.Identity(always=True, start=-1, increment=-1)
    there_and_back(database, models(("t", identifier(up))), models(("t", identifier(down))))


@on("postgresql", "mariadb")
@pytest.mark.parametrize(
    "options",
    [
        {"start": 10, "increment": 5},
        {"minvalue": 3, "maxvalue": 1000, "cycle": True},
        {"increment": -1},
        {"cache": 7},
    ],
    ids=str,
)
def test_sequences(database: Database, options: dict[str, Any]) -> None:
    told = there_and_back(database, models(sequence={}), models(sequence=options))
    assert told == ["alter sequence numbers"]


@on("postgresql", "mariadb")
def test_a_sequence_that_turns_into_other_bounds(database: Database) -> None:
    up, down = {"minvalue": 3, "maxvalue": 1000, "cycle": True}, {"increment": -1}
    there_and_back(database, models(sequence=up), models(sequence=down))
    database.empty()
    there_and_back(database, models(sequence=down), models(sequence=up))


@on("postgresql", "mariadb")
def test_a_sequence_comes_with_the_column_that_it_numbers(database: Database) -> None:
    want = models(sequence={"start": 5})
    number = sa.Column("n", sa.BigInteger, server_default=sa.Sequence("numbers").next_value())
    sa.Table("t", want, identifier(), number)
    there_and_back(database, models(("t", identifier())), want)


@on("postgresql")
def test_what_was_not_checked_is_checked(database: Database) -> None:
    """NOT VALID says how a constraint is added: where the models no longer say it, the rows are looked at."""
    engine = database.engine()
    want = models(("t", identifier(), sa.CheckConstraint("id > 0", name="positive")))
    models(("t", identifier())).create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0) NOT VALID")
    tool = Written("postgresql")
    unchecked = models(
        ("t", identifier(), sa.CheckConstraint("id > 0", name="positive", postgresql_not_valid=True))
    )
    assert lines(tool, engine, unchecked) == []
    assert lines(tool, engine, want) == ["validate constraint positive on t"]


@on("postgresql")
def test_partitions_and_what_belongs_to_extensions_are_left_alone(database: Database) -> None:
    whole = ("t", sa.Column("n", sa.Integer), {"postgresql_partition_by": "RANGE (n)"})
    engine = database.engine()
    want = models(whole)
    want.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (1) TO (9)")
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.exec_driver_sql("CREATE TABLE of_extension (n integer)")
        connection.exec_driver_sql("ALTER EXTENSION pg_stat_statements ADD TABLE of_extension")
    assert lines(Written("postgresql"), engine, want) == []


@on("postgresql")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param({}, {"postgresql_with": {"fillfactor": 70}}, marks=STORAGE),
        pytest.param(
            {"postgresql_with": {"fillfactor": 70}},
            {"postgresql_with": {"autovacuum_enabled": False}},
            marks=STORAGE,
        ),
        ({}, {"prefixes": ["UNLOGGED"]}),
    ],
    ids=str,
)
def test_options_of_tables_of_postgresql(
    database: Database, old: dict[str, Any], new: dict[str, Any]
) -> None:
    there_and_back(database, models(("t", identifier(), old)), models(("t", identifier(), new)))


@on("mariadb")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"mysql_charset": "latin1"}, {"mysql_charset": "utf8mb4"}),
        ({"mysql_charset": "utf8mb4"}, {"mysql_collate": "utf8mb4_bin"}),
        ({"mysql_engine": "MyISAM"}, {"mysql_engine": "InnoDB"}),
        ({"mysql_row_format": "DYNAMIC"}, {"mysql_row_format": "COMPACT"}),
    ],
    ids=str,
)
def test_options_of_tables_of_mariadb(database: Database, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Columns that take their character set from the table go over with it."""

    def table(options: dict[str, Any]) -> sa.MetaData:
        words = sa.Column("words", sa.String(20), server_default="x")
        kind = sa.Column("kind", mysql.ENUM("a", "b"))
        own = sa.Column("own", mysql.VARCHAR(20, charset="latin1"))
        return models(("t", identifier(), words, kind, own, options))

    there_and_back(database, table(old), table(new))


@on("mariadb")
def test_a_column_that_comes_back_takes_the_character_set_that_was(database: Database) -> None:
    words = sa.Column("words", sa.String(20))
    have = models(("t", identifier(), words, {"mysql_charset": "utf8mb4"}))
    there_and_back(database, have, models(("t", identifier(), {"mysql_charset": "latin1"})))


@on("sqlite")
def test_a_number_that_models_do_not_count_is_counted_by_the_table(database: Database) -> None:
    plain, counted = sa.MetaData(), sa.MetaData()
    sa.Table("t", plain, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    sa.Table("t", counted, key, sqlite_autoincrement=True)
    assert len(there_and_back(database, plain, counted)) == 1


@on("sqlite")
def test_a_counted_key_that_becomes_a_foreign_key_is_counted_no_more(database: Database) -> None:
    def counted(*more: Any) -> sa.MetaData:
        metadata = models(("other", identifier()))
        metadata.naming_convention = {"pk": "pk_%(table_name)s"}
        key = sa.PrimaryKeyConstraint("id")
        sa.Table("t", metadata, sa.Column("id", sa.Integer), key, *more, sqlite_autoincrement=True)
        return metadata

    referring = counted(sa.ForeignKeyConstraint(["id"], ["other.id"], name="fk"))
    there_and_back(database, counted(), referring)


@on("sqlite")
@pytest.mark.parametrize("option", ["sqlite_strict", "sqlite_autoincrement", "sqlite_without_rowid"])
def test_options_of_tables_of_sqlite(database: Database, option: str) -> None:
    def table(value: bool) -> sa.MetaData:
        said = {"sqlite_with_rowid": not value} if option == "sqlite_without_rowid" else {option: value}
        return models(("t", identifier(), sa.Column("words", sa.Text), said))

    there_and_back(database, table(False), table(True))


@on("postgresql", "mariadb", "sqlite")
def test_options_that_nobody_says_may_be_any(database: Database) -> None:
    if OLD and database.kind == "postgresql":
        pytest.skip(NO_STORAGE)
    options = {
        "postgresql": {"postgresql_with": {"fillfactor": 70}},
        "mariadb": {"mysql_engine": "MyISAM", "mysql_charset": "latin1"},
        "sqlite": {"sqlite_with_rowid": False},
    }[database.kind]
    engine = database.engine()
    models(("t", identifier(), options)).create_all(engine)
    assert lines(Written(database.kind), engine, models(("t", identifier()))) == []


@on("postgresql")
def test_constraints_with_more_to_them(database: Database) -> None:
    plain = models(("t", identifier(), sa.Column("a", sa.Integer), sa.Column("r", postgresql.INT4RANGE())))
    more = models(
        (
            "t",
            identifier(),
            sa.Column("a", sa.Integer),
            sa.Column("r", postgresql.INT4RANGE()),
            sa.UniqueConstraint("id", name="wide", postgresql_include=["a"]),
            postgresql.ExcludeConstraint(("r", "&&"), using="gist", name="apart"),
            postgresql.ExcludeConstraint(
                (sa.text("abs(a)"), "="), using="btree", name="other", where=sa.text("a > 0")
            ),
        )
    )
    assert len(there_and_back(database, plain, more)) == 3


@on("postgresql")
def test_an_extension_comes_with_the_type_that_needs_it(database: Database) -> None:
    engine = database.engine()
    words = sa.Column("words", postgresql.CITEXT(), server_default="x")
    have, want = models(("t", identifier())), models(("t", identifier(), words))
    have.create_all(engine)
    first = looked_at(engine)
    tool = Written("postgresql")
    with engine.connect() as connection:
        found = tool.compare(connection, want, (), None)
    assert [line for line in tool.lines(found) if not line.startswith("(")] == [
        "create extension citext",
        "add column t.words (CITEXT, default 'x')",
    ]
    tool.upgrade(engine, found)
    assert lines(tool, engine, want) == []
    tool.downgrade(engine, found)
    assert catalog.difference(first, looked_at(engine)) == ""


@on("postgresql", "mariadb", "sqlite")
def test_views_that_read_views_go_back_together(database: Database) -> None:
    from limbeck import schema

    def both(*columns: str) -> sa.MetaData:
        metadata = models(("t", identifier(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)))
        said = ", ".join(("id", *columns))
        first = schema.View("v1", f"SELECT {said} FROM t")
        schema.register(metadata, first, schema.View("v2", f"SELECT {said} FROM v1"))
        return metadata

    engine = database.engine()
    narrow, wide = both(), both("a")
    narrow.create_all(engine)
    tool = Written(database.kind)
    with engine.connect() as connection:
        first = tool.compare(connection, narrow, (), None)
    tool.upgrade(engine, first)
    before = looked_at(engine)
    with engine.connect() as connection:
        found = tool.compare(connection, wide, (), None)
    tool.upgrade(engine, found)
    assert lines(tool, engine, wide) == []
    tool.downgrade(engine, found)
    assert catalog.difference(before, looked_at(engine)) == ""


@on("postgresql", "sqlite")
@pytest.mark.parametrize("name", ['quo"te', "per%cent", "it's", "t"])
def test_an_index_with_a_condition_over_columns_of_any_name(database: Database, name: str) -> None:
    def with_index(*columns: str, **options: Any) -> sa.MetaData:
        index = sa.Index("ix", *columns, **options)
        return models(("t", identifier(), sa.Column("a", sa.Integer), sa.Column(name, sa.Integer), index))

    where = {f"{database.kind}_where": sa.text("a > 0")}
    if database.kind == "postgresql":
        where["postgresql_include"] = [name]
    assert len(there_and_back(database, with_index("id", name), with_index("id", **where))) == 2
    database.empty()
    assert len(there_and_back(database, with_index("id"), with_index(name, "id", **where))) == 2


@on("postgresql", "mariadb", "sqlite")
def test_a_table_goes_before_the_key_that_it_refers_to(database: Database) -> None:
    have = models(
        (
            "items",
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("c", sa.Integer, sa.ForeignKey("items.id", name="own")),
        ),
        ("parts", identifier(), sa.Column("item", sa.Integer, sa.ForeignKey("items.id", name="other"))),
    )
    want = models(("items", sa.Column("c", sa.Integer), sa.Column("note", sa.Integer)))
    there_and_back(database, have, want)


@on("postgresql", "mariadb", "sqlite")
@pytest.mark.parametrize("name", ["kind", "Odd kind"])
def test_a_column_of_listed_values_comes_back_with_one_of_them(database: Database, name: str) -> None:
    engine = database.engine()
    listed = sa.Enum("b", "it's", native_enum=False, create_constraint=True, name="listed")
    models(("t", identifier(), sa.Column(name, listed, nullable=False))).create_all(engine)
    first = looked_at(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'b')")
    tool, want = Written(database.kind), models(("t", identifier()))
    with engine.connect() as connection:
        scope = autogenerate.Scope(lambda _: False)
        found = autogenerate.compare(connection, "", (want,), scope, ask=lambda _: "yes", fill=True)
    tool.upgrade(engine, found)
    tool.downgrade(engine, found)
    assert catalog.difference(first, looked_at(engine)) == ""
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM t").all() == [(1, "b")]


@on("postgresql")
def test_bits_come_back_with_as_many_as_their_type_wants(database: Database) -> None:
    engine = database.engine()
    have = models(("t", identifier(), sa.Column("b", postgresql.BIT(3), nullable=False)))
    have.create_all(engine)
    first = looked_at(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (b) VALUES (B'101')")
    tool = Written("postgresql")
    want = models(("t", identifier()))
    with engine.connect() as connection:
        found = tool.compare(connection, want, (), want)
    tool.upgrade(engine, found)
    tool.downgrade(engine, found)
    assert catalog.difference(first, looked_at(engine)) == ""
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT b::text FROM t").scalars().all() == ["000"]


@on("sqlite")
def test_a_trigger_of_somebody_else_outlives_a_computed_column_that_changes(database: Database) -> None:
    def computed(text: str, nullable: bool) -> sa.MetaData:
        made = sa.Column("made", sa.Integer, sa.Computed(text))
        return models(("t", identifier(), sa.Column("a", sa.Integer, nullable=nullable), made))

    engine = database.engine()
    have, want = computed("id * 2", True), computed("id * 7", False)
    have.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (id) VALUES (1)")
        connection.exec_driver_sql("CREATE TRIGGER by_hand_seen AFTER UPDATE ON t BEGIN SELECT new.made; END")
    tool = Written("sqlite")
    with engine.connect() as connection:
        scope = autogenerate.Scope(lambda _: False)
        found = autogenerate.compare(connection, "", (want,), scope, ask=lambda _: "3", fill=True)
    tool.upgrade(engine, found)
    assert lines(tool, engine, want) == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT a, made FROM t").all() == [(3, 7)]


@on("mariadb")
def test_filling_a_column_leaves_the_moments_of_its_rows(database: Database) -> None:
    def table(*more: Any) -> sa.MetaData:
        moment = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
        changed = sa.Column("a `day`", sa.TIMESTAMP, server_default=moment, nullable=True)
        return models(("t", identifier(), changed, *more))

    def moments() -> list[Any]:
        with engine.connect() as connection:
            return list(connection.exec_driver_sql("SELECT `a ``day``` FROM t ORDER BY id").scalars())

    engine = database.engine()
    table(sa.Column("n", sa.Integer), sa.Column("gone", sa.Integer, nullable=False)).create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, '2001-02-03', NULL, 5), (2, NULL, NULL, 6)")
    before = moments()
    found = found_with_answers(engine, table(sa.Column("n", sa.Integer, nullable=False)))
    tool = Written("mariadb")
    assert "fill t.n where it is NULL" in tool.lines(found)
    tool.upgrade(engine, found)
    assert moments() == before
    tool.downgrade(engine, found)
    assert moments() == before


@on("postgresql", "mariadb", "sqlite")
def test_views_that_go_come_back_those_first_that_others_read(database: Database) -> None:
    from limbeck import schema

    def both(*names: str) -> sa.MetaData:
        metadata = models(("t", identifier(), sa.Column("a", sa.Integer)))
        views = {"v1": "SELECT id FROM t", "v2": "SELECT id FROM v1", "v0": "SELECT id FROM v2"}
        schema.register(metadata, *(schema.View(name, views[name]) for name in names))
        return metadata

    engine = database.engine()
    both().create_all(engine)
    tool = Written(database.kind)
    tool.upgrade(engine, found_with_answers(engine, both("v1", "v2", "v0")))
    before = looked_at(engine)
    found = found_with_answers(engine, both())
    assert tool.lines(found) == ["drop view v0", "drop view v2", "drop view v1"]
    tool.upgrade(engine, found)
    tool.downgrade(engine, found)
    assert catalog.difference(before, looked_at(engine)) == ""


@on("mariadb")
def test_a_wider_key_comes_and_takes_the_index_of_another(database: Database) -> None:
    there_and_back(database, *a_wider_key(), any_names=True)


def a_wider_key() -> tuple[sa.MetaData, sa.MetaData]:
    def both(*more: Any) -> sa.MetaData:
        key = sa.ForeignKeyConstraint(["m"], ["a.id"], name="fk_a")
        columns = sa.Column("m", sa.Integer), sa.Column("n", sa.Integer)
        pair = sa.UniqueConstraint("id", "o", name="uq")
        return models(("a", identifier(), sa.Column("o", sa.Integer), pair), ("b", *columns, key, *more))

    wider = sa.ForeignKeyConstraint(["m", "n"], ["a.id", "a.o"], name="fk_b")
    return both(), both(wider)
