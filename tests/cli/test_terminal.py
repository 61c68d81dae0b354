"""limbeck on a real terminal (a pty): it asks, takes an answer, Ctrl-C and the end of input; the line that moves."""

from __future__ import annotations

import os
import re
import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_listings import Terminal

from limbeck.cli import reporter
from limbeck.cli.look import Look
from limbeck.errors import Exit
from limbeck.events import Progress, StatementRan, StatementStarted, StepStarted

if sys.platform == "win32":
    pytest.skip("there is no pty", allow_module_level=True)

import pty

ROOT = Path(__file__).parents[2]
MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("students", metadata, sa.Column("seq", sa.Integer, primary_key=True), sa.Column("email", sa.String, nullable=False))
"""
AS_THE_MASTER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"


class Typing:
    """A command on a terminal of its own, and what stands on the screen."""

    def __init__(self, place: Path, *words: str) -> None:
        self.outer, inner = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", "COLUMNS": "80"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", AS_THE_MASTER, sys.executable, "-m", "limbeck", *words],
            cwd=place,
            env=environment,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self.screen = ""

    def see(self, text: str, seconds: float = 60) -> None:
        """Waits until the text was shown."""
        until = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < until, self.screen
            assert self._read(until) or text in self.screen, self.screen

    def type(self, keys: str) -> None:
        os.write(self.outer, keys.encode())

    def end(self, seconds: float = 60) -> int:
        while self._read(time.monotonic() + seconds):
            pass
        return self.process.wait(seconds)

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self.outer], [], [], max(0.0, until - time.monotonic()))
        try:
            some = os.read(self.outer, 10_000) if ready else b""
        except OSError:  # Linux says so when the other end is closed
            return False
        self.screen += re.sub("\x1b\\[[0-9;]*[a-zA-Z]", "", some.decode(errors="replace"))
        return bool(some)


@pytest.fixture
def typing(tmp_path: Path) -> Iterator[Callable[..., Typing]]:
    """A table with a row, and models that want a NOT NULL column more."""
    (tmp_path / "limbeck.toml").write_text('url = "sqlite:///x.db"\nmodels = "models:metadata"\n')
    (tmp_path / "migrations").mkdir()
    (tmp_path / "models.py").write_text(MODELS)
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.executescript(
            "CREATE TABLE students (seq INTEGER PRIMARY KEY); INSERT INTO students VALUES (1);"
        )
    database.close()
    begun: list[Typing] = []

    def begin(*words: str) -> Typing:
        begun.append(Typing(tmp_path, *words))
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.wait()
        os.close(one.outer)


ASKED = ("revision", "--autogenerate", "-m", "an e-mail")


def files(folder: Path) -> list[str]:
    return [path.read_text() for path in (folder / "migrations").glob("*.py")]


@pytest.mark.parametrize(("keys", "written"), [("'none'\r", "'none'"), ("a\r", "''")])
def test_it_asks_for_a_value_and_writes_it(
    typing: Callable[..., Typing], tmp_path: Path, keys: str, written: str
) -> None:
    screen = typing(*ASKED)
    screen.see("students.email")
    screen.see("]: ")
    screen.type(keys)
    assert screen.end() == 0
    (text,) = files(tmp_path)
    assert f'op.fill_column("students", "email", sa.text("{written}"))' in text


def test_enter_is_the_safe_answer(typing: Callable[..., Typing], tmp_path: Path) -> None:
    screen = typing(*ASKED)
    screen.see("]: ")
    screen.type("\r")
    assert screen.end() == Exit.LEFT_OPEN
    (text,) = files(tmp_path)
    assert "nullable=True" in text


def test_control_c_at_the_question_ends_it(typing: Callable[..., Typing], tmp_path: Path) -> None:
    screen = typing(*ASKED)
    screen.see("]: ")
    screen.type("\x03")
    assert screen.end() == Exit.INTERRUPTED
    assert "Traceback" not in screen.screen
    assert "interrupted" in screen.screen
    assert files(tmp_path) == []


def test_the_end_of_input_leaves_the_question_open(typing: Callable[..., Typing], tmp_path: Path) -> None:
    screen = typing(*ASKED)
    screen.see("]: ")
    screen.type("\x04")
    assert screen.end() == Exit.OPEN_QUESTIONS
    assert "Traceback" not in screen.screen
    assert "--default students.email=" in screen.screen
    assert files(tmp_path) == []


def test_without_input_nothing_is_asked(typing: Callable[..., Typing], tmp_path: Path) -> None:
    screen = typing(*ASKED, "--no-input")
    assert screen.end() == Exit.LEFT_OPEN
    (text,) = files(tmp_path)
    assert "fill_column" not in text


# -- the line that moves --------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter, "SLOW", 0.05)
    monkeypatch.setattr(reporter, "BEAT", 0.01)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")


def shown(err: Terminal, text: str) -> str:
    until = time.monotonic() + 20
    while text not in err.getvalue():
        assert time.monotonic() < until, err.getvalue()
        time.sleep(0.01)
    return err.getvalue()


@pytest.mark.usefixtures("quick")
def test_a_long_statement_is_shown_with_its_time_and_gone_afterwards() -> None:
    out, err = Terminal(), Terminal()
    teller = reporter.Teller(Look(color="never", out=out, err=err))
    teller.tell(StepStarted("b2", "a slow one", "upgrade", 1, 1))
    teller.tell(StatementStarted("SELECT pg_sleep(3)\n  FROM t"))
    text = shown(err, "b2  SELECT pg_sleep(3) FROM t  ")
    assert re.search(r"FROM t  \d+ ms", text)
    teller.tell(StatementRan("SELECT pg_sleep(3)", 0.2))
    teller.line.stop()
    assert err.getvalue().endswith("\r\x1b[2K")
    assert out.getvalue() == ""
    teller.tell(Progress("rows filled", 30, 60))
    assert "━" in shown(err, "rows filled 30/60")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("calm", ["quiet", "as_json", "dumb"])
def test_no_line_moves_where_none_may(calm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    err = Terminal()
    more = {} if calm == "dumb" else {calm: True}
    if calm == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    teller = reporter.Teller(Look(color="never", out=Terminal(), err=err, **more))
    teller.tell(StatementStarted("SELECT pg_sleep(3)"))
    time.sleep(0.1)
    assert err.getvalue() == ""
