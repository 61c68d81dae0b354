"""What a person gets wrong, typed for real: each is answered in a line or two, with its exit code and no traceback."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest


class Folder:
    """A project on SQLite, and someone who types in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.versions = place / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        (place / "limbeck.toml").write_text('url = "sqlite:///x.db"\nmodels = "models:metadata"\n')

    def types(self, *words: str, expect: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "limbeck", *words],
            cwd=self.place,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == expect, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout.replace(f"{self.versions}{os.sep}", "")

    def has(self, name: str, parent: str | None, more: str = "") -> None:
        body = f"from limbeck import op\ndef upgrade(): op.execute('create table t_{name} (id int)')\n"
        body += f"def downgrade(): op.execute('drop table t_{name}')\n"
        head = f"revision = {name!r}\ndown_revision = {parent!r}\n"
        (self.versions / f"{name}.py").write_text(f'"""make {name}"""\n{head}{more}\n{body}')


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


CIRCLE = """\
error LB205: Revisions form a circle through down_revision: c3 -> d4 -> c3.
  Correct the down_revision of one of c3.py, d4.py.
"""


def test_a_circle_is_never_nothing_to_do(folder: Folder) -> None:
    folder.has("c3", "d4")
    folder.has("d4", "c3")
    for words in ("upgrade head", "history", "heads", "current", "check", "revision -m x"):
        assert folder.types(*words.split(), expect=2) == CIRCLE


def test_one_id_in_two_files(folder: Folder) -> None:
    folder.has("a1", None)
    (folder.versions / "copy.py").write_text((folder.versions / "a1.py").read_text())
    for words in ("upgrade", "heads"):
        said = folder.types(words, expect=2)
        assert said.startswith("error LB202: Revision a1 is present 2 times: a1.py, copy.py.\n")


MISSING = """\
note: Revision c3 (c3.py) has down_revision 'gone', which is not there.
  Bring that file back from version control, or correct down_revision.
"""


def test_a_missing_parent_elsewhere_is_a_note(folder: Folder) -> None:
    folder.has("a1", None)
    folder.has("b2", "a1")
    folder.has("c3", "gone")
    assert folder.types("upgrade", "b2").endswith(f"now at b2 (head)\n{MISSING}")
    for words in ("heads", "current", "branches", "downgrade -1"):
        assert folder.types(*words.split()).endswith(MISSING)
    for words in ("upgrade heads", "history", "upgrade c3"):
        said = folder.types(*words.split(), expect=2)
        assert said.replace("error LB203", "note") == MISSING


def test_one_step_back_from_two_heads_is_doubtful_and_below_a_merge_undecided(folder: Folder) -> None:
    folder.has("a1", None)
    folder.has("b2", "a1")
    folder.has("c3", "a1")
    folder.types("upgrade", "heads")
    said = folder.types("downgrade", "-1")
    assert said.startswith("note: '-1' is ambiguous: the database is at c3, b2.\n")
    folder.types("upgrade", "heads")
    folder.types("merge", "--rev-id", "m5")
    folder.types("upgrade")
    assert folder.types("downgrade", "-1", expect=2) == (
        "error LB217: '-1' comes to a fork at m5: b2, c3.\n  Name the revision to go down to: b2 or c3.\n"
    )


def test_a_script_back_says_where_it_begins(folder: Folder) -> None:
    folder.has("a1", None)
    assert folder.types("downgrade", "base", "--sql", expect=2) == (
        "error LB137: A script that goes back needs the place where it begins: no database is asked.\n"
        "  Type a range: limbeck downgrade head:base --sql\n"
    )
    assert "drop table t_a1;" in folder.types("downgrade", "head:base", "--sql")


def test_a_downgrade_has_one_goal(folder: Folder) -> None:
    folder.has("a1", None)
    assert "unrecognized arguments: b2" in folder.types("downgrade", "a1", "b2", expect=2)


def test_a_file_that_cannot_be_read_may_be_the_head(folder: Folder) -> None:
    folder.has("a1", None)
    (folder.versions / "b2.py").write_bytes(b"revision = 'b2'\ndown_revision = 'a1'\n\x00\xff")
    said = "b2.py:3: not written in utf-8, which it declares.\n"
    for words in ("upgrade", "upgrade heads", "stamp head", "revision -m x"):
        assert folder.types(*words.split(), expect=2) == (
            "error LB302: What comes last is not known while a file of the history cannot be read:\n"
            f"- {said}  Mend that file first; commands that do not need it go on working.\n"
        )
    assert f"now at a1 (head)\nnote: {said}" in folder.types("upgrade", "a1")
    assert f"\nnote: {said}" in folder.types("heads")


def test_exit_is_no_success_wherever_it_stands(folder: Folder) -> None:
    end = "so it did not finish.\nEverything this run did was rolled back; the database stands at base.\n"
    folder.has("a1", None)
    folder.has("b2", "a1")
    path = folder.versions / "b2.py"
    path.write_text(path.read_text().replace("upgrade(): op", "upgrade(): raise SystemExit; op"))
    assert f"at migrations/versions/b2.py:6: upgrade() called sys.exit(), {end}" in folder.types(
        "upgrade", expect=4
    )
    path.write_text(path.read_text() + "raise SystemExit(0)\n")
    assert f"at migrations/versions/b2.py:8: the file called sys.exit(0), {end}" in folder.types(
        "upgrade", expect=4
    )


SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000000000) select max(i) from n"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_in_a_long_statement_on_sqlite(folder: Folder) -> None:
    folder.has("a1", None)
    path = folder.versions / "a1.py"
    path.write_text(path.read_text().replace("create table t_a1 (id int)", f"create table t_a1 as {SLOW}"))
    run = subprocess.Popen(
        [sys.executable, "-m", "limbeck", "upgrade", "-v"],
        cwd=folder.place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert run.stdout is not None
        while "create table t_a1" not in run.stdout.readline():
            pass
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=20)
    finally:
        run.kill()
    assert run.returncode == 130
    assert said.endswith(
        "error LB706: Interrupted in upgrade a1, which was rolled back; the database stands at base.\n"
        "  The same command goes on from there.\n"
    )


def test_a_file_that_is_locked(folder: Folder) -> None:
    folder.has("a1", None)
    settings = folder.place / "limbeck.toml"
    settings.write_text(settings.read_text() + "lock_timeout = 0.2\nconnect_timeout = 1\n")
    other = sqlite3.connect(folder.place / "x.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert "x.db is locked by another program (sqlite:///" in folder.types("current", expect=3)
    other.rollback()
    other.execute("BEGIN IMMEDIATE")
    said = folder.types("upgrade", expect=4)
    assert said.startswith(
        "error LB703: Another run or program writes to this database: it was not free within 0.2 s.\n"
    )
    other.close()


def test_a_purge_is_not_nothing(folder: Folder) -> None:
    folder.has("a1", None)
    folder.types("upgrade")
    assert folder.types("stamp", "--purge", "base") == "now at base\n"
    assert folder.types("stamp", "--purge", "base") == "nothing to do: the database stands at base\n"
