"""SQLAlchemy objects -> values, for one connected (or assumed) dialect."""

from __future__ import annotations

from typing import Any

from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Default
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef


def backend_id(dialect: Any) -> BackendId:
    """Name, server version (empty while not connected) and variant ("mariadb") of a SQLAlchemy dialect."""
    raise NotImplementedError


class Freezer:
    """Freezes for one dialect: variants, naming conventions, truncation and quoting are settled here.

    The caller's objects are never changed and never kept attached (`source` is a detached copy).
    """

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect

    def snapshot(self, *metadatas: Any) -> Snapshot:
        """Every table of the MetaData objects (in the order of their tables), their enums, sequences, schemas and
        objects; `stored` False. Two tables of one name in two MetaData: an error that names both."""
        raise NotImplementedError

    def table(self, table: Any) -> Table:
        raise NotImplementedError

    def objects(self, table: Any) -> tuple[Object, ...]:
        """The named types and sequences a table needs."""
        raise NotImplementedError

    def column(
        self, column: Any, table: QualifiedName, naming: Any = None
    ) -> tuple[Column, tuple[Constraint, ...], tuple[Index, ...]]:
        """A column as it would stand in that table, and what hangs on it: its foreign keys, unique, checks, index.

        `naming` is a naming convention for those. A column that belongs to a table is copied first."""
        raise NotImplementedError

    def constraint(self, constraint: Any, table: QualifiedName, naming: Any = None) -> Constraint:
        """A constraint object, attached or not; columns may be names."""
        raise NotImplementedError

    def index(self, index: Any, table: QualifiedName) -> Index:
        raise NotImplementedError

    def type(self, type_: Any, table: QualifiedName | None = None, column: str = "c") -> TypeRef:
        """A type instance or class."""
        raise NotImplementedError

    def default(self, default: Any) -> Default | None:
        """What people give as server_default: text, clause, Computed, Identity, Sequence, FetchedValue, None."""
        raise NotImplementedError

    def sql(self, clause: Any, place: str = "") -> SqlText:
        """A string or a clause, with literal values; NoLiteralForm names the `place` where a value has none."""
        raise NotImplementedError
