"""Adding and dropping constraints."""

from __future__ import annotations

import importlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ... import util
from ...util import sqla_compat
from .. import schemaobj
from ..base import BatchOperations, Operations
from .plain import MigrateOperation

if TYPE_CHECKING:
    from sqlalchemy import ForeignKeyConstraint
    from sqlalchemy.sql.elements import ColumnElement, TextClause

_A = TypeVar("_A", bound="type[AddConstraintOp]")

_KINDS = {"unique": "unique", "foreign": "foreignkey", "primary": "primary", "check": "check"}


def _kind(constraint: Any) -> str | None:
    """The word of `type_`, for SQLAlchemy's own kinds."""
    return next((kind for word, kind in _KINDS.items() if word in constraint.__visit_name__), None)


def _said(constraint: Any, *words: str) -> dict[str, Any]:
    """Those of these attributes that hold something."""
    return {word: value for word in words if (value := getattr(constraint, word))}


class AddConstraintOp(MigrateOperation):
    """A constraint of any kind is added. Kinds register themselves by the visit name of SQLAlchemy's class."""

    add_constraint_ops = util.Dispatcher()

    @property
    def constraint_type(self) -> str:
        raise NotImplementedError

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[_A], _A]:
        def register(op_cls: _A) -> _A:
            cls.add_constraint_ops.dispatch_for(type_)(op_cls.from_constraint)
            return op_cls

        return register

    @classmethod
    def from_constraint(cls, constraint: Any) -> AddConstraintOp:
        if constraint.__visit_name__ == "exclude_constraint":
            importlib.import_module("alembic.ddl.postgresql")  # which registers it
        return cls.add_constraint_ops.dispatch(constraint.__visit_name__)(constraint)  # type: ignore[no-any-return]

    @abstractmethod
    def to_constraint(self, migration_context: Any = None) -> Any: ...

    def reverse(self) -> DropConstraintOp:
        return DropConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> tuple[str, Any]:
        return ("add_constraint", self.to_constraint())


@Operations.register_operation("drop_constraint")
@BatchOperations.register_operation("drop_constraint", "batch_drop_constraint")
class DropConstraintOp(MigrateOperation):
    """A constraint is dropped by name; what it was stands in `_reverse`, where it is known."""

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddConstraintOp | None = None,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse

    def reverse(self) -> AddConstraintOp:
        return AddConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> tuple[str, Any]:
        word = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (word, self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Any) -> DropConstraintOp:
        was = AddConstraintOp.from_constraint(constraint)
        name = sqla_compat.constraint_name_or_none(constraint.name)
        table = sqla_compat._table_for_constraint(constraint)
        return cls(name, table.name, _kind(constraint), schema=table.schema, _reverse=was)

    def to_constraint(self) -> Any:
        """What it was, under the names that this operation has now."""
        if self._reverse is None:
            raise ValueError("constraint cannot be produced; original constraint is not present")
        constraint = self._reverse.to_constraint()
        constraint.name = self.constraint_name
        table = sqla_compat._table_for_constraint(constraint)
        table.name, table.schema = self.table_name, self.schema
        return constraint

    @classmethod
    def drop_constraint(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> Any:
        """Drop a constraint. MySQL must be told the kind: foreignkey, primary, unique or check."""
        return operations.invoke(cls(constraint_name, table_name, type_, schema=schema, if_exists=if_exists))

    @classmethod
    def batch_drop_constraint(
        cls, operations: BatchOperations, constraint_name: str, type_: str | None = None
    ) -> Any:
        """Drop a constraint of the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(constraint_name, batch.table_name, type_, schema=batch.schema))


class _OfOneTable(AddConstraintOp):
    """A constraint that is its name, its table and one thing more; `_made_by` is the method that makes it."""

    _made_by: tuple[str, str]
    constraint_name: Any
    table_name: str
    schema: str | None
    kw: dict[str, Any]

    def to_constraint(self, migration_context: Any = None) -> Any:
        method, content = self._made_by
        make = getattr(schemaobj.SchemaObjects(migration_context), method)
        return make(
            self.constraint_name, self.table_name, getattr(self, content), schema=self.schema, **self.kw
        )


@Operations.register_operation("create_primary_key")
@BatchOperations.register_operation("create_primary_key", "batch_create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(_OfOneTable):
    _made_by = ("primary_key_constraint", "columns")
    constraint_type = "primarykey"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreatePrimaryKeyOp:
        table = sqla_compat._table_for_constraint(constraint)
        name = sqla_compat.constraint_name_or_none(constraint.name)
        keys = constraint.columns.keys()
        return cls(name, table.name, keys, schema=table.schema, **constraint.dialect_kwargs)

    @classmethod
    def create_primary_key(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        columns: list[str],
        *,
        schema: str | None = None,
    ) -> Any:
        """Add a primary key."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema))

    @classmethod
    def batch_create_primary_key(
        cls, operations: BatchOperations, constraint_name: str | None, columns: list[str]
    ) -> Any:
        """Add a primary key to the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(constraint_name, batch.table_name, columns, schema=batch.schema))


@Operations.register_operation("create_unique_constraint")
@BatchOperations.register_operation("create_unique_constraint", "batch_create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(_OfOneTable):
    _made_by = ("unique_constraint", "columns")
    constraint_type = "unique"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateUniqueConstraintOp:
        table = sqla_compat._table_for_constraint(constraint)
        name = sqla_compat.constraint_name_or_none(constraint.name)
        names = [column.name for column in constraint.columns]
        kw = {**_said(constraint, "deferrable", "initially"), **constraint.dialect_kwargs}
        return cls(name, table.name, names, schema=table.schema, **kw)

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Add a unique constraint."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_unique_constraint(
        cls, operations: BatchOperations, constraint_name: str, columns: Sequence[str], **kw: Any
    ) -> Any:
        """Add a unique constraint to the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(constraint_name, batch.table_name, columns, schema=batch.schema, **kw))


