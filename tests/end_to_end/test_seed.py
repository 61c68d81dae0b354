"""The first project's whole story through the installed command, on real databases, the catalog asked after each step.

init, models, revision --autogenerate, upgrade head, the version in the database, a second change with a row in the
table, upgrade, downgrade -1; and the three mistakes on the way, each answered in one line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import catalog
from conftest import on_all
from servers import Database

MODELS = """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Student(Base):
    __tablename__ = 'students'
    name = Column(String(80))
    seq = Column(Integer, primary_key=True)

    def __init__(self, name):
        self.name = name
"""
CHANGED = MODELS.replace("Column(String(80))", "Column(String(80), nullable=False)").replace(
    "primary_key=True)\n", "primary_key=True)\n    email = Column(String(120), nullable=False)\n"
)


class Person:
    """Someone in a folder who types commands."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def types(self, *words: str, expect: int = 0) -> str:
        environment = {**os.environ, "DATABASE_URL": self.url, "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", *words],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    def writes(self, text: str) -> None:
        (self.folder / "models.py").write_text(text, encoding="utf-8")


def facts(database: Database) -> catalog.Dump:
    with database.engine().connect() as connection:
        return catalog.dump(connection, order=False)


def version(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def created_by_models(database: Database, text: str) -> catalog.Dump:
    """What create_all makes of the models on an empty database; it is empty again afterwards."""
    scope: dict[str, object] = {}
    exec(text, scope)
    base = scope["Base"]
    engine = database.engine()
    base.metadata.create_all(engine)  # type: ignore[attr-defined]
    found = facts(database)
    base.metadata.drop_all(engine)  # type: ignore[attr-defined]
    return found


@on_all
def test_the_story(database: Database, tmp_path: Path) -> None:
    first, second = created_by_models(database, MODELS), created_by_models(database, CHANGED)
    project = tmp_path / "my_db_migration"
    project.mkdir()
    url = database.url.replace("postgresql+psycopg://", "postgres://")
    person = Person(project, url)
    person.writes(MODELS)

    assert "models = models:Base" in person.types("init")
    assert "create table students" in person.types("revision", "--autogenerate", "-m", "Added students table")
    person.types("upgrade", "head")
    assert catalog.difference(first, facts(database)) == ""
    [one] = version(database)
    assert one in person.types("current")
    assert "Nothing differs" in person.types("revision", "--autogenerate", "-m", "nothing")

    with database.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO students (name) VALUES ('Ada')"))
    person.writes(CHANGED)
    asked = person.types("revision", "--autogenerate", "-m", "Added email", expect=5)
    assert "--default students.email=\"''\"" in asked
    person.types(
        "revision",
        "--autogenerate",
        "-m",
        "Added column 'email', made 'name' necessary",
        "--default",
        "email=''",
    )
    person.types("upgrade", "head")
    assert catalog.difference(second, facts(database)) == ""
    assert version(database) != [one]
    assert "agree" in person.types("check")
    with database.engine().connect() as connection:
        rows = connection.execute(sa.text("SELECT seq, name, email FROM students")).all()
    assert [tuple(row) for row in rows] == [(1, "Ada", "")]

    person.types("downgrade", "-1")
    assert catalog.difference(first, facts(database)) == ""
    assert version(database) == [one]
    with database.engine().connect() as connection:
        assert [tuple(row) for row in connection.execute(sa.text("SELECT seq, name FROM students"))] == [
            (1, "Ada")
        ]


def test_no_models_is_answered_with_the_setting_to_write(tmp_path: Path) -> None:
    person = Person(tmp_path, "sqlite:///x.db")
    person.types("init")
    said = person.types("revision", "--autogenerate", "-m", "x", expect=3)
    assert 'models = "' in said


def test_the_projects_folder_is_on_the_import_path(tmp_path: Path) -> None:
    """`No module named 'models'` cannot happen, from whichever folder below one types."""
    person = Person(tmp_path, f"sqlite:///{tmp_path}/x.db")
    person.writes(MODELS)
    person.types("init")
    below = Person(tmp_path / "migrations", person.url)
    assert "create table students" in below.types("revision", "--autogenerate", "-m", "x")


@pytest.mark.parametrize(
    "url", ["postgres://u:secret@localhost:1/x", "postgresql+nosuch://u:secret@localhost/x"]
)
def test_a_database_out_of_reach_is_one_line_without_the_password(tmp_path: Path, url: str) -> None:
    person = Person(tmp_path, url)
    person.types("init")
    said = person.types("current", expect=3)
    assert said.startswith("error LB4") and "secret" not in said
    assert "secret" not in person.types("current", "--json", expect=3)


def test_every_answer_has_a_json_form(tmp_path: Path) -> None:
    person = Person(tmp_path, f"sqlite:///{tmp_path}/x.db")
    person.writes(MODELS)
    for words in (
        ["init"],
        ["revision", "-a", "-m", "x"],
        ["heads"],
        ["history"],
        ["branches"],
        ["show"],
        ["upgrade"],
        ["current"],
        ["check"],
        ["stamp", "head"],
        ["ensure-version"],
        ["downgrade", "base"],
    ):
        json.loads(person.types(*words, "--json"))
