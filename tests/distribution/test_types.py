"""What mypy says of a program that uses Alembic: the same with our stubs as with the original."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "stubs.py"
SAMPLE = Path(__file__).with_name("sample_types.py.txt")


def answers(folder: Path, *paths: Path) -> list[str]:
    """mypy's lines, types named by what they are called, not by the module that happens to hold them."""
    shutil.copy(SAMPLE, folder / "sample.py")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "sample.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, paths)), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("sample.py:")]
    assert lines, done.stdout + done.stderr
    return [re.sub(r"(limbeck\.)?alembic\.[\w.]*\.(\w+)", r"\2", line) for line in lines]


@pytest.mark.slow
def test_mypy_says_the_same(tmp_path: Path) -> None:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed here")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    command = [
        sys.executable,
        "-m",
        "pip",
        "-q",
        "download",
        "--no-deps",
        "-d",
        str(theirs),
        "alembic==1.20.1",
    ]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("the original cannot be had here")
    zipfile.ZipFile(next(theirs.glob("*.whl"))).extractall(theirs / "path")
    subprocess.run([sys.executable, str(TOOL), str(ours / "path" / "alembic")], check=True)
    expected = answers(theirs, theirs / "path")
    assert answers(ours, ours / "path", ROOT / "src") == expected
