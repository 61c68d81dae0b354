"""Replay the migrations of published programs with the original Alembic and with our facade: `make replay`.

    python tools/replay.py [--only mlflow] [--keep]

Each program is run as its users run it, twice, in folders of their own: once as it is installed, once with the facade
answering to `import alembic`. Compared are what it says, its exit codes, and all that then stands in its databases:
tables, indexes, version rows. The order of unnamed constraints within a table is left out: it changes from run to run
with the original. Runs with the Python that runs this file, which needs the programs (see the Makefile).
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".conformance" / "replay"
BIN = Path(sys.executable).parent

PROGRAMS: dict[str, list[list[str]]] = {
    "optuna": [
        ["optuna", "create-study", "--storage", "sqlite:///o.db", "--study-name", "a"],
        ["optuna", "storage", "upgrade", "--storage", "sqlite:///o.db"],
        [
            "python",
            "-c",
            "import optuna; s = optuna.storages.RDBStorage('sqlite:///o.db'); "
            "print(s.get_current_version(), s.get_all_versions()); s.upgrade()",
        ],
    ],
    "mlflow": [
        ["mlflow", "db", "upgrade", "sqlite:///m.db"],
        ["mlflow", "db", "upgrade", "sqlite:///m.db"],
    ],
    "buildbot": [
        ["buildbot", "create-master", "-q", "bb"],
        ["python", "-c", "import os; os.rename('bb/master.cfg.sample', 'bb/master.cfg')"],
        ["buildbot", "upgrade-master", "-q", "bb"],
    ],
    "dagster": [
        [
            "python",
            "-c",
            "from dagster import DagsterInstance as D; i = D.get(); print(i.get_runs_count()); i.upgrade(print_fn=print)",
        ]
    ],
    "prefect": [
        ["prefect", "server", "database", "upgrade", "-y"],
        ["prefect", "server", "database", "downgrade", "-r", "-1", "-y"],
        ["prefect", "server", "database", "upgrade", "-y"],
    ],
}
CHANGING = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?|0x[0-9a-f]+|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,27}\b|"
    r"\d+(?:\.\d+)? ?m?s\b"
)


def run(name: str, ours: bool) -> list[str]:
    """What the program says and leaves behind, line by line."""
    folder = CACHE / name / ("ours" if ours else "original")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dagster").mkdir(parents=True)
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "HOME": str(folder),
        "PREFECT_HOME": str(folder / "prefect"),
        "DAGSTER_HOME": str(folder / "dagster"),
        "DO_NOT_TRACK": "1",
        "PATH": os.pathsep.join((str(BIN), os.environ.get("PATH", ""))),
    }
    if ours:
        site = CACHE / "site"
        site.mkdir(parents=True, exist_ok=True)
        (site / "sitecustomize.py").write_text("import limbeck.alembic\n")
        environment["PYTHONPATH"] = os.pathsep.join((str(site), str(ROOT / "src")))
    lines = []
    for command in PROGRAMS[name]:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
        )
        said = done.stdout.replace(str(folder), "FOLDER").replace(str(ROOT / "src" / "limbeck"), "SITE")
        said = re.sub(r"\S*/site-packages", "SITE", said)
        lines += [f"$ {' '.join(command)}", *CHANGING.sub("~", said).splitlines(), f"exit {done.returncode}"]
    for file in sorted([*folder.rglob("*.db"), *folder.rglob("*.sqlite")]):
        lines += [f"-- {file.relative_to(folder)}", *database(file)]
    return lines


def database(file: Path) -> list[str]:
    """Everything in a SQLite file but rows; the rows of version tables too."""
    with sqlite3.connect(file) as connection:
        schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        found = [
            repr((kind, name, table, sorted(part.strip(" \t,") for part in (sql or "").splitlines())))
            for kind, name, table, sql in schema
        ]
        for kind, name, _, _ in schema:
            if kind == "table" and "version" in name and "alembic" in name:
                found.append(f"{name}: {connection.execute(f'SELECT * FROM {name}').fetchall()}")
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=PROGRAMS, help="a program; several are possible")
    options = parser.parse_args()
    differ = 0
    for name in options.only or PROGRAMS:
        original, ours = run(name, ours=False), run(name, ours=True)
        difference = list(difflib.unified_diff(original, ours, "original", "ours", lineterm="", n=1))
        differ += bool(difference)
        print(f"{name:10} {'differs' if difference else 'same'}, {len(original)} lines compared")
        print(*(line[:300] for line in difference), sep="\n", end="\n" if difference else "")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
