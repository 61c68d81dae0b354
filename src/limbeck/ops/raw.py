"""SQL that an author wrote: text, or a SQLAlchemy construct. What it changes is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from limbeck.errors import UnknownValue
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement

from . import words
from .contract import HIDDEN, POSITIONAL, Backend, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteSql(Operation):
    """`sql.text` is what is executed, or, where `sql.clause` rode along, how that clause is spelled.

    `opaque` marks a construct with bound values: its text has placeholders, the values stay in the clause and are
    never shown. `execution_options` go with it. `changes` are the tables its author says it changes."""

    kind: ClassVar[str] = "execute_sql"
    sql: SqlText = field(metadata=POSITIONAL)
    parameters: Any = field(default=None, compare=False, repr=False, metadata=HIDDEN)
    opaque: bool = field(default=False, metadata=HIDDEN)
    execution_options: tuple[tuple[str, Any], ...] = ()
    outside_transaction: bool = False
    changes: tuple[QualifiedName, ...] = ()

    def describe(self) -> str:
        return f"execute {words.short(self.sql.text)}"

    def touches(self) -> tuple[QualifiedName, ...]:
        """What its author said; with nothing said a Lookup must forget everything (`unknown`)."""
        return self.changes

    @property
    def unknown(self) -> bool:
        """True where it may change anything."""
        return not self.changes

    def apply(self, before: Snapshot) -> Snapshot:
        """As far as is known: nothing changes."""
        return before

    def reverse(self, before: Lookup) -> Operation:
        raise self.refuse_reverse("what it changed is not known.")

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        clause = self.sql.clause
        if self.opaque and clause is None:
            raise UnknownValue(wanted=f"the values in {words.short(self.sql.text)}")
        if clause is not None and self.execution_options:
            clause = clause.execution_options(**dict(self.execution_options))
        return (
            Statement(
                self.sql.text,
                clause,
                self.parameters,
                outside_transaction=self.outside_transaction,
            ),
        )
