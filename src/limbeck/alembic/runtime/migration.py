"""The migration context: one database being migrated, or one script being written.

It knows when transactions begin and end, reads and keeps the version table, and runs the steps. Which rows a step
changes is asked of the core (`limbeck.revisions.head_moves`); they are written here, by the impl, on the context's own
version Table, which dialects may have changed.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.engine import Engine
from sqlalchemy.engine import url as sqla_url
from sqlalchemy.engine.strategies import MockEngineStrategy

from limbeck.run.transactions import Keeper, ScriptKeeper, Transactions

from .. import ddl, util
from ..util import sqla_compat
from ..util.compat import EncodedIO
from .steps import HeadMoves as HeadMoves
from .steps import MigrationInfo as MigrationInfo
from .steps import MigrationStep as MigrationStep
from .steps import RevisionStep as RevisionStep
from .steps import StampStep as StampStep

log = logging.getLogger(__name__)


class _ConnectionKeeper(Keeper):
    """For whatever stands in the place of a connection: there may be none yet, or one that knows no transactions."""

    def is_taken(self) -> bool:
        return sqla_compat._get_connection_in_transaction(self.connection)

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Seen from SQLAlchemy there is a transaction inside, as there has always been."""
        with super().autocommit():
            self.connection.begin()
            yield


class _ProxyTransaction:
    """The context's transaction, which is open: ended by leaving it, or before. An autocommit block in the middle
    exchanges the one behind it."""

    def __init__(self, migration_context: MigrationContext) -> None:
        self.migration_context = migration_context

    @property
    def _proxied_transaction(self) -> Any:
        return self.migration_context._transaction

    def rollback(self) -> None:
        assert self._proxied_transaction is not None
        self.migration_context._transactions.rollback()

    def commit(self) -> None:
        assert self._proxied_transaction is not None
        self.migration_context._transactions.commit()

    def __enter__(self) -> _ProxyTransaction:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None:
            self.migration_context._transactions.commit()
        else:
            self.migration_context._transactions.rollback()


