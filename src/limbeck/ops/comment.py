"""The comment on a table. A column's goes by `AlterColumn`, an object's by `AlterObject`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from .contract import POSITIONAL, Backend, Operation
from .present import the_table


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOnTable(Operation):
    """`comment` None takes it away."""

    kind: ClassVar[str] = "comment_on_table"
    table: QualifiedName = field(metadata=POSITIONAL)
    comment: str | None = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"{'remove the comment' if self.comment is None else 'comment'} on table {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        return before.with_table(replace(table, comment=self.comment, source=None))

    def reverse(self, before: Lookup) -> Operation:
        return CommentOnTable(table=self.table, comment=the_table(before, self.table).comment)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.comment_on_table(self.table, self.comment, before)
