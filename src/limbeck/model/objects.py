"""What stands in a database beside tables. Each is identified by its class and its qualified name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from .defaults import SequenceOptions
from .names import QualifiedName
from .sqltext import SqlText
from .types import TypeRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    kind: ClassVar[str] = "schema"
    name: str
    comment: str | None = None

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(None, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """PostgreSQL's CREATE EXTENSION."""

    kind: ClassVar[str] = "extension"
    name: str
    schema: str | None = None
    version: str | None = None

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(None, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """PostgreSQL's CREATE TYPE ... AS ENUM; `labels` in their order."""

    kind: ClassVar[str] = "enum"
    name: str
    schema: str | None = None
    labels: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    kind: ClassVar[str] = "domain"
    name: str
    schema: str | None = None
    type: TypeRef
    default: SqlText | None = None
    not_null: bool = False
    checks: tuple[tuple[str | None, SqlText], ...] = ()
    comment: str | None = None
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """`owned_by` is (table, column) for one that goes with its column."""

    kind: ClassVar[str] = "sequence"
    name: str
    schema: str | None = None
    options: SequenceOptions = field(default_factory=SequenceOptions)
    data_type: str | None = None
    owned_by: tuple[QualifiedName, str] | None = None
    comment: str | None = None

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)


Columns = tuple[tuple[QualifiedName, str], ...]
"""(table, column) pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`definition` is the SELECT. `options` hold materialized's storage, security_barrier, check option.

    `also` are statements that belong to it and that no field says: grants, the owner, indexes of a materialized view.
    `needs` are the keys of what must be there before it, `reads` the columns it looks at and `columns` its own as (name,
    type), where the server told them."""

    kind: ClassVar[str] = "view"
    name: str
    schema: str | None = None
    definition: SqlText
    materialized: bool = False
    options: tuple[tuple[str, Any], ...] = ()
    comment: str | None = None
    also: tuple[str, ...] = ()
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
    reads: Columns = field(default=(), compare=False)
    columns: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or procedure. `signature` is its argument list as the database identifies it; `definition` the whole
    CREATE statement; `also`, `needs` and `reads` as with a View."""

    kind: ClassVar[str] = "function"
    name: str
    schema: str | None = None
    signature: str = ""
    procedure: bool = False
    definition: SqlText
    comment: str | None = None
    also: tuple[str, ...] = ()
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
    reads: Columns = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.schema, f"{self.name}({self.signature})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`definition` is the whole CREATE TRIGGER statement. `table` may be a view. `enabled` is PostgreSQL's letter."""

    kind: ClassVar[str] = "trigger"
    name: str
    table: QualifiedName
    definition: SqlText
    enabled: str = "O"
    comment: str | None = None
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
    reads: Columns = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.table.schema, f"{self.table.name}.{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """PostgreSQL's row-level security policy; `definition` is the whole CREATE POLICY statement."""

    kind: ClassVar[str] = "policy"
    name: str
    table: QualifiedName
    definition: SqlText
    comment: str | None = None
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
    reads: Columns = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.table.schema, f"{self.table.name}.{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """PostgreSQL's CREATE RULE on a table or view; `definition` is the whole statement. Only put back, never compared."""

    kind: ClassVar[str] = "rule"
    name: str
    table: QualifiedName
    definition: SqlText
    comment: str | None = None
    needs: tuple[QualifiedName, ...] = field(default=(), compare=False)
    reads: Columns = field(default=(), compare=False)

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.table.schema, f"{self.table.name}.{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSecurity:
    """That policies are applied to a table; `forced` to its owner as well. Where it is not, there is no such value."""

    kind: ClassVar[str] = "row_security"
    table: QualifiedName
    forced: bool = False

    @property
    def name(self) -> str:
        return "row level security"

    @property
    def key(self) -> QualifiedName:
        return QualifiedName(self.table.schema, f"{self.table.name}.{self.name}")


Object = (
    Schema | Extension | Enum | Domain | Sequence | View | Function | Trigger | Policy | Rule | RowSecurity
)
ON_TABLES = (Trigger, Policy, Rule, RowSecurity)
"""What belongs to one table, and falls with it."""
