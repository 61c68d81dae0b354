"""Columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.types import NULLTYPE

from .. import schemaobj
from ..base import BatchOperations, Operations
from .plain import AlterTableOp

if TYPE_CHECKING:
    from sqlalchemy import Column


@Operations.register_operation("alter_column")
@BatchOperations.register_operation("alter_column", "batch_alter_column")
class AlterColumnOp(AlterTableOp):
    """What becomes of a column (`modify_*`: None, or False for default and comment, means unchanged) and what it was
    (`existing_*`), as far as somebody says it."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: str | Literal[False] | None = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    def _changes(self) -> dict[str, Any]:
        """What changes, the name apart, by the word behind modify_ and existing_."""
        changes = {
            "type": (self.modify_type, None),
            "nullable": (self.modify_nullable, None),
            "server_default": (self.modify_server_default, False),
            "comment": (self.modify_comment, False),
        }
        return {word: value for word, (value, unchanged) in changes.items() if value is not unchanged}

    def _existing(self) -> dict[str, Any]:
        words = ("nullable", "type", "server_default", "comment")
        return {f"existing_{word}": getattr(self, f"existing_{word}") for word in words}

    def to_diff_tuple(self) -> Any:
        """A list: one tuple for each thing that changes."""
        tuples = []
        for word, value in self._changes().items():
            beside = self._existing()
            was = beside.pop(f"existing_{word}")
            verb = "modify_default" if word == "server_default" else f"modify_{word}"
            tuples.append((verb, self.schema, self.table_name, self.column_name, beside, was, value))
        return tuples

    def has_changes(self) -> bool:
        return bool(self._changes()) or any(word.startswith("modify_") for word in self.kw)

    def reverse(self) -> AlterColumnOp:
        """Every modified word changes places with what existed; those of plug-ins in `kw` too."""
        kw = {**self.kw, **self._existing()}
        kw.update((f"modify_{word}", value) for word, value in self._changes().items())
        for key in [key for key in kw if key.startswith("modify_")]:
            was = "existing_" + key[len("modify_") :]
            kw[key], kw[was] = kw[was], kw[key]
        return type(self)(self.table_name, self.column_name, schema=self.schema, **kw)

    @classmethod
    def alter_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Change a column. Only what is given changes; MySQL and SQL Server need `existing_*` beside it."""
        changes = (nullable, type_, server_default, comment, new_column_name)
        was = (existing_nullable, existing_type, existing_server_default, existing_comment)
        return operations.invoke(cls(table_name, column_name, schema=schema, **_words(changes, was), **kw))

    @classmethod
    def batch_alter_column(
        cls,
        operations: BatchOperations,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> Any:
        """Change a column of the table of the batch."""
        changes = (nullable, type_, server_default, comment, new_column_name)
        was = (existing_nullable, existing_type, existing_server_default, existing_comment)
        place = {"insert_before": insert_before, "insert_after": insert_after}
        batch = operations.impl
        said = {**_words(changes, was), **place, **kw}
        return operations.invoke(cls(batch.table_name, column_name, schema=batch.schema, **said))


def _words(changes: tuple[Any, ...], was: tuple[Any, ...]) -> dict[str, Any]:
    """modify_* and existing_* of nullable, type, server default, comment; and the new name."""
    words = ("nullable", "type", "server_default", "comment")
    return {
        **{f"modify_{word}": value for word, value in zip((*words, "name"), changes, strict=True)},
        **{f"existing_{word}": value for word, value in zip(words, was, strict=True)},
    }


@Operations.register_operation("add_column")
@BatchOperations.register_operation("add_column", "batch_add_column")
class AddColumnOp(AlterTableOp):
    def __init__(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    def reverse(self) -> DropColumnOp:
        drop = DropColumnOp.from_column_and_tablename(self.schema, self.table_name, self.column)
        drop.if_exists = self.if_not_exists
        return drop

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        return ("add_column", self.schema, self.table_name, self.column)

    def to_column(self) -> Column[Any]:
        return self.column

    @classmethod
    def from_column(cls, col: Column[Any]) -> AddColumnOp:
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> AddColumnOp:
        return cls(tname, col, schema=schema)

    @classmethod
    def add_column(
        cls,
        operations: Operations,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Add a column, with the constraints, the index and the comment it says."""
        inline = {"inline_references": inline_references, "inline_primary_key": inline_primary_key}
        return operations.invoke(
            cls(table_name, column, schema=schema, if_not_exists=if_not_exists, **inline)
        )

    @classmethod
    def batch_add_column(
        cls,
        operations: BatchOperations,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Add a column to the table of the batch, between these neighbours where it is copied."""
        batch, place = operations.impl, {"insert_before": insert_before, "insert_after": insert_after}
        said: dict[str, Any] = {word: name for word, name in place.items() if name}
        said |= {"inline_references": inline_references, "inline_primary_key": inline_primary_key}
        said["if_not_exists"] = if_not_exists
        return operations.invoke(cls(batch.table_name, column, schema=batch.schema, **said))


@Operations.register_operation("drop_column")
@BatchOperations.register_operation("drop_column", "batch_drop_column")
class DropColumnOp(AlterTableOp):
    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.if_exists = if_exists
        self._reverse = _reverse
        self.kw = kw

    def reverse(self) -> AddColumnOp:
        if self._reverse is None:
            raise ValueError("operation is not reversible; original column is not present")
        add = AddColumnOp.from_column_and_tablename(self.schema, self.table_name, self._reverse.column)
        add.if_not_exists = self.if_exists
        return add

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        return ("remove_column", self.schema, self.table_name, self.to_column())

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> DropColumnOp:
        was = AddColumnOp.from_column_and_tablename(schema, tname, col)
        return cls(tname, col.name, schema=schema, _reverse=was)

    def to_column(self, migration_context: Any = None) -> Column[Any]:
        if self._reverse is not None:
            return self._reverse.column
        return schemaobj.SchemaObjects(migration_context).column(self.column_name, NULLTYPE)

    @classmethod
    def drop_column(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Drop a column. SQL Server: `mssql_drop_default`, `mssql_drop_check`, `mssql_drop_foreign_key` go before."""
        return operations.invoke(cls(table_name, column_name, schema=schema, **kw))

    @classmethod
    def batch_drop_column(cls, operations: BatchOperations, column_name: str, **kw: Any) -> Any:
        """Drop a column of the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(batch.table_name, column_name, schema=batch.schema, **kw))
