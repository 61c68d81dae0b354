"""The revision files of a project: lists them, reads them, builds their history, runs single ones.

A file that cannot be read is put aside (`broken`) and told as an event; only what leads through it fails.
Files are read once, when first asked for; `refresh` forgets them. Order: location by location, names in sorted order.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from limbeck.errors import (
    DuplicateRevision,
    HistoryBroken,
    LimbeckError,
    MissingParent,
    NoSuchRevision,
    RevisionCycle,
    RevisionError,
    RevisionLoop,
    ScriptError,
    ScriptNeeded,
)
from limbeck.events import SILENT, Noticed, Reporter
from limbeck.revisions.graph import RevisionGraph
from limbeck.scripts.loader import LoadedScript, load
from limbeck.scripts.scan import Scanned, from_module, read

if TYPE_CHECKING:
    from limbeck.config import Settings

NOT_REVISIONS = frozenset(("env.py", "conftest.py", "setup.py"))
"""Python files that may stand in a folder of revisions and must not be run to find out that they are none."""

HOPELESS = (RevisionCycle, RevisionLoop, DuplicateRevision)


class ScriptFolder:
    """`locations` may overlap and need not exist."""

    def __init__(
        self,
        locations: Sequence[str | Path],
        *,
        recursive: bool = False,
        sourceless: bool = False,
        reporter: Reporter = SILENT,
    ) -> None:
        self.locations = tuple(os.path.abspath(place) for place in locations)  # noqa: PTH100
        self.recursive = recursive
        self.sourceless = sourceless
        self.reporter = reporter
        self.refresh()

    @classmethod
    def of(cls, settings: Settings, database: str | None = None, reporter: Reporter = SILENT) -> ScriptFolder:
        """The folder of a project, or of one of its databases. Raises NoSuchDatabase."""
        places = settings.database(database).version_locations if database else settings.version_locations
        return cls(places, recursive=settings.recursive, reporter=reporter)

    def refresh(self) -> None:
        """Forget all that was read."""
        self._scripts: dict[str, Scanned] | None = None
        self._graph: RevisionGraph | None = None
        self._loaded: dict[str, LoadedScript] = {}
        self._broken: tuple[ScriptError, ...] = ()
        self._others: tuple[str, ...] = ()
        self._doubled: tuple[str, ...] = ()

    # -- what there is

    @property
    def scripts(self) -> dict[str, Scanned]:
        """Every file that could be read as a revision, by path."""
        if self._scripts is None:
            self._scripts = self._scan()
        return self._scripts

    @property
    def graph(self) -> RevisionGraph:
        """The history. Raises what leaves no order at all: revisions that stand in a circle, one id in two files.

        Otherwise it is lenient: its `mistakes` are raised by routes that touch them.
        """
        if self._graph is None:
            found = [each.revision for each in self.scripts.values() if each.revision is not None]
            graph = RevisionGraph(found, lenient=True, looked_in=self.locations)
            hopeless = tuple(each for each in graph.mistakes if isinstance(each, HOPELESS))
            if hopeless:
                raise hopeless[0] if len(hopeless) == 1 else HistoryBroken(mistakes=hopeless)
            self._graph = graph
        return self._graph

    @property
    def broken(self) -> tuple[ScriptError, ...]:
        """Files that could not be read (not part of the graph), and files that will not compile."""
        _ = self.scripts
        return self._broken

    @property
    def others(self) -> tuple[str, ...]:
        """Python files without a revision."""
        _ = self.scripts
        return self._others

    @property
    def doubled(self) -> tuple[str, ...]:
        """Files that were reached over more than one location; they count once."""
        _ = self.scripts
        return self._doubled

    def path(self, revision: str) -> str:
        return self.graph[revision].origin

    def doc(self, revision: str) -> str:
        """The whole docstring of the file."""
        return self.scripts[self.path(revision)].doc

    # -- running

    def load(self, revision: str) -> LoadedScript:
        """The file of this revision, run once. Raises ScriptBroken, ScriptExited."""
        loaded = self._loaded.get(revision)
        if loaded is None:
            loaded = self._loaded[revision] = load(self.path(revision))
        return loaded

    def require(self, revisions: Iterable[str], direction: str) -> None:
        """Load these and see that each has its function, before the first is run. Raises FunctionMissing."""
        for revision in revisions:
            self.load(revision).function(direction)

    # -- when something is missing

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Around anything that asks the graph: where a revision is missing and files are broken, the error names them."""
        try:
            yield
        except RevisionError as error:
            raise self.explained(error) from error

    def explained(self, error: RevisionError) -> LimbeckError:
        """The error itself, or ScriptNeeded where a broken file may well be what is missing."""
        if isinstance(error, MissingParent):
            missing = error.parent
        elif isinstance(error, NoSuchRevision):
            missing = error.name
        else:
            return error
        likely = tuple(each for each in self.broken if self._speaks_of(each, missing))
        return ScriptNeeded(revision=missing, broken=likely) if likely else error

    def require_ends(self) -> None:
        """Raises ScriptNeeded where a file cannot be read at all: the end of the history may stand in it."""
        unread = tuple(each for each in self.broken if getattr(each, "file", "") not in self.scripts)
        if unread:
            raise ScriptNeeded(revision="", broken=unread)

    def _speaks_of(self, error: ScriptError, revision: str) -> bool:
        path = getattr(error, "file", "")
        if revision in os.path.basename(path):  # noqa: PTH119
            return True
        try:
            return revision.encode() in Path(path).read_bytes()
        except OSError:
            return True

    # -- reading

    def _scan(self) -> dict[str, Scanned]:
        scripts: dict[str, Scanned] = {}
        broken: list[ScriptError] = []
        others: list[str] = []
        for path in self._files():
            try:
                found = read(path) if path.endswith(".py") else from_module(path)
            except ScriptError as error:
                broken.append(error)
                continue
            if found.error is not None:
                broken.append(found.error)
            if found.revision is None:
                others.append(path)
            else:
                scripts[path] = found
        self._broken, self._others = tuple(broken), tuple(others)
        for each in broken:
            self.reporter.tell(Noticed(each.what(), each.next_step()))
        return scripts

    def _files(self) -> list[str]:
        files: list[str] = []
        seen: set[str] = set()
        doubled: list[str] = []
        several = len(self.locations) > 1 or self.recursive
        for location in self.locations:
            if not several:
                files += self._listed(location)
                continue
            for path in self._listed(location):
                real = os.path.realpath(path)
                if real in seen:
                    doubled.append(path)
                else:
                    seen.add(real)
                    files.append(path)
        self._doubled = tuple(doubled)
        return files

    def _listed(self, folder: str) -> list[str]:
        """The revision files in a folder, then those of its folders; not of links to folders, which may go round."""
        names: list[str] = []
        folders: list[str] = []
        endings = (".py", ".pyc", ".pyo") if self.sourceless else (".py",)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(endings):
                        names.append(name)
                    elif (
                        self.recursive
                        and name[0] != "."
                        and name != "__pycache__"
                        and entry.is_dir(follow_symlinks=False)
                    ):
                        folders.append(name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names.sort()
        stem = folder if folder.endswith(os.sep) else folder + os.sep
        found = [stem + name for name in self._wanted(names, folder)]
        for name in sorted(folders):
            found += self._listed(stem + name)
        return found

    def _wanted(self, names: list[str], folder: str) -> list[str]:
        sources = [n for n in names if n.endswith(".py") and n[0] != "." and not n.startswith("__init__")]
        sources = [name for name in sources if name not in NOT_REVISIONS]
        if not self.sourceless:
            return sources
        return sources + self._compiled(names, folder)

    def _compiled(self, names: list[str], folder: str) -> list[str]:
        """Compiled files without a source: *.pyc before *.pyo, and those in __pycache__."""
        taken = {name.split(".")[0] for name in names if name.endswith(".py")}
        cached: list[str] = []
        cache = os.path.join(folder, "__pycache__")  # noqa: PTH118
        if os.path.isdir(cache):  # noqa: PTH112
            with os.scandir(cache) as entries:
                cached = sorted(
                    "__pycache__" + os.sep + e.name for e in entries if e.name.endswith((".pyc", ".pyo"))
                )
        found: list[str] = []
        own = [name for name in names if not name.endswith(".py")]
        for name in sorted(own, key=lambda n: n.endswith(".pyo")) + cached:
            stem = os.path.basename(name).split(".")[0]  # noqa: PTH119
            if stem not in taken and stem != "__init__" and stem:
                taken.add(stem)
                found.append(name)
        return found
