"""Who answers to `import alembic`: for the programs that `limbeck run` starts, and as `limbeck doctor` tells it.

A started program gets a folder as the first on its PYTHONPATH (`_front`), where an `alembic` stands that steps aside
for the facade; processes that it starts inherit it. Nothing is imported there until something says `import alembic`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

FRONT = str(Path(__file__).parent / "_front")
HOME = str(Path(__file__).parents[2])
SWITCH = "LIMBECK_ALEMBIC"


def launching(program: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The program and its environment, so that `import alembic` means the facade in it and below it.

    `alembic` itself is run as a module, whoever owns the script of that name.
    """
    paths = [path for path in environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != FRONT]
    changed = {
        **environ,
        "PYTHONPATH": os.pathsep.join([FRONT, *paths]),
        "LIMBECK_HOME": HOME,
        SWITCH: "1",
    }
    if program[:1] == ["alembic"]:
        return [sys.executable, "-m", "alembic", *program[1:]], changed
    return list(program), changed


# -- who answers ------------------------------------------------------------------------------------------------

ASK = """\
import json, sys
try:
    import alembic
    if not getattr(alembic, "__file__", None):
        raise ImportError("there is but a folder alembic/ here, which is no package")
except ImportError as error:
    found = {"error": str(error)}
else:
    found = {
        "file": alembic.__file__,
        "version": getattr(alembic, "__version__", ""),
        "ours": getattr(alembic, "_answers_for_alembic", "") == "limbeck",
    }
found["finder"] = any(type(each).__module__ == "_limbeck_alembic" for each in sys.meta_path)
print(json.dumps(found))
"""


class Answer(NamedTuple):
    """Who answers in a program of this environment that is started by itself. `who`: limbeck, alembic, other, nobody."""

    who: str
    why: str
    file: str
    version: str
    installed: str | None
    """The version of the distribution alembic that is installed, if it is."""


def answer() -> Answer:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ),
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        found = {"error": (done.stderr.strip().splitlines() or ["it cannot be imported"])[-1]}
    installed = _original()
    file = str(found.get("file", ""))
    return Answer(
        _who(found, installed), _why(found, installed), file, str(found.get("version", "")), installed
    )


def _original() -> str | None:
    """The version of the real distribution; the one that stands in for it in `_front` does not count."""
    for each in metadata.distributions(name="alembic"):
        if not str(each.locate_file("")).startswith(FRONT):
            return each.version
    return None


def _who(found: Mapping[str, Any], installed: str | None) -> str:
    if "error" in found:
        return "nobody"
    if found["ours"]:
        return "limbeck"
    return "alembic" if installed and "site-packages" in found["file"] else "other"


def _why(found: Mapping[str, Any], installed: str | None) -> str:
    if "error" in found:
        return f"{found['error']}; limbeck's own commands bring the facade for themselves"
    if found["ours"]:
        if FRONT in os.environ.get("PYTHONPATH", ""):
            return "this process was started by limbeck run"
        return "limbeck-alembic puts it first at every start of Python here"
    if "site-packages" not in found["file"]:
        return f"{found['file']} stands first on the import path"
    if _switched_off():
        return f"{SWITCH}={os.environ[SWITCH]} switches limbeck-alembic off"
    if _has("limbeck-alembic"):
        return "limbeck-alembic is installed, but its .pth file was not read (python -S or -I?)"
    return (
        "it is installed, and limbeck-alembic is not; limbeck's own commands bring the facade for themselves"
    )


def _switched_off() -> bool:
    return os.environ.get(SWITCH, "").strip().lower() in ("0", "no", "off", "false")


def _has(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


# -- for limbeck doctor -------------------------------------------------------------------------------------------


def findings() -> list[tuple[str, str, str, str]]:
    """Rows of (subject, state, what is so, what to type): states are ok, note, trouble."""
    found = answer()
    shown = {
        "limbeck": f"limbeck's facade answers (as Alembic {found.version})",
        "alembic": f"Alembic {found.version} answers",
        "other": "something else answers",
        "nobody": "nobody answers",
    }[found.who]
    step = (
        "Type: limbeck run -- PROGRAM, or pip install limbeck-alembic"
        if found.who in ("alembic", "nobody")
        else ""
    )
    rows = [("import alembic", "trouble" if found.who == "other" else "ok", f"{shown}: {found.why}", step)]
    if found.file:
        rows.append(("alembic stands in", "ok", found.file, ""))
    rows.append(("Alembic installed", "ok", found.installed or "no", ""))
    return rows
