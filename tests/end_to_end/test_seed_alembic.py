"""The story of the first project with its own files: alembic.ini, env.py, script.py.mako, revision files with
`from alembic import op`; told with `limbeck` and with the literal `alembic`, on real databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from test_seed import CHANGED, MODELS, created_by_models, facts, version

import catalog
from conftest import on, on_all
from servers import Database

LIMBECK = [sys.executable, "-m", "limbeck"]
ALEMBIC = [*LIMBECK, "run", "--", "alembic"]


class Person:
    """Someone in the folder my_db_migration who types commands; PYTHONPATH=. is not needed for `limbeck`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def types(self, *words: str, expect: int = 0) -> str:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={
                **os.environ,
                "NO_COLOR": "1",
                "PYTHONPATH": f".{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
            },
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

    def limbeck(self, *words: str, expect: int = 0) -> str:
        return self.types(*LIMBECK, *words, expect=expect)

    def alembic(self, *words: str, expect: int = 0) -> str:
        return self.types(*ALEMBIC, *words, expect=expect)

    def edits(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def models(self, text: str) -> None:
        (self.folder / "models.py").write_text(text, encoding="utf-8")

    def begins(self, url: str) -> None:
        """As in the story: init, the URL into alembic.ini, the models' metadata into env.py."""
        self.alembic("init", "alembic")
        self.edits("alembic.ini", "driver://user:pass@localhost/dbname", url.replace("%", "%%"))
        self.edits(
            "alembic/env.py",
            "from alembic import context\n",
            "from alembic import context\n\nfrom models import Base\n",
        )
        self.edits("alembic/env.py", "target_metadata = None", "target_metadata = Base.metadata")


def seed_url(database: Database) -> str:
    """`postgres://`, as in the story."""
    return database.url.replace("postgresql+psycopg://", "postgres://")


@on_all
def test_with_limbeck(database: Database, tmp_path: Path) -> None:
    first, second = created_by_models(database, MODELS), created_by_models(database, CHANGED)
    person = Person(tmp_path / "my_db_migration")
    person.models(MODELS)
    person.begins(seed_url(database))

    said = person.limbeck("revision", "--autogenerate", "-m", "Added students table")
    assert "create table students" in said and "wrote alembic/versions/" in said
    [file] = (person.folder / "alembic" / "versions").glob("*_added_students_table.py")
    assert "from alembic import op" in file.read_text(encoding="utf-8")
    assert "limbeck" not in file.read_text(encoding="utf-8")
    person.limbeck("upgrade", "head")
    assert catalog.difference(first, facts(database)) == ""
    [one] = version(database)
    assert f"{one}  Added students table  (current, head)" in " ".join(
        person.limbeck("history", "-i").split("\n")
    )
    assert person.limbeck("current").startswith(one)

    with database.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO students (name) VALUES ('Ada')"))
    person.models(CHANGED)
    words = ("revision", "--autogenerate", "-m", "Added column 'email', made 'name' necessary")
    assert "--default students.email=\"''\"" in person.limbeck(*words, expect=5)
    person.limbeck(*words, "--default", "email=''")
    person.limbeck("upgrade", "head")
    assert catalog.difference(second, facts(database)) == ""
    assert person.limbeck("check") == "Models and database agree.\n"

    person.limbeck("downgrade", "-1")
    assert catalog.difference(first, facts(database)) == ""
    assert version(database) == [one]
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT seq, name FROM students")).all() == [(1, "Ada")]


@on("postgresql", "mariadb")
def test_with_alembic(database: Database, tmp_path: Path) -> None:
    first, second = created_by_models(database, MODELS), created_by_models(database, CHANGED)
    person = Person(tmp_path / "my_db_migration")
    person.models(MODELS)
    person.begins(seed_url(database))

    said = person.alembic("revision", "--autogenerate", "-m", "Added students table")
    assert "Detected added table 'students'" in said and "_added_students_table.py ...  done" in said
    said = person.alembic("upgrade", "head")
    [one] = version(database)
    assert f"Running upgrade  -> {one}, Added students table" in said
    assert catalog.difference(first, facts(database)) == ""
    assert f"{one} (head)" in person.alembic("current")

    person.models(CHANGED)
    said = person.alembic("revision", "--autogenerate", "-m", "Added column 'email'")
    assert "Detected added column 'students.email'" in said
    assert "Detected NOT NULL on column 'students.name'" in said
    person.alembic("upgrade", "head")
    assert catalog.difference(second, facts(database)) == ""
    assert "No new upgrade operations detected." in person.alembic("check")
    [two] = version(database)
    assert f"Running downgrade {two} -> {one}, Added column 'email'" in person.alembic("downgrade", "-1")
    assert catalog.difference(first, facts(database)) == ""


def test_both_take_turns(sqlite: Database, tmp_path: Path) -> None:
    """What one wrote the other runs; the version table is one."""
    person = Person(tmp_path / "my_db_migration")
    person.models(MODELS)
    person.begins(sqlite.url)
    person.limbeck("revision", "--autogenerate", "-m", "Added students table")
    person.alembic("upgrade", "head")
    assert "nothing to do" in person.limbeck("upgrade")
    person.limbeck("downgrade", "base")
    assert person.alembic("current").count("\n") == 2  # the two lines of its log
    script = person.limbeck("upgrade", "head", "--sql")
    assert "CREATE TABLE students" in script and script.rstrip().endswith("COMMIT;")


def test_every_answer_has_a_json_form(tmp_path: Path) -> None:
    person = Person(tmp_path / "p")
    person.models(MODELS)
    person.begins("sqlite:///x.db")
    for words in (["revision", "-m", "x"], ["history"], ["upgrade"], ["current"], ["doctor"]):
        json.loads(person.limbeck(*words, "--json"))


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    person = Person(tmp_path / "p")
    person.models(MODELS)
    person.begins("postgres://u:secret@localhost:1/x")
    said = person.limbeck("current", expect=3)
    assert said.startswith("error LB4") and "secret" not in said
    person.edits("alembic/env.py", "target_metadata = Base.metadata", "target_metadata = Base.nothing")
    assert "alembic/env.py:" in person.limbeck("current", expect=3)
    person.edits("alembic.ini", "script_location = ", "script_location = elsewhere/")
    assert "Path doesn't exist" in person.limbeck("heads", expect=2)
