"""Programs that drive migrations by themselves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

ATTRIBUTES_ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool
import shop_models

config = context.config


def run(connection):
    context.configure(connection=connection, target_metadata=shop_models.metadata)
    with context.begin_transaction():
        context.run_migrations()


connection = config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    engine = engine_from_config(config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
"""
ASYNC_ENV = """\
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config
import shop_models

config = context.config


def run(connection):
    context.configure(connection=connection, target_metadata=shop_models.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def online():
    section = config.get_section(config.config_ini_section, {})
    section["sqlalchemy.url"] = section["sqlalchemy.url"].replace("sqlite:", "sqlite+aiosqlite:")
    engine = async_engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(online())
"""


def written(project) -> None:  # type: ignore[no-untyped-def]
    from alembic import command

    command.revision(project.config, "users", autogenerate=True, rev_id="a1")


def test_a_fixture_hands_its_connection_over(project) -> None:  # type: ignore[no-untyped-def]
    """Everything happens in the caller's transaction, and goes away with it."""
    from alembic import command
    from alembic.migration import MigrationContext

    project.write("migrations/env.py", ATTRIBUTES_ENV)
    written(project)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        config = project.config
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert sa.inspect(connection).get_table_names() == ["alembic_version", "users"]
        assert MigrationContext.configure(connection).get_current_revision() == "a1"
        command.downgrade(config, "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        assert MigrationContext.configure(connection).get_current_heads() == ()


def test_an_async_env(project) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("aiosqlite")
    pytest.importorskip("greenlet")
    from alembic import command

    project.write("migrations/env.py", ASYNC_ENV)
    written(project)
    assert "op.create_table('users'" in project.newest()
    command.upgrade(project.config, "head")
    engine = sa.create_engine(f"sqlite:///{project.folder}/app.db")
    assert "users" in sa.inspect(engine).get_table_names()
    command.check(project.config)


def test_asking_whether_the_database_is_behind(project) -> None:  # type: ignore[no-untyped-def]
    """The few lines that many applications run when they start."""
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    project.write("migrations/env.py", ATTRIBUTES_ENV)
    written(project)
    engine = sa.create_engine(f"sqlite:///{project.folder}/app.db")

    def is_behind() -> bool:
        directory = ScriptDirectory.from_config(project.config)
        with engine.begin() as connection:
            context = MigrationContext.configure(connection)
            return set(context.get_current_heads()) != set(directory.get_heads())

    assert is_behind()
    command.upgrade(project.config, "head")
    assert not is_behind()


def test_env_as_a_launcher(project) -> None:  # type: ignore[no-untyped-def]
    """EnvironmentContext and run_env() with a function of one's own, to list the steps without taking them."""
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    project.write("migrations/env.py", ATTRIBUTES_ENV)
    written(project)
    directory, seen = ScriptDirectory.from_config(project.config), []

    def steps(rows, context):  # type: ignore[no-untyped-def]
        seen.extend(step.revision.revision for step in directory._upgrade_revs("head", rows))
        return []

    with EnvironmentContext(project.config, directory, fn=steps, dont_mutate=True):
        directory.run_env()
    assert seen == ["a1"]


FLASK = """\
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__.replace("app.py", "flask.db")
db = SQLAlchemy(app)
migrate = Migrate(app, db)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(128))
"""


def test_flask_migrate(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("flask_migrate")
    (tmp_path / "app.py").write_text(FLASK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    from app import app

    def flask(*words: str) -> str:
        result = app.test_cli_runner().invoke(args=["db", *words])
        assert result.exit_code == 0, result.output
        return str(result.output)

    flask("init")
    flask("migrate", "-m", "users")
    [file] = (tmp_path / "migrations" / "versions").glob("*.py")
    assert "op.create_table('user'" in file.read_text(encoding="utf-8")
    flask("upgrade")
    engine = sa.create_engine(f"sqlite:///{tmp_path}/flask.db")
    assert sorted(sa.inspect(engine).get_table_names()) == ["alembic_version", "user"]
    flask("stamp", "base")
    flask("stamp", "head")
    flask("downgrade")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    for words in (
        ("heads",),
        ("current",),
        ("history",),
        ("branches",),
        ("show", "head"),
        ("revision", "-m", "x"),
        ("list-templates",),
    ):
        flask(*words)


@pytest.mark.parametrize(("level", "lines"), [("INFO", 7), ("WARNING", 0)])
def test_plugins_are_told_of_where_a_program_logs_before_it_imports(level: str, lines: int) -> None:
    code = f"import logging; logging.basicConfig(level={level!r}); import alembic"
    if os.environ.get("LIMBECK_ALEMBIC") != "0":
        code = code.replace("import alembic", "import limbeck.alembic, alembic")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr.count("INFO:alembic.runtime.plugins:setup plugin alembic.") == lines, done.stderr
