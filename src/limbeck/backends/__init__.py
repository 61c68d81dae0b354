"""What one database can do and how it says it: `ansi` is the parent of all and serves what is not known.

`backend_for(dialect)` chooses: by the dialect's name in BACKENDS, by the entry point group `limbeck.backends` (name:
the dialect's, value: "module:Class"), by the nearest parent of the dialect that is known (a dialect built on
PostgreSQL's speaks like PostgreSQL), else `ansi`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from limbeck.ops.contract import Backend

BACKENDS: Final[dict[str, str]] = {
    "default": "limbeck.backends.ansi:AnsiBackend",
    "postgresql": "limbeck.backends.postgresql:PostgresqlBackend",
    "mysql": "limbeck.backends.mysql:MysqlBackend",
    "mariadb": "limbeck.backends.mysql:MysqlBackend",
    "sqlite": "limbeck.backends.sqlite:SqliteBackend",
    "mssql": "limbeck.backends.mssql:MssqlBackend",
    "oracle": "limbeck.backends.oracle:OracleBackend",
}


def backend_for(dialect: Any) -> Backend:
    """The backend of a SQLAlchemy dialect, connected or not (then the newest version is assumed)."""
    place = BACKENDS.get(dialect.name) or _installed(dialect.name) or _of_a_parent(type(dialect))
    module, _, name = place.partition(":")
    made: Backend = getattr(import_module(module), name)(dialect)
    return made


def _installed(name: str) -> str | None:
    from importlib.metadata import entry_points

    return next((point.value for point in entry_points(group="limbeck.backends") if point.name == name), None)


def _of_a_parent(cls: type) -> str:
    names = (getattr(parent, "name", "") for parent in cls.__mro__)
    return next((BACKENDS[name] for name in names if name in BACKENDS), BACKENDS["default"])
