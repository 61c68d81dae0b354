"""`limbeck diff` in a project of Alembic's: its revisions, its env.py, its words; its database is left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.cli import main
from servers import Database

ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

from models_of_alembic import metadata

url = {url!r}


def include_object(thing, name, kind, reflected, other):
    return name != "others"


if context.is_offline_mode():
    context.configure(url=url, target_metadata=metadata, literal_binds=True, include_object=include_object)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, include_object=include_object)
        with context.begin_transaction():
            context.run_migrations()
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("shops", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("kind", sa.Enum("a", "b", name="kind")),
         sa.Column("name", sa.String(30)))
"""
FILE = '''"""{name}"""
from alembic import context, op
import sqlalchemy as sa

revision = {name!r}
down_revision = {down!r}


def upgrade():
{up}


def downgrade():
    pass
'''
SHOPS = """    op.create_table("shops", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("kind", sa.Enum("a", "b", name="kind")))"""
NAMES = """    with op.batch_alter_table("shops") as batch:
        batch.add_column(sa.Column("name", sa.String(30)))
    op.execute("UPDATE shops SET name = 'x'")"""
ASKS = """    for bind in (op.get_bind(), context.get_bind(), op.get_context().bind, op.get_context().connection):
        bind.execute(sa.text("INSERT INTO shops (id) SELECT coalesce(max(id), 0) + 1 FROM shops"))
    assert bind.execute(sa.text("SELECT count(*) FROM shops")).scalar() == 4
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX ix_name ON shops (name)")"""


@pytest.fixture
def folder(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/m\nprepend_sys_path = .\npath_separator = os\n"
    )
    (tmp_path / "m" / "versions").mkdir(parents=True)
    (tmp_path / "m" / "env.py").write_text(ENV.format(url=database.url))
    (tmp_path / "m" / "script.py.mako").write_text(
        '"""${message}"""\nfrom alembic import op\nimport sqlalchemy as sa\n${imports if imports else ""}\n'
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n\n"
        "def upgrade():\n    ${upgrades if upgrades else 'pass'}\n\n"
        "def downgrade():\n    ${downgrades if downgrades else 'pass'}\n"
    )
    (tmp_path / "models_of_alembic.py").write_text(MODELS)
    for name, down, up in (("a1", None, SHOPS), ("b2", "a1", NAMES)):
        write(tmp_path, name, down, up)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "models_of_alembic", raising=False)
    assert main(["-q", "upgrade", "a1"]) == 0
    return tmp_path


def write(folder: Path, name: str, down: str | None, up: str) -> None:
    text = FILE.format(name=name, down=down, up=up)
    (folder / "m" / "versions" / f"{name}.py").write_text(text, encoding="utf-8")


@on("sqlite", "postgresql", "mariadb")
def test_its_revisions_are_replayed_on_paper(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE others (id INTEGER)")
    assert main(["diff", "--exit-code"]) == 1
    assert main(["diff", "a1", "b2", "--exit-code"]) == 1
    out = capsys.readouterr().out
    assert out.count("add column shops.name (VARCHAR(30))") == 2 and "others" not in out
    for sides in (("b2", "models"), ("a1", "database"), ("database", "current")):
        assert main(["diff", *sides, "--exit-code"]) == 0, capsys.readouterr().out
    assert "scratch" not in capsys.readouterr().err


@on("sqlite", "postgresql", "mariadb")
def test_what_asks_runs_on_a_scratch_database_and_nowhere_else(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "c3", "b2", ASKS)
    assert main(["diff", "models", "head", "--exit-code"]) == 1
    said = capsys.readouterr()
    assert "create index ix_name" in said.out and "scratch" in said.err and "m/versions/c3.py:12" in said.err
    with database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM shops").scalar() == 0
        assert [c["name"] for c in sa.inspect(connection).get_columns("shops")] == ["id", "kind"]


@on("sqlite", "postgresql")
def test_a_revision_is_written_in_its_words(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "m" / "versions" / "b2.py").unlink()
    assert main(["diff", "--revision", "-m", "names", "--rev-id", "d4"]) == 0
    (path,) = (folder / "m" / "versions").glob("*d4*")
    text = path.read_text()
    assert "add_column" in text and "limbeck" not in text
    assert main(["-q", "upgrade", "head"]) == 0
    assert main(["diff", "--exit-code"]) == 0
    assert main(["diff", "head", "--exit-code"]) == 0


@on("sqlite", "postgresql")
def test_a_revision_says_what_was_answered(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "m" / "versions" / "b2.py").unlink()
    code = 'sa.Column("name", sa.String(30)), sa.Column("code", sa.Integer, nullable=False))'
    (folder / "models_of_alembic.py").write_text(MODELS.replace('sa.Column("name", sa.String(30)))', code))
    monkeypatch.delitem(sys.modules, "models_of_alembic")
    monkeypatch.delitem(sys.path_importer_cache, ".", raising=False)  # it is the folder of an earlier test
    with database.engine().begin() as connection:
        connection.exec_driver_sql("INSERT INTO shops (id) VALUES (1)")
    assert main(["diff", "--revision", "--rev-id", "d4"]) == 5
    assert main(["diff", "--revision", "--rev-id", "d4", "--no-input"]) == 6
    (path,) = (folder / "m" / "versions").glob("*d4*")
    path.unlink()
    assert main(["diff", "--revision", "--rev-id", "d4", "--default", "shops.code=7"]) == 0
    assert "limbeck" not in path.read_text()
    assert main(["-q", "upgrade", "head"]) == 0
    assert main(["diff", "--exit-code"]) == 0
    with database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT code FROM shops").scalars().all() == [7]
