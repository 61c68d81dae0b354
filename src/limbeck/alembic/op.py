"""`from alembic import op`: what revision files call.

Every function speaks to the Operations of the run (`_proxy`). Operations that plug-ins register are found here too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .util.langhelpers import immutabledict, proxy_missing

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.sql.elements import ColumnElement, TextClause, conv
    from sqlalchemy.sql.expression import TableClause

    from .operations import BatchOperations, MigrateOperation, Operations
    from .runtime.migration import MigrationContext

_T = TypeVar("_T")
_proxy: Operations | None = None


def _ask(name: str) -> Any:
    proxy = globals().get("_proxy")  # programs set it, and delete it
    if proxy is None:
        raise proxy_missing(name, "Operations")
    return getattr(proxy, name)


def __getattr__(name: str) -> Any:
    """A registered operation, as a function that finds the Operations of the run when it is called."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import inspect

    from .operations.base import Operations

    if name == "Operations":
        return Operations
    method = getattr(Operations, name, None)
    if method is None:
        proxy = globals().get("_proxy")
        if proxy is not None and hasattr(proxy, name):  # an attribute of the object: impl, migration_context
            return getattr(proxy, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def call(*args: Any, **kw: Any) -> Any:
        return _ask(name)(*args, **kw)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = method.__doc__
    _self, *parameters = inspect.signature(method).parameters.values()
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return call


def add_column(
    table_name: str,
    column: Column[Any],
    *,
    schema: str | None = None,
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
) -> None:
    """Add a column, with the constraints, the index and the comment it says."""
    return _ask("add_column")(  # type: ignore[no-any-return]
        table_name,
        column,
        schema=schema,
        if_not_exists=if_not_exists,
        inline_references=inline_references,
        inline_primary_key=inline_primary_key,
    )


def alter_column(
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
) -> None:
    """Change a column. Only what is given changes; MySQL and SQL Server need `existing_*` beside it."""
    return _ask("alter_column")(  # type: ignore[no-any-return]
        table_name,
        column_name,
        nullable=nullable,
        comment=comment,
        server_default=server_default,
        new_column_name=new_column_name,
        type_=type_,
        existing_type=existing_type,
        existing_server_default=existing_server_default,
        existing_nullable=existing_nullable,
        existing_comment=existing_comment,
        schema=schema,
        **kw,
    )


def batch_alter_table(
    table_name: str,
    schema: str | None = None,
    recreate: Literal["auto", "always", "never"] = "auto",
    partial_reordering: list[tuple[str, ...]] | None = None,
    copy_from: Table | None = None,
    table_args: tuple[Any, ...] = (),
    table_kwargs: Mapping[str, Any] = immutabledict(),
    reflect_args: tuple[Any, ...] = (),
    reflect_kwargs: Mapping[str, Any] = immutabledict(),
    naming_convention: dict[str, str] | None = None,
) -> AbstractContextManager[BatchOperations]:
    """Gather changes of one table; where the database needs it they are made on a copy that takes its place."""
    return _ask("batch_alter_table")(  # type: ignore[no-any-return]
        table_name,
        schema=schema,
        recreate=recreate,
        partial_reordering=partial_reordering,
        copy_from=copy_from,
        table_args=table_args,
        table_kwargs=table_kwargs,
        reflect_args=reflect_args,
        reflect_kwargs=reflect_kwargs,
        naming_convention=naming_convention,
    )


def bulk_insert(table: Table | TableClause, rows: list[dict[str, Any]], *, multiinsert: bool = True) -> None:
    """Insert rows, given as dictionaries."""
    return _ask("bulk_insert")(table, rows, multiinsert=multiinsert)  # type: ignore[no-any-return]


def create_check_constraint(
    constraint_name: str | None,
    table_name: str,
    condition: str | ColumnElement[bool] | TextClause,
    *,
    schema: str | None = None,
    **kw: Any,
) -> None:
    """Add a CHECK constraint."""
    return _ask("create_check_constraint")(constraint_name, table_name, condition, schema=schema, **kw)  # type: ignore[no-any-return]


def create_exclude_constraint(constraint_name: str, table_name: str, *elements: Any, **kw: Any) -> Any:
    """Add an EXCLUDE constraint (PostgreSQL); each element is (expression, operator)."""
    return _ask("create_exclude_constraint")(constraint_name, table_name, *elements, **kw)


def create_foreign_key(
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
) -> None:
    """Add a foreign key from `source_table` to `referent_table`."""
    return _ask("create_foreign_key")(  # type: ignore[no-any-return]
        constraint_name,
        source_table,
        referent_table,
        local_cols,
        remote_cols,
        onupdate=onupdate,
        ondelete=ondelete,
        deferrable=deferrable,
        initially=initially,
        match=match,
        source_schema=source_schema,
        referent_schema=referent_schema,
        **dialect_kw,
    )


def create_index(
    index_name: str | None,
    table_name: str,
    columns: Sequence[str | TextClause | ColumnElement[Any]],
    *,
    schema: str | None = None,
    unique: bool = False,
    if_not_exists: bool | None = None,
    **kw: Any,
) -> None:
    """Create an index over columns and expressions (`text()`)."""
    return _ask("create_index")(  # type: ignore[no-any-return]
        index_name, table_name, columns, schema=schema, unique=unique, if_not_exists=if_not_exists, **kw
    )


def create_primary_key(
    constraint_name: str | None, table_name: str, columns: list[str], *, schema: str | None = None
) -> None:
    """Add a primary key."""
    return _ask("create_primary_key")(constraint_name, table_name, columns, schema=schema)  # type: ignore[no-any-return]


def create_table(
    table_name: str, *columns: SchemaItem, if_not_exists: bool | None = None, **kw: Any
) -> Table:
    """Create a table; columns and constraints as for `sqlalchemy.Table`, which is returned."""
    return _ask("create_table")(table_name, *columns, if_not_exists=if_not_exists, **kw)  # type: ignore[no-any-return]


def create_table_comment(
    table_name: str, comment: str | None, *, existing_comment: str | None = None, schema: str | None = None
) -> None:
    """Set the comment of a table."""
    return _ask("create_table_comment")(table_name, comment, existing_comment=existing_comment, schema=schema)  # type: ignore[no-any-return]


def create_unique_constraint(
    constraint_name: str | None,
    table_name: str,
    columns: Sequence[str],
    *,
    schema: str | None = None,
    **kw: Any,
) -> Any:
    """Add a unique constraint."""
    return _ask("create_unique_constraint")(constraint_name, table_name, columns, schema=schema, **kw)


def drop_column(table_name: str, column_name: str, *, schema: str | None = None, **kw: Any) -> None:
    """Drop a column. SQL Server: `mssql_drop_default`, `mssql_drop_check`, `mssql_drop_foreign_key` go before."""
    return _ask("drop_column")(table_name, column_name, schema=schema, **kw)  # type: ignore[no-any-return]


def drop_constraint(
    constraint_name: str,
    table_name: str,
    type_: str | None = None,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
) -> None:
    """Drop a constraint. MySQL must be told the kind: foreignkey, primary, unique or check."""
    return _ask("drop_constraint")(constraint_name, table_name, type_, schema=schema, if_exists=if_exists)  # type: ignore[no-any-return]


def drop_index(
    index_name: str,
    table_name: str | None = None,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    **kw: Any,
) -> None:
    """Drop an index. MySQL and SQL Server must be told the table."""
    return _ask("drop_index")(index_name, table_name, schema=schema, if_exists=if_exists, **kw)  # type: ignore[no-any-return]


def drop_table(
    table_name: str, *, schema: str | None = None, if_exists: bool | None = None, **kw: Any
) -> None:
    """Drop a table."""
    return _ask("drop_table")(table_name, schema=schema, if_exists=if_exists, **kw)  # type: ignore[no-any-return]


def drop_table_comment(
    table_name: str, *, existing_comment: str | None = None, schema: str | None = None
) -> None:
    """Take the comment of a table away."""
    return _ask("drop_table_comment")(table_name, existing_comment=existing_comment, schema=schema)  # type: ignore[no-any-return]


def execute(sqltext: Any, *, execution_options: dict[str, Any] | None = None) -> None:
    """Execute a statement: text, or any construct of SQLAlchemy. No rows are returned."""
    return _ask("execute")(sqltext, execution_options=execution_options)  # type: ignore[no-any-return]


def f(name: str) -> conv:
    """A name that no naming convention touches any more."""
    return _ask("f")(name)  # type: ignore[no-any-return]


def get_bind() -> Connection:
    """The connection; a mock one where nothing is connected."""
    return _ask("get_bind")()  # type: ignore[no-any-return]


def get_context() -> MigrationContext:
    """The migration context of the run."""
    return _ask("get_context")()  # type: ignore[no-any-return]


def implementation_for(op_cls: Any, replace: bool = False) -> Callable[[Any], Any]:
    """Register what performs an operation."""
    return _ask("implementation_for")(op_cls, replace)  # type: ignore[no-any-return]


def inline_literal(value: str | int, type_: Any = None) -> Any:
    """A value written into the statement, where bound ones cannot be."""
    return _ask("inline_literal")(value, type_=type_)


def invoke(operation: MigrateOperation) -> Any:
    """Perform an operation object."""
    return _ask("invoke")(operation)


def register_operation(name: str, sourcename: str | None = None) -> Callable[[type[_T]], type[_T]]:
    """Make a class method of an operation a directive."""
    return _ask("register_operation")(name, sourcename)  # type: ignore[no-any-return]


def rename_table(old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
    """Give a table another name, within its schema."""
    return _ask("rename_table")(old_table_name, new_table_name, schema=schema)  # type: ignore[no-any-return]


def run_async(async_function: Callable[..., Awaitable[_T]], *args: Any, **kw_args: Any) -> _T:
    """Call an async function with the async connection behind this one, and wait for it."""
    return _ask("run_async")(async_function, *args, **kw_args)  # type: ignore[no-any-return]
