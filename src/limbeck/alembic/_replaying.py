"""An Alembic project's revisions performed elsewhere than on its database: on a Stage, or on a scratch connection.

While that goes on everything that a revision can reach (`op`, `context`, `op.get_context()`) speaks of that place, and
nothing of it of the connection that env.py has opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from limbeck.author import stage as stages
from limbeck.ops.object import CreateObject

from ._running import NativeContext
from .operations import BatchOperations, Operations, ops
from .runtime.migration import MigrationContext
from .translate import to_core

if TYPE_CHECKING:
    from limbeck.project import RunOptions

KEPT = ("target_metadata", "render_as_batch", "version_table", "version_table_schema", "user_module_prefix")


@contextmanager
def landing(stage: Any, options: RunOptions) -> Iterator[None]:
    """Inside, `op` hands its operations to the Stage, and a connection is one that records."""
    theirs = _theirs(options)
    opts = {
        **_options(theirs),
        "as_sql": True,
        "output_buffer": _Opaque(stage),
        "dialect_opts": {"paramstyle": "named"},
    }
    context = MigrationContext(options.dialect, None, opts, getattr(theirs, "environment_context", None))
    context.connection = stage.bind()
    with stages.entered(stage), _reached(theirs, context, Recorded(context, stage)):
        yield


@contextmanager
def within(connection: Any, options: RunOptions) -> Iterator[None]:
    """Inside, `op` and `context` speak of that connection."""
    theirs = _theirs(options)
    context = MigrationContext(
        connection.dialect, connection, _options(theirs), getattr(theirs, "environment_context", None)
    )
    context.__class__ = NativeContext
    with _reached(theirs, context, Operations(context)):
        yield


def _theirs(options: RunOptions) -> Any:
    return options.changed.get("context")


def _options(theirs: Any) -> dict[str, Any]:
    return {} if theirs is None else {k: v for k, v in theirs.opts.items() if k in KEPT}


@contextmanager
def _reached(theirs: Any, context: Any, operations: Operations) -> Iterator[None]:
    from . import op

    environment = getattr(theirs, "environment_context", None)
    before = op._proxy
    if environment is not None:
        environment._migration_context = context
    op._proxy = operations
    try:
        yield
    finally:
        op._proxy = before
        if environment is not None:
            environment._migration_context = theirs


class Recorded(Operations):
    """Operations that are described and handed on, and not performed."""

    def __init__(self, migration_context: Any, stage: Any) -> None:
        super().__init__(migration_context)
        self.stage = stage

    def invoke(self, operation: Any) -> Any:
        if isinstance(operation, ops.CreateTableOp):
            self._needed(operation.to_table(self.migration_context))
        self.stage.do(to_core(operation, self.stage.freeze(), self.migration_context))

    def _needed(self, table: Any) -> None:
        """The enums and sequences that creating the table would create."""
        for thing in self.stage.freeze().objects(table):
            if self.stage.before.object(type(thing), thing.key) is None:
                self.stage.do(CreateObject(thing=thing))

    def get_bind(self) -> Any:
        return self.stage.bind()

    @contextmanager
    def batch_alter_table(
        self, table_name: str, schema: str | None = None, *args: Any, **more: Any
    ) -> Iterator[Any]:
        yield RecordedBatch(self.migration_context, self.stage, table_name, schema)


class RecordedBatch(BatchOperations):
    """The same within `batch_alter_table`: how a table is altered is the database's affair."""

    def __init__(self, migration_context: Any, stage: Any, table_name: str, schema: str | None) -> None:
        super().__init__(migration_context, impl=SimpleNamespace(table_name=table_name, schema=schema))
        self.stage = stage

    def invoke(self, operation: Any) -> Any:
        self.stage.do(to_core(operation, self.stage.freeze(), self.migration_context))

    def get_bind(self) -> Any:
        return self.stage.bind()


class _Opaque:
    """Where text would be written that passed by every operation."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage

    def write(self, text: str) -> None:
        bare = text.strip().rstrip(";").upper()
        if bare and bare not in ("BEGIN", "COMMIT"):
            raise self.stage.opaque(f"runs SQL whose effect is not known: {text.strip()}")

    def flush(self) -> None:
        return None
