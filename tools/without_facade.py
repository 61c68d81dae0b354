"""The core without the facade: a copy of this tree from which everything of Alembic's is deleted, and its tests.

    python tools/without_facade.py [arguments of pytest ...]

The copy has no `limbeck/alembic`, no `packages/limbeck-alembic`, no entry point that names them, and none of the tests
that are about Alembic projects. What is left must pass: nothing below the facade leans on it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
GONE = (
    "src/limbeck/alembic",
    "packages",
    "tests/facade",
    "tests/ecosystem",
    "tests/distribution",
    "tests/converge/converge_alembic.py",
    "tests/converge/converge_words.py",
    "tests/end_to_end/test_run_and_doctor.py",
)
ABOUT_PROJECTS = "tests/*/test_*alembic*.py"
HIDDEN = shutil.ignore_patterns(
    ".venv*", ".git", ".conformance", ".hypothesis", "__pycache__", "*_cache", "build", "dist"
)


def copy(place: Path) -> Path:
    shutil.copytree(ROOT, place, ignore=HIDDEN)
    for gone in (*(place / name for name in GONE), *place.glob(ABOUT_PROJECTS)):
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    without_entry_point(place / "src")
    return place


def without_entry_point(folder: Path) -> None:
    """The installed metadata, less the kind of project that the facade brings; found before the installed one."""
    installed = distribution("limbeck")
    info = folder / f"limbeck-{installed.version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(installed.read_text("METADATA") or "", encoding="utf-8")
    points = [point for point in installed.entry_points if point.group != "limbeck.projects"]
    groups = dict.fromkeys(point.group for point in points)
    lines = [
        line
        for group in groups
        for line in (f"[{group}]", *(f"{p.name} = {p.value}" for p in points if p.group == group))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="limbeck-without-") as folder:
        place = copy(Path(folder) / "limbeck")
        environ = {**os.environ, "PYTHONPATH": str(place / "src")}
        check = "import limbeck, importlib.util as u; assert u.find_spec('limbeck.alembic') is None; print(limbeck.__file__)"
        subprocess.run([sys.executable, "-c", check], cwd=place, env=environ, check=True)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=place, env=environ, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