class MigrationContext:
    """Made by `configure`; one for each database."""

    def __init__(
        self, dialect: Any, connection: Any, opts: dict[str, Any], environment_context: Any = None
    ) -> None:
        self.dialect, self.opts, self.environment_context = dialect, opts, environment_context
        self.as_sql: bool = opts.get("as_sql", False)
        self.purge, self.script = opts.get("purge", False), opts.get("script")
        self.on_version_apply_callbacks = opts.get("on_version_apply", ())
        self._migrations_fn: Callable[..., Iterable[Any]] | None = opts.get("fn")
        self._start_from_rev: Any = opts.get("starting_rev")
        self._user_compare_server_default = opts.get("compare_server_default", False)
        self._user_compare_type = opts.get("compare_type", True)
        self.version_table_schema = opts.get("version_table_schema")
        self.version_table = opts.get("version_table", "alembic_version")

        self.connection: Any = self._stdout_connection(connection) if self.as_sql else connection
        self._transaction_per_migration = opts.get("transaction_per_migration", False)
        self._in_external_transaction = not self.as_sql and sqla_compat._get_connection_in_transaction(
            connection
        )
        self.transactional_ddl = opts.get("transactional_ddl")
        self.output_buffer: Any = _target(opts)

        impl = ddl.DefaultImpl.get_by_dialect(dialect)
        self.impl = impl(
            dialect, self.connection, self.as_sql, self.transactional_ddl, self.output_buffer, opts
        )
        table: dict[str, Any] = {
            word: getattr(self, word) for word in ("version_table", "version_table_schema")
        }
        self._machine = Transactions(self._keeper(), transactional_ddl=False, per_step=False)
        self._version = self.impl.version_table_impl(
            **table, version_table_pk=opts.get("version_table_pk", True)
        )
        self._say_what_it_is()

    def _keeper(self) -> Keeper:
        if self.as_sql:
            return ScriptKeeper(self.impl.emit_begin, self.impl.emit_commit)
        return _ConnectionKeeper(self.connection)

    def _say_what_it_is(self) -> None:
        log.info("Context impl %s.", type(self.impl).__name__)
        if self.as_sql:
            log.info("Generating static SQL")
        kind = "transactional" if self.impl.transactional_ddl else "non-transactional"
        log.info("Will assume %s DDL.", kind)

    @classmethod
    def configure(
        cls,
        connection: Any = None,
        url: Any = None,
        dialect_name: str | None = None,
        dialect: Any = None,
        environment_context: Any = None,
        dialect_opts: dict[str, Any] | None = None,
        opts: Any = None,
    ) -> MigrationContext:
        """A context for a connection; or, with nothing connected, for a URL, a dialect's name, or a dialect."""
        if connection is not None:
            if isinstance(connection, Engine):
                raise util.CommandError(
                    "'connection' argument to configure() is expected to be a sqlalchemy.engine.Connection instance, "
                    f"got {connection!r}"
                )
            dialect = connection.dialect
        elif url or dialect_name:
            made = sqla_url.make_url(url or f"{dialect_name}://")
            dialect = made.get_dialect()(**(dialect_opts or {}))
        elif not dialect:
            raise Exception("Connection, url, or dialect_name is required.")
        return MigrationContext(dialect, connection, {} if opts is None else opts, environment_context)

    @property
    def bind(self) -> Any:
        """The connection; a mock one that writes where nothing is connected."""
        return self.connection

    @property
    def config(self) -> Any:
        return self.environment_context.config if self.environment_context else None

    def execute(self, sql: Any, execution_options: dict[str, Any] | None = None) -> None:
        self.impl._exec(sql, execution_options)

    def _stdout_connection(self, connection: Any) -> Any:
        """One that executes by writing; whatever else SQLAlchemy hands over is of no use to a script."""
        return MockEngineStrategy.MockConnection(
            self.dialect, lambda construct, *rest, **named: self.impl._exec(construct)
        )

    # -- transactions

    def _in_connection_transaction(self) -> bool:
        return sqla_compat._get_connection_in_transaction(self.connection)

    @property
    def _transactions(self) -> Transactions:
        """The core's machine, with the connection and the options as env.py has them by now."""
        machine = self._machine
        if not self.as_sql:
            machine.keeper.connection = self.connection
        machine.transactional_ddl = bool(self.impl.transactional_ddl)
        machine.per_step = bool(self._transaction_per_migration)
        machine.external = self._in_external_transaction
        return machine

    @property
    def _transaction(self) -> Any:
        """SQLAlchemy's transaction behind ours, where one of ours is open."""
        return self.connection.get_transaction() if self._machine.is_open and not self.as_sql else None

    def begin_transaction(self, _per_migration: bool = False) -> Any:
        """The transaction round the whole run, or (`_per_migration`) the one round each step: a context manager.

        Only one of the two does anything. Where DDL is not transactional it is the one round each step. One that the
        caller began is left alone.
        """
        transactions = self._transactions
        if not (transactions.wraps_step if _per_migration else transactions.wraps_run):
            return nullcontext()
        if self.as_sql:
            return transactions.block()
        transactions.begin()
        return _ProxyTransaction(self)

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        """What stands inside runs outside any transaction; what came before is committed."""
        transactions = self._transactions
        assert not transactions.external, "the caller began the transaction that this block would end"
        if self.as_sql:
            transactions.is_open = True  # the script's reader is taken to have begun one
        with transactions.autocommit():
            yield

    # -- the version table

    def get_current_revision(self) -> str | None:
        """The one row of the version table; CommandError where there are several."""
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise util.CommandError(
                f"Version table '{self.version_table}' has more than one head present; please use get_current_heads()"
            )
        return heads[0] if heads else None

    def get_current_heads(self) -> tuple[str, ...]:
        """The rows of the version table; where a script is written, where it was said to start."""
        if self.as_sql:
            return self._heads_to_start_from()
        if self._start_from_rev:
            raise util.CommandError("Can't specify current_rev to context when using a database connection")
        if not self._has_version_table():
            return ()
        version = self._version.columns.version_num
        return tuple(self.connection.execute(select(version)).scalars())

    def _heads_to_start_from(self) -> tuple[str, ...]:
        start = self._start_from_rev
        if start == "base":
            return ()
        if start is not None and self.script:
            named = [name for name in util.to_list(start) if name not in (None, "base")]
            start = [self.script.get_revision(name).revision for name in named]
        return util.to_tuple(start, default=())  # type: ignore[no-any-return]

    def _ensure_version_table(self, purge: bool = False) -> None:
        with sqla_compat._ensure_scope_for_ddl(self.connection):
            self._version.create(self.connection, checkfirst=True)
            if purge:
                self.connection.execute(self._version.delete())

    def _has_version_table(self) -> bool:
        place = (self.version_table, self.version_table_schema)
        return sqla_compat._connectable_has_table(self.connection, *place)

    def _heads_to_keep(self, *, create: bool = True) -> tuple[str, ...]:
        """The rows there are; where there are none, there is a table for them afterwards."""
        heads = self.get_current_heads()
        if create and not (heads or self.as_sql):
            self._ensure_version_table()
        return heads

    def stamp(self, script_directory: Any, revision: str) -> None:
        """Let the version table say this revision; nothing is run."""
        heads = self._heads_to_keep()
        rows = HeadMaintainer(self, heads)
        for step in script_directory._stamp_revs(revision, heads):
            rows.update_to_step(step)

    # -- running

    def run_migrations(self, **kw: Any) -> None:
        """Ask for the steps from the rows that are there, and do each: its function, its rows, the callbacks."""
        self.impl.start_migrations()
        heads = self._heads_before_run()
        rows = HeadMaintainer(self, heads)
        assert self._migrations_fn is not None
        for number, step in enumerate(self._migrations_fn(heads, self)):
            if number == 0 and isinstance(step, RevisionStep):
                self._run_every_file()
            with self.begin_transaction(_per_migration=True):
                self._run_step(step, rows, kw)

    def _run_every_file(self) -> None:
        """Once something is to be done: a step may lean on what the import of another revision's file did."""
        run = getattr(self.script, "_run_every_file", None)
        if run is not None:
            run()

    def _run_step(self, step: Any, rows: HeadMaintainer, arguments: dict[str, Any]) -> None:
        """A script makes the version table before its first step, and says which step follows."""
        if self.as_sql and not rows.heads:
            self._version.create(self.connection)
        log.info("Running %s", step)
        if self.as_sql:
            self.impl.static_output(f"-- Running {step.short_log}")
        step.migration_fn(**arguments)
        rows.update_to_step(step)
        for heard in self.on_version_apply_callbacks:
            heard(ctx=self, step=step.info, heads={*rows.heads}, run_args=arguments)

    def _heads_before_run(self) -> tuple[str, ...]:
        if not self.purge:
            return self._heads_to_keep(create=not self.opts.get("dont_mutate", False))
        if self.as_sql:
            raise util.CommandError("Can't use --purge with --sql mode")
        self._ensure_version_table(purge=True)
        return ()


