"""`limbeck diff --revision` asks what `revision --autogenerate` asks: of the rows where a side is the project's database,
and of any rows that there may be where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.cli import main
from servers import Database

FIRST = '''"""first"""
from limbeck import op
import sqlalchemy as sa

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mail", sa.String(40)))


def downgrade():
    op.drop_table("users")
'''
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), {columns})
"""
CODE = 'sa.Column("code", sa.Integer, nullable=False), sa.Column("mail", sa.String(40))'
EMAIL = 'sa.Column("email", sa.String(40))'

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Types a command in a project whose database is at a1, with one row."""
    (tmp_path / "limbeck.toml").write_text(f'url = "{database.url}"\nmodels = "models_asked_for:metadata"\n')
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "a1.py").write_text(FIRST)
    monkeypatch.chdir(tmp_path)
    assert main(["-q", "upgrade"]) == 0
    with database.engine().begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id, mail) VALUES (1, 'a@b')")

    def type_(*words: str) -> tuple[int, str]:
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out + said.err

    return type_


def models(folder: Path, columns: str) -> None:
    sys.modules.pop("models_asked_for", None)
    (folder / "models_asked_for.py").write_text(MODELS.replace("{columns}", columns))


def written(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "migrations").glob("*.py") if path.stem != "a1")


def rows(database: Database) -> list[Any]:
    with database.engine().connect() as connection:
        return [dict(row) for row in connection.execute(sa.text("SELECT * FROM users")).mappings()]


@on("sqlite", "postgresql", "mariadb")
def test_what_is_answered_is_in_the_file(database: Database, typed: Typed, tmp_path: Path) -> None:
    models(tmp_path, CODE)
    code, said = typed("diff", "--revision")
    assert code == 5 and "users.code is new, NOT NULL and without a default, and the table has rows" in said
    assert written(tmp_path) == []
    code, said = typed("diff", "--revision", "--rev-id", "b2", "--default", "users.code=7")
    assert code == 0 and "fill users.code where it is NULL" in said
    assert typed("-q", "upgrade")[0] == 0
    assert rows(database) == [{"id": 1, "mail": "a@b", "code": 7}]
    assert typed("diff", "--exit-code")[0] == 0


@on("sqlite", "postgresql")
def test_what_is_left_open_stands_as_it_is(database: Database, typed: Typed, tmp_path: Path) -> None:
    models(tmp_path, EMAIL + ', sa.Column("more", sa.Integer)')
    code, said = typed("diff", "--revision", "--rev-id", "b2", "--no-input")
    assert code == 6 and "left open: users.mail is gone from the models and users.email is new" in said
    assert typed("-q", "upgrade")[0] == 0
    assert rows(database) == [{"id": 1, "mail": "a@b", "more": None}]
    code, said = typed("diff", "--revision", "--rev-id", "c3", "--rename", "users.mail=users.email")
    assert code == 0 and "rename column users.mail to email" in said
    assert typed("-q", "upgrade")[0] == 0
    assert rows(database) == [{"id": 1, "email": "a@b", "more": None}]


@on("sqlite", "postgresql")
def test_rows_that_cannot_be_seen_may_be_there(database: Database, typed: Typed, tmp_path: Path) -> None:
    with database.engine().begin() as connection:
        connection.exec_driver_sql("DELETE FROM users")
    models(tmp_path, 'sa.Column("code", sa.Integer, nullable=False)')
    code, said = typed("diff", "head", "models", "--revision")
    assert code == 5
    assert "users.code is new, NOT NULL and without a default, and the table may have rows" in said
    assert "users.mail is gone from the models and may have values" in said
    assert written(tmp_path) == []
    answers = ("--default", "code=1", "--drop", "users.mail")
    code, said = typed("diff", "head", "models", "--revision", "--rev-id", "b2", *answers)
    assert code == 0 and "fill users.code" in said
    code, said = typed("diff", "head", "a1", "--revision", "--no-input", "--rev-id", "c3")
    assert code == 6 and "left open: users.code is gone from revision a1 and may have values" in said


@on("sqlite")
def test_an_answer_to_what_is_no_question_is_a_mistake(
    database: Database, typed: Typed, tmp_path: Path
) -> None:
    models(tmp_path, CODE)
    code, said = typed("diff", "--revision", "--default", "users.code=7", "--drop", "users.old")
    assert code == 2 and "--drop users.old answers nothing that is open" in said
    code, said = typed("diff", "--default", "users.code=7")
    assert code == 2 and "Only --revision asks questions" in said
    assert written(tmp_path) == []
