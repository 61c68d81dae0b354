"""Objects beside tables through the installed command: what revisions have made is the project's own, all else is not."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "end_to_end"))
from test_seed import Person

MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

from limbeck import schema

Base = declarative_base()


class Student(Base):
    __tablename__ = "students"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(80))


schema.register(
    Base,
    schema.View("named", sa.select(Student.id, Student.name).where(Student.name.is_not(None))),
    schema.View("others", "SELECT id FROM students WHERE name IS NULL"),
    schema.Trigger("log", "CREATE TRIGGER log AFTER DELETE ON students BEGIN SELECT 1; END", table=Student),
)
"""


def test_what_a_revision_made_goes_when_the_models_drop_it(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    person = Person(tmp_path, f"sqlite:///{file}")
    person.writes(MODELS)
    person.types("init")
    said = person.types("revision", "--autogenerate", "-m", "first")
    assert said.index("create table students") < said.index("create view named")
    person.types("upgrade", "head")
    assert "agree" in person.types("check")
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE VIEW by_hand AS SELECT 1 AS one")
    said = person.types("check")
    assert "agree" in said and "view by_hand stands in the database and is not declared" in said
    person.writes("\n".join(line for line in MODELS.splitlines() if '"others"' not in line))
    said = person.types("revision", "--autogenerate", "-m", "second")
    assert "drop view others" in said and "drop view by_hand" not in said
    [script] = tmp_path.rglob("*second.py")
    assert 'op.drop_view("others")' in script.read_text(encoding="utf-8")
    assert "create view others" not in person.types("diff", "models", "head")
    person.types("upgrade", "head")
    person.types("downgrade", "base")
    with sqlite3.connect(file) as connection:
        left = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('view', 'trigger')"
        ).fetchall()
    assert left == [("by_hand",)]
