"""Tables, their indexes and their comments."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import schemaobj
from ..base import BatchOperations, Operations
from .plain import AlterTableOp, MigrateOperation

if TYPE_CHECKING:
    from sqlalchemy import Index, MetaData, Table
    from sqlalchemy.schema import SchemaItem


@Operations.register_operation("create_index")
@BatchOperations.register_operation("create_index", "batch_create_index")
class CreateIndexOp(MigrateOperation):
    def __init__(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    def reverse(self) -> DropIndexOp:
        return DropIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> tuple[str, Index]:
        return ("add_index", self.to_index())

    @classmethod
    def from_index(cls, index: Index) -> CreateIndexOp:
        table = index.table
        assert table is not None
        return cls(
            index.name,
            table.name,
            list(index.expressions),
            schema=table.schema,
            unique=index.unique,
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> Index:
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name, self.table_name, self.columns, schema=self.schema, unique=self.unique, **self.kw
        )

    @classmethod
    def create_index(
        cls,
        operations: Operations,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Create an index over columns and expressions (`text()`)."""
        return operations.invoke(
            cls(
                index_name,
                table_name,
                columns,
                schema=schema,
                unique=unique,
                if_not_exists=if_not_exists,
                **kw,
            )
        )

    @classmethod
    def batch_create_index(
        cls, operations: BatchOperations, index_name: str, columns: Sequence[Any], **kw: Any
    ) -> Any:
        """Create an index on the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(index_name, batch.table_name, columns, schema=batch.schema, **kw))


@Operations.register_operation("drop_index")
@BatchOperations.register_operation("drop_index", "batch_drop_index")
class DropIndexOp(MigrateOperation):
    def __init__(
        self,
        index_name: Any,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse
        self.kw = kw

    def reverse(self) -> CreateIndexOp:
        return CreateIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> tuple[str, Index]:
        return ("remove_index", self.to_index())

    @classmethod
    def from_index(cls, index: Index) -> DropIndexOp:
        table = index.table
        assert table is not None
        return cls(
            index.name,
            table_name=table.name,
            schema=table.schema,
            _reverse=CreateIndexOp.from_index(index),
            unique=index.unique,
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> Index:
        """Its columns, where they are known; for dropping, any will do."""
        columns = self._reverse.columns if self._reverse else ["x"]
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name, self.table_name, columns, schema=self.schema, **self.kw
        )

    @classmethod
    def drop_index(
        cls,
        operations: Operations,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drop an index. MySQL and SQL Server must be told the table."""
        return operations.invoke(
            cls(index_name, table_name=table_name, schema=schema, if_exists=if_exists, **kw)
        )

    @classmethod
    def batch_drop_index(cls, operations: BatchOperations, index_name: str, **kw: Any) -> Any:
        """Drop an index of the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(index_name, table_name=batch.table_name, schema=batch.schema, **kw))


@Operations.register_operation("create_table")
class CreateTableOp(MigrateOperation):
    """A table of columns and constraints. `_namespace_metadata` is that of the models, for names of foreign keys;
    `_constraints_included` says that no constraint hides in a column."""

    def __init__(
        self,
        table_name: str,
        columns: Sequence[SchemaItem],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _namespace_metadata: MetaData | None = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.info = kw.pop("info", {})
        self.comment = kw.pop("comment", None)
        self.prefixes = kw.pop("prefixes", None)
        self.kw = kw
        self._namespace_metadata = _namespace_metadata
        self._constraints_included = _constraints_included

    def reverse(self) -> DropTableOp:
        return DropTableOp.from_table(self.to_table(), _namespace_metadata=self._namespace_metadata)

    def to_diff_tuple(self) -> tuple[str, Table]:
        return ("add_table", self.to_table())

    @classmethod
    def from_table(cls, table: Table, *, _namespace_metadata: MetaData | None = None) -> CreateTableOp:
        return cls(
            table.name,
            [*table.c, *table.constraints],
            schema=table.schema,
            _namespace_metadata=table.metadata if _namespace_metadata is None else _namespace_metadata,
            _constraints_included=True,
            **_beside_columns(table),
        )

    def to_table(self, migration_context: Any = None) -> Table:
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name,
            *self.columns,
            schema=self.schema,
            prefixes=list(self.prefixes or ()),
            comment=self.comment,
            info=dict(self.info or {}),
            _constraints_included=self._constraints_included,
            **self.kw,
        )

    @classmethod
    def create_table(
        cls,
        operations: Operations,
        table_name: str,
        *columns: SchemaItem,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Table:
        """Create a table; columns and constraints as for `sqlalchemy.Table`, which is returned."""
        made: Table = operations.invoke(cls(table_name, columns, if_not_exists=if_not_exists, **kw))
        return made


def _beside_columns(table: Table) -> dict[str, Any]:
    return {
        "comment": table.comment,
        "info": dict(table.info),
        "prefixes": list(table._prefixes),
        **table.kwargs,
    }


@Operations.register_operation("drop_table")
class DropTableOp(MigrateOperation):
    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: MutableMapping[Any, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.table_kw = table_kw or {}
        self.comment = self.table_kw.pop("comment", None)
        self.info = self.table_kw.pop("info", None)
        self.prefixes = self.table_kw.pop("prefixes", None)
        self._reverse = _reverse

    def reverse(self) -> CreateTableOp:
        return CreateTableOp.from_table(self.to_table())

    def to_diff_tuple(self) -> tuple[str, Table]:
        return ("remove_table", self.to_table())

    @classmethod
    def from_table(cls, table: Table, *, _namespace_metadata: MetaData | None = None) -> DropTableOp:
        return cls(
            table.name,
            schema=table.schema,
            table_kw=_beside_columns(table),
            _reverse=CreateTableOp.from_table(table, _namespace_metadata=_namespace_metadata),
        )

    def to_table(self, migration_context: Any = None) -> Table:
        was = self._reverse
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name,
            *(was.columns if was else ()),
            comment=self.comment,
            info=dict(self.info or {}),
            prefixes=list(self.prefixes or ()),
            schema=self.schema,
            _constraints_included=was._constraints_included if was else False,
            **self.table_kw,
        )

    @classmethod
    def drop_table(
        cls,
        operations: Operations,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drop a table."""
        return operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))


