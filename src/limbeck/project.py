"""A project: its folder, its settings, its revision files; and its Environment, which reaches the databases.

Other kinds of project come by the entry point group `limbeck.projects`: an object with `detect(folder) -> bool` and
`open(folder, options) -> Project`. They are asked before this one looks upwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line said beside the command: `-c`, `-n`, `-x name=value`, `--url`, `--sql`."""

    config: Path | None = None
    database: str | None = None
    url: str | None = None
    arguments: tuple[str, ...] = ()
    offline: bool = False

    def x(self) -> dict[str, str]:
        """The `-x name=value` as a mapping; one without = has the value ""."""
        return dict((name, value) for name, _, value in (text.partition("=") for text in self.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What an environment hands to `work` beside the connection.

    `database` is its name ("" where there is one only), `offline` says that `connection` is None and `dialect` is what
    the script is written for. `models` are MetaData objects that env.py gave, else None. `arguments` go to upgrade()
    and downgrade(). Settings given to context.configure (version_table ...) stand in `changed`.
    """

    database: str = ""
    dialect: Any = None
    offline: bool = False
    models: Sequence[Any] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)


Work = Callable[[Any, RunOptions], None]


class Environment(Protocol):
    def run(self, work: Work) -> int:
        """Calls `work(connection, options)` once for each database, and says how often it did."""
        ...


class Project(Protocol):
    """What the commands need of a project, of whatever kind."""

    folder: Path
    settings: Any
    scripts: Any
    environment: Environment

    def models(self) -> Sequence[Any]:
        """The MetaData objects to compare with. Raises ModelsNotSet, ModelsNotFound, ModelsFailed."""
        ...


def find(folder: Path | None = None, options: Options = Options()) -> Project:
    """The project in this folder or above it. Raises ProjectMissing."""
    raise NotImplementedError
