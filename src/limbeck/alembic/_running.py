"""Runs an Alembic project's env.py for limbeck's own runner.

Between env.py and the revision files stands everything they know: the EnvironmentContext, the migration context, `op`.
What is exchanged is who plans and runs the steps (`limbeck.run`), with its lock, its transactions and its account of
what failed. The version rows are written through the project's impl on its own version Table, callbacks of
`on_version_apply` are called behind each step, and a transaction that env.py wraps round the run is its to end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc, literal_column

from limbeck.author import stage
from limbeck.errors import EnvScriptDidNothing, EnvScriptFailed, LimbeckError
from limbeck.policy import Policy
from limbeck.project import RunOptions, Work
from limbeck.revisions.head_moves import HeadMoves
from limbeck.run import failure
from limbeck.run.heads_table import HeadsTable
from limbeck.run.transactions import Keeper
from limbeck.shore import connect, models

from ._project import AlembicProject, ProjectSays
from .runtime.environment import EnvironmentContext
from .runtime.migration import MigrationContext
from .runtime.steps import MigrationInfo
from .util.exc import CommandError

if TYPE_CHECKING:
    from limbeck.shore.channel import Channel

COMPARING = "alembic.autogenerate.compare"
TOLD_BY_US = {
    "alembic.runtime.migration",
    "alembic.runtime.plugins",
    "alembic.ddl.postgresql",
    COMPARING,
    *(
        f"{COMPARING}.{part}"
        for part in [
            "tables",
            "constraints",
            "types",
            "server_defaults",
            "comments",
            "indexes",
            "foreign_keys",
            "schema",
        ]
    ),
}
"""The loggers whose information limbeck's own words replace."""


class ProjectEnvironment:
    """Runs env.py, which opens the databases; each `context.run_migrations()` in it calls `work`.

    With `native` False the migration context is the facade's own, and `fn` is asked for its steps.
    """

    def __init__(self, project: AlembicProject) -> None:
        self.project = project
        self.undone: dict[int, tuple[str, ...]] = {}

    def run(self, work: Work) -> int:
        calls = 0

        def counted(connection: Any, options: RunOptions) -> None:
            nonlocal calls
            calls += 1
            work(connection, options)
            context = options.changed["context"]
            context.taken_back = partial(self.undone.__setitem__, calls - 1)

        options = self.project.options
        places = self.project.config.cmd_opts
        context = NativeEnvironment(
            self.project.config,
            self.project.directory,
            fn=no_steps,
            as_sql=options.offline,
            destination_rev=getattr(places, "revision", None),
            starting_rev=None,
            tag=options.tag,
        )
        context.project, context.work = self.project, counted
        self.execute(context)
        if not calls and not context.went_its_own_way:
            raise EnvScriptDidNothing(path=self.project.directory.env_py_location)
        return calls

    def execute(self, context: EnvironmentContext) -> None:
        """env.py within this context; what it raises as an error for a person."""
        connect.accept_old_names()
        with context, self._explained(), quiet_logs():
            self.project.directory.run_env()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (LimbeckError, KeyboardInterrupt, GeneratorExit):
            raise
        except CommandError as error:
            raise ProjectSays(said=str(error)) from error
        except BaseException as error:
            fault = connect.explain(error) if isinstance(error, Exception) else None
            if fault is not None:
                raise fault from None
            own = self.project.directory.env_py_location
            folders = [str(self.project.folder), str(Path(own).absolute().parent)]
            place = models.place_in(error, folders) or own
            raise EnvScriptFailed(place=place, said=_said(error)) from error


def _said(error: BaseException) -> str:
    """What was raised; of two errors of databases, one in the handling of the other, the first one before it: PostgreSQL
    has rolled back already what it cannot prepare, and refuses the rollback that env.py asks for then."""
    if not isinstance(error, exc.DBAPIError):
        return models.in_a_line(error)
    first, seen = error, error.__cause__ or error.__context__
    while seen is not None:
        first = seen if isinstance(seen, exc.DBAPIError) else first
        seen = seen.__cause__ or seen.__context__
    told = [first] if first is error else [first, error]
    return "; and then ".join(f"{type(each).__name__}: {failure.said_by(each)}" for each in told)


def no_steps(rows: Any, migration_context: Any) -> list[Any]:
    """The function that would give the facade's own machine its steps: limbeck's runner has others."""
    return []


class NativeEnvironment(EnvironmentContext):
    """The EnvironmentContext whose migration contexts hand the run to limbeck."""

    project: AlembicProject
    work: Work
    went_its_own_way = False
    """Whether env.py has put a function in the place of the one that gives the steps."""

    def configure(self, *args: Any, **kw: Any) -> None:
        if self.project.options.offline:
            kw["output_buffer"] = ToScript(self)
        super().configure(*args, **kw)
        context = self._migration_context
        assert context is not None
        if kw.get("compare_server_default") is None:
            context._user_compare_server_default = True  # not said: limbeck compares defaults
        context.__class__ = NativeContext


class ToScript:
    """The output buffer of a script: what op writes goes where the runner writes."""

    def __init__(self, environment: NativeEnvironment) -> None:
        self.environment = environment

    def write(self, text: str) -> None:
        import sys

        sys.stdout.write(text)

    def flush(self) -> None:
        import sys

        sys.stdout.flush()


class NativeContext(MigrationContext):
    """A migration context that lets limbeck's runner do the steps. Made of one that is configured already."""

    _wrapped = False
    """Whether env.py's own begin_transaction() is entered and will commit."""
    _in_block = False
    taken_back: Callable[[tuple[str, ...]], None] | None = None
    """Told when env.py rolls back what was run, with the version rows that are there then."""

    def run_migrations(self, **kw: Any) -> None:
        environment = self.environment_context
        assert isinstance(environment, NativeEnvironment)
        if self._migrations_fn is not no_steps:
            environment.went_its_own_way = True
            self.__class__ = MigrationContext  # type: ignore[assignment]
            self.run_migrations(**kw)
            return
        environment.project.scripts.look_in(environment.script._version_locations)
        if not self.as_sql and self._starts_anew():
            self.connection.commit()
        self.impl.start_migrations()
        given = self.opts.get("target_metadata")
        options = RunOptions(
            database=str(kw.get("engine_name") or ""),
            dialect=self.dialect,
            offline=self.as_sql,
            models=None if given is None else models.metadatas(given),
            arguments=kw,
            changed={"context": self},
        )
        environment.work(None if self.as_sql else self.connection, options)

    def _starts_anew(self) -> bool:
        """SQLite's driver is made ready outside any transaction; what env.py itself has said there is kept."""
        return (
            self.dialect.name == "sqlite"
            and not self._in_external_transaction
            and self._in_connection_transaction()
        )

    def begin_transaction(self, _per_migration: bool = False) -> Any:
        """Where DDL is transactional, the transaction of the whole run; else there is none round all of it."""
        whole = self.impl.transactional_ddl and not self._transaction_per_migration
        if _per_migration or self._in_external_transaction or self.as_sql or not whole:
            return nullcontext()
        if self.dialect.name == "sqlite":
            return nullcontext()
        return self._around_the_run()

    @contextmanager
    def _around_the_run(self) -> Iterator[Any]:
        self._wrapped = True
        try:
            yield Taken(self)
        except BaseException:
            if self.connection.in_transaction():
                self.connection.rollback()
            raise
        else:
            if self.connection.in_transaction():
                self.connection.commit()
        finally:
            self._wrapped = False

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        if self.as_sql:
            with super().autocommit_block():
                yield
            return
        self._in_block = True
        try:
            with stage.current("autocommit_block").autocommit():
                yield
        finally:
            self._in_block = False


class Taken:
    """What `with context.begin_transaction() as transaction` gives: env.py may roll the run back, or commit it early."""

    def __init__(self, context: NativeContext) -> None:
        self.context = context

    def rollback(self) -> None:
        self.context.connection.rollback()
        if self.context.taken_back is not None:
            self.context.taken_back(self.context.get_current_heads())
            self.context.connection.rollback()

    def commit(self) -> None:
        self.context.connection.commit()


# -- what the runner is told of the project's own ways -------------------------------------------------------------


def policy(options: RunOptions) -> Policy:
    context = options.changed.get("context")
    if not isinstance(context, NativeContext):
        return Policy()
    by_step = context._transaction_per_migration or context.transactional_ddl is False
    return Policy(
        transaction="step" if by_step else "run",
        version_table=context.version_table,
        version_schema=context.version_table_schema,
        conventions=Ways(context),
    )


