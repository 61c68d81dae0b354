"""What performs each operation: the impl's methods, in Alembic's order. Plug-ins replace these one by one with
`Operations.implementation_for(..., replace=True)`. For tables, indexes and constraints `if_exists` and
`if_not_exists` are handed on only where they were given: third-party impls may not know them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import schema as sa_schema

from ..util.sqla_compat import _copy, _in_order
from . import ops
from .base import Operations


def _given(**kw: Any) -> dict[str, Any]:
    return {name: value for name, value in kw.items() if value is not None}


@Operations.implementation_for(ops.AlterColumnOp)
def alter_column(operations: Operations, operation: ops.AlterColumnOp) -> None:
    """The column itself; before it go the constraints that its old type made, after it come those of the new."""
    impl, schema = operations.impl, operation.schema
    assert operation.existing_server_default is not True

    def of_type(type_: Any) -> list[Any]:
        compiler = impl.dialect.statement_compiler(impl.dialect, None)
        column = operations.schema_obj.column(operation.column_name, type_)
        table = operations.schema_obj.table(operation.table_name, column, schema=schema)
        return [
            constraint
            for constraint in table.constraints
            if not isinstance(constraint, sa_schema.PrimaryKeyConstraint)
            and (not constraint._create_rule or constraint._create_rule(compiler))
        ]

    if operation.existing_type and operation.modify_type:
        for constraint in of_type(operation.existing_type):
            impl.drop_constraint(constraint)
    impl.alter_column(
        operation.table_name,
        operation.column_name,
        nullable=operation.modify_nullable,
        server_default=operation.modify_server_default,
        name=operation.modify_name,
        type_=operation.modify_type,
        schema=schema,
        existing_type=operation.existing_type,
        existing_server_default=operation.existing_server_default,
        existing_nullable=operation.existing_nullable,
        comment=operation.modify_comment,
        existing_comment=operation.existing_comment,
        **operation.kw,
    )
    if operation.modify_type:
        for constraint in of_type(operation.modify_type):
            impl.add_constraint(constraint)


@Operations.implementation_for(ops.AddColumnOp)
def add_column(operations: Operations, operation: ops.AddColumnOp) -> None:
    """The column, then what hangs on it: constraints, indexes, its comment."""
    impl = operations.impl
    column = operation.column if operation.column.table is None else _copy(operation.column)
    table = operations.schema_obj.table(operation.table_name, column, schema=operation.schema)
    impl.add_column(
        operation.table_name,
        column,
        schema=operation.schema,
        if_not_exists=operation.if_not_exists,
        inline_references=operation.inline_references,
        inline_primary_key=operation.inline_primary_key,
        **operation.kw,
    )
    for constraint in sorted(table.constraints, key=lambda each: each._creation_order):
        if isinstance(constraint, sa_schema.PrimaryKeyConstraint):
            continue
        written_inline = (
            operation.inline_references
            and isinstance(constraint, sa_schema.ForeignKeyConstraint)
            and len(column.foreign_keys) == 1
            and len(constraint.columns) == 1
        )
        if not written_inline:
            impl.add_constraint(constraint)
    for index in _in_order(table.indexes):
        impl.create_index(index)
    if column.comment is not None and impl.dialect.supports_comments and not impl.dialect.inline_comments:
        impl.create_column_comment(column)


@Operations.implementation_for(ops.DropColumnOp)
def drop_column(operations: Operations, operation: ops.DropColumnOp) -> None:
    operations.impl.drop_column(
        operation.table_name,
        operation.to_column(operations.migration_context),
        schema=operation.schema,
        if_exists=operation.if_exists,
        **operation.kw,
    )


@Operations.implementation_for(ops.CreateTableOp)
def create_table(operations: Operations, operation: ops.CreateTableOp) -> Any:
    table = operation.to_table(operations.migration_context)
    operations.impl.create_table(table, **_given(if_not_exists=operation.if_not_exists))
    return table


@Operations.implementation_for(ops.DropTableOp)
def drop_table(operations: Operations, operation: ops.DropTableOp) -> None:
    table = operation.to_table(operations.migration_context)
    operations.impl.drop_table(table, **_given(if_exists=operation.if_exists))


@Operations.implementation_for(ops.RenameTableOp)
def rename_table(operations: Operations, operation: ops.RenameTableOp) -> None:
    operations.impl.rename_table(operation.table_name, operation.new_table_name, schema=operation.schema)


@Operations.implementation_for(ops.CreateTableCommentOp)
def create_table_comment(operations: Operations, operation: ops.CreateTableCommentOp) -> None:
    operations.impl.create_table_comment(operation.to_table(operations.migration_context))


@Operations.implementation_for(ops.DropTableCommentOp)
def drop_table_comment(operations: Operations, operation: ops.DropTableCommentOp) -> None:
    operations.impl.drop_table_comment(operation.to_table(operations.migration_context))


@Operations.implementation_for(ops.CreateIndexOp)
def create_index(operations: Operations, operation: ops.CreateIndexOp) -> None:
    index = operation.to_index(operations.migration_context)
    operations.impl.create_index(index, **_given(if_not_exists=operation.if_not_exists))


@Operations.implementation_for(ops.DropIndexOp)
def drop_index(operations: Operations, operation: ops.DropIndexOp) -> None:
    index = operation.to_index(operations.migration_context)
    operations.impl.drop_index(index, **_given(if_exists=operation.if_exists))


@Operations.implementation_for(ops.AddConstraintOp)
def create_constraint(operations: Operations, operation: ops.AddConstraintOp) -> None:
    operations.impl.add_constraint(operation.to_constraint(operations.migration_context))


@Operations.implementation_for(ops.DropConstraintOp)
def drop_constraint(operations: Operations, operation: ops.DropConstraintOp) -> None:
    constraint = operations.schema_obj.generic_constraint(
        operation.constraint_name, operation.table_name, operation.constraint_type, schema=operation.schema
    )
    operations.impl.drop_constraint(constraint, **_given(if_exists=operation.if_exists))


@Operations.implementation_for(ops.BulkInsertOp)
def bulk_insert(operations: Operations, operation: ops.BulkInsertOp) -> None:
    operations.impl.bulk_insert(operation.table, operation.rows, multiinsert=operation.multiinsert)


@Operations.implementation_for(ops.ExecuteSQLOp)
def execute_sql(operations: Operations, operation: ops.ExecuteSQLOp) -> None:
    operations.migration_context.impl.execute(
        operation.sqltext, execution_options=operation.execution_options
    )
