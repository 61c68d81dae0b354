"""`limbeck` in Alembic projects with ways of their own: what env.py says and does is kept while limbeck runs the steps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import on
from servers import Database

ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool, text

config = context.config
url = config.get_main_option("sqlalchemy.url")
options = dict(__OPTIONS__)
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction() as transaction:
            context.run_migrations()
            if "dry-run" in context.get_x_argument():
                transaction.rollback()
"""
REVISION = """\
from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade(**named):
    {up}


def downgrade(**named):
    {back}
"""
TABLES = {
    "a1": ("op.create_table('one', sa.Column('id', sa.Integer, primary_key=True))", "op.drop_table('one')"),
    "a2": ("op.create_table('two', sa.Column('id', sa.Integer, primary_key=True))", "op.drop_table('two')"),
}


class Project:
    def __init__(self, folder: Path, url: str, options: str = "", env: str = ENV) -> None:
        self.folder, self.url = folder, url
        (folder / "db" / "versions").mkdir(parents=True)
        ini = f"[alembic]\nscript_location = db\npath_separator = os\nsqlalchemy.url = {url.replace('%', '%%')}\n"
        (folder / "alembic.ini").write_text(ini, encoding="utf-8")
        (folder / "db" / "env.py").write_text(env.replace("__OPTIONS__", options), encoding="utf-8")
        down = None
        for name, (up, back) in TABLES.items():
            self.revision(name, down, up, back)
            down = name

    def revision(self, name: str, down: str | None, up: str, back: str = "pass") -> None:
        text = REVISION.format(id=name, down=down, up=up, back=back)
        (self.folder / "db" / "versions" / f"{name}_.py").write_text(text, encoding="utf-8")

    def limbeck(self, *words: str, expect: int = 0, within: str = ".") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", *words],
            cwd=self.folder / within,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names())


def rows(database: Database, table: str = "alembic_version") -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.scalars(sa.text(f"SELECT version_num FROM {table}")))


@on("sqlite", "postgresql")
def test_a_failed_step_takes_everything_back(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.revision(
        "a3", "a2", "op.create_table('three', sa.Column('id', sa.Integer)); op.execute('NO SQL')"
    )
    said = project.limbeck("upgrade", expect=4)
    assert "a3_.py:" in said and "Traceback" not in said
    assert tables(database) <= {"alembic_version"}


def test_each_step_by_itself_where_env_says_so(sqlite: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite.url, "transaction_per_migration=True, version_table='versions_here'")
    project.revision("a3", "a2", "op.execute('NO SQL')")
    project.limbeck("upgrade", expect=4)
    assert tables(sqlite) == {"one", "two", "versions_here"}
    assert rows(sqlite, "versions_here") == ["a2"]


def test_a_dry_run_is_one(postgresql: Database, tmp_path: Path) -> None:
    """The recipe of Alembic's cookbook: env.py rolls its transaction back."""
    project = Project(tmp_path, postgresql.url)
    said = project.limbeck("-x", "dry-run", "upgrade")
    assert said.splitlines()[-1] == "rolled back by env.py: the database stands at base"
    assert tables(postgresql) == set()
    project.limbeck("upgrade")
    assert rows(postgresql) == ["a2"]


def test_an_autocommit_block_within_the_run(postgresql: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql.url)
    block = "with op.get_context().autocommit_block():\n        op.create_index('i', 'one', ['id'], postgresql_concurrently=True)"
    project.revision("a3", "a2", block)
    project.revision("a4", "a3", "op.add_column('one', sa.Column('x', sa.Integer))")
    project.limbeck("upgrade")
    assert rows(postgresql) == ["a4"]
    found = sa.inspect(postgresql.engine())
    assert [index["name"] for index in found.get_indexes("one")] == ["i"]
    assert [column["name"] for column in found.get_columns("one")] == ["id", "x"]


def test_callbacks_hear_of_every_step(sqlite: Database, tmp_path: Path) -> None:
    told = "on_version_apply=lambda ctx, step, heads, run_args: print(step.is_upgrade, step.up_revision_id, sorted(heads))"
    project = Project(tmp_path, sqlite.url, told)
    said = project.limbeck("upgrade")
    assert "True a1 ['a1']\n" in said and "True a2 ['a2']\n" in said
    assert "False a2 ['a1']\n" in project.limbeck("downgrade", "-1")


def test_from_a_folder_below_and_by_a_file(sqlite: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite.url)
    assert "now at a2 (head)" in project.limbeck("upgrade", within="db/versions")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "alembic.ini").rename(tmp_path / "other.ini")
    assert project.limbeck("-c", "other.ini", "heads").startswith("a2")


