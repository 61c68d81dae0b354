"""The first story told with `pip install` and the literal `alembic`, in a new environment where Alembic itself never was.

On PostgreSQL, with its mistakes, the catalog looked at after each step. `pytest -m slow -rP` on this file shows what was
typed and what was answered.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_whole_environment import WHO, pip, wheels

import catalog
from servers import Database

__all__ = ["wheels"]
pytestmark = pytest.mark.slow

MODELS = """\
from sqlalchemy.orm import declarative_base
from sqlalchemy import Column, Integer, String

Base = declarative_base()


class Student(Base):
    __tablename__ = 'students'
    name = Column(String)
    seq = Column(Integer, primary_key=True)

    def __init__(self, name):
        self.name = name
"""
CHANGED = MODELS.replace(
    "name = Column(String)\n    seq = Column(Integer, primary_key=True)\n",
    "name = Column(String, nullable=False)\n    seq = Column(Integer, primary_key=True)\n"
    "    email = Column(String, nullable=False)\n",
)
LOG = "INFO  [alembic.runtime.migration] "
BEGINS = f"{LOG}Context impl PostgresqlImpl.\n{LOG}Will assume transactional DDL.\n"


class Student:
    """Someone in my_db_migration with an environment of their own, who types commands; all of it is printed."""

    def __init__(self, folder: Path, wheels: dict[str, str]) -> None:
        self.folder = folder / "my_db_migration"
        self.folder.mkdir()
        environment = self.folder / "env"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        self.bin = environment / ("Scripts" if os.name == "nt" else "bin")
        needed = [wheels["limbeck"], wheels["limbeck_alembic"], "psycopg2-binary"]
        pip("--python", str(self.bin / "python"), "install", *needed)
        print("$ pip install limbeck limbeck-alembic psycopg2-binary\n")

    def types(self, *words: str, expect: int = 0) -> str:
        environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LIMBECK_ALEMBIC")}
        done = subprocess.run(
            [str(self.bin / words[0]), *words[1:]],
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = done.stdout.replace(str(self.folder), "my_db_migration")
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        print(f"$ {shown}\n{said}")
        assert done.returncode == expect
        return said

    def edits(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def models(self, text: str) -> None:
        (self.folder / "models.py").write_text(text, encoding="utf-8")


def created(database: Database, text: str) -> catalog.Dump:
    """What create_all makes of the models; the database is empty again afterwards."""
    scope: dict[str, object] = {}
    exec(text, scope)
    metadata = scope["Base"].metadata  # type: ignore[attr-defined]
    metadata.create_all(database.engine())
    found = facts(database)
    metadata.drop_all(database.engine())
    return found


def facts(database: Database) -> catalog.Dump:
    with database.engine().connect() as connection:
        return catalog.dump(connection, order=False)


def standing(database: Database) -> list[str]:
    """The version rows; they are printed with the columns of `students`."""
    with database.engine().connect() as connection:
        rows = list(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))
        columns = sa.inspect(connection).get_columns("students")
    for column in columns:
        null = "" if column["nullable"] else " NOT NULL"
        print(f"   students.{column['name']}  {column['type']}{null}  {column['default'] or ''}".rstrip())
    print(f"   alembic_version  {', '.join(rows)}\n")
    return rows


@pytest.fixture
def student(tmp_path: Path, wheels: dict[str, str]) -> Iterator[Student]:
    yield Student(tmp_path, wheels)


def test_the_story(postgresql: Database, student: Student) -> None:
    first, second = created(postgresql, MODELS), created(postgresql, CHANGED)
    assert student.types("python", "-c", WHO).strip() == "/limbeck/alembic/__init__.py"
    assert "Please edit configuration/connection/logging settings" in student.types(
        "alembic", "init", "alembic"
    )
    url = re.sub(r"^\w+\+\w+:", "postgres:", postgresql.url).replace("%", "%%")
    student.edits("alembic.ini", "driver://user:pass@localhost/dbname", url)
    student.models(MODELS)
    added = ("alembic", "revision", "--autogenerate", "-m", "Added students table")
    said = student.types(*added, expect=255)
    assert "Can't proceed with --autogenerate option" in said and "Traceback" not in said

    imported = "from alembic import context\n"
    student.edits("alembic/env.py", imported, f"{imported}\nfrom models import Base\n")
    student.edits("alembic/env.py", "target_metadata = None", "target_metadata = Base.metadata")
    said = student.types(*added)
    assert "Detected added table 'students'" in said
    [one] = re.findall(r"versions/(\w+)_added_students_table\.py \.\.\.  done", said)
    assert "students" not in tables(postgresql)

    assert (
        student.types("alembic", "upgrade", "head")
        == f"{BEGINS}{LOG}Running upgrade  -> {one}, Added students table\n"
    )
    assert catalog.difference(first, facts(postgresql)) == ""
    assert standing(postgresql) == [one]

    student.models(CHANGED)
    message = "Added column 'email' to students table, and made 'name' necessary"
    said = student.types("alembic", "revision", "--autogenerate", "-m", message)
    assert (
        "Detected added column 'students.email'" in said
        and "Detected NOT NULL on column 'students.name'" in said
    )
    [two] = re.findall(r"versions/(\w+)_added_column_email_to_students_table_\.py \.\.\.  done", said)
    said = student.types("alembic", "upgrade", "head")
    assert said == f"{BEGINS}{LOG}Running upgrade {one} -> {two}, {message}\n"
    assert catalog.difference(second, facts(postgresql)) == ""
    assert standing(postgresql) == [two]
    assert "No new upgrade operations detected." in student.types("alembic", "check")

    said = student.types("alembic", "downgrade", "-1")
    assert said == f"{BEGINS}{LOG}Running downgrade {two} -> {one}, {message}\n"
    assert catalog.difference(first, facts(postgresql)) == ""
    assert standing(postgresql) == [one]
    assert f"{one}\n" in student.types("alembic", "current")
    assert student.types("alembic", "heads") == f"{two} (head)\n"
    student.types("alembic", "history", "--verbose")


def tables(database: Database) -> list[str]:
    return sa.inspect(database.engine()).get_table_names()
