"""The databases that the other tests are given."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from conftest import on
from servers import Database

EVERY = on("sqlite", "sqlite-memory", "postgresql", "postgresql15", "mariadb")


@pytest.mark.parametrize("turn", [1, 2])
@EVERY
def test_each_test_finds_an_empty_database(database: Database, turn: int) -> None:
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x INTEGER)"))  # fails in turn 2 if turn 1 is still there
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    with database.engine().connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 1


@EVERY
def test_it_can_be_emptied_within_a_test_even_with_an_open_transaction(database: Database) -> None:
    connection = database.engine().connect()
    connection.execute(sa.text("CREATE TABLE t (x INTEGER)"))
    connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    connection.invalidate() if database.kind == "sqlite" else None
    database.empty()
    assert sa.inspect(database.engine()).get_table_names() == []


MADE = {
    "an extension": "CREATE EXTENSION hstore",
    "a schema": 'CREATE SCHEMA "odd ""name"""; CREATE TABLE "odd ""name""".t (x int)',
    "no public schema": "DROP SCHEMA public",
    "a setting": "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET work_mem=64'; END $$",
    "a cast": "CREATE TYPE public.e AS ENUM ('a'); CREATE CAST (public.e AS json) WITH INOUT",
    "a publication": "CREATE PUBLICATION p FOR ALL TABLES",
    "a large object": "SELECT lo_create(0)",
    "a right": "GRANT CREATE ON SCHEMA public TO PUBLIC",
}


@pytest.mark.parametrize("made", MADE)
def test_nothing_made_in_postgresql_is_left_for_the_next_test(postgresql: Database, made: str) -> None:
    def rest() -> list[str]:
        with postgresql.engine().connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql' UNION ALL "
                "SELECT 'schema ' || nspname || coalesce(nspacl::text, '') "
                "FROM pg_namespace WHERE nspname !~ '^pg_' UNION ALL "
                "SELECT 'cast ' || oid::text FROM pg_cast WHERE oid >= 16384 UNION ALL "
                "SELECT 'publication ' || pubname FROM pg_publication UNION ALL "
                "SELECT 'large object' FROM pg_largeobject_metadata UNION ALL "
                "SELECT 'setting ' || setconfig::text FROM pg_db_role_setting s "
                "JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database() ORDER BY 1"
            )
            return [row[0] for row in found]

    before = rest()
    with postgresql.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(MADE[made])
    assert rest() != before
    postgresql.empty()
    assert rest() == before


def test_a_role_and_a_wrong_password_can_be_tried_by_tcp(postgresql: Database) -> None:
    assert postgresql.tcp_url is not None
    right = sa.make_url(postgresql.tcp_url)
    with sa.create_engine(right).connect() as connection:
        assert connection.scalar(sa.text("SELECT current_database()")) == right.database
    with pytest.raises(sa.exc.OperationalError, match="password authentication failed"):
        sa.create_engine(right.set(password="wrong")).connect()


def test_mariadb_databases_beside_it_go_with_it(mariadb: Database) -> None:
    name = sa.make_url(mariadb.url).database
    with mariadb.engine().connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}_other")
    mariadb.empty()
    with mariadb.engine().connect() as connection:
        names = connection.exec_driver_sql("SHOW DATABASES").scalars().all()
    assert name in names
    assert f"{name}_other" not in names
