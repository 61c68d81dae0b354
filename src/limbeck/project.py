"""A project: its folder, its settings, its revision files; and its Environment, which reaches the databases.

Without an env.py the databases of the settings are opened here, one after the other. With one in the migrations
folder, that file opens them (`limbeck.context`); both end in the same `work(connection, options)`.

Other kinds of project come by the entry point group `limbeck.projects`: an object with `detect(place) -> bool`, asked
for every folder upwards (or for the file given with -c), and `open(place, options) -> Project`. In one folder
limbeck's own settings come first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from limbeck.errors import (
    ConfigMissing,
    EnvScriptDidNothing,
    EnvScriptFailed,
    LimbeckError,
    ModelsNotSet,
    NotConfigured,
    ProjectMissing,
    UrlNotSet,
)

if TYPE_CHECKING:
    from limbeck.config import Settings
    from limbeck.policy import Policy
    from limbeck.scripts.folder import ScriptFolder

ENV_SCRIPT = "env.py"


NOTHING: Mapping[str, Any] = MappingProxyType({})
UNDONE: Mapping[int, tuple[str, ...]] = MappingProxyType({})


# Named tuples: the module dataclasses would take a tenth of the time that `limbeck heads` takes.


class Options(NamedTuple):
    """What the command line said beside the command: `-c`, `-n`, `-x name=value`, `--url`, `--sql`, `--tag`."""

    config: Path | None = None
    database: str | None = None
    url: str | None = None
    arguments: tuple[str, ...] = ()
    offline: bool = False
    tag: str | None = None
    typed: Mapping[str, Any] = NOTHING
    """The whole parsed command line, for kinds of projects that show it to programs of the person's."""

    def x(self) -> dict[str, str]:
        """The `-x name=value` as a mapping; one without = has the value ""."""
        pieces = (text.partition("=") for text in self.arguments)
        return {name: value for name, _, value in pieces}


class RunOptions(NamedTuple):
    """What an environment hands to `work` beside the connection.

    `database` is its name ("" where there is one only), `offline` says that `connection` is None and `dialect` is what
    the script is written for. `models` are MetaData objects that env.py gave, else None. `arguments` go to upgrade()
    and downgrade(). What context.configure said otherwise than the settings stands in `changed`.
    """

    database: str = ""
    dialect: Any = None
    offline: bool = False
    models: Sequence[Any] | None = None
    arguments: Mapping[str, Any] = NOTHING
    changed: Mapping[str, Any] = NOTHING


Work = Callable[[Any, RunOptions], None]


class Environment(Protocol):
    @property
    def undone(self) -> Mapping[int, tuple[str, ...]]:
        """Which of the calls of `work`, counted from 0, were rolled back afterwards; and the version rows there are then."""
        ...

    def run(self, work: Work) -> int:
        """Calls `work(connection, options)` once for each database, and says how often it did."""
        ...


class Author(Protocol):
    """Who writes and compares in a project with ways of its own (`limbeck.commands` has the types)."""

    def autogenerate(self, wish: Any, answers: Any, ask: Any) -> Any:
        """A file for what differs: `commands.revision.Written`."""
        ...

    def check(self) -> Any:
        """A tuple of `commands.autogenerate.Differences`."""
        ...

    def write(self, wish: Any, changes: Any) -> Any:
        """A file for `changes`: for each database (`Differences`, the Snapshot from which they lead on), in the order in
        which the environment comes to them. Gives `commands.revision.Written`."""
        ...

    def narrow(self, options: Any, have: Any, want: Any) -> Any:
        """Both Snapshots of a comparison without what the project leaves out of every comparison."""
        ...

    def once_made(self) -> Callable[[Any], bool]:
        """Whether a revision of the project made an object because the models declared it."""
        ...

    def variables(self) -> Mapping[str, Any]:
        """Further names for the project's template of revision files."""
        ...

    def finish(self, path: Path) -> None:
        """What is done with a file after it was written."""
        ...


class Project(Protocol):
    """What the commands need of a project, of whatever kind."""

    @property
    def author(self) -> Author | None:
        """None: limbeck compares and writes by itself."""
        ...

    @property
    def folder(self) -> Path: ...

    @property
    def settings(self) -> Any: ...

    @property
    def scripts(self) -> Any: ...

    @property
    def environment(self) -> Environment: ...

    def models(self, database: str | None = None) -> Sequence[Any]:
        """The MetaData objects to compare with. Raises ModelsNotSet, ModelsNotFound, ModelsFailed."""
        ...

    def policy(self, options: RunOptions) -> Policy:
        """How a run over the database of these options is done."""
        ...

    def landing(self, stage: Any, options: RunOptions) -> AbstractContextManager[None]:
        """Inside, what a revision's function calls lands on that Stage instead of a database."""
        ...

    def within(self, connection: Any, options: RunOptions) -> AbstractContextManager[None]:
        """Inside, a run on that connection, which the environment did not open, reaches nothing else."""
        ...


