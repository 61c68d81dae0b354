"""What a command imports is most of what it costs: what may not be loaded, and why.

Measured figures: bench/commands.py. Here only what would make them worse without anybody noticing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from limbeck import config

ROOT = Path(__file__).parents[1]

BANNED = {
    "sqlalchemy": "a third of a second; reading files needs no database",
    "rich": "only what is drawn on a terminal needs it",
    "mako": "only a new file made from script.py.mako needs it",
    "typing_extensions": "10 ms, and a package that limbeck does not depend on",
    "dataclasses": "it brings inspect, ast, dis and tokenize: 8 ms, as long as reading 100 revisions",
    "inspect": "see dataclasses",
    "ast": "only a file whose head cannot be read by its first lines needs it",
    "shutil": "it brings bz2, lzma and zlib: 5 ms; argparse imports it to learn how wide the terminal is",
    "json": "only --json needs it",
    "asyncio": "50 ms",
    "logging": "5 ms",
    "importlib.metadata": "it brings email and socket: 30 ms; only kinds of projects from other packages need it",
    "subprocess": "only hooks and editors need it",
    "limbeck.errors.comparing": "nothing is compared",
    "limbeck.ops": "the operations stand on some two hundred dataclasses",
    "limbeck.run": "nothing runs",
    "limbeck.shore": "the only room that imports SQLAlchemy",
    "limbeck.alembic": "an Alembic project is looked for only where there is no project of limbeck's own kind",
}

REVISION = '''"""{name}

Create Date: 2024-01-01
"""
from limbeck import op
import sqlalchemy as sa

revision = "{name}"
down_revision = {down!r}


def upgrade():
    pass
'''

PROGRAM = """
import sys
from limbeck.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("\\n".join(["modules:", *sys.modules]))
sys.exit(code)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "limbeck.toml").write_text(config.new_toml(url="sqlite:///app.db", migrations="migrations"))
    versions = tmp_path / "migrations"
    versions.mkdir()
    for name, down in (("a1", None), ("b2", "a1"), ("c3", "a1"), ("d4", ("b2", "c3"))):
        (versions / f"{name}.py").write_text(REVISION.format(name=name, down=down))
    return tmp_path


def imported(folder: Path, *words: str) -> set[str]:
    """The modules that are there when the command has ended, beyond those of Python's own start."""

    def modules(*command: str) -> set[str]:
        ran = subprocess.run(
            [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=True
        )
        return set(ran.stdout.partition("modules:\n")[2].split())

    start = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n"
    return modules("-c", start + PROGRAM, *words) - modules(
        "-c", 'import sys; print("modules:", *sys.modules, sep="\\n")'
    )


@pytest.mark.parametrize(
    "words",
    [
        ("heads",),
        ("heads", "-v"),
        ("history",),
        ("history", "-r", "a1:d4"),
        ("branches",),
        ("show", "d4"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_commands_about_files_import_little(project: Path, words: tuple[str, ...]) -> None:
    loaded = imported(project, *words)
    assert "limbeck.cli" in loaded
    found = {name: why for name, why in BANNED.items() if name in loaded}
    assert not found


def test_json_brings_json_alone(project: Path) -> None:
    loaded = imported(project, "history", "--json")
    assert {name for name in BANNED if name in loaded} == {"json"}


def test_current_imports_the_database_it_asks_alone(project: Path) -> None:
    loaded = imported(project, "current")
    assert "sqlalchemy" in loaded
    others = ("postgresql", "mysql", "mssql", "oracle")
    unneeded = [f"sqlalchemy.dialects.{name}" for name in others] + [
        f"limbeck.backends.{name}" for name in others
    ]
    assert [
        name
        for name in (*unneeded, "rich", "mako", "limbeck.diff", "limbeck.judge", "limbeck.embedded")
        if name in loaded
    ] == []
