"""What a project's env.py talks to: `from limbeck import context`.

An env.py is needed only where limbeck cannot open the connection by itself. It stands in the migrations folder, is run
once for each command that needs a database, opens connections in its own manner and hands them over:

    from sqlalchemy import create_engine
    from limbeck import context

    if context.is_offline:                       # limbeck ... --sql: no database, a script is written
        context.configure(url=context.url)
        context.run_migrations()
    else:
        with create_engine(context.url).connect() as connection:
            context.configure(connection)
            context.run_migrations()

`run_migrations` does what the command is about (upgrade, current, compare ...), once for each database. A connection
that is in a transaction already stays in it: then committing is the caller's. With an asynchronous engine:
`await connection.run_sync(migrate)`, where `migrate(connection)` does the two calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from limbeck.errors import NoEnvironment

if TYPE_CHECKING:
    is_offline: bool
    """Whether a script is written and there is no database."""
    url: str
    """The database's URL from the settings, variables filled in. Raises UrlNotSet where there is none."""
    database: str
    """The name given with -n, "" without one."""
    databases: tuple[str, ...]
    """The names of the settings' databases; those asked for with -n, where it was given."""
    settings: Any
    """The project's Settings."""
    x: Mapping[str, str]
    """What was given with -x name=value."""
    tag: str | None
    """What was given with --tag."""


class Session(Protocol):
    """One run of an env.py, as the project keeps it."""

    @property
    def url(self) -> str: ...

    @property
    def databases(self) -> tuple[str, ...]: ...

    def url_of(self, database: str) -> str: ...
    def configure(self, connection: Any, **options: Any) -> None: ...
    def run_migrations(self, arguments: Mapping[str, Any]) -> None: ...
    def skip(self) -> None: ...


session: ContextVar[Session | None] = ContextVar("limbeck_env", default=None)
running: list[Session] = []
"""The sessions of this process, for an env.py that does its work in a thread of its own."""

_VALUES = frozenset(("is_offline", "url", "database", "databases", "settings", "x", "tag"))


def _session(name: str) -> Session:
    found = session.get()
    if found is None and len(running) == 1:
        found = running[0]
    if found is None:
        raise NoEnvironment(name=name)
    return found


def __getattr__(name: str) -> Any:
    if name in _VALUES:
        return getattr(_session(name), name)
    raise AttributeError(f"limbeck.context has no {name}")


def url_of(database: str) -> str:
    """The URL of one of several databases, by its name in the settings."""
    return _session("url_of").url_of(database)


def configure(
    connection: Any = None,
    *,
    url: Any = None,
    dialect: Any = None,
    database: str = "",
    models: Any = None,
    schemas: Sequence[str] | None = None,
    version_table: str | None = None,
    version_schema: str | None = None,
    transaction: str | None = None,
) -> None:
    """Says on which connection the next run_migrations() works, and what is other than in the settings.

    Offline, `url` or `dialect` (a name or a SQLAlchemy dialect) says for which database the script is. `models` are
    what the setting models stands for: a declarative base, a MetaData, or a list of them. `database` is the name of one
    of several. `transaction` is "run" or "step".
    """
    _session("configure").configure(
        connection,
        url=url,
        dialect=dialect,
        database=database,
        models=models,
        schemas=schemas,
        version_table=version_table,
        version_schema=version_schema,
        transaction=transaction,
    )


def run_migrations(**arguments: Any) -> None:
    """Does what the command is about on the configured connection. `arguments` go to upgrade() and downgrade()."""
    _session("run_migrations").run_migrations(arguments)


def skip() -> None:
    """Says that it is meant that nothing runs (no tenants, say): else an env.py that runs nothing is a mistake."""
    _session("skip").skip()
