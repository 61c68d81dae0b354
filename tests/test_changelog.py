"""Fragments become a section of the changelog, and the ones in this repository are well-formed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import changelog  # noqa: E402


def test_the_fragments_of_this_repository() -> None:
    changelog.read(ROOT / "changes")


def test_a_release(tmp_path: Path) -> None:
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").write_text("how\n")
    (tmp_path / "changes" / "b.fixed.md").write_text("B is mended.\n")
    (tmp_path / "changes" / "a.added.md").write_text("A is new\nand shiny.\n")
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n<!-- releases -->\n\n## 0.1.0 (2027-01-01)\n")
    changelog.release(tmp_path, "0.2.0", "2027-02-01")
    assert (tmp_path / "CHANGELOG.md").read_text() == (
        "# Changes\n\n<!-- releases -->\n\n"
        "## 0.2.0 (2027-02-01)\n\n### Added\n\n- A is new\n  and shiny.\n\n### Fixed\n\n- B is mended.\n\n"
        "## 0.1.0 (2027-01-01)\n"
    )
    assert [p.name for p in (tmp_path / "changes").iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.new.md", "A."), ("A.added.md", "A."), ("a.added.txt", "A."), ("a.added.md", "- A.")],
)
def test_what_is_no_fragment_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(changelog.WrongFragment, match=name):
        changelog.read(tmp_path)
