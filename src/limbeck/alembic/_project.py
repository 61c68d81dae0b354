"""An Alembic project as a kind of limbeck's projects: `limbeck upgrade head` works in it as it stands.

A folder is one where `alembic.ini` stands or pyproject.toml has [tool.alembic]; a file given with `-c`, or named by
ALEMBIC_CONFIG, is one where it says so. Nothing is written but what a command is asked to write.
History and listings are the core's, over the project's version locations; env.py is run by `_running`; new files are
written by `_writing`, so that they run under Alembic itself.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.config import Settings
from limbeck.errors import UsageError
from limbeck.project import Options, RunOptions
from limbeck.scripts.folder import ScriptFolder
from limbeck.scripts.loader import LoadedScript

if TYPE_CHECKING:
    from limbeck.policy import Policy

    from ._running import ProjectEnvironment
    from ._writing import Author
    from .config import Config
    from .script import ScriptDirectory

INI = "alembic.ini"
PYPROJECT = "pyproject.toml"
VARIABLE = "ALEMBIC_CONFIG"


class ProjectSays(UsageError):
    """What Alembic's own rules refuse: a setting that is missing, a folder that is not there, an environment's word."""

    code = "LB140"
    said: str

    def what(self) -> str:
        return self.said.rstrip()


# -- recognising ------------------------------------------------------------------------------------------------


def detect(place: Path) -> bool:
    """Whether this folder, or this file, is an Alembic project's."""
    if place.is_dir():
        return _named_by_environment(place) or (place / INI).is_file() or _toml_says_so(place / PYPROJECT)
    if place.suffix == ".toml":
        return place.name == PYPROJECT and _toml_says_so(place)
    return _ini_says_so(place)


def _named_by_environment(place: Path) -> bool:
    named = os.environ.get(VARIABLE)
    return bool(named and place == Path.cwd() and Path(named).is_file())


def _toml_says_so(path: Path) -> bool:
    try:
        text = path.read_bytes()
    except OSError:
        return False
    if b"tool.alembic" not in text:
        return False
    from importlib import import_module

    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        tools = toml.loads(text.decode("utf-8")).get("tool", {})
    except (ValueError, UnicodeDecodeError):
        return False
    return "alembic" in tools and "limbeck" not in tools


def _ini_says_so(path: Path) -> bool:
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return path.name == INI or b"script_location" in text or b"[alembic]" in text


def launching(program: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    from . import _alias

    return _alias.launching(program, environ)


def findings() -> list[tuple[str, str, str, str]]:
    from . import _alias

    return _alias.findings()


# -- the project ------------------------------------------------------------------------------------------------


def open(place: Path, options: Options) -> AlembicProject:
    """The project of a folder, or of the file that was given."""
    if place.is_dir():
        named = os.environ.get(VARIABLE)
        if named and _named_by_environment(place):
            return _of_file(Path(named), options)
        if place != Path.cwd():
            os.chdir(place)  # its paths are written as seen from here
        return AlembicProject(place, INI, PYPROJECT, options)
    return _of_file(place, options)


def _of_file(file: Path, options: Options) -> AlembicProject:
    folder = file.absolute().parent
    if file.name == PYPROJECT:
        return AlembicProject(folder, INI, str(file), options)
    return AlembicProject(folder, str(file), PYPROJECT, options)


class AlembicProject:
    """What limbeck's commands need of a project. Everything is read when it is first asked for."""

    def __init__(self, folder: Path, ini: str, toml: str, options: Options) -> None:
        self.folder = folder
        self.options = options
        self._files = (ini, toml)

    @cached_property
    def config(self) -> Config:
        from .config import Config

        ini, toml = self._files
        return Config(
            file_=ini,
            toml_file=toml,
            ini_section=self.options.database or "alembic",
            cmd_opts=self._typed(),
        )

    def _typed(self) -> Namespace:
        """The command line as env.py scripts look at it."""
        given = dict(self.options.typed)
        return Namespace(
            **{
                **{name: value for name, value in given.items() if name not in ("parser", "command")},
                "config": [str(self.options.config)] if self.options.config else None,
                "name": self.options.database or "alembic",
                "x": list(self.options.arguments) or None,
                "raiseerr": False,
                "quiet": bool(given.get("quiet")),
                "cmd": (_command(str(given.get("command", ""))), [], []),
                "revision": _one_place(given),
            }
        )

    @cached_property
    def directory(self) -> ScriptDirectory:
        """The facade's own view of the scripts. Puts `prepend_sys_path` and the project's folder on the import path."""
        from .script import ScriptDirectory
        from .util.exc import CommandError

        try:
            found = ScriptDirectory.from_config(self.config)
        except (CommandError, ValueError) as error:
            raise ProjectSays(said=str(error)) from None
        for folder in (str(self.folder),):
            if folder not in sys.path and "." not in sys.path and "" not in sys.path:
                sys.path.append(folder)
        return found

    @cached_property
    def scripts(self) -> ProjectScripts:
        directory = self.directory
        return ProjectScripts(
            [str(place) for place in directory._version_locations],
            recursive=directory.recursive_version_locations,
            sourceless=directory.sourceless,
        )

    @property
    def settings(self) -> Settings:
        """As they stand now: env.py may have said meanwhile where the revisions are."""
        directory = self.directory
        ini = Path(self._files[0])
        return Settings(
            folder=self.folder,
            file=ini if ini.is_file() else Path(self._files[1]),
            migrations=Path(directory.dir).absolute(),
            version_locations=tuple(place.absolute() for place in directory._version_locations),
            recursive=directory.recursive_version_locations,
            file_template=directory.file_template,
            timezone=directory.timezone,
            truncate_slug_length=directory.truncate_slug_length,
            output_encoding=directory.output_encoding,
        )

    @property
    def environment(self) -> ProjectEnvironment:
        from ._running import ProjectEnvironment

        return ProjectEnvironment(self)

    @property
    def author(self) -> Author:
        """Who writes and compares here (see `limbeck.project.Project.author`)."""
        from ._writing import Author

        return Author(self)

    def models(self, database: str | None = None) -> Sequence[Any]:
        from limbeck.errors import ModelsNotSet

        raise ModelsNotSet(settings=f"{self.directory.env_py_location} (target_metadata)")

    def policy(self, options: RunOptions) -> Policy:
        from ._running import policy

        return policy(options)

    def landing(self, stage: Any, options: RunOptions) -> AbstractContextManager[None]:
        from ._replaying import landing

        return landing(stage, options)

    def within(self, connection: Any, options: RunOptions) -> AbstractContextManager[None]:
        from ._replaying import within

        return within(connection, options)


class ProjectScripts(ScriptFolder):
    """The revision files; remembers which one is being run, for what env.py wants to hear of each step."""

    running: str | None = None

    def look_in(self, places: Sequence[Any]) -> None:
        """The files are there from now on; env.py may say so before it lets anything run."""
        locations = tuple(os.path.abspath(place) for place in places)
        if locations != self.locations:
            self.locations = locations
            self.refresh()

    def load(self, revision: str) -> LoadedScript:
        self.running = revision
        return super().load(revision)


def _command(name: str) -> Any:
    from . import command

    return getattr(command, name.replace("-", "_"), None)


def _one_place(given: dict[str, Any]) -> Any:
    places = given.get("revision", given.get("revisions"))
    return places[0] if isinstance(places, list) and len(places) == 1 else places
