"""A small project on SQLite, and `limbeck` typed in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from limbeck.cli import main

ROOT = Path(__file__).parents[2]

FILES = {
    "a1": (
        None,
        None,
        "the beginning",
        'op.create_table("authors", sa.Column("id", sa.Integer, primary_key=True))',
    ),
    "b2": ("a1", "web", "add a name", 'op.add_column("authors", sa.Column("name", sa.String(50)))'),
    "c3": ("a1", "shop", "", "pass"),
    "d4": ("b2", None, "\x1b[31mréd\nsecond line", "pass"),
}

FILE = '''"""{message}

Revision ID: {name}
Create Date: 2024-01-01 00:00:00

"""
from limbeck import op
import sqlalchemy as sa

revision = {name!r}
down_revision = {down!r}
branch_labels = {label!r}


def upgrade():
    {up}


def downgrade():
    pass
'''


class Said(NamedTuple):
    code: int
    out: str
    err: str


Limbeck = Callable[..., Said]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "limbeck.toml").write_text('url = "sqlite:///app.db"\n')
    (tmp_path / "migrations").mkdir()
    for name, (down, label, message, up) in FILES.items():
        write(tmp_path, name, down, label, message, up)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


def write(folder: Path, name: str, down: str | None, label: str | None, message: str, up: str) -> None:
    text = FILE.format(name=name, down=down, label=label, message=message, up=up)
    (folder / "migrations" / f"{name}.py").write_text(text, encoding="utf-8")


@pytest.fixture
def limbeck(project: Path, capsys: pytest.CaptureFixture[str]) -> Limbeck:
    """Types a command within this process."""

    def typed(*words: str) -> Said:
        try:
            code = main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return typed


@pytest.fixture
def started(project: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Starts a command as a process of its own."""

    def start(*words: str, **more: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **more}
        return subprocess.Popen(
            [sys.executable, "-m", "limbeck", *words],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return start
