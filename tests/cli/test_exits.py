"""How commands end: exit codes, closed pipes, terminals without unicode, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typed import Limbeck, limbeck, project, started, write  # noqa: F401 (fixtures)

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ("heads",)),
        (0, ("upgrade", "heads")),
        (0, ("current",)),
        (1, ("current", "--check-heads")),
        (2, ("show", "nowhere")),
        (2, ("frobnicate",)),
        (2, ("heads", "--frobnicate")),
        (2, ("upgrade", "head")),
        (3, ("-c", "elsewhere.toml", "current")),
        (4, ("upgrade", "broken")),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else str(given),
)
def test_exit_codes(limbeck: Limbeck, project: Path, code: int, words: tuple[str, ...]) -> None:
    write(project, "e5", "c3", "broken", "it breaks", 'op.execute("nonsense")')
    (project / "elsewhere.toml").write_text('url = "sqlite:////nowhere/at/all/app.db"\n')
    if words == ("upgrade", "heads"):
        (project / "migrations" / "e5.py").unlink()
    said = limbeck(*words)
    assert said.code == code, said
    assert "Traceback" not in said.err


def test_the_codes_are_documented() -> None:
    from limbeck.errors import Exit

    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    codes = {value for name, value in vars(Exit).items() if name.isupper()}
    assert {
        int(line.split("|")[1]) for line in text.splitlines() if line[:3] in ("| 0",) or line[2:3].isdigit()
    } == codes


def test_a_pipe_that_nobody_reads(started: Start) -> None:
    process = started("history")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 0


def test_a_pipe_without_unicode(started: Start) -> None:
    out, err = started("history", PYTHONIOENCODING="ascii").communicate(timeout=30)
    assert b"d4  \\x1b[31mr\\xe9d" in out
    assert err == b""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_in_a_migration(started: Start, project: Path) -> None:
    slow = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(60)"
    write(project, "e5", "c3", "slow", "it takes long", slow)
    process = started("upgrade", "slow")
    until = time.monotonic() + 30
    while not (project / "begun").exists() and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"e5" in err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_on_a_terminal(project: Path) -> None:
    import pty

    outer, inner = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "40", "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    subprocess.run(
        [sys.executable, "-m", "limbeck", "heads"],
        cwd=project,
        env=environment,
        stdout=inner,
        check=True,
        timeout=60,
    )
    os.close(inner)
    said = os.read(outer, 10_000).decode()
    os.close(outer)
    head, rule, first = re.sub("\x1b\\[[0-9;]*m", "", said).splitlines()[:3]
    assert head.split() == ["revision", "message"]
    assert rule == "─" * len(rule)
    assert first.startswith("c3        (no message)")
    assert "\x1b[36mc3" in said
