"""The story of a first project, told for real: each command is run as a person would type it, in a folder of its own.

A project is begun, a model written, a migration generated and run; the database shows its tables and its version;
a second change fills a new NOT NULL column on a table that has rows; and one step is taken back.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from limbeck.errors import TutorialBroke

MODELS = """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Student(Base):
    __tablename__ = "students"
    seq = Column(Integer, primary_key=True)
    name = Column(String(100))
"""
CHANGED = """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Student(Base):
    __tablename__ = "students"
    seq = Column(Integer, primary_key=True)
    name = Column(String(100), nullable=False)
    email = Column(String(200), nullable=False)
"""


class Part(NamedTuple):
    """A piece of the story. `kind` is chapter, say, file (with its name in `title`), command, or output."""

    kind: str
    text: str
    title: str = ""


def tutorial(on: str, folder: Path) -> Iterator[Part]:
    """Tells the story on "postgresql" (a private server, started and stopped here) or "sqlite", in an empty folder.

    Raises TutorialBroke where a command of the story fails, NoPostgres where there is no server to be had.
    """
    with _database(on, folder) as url:
        yield from _story(on, folder, url)


def why_not_postgresql() -> str | None:
    """The plain reason why no PostgreSQL can be started here; None where it can."""
    from limbeck import embedded

    if not any(find_spec(name) for name in ("psycopg", "psycopg2")):
        return "no driver for PostgreSQL is installed (pip install 'limbeck[embedded]')"
    return embedded.why_not()


@contextmanager
def _database(on: str, folder: Path) -> Iterator[str]:
    if on == "sqlite":
        yield "sqlite:///school.db"
        return
    from limbeck import embedded

    with embedded.postgres() as server:
        server.create_database("school")
        yield re.sub(r"^postgresql\+\w+://", "postgres://", server.url(database="school"))


def _story(on: str, folder: Path, url: str) -> Iterator[Part]:
    run = Shell(folder, url)
    name = "PostgreSQL" if on == "postgresql" else "SQLite"
    yield Part("chapter", f"A first project, on {name}")
    yield run.write("models.py", MODELS)
    yield Part(
        "say",
        f"The database's URL is in the variable DATABASE_URL ({'postgres://...' if on != 'sqlite' else url}).",
    )
    yield from run("init")
    yield run.show("limbeck.toml", comments=False)

    yield Part("chapter", "The first migration")
    yield from run("revision", "--autogenerate", "-m", "Added students table")
    yield run.show_revision("added_students_table")
    yield from run("upgrade", "head")
    yield from _tables(on, run)
    yield from run("current")

    yield Part("chapter", "A second change, with a row in the table")
    yield from run.sql("INSERT INTO students (name) VALUES ('Ada')")
    yield run.write("models.py", CHANGED)
    yield from run("revision", "--autogenerate", "-m", "Added email", expect=5)
    yield Part(
        "say", "Ada has no email: limbeck asks instead of writing a file that fails. The answer, on the line:"
    )
    yield from run(
        "revision", "--autogenerate", "-m", "Added email, made name necessary", "--default", "email=''"
    )
    yield run.show_revision("added_email")
    yield from run("upgrade", "head")
    yield from _tables(on, run)
    yield from run("check")

    yield Part("chapter", "One step back")
    yield from run("downgrade", "-1")
    yield from _tables(on, run)
    yield from run("history", "-i")


def _tables(on: str, run: Shell) -> Iterator[Part]:
    """The tables and the version, as the database itself shows them."""
    if on == "sqlite":
        yield from run.sql("SELECT sql FROM sqlite_master WHERE type = 'table'")
    else:
        yield from run.sql(
            "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns "
            "WHERE table_name = 'students' ORDER BY ordinal_position"
        )
    yield from run.sql("SELECT * FROM alembic_version")


class Shell:
    """Types commands in the story's folder and hands out what they printed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.environment = {**os.environ, "DATABASE_URL": url, "NO_COLOR": "1", "PYTHONUTF8": "1"}

    def __call__(self, *words: str, expect: int = 0) -> Iterator[Part]:
        yield Part("command", "limbeck " + " ".join(map(_quoted, words)))
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        yield Part("output", done.stdout.rstrip("\n"))
        if done.returncode != expect:
            raise TutorialBroke(
                command="limbeck " + " ".join(words), code_given=done.returncode, said=done.stdout
            )

    def write(self, name: str, text: str) -> Part:
        (self.folder / name).write_text(text, encoding="utf-8")
        return Part("file", text, name)

    def show(self, name: str, *, comments: bool = True) -> Part:
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if comments or (line and not line.startswith("#"))]
        return Part("file", "\n".join(kept), name)

    def show_revision(self, slug: str) -> Part:
        found = next(path for path in sorted((self.folder / "migrations").rglob("*.py")) if slug in path.name)
        return self.show(str(found.relative_to(self.folder)))

    def sql(self, text: str) -> Iterator[Part]:
        """Runs SQL over a connection of its own and shows the rows, as a database's own client would."""
        yield Part("command", f"sql> {text}")
        yield Part("output", self._table(text))

    def _table(self, text: str) -> str:
        import sqlalchemy as sa

        from limbeck.shore.connect import connected

        def work(connection: Any) -> str:
            with connection.begin():
                result = connection.execute(sa.text(text))
                if not result.returns_rows:
                    return f"{result.rowcount} row{'' if result.rowcount == 1 else 's'}"
                names = list(result.keys())
                rows = [["" if v is None else str(v) for v in row] for row in result]
            return "\n".join(row[0] for row in rows) if names == ["sql"] else aligned([names, *rows])

        return connected(self.url.replace("sqlite:///", f"sqlite:///{self.folder}/"), work)


def aligned(rows: list[list[str]]) -> str:
    """Rows as columns, the first row above a line."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def _quoted(word: str) -> str:
    return f'"{word}"' if re.search(r"[\s'=]", word) else word


@contextmanager
def folder_for(keep: str | None, on: str) -> Iterator[Path]:
    """An empty folder: a temporary one, or one below `keep` that stays."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="limbeck-tutorial-") as place:
            yield Path(place)
        return
    place_kept = Path(keep) / on
    place_kept.mkdir(parents=True, exist_ok=True)
    if any(place_kept.iterdir()):
        raise TutorialBroke(
            command=f"tutorial --keep {keep}", code_given=1, said=f"{place_kept} is not empty"
        )
    yield place_kept
