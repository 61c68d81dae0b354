"""Several databases in two phases: the `multidb` template with USE_TWOPHASE, where all commit or none does.

With `alembic` and with `limbeck`, on two real databases; the server itself is asked what is left prepared.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from test_seed_alembic import ALEMBIC, LIMBECK, Person

from conftest import on
from servers import Database

TOOLS = pytest.mark.parametrize("tool", [ALEMBIC, LIMBECK], ids=["alembic", "limbeck"])
NAMES = ("engine1", "engine2")
REVISION = """\
from alembic import op
import sqlalchemy as sa

revision, down_revision = {name!r}, {down!r}


def upgrade(engine_name):
    {up}


def downgrade(engine_name):
    {back}
"""
TABLE = "op.create_table('one', sa.Column('id', sa.Integer, primary_key=True))"


class Two:
    """One project over the test's own database and one beside it, and what they hold: an answer for each of NAMES."""

    def __init__(self, engines: list[sa.Engine], folder: Path) -> None:
        self.engines = engines
        self.person = Person(folder)
        self.person.types(*ALEMBIC, "init", "-t", "multidb", "db")
        self.person.edits("db/env.py", "USE_TWOPHASE = False", "USE_TWOPHASE = True")
        for end, engine in zip(("dbname\n", "dbname2\n"), engines, strict=True):
            url = engine.url.render_as_string(hide_password=False).replace("%", "%%")
            self.person.edits("alembic.ini", f"driver://user:pass@localhost/{end}", f"{url}\n")

    def revision(self, name: str, down: str | None, up: str, back: str = "pass") -> None:
        text = REVISION.format(name=name, down=down, up=up, back=back)
        (self.person.folder / "db" / "versions" / f"{name}_.py").write_text(text, encoding="utf-8")

    def fails(self, *words: str) -> str:
        """The command ends in an error; all that it printed. `alembic` shows what was raised with a traceback."""
        environ = {**os.environ, "NO_COLOR": "1"}
        done = subprocess.run(
            words,
            cwd=self.person.folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    def each(self, sql: str) -> list[list[Any]]:
        return [ask(engine, sql) for engine in self.engines]

    def versions(self) -> list[list[Any]]:
        return self.each("SELECT version_num FROM alembic_version")

    def tables(self) -> list[list[str]]:
        return [sorted(sa.inspect(engine).get_table_names()) for engine in self.engines]

    def prepared(self) -> list[Any]:
        """What stands prepared in these databases and was never ended."""
        if self.engines[0].dialect.name != "postgresql":
            return ask(self.engines[0], "XA RECOVER")
        return [
            gid
            for engine in self.engines
            for gid in ask(engine, "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
        ]


def ask(engine: sa.Engine, sql: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(sql).scalars())


def tell(engine: sa.Engine, sql: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)


@pytest.fixture
def two(database: Database, tmp_path: Path) -> Iterator[Two]:
    name = f"{sa.make_url(database.url).database}_2"
    tell(database.engine(), f"CREATE DATABASE {name}")
    there = sa.create_engine(sa.make_url(database.url).set(database=name), poolclass=sa.pool.NullPool)
    made = Two([database.engine(), there], tmp_path / "p")
    yield made
    if database.kind == "postgresql":
        for engine in made.engines:  # what stays prepared after a failure would hold up every later test
            for gid in ask(engine, "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
                tell(engine, f"ROLLBACK PREPARED '{gid}'")
    tell(database.engine(), f"DROP DATABASE {name}")


@TOOLS
@on("postgresql")
def test_both_commit(two: Two, tool: list[str]) -> None:
    two.revision("a1", None, TABLE, "op.drop_table('one')")
    two.person.types(*tool, "upgrade", "head")
    assert two.tables() == [["alembic_version", "one"]] * 2
    assert two.versions() == [["a1"]] * 2
    two.person.types(*tool, "downgrade", "base")
    assert two.tables() == [["alembic_version"]] * 2
    assert two.prepared() == []


@TOOLS
@on("postgresql")
def test_what_fails_on_the_second_leaves_the_first_as_it_was(two: Two, tool: list[str]) -> None:
    two.revision("a1", None, TABLE)
    two.person.types(*tool, "upgrade", "head")
    two.revision("a2", "a1", "op.drop_table('one'); engine_name == 'engine2' and op.execute('NO SQL')")
    said = two.fails(*tool, "upgrade", "head")
    assert tool is ALEMBIC or "before it the database stood at a1" in said
    assert "by hand" not in said
    assert two.tables() == [["alembic_version", "one"]] * 2
    assert two.versions() == [["a1"]] * 2
    assert two.prepared() == []


PARENT = (
    "op.create_table('one', sa.Column('id', sa.Integer, primary_key=True),"
    " sa.Column('above', sa.ForeignKey('one.id', deferrable=True, initially='DEFERRED')))"
)
ORPHAN = "op.execute(f\"INSERT INTO one VALUES (1, {7 if engine_name == 'engine2' else 1})\")"


@TOOLS
@on("postgresql")
def test_one_that_cannot_prepare_leaves_none_prepared(two: Two, tool: list[str]) -> None:
    """A deferred key is looked at by PREPARE TRANSACTION, when the first database is prepared already."""
    two.revision("a1", None, PARENT)
    two.person.types(*tool, "upgrade", "head")
    two.revision("a2", "a1", ORPHAN)
    assert 'violates foreign key constraint "one_above_fkey"' in two.fails(*tool, "upgrade", "head")
    assert two.each("SELECT id FROM one") == [[], []]
    assert two.versions() == [["a1"]] * 2
    assert two.prepared() == []


@on("postgresql")
def test_a_rollback_that_fails_hides_nothing(two: Two) -> None:
    """The env.py of many projects rolls back without a look, which PostgreSQL refuses after a failed prepare."""
    two.person.edits(
        "db/env.py", "    take_back(name, connection, transaction)\n", "    transaction.rollback()\n"
    )
    two.revision("a1", None, PARENT)
    two.person.types(*LIMBECK, "upgrade", "head")
    two.revision("a2", "a1", ORPHAN)
    last = two.fails(*LIMBECK, "upgrade", "head").splitlines()[-1]
    assert 'IntegrityError: insert or update on table "one" violates' in last and "; and then" in last
    assert "(7)" not in last
    assert two.versions() == [["a1"]] * 2 and two.prepared() == []


@TOOLS
@on("mariadb")
def test_rows_of_both_or_of_neither(two: Two, tool: list[str]) -> None:
    """MariaDB has no DDL inside XA: what is committed in two phases there are rows, in tables that were made before."""
    two.person.edits("db/env.py", "USE_TWOPHASE = True", "USE_TWOPHASE = False")
    two.revision("a1", None, TABLE)
    two.person.types(*tool, "upgrade", "head")
    two.person.edits("db/env.py", "USE_TWOPHASE = False", "USE_TWOPHASE = True")
    two.revision("a2", "a1", "op.execute('INSERT INTO one VALUES (1)')")
    two.person.types(*tool, "upgrade", "head")
    assert two.each("SELECT id FROM one") == [[1], [1]]
    row = "op.execute(f\"INSERT INTO one VALUES ({1 if engine_name == 'engine2' else 2})\")"
    two.revision("a3", "a2", row)
    two.fails(*tool, "upgrade", "head")
    assert two.each("SELECT id FROM one") == [[1], [1]]
    assert two.versions() == [["a2"]] * 2
    assert two.prepared() == []
