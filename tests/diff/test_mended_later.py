"""More single causes that random pairs found; see test_mended."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from mending import Written, found_with_answers, identifier, lines, looked_at, models, there_and_back
from sqlalchemy.dialects import postgresql

import catalog
from conftest import on
from servers import Database


@on("mariadb")
def test_a_new_column_that_numbers_itself_brings_its_key(database: Database) -> None:
    told = there_and_back(database, *a_number_and_its_key())
    assert told == ["add column t.id (BIGINT, not null)"]


def a_number_and_its_key() -> tuple[sa.MetaData, sa.MetaData]:
    key = sa.PrimaryKeyConstraint("id", name="pk")
    have = models(("t", sa.Column("n", sa.Integer)))
    return have, models(("t", sa.Column("n", sa.Integer), sa.Column("id", sa.BigInteger), key))


@on("mariadb")
def test_a_column_that_numbers_itself_takes_the_place_of_the_only_one(database: Database) -> None:
    have = models(("t", identifier()))
    there_and_back(database, have, models(("t", sa.Column("name", sa.Integer, primary_key=True))))
    database.empty()
    have = models(("t", sa.Column("n", sa.Integer), identifier()))
    want = models(("t", sa.Column("name", sa.Integer, primary_key=True), sa.Column("s", sa.String(5))))
    there_and_back(database, have, want)


@on("mariadb")
def test_rows_are_numbered_by_the_column_that_brings_its_key(database: Database) -> None:
    engine = database.engine()
    models(("t", sa.Column("n", sa.Integer))).create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (7), (8)")
    want = models(("t", sa.Column("n", sa.Integer), identifier()), ("u", identifier(sa.ForeignKey("t.id"))))
    found = found_with_answers(engine, want)
    Written("mariadb").upgrade(engine, found)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n, id FROM t ORDER BY n").all() == [(7, 1), (8, 2)]


@on("mariadb")
def test_a_new_column_of_a_wider_key_numbers_itself_when_the_key_stands(database: Database) -> None:
    def wide(*more: Any) -> sa.MetaData:
        return models(("t", sa.Column("n", sa.Integer, nullable=False), *more))

    number = sa.Column("id", sa.Integer, autoincrement=True)
    there_and_back(database, wide(), wide(number, sa.PrimaryKeyConstraint("id", "n")))


@on("mariadb")
def test_a_key_takes_the_name_of_one_that_goes_and_leaves_its_index(database: Database) -> None:
    def both(*more: Any) -> sa.MetaData:
        columns = (sa.Column(name, sa.Integer) for name in ("a", "b", "c", "d"))
        return models(("t", *columns, sa.UniqueConstraint("a", "b", name="uq"), *more))

    def key(name: str, *columns: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(columns, ["t.a", "t.b"], name=name)

    have, want = both(key("fk", "c", "d")), both(key("fk_2", "c", "d"), key("fk", "c", "a"))
    there_and_back(database, have, want)


@on("mariadb")
def test_a_falling_index_is_no_key_s_own(database: Database) -> None:
    key = sa.ForeignKeyConstraint(["n"], ["a.id"], name="fk")
    column = sa.Column("n", sa.Integer)
    have = models(("a", identifier()), ("b", column, sa.Index("ix", column.desc())))
    there_and_back(database, have, models(("a", identifier()), ("b", sa.Column("n", sa.Integer), key)))


@on("mariadb")
@pytest.mark.parametrize("longer_stands", [True, False])
def test_an_index_goes_where_that_of_a_longer_key_serves(database: Database, longer_stands: bool) -> None:
    def both(longer: bool, *more: Any) -> sa.MetaData:
        key = sa.ForeignKeyConstraint(["a"], ["other.a"])
        if longer:
            more += (sa.ForeignKeyConstraint(["a", "b"], ["other.a", "other.b"], name="fk_2"),)
        columns = (sa.Column(name, sa.Integer) for name in ("a", "b"))
        other = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.PrimaryKeyConstraint("a", "b"))
        return models(("other", *other), ("t", *columns, key, *more))

    told = there_and_back(database, both(longer_stands, sa.Index("ix", "a")), both(True))
    assert "drop index ix on t" in told


@on("mariadb")
@pytest.mark.parametrize(
    "said", [{"mysql_length": {"n": 4}}, {"mysql_length": 4}, {"mysql_prefix": "FULLTEXT"}]
)
def test_an_index_over_a_beginning_or_over_words_serves_no_key(
    database: Database, said: dict[str, Any]
) -> None:
    """Nor does it keep the table from being worded by the server, which takes no temporary table with FULLTEXT."""

    def both(number: int, *more: Any) -> sa.MetaData:
        check = sa.CheckConstraint(f"NOT n like 'a%' or {number} in (1, 2)", name="ck")
        key = sa.ForeignKeyConstraint(["n"], ["p.id"], name="fk")
        parent = ("p", sa.Column("id", sa.String(20), primary_key=True))
        return models(parent, ("t", sa.Column("n", sa.String(20)), key, check, *more))

    have, want = both(1, *([] if "mysql_prefix" in said else [sa.Index("ix", "n", **said)])), both(2)
    told = there_and_back(database, have, want)
    assert ("drop index ix on t" in told) == ("mysql_length" in said)
    database.empty()
    words = sa.Index("words", "s", **{k: {"s": 4} if isinstance(v, dict) else v for k, v in said.items()})
    want = both(1, sa.Column("s", sa.String(20)), words)
    assert there_and_back(database, both(1, sa.Column("s", sa.String(20))), want) == [
        "create index words (s) on t"
    ]


@on("mariadb")
def test_an_index_whose_name_is_taken_goes_though_a_new_key_could_use_it(database: Database) -> None:
    def both(*more: Any) -> sa.MetaData:
        return models(("t", identifier(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), *more))

    unique = sa.Index("ix", "b", unique=True)
    want = both(unique, sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk"))
    there_and_back(database, both(sa.Index("ix", "a")), want)


@on("mariadb")
def test_a_comment_that_is_said_as_an_option_is_the_table_s(database: Database) -> None:
    have, want = (models(("t", identifier(), {"mysql_comment": text})) for text in ("it's", "100%"))
    assert there_and_back(database, have, want) == ["comment on table t"]


@on("mariadb")
@pytest.mark.parametrize(
    "options", [{"mysql_row_format": "COMPRESSED"}, {"mysql_key_block_size": "8"}, {"mysql_engine": "MyISAM"}]
)
def test_what_no_temporary_table_can_be_is_worded_by_the_server_all_the_same(
    database: Database, options: dict[str, str]
) -> None:
    def one(length: int) -> sa.MetaData:
        check = sa.CheckConstraint("s in ('a','b') or not s like 'z%'", name="ck")
        return models(("t", identifier(), sa.Column("s", sa.String(length)), check, dict(options)))

    assert there_and_back(database, one(25), one(30)) == ["alter column t.s: type VARCHAR(30)"]


@on("postgresql", "mariadb")
def test_of_two_keys_without_a_name_the_one_that_came_goes_again(database: Database) -> None:
    mariadb = database.kind == "mariadb"

    def keys(*more: Any) -> sa.MetaData:
        beside: dict[str, str] = {"onupdate": "NO ACTION"} if mariadb else {"match": "FULL"}
        first = sa.ForeignKeyConstraint(["n"], ["t.id"], ondelete="SET NULL", **beside)
        return models(("t", identifier(), sa.Column("n", sa.Integer), first, *more))

    second = sa.ForeignKeyConstraint(["n"], ["t.id"], ondelete="RESTRICT" if mariadb else "NO ACTION")
    there_and_back(database, keys(), keys(second), any_names=True)


@on("postgresql")
@pytest.mark.parametrize("kind", ["exclude", "unique"])
def test_of_twins_in_one_table_the_named_one_is_made(database: Database, kind: str) -> None:
    def made(name: str | None) -> Any:
        if kind == "unique":
            return sa.UniqueConstraint("n", name=name)
        return postgresql.ExcludeConstraint(("n", "="), using="btree", name=name)

    def table(*more: Any) -> sa.MetaData:
        return models(("t", identifier(), sa.Column("n", sa.Integer), made(None), *more))

    engine = database.engine()
    table(made("known")).create_all(engine)
    twice = looked_at(engine)
    database.empty()
    engine = database.engine()
    table().create_all(engine)
    found = found_with_answers(engine, table(made("known")))
    Written("postgresql").upgrade(engine, found)
    assert catalog.difference(twice, looked_at(engine)) == ""


@on("postgresql")
@pytest.mark.parametrize("name", ["fk", None])
def test_a_column_is_filled_under_a_key_that_waits_for_the_end(database: Database, name: str | None) -> None:
    def table(nullable: bool) -> sa.MetaData:
        waits: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
        key = sa.ForeignKeyConstraint(["n"], ["t.id"], name=name, **waits)
        unique = sa.UniqueConstraint("n", "id", name=name and "uq", **waits)
        more = () if nullable else (sa.Column("m", sa.Integer, nullable=False),)
        return models(("t", identifier(), sa.Column("n", sa.Integer, nullable=nullable), *more, key, unique))

    engine = database.engine()
    table(nullable=True).create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (0, NULL), (1, 1)")
    found = found_with_answers(engine, table(nullable=False))
    Written("postgresql").upgrade(engine, found)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t ORDER BY id").scalars().all() == [0, 1]


@on("mariadb")
def test_a_table_that_counts_by_a_new_sequence_is_judged_without_a_trace(database: Database) -> None:
    def counted(*names: str) -> sa.MetaData:
        metadata = sa.MetaData()
        numbers = {name: sa.Sequence(name, metadata=metadata) for name in names}
        columns = [
            sa.Column(name, sa.BigInteger, server_default=each.next_value()) for name, each in numbers.items()
        ]
        check = sa.CheckConstraint("`n`>0", name="ck")
        table = sa.Table("t", metadata, identifier(), sa.Column("n", sa.Integer), check, *columns)
        sa.Index("ix", table.c.n, *columns)
        return metadata

    told = there_and_back(database, counted("one"), counted("one", "two"))
    assert not any("as text" in line for line in told)


@on("sqlite", "postgresql")
def test_a_new_column_whose_default_is_null_is_filled(database: Database) -> None:
    def table(*more: Any) -> sa.MetaData:
        return models(("t", identifier(), *more))

    engine = database.engine()
    have = table()
    have.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    want = table(sa.Column("n", sa.String(5), server_default=sa.text("NULL"), nullable=False))
    found = found_with_answers(engine, want)
    Written(database.kind).upgrade(engine, found)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t").scalars().all() == ["0"]


@on("postgresql")
def test_a_name_in_quotes_is_no_word_of_the_server_s(database: Database) -> None:
    """Quotes that a name does not need are not compared; `"user"` and USER, `"true"` and true are two things all the same."""

    def guarded(condition: str) -> sa.MetaData:
        columns = (sa.Column("true", sa.Boolean), sa.Column("user", sa.String(20)))
        return models(("t", *columns, sa.CheckConstraint(condition, name="ck")))

    for have, want in (
        ('"true"', "true"),
        ("'a' = \"user\"", "'a' = user"),
        ("'a' = user", "'a' = \"user\""),
    ):
        assert there_and_back(database, guarded(have), guarded(want))
        database.empty()


@on("postgresql")
def test_concurrently_says_how_an_index_is_made_and_not_what_it_is(database: Database) -> None:
    def one(length: int, *more: Any) -> sa.MetaData:
        check = sa.CheckConstraint("s in ('a', 'b') or not s like 'z%'", name="ck")
        return models(("t", identifier(), sa.Column("s", sa.String(length)), check, *more))

    def index(**said: Any) -> sa.Index:
        return sa.Index("ix", "s", **said)

    engine = database.engine()
    one(20, index()).create_all(engine)
    tool, want = Written("postgresql"), one(25, index(postgresql_concurrently=True))
    assert lines(tool, engine, want) == ["alter column t.s: type VARCHAR(25)"]
    database.empty()
    engine = database.engine()
    one(25).create_all(engine)
    with engine.connect() as connection:
        found = tool.compare(connection, want, (), None)
    tool.upgrade(engine, found)
    assert tool.lines(found) == ["create index ix (s) on t"]
    assert lines(tool, engine, want) == []


@on("postgresql")
def test_where_a_table_or_an_index_lies_is_any_unless_the_models_say_it(database: Database) -> None:
    engine = database.engine()
    plain = models(("t", identifier(), number := sa.Column("n", sa.Integer), sa.Index("ix", number)))
    plain.create_all(engine)
    tool = Written("postgresql")
    usual = {"postgresql_tablespace": "pg_default"}
    said = models(("t", identifier(), n := sa.Column("n", sa.Integer), sa.Index("ix", n, **usual), usual))
    assert lines(tool, engine, said) == lines(tool, engine, plain) == []
    place = f"fast_{sa.make_url(database.url).database}"
    with database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("SET allow_in_place_tablespaces = on")
        connection.exec_driver_sql(f"CREATE TABLESPACE {place} LOCATION ''")
        try:
            connection.exec_driver_sql(f"ALTER TABLE t SET TABLESPACE {place}")
            connection.exec_driver_sql(f"ALTER INDEX ix SET TABLESPACE {place}")
            assert lines(tool, engine, plain) == []
            back = ["drop index ix on t", "alter table t: tablespace pg_default", "create index ix (n) on t"]
            assert lines(tool, engine, said) == back
            engine.dispose()
        finally:
            connection.exec_driver_sql("DROP TABLE t")
            connection.exec_driver_sql(f"DROP TABLESPACE {place}")


@on("postgresql", "mariadb", "sqlite")
def test_an_enum_of_the_metadata_is_there_without_a_column(database: Database) -> None:
    """create_all makes it; what says create_type=False somebody else makes."""
    have, want = models(("t", identifier())), models(("t", identifier()))
    sa.Enum("a", "b", name="mood", metadata=want)
    postgresql.ENUM("a", name="others", metadata=want, create_type=False)
    told = there_and_back(database, have, want)
    assert told == (["create enum mood"] if database.kind == "postgresql" else [])
