"""How SQL Server says it. A default is a constraint of its own, whose name the server chose; comments are extended
properties; names change by sp_rename.

Facts of the documentation's pages "ALTER TABLE (Transact-SQL)", "sp_rename", "sp_addextendedproperty"; 2016 to 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from limbeck.backends.ansi.backend import AnsiBackend
from limbeck.backends.ansi.first import drops_over, known_table
from limbeck.errors import ColumnNotKnown, NoSuchThing, UnknownValue
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Default, Identity
from limbeck.model.marks import UNCHANGED, is_known
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Function, Object, Trigger
from limbeck.model.snapshot import Lookup
from limbeck.model.statement import Statement
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import DropColumn
from limbeck.ops.contract import Change, Operation, joined
from limbeck.shore import ddl

Statements = tuple[Statement, ...]

# EXEC takes no function, so that the name is quoted where it is found.
_DROP_NAMELESS = """\
DECLARE @drop nvarchar(max)
SELECT @drop = {drop} + QUOTENAME(name) FROM {catalog}
WHERE parent_object_id = OBJECT_ID({table}) AND COL_NAME(parent_object_id, parent_column_id) = {column}
EXEC(@drop)"""
_DROP_NAMELESS_KEY = """\
DECLARE @drop nvarchar(max)
SELECT @drop = {drop} + QUOTENAME(OBJECT_NAME(constraint_object_id)) FROM sys.foreign_key_columns
WHERE parent_object_id = OBJECT_ID({table}) AND COL_NAME(parent_object_id, parent_column_id) = {column}
EXEC(@drop)"""


class MssqlBackend(AnsiBackend):
    title: ClassVar[str] = "SQL Server"
    add_word: ClassVar[str] = "ADD"
    batch_separator: ClassVar[str] = "GO"
    replace_view: ClassVar[str] = "CREATE OR ALTER VIEW"

    def begin(self) -> str:
        return "BEGIN TRANSACTION"

    def rewrite(self, operation: Operation, before: Lookup) -> tuple[Operation, ...]:
        """What is over a column goes before it does (error 5074), its default constraint too."""
        if not isinstance(operation, DropColumn) or operation.if_exists:
            return (operation,)
        table = known_table(before, operation.table)
        column = None if table is None else table.column(operation.column)
        if table is None or column is None:
            return (operation,)
        first = drops_over(table, column.name, lambda _: True, lambda _: True)
        if column.default is None or isinstance(column.default, Identity):
            return (*first, operation)
        return (*first, AlterColumn(table=table.key, column=column.name, default=None), operation)

    # -- tables and columns
    def rename_table(self, table: QualifiedName, new_name: str) -> Statements:
        return self._rename(self.full(table), new_name)

    def rename_column(self, table: QualifiedName, column: str, new_name: str, before: Lookup) -> Statements:
        return self._rename(f"{self.full(table)}.{self.name(column)}", new_name, "COLUMN")

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

    def alter_column(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        """ALTER COLUMN says type and nullability at once, and refuses while a default constraint is on it."""
        parts: list[Statements] = []
        was = self.known_default(before, table, column)
        again = change.default if change.default is not UNCHANGED else was
        stands_in_the_way = change.type is not UNCHANGED and was is not None
        plain = not isinstance(was, Identity) and not isinstance(again, Identity)
        replaced = change.default is not UNCHANGED and plain
        if (replaced and self._may_have_default(before, table, column)) or (stands_in_the_way and plain):
            parts.append(self.drop_default(table, column))
        if change.type is not UNCHANGED or change.nullable is not UNCHANGED:
            parts.append(self._look(table, column, change, before))
        if change.autoincrement is not UNCHANGED:
            parts.append(self.alter_identity(table, column, None, None))
        if change.default is not UNCHANGED and not plain:
            parts.append(self.alter_identity(table, column, change.default, was))
        if plain and again is not None and (replaced or stands_in_the_way):
            parts.append(self.set_default(table, column, again))
        if change.comment is not UNCHANGED:
            parts.append(self.comment_on_column(table, column, change.comment, before))
        return joined(parts)

    def type_alone(self, table: QualifiedName, column: str, type_: TypeRef) -> Statements:
        """ALTER COLUMN without NULL or NOT NULL: the server then makes the column nullable."""
        return self.alter(table, f"ALTER COLUMN {self.name(column)} {ddl.type_text(self.dialect, type_)}")

    def set_default(self, table: QualifiedName, column: str, default: Default | None) -> Statements:
        if default is None:
            return self.drop_default(table, column)
        return self.alter(table, f"ADD DEFAULT {self.default_text(default)} FOR {self.name(column)}")

    def drop_default(self, table: QualifiedName, column: str) -> Statements:
        """Whatever its name; nothing where there is none."""
        return self.drop_nameless(table, column, "sys.default_constraints")

    def drop_nameless(self, table: QualifiedName, column: str, catalog: str) -> Statements:
        """The constraint on the column that stands in that catalog view, whatever its name: sys.default_constraints,
        sys.check_constraints or sys.foreign_keys."""
        text = _DROP_NAMELESS_KEY if catalog == "sys.foreign_keys" else _DROP_NAMELESS
        said = text.format(
            catalog=catalog,
            table=_string(str(table)),
            column=_string(column),
            drop=_string(f"alter table {self.full(table)} drop constraint "),
        )
        return (Statement(said),)

    def _look(self, table: QualifiedName, column: str, change: Change, before: Lookup) -> Statements:
        type_, nullable = change.type, change.nullable
        if type_ is UNCHANGED:
            type_ = self._part(table, column, "type", before)
        if nullable is UNCHANGED:
            nullable = self._part(table, column, "nullable", before)
        assert isinstance(type_, TypeRef)
        null = "NULL" if nullable else "NOT NULL"
        text = ddl.type_text(self.dialect, type_)
        return self.alter(table, f"ALTER COLUMN {self.name(column)} {text} {null}")

    def _part(self, table: QualifiedName, column: str, part: str, before: Lookup) -> Any:
        try:
            value = getattr(self.column_before(before, table, column), part)
            if is_known(value):
                return value
        except UnknownValue:
            pass
        wanted = f"{part} of column {table}.{column}"
        raise ColumnNotKnown(wanted=wanted, backend=self.title, argument=part)

    def _may_have_default(self, before: Lookup, table: QualifiedName, column: str) -> bool:
        """False only where it is known that there is none."""
        try:
            was = self.column_before(before, table, column).default
        except (UnknownValue, NoSuchThing):
            return True
        return not is_known(was) or was is not None

    # -- constraints and indexes
    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> Statements:
        return self._rename(self.full(QualifiedName(table.schema, name)), new_name, "OBJECT")

    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> Statements:
        if table is None:
            raise self.cannot(f"drop the index {name} without its table", "Say on which table it is.")
        exists = "IF EXISTS " if if_exists else ""
        return (Statement(f"DROP INDEX {exists}{self.name(name)} ON {self.full(table)}"),)

    def rename_index(self, table: QualifiedName, name: str, new_name: str) -> Statements:
        return self._rename(f"{self.full(table)}.{self.name(name)}", new_name, "INDEX")

    def _rename(self, place: str, new_name: str, kind: str = "") -> Statements:
        what = f", '{kind}'" if kind else ""
        return (Statement(f"EXEC sp_rename {_string(place)}, {self.name(new_name)}{what}"),)

    # -- comments
    def first_comment_on_table(self, table: QualifiedName, comment: str) -> Statements:
        return (self._property("execute", "add", table, None, comment),)

    def first_comment_on_column(self, table: QualifiedName, column: str, comment: str) -> Statements:
        return (self._property("execute", "add", table, column, comment),)

    def comment_on_table(self, table: QualifiedName, comment: str | None, before: Lookup) -> Statements:
        found = known_table(before, table)
        had = found is not None and is_known(found.comment) and found.comment is not None
        return (self._property("execute", self._verb(comment, had), table, None, comment),)

    def comment_on_column(
        self, table: QualifiedName, column: str, comment: str | None, before: Lookup
    ) -> Statements:
        found = known_table(before, table)
        was = None if found is None else found.column(column)
        had = was is not None and is_known(was.comment) and was.comment is not None
        return (self._property("exec", self._verb(comment, had), table, column, comment),)

    def _verb(self, comment: str | None, had: bool) -> str:
        if comment is None:
            return "drop"
        return "update" if had else "add"

    def _property(
        self, word: str, verb: str, table: QualifiedName, column: str | None, comment: str | None
    ) -> Statement:
        schema = table.schema or self.dialect.default_schema_name or "dbo"
        parts = ["'MS_Description'"]
        parts += [] if comment is None else [f"N{self.literal(comment)}"]
        parts += ["'schema'", self.name(schema), "'table'", self.name(table.name)]
        parts += [] if column is None else ["'column'", self.name(column)]
        return Statement(f"{word} sp_{verb}extendedproperty {', '.join(parts)}")

    # -- objects and rows
    def reference(self, thing: Object) -> str:
        if isinstance(thing, Trigger):
            return self.full(QualifiedName(thing.table.schema, thing.name))
        if isinstance(thing, Function):
            return self.full(QualifiedName(thing.schema, thing.name))
        return super().reference(thing)

    def rename_object(self, kind: str, name: QualifiedName, new_name: str, before: Lookup) -> Statements:
        if kind == "schema":
            raise self.cannot("rename a schema", "Make a new one and transfer what is in it.")
        return self._rename(self.full(name), new_name)

    def object_comment(self, thing: Object, have: str | None, want: str | None) -> Statements:
        if have == want:
            return ()
        raise self.cannot(
            f"comment on a {thing.kind} by a statement of limbeck's", "Use sp_addextendedproperty."
        )

    def insert_rows(
        self,
        table: QualifiedName,
        columns: tuple[Column, ...],
        rows: tuple[Mapping[str, Any], ...],
        *,
        one_by_one: bool = False,
    ) -> Statements:
        """Between IDENTITY_INSERT ON and OFF where the rows say values for a column that numbers itself."""
        inserted = super().insert_rows(table, columns, rows, one_by_one=one_by_one)
        numbered = {c.name for c in columns if c.autoincrement or isinstance(c.default, Identity)}
        if not any(name in numbered for row in rows for name in row):
            return inserted
        switch = f"SET IDENTITY_INSERT {self.full(table)}"
        return (Statement(f"{switch} ON"), *inserted, Statement(f"{switch} OFF"))


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
