"""Names that git shows in the place of others, in real repositories; and no word where there is none."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from limbeck.commands.git_view import replaced

MODELS = """\
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    mail = Column(String(50))
    age: Mapped[int] = mapped_column()
    street = mapped_column(String(20))


places = Table(
    "places",
    metadata,
    Column("town", String),
)
"""


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "models.py").write_text(MODELS)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "models")
    return folder


def changed(repository: Path, *pairs: tuple[str, str]) -> frozenset[tuple[str, str]]:
    text = MODELS
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (repository / "src" / "models.py").write_text(text)
    return replaced(repository)


def test_a_line_in_the_place_of_another(repository: Path) -> None:
    assert changed(repository) == frozenset()
    assert changed(repository, ("mail = ", "email = ")) == {("mail", "email")}
    assert changed(repository, ("age: ", "years: ")) == {("age", "years")}
    assert changed(repository, ("street = mapped", "road = orm.mapped")) == {("street", "road")}
    assert changed(repository, ('Column("town"', 'Column("city"')) == {("town", "city")}
    assert changed(repository, ('__tablename__ = "users"', "__tablename__ = 'people'")) == {
        ("users", "people")
    }
    assert changed(repository, ('    "places",', '    "spots",')) == {("places", "spots")}


def test_several_names_in_one_line(repository: Path) -> None:
    line = 'Table("a", m, Column("id", Integer), Column("mail", String), Column("age", Integer))\n'
    (repository / "src" / "models.py").write_text(line)
    git(repository, "commit", "-qam", "one line")
    (repository / "src" / "models.py").write_text(line.replace("mail", "email"))
    assert replaced(repository) == {("mail", "email")}


def test_lines_that_come_or_go_alone_say_nothing(repository: Path) -> None:
    assert changed(repository, ("    mail = Column(String(50))\n", "")) == frozenset()
    assert changed(repository, ("    mail = ", "    new = Column(Integer)\n    mail = ")) == frozenset()
    assert changed(repository, ("Column(String(50))", "Column(String(60))")) == frozenset()


def test_two_lines_in_the_place_of_two(repository: Path) -> None:
    found = changed(repository, ("mail = ", "email = "), ("age: ", "years: "))
    assert found == {("mail", "email"), ("age", "years")}


def test_it_is_seen_from_any_folder_and_when_it_is_staged(repository: Path) -> None:
    changed(repository, ("mail = ", "email = "))
    git(repository, "add", "-A")
    (repository / "migrations").mkdir()
    assert replaced(repository / "migrations") == {("mail", "email")}


def test_without_a_repository_a_commit_or_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert replaced(tmp_path) == frozenset()
    git(tmp_path, "init", "-q")
    assert replaced(tmp_path) == frozenset()
    assert replaced(tmp_path / "nowhere") == frozenset()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert replaced(tmp_path) == frozenset()


def test_no_pager_diff_or_monitor_of_the_settings_is_run(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for setting in ("diff.external", "core.fsmonitor", "core.pager", "diff.odd.textconv", "diff.odd.command"):
        git(repository, "config", setting, str(trap))
    (repository / ".git" / "info" / "attributes").write_text("*.py diff=odd\n")
    assert changed(repository, ("mail = ", "email = ")) == {("mail", "email")}
    assert not (tmp_path / "sprung").exists()


def test_a_git_that_hangs_is_left(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 20\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    begun = time.monotonic()
    assert replaced(repository, seconds=0.3) == frozenset()
    assert time.monotonic() - begun < 10
