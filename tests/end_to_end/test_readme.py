"""README.md shows what is really printed: its story is typed, on PostgreSQL, and compared line by line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import on
from servers import Database

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```(python|console)\n(.*?)```", re.DOTALL)
SECOND = """
class Student(Base):
    __tablename__ = "students"
    seq = Column(Integer, primary_key=True)
    name = Column(String(100), nullable=False)
    email = Column(String(200), nullable=False)
"""


def blocks(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8").partition("## A first project")[2]
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def alike(text: str) -> list[str]:
    """Its lines with every id under one name and every time the same."""
    names: dict[str, str] = {}
    text = re.sub(
        r"(?<![0-9a-z])[0-9a-f]{12}(?![0-9a-z])", lambda m: names.setdefault(m[0], f"<{len(names)}>"), text
    )
    return [
        re.sub(r"\d+ ms|\d+\.\d s", "<time>", line).rstrip() for line in text.splitlines() if line.strip()
    ]


@on("postgresql")
def test_the_story(database: Database, tmp_path: Path) -> None:
    (models, written) = blocks("python")
    place = tmp_path / "models.py"
    place.write_text(models)
    url = database.url.replace("postgresql+psycopg://", "postgres://")
    said = ""
    for number, block in enumerate(blocks("console")):
        if number == 1:
            place.write_text(models.partition("\n\nclass")[0] + "\n" + SECOND)
            with database.engine().begin() as connection:
                connection.exec_driver_sql("INSERT INTO students (name) VALUES ('Ada')")
        for line in block.splitlines():
            if line.startswith("$ limbeck "):
                said += f"{line}\n{typed(line.removeprefix('$ limbeck '), tmp_path, url)}"
    assert alike(said) == alike("".join(blocks("console")))
    (first,) = (tmp_path / "migrations").glob("*_added_students_table.py")
    assert written.strip() in first.read_text()


def typed(words: str, place: Path, url: str) -> str:
    done = subprocess.run(
        f"{sys.executable} -m limbeck {words}",
        shell=True,  # as a person types it, with quotes
        cwd=place,
        env={**os.environ, "DATABASE_URL": url, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout
