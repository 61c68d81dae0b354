"""How Oracle says it: ADD and MODIFY without COLUMN; every DDL commits; a script has "/" behind each statement.

Facts of the "SQL Language Reference", pages "ALTER TABLE", "COMMENT", "CREATE SEQUENCE"; 12c to 23ai.
"""

from __future__ import annotations

from typing import Any, ClassVar

from limbeck.backends.ansi.backend import AnsiBackend
from limbeck.backends.ansi.first import drops_over, known_table
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint
from limbeck.model.defaults import Default, Identity, SequenceDefault, SequenceOptions
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Function, Object, Sequence, Trigger, View
from limbeck.model.snapshot import Lookup
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.column import DropColumn
from limbeck.ops.contract import Change, Operation
from limbeck.shore import ddl

Statements = tuple[Statement, ...]


class OracleBackend(AnsiBackend):
    title: ClassVar[str] = "Oracle"
    add_word: ClassVar[str] = "ADD"
    transactional_ddl: ClassVar[bool] = False
    batch_separator: ClassVar[str] = "/"
    terminator: ClassVar[str] = ""
    object_kinds: ClassVar[frozenset[str]] = frozenset({"sequence", "view", "function", "trigger"})

    def begin(self) -> str:
        return "SET TRANSACTION READ WRITE"

    def rewrite(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        """A constraint over several columns goes before one of them does (ORA-12991)."""
        if not isinstance(operation, DropColumn):
            return (operation,)
        table = known_table(before, operation.table)
        first = () if table is None else drops_over(table, operation.column, _is_over_several, _no)
        return (*first, operation)

    # -- tables and columns
    def create_table(self, table: Table, *, if_not_exists: bool = False) -> Statements:
        self._only_23(if_not_exists, "create a table only if it is not there")
        return super().create_table(table, if_not_exists=if_not_exists)

    def drop_table(self, table: QualifiedName, *, if_exists: bool = False) -> Statements:
        self._only_23(if_exists, "drop a table only if it is there")
        return super().drop_table(table, if_exists=if_exists)

    def rename_table(self, table: QualifiedName, new_name: str) -> Statements:
        return self.alter(table, f"RENAME TO {self.name(new_name)}")

    def add_column(
        self,
        table: QualifiedName,
        column: Column,
        *,
        if_not_exists: bool = False,
        inline: tuple[Constraint, ...] = (),
    ) -> Statements:
        if if_not_exists:
            raise self.cannot(
                "add a column only if it is not there", "Ask the database first in the revision."
            )
        return super().add_column(table, column, inline=inline)

    def rename_column(self, table: QualifiedName, column: str, new_name: str, before: Lookup) -> Statements:
        return self.alter(table, f"RENAME COLUMN {self.name(column)} TO {self.name(new_name)}")

    def alter_nullable(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        return self._modify(table, column, "NULL" if change.nullable else "NOT NULL")

    def alter_type(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        assert change.type is not UNCHANGED
        return self._modify(table, column, ddl.type_text(self.dialect, change.type))

    def set_default(self, table: QualifiedName, column: str, default: Default | None) -> Statements:
        """There is no way back to no default at all: DEFAULT NULL is what comes nearest."""
        return self._modify(
            table, column, f"DEFAULT {'NULL' if default is None else self.default_text(default)}"
        )

    def default_text(self, default: Default) -> str:
        if isinstance(default, SequenceDefault):
            return f"{self.full(default.sequence)}.nextval"
        return super().default_text(default)

    def alter_identity(
        self, table: QualifiedName, column: str, default: Default | None, was: Default | None
    ) -> Statements:
        if isinstance(default, Identity):
            return self._modify(table, column, ddl.default_text(self.dialect, default))
        gone = self._modify(table, column, "DROP IDENTITY")
        return gone if default is None else (*gone, *self.set_default(table, column, default))

    def _modify(self, table: QualifiedName, column: str, what: str) -> Statements:
        return self.alter(table, f"MODIFY {self.name(column)} {what}")

    # -- constraints and indexes
    def drop_constraint(
        self, table: QualifiedName, name: str, kind: str, *, if_exists: bool = False
    ) -> Statements:
        if if_exists:
            raise self.cannot(
                "drop a constraint only if it is there", "Ask the database first in the revision."
            )
        return super().drop_constraint(table, name, kind)

    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> Statements:
        return self.alter(table, f"RENAME CONSTRAINT {self.name(name)} TO {self.name(new_name)}")

    def validate_constraint(self, table: QualifiedName, name: str) -> Statements:
        return self.alter(table, f"MODIFY CONSTRAINT {self.name(name)} VALIDATE")

    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> Statements:
        self._only_23(if_not_exists, "create an index only if it is not there")
        made = super().create_index(table, index, if_not_exists=if_not_exists)
        return tuple(Statement(f"{s.text} ONLINE") for s in made) if concurrently else made

    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> Statements:
        self._only_23(if_exists, "drop an index only if it is there")
        dropped = super().drop_index(table, name, if_exists=if_exists)
        return tuple(Statement(f"{s.text} ONLINE") for s in dropped) if concurrently else dropped

    # -- comments: there is no NULL for them, an empty text takes one away
    def comment_on_table(self, table: QualifiedName, comment: str | None, before: Lookup) -> Statements:
        return (Statement(f"COMMENT ON TABLE {self.full(table)} IS {self.literal(comment or '')}"),)

    def comment_on_column(
        self, table: QualifiedName, column: str, comment: str | None, before: Lookup
    ) -> Statements:
        place = f"{self.full(table)}.{self.name(column)}"
        return (Statement(f"COMMENT ON COLUMN {place} IS {self.literal(comment or '')}"),)

    # -- objects
    def drop_object(self, thing: Object, *, if_exists: bool = False) -> Statements:
        self._only_23(if_exists, f"drop a {thing.kind} only if it is there")
        return super().drop_object(thing, if_exists=if_exists)

    def create_view(self, thing: View, exists: str) -> Statements:
        if not thing.materialized:
            return super().create_view(thing, exists)
        return (Statement(f"CREATE MATERIALIZED VIEW {self.full(thing.key)} AS {thing.definition.text}"),)

    def create_sequence(self, thing: Sequence, exists: str) -> Statements:
        if thing.data_type is not None:
            raise self.cannot("give a sequence a type", "Leave its type out.")
        return super().create_sequence(thing, exists)

    def sequence_options(self, value: SequenceOptions) -> str:
        text = super().sequence_options(value)
        for word in ("MINVALUE", "MAXVALUE", "CYCLE"):
            text = text.replace(f"NO {word}", f"NO{word}")
        if value.order is None:
            return text
        return f"{text} {'ORDER' if value.order else 'NOORDER'}".strip()

    def reference(self, thing: Object) -> str:
        if isinstance(thing, Trigger):
            return self.full(QualifiedName(thing.table.schema, thing.name))
        if isinstance(thing, Function):
            return self.full(QualifiedName(thing.schema, thing.name))
        return super().reference(thing)

    def rename_object(self, kind: str, name: QualifiedName, new_name: str, before: Lookup) -> Statements:
        if kind == "trigger":
            return (Statement(f"ALTER TRIGGER {self.full(name)} RENAME TO {self.name(new_name)}"),)
        if kind in ("view", "sequence") and name.schema is None:
            return (Statement(f"RENAME {self.name(name.name)} TO {self.name(new_name)}"),)
        raise self.cannot(f"rename a {kind}", "Drop it and create it again.")

    def object_comment(self, thing: Object, have: str | None, want: str | None) -> Statements:
        if have == want:
            return ()
        if isinstance(thing, View):  # a view is commented on like a table
            word = "MATERIALIZED VIEW" if thing.materialized else "TABLE"
            return (Statement(f"COMMENT ON {word} {self.full(thing.key)} IS {self.literal(want or '')}"),)
        raise self.cannot(f"comment on a {thing.kind}")

    def _only_23(self, asked: bool, feature: str) -> None:
        if asked and not self.since(23):
            raise self.cannot(f"{feature} before 23ai", "Ask the database first in the revision.")


def _is_over_several(constraint: Constraint) -> bool:
    columns: tuple[Any, ...] = getattr(constraint, "columns", ())
    return isinstance(constraint, Check) or len(columns) > 1


def _no(index: Index) -> bool:
    return False