# -- finding ----------------------------------------------------------------------------------------------------


def find(folder: Path | None = None, options: Options = Options()) -> Project:
    """The project in this folder or above it. Raises ProjectMissing, ConfigMissing, and what its settings raise."""
    from limbeck import config

    if options.config is not None:
        return _given(options.config, options)
    start = (folder or Path.cwd()).absolute()
    own = config.find(start)
    for place in (start, *start.parents):
        if own is not None and own.parent == place:
            return NativeProject(config.read(own), options)
        for kind in kinds():
            if kind.detect(place):
                found: Project = kind.open(place, options)
                return found
    raise ProjectMissing(place=str(start))


def _given(path: Path, options: Options) -> Project:
    from limbeck import config

    if path.is_dir():
        return find(path, options._replace(config=None))
    if not path.is_file():
        raise ConfigMissing(path=str(path))
    for kind in kinds():
        if kind.detect(path):
            found: Project = kind.open(path, options)
            return found
    return NativeProject(config.read(path), options)


def kinds() -> Iterator[Any]:
    """Those of the entry points, and those that stand beside us (a file `_project.py` in a room), which a source checkout
    has no entry points for."""
    from importlib import import_module

    own = {f"limbeck.{file.parent.name}._project" for file in Path(__file__).parent.glob("*/_project.py")}
    for name in sorted(own):
        yield import_module(name)
    from importlib.metadata import (
        entry_points,
    )  # as late as can be: it takes as long as reading 500 revisions

    for point in entry_points(group="limbeck.projects"):
        if point.value not in own:
            yield point.load()


# -- our own kind -----------------------------------------------------------------------------------------------


class NativeProject:
    """A project with limbeck.toml or [tool.limbeck]."""

    author: Author | None = None

    def __init__(self, settings: Settings, options: Options = Options()) -> None:
        self.settings = settings
        self.options = options
        self.folder = settings.folder
        self._scripts: ScriptFolder | None = None

    @property
    def scripts(self) -> ScriptFolder:
        if self._scripts is None:
            from limbeck.scripts.folder import ScriptFolder

            self._scripts = ScriptFolder.of(self.settings, self.options.database)
        return self._scripts

    @property
    def environment(self) -> Environment:
        script = self.settings.migrations / ENV_SCRIPT
        return EnvScript(self, script) if script.is_file() else Direct(self)

    @property
    def import_path(self) -> tuple[Path, ...]:
        """What stands first on the import path: what the settings say, and src/ of the project where there is one."""
        folders = tuple(self.settings.prepend_sys_path)
        source = self.folder / "src"
        return (*folders, source) if self.folder in folders and source.is_dir() else folders

    @property
    def databases(self) -> tuple[str, ...]:
        """The names of the databases that are meant: those of the settings, or the one of -n."""
        if self.options.database:
            return (self.settings.database(self.options.database).name,)
        return tuple(each.name for each in self.settings.databases)

    def url(self, database: str = "") -> Any:
        """The URL of a database, variables filled in; a relative SQLite path is read from the project's folder.

        Raises UrlNotSet, VariableNotSet, BadUrl.
        """
        from limbeck.shore import connect

        if self.options.url is not None:
            return connect.read(self.options.url)
        text = self.settings.url_of(database or None)
        if text is None:
            file = self.settings.file.name if self.settings.file is not None else "The settings"
            raise UrlNotSet(file=file, database=database)
        return connect.under(self.folder, connect.read(text))

    def models(self, database: str | None = None) -> Sequence[Any]:
        from limbeck.shore import models

        names = self.settings.database(database).models if database else self.settings.models
        if not names:
            file = self.settings.file.name if self.settings.file is not None else "the project"
            raise ModelsNotSet(settings=file)
        written = self.settings.where("models")
        return [each for name in names for each in models.load(name, self.import_path, written)]

    def policy(self, options: RunOptions) -> Policy:
        from limbeck.policy import Policy

        said: dict[str, Any] = {
            "transaction": self.settings.transaction,
            "version_table": self.settings.version_table,
            "version_schema": self.settings.version_table_schema,
            "lock_timeout": self.settings.lock_timeout,
            **{
                name: options.changed.get(name)
                for name in ("transaction", "version_table", "version_schema")
                if options.changed.get(name) is not None
            },
        }
        return Policy(**{name: value for name, value in said.items() if value is not None})

    def landing(self, stage: Any, options: RunOptions) -> AbstractContextManager[None]:
        from limbeck.author.stage import entered

        return entered(stage)

    def within(self, connection: Any, options: RunOptions) -> AbstractContextManager[None]:
        return nullcontext()  # the run's own stage is all that a revision speaks to


