"""SQLite: a revision that changes one table in many ways copies its rows once, there and back."""

from __future__ import annotations

import sqlite3

from test_mistakes import Folder

HEAD = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Pet(Base):
    __tablename__ = "pets"
    id = sa.Column(sa.Integer, primary_key=True)
    owner = sa.Column(sa.ForeignKey("students.seq", ondelete="CASCADE"))
"""
FIRST = """
class Team(Base):
    __tablename__ = "teams"
    id = sa.Column(sa.Integer, primary_key=True)


class Student(Base):
    __tablename__ = "students"
    seq = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)
    age = sa.Column(sa.Integer)
    team_id = sa.Column(sa.ForeignKey("teams.id", name="fk_team"))
    __table_args__ = (sa.Index("ix_name", "name"), sa.CheckConstraint("age > 0", name="age_pos"))
"""
SECOND = """
class Student(Base):
    __tablename__ = "students"
    seq = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(40), nullable=False)
    email = sa.Column(sa.String, nullable=False)
    age = sa.Column(sa.Numeric(5, 2))
    __table_args__ = (
        sa.Index("ix_name", "name"),
        sa.CheckConstraint("age >= 0", name="age_pos"),
        sa.UniqueConstraint("email", "name", name="one"),
    )
"""
ROWS = """
INSERT INTO teams VALUES (1);
INSERT INTO students VALUES (1, NULL, 3, 1), (2, 'b', 4, NULL);
INSERT INTO pets VALUES (1, 1);
CREATE VIEW names AS SELECT name FROM students;
CREATE TABLE log (id INTEGER);
CREATE TRIGGER born AFTER INSERT ON students BEGIN INSERT INTO log VALUES (new.seq); END;
"""


def test_there_and_back(tmp_path: object) -> None:
    folder = Folder(tmp_path)  # type: ignore[arg-type]
    (folder.place / "limbeck.toml").write_text(
        'url = "sqlite:///x.db"\nmodels = "models:Base"\nexclude = ["log"]\n'
    )
    (folder.place / "models.py").write_text(HEAD + FIRST)
    folder.types("revision", "--autogenerate", "-m", "first")
    folder.types("upgrade")
    database = sqlite3.connect(folder.place / "x.db")
    database.executescript(ROWS)
    others = objects(database)
    (folder.place / "models.py").write_text(HEAD + SECOND)
    words = ("--default", "email=''", "--default", "students.name='x'", "--accept-loss")
    folder.types("revision", "--autogenerate", "-m", "second", *words)

    assert copies(folder.types("-v", "upgrade")) == 1
    assert database.execute("SELECT * FROM students").fetchall() == [(1, "x", 3, ""), (2, "b", 4, "")]
    assert database.execute("SELECT * FROM pets").fetchall() == [(1, 1)]
    assert database.execute("SELECT * FROM log").fetchall() == []
    assert objects(database) == others
    assert folder.types("check") == "Models and database agree.\n"

    assert copies(folder.types("-v", "downgrade", "-1")) == 1
    assert database.execute("SELECT seq, name, age FROM students").fetchall() == [(1, "x", 3), (2, "b", 4)]
    assert database.execute("SELECT * FROM pets").fetchall() == [(1, 1)]
    assert objects(database) == others
    (folder.place / "models.py").write_text(HEAD + FIRST)
    database.close()


def objects(database: sqlite3.Connection) -> list[object]:
    """What belongs to the table and is no part of it."""
    return database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger', 'index') AND name NOT LIKE 'sqlite%'"
        " ORDER BY name"
    ).fetchall()


def copies(said: str) -> int:
    return said.count("INSERT INTO _limbeck_new_")
