"""Questions as a person, a build server or an agent meets them: on a terminal, without one, and answered by a file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_seed import Person

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")

FIRST = """\
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()
Table("users", metadata, Column("id", Integer, primary_key=True), Column("mail", String(40)), Column("age", Integer))
"""
RENAMED = FIRST.replace('"mail"', '"email"')
FEWER = FIRST.replace(', Column("age", Integer)', "")
MORE = FIRST.replace(
    'Column("age", Integer)', 'Column("age", Integer), Column("code", String(9), nullable=False)'
)


class Place(Person):
    """A project with a migrated database and a row in it."""

    def revises(self, *words: str, expect: int = 0) -> str:
        return self.types("revision", "--autogenerate", "-m", "more", *words, expect=expect)

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "migrations").glob("*.py"))

    def rows(self) -> list[tuple[object, ...]]:
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM users")]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    person = Place(folder, f"sqlite:///{folder}/app.db")
    person.writes(FIRST)
    person.types("init", "--models", "models:metadata")
    person.types("revision", "--autogenerate", "-m", "first")
    person.types("upgrade")
    with sa.create_engine(person.url).begin() as connection:
        connection.exec_driver_sql("INSERT INTO users VALUES (1, 'ada@x', 36)")
    return folder


@pytest.fixture
def place(begun: Path, tmp_path: Path) -> Place:
    folder = tmp_path / "project"
    shutil.copytree(begun, folder)
    return Place(folder, f"sqlite:///{folder}/app.db")


class Terminal:
    """limbeck with a person before it: `says` waits for what is printed, `types` sends keys."""

    def __init__(self, place: Place, *words: str) -> None:
        import pty

        self.outer, inner = pty.openpty()
        environment = {**os.environ, "DATABASE_URL": place.url, "NO_COLOR": "1", "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limbeck", "revision", "--autogenerate", "-m", "more", *words],
            cwd=place.folder,
            env=environment,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self.said = ""

    def says(self, text: str) -> None:
        import select

        until = time.monotonic() + 60
        while text not in self.said:
            ready, _, _ = select.select([self.outer], [], [], max(0, until - time.monotonic()))
            assert ready, f"{text!r} never came: {self.said}"
            assert self._more(), f"{text!r} never came: {self.said}"
        self.said = self.said.partition(text)[2]

    def types(self, keys: str) -> None:
        os.write(self.outer, keys.encode())

    def ends(self, code: int) -> str:
        while self._more():
            pass
        assert self.process.wait(60) == code, self.said
        assert "Traceback" not in self.said
        return self.said

    def _more(self) -> bool:
        try:
            read = os.read(self.outer, 4096)
        except OSError:  # Linux: nobody holds the other end any more
            return False
        self.said += read.decode().replace("\r\n", "\n")
        return bool(read)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.outer)


@pytest.fixture
def terminal(place: Place) -> Iterator[Terminal]:
    place.writes(RENAMED)
    opened = Terminal(place)
    yield opened
    opened.close()


QUESTION = (
    "users.mail is gone from the models and users.email is new: is it the same column under a new name?\n"
)


def test_a_rename_on_a_terminal(place: Place, terminal: Terminal) -> None:
    terminal.says(QUESTION)
    terminal.says("  a  yes, rename it to email\n")
    terminal.says("  b  no: drop users.mail with its values, and add users.email\n")
    terminal.says("  c  leave it for now: neither is touched, and it is asked again\n")
    terminal.says("  a-c, q to stop and write nothing [c]: ")
    terminal.types("maybe\n")
    terminal.says("'maybe' is none of the choices.\n")
    terminal.types("a\n")
    terminal.says("rename column users.mail to email")
    terminal.ends(0)
    place.types("upgrade")
    assert place.rows() == [(1, "ada@x", 36)]


def test_enter_takes_the_safe_answer(place: Place, terminal: Terminal) -> None:
    before = place.files()
    terminal.says("[c]: ")
    terminal.types("\n")
    assert "no file was written" in terminal.ends(6)
    assert place.files() == before


@pytest.mark.parametrize(("keys", "code"), [("\x03", 130), ("\x04", 5)], ids=["^C", "^D"])
def test_a_way_out(place: Place, terminal: Terminal, keys: str, code: int) -> None:
    before = place.files()
    terminal.says("[c]: ")
    if keys == "\x03":  # the terminal is no controlling one, so it sends no signal itself
        os.kill(terminal.process.pid, signal.SIGINT)
    else:
        terminal.types(keys)
    terminal.ends(code)
    assert place.files() == before


def test_sql_on_a_terminal(place: Place) -> None:
    place.writes(MORE)
    terminal = Terminal(place)
    try:
        terminal.says("which value do they get?")
        terminal.says("  a  ''\n")
        terminal.says("  a-b, an SQL expression, q to stop and write nothing [b]: ")
        terminal.types("'c' || id\n")
        terminal.ends(0)
    finally:
        terminal.close()
    place.types("upgrade")
    assert place.rows() == [(1, "ada@x", 36, "c1")]


# -- nobody there -----------------------------------------------------------------------------------------------


def test_without_a_terminal_nothing_is_written(place: Place) -> None:
    place.writes(RENAMED)
    before = place.files()
    said = place.revises(expect=5)
    assert "--rename users.mail=users.email or --drop users.mail" in said
    assert "ada" not in said
    assert place.files() == before


@pytest.mark.slow
def test_no_input_writes_what_is_safe_and_asks_again(place: Place) -> None:
    place.writes(MORE.replace('"mail"', '"email"').replace(', Column("age", Integer)', ""))
    said = place.revises("--no-input", expect=6)
    assert "add column users.code (VARCHAR(9))" in said
    assert "left open: users.mail is gone" in said
    assert "left open: users.age is gone from the models and has values" in said
    assert "left open: users.code is new" in said
    assert "drop column" not in said
    place.types("upgrade")
    assert place.rows() == [(1, "ada@x", 36, None)]

    before = place.files()
    again = place.revises("--no-input", expect=6)
    assert "What differs waits for an answer: no file was written." in again
    assert place.files() == before
    place.types("check", expect=1)

    options = ("--rename", "users.mail=users.email", "--drop", "users.age", "--default", "code='c'")
    place.revises("--no-input", *options)
    place.types("upgrade")
    assert place.rows() == [(1, "ada@x", "c")]
    place.types("check")
    place.types("downgrade", "-1")
    assert place.rows() == [(1, "ada@x", "c", None)]


def test_the_listing_becomes_the_answers(place: Place) -> None:
    place.writes(MORE.replace('"mail"', '"email"').replace(', Column("age", Integer)', ""))
    document = json.loads(place.revises("--json", expect=5))
    listed = document["error"]["evidence"]["open"]
    assert [(q["kind"], q["key"], q["safe"], q["answer"]) for q in listed] == [
        ("rename", "users.mail", "leave", None),
        ("loss", "users.age", "leave", None),
        ("fill", "users.code", "leave", None),
    ]
    assert [c["answer"] for c in listed[0]["choices"]] == ["email", "no", "leave"]
    listed[0]["answer"] = "email"
    listed[1]["answer"] = "yes"
    listed[2]["answer"] = "'c'"
    (place.folder / "answers.json").write_text(json.dumps(document))
    written = json.loads(place.revises("--json", "--answers", "answers.json"))
    assert written["open"] == []
    assert {(a["kind"], a["key"], a["answer"], a["by"]) for a in written["answers"]} == {
        ("rename", "users.mail", "email", "ahead"),
        ("loss", "users.age", "yes", "ahead"),
        ("fill", "users.code", "'c'", "ahead"),
    }


def test_the_command_line_has_the_last_word(place: Place) -> None:
    place.writes(RENAMED)
    (place.folder / "answers").write_text('[rename]\n"users.mail" = "users.email"\n')
    said = place.revises("--answers", "answers", "--rename", "users.mail=", "--drop", "users.mail")
    assert "drop column users.mail" in said
    assert "add column users.email" in said


def test_an_answer_to_no_question(place: Place) -> None:
    place.writes(RENAMED)
    (place.folder / "answers").write_text('[rename]\n"users.mial" = "users.email"\n')
    said = place.revises("--no-input", "--answers", "answers", expect=2)
    assert "--rename users.mial=users.email answers nothing that is open." in said
    assert "There could be: users.mail=email." in said


def test_git_is_asked(place: Place) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=place.folder, check=True, capture_output=True, timeout=30)

    git("init", "-q")
    git("add", "models.py")
    git("commit", "-qm", "models")
    place.writes(RENAMED)
    assert "git shows the one in the other's place" in place.revises(expect=5)
