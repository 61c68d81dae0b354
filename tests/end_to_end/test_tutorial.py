"""`limbeck tutorial`: the story on SQLite whole, and what is said where there is no PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from limbeck.cli import main
from limbeck.commands import tutorial
from limbeck.commands.tutorial import Part
from limbeck.errors import Exit


@pytest.mark.slow
def test_the_whole_story_on_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tutorial", "--on", "sqlite", "--keep", str(tmp_path / "kept")]) == Exit.OK
    said = re.sub("[0-9a-f]{12}", "<id>", capsys.readouterr().out)
    chapters = re.findall("^== (.*)$", said, re.MULTILINE)
    assert chapters == [
        "A first project, on SQLite",
        "The first migration",
        "A second change, with a row in the table",
        "One step back",
    ]
    assert said.index("error LB601") < said.index("Models and database agree.")
    assert said.count("now at <id> (head)") == 2
    assert "Traceback" not in said
    assert len(list((tmp_path / "kept").rglob("migrations/*.py"))) == 2


def no_parts(on: str, folder: Path) -> Iterator[Part]:
    yield Part("chapter", f"on {on}")


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        ("programs", "PostgreSQL is not installed here."),
        ("driver", "no driver for PostgreSQL is installed (pip install 'limbeck[embedded]')"),
    ],
)
def test_without_a_postgresql_it_says_why_and_tells_it_on_sqlite(
    without: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tutorial, "tutorial", no_parts)
    if without == "programs":
        monkeypatch.setattr("limbeck.embedded.programs._folders", lambda: iter(()))
    else:
        monkeypatch.setattr(tutorial, "find_spec", lambda name: None)
    assert main(["tutorial"]) == Exit.OK
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("The story is told on SQLite alone, since ")
    assert reason in first
    assert rest == ["", "== on sqlite", ""]