def test_offline_is_alembics_script(tmp_path: Path) -> None:
    project = Project(tmp_path, "postgresql://localhost/x")
    assert project.limbeck("upgrade", "a1:a2", "--sql").split("\n\n") == [
        "BEGIN;",
        "-- Running upgrade a1 -> a2",
        "CREATE TABLE two (\n    id SERIAL NOT NULL, \n    PRIMARY KEY (id)\n);",
        "UPDATE alembic_version SET version_num='a2' WHERE alembic_version.version_num = 'a1';",
        "COMMIT;",
        "",
    ]


ASYNC = """\
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine


def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def online():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(online())
"""


def test_an_async_env(sqlite: Database, tmp_path: Path) -> None:
    pytest.importorskip("aiosqlite")
    pytest.importorskip("greenlet")
    project = Project(tmp_path, sqlite.url.replace("+pysqlite:", "+aiosqlite:"), env=ASYNC)
    project.limbeck("upgrade")
    assert rows(sqlite) == ["a2"]
    project.limbeck("downgrade", "base")
    assert tables(sqlite) == {"alembic_version"}


def test_listings_import_no_sqlalchemy(tmp_path: Path) -> None:
    Project(tmp_path, "sqlite://")
    code = "import sys; from limbeck.cli import main; main(['history']); print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "False", done.stderr


def test_statements_of_op_are_told(sqlite: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite.url)
    said = project.limbeck("-v", "upgrade")
    assert "CREATE TABLE one" in said and "alembic_version" not in said


def test_env_gives_the_steps_itself(sqlite: Database, tmp_path: Path) -> None:
    """`_migrations_fn` is private, and projects put a function of their own there."""
    own = "context.configure(connection=connection, **options)\n        context.get_context()._migrations_fn = steps\n"
    env = ENV.replace("context.configure(connection=connection, **options)\n", own)
    env = env.replace(
        "config = context.config\n",
        "config = context.config\n\ndef steps(rows, ctx):\n    return context.script._upgrade_revs('a1', rows)\n\n",
    )
    project = Project(tmp_path, sqlite.url, env=env)
    project.limbeck("upgrade")
    assert tables(sqlite) == {"one", "alembic_version"} and rows(sqlite) == ["a1"]


def test_version_rows_go_through_the_projects_impl(sqlite: Database, tmp_path: Path) -> None:
    """A dialect may have changed how its impl executes."""
    own = (
        "context.configure(connection=connection, **options)\n"
        "        impl = context.get_context().impl\n"
        "        plain = impl._exec\n"
        "        impl._exec = lambda clause, *a, **k: print('impl:', clause.__visit_name__) or plain(clause, *a, **k)\n"
    )
    env = ENV.replace("context.configure(connection=connection, **options)\n", own)
    said = Project(tmp_path, sqlite.url, env=env).limbeck("upgrade")
    assert "impl: insert" in said and "impl: update" in said


LATE_ENV = ENV.replace(
    "config = context.config\n",
    "config = context.config\nhere = config.config_file_name[: -len('alembic.ini')]\n"
    "context.script.version_locations = [here + 'elsewhere']\n",
)


@on("sqlite")
def test_env_py_says_where_the_revisions_are(database: Database, tmp_path: Path) -> None:
    """As Prefect does, which keeps a history for each kind of database."""
    project = Project(tmp_path, database.url, env=LATE_ENV)
    (tmp_path / "db" / "versions").rename(tmp_path / "elsewhere")
    project.limbeck("upgrade", "head")
    assert sa.inspect(sa.create_engine(database.url)).get_table_names() == ["alembic_version", "one", "two"]
    assert "a2" in project.limbeck("current")
    project.limbeck("downgrade", "base")
    assert sa.inspect(sa.create_engine(database.url)).get_table_names() == ["alembic_version"]


TEMPLATE = "from alembic import op\nrevision, down_revision = ${repr(up_revision)}, ${repr(down_revision)}\n"


@on("sqlite")
def test_new_files_go_where_env_py_says(database: Database, tmp_path: Path) -> None:
    models = "target_metadata=sa.MetaData()"
    project = Project(tmp_path, database.url, models, env="import sqlalchemy as sa\n" + LATE_ENV)
    (tmp_path / "db" / "versions").rename(tmp_path / "elsewhere")
    (tmp_path / "db" / "versions").mkdir()
    (tmp_path / "db" / "script.py.mako").write_text(TEMPLATE, encoding="utf-8")
    project.limbeck("upgrade", "head")
    project.limbeck("revision", "--autogenerate", "-m", "Found", "--rev-id", "a3")  # both tables are to go
    assert "= 'a3', 'a2'" in (tmp_path / "elsewhere" / "a3_found.py").read_text(encoding="utf-8")

    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text(encoding="utf-8") + "revision_environment = true\n", encoding="utf-8")
    project.limbeck("revision", "-m", "By hand", "--rev-id", "a4")
    assert "= 'a4', 'a3'" in (tmp_path / "elsewhere" / "a4_by_hand.py").read_text(encoding="utf-8")
    assert list((tmp_path / "db" / "versions").iterdir()) == []
