"""Print the requirements of dependency groups of pyproject.toml, for pips that know no `--group` (before 25.1).

python tools/groups.py test lint > requirements.txt
"""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def requirements(project: Path, groups: list[str]) -> list[str]:
    known = tomllib.loads(project.read_text(encoding="utf-8"))["dependency-groups"]
    return [line for group in groups for line in known[group]]


if __name__ == "__main__":
    print("\n".join(requirements(Path(__file__).parents[1] / "pyproject.toml", sys.argv[1:])))
