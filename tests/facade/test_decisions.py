"""The tests of Alembic's own that docs/decisions/0031 names stand in the lists it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "decisions" / "0031-facade.md").read_text(encoding="utf-8")
NAMED = re.findall(r"^\| ((?:T1|T1h|T2|white)_\w+) \| `(.+?)` \|", TEXT, re.MULTILINE)


def test_each_id_stands_in_its_list() -> None:
    lists = {
        path.stem: set(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "conformance").glob("*.txt")
    }
    assert len(NAMED) > 30
    assert [(name, test) for name, test in NAMED if test not in lists[name]] == []


@pytest.mark.parametrize("part", ["record a defect", "does not pass"])
def test_no_row_escapes_the_look(part: str) -> None:
    """Every row of the two tables is one of those that are looked up."""
    table = TEXT.partition(part)[2].partition("\n| list |")[2].partition("\n\n")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ") and "`test_" in row]
    assert rows and all(re.match(r"\| \w+ \| `.+?` \|", row) for row in rows)
