"""The same questions in an Alembic project: left open, answered ahead, declared; the file is Alembic's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_alembic_projects import ENV, Project

from conftest import on
from servers import Database

TEMPLATE = Path(__file__).parents[2] / "src/limbeck/alembic/templates/generic/script.py.mako"
MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
key = sa.Column("id", sa.Integer, primary_key=True)
sa.Table("one", metadata, key, sa.Column("mail", sa.String(40)), sa.Column("v", sa.Integer))
sa.Table("two", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


def project(database: Database, folder: Path) -> Project:
    env = "import sys\n\nsys.path.insert(0, '.')\nimport models\n" + ENV
    made = Project(folder, database.url, "target_metadata=models.metadata", env)
    up = 'op.add_column("one", sa.Column("mail", sa.String(40))); op.add_column("one", sa.Column("v", sa.Integer))'
    made.revision("a3", "a2", up)
    shutil.copy(TEMPLATE, folder / "db")
    (folder / "models.py").write_text(MODELS)
    made.limbeck("upgrade", "head")
    with database.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO one VALUES (1, 'ada@x', 7)"))
        connection.execute(sa.text("INSERT INTO two VALUES (1)"))
    return made


@pytest.mark.slow
@on("sqlite", "postgresql", "mariadb")
def test_left_open_then_said(database: Database, tmp_path: Path) -> None:
    here = project(database, tmp_path)
    changed = MODELS.replace('"mail"', '"email"').replace(', sa.Column("v", sa.Integer)', "")
    (tmp_path / "models.py").write_text(changed)
    words = ("revision", "--autogenerate", "-m", "more", "--json")

    asked = json.loads(here.limbeck(*words, expect=5))["error"]["evidence"]["open"]
    assert [(q["kind"], q["key"]) for q in asked] == [("rename", "one.mail"), ("loss", "one.v")]
    left = json.loads(here.limbeck(*words, "--no-input", expect=6))
    assert (left["empty"], [q["key"] for q in left["open"]]) == (True, ["one.mail", "one.v"])

    written = json.loads(here.limbeck(*words, "--rename", "one.mail=one.email", "--drop", "one.v"))
    assert written["open"] == []
    here.limbeck("upgrade", "head")
    with database.engine().connect() as connection:
        assert [tuple(row) for row in connection.execute(sa.text("SELECT id, email FROM one"))] == [
            (1, "ada@x")
        ]
        assert {c["name"] for c in sa.inspect(connection).get_columns("one")} == {"id", "email"}
    here.limbeck("check")