class Direct:
    """Opens the databases of the settings by itself."""

    undone: Mapping[int, tuple[str, ...]] = UNDONE

    def __init__(self, project: NativeProject) -> None:
        self.project = project

    def run(self, work: Work) -> int:
        from limbeck.shore import models

        models.reachable(self.project.import_path)
        names = self.project.databases or ("",)
        for name in names:
            self._one(work, name)
        return len(names)

    def _one(self, work: Work, name: str) -> None:
        from limbeck.shore import connect

        url = self.project.url(name)
        if self.project.options.offline:
            work(None, RunOptions(database=name, dialect=connect.dialect(url), offline=True))
            return
        limit = self.project.settings.connect_timeout or connect.CONNECT_TIMEOUT

        def connected(connection: Any) -> None:
            work(connection, RunOptions(database=name, dialect=connection.dialect))

        connect.connected(url, connected, connect_timeout=limit)


class EnvScript:
    """Runs the project's env.py, which opens the databases."""

    undone: Mapping[int, tuple[str, ...]] = UNDONE

    def __init__(self, project: NativeProject, path: Path) -> None:
        self.project = project
        self.path = path

    def run(self, work: Work) -> int:
        from limbeck.shore import connect, models

        connect.accept_old_names()
        models.reachable(self.project.import_path)
        session = EnvSession(self.project, self.path, work)
        with entered(session), self._explained():
            self._execute()
        if not session.calls and not session.skipped:
            raise EnvScriptDidNothing(path=self._shown)
        return session.calls

    @property
    def _shown(self) -> str:
        inside = self.path.is_relative_to(self.project.folder)
        return str(self.path.relative_to(self.project.folder)) if inside else str(self.path)

    def _execute(self) -> None:
        from importlib.util import module_from_spec, spec_from_file_location

        from limbeck.scripts.bytecode import HashedFileLoader

        name = "_limbeck_env"
        spec = spec_from_file_location(name, self.path, loader=HashedFileLoader(name, str(self.path)))
        assert spec is not None and spec.loader is not None
        module = module_from_spec(spec)
        before = sys.modules.get(name)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        finally:
            if before is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = before

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Its exceptions as errors for a person; what limbeck itself raised inside passes as it is."""
        from limbeck.shore import connect, models

        try:
            yield
        except (LimbeckError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            fault = connect.explain(error) if isinstance(error, Exception) else None
            if fault is not None:
                raise fault from None
            folders = [str(folder) for folder in (self.project.folder, *self.project.import_path)]
            place = models.place_in(error, folders) or self._shown
            raise EnvScriptFailed(place=place, said=models.in_a_line(error)) from error


class EnvSession:
    """One run of an env.py: what `limbeck.context` shows it, and what it said."""

    def __init__(self, project: NativeProject, path: Path, work: Work) -> None:
        self.project = project
        self.path = path
        self.work = work
        self.calls = 0
        self.skipped = False
        self.settings = project.settings
        self.is_offline = project.options.offline
        self.database = project.options.database or ""
        self.x: Mapping[str, str] = project.options.x()
        self.tag = project.options.tag
        self._connection: Any = None
        self._said: dict[str, Any] | None = None

    @property
    def url(self) -> str:
        return self.url_of(self.database)

    @property
    def databases(self) -> tuple[str, ...]:
        return self.project.databases

    def url_of(self, database: str) -> str:
        from limbeck.shore import connect

        url = self.project.url(database)
        usable = url if self.is_offline else connect.with_driver(url)
        return str(usable.render_as_string(hide_password=False))

    def configure(self, connection: Any, **options: Any) -> None:
        self._connection = connection
        self._said = {name: value for name, value in options.items() if value is not None}

    def run_migrations(self, arguments: Mapping[str, Any]) -> None:
        from limbeck.shore import connect, models

        said = self._said or {}
        if self.is_offline and (said or self._connection is not None):
            self._connection, dialect = None, self._dialect(connect, said)
        elif self._connection is None:
            raise NotConfigured(path=str(self.path))
        else:
            dialect = self._connection.dialect
        given = said.get("models")
        options = RunOptions(
            database=said.get("database") or self.database,
            dialect=dialect,
            offline=self.is_offline,
            models=None if given is None else models.metadatas(given),
            arguments=dict(arguments),
            changed={name: said[name] for name in CHANGEABLE if name in said},
        )
        self.calls += 1
        self.work(self._connection, options)

    def _dialect(self, connect: Any, said: Mapping[str, Any]) -> Any:
        if self._connection is not None:
            return self._connection.dialect
        wanted = said.get("dialect") or said.get("url") or self.url
        return connect.dialect(wanted) if isinstance(wanted, str) or hasattr(wanted, "drivername") else wanted

    def skip(self) -> None:
        self.skipped = True


CHANGEABLE = ("schemas", "version_table", "version_schema", "transaction")


@contextmanager
def entered(session: EnvSession) -> Iterator[None]:
    """Inside, `limbeck.context` speaks of this session."""
    from limbeck.author import context

    token = context.session.set(session)
    context.running.append(session)
    try:
        yield
    finally:
        context.running.remove(session)
        context.session.reset(token)