class Ways:
    """`limbeck.policy.Conventions` of one migration context."""

    def __init__(self, context: NativeContext) -> None:
        self.context = context

    def heads(self, dialect: Any) -> HeadsTable:
        return ProjectHeads(self.context)

    def keeper(self, connection: Any) -> Keeper | None:
        return None if self.context.dialect.name == "sqlite" else ProjectKeeper(self.context)


class ProjectKeeper(Keeper):
    """Leaves the last commit to env.py where that wraps the run in a transaction."""

    def __init__(self, context: NativeContext) -> None:
        super().__init__(context.connection)
        self.context = context

    def is_taken(self) -> bool:
        return bool(self.context._in_external_transaction)

    def commit(self) -> None:
        if self.context._in_block or not self.context._wrapped:
            super().commit()

    def rest(self) -> None:
        super().commit()  # what env.py has said over the connection stays said


class ProjectHeads(HeadsTable):
    """The version rows, on the project's own version Table and through its impl, which dialects may have changed."""

    def __init__(self, context: NativeContext) -> None:
        self.context = context
        self.dialect = context.dialect
        self.name = context.version_table
        self.schema = context.version_table_schema
        self.table = context._version
        self._rows: set[str] = set()

    def read(self, connection: Any) -> tuple[str, ...]:
        rows = super().read(connection)
        self._rows = set(rows)
        return rows

    def create(self, channel: Channel) -> None:
        self.table.create(self.context.connection)

    def clear(self, channel: Channel) -> None:
        super().clear(channel)
        self._rows = set()

    def _run(self, channel: Channel, clause: Any) -> Any:
        return self.context.impl._exec(clause)

    def _delete(self, channel: Channel, row: str) -> Any:
        return self._run(channel, self.table.delete().where(self._column == _literal(row)))

    def _insert(self, channel: Channel, row: str) -> Any:
        return self._run(channel, self.table.insert().values(version_num=_literal(row)).inline())

    def _update(self, channel: Channel, old: str, new: str) -> Any:
        update = self.table.update().values(version_num=_literal(new))
        return self._run(channel, update.where(self._column == _literal(old)))

    @property
    def _column(self) -> Any:
        return self.table.c.version_num

    def move(self, channel: Channel, moves: HeadMoves, *, live: bool = True) -> None:
        super().move(channel, moves, live=live)
        gone = {*moves.deletes, *(old for old, _ in moves.updates)}
        new = {*moves.inserts, *(new for _, new in moves.updates)}
        self._rows = (self._rows - gone) | new
        if self.context.on_version_apply_callbacks:
            self._tell(gone, new)

    def _tell(self, gone: set[str], new: set[str]) -> None:
        environment = self.context.environment_context
        scripts = environment.project.scripts
        revision, scripts.running = scripts.running, None
        info = self._info(scripts, revision, gone, new)
        for callback in self.context.on_version_apply_callbacks:
            callback(ctx=self.context, step=info, heads=set(self._rows), run_args={})

    def _info(self, scripts: Any, revision: str | None, gone: set[str], new: set[str]) -> MigrationInfo:
        directory: Any = self.context.script
        map_ = directory.revision_map
        if revision is None:
            return MigrationInfo(map_, True, True, tuple(sorted(new)), tuple(sorted(gone)))
        below = map_.get_revision(revision)._normalized_down_revisions
        return MigrationInfo(map_, revision in new, False, revision, below)


# -- logs ---------------------------------------------------------------------------------------------------------


@contextmanager
def quiet_logs() -> Iterator[None]:
    """What limbeck tells by itself is not told a second time by the facade's log; warnings stay."""

    def passes(record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO

    loggers = [logging.getLogger(name) for name in sorted(TOLD_BY_US)]
    for logger in loggers:
        logger.addFilter(passes)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(passes)


def _literal(text: str) -> Any:
    """A bound value would not show in the log of a run."""
    return literal_column("'" + text.replace("'", "''") + "'")


__all__ = ["NativeContext", "NativeEnvironment", "ProjectEnvironment", "policy"]
