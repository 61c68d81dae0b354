"""What `limbeck revision --autogenerate` writes in an Alembic project runs under Alembic itself: the original, installed in
a folder of its own, and limbeck lead to the same catalog, there and back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import catalog
from conftest import on
from servers import Database

ORIGINAL = "alembic==1.20.1"
INI = "[alembic]\nscript_location = db\npath_separator = os\n"
ENV = """\
import os
from alembic import context
from sqlalchemy import create_engine, pool
from models import metadata

with create_engine(os.environ["URL"], poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
TEMPLATE = '''\
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
HEAD = "import sqlalchemy as sa\nmetadata = sa.MetaData()\n"
BEFORE = """
sa.Table(
    "users", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mail", sa.String(40), nullable=False),
    sa.Column("age", sa.String(10)),
    sa.Column("note", sa.String(30), server_default="a:b 100%"),
    sa.CheckConstraint("age <> ''", name="ck_age"),
    sa.Index("ix_old", "age"),
)
sa.Table("nokey", metadata, sa.Column("a", sa.Integer, nullable=False), sa.Column("b", sa.Integer))
sa.Index("ix_desc", metadata.tables["nokey"].c.b.desc())
sa.Table("gone", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Numeric(9, 2)))
"""
AFTER = """
sa.Table(
    "users", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(60), nullable=False),
    sa.Column("age", sa.String(10)),
    sa.Column("note", sa.String(30), server_default="c:d 100% 'e'"),
    sa.Column("score", sa.Integer, nullable=False),
    sa.CheckConstraint("age <> ''", name="ck_old"),
    sa.UniqueConstraint("email"),
    sa.Index("ix_new", "age"),
)
sa.Table(
    "nokey", metadata,
    sa.Column("a", sa.Integer, primary_key=True),
    sa.Column("b", sa.Integer, nullable=False, server_default="5"),
    sa.Column("user", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE")),
)
sa.Index("ix_desc", metadata.tables["nokey"].c.b.desc())
sa.Table(
    "made", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("on", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("at", sa.DateTime, server_default=sa.func.now()),
    sa.Column("text", sa.String(9), index=True),
)
"""
OF_POSTGRESQL = {
    "before": 'sa.Table("moods", metadata, sa.Column("m", sa.Enum("ok", "sad", name="mood"), server_default="ok"), '
    'sa.Column("t", sa.String(9)))\n',
    "after": 'sa.Table("moods", metadata, sa.Column("m", sa.Enum("ok", "so:so", "sad", name="mood"), server_default="ok"), '
    'sa.Column("t", sa.Integer), sa.Column("k", sa.Enum("p", "q", name="kind")))\n',
}
ROWS = [
    "INSERT INTO users (id, mail, age) VALUES (1, 'a@b', '7')",
    "INSERT INTO nokey (a, b) VALUES (3, NULL)",
]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Alembic from PyPI, which comes first on the path of those who are to use it."""
    folder = tmp_path_factory.mktemp("original")
    words = ["install", "-q", "--no-deps", "--no-compile", "--target", str(folder), ORIGINAL]
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{ORIGINAL} cannot be had here: {done.stderr[-200:]}")
    return folder


class Project:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        (folder / "db" / "versions").mkdir(parents=True)
        (folder / "alembic.ini").write_text(INI, encoding="utf-8")
        (folder / "db" / "env.py").write_text(ENV, encoding="utf-8")
        (folder / "db" / "script.py.mako").write_text(TEMPLATE, encoding="utf-8")

    def models(self, *texts: str) -> None:
        (self.folder / "models.py").write_text(HEAD + "".join(texts), encoding="utf-8")

    def types(self, *words: str, path: Path | None = None, expect: int = 0) -> str:
        places = [str(place) for place in (path, self.folder) if place is not None]
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "URL": self.url, "NO_COLOR": "1", "PYTHONPATH": os.pathsep.join(places)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    def limbeck(self, *words: str, expect: int = 0) -> str:
        return self.types("-m", "limbeck", *words, expect=expect)

    def alembic(self, path: Path, *words: str) -> None:
        code = "import sys, alembic; from alembic.config import main; print(alembic.__file__); main(sys.argv[1:])"
        assert self.types("-W", "ignore", "-c", code, *words, path=path).startswith(str(path))


def facts(database: Database) -> dict[str, str]:
    with database.engine().connect() as connection:
        found = catalog.dump(connection, order=False)
        connection.rollback()
    return {key: fact for key, fact in found.items() if "alembic_version" not in key}


def values(database: Database, column: str) -> list[tuple[object, ...]]:
    with database.engine().connect() as connection:
        rows = connection.execute(sa.text(f"SELECT id, {column} FROM users")).all()
        connection.rollback()
    return [tuple(row) for row in rows]


@pytest.mark.slow
@on("sqlite", "postgresql", "mariadb")
def test_a_written_file_runs_under_both(database: Database, tmp_path: Path, original: Path) -> None:
    project = Project(tmp_path, database.url)
    more = OF_POSTGRESQL if database.kind.startswith("postgresql") else {"before": "", "after": ""}
    project.models(BEFORE, more["before"])
    project.limbeck("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    project.alembic(original, "upgrade", "head")
    first = facts(database)
    with database.engine().begin() as connection:
        for statement in ROWS:
            connection.exec_driver_sql(statement)

    project.models(AFTER, more["after"])
    words = (
        "revision",
        "--autogenerate",
        "-m",
        "second",
        "--rev-id",
        "b2",
        "--rename",
        "users.mail=users.email",
    )
    project.limbeck(*words, "--default", "score=10", "--default", "nokey.b=1")
    [file] = (tmp_path / "db" / "versions").glob("b2_*.py")
    text = file.read_text(encoding="utf-8")
    assert "limbeck" not in text.replace("_limbeck_new_", "")
    assert "c:d 100% ''e''" in text.replace(
        "\\", ""
    )  # env.py does not say whether defaults are compared: they are

    project.limbeck("upgrade", "head")
    second = facts(database)
    if database.kind != "mariadb":
        assert project.limbeck("check") == "Models and database agree.\n"
    assert values(database, "email, score") == [(1, "a@b", 10)]
    project.limbeck("downgrade", "-1")
    assert catalog.difference(first, facts(database)) == ""

    project.alembic(original, "upgrade", "head")
    assert catalog.difference(second, facts(database)) == ""
    assert values(database, "email, score") == [(1, "a@b", 10)]
    project.alembic(original, "downgrade", "-1")
    assert catalog.difference(first, facts(database)) == ""
    assert values(database, "mail, age") == [(1, "a@b", "7")]


def test_diff_knows_the_projects_ways(sqlite: Database, tmp_path: Path) -> None:
    """`include_name` holds for `limbeck diff`, and its revision is in Alembic's words."""
    project = Project(tmp_path, sqlite.url)
    env = ENV.replace(
        "target_metadata=metadata", "target_metadata=metadata, include_name=lambda n, *_: n != 'theirs'"
    )
    (tmp_path / "db" / "env.py").write_text(env, encoding="utf-8")
    project.models(
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))'
    )
    with sqlite.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER NOT NULL, PRIMARY KEY (id))")
    said = project.limbeck("diff", "database", "models")
    assert "add column t.n" in said and "theirs" not in said
    assert "theirs" not in project.limbeck("diff", "models", "database")
    project.limbeck("diff", "database", "models", "--revision", "-m", "n")
    [file] = (tmp_path / "db" / "versions").glob("*_n.py")
    text = file.read_text(encoding="utf-8")
    assert (
        "batch_op.add_column(sa.Column('n', sa.Integer(), nullable=True))" in text and "limbeck" not in text
    )
    project.limbeck("upgrade")
    assert "agree" in project.limbeck("check")


def test_a_view_of_the_models_goes_with_them(sqlite: Database, tmp_path: Path) -> None:
    """The file says what it makes; what somebody made by hand is left alone."""
    project = Project(tmp_path, sqlite.url)
    t = 'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
    view = 'from limbeck import schema\nschema.register(metadata, schema.View("ours", "SELECT id FROM t"))\n'
    project.models(t, view)
    project.limbeck("revision", "--autogenerate", "-m", "first")
    [file] = (tmp_path / "db" / "versions").glob("*_first.py")
    assert "# made from the models: view ours\n    op.execute('CREATE VIEW ours" in file.read_text(
        encoding="utf-8"
    )
    project.limbeck("upgrade")
    with sqlite.engine().begin() as connection:
        connection.exec_driver_sql("CREATE VIEW theirs AS SELECT id FROM t")
    assert project.limbeck("check") == "Models and database agree.\n"
    project.models(t)
    said = project.limbeck("revision", "--autogenerate", "-m", "second")
    assert "drop view ours" in said and "theirs" not in said
    project.limbeck("upgrade")
    with sqlite.engine().connect() as connection:
        assert sa.inspect(connection).get_view_names() == ["theirs"]