def _target(opts: dict[str, Any]) -> Any:
    """Where a script is written to."""
    if "output_encoding" not in opts:
        return opts.get("output_buffer", sys.stdout)
    buffer: Any = opts.get("output_buffer") or sys.stdout
    return EncodedIO(buffer, opts["output_encoding"])


class HeadMaintainer:
    """Keeps the version table true while steps are done. `heads` are its rows now."""

    def __init__(self, context: MigrationContext, heads: Any) -> None:
        self.context = context
        self.heads: set[str] = set(heads)

    def _row(self, version: str) -> Any:
        return self.context._version.columns.version_num == _quoted(version)

    def _exchange(self, statement: Any, *, gone: set[str], new: set[str]) -> Any:
        """Execute, and know it. Before each statement the rows are as `heads` says, or something is wrong."""
        assert gone <= self.heads, f"{gone - self.heads} is not in the version table"
        assert not new & self.heads, f"{new & self.heads} is in the version table already"
        self.heads = (self.heads - gone) | new
        return self.context.impl._exec(statement)

    def _insert_version(self, version: str) -> None:
        insert = self.context._version.insert().values(version_num=_quoted(version))
        self._exchange(insert, gone=set(), new={version})

    def _delete_version(self, version: str) -> None:
        delete = self.context._version.delete().where(self._row(version))
        result = self._exchange(delete, gone={version}, new=set())
        self._expect_one_row(result, f"deleting '{version}'")

    def _update_version(self, from_: str, to_: str) -> None:
        update = self.context._version.update().where(self._row(from_)).values(version_num=_quoted(to_))
        result = self._exchange(update, gone={from_}, new={to_})
        self._expect_one_row(result, f"updating '{from_}' to '{to_}'")

    def _expect_one_row(self, result: Any, doing: str) -> None:
        if self.context.as_sql or not self.context.dialect.supports_sane_rowcount or result is None:
            return
        if result.rowcount != 1:
            raise util.CommandError(
                f"Online migration expected to match one row when {doing} in '{self.context.version_table}'; "
                f"{result.rowcount} found"
            )

    def update_to_step(self, step: MigrationStep) -> None:
        """Write the rows that this step changes."""
        moves = step.head_moves(self.heads)
        log.debug("%s: delete %s, insert %s, update %s", step.short_log, *moves)
        for version in moves.deletes:
            self._delete_version(version)
        for version in moves.inserts:
            self._insert_version(version)
        for old, new in moves.updates:
            self._update_version(old, new)


def _quoted(version: str) -> Any:
    return literal_column(f"'{version}'")


__all__ = [
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
    "_ProxyTransaction",
]