@Operations.register_operation("create_foreign_key")
@BatchOperations.register_operation("create_foreign_key", "batch_create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
class CreateForeignKeyOp(AddConstraintOp):
    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: Any,
        source_table: str,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw

    def to_diff_tuple(self) -> tuple[str, Any]:
        return ("add_fk", self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateForeignKeyOp:
        near_schema, near, near_columns, far_schema, far, far_columns, *_ = sqla_compat._fk_spec(constraint)
        kw = _said(constraint, "onupdate", "ondelete", "initially", "deferrable", "use_alter", "match")
        kw["source_schema"] = near_schema
        kw["referent_schema"] = far_schema
        kw.update(constraint.dialect_kwargs)
        name = sqla_compat.constraint_name_or_none(constraint.name)
        return cls(name, near, far, near_columns, far_columns, **kw)

    def to_constraint(self, migration_context: Any = None) -> ForeignKeyConstraint:
        make = schemaobj.SchemaObjects(migration_context).foreign_key_constraint
        tables, columns = (self.source_table, self.referent_table), (self.local_cols, self.remote_cols)
        return make(self.constraint_name, *tables, *columns, **self.kw)

    @classmethod
    def create_foreign_key(
        cls,
        operations: Operations,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> Any:
        """Add a foreign key from `source_table` to `referent_table`."""
        actions: dict[str, Any] = {"onupdate": onupdate, "ondelete": ondelete, "match": match}
        moment: dict[str, Any] = {"deferrable": deferrable, "initially": initially}
        schemas: dict[str, Any] = {"source_schema": source_schema, "referent_schema": referent_schema}
        options = {**schemas, **actions, **moment, **dialect_kw}
        return operations.invoke(
            cls(constraint_name, source_table, referent_table, local_cols, remote_cols, **options)
        )

    @classmethod
    def batch_create_foreign_key(
        cls,
        operations: BatchOperations,
        constraint_name: str | None,
        referent_table: str,
        local_cols: list[str],
        remote_cols: list[str],
        *,
        referent_schema: str | None = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> Any:
        """Add a foreign key to the table of the batch."""
        actions: dict[str, Any] = {"onupdate": onupdate, "ondelete": ondelete, "match": match}
        moment: dict[str, Any] = {"deferrable": deferrable, "initially": initially}
        schemas: dict[str, Any] = {
            "source_schema": operations.impl.schema,
            "referent_schema": referent_schema,
        }
        options = {**schemas, **actions, **moment, **dialect_kw}
        near = operations.impl.table_name
        return operations.invoke(
            cls(constraint_name, near, referent_table, local_cols, remote_cols, **options)
        )


@Operations.register_operation("create_check_constraint")
@BatchOperations.register_operation("create_check_constraint", "batch_create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
class CreateCheckConstraintOp(_OfOneTable):
    _made_by = ("check_constraint", "condition")
    constraint_type = "check"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateCheckConstraintOp:
        table = sqla_compat._table_for_constraint(constraint)
        name = sqla_compat.constraint_name_or_none(constraint.name)
        return cls(name, table.name, constraint.sqltext, schema=table.schema, **constraint.dialect_kwargs)

    @classmethod
    def create_check_constraint(
        cls,
        operations: Operations,
        constraint_name: str | None,
        table_name: str,
        condition: str | ColumnElement[bool] | TextClause,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Add a CHECK constraint."""
        return operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def batch_create_check_constraint(
        cls,
        operations: BatchOperations,
        constraint_name: str,
        condition: str | ColumnElement[bool] | TextClause,
        **kw: Any,
    ) -> Any:
        """Add a CHECK constraint to the table of the batch."""
        batch = operations.impl
        return operations.invoke(cls(constraint_name, batch.table_name, condition, schema=batch.schema, **kw))
