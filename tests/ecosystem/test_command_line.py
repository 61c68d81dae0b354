"""Every command of 1.20.1 with its arguments and options, and what `init` leaves behind."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import pytest

COMMANDS = """
branches: -v/--verbose
check:
current: -c/--check-heads -v/--verbose
downgrade: --sql --tag revision
edit: rev
ensure_version: --sql
heads: --resolve-dependencies -v/--verbose
history: -i/--indicate-current -r/--rev-range -v/--verbose
init: --package -t/--template directory
list_templates:
merge: --branch-label --rev-id --splice -m/--message revisions
revision: --autogenerate --branch-label --depends-on --head --rev-id --splice --sql --version-path -m/--message
show: rev
stamp: --purge --sql --tag revisions
upgrade: --sql --tag revision
"""
EVERYWHERE = "--raiseerr --version -c/--config -h/--help -n/--name -q/--quiet -x"
TEMPLATES = ("generic", "async", "multidb", "pyproject", "pyproject_async")


def words(parser: argparse.ArgumentParser) -> str:
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue
        found.append("/".join(sorted(action.option_strings, key=len)) or action.dest)
    return " ".join(sorted(found))


def parsers() -> tuple[argparse.ArgumentParser, dict[str, Any]]:
    from alembic.config import CommandLine

    parser = CommandLine(prog="alembic").parser
    [below] = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return parser, dict(below.choices)


def test_options() -> None:
    parser, below = parsers()
    assert words(parser) == EVERYWHERE
    told = {name: words(each).replace("-h/--help", "").split() for name, each in below.items()}
    wanted = {
        line.partition(":")[0]: line.partition(":")[2].split() for line in COMMANDS.strip().splitlines()
    }
    assert told == wanted


@pytest.mark.parametrize("template", TEMPLATES)
def test_init(template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command
    from alembic.config import Config, main

    monkeypatch.chdir(tmp_path)
    main(["init", "-t", template, "db"])
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    ini = ["pyproject.toml"] if "pyproject" in template else []
    assert left == sorted(["alembic.ini", "db/README", "db/env.py", "db/script.py.mako", *ini])
    assert (tmp_path / "db" / "versions").is_dir()
    out = io.StringIO()
    command.list_templates(Config(stdout=out))
    assert f"{template} - " in out.getvalue()
    main(["revision", "-m", "one"])
    assert len(list((tmp_path / "db" / "versions").glob("*_one.py"))) == 1


@pytest.mark.parametrize(
    ("typed", "code"),
    [([], 2), (["nonsense"], 2), (["upgrade"], 2), (["heads"], 255), (["show", "nothing"], 255)],
)
def test_exit_codes(typed: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.config import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code in (code, code - 256)
