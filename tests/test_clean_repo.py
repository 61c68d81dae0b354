"""Nothing in the repository tells of the machine it was written on, and every source file is fit to be read."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = 600

# Put together here, so that they do not match themselves.
ROOTS = "|".join(
    ("work", "root", r"home/\w+", "farm", "/".join(("opt", "wheels")), "/".join(("opt", "pypi")))
)
INDEX = ["-".join(words) for words in (("index", "url"), ("find", "links"), ("trusted", "host"))]
INDEX += [r"\.".join(words) for words in (("pythonhosted", "org"), ("pypi", "org/simple"))]
MACHINE = {
    "a path of one machine": re.compile(rf"(?<![\w./])/(?:{ROOTS})(?:/|\b(?!\w))"),
    "a package index": re.compile("|".join(INDEX), re.IGNORECASE),
}
LOCK_FILES = {"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".cfg", ".ini", ".sh", ".mako", ".json", ""}


def tracked() -> list[Path]:
    """The files git knows, or all of them where there is no git (an sdist)."""
    try:
        said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        return sorted(p for name in said.decode().split("\0") if name and (p := ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        return sorted(p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts[0])


FILES = [p for p in tracked() if p.suffix in TEXT]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("what", MACHINE)
def test_no_trace_of_a_machine(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE[what].search(line)
    ]
    assert not found, "\n".join(found)


TRACES = [
    "/".join(("", "root", "x")),
    "cd " + "/".join(("", "work")),
    "/".join(("'", "home", "me")),
    "--" + INDEX[0],
]


@pytest.mark.parametrize("trace", TRACES)
def test_a_trace_would_be_seen(trace: str) -> None:
    assert any(pattern.search(trace) for pattern in MACHINE.values())


@pytest.mark.parametrize(
    "text", ["tests/work/x", "the root", "a/root/b", "/workers", "home/x", "mysql://root@db"]
)
def test_ordinary_words_are_no_traces(text: str) -> None:
    assert not any(pattern.search(text) for pattern in MACHINE.values())


def test_no_lock_files() -> None:
    assert [p.name for p in tracked() if p.name in LOCK_FILES] == []


def test_every_source_file_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "templates" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, silent


def test_no_source_file_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES
    }
    assert {name: n for name, n in lengths.items() if n > LINES} == {}
