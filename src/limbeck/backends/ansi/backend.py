"""The parent of all backends. It spells; nothing here connects. What a database says differently, it overrides.

CREATE and what stands in it is SQLAlchemy's own text (`shore.ddl`); ALTER is written here. One thing said is one
statement, in the order: nullable, default, type, comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from limbeck.errors import NoSuchThing, UnknownValue
from limbeck.model.column import Column, Options
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, Default, Identity, SequenceDefault
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED, is_known
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.ops.contract import Change, joined
from limbeck.ops.words import kind_of
from limbeck.shore import ddl

from . import rows as rows_of
from .objects import WithObjects
from .spelling import deferrable


class AnsiBackend(WithObjects):
    add_word: ClassVar[str] = "ADD COLUMN"

    # -- tables
    def create_table(self, table: Table, *, if_not_exists: bool = False) -> tuple[Statement, ...]:
        """The table, its indexes, and its comments where they are statements of their own."""
        made = ddl.create_table(self.dialect, table, if_not_exists=if_not_exists)
        indexes = (self.create_index(table.key, i, if_not_exists=if_not_exists) for i in table.indexes)
        return (made, *joined(indexes), *self._comments_of(table))

    def _comments_of(self, table: Table) -> tuple[Statement, ...]:
        if not self.dialect.supports_comments or self.dialect.inline_comments:
            return ()
        said = () if table.comment is None else self.first_comment_on_table(table.key, table.comment)
        columns = (
            self.first_comment_on_column(table.key, c.name, c.comment)
            for c in table.columns
            if c.comment is not None
        )
        return (*said, *joined(columns))

    def drop_table(self, table: QualifiedName, *, if_exists: bool = False) -> tuple[Statement, ...]:
        return (ddl.drop_table(self.dialect, table, if_exists=if_exists),)

    def rename_table(self, table: QualifiedName, new_name: str) -> tuple[Statement, ...]:
        return self.alter(table, f"RENAME TO {self.full(QualifiedName(table.schema, new_name))}")

    # -- columns
    def add_column(
        self,
        table: QualifiedName,
        column: Column,
        *,
        if_not_exists: bool = False,
        inline: tuple[Constraint, ...] = (),
    ) -> tuple[Statement, ...]:
        exists = "IF NOT EXISTS " if if_not_exists else ""
        parts = [ddl.column_definition(self.dialect, table, column)]
        parts += [self.inline_constraint(c) for c in inline]
        added = self.alter(table, f"{self.add_word} {exists}{' '.join(parts)}")
        apart = self.dialect.supports_comments and not self.dialect.inline_comments
        if column.comment is None or not apart:
            return added
        return (*added, *self.first_comment_on_column(table, column.name, column.comment))

    def inline_constraint(self, value: Constraint) -> str:
        """A constraint on one column as it stands behind its definition."""
        named = "" if value.name is None else f"CONSTRAINT {self.name(value.name)} "
        tail = deferrable(value)
        if isinstance(value, PrimaryKey):
            return f"{named}PRIMARY KEY{tail}"
        if isinstance(value, Unique):
            return f"{named}UNIQUE{tail}"
        if isinstance(value, Check):
            return f"{named}CHECK ({value.sql.as_written}){tail}"
        if isinstance(value, ForeignKey):
            target = f"{self.full(value.referred)} ({self.names(value.referred_columns)})"
            match = f" MATCH {value.match}" if value.match else ""
            deleted = f" ON DELETE {value.on_delete}" if value.on_delete else ""
            updated = f" ON UPDATE {value.on_update}" if value.on_update else ""
            return f"{named}REFERENCES {target}{match}{deleted}{updated}{tail}"
        raise self.cannot("say an EXCLUDE constraint inside a column", "Add it by an operation of its own.")

    def drop_column(
        self, table: QualifiedName, column: str, *, if_exists: bool = False
    ) -> tuple[Statement, ...]:
        exists = "IF EXISTS " if if_exists else ""
        return self.alter(table, f"DROP COLUMN {exists}{self.name(column)}")

    def rename_column(
        self, table: QualifiedName, column: str, new_name: str, before: Lookup
    ) -> tuple[Statement, ...]:
        return self.alter(table, f"RENAME {self.name(column)} TO {self.name(new_name)}")

    def alter_column(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        parts: list[tuple[Statement, ...]] = []
        if change.nullable is not UNCHANGED:
            parts.append(self.alter_nullable(table, column, change, before))
        if change.autoincrement is not UNCHANGED:
            parts.append(self.alter_autoincrement(table, column, change, before))
        if change.default is not UNCHANGED:
            parts.append(self.alter_default(table, column, change.default, before))
        if change.type is not UNCHANGED:
            parts.append(self.alter_type(table, column, change, before))
        if change.comment is not UNCHANGED:
            parts.append(self.comment_on_column(table, column, change.comment, before))
        return joined(parts)

    def alter_nullable(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        verb = "DROP" if change.nullable else "SET"
        return self.alter(table, f"ALTER COLUMN {self.name(column)} {verb} NOT NULL")

    def alter_type(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        assert change.type is not UNCHANGED
        return self.alter(
            table, f"ALTER COLUMN {self.name(column)} TYPE {ddl.type_text(self.dialect, change.type)}"
        )

    def alter_default(
        self, table: QualifiedName, column: str, default: Default | None, before: Lookup
    ) -> tuple[Statement, ...]:
        was = self.known_default(before, table, column)
        if isinstance(default, Computed) or isinstance(was, Computed):
            return self.alter_computed(table, column, default, was)
        if isinstance(default, Identity) or isinstance(was, Identity):
            return self.alter_identity(table, column, default, was)
        return self.set_default(table, column, default)

    def set_default(
        self, table: QualifiedName, column: str, default: Default | None
    ) -> tuple[Statement, ...]:
        """SET DEFAULT or DROP DEFAULT of a plain default."""
        what = "DROP DEFAULT" if default is None else f"SET DEFAULT {self.default_text(default)}"
        return self.alter(table, f"ALTER COLUMN {self.name(column)} {what}")

    def default_text(self, default: Default) -> str:
        if isinstance(default, SequenceDefault):
            return f"NEXT VALUE FOR {self.full(default.sequence)}"
        return ddl.default_text(self.dialect, default)

    def alter_computed(
        self, table: QualifiedName, column: str, default: Default | None, was: Default | None
    ) -> tuple[Statement, ...]:
        raise self.cannot(
            f"change column {table}.{column} to or from a computed one",
            "Drop the column and add it again.",
        )

    def alter_identity(
        self, table: QualifiedName, column: str, default: Default | None, was: Default | None
    ) -> tuple[Statement, ...]:
        raise self.cannot(
            f"add, change or remove the identity of column {table}.{column}",
            "Add a new column with it, and drop the old one.",
        )

    def alter_autoincrement(
        self, table: QualifiedName, column: str, change: Change, before: Lookup
    ) -> tuple[Statement, ...]:
        """Only databases that number rows by themselves have a word for it."""
        return ()

    # -- constraints and indexes
    def add_constraint(self, table: QualifiedName, constraint: Constraint) -> tuple[Statement, ...]:
        return (ddl.add_constraint(self.dialect, table, constraint),)

    def drop_constraint(
        self, table: QualifiedName, name: str, kind: str, *, if_exists: bool = False
    ) -> tuple[Statement, ...]:
        exists = "IF EXISTS " if if_exists else ""
        return self.alter(table, f"DROP CONSTRAINT {exists}{self.name(name)}")

    def rename_constraint(
        self, table: QualifiedName, name: str, new_name: str, kind: str, before: Lookup
    ) -> tuple[Statement, ...]:
        """The constraint dropped and added again by its new name."""
        found = self.table_before(before, table).constraint(name)
        if found is None:
            raise NoSuchThing(kind="constraint", name=f"{name} on {table}")
        return (
            *self.drop_constraint(table, name, kind or kind_of(found)),
            *self.add_constraint(table, replace(found, name=new_name, source=None)),
        )

    def create_index(
        self, table: QualifiedName, index: Index, *, if_not_exists: bool = False, concurrently: bool = False
    ) -> tuple[Statement, ...]:
        return (
            ddl.create_index(
                self.dialect, table, index, if_not_exists=if_not_exists, concurrently=concurrently
            ),
        )

    def drop_index(
        self,
        table: QualifiedName | None,
        name: str,
        *,
        if_exists: bool = False,
        concurrently: bool = False,
        options: Options = (),
    ) -> tuple[Statement, ...]:
        exists = "IF EXISTS " if if_exists else ""
        place = QualifiedName(None if table is None else table.schema, name)
        return (Statement(f"DROP INDEX {exists}{self.full(place)}"),)

    def rename_index(self, table: QualifiedName, name: str, new_name: str) -> tuple[Statement, ...]:
        index = self.full(QualifiedName(table.schema, name))
        return (Statement(f"ALTER INDEX {index} RENAME TO {self.name(new_name)}"),)

    # -- comments
    def comment_on_table(
        self, table: QualifiedName, comment: str | None, before: Lookup
    ) -> tuple[Statement, ...]:
        text = self.literal_or_null(comment)
        return (Statement(f"COMMENT ON TABLE {self.full(table)} IS {text}"),)

    def comment_on_column(
        self, table: QualifiedName, column: str, comment: str | None, before: Lookup
    ) -> tuple[Statement, ...]:
        place = f"{self.full(table)}.{self.name(column)}"
        return (Statement(f"COMMENT ON COLUMN {place} IS {self.literal_or_null(comment)}"),)

    def first_comment_on_table(self, table: QualifiedName, comment: str) -> tuple[Statement, ...]:
        """On a table that has none yet."""
        return self.comment_on_table(table, comment, NOTHING)

    def first_comment_on_column(
        self, table: QualifiedName, column: str, comment: str
    ) -> tuple[Statement, ...]:
        return self.comment_on_column(table, column, comment, NOTHING)

    # -- rows
    def fill_column(
        self, table: QualifiedName, column: str, value: SqlText, before: Lookup
    ) -> tuple[Statement, ...]:
        name = self.name(column)
        text = f"UPDATE {self.full(table)} SET {name} = {value.as_written} WHERE {name} IS NULL"
        return (Statement(text),)

    def insert_rows(
        self,
        table: QualifiedName,
        columns: tuple[Column, ...],
        rows: tuple[Mapping[str, Any], ...],
        *,
        one_by_one: bool = False,
    ) -> tuple[Statement, ...]:
        separator = f"\n{self.batch_separator}" if self.batch_separator else ""
        between = f"{self.terminator}{separator}\n\n"
        return rows_of.insert(self.dialect, table, columns, rows, one_by_one=one_by_one, between=between)

    # -- what stands before
    def table_before(self, before: Lookup, table: QualifiedName) -> Table:
        found = before.table(table)
        if found is None:
            raise NoSuchThing(kind="table", name=str(table))
        return found

    def column_before(self, before: Lookup, table: QualifiedName, column: str) -> Column:
        found = self.table_before(before, table)
        if (one := found.column(column)) is not None:
            return one
        raise NoSuchThing(kind="column", name=f"{table}.{column}", known=tuple(c.name for c in found.columns))

    def known_default(self, before: Lookup, table: QualifiedName, column: str) -> Default | None:
        """The default there is; None where there is none, and where nobody knows (a plain one is then assumed)."""
        try:
            found = before.table(table)
        except UnknownValue:
            return None
        was = None if found is None else found.column(column)
        return was.default if was is not None and is_known(was.default) else None

    # -- reading
    def read(
        self,
        connection: Any,
        *,
        schemas: tuple[str | None, ...] = (None,),
        only: tuple[QualifiedName, ...] | None = None,
    ) -> Snapshot:
        from limbeck.shore.reflect import read

        return read(connection, schemas=schemas, only=only)


class _Nothing:
    """A Lookup that knows of nothing."""

    def table(self, name: QualifiedName) -> Table | None:
        return None

    def object(self, kind: type[Any], name: QualifiedName) -> Any:
        return None


NOTHING = _Nothing()
