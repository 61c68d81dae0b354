"""The documents of --json, as docs/json.md describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typed import Limbeck, limbeck, project  # noqa: F401 (fixtures)

from limbeck.cli.arguments import COMMANDS, build

ROOT = Path(__file__).parents[2]


def document(limbeck: Limbeck, *words: str, code: int = 0) -> Any:
    said = limbeck(*words, "--json")
    assert said.code == code, said
    assert said.err == ""
    return json.loads(said.out)


B2 = {
    "revision": "b2",
    "message": "add a name",
    "parents": ["a1"],
    "depends_on": [],
    "labels": ["web"],
    "head": False,
    "branch_point": False,
    "merge_point": False,
    "current": False,
    "date": "2024-01-01 00:00:00",
    "marks": [],
}


def test_a_revision(limbeck: Limbeck, project: Path) -> None:
    expected = {**B2, "path": str(project / "migrations" / "b2.py")}
    assert document(limbeck, "show", "b2") == [expected]
    assert document(limbeck, "history", "-r", "b2:b2") == [expected]


def test_messages_are_whole_and_empty_where_there_is_none(limbeck: Limbeck) -> None:
    assert [line["message"] for line in document(limbeck, "heads")] == ["", "\x1b[31mréd\nsecond line"]


def test_branches(limbeck: Limbeck) -> None:
    (branch,) = document(limbeck, "branches")
    assert branch["at"]["revision"] == "a1"
    assert [line["revision"] for line in branch["into"]] == ["b2", "c3"]


def test_a_run(limbeck: Limbeck) -> None:
    (moved,) = document(limbeck, "upgrade", "b2")
    seconds = moved.pop("seconds")
    assert moved == {"database": "", "before": [], "at": ["b2"], "steps": ["a1", "b2"], "undone": False}
    assert seconds.keys() == {"a1", "b2"} and all(s > 0 for s in seconds.values())
    assert document(limbeck, "current") == [{"database": "", "heads": ["b2"], "behind": True, "known": True}]
    assert document(limbeck, "ensure-version") == {"created": False}


def test_an_error(limbeck: Limbeck) -> None:
    assert document(limbeck, "show", "nowhere", code=2) == {
        "error": {
            "code": "LB210",
            "class": "NoSuchRevision",
            "what": "There is no revision or branch label 'nowhere'.",
            "next_step": "`limbeck history` lists all revisions.",
            "evidence": {"close": [], "name": "nowhere"},
        }
    }


@pytest.mark.parametrize("words", [("history",), ("heads",), ("branches",), ("current",), ("show", "a1")])
def test_letters_stay_letters(limbeck: Limbeck, words: tuple[str, ...]) -> None:
    said = limbeck(*words, "--json")
    assert "\\u00e9" not in said.out


def test_every_command_is_described() -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    everywhere = text.partition("## Everywhere")[2].partition("\n## ")[0]
    section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0] + everywhere
    top = build(name)
    (commands,) = (a.choices for a in top._actions if a.dest == "command")
    options = [
        o for action in commands[name]._actions for o in action.option_strings if o not in ("-h", "--help")
    ]  # type: ignore[index,call-overload]
    assert [option for option in options if f"`{option}" not in section] == []
