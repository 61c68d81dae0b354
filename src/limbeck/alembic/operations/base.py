"""The object behind `op`: one method for each registered operation, and the few that are no operation."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from sqlalchemy.sql.elements import conv

from .. import util
from ..util import sqla_compat
from . import batch, schemaobj

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = ("BatchOperations", "Operations")

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])


class AbstractOperations(util.ModuleClsProxy):
    """What a migration context can be told to do."""

    impl: Any
    _to_impl = util.Dispatcher()

    def __init__(self, migration_context: Any, impl: Any = None) -> None:
        self.migration_context = migration_context
        self.impl = migration_context.impl if impl is None else impl
        self.schema_obj = schemaobj.SchemaObjects(migration_context)

    def __getattr__(self, name: str) -> Any:
        """PostgreSQL's own operation is registered by that database's file."""
        if name == "create_exclude_constraint":
            importlib.import_module("..ddl.postgresql", __package__)
            return getattr(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[type[_T]], type[_T]]:
        """Make a class method `(cls, operations, ...)` of an operation a method here, and a function of `op`."""

        def register(op_cls: type[_T]) -> type[_T]:
            setattr(cls, name, _method_for(op_cls, name, sourcename or name))
            return op_cls

        return register

    @classmethod
    def implementation_for(cls, op_cls: Any, replace: bool = False) -> Callable[[_F], _F]:
        """Register what performs an operation: a function of (operations, operation)."""

        def register(fn: _F) -> _F:
            cls._to_impl.dispatch_for(op_cls, replace=replace)(fn)
            return fn

        return register

    @classmethod
    @contextmanager
    def context(cls, migration_context: Any) -> Iterator[Operations]:
        """`op` speaks to this migration context for as long as it is open."""
        operations = Operations(migration_context)
        operations._install_proxy()
        yield operations
        operations._remove_proxy()

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: Literal["auto", "always", "never"] = "auto",
        partial_reordering: list[tuple[str, ...]] | None = None,
        copy_from: Table | None = None,
        table_args: tuple[Any, ...] = (),
        table_kwargs: Mapping[str, Any] = util.immutabledict(),
        reflect_args: tuple[Any, ...] = (),
        reflect_kwargs: Mapping[str, Any] = util.immutabledict(),
        naming_convention: dict[str, str] | None = None,
    ) -> Iterator[BatchOperations]:
        """Gather changes of one table and make them at the end: in place, or by a copy where the database needs it."""
        recorded = batch.BatchOperationsImpl(
            self,
            table_name,
            schema,
            recreate,
            copy_from,
            table_args,
            table_kwargs,
            reflect_args,
            reflect_kwargs,
            naming_convention,
            partial_reordering,
        )
        yield BatchOperations(self.migration_context, impl=recorded)
        recorded.flush()

    def get_context(self) -> Any:
        """The migration context."""
        return self.migration_context

    def invoke(self, operation: Any) -> Any:
        """Perform an operation by what is registered for it."""
        perform = self._to_impl.dispatch(operation, self.migration_context.impl.__dialect__)
        return perform(self, operation)

    def f(self, name: str) -> conv:
        """A name that no naming convention touches any more."""
        return conv(name)

    def inline_literal(self, value: str | int, type_: Any = None) -> Any:
        """A value written into the statement, where bound ones cannot be."""
        return sqla_compat._literal_bindparam(None, value, type_=type_)

    def get_bind(self) -> Any:
        """The connection; None, or a mock one, where nothing is connected."""
        return self.migration_context.impl.bind

    def run_async(self, async_function: Callable[..., Awaitable[_T]], *args: Any, **kw_args: Any) -> _T:
        """Call an async function with the async connection behind this one, and wait for it."""
        connection = self.get_bind()
        if connection is None:
            raise NotImplementedError("Cannot call run_async in SQL mode")
        if not connection.dialect.is_async:
            raise ValueError("Cannot call run_async with a sync engine")
        from sqlalchemy.ext.asyncio import AsyncConnection
        from sqlalchemy.util import await_only

        proxy: Any = AsyncConnection._retrieve_proxy_for_target(connection)
        return await_only(async_function(proxy, *args, **kw_args))


class Operations(AbstractOperations):
    """The object that `op` speaks to."""

    _proxy_module = "alembic.op"


class BatchOperations(AbstractOperations):
    """The object given by `batch_alter_table`: the same methods without the table's name."""

    def _noop(self, operation: Any) -> NoReturn:
        raise NotImplementedError(f"The {operation} method does not apply to a batch table alter operation.")


def _method_for(op_cls: Any, name: str, sourcename: str) -> Callable[..., Any]:
    """A method that hands its arguments to the operation's class method, and shows that one's signature and words."""
    source = getattr(op_cls, sourcename)
    first, second, *rest = inspect.signature(source.__func__).parameters.values()
    assert (first.name, second.name) == ("cls", "operations")
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)

    def method(self: Any, *args: Any, **kw: Any) -> Any:
        return getattr(op_cls, sourcename)(self, *args, **kw)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = source.__doc__
    method.__signature__ = inspect.Signature([this, *rest])  # type: ignore[attr-defined]
    return method