@Operations.register_operation("rename_table")
class RenameTableOp(AlterTableOp):
    def __init__(self, old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name

    @classmethod
    def rename_table(
        cls, operations: Operations, old_table_name: str, new_table_name: str, *, schema: str | None = None
    ) -> Any:
        """Give a table another name, within its schema."""
        return operations.invoke(cls(old_table_name, new_table_name, schema=schema))


@Operations.register_operation("create_table_comment")
@BatchOperations.register_operation("create_table_comment", "batch_create_table_comment")
class CreateTableCommentOp(AlterTableOp):
    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        now = {"existing_comment": self.comment, "schema": self.schema}
        if self.existing_comment is None:
            return DropTableCommentOp(self.table_name, **now)
        return CreateTableCommentOp(self.table_name, self.existing_comment, **now)

    def to_table(self, migration_context: Any = None) -> Table:
        made = schemaobj.SchemaObjects(migration_context)
        return made.table(self.table_name, schema=self.schema, comment=self.comment)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("add_table_comment", self.to_table(), self.existing_comment)

    @classmethod
    def create_table_comment(
        cls,
        operations: Operations,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Set the comment of a table."""
        return operations.invoke(cls(table_name, comment, existing_comment=existing_comment, schema=schema))

    @classmethod
    def batch_create_table_comment(
        cls, operations: BatchOperations, comment: str | None, *, existing_comment: str | None = None
    ) -> Any:
        """Set the comment of the table of the batch."""
        batch = operations.impl
        return operations.invoke(
            cls(batch.table_name, comment, existing_comment=existing_comment, schema=batch.schema)
        )


@Operations.register_operation("drop_table_comment")
@BatchOperations.register_operation("drop_table_comment", "batch_drop_table_comment")
class DropTableCommentOp(AlterTableOp):
    def __init__(
        self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp:
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_table(self, migration_context: Any = None) -> Table:
        return schemaobj.SchemaObjects(migration_context).table(self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remove_table_comment", self.to_table())

    @classmethod
    def drop_table_comment(
        cls,
        operations: Operations,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Take the comment of a table away."""
        return operations.invoke(cls(table_name, existing_comment=existing_comment, schema=schema))

    @classmethod
    def batch_drop_table_comment(
        cls, operations: BatchOperations, *, existing_comment: str | None = None
    ) -> Any:
        """Take the comment of the table of the batch away."""
        batch = operations.impl
        return operations.invoke(
            cls(batch.table_name, existing_comment=existing_comment, schema=batch.schema)
        )
