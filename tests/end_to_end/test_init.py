"""A new project in each of its forms works at once: settings, env.py, the script and the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_mistakes import Folder

URLS = {
    "plain": "sqlite:///x.db",
    "env": "sqlite:///x.db",
    "async": "sqlite+aiosqlite:///x.db",
    "multidb": "sqlite:///x.db",
}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    (tmp_path / "limbeck.toml").unlink()
    (tmp_path / "models.py").write_text(
        "import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table('t', metadata)\n"
    )
    return made


@pytest.mark.parametrize("pyproject", [(), ("--pyproject",)], ids=["limbeck.toml", "pyproject.toml"])
@pytest.mark.parametrize("template", URLS)
def test_it_runs(folder: Folder, template: str, pyproject: tuple[str, ...]) -> None:
    if template == "async":
        pytest.importorskip("greenlet")
        pytest.importorskip("aiosqlite")
    folder.types(
        "init", "--template", template, "--url", URLS[template], "--models", "models:metadata", *pyproject
    )
    folder.has("a1", None)
    assert "\ncreate table t_a1 (id int);\n" in folder.types("upgrade", "--sql")
    assert not (folder.place / "x.db").exists()
    assert folder.types("upgrade").endswith("now at a1 (head)\n")
    assert folder.types("current") == "a1  make a1  (head)\n"
    assert "create table t" in folder.types("check", expect=1)
    assert folder.types("downgrade", "base").endswith("now at base\n")


def test_several_databases(folder: Folder) -> None:
    folder.types("init", "--template", "multidb", "--models", "models:metadata")
    settings = folder.place / "limbeck.toml"
    settings.write_text(
        settings.read_text()
        + '\n[databases.one]\nurl = "sqlite:///1.db"\n[databases.two]\nurl = "sqlite:///2.db"\n'
    )
    folder.has("a1", None)
    assert folder.types("upgrade", "--sql").count("create table t_a1") == 2
    assert folder.types("upgrade", "-n", "two").endswith("two: now at a1 (head)\n")
    said = folder.types("upgrade")
    assert "one: now at a1 (head)\n" in said
    assert "two: nothing to do: the database stands at a1 (head)\n" in said


def test_a_project_is_not_begun_twice(folder: Folder) -> None:
    folder.types("init", "--pyproject", "--url", "sqlite:///x.db")
    for again in ("init", "init --pyproject"):
        assert folder.types(*again.split(), expect=2) == (
            f"error LB133: There is a project here already: {folder.place}{os.sep}pyproject.toml.\n"
            "  Type: limbeck history\n"
        )
