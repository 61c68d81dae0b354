"""The steps of one run over one database, one after another.

    settings of the connection kept (SQLite)
      lock taken
        transaction of the run (or none)
          version rows read, steps planned
            transaction of the step (or none)
              version table made where it is missing · the revision's function · its version rows moved

A run gets its connection and opens nothing. What a step raises becomes StepFailedError: which revision, where in its
file, in which statement, and what of it stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from limbeck.author.stage import entered
from limbeck.backends import backend_for
from limbeck.errors import (
    CannotWriteScript,
    ConnectError,
    HeadsMoved,
    Interrupted,
    LimbeckError,
    LockTimedOut,
    StepFailedError,
)
from limbeck.events import SILENT, Reporter, RunFinished, RunStarted, StepFailed, StepFinished, StepStarted
from limbeck.ops.contract import Backend, Stage
from limbeck.policy import Policy
from limbeck.revisions.head_moves import Step
from limbeck.shore.channel import Channel, LiveChannel
from limbeck.shore.connect import explain

from . import failure, locks
from .heads_table import HeadsTable
from .live import LiveStage
from .offline import ScriptStage, headline, script_channel, script_keeper
from .transactions import Keeper, SqliteKeeper, Transactions
from .watch import Watch

Heads = tuple[str, ...]
Plan = Callable[[Heads], Sequence[Step]]
"""From the version rows as read under the lock to the steps (`revisions.route`)."""
Load = Callable[[str], Any]
"""From a revision's id to its loaded file (`ScriptFolder.load`), asked when the step begins, not before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did: the version rows before and after, and the ids of the steps it took."""

    heads_before: Heads
    heads_after: Heads
    steps: tuple[str, ...]


def heads_of(connection: Any, policy: Policy = Policy()) -> Heads:
    """The version rows as the table gives them; empty where there is no version table. Changes nothing."""
    return _table(connection.dialect, policy).read(connection)


def ensure_version_table(connection: Any, policy: Policy = Policy(), reporter: Reporter = SILENT) -> bool:
    """Makes the version table where there is none; True when it did."""
    the_run = LiveRun(connection, policy, reporter)
    with the_run.prepared(), the_run.transactions.step_or_run():
        if the_run.table.exists(connection):
            return False
        the_run.table.create(the_run.channel)
        return True


def run(
    connection: Any,
    plan: Plan,
    load: Load,
    policy: Policy = Policy(),
    reporter: Reporter = SILENT,
    *,
    arguments: Mapping[str, Any] | None = None,
    purge: bool = False,
    database: str = "",
) -> Outcome:
    """Takes the lock, reads the heads, asks `plan(heads)` for the steps and runs each with its version rows in one
    transaction. `arguments` are handed to upgrade() and downgrade(). `purge` empties the version table first.

    A step that moves rows only (stamp) has the direction "stamp" and loads nothing.
    Raises StepFailedError, HeadsMoved, LockTimedOut, Interrupted, IdTooLong, NotWritable, and what `plan` raises.
    """
    the_run = LiveRun(connection, policy, reporter)
    with the_run.prepared():
        return the_run.all(plan, load, dict(arguments or {}), purge=purge, database=database)


def write_script(
    dialect: Any,
    heads: Heads,
    plan: Plan,
    load: Load,
    write: Callable[[str], None],
    policy: Policy = Policy(),
    *,
    arguments: Mapping[str, Any] | None = None,
) -> Outcome:
    """The same run as SQL text, beginning at `heads`, for `--sql`. `write` gets pieces that end with a newline."""
    backend = backend_for(dialect)
    channel = script_channel(backend, write)
    transactions = Transactions(
        script_keeper(backend, channel),
        transactional_ddl=backend.transactional_ddl,
        per_step=policy.transaction == "step",
    )
    stage = ScriptStage(backend, channel, transactions)
    table = _table(dialect, policy)
    steps = tuple(plan(heads))
    table.refuse_long(_new_rows(steps))
    rows = heads
    if not steps:
        return Outcome(heads_before=heads, heads_after=heads, steps=())
    with transactions.run():
        for number, step in enumerate(steps):
            with transactions.step():
                if number == 0 and not heads:
                    table.create(channel)
                write(headline(step))
                try:
                    _perform(step, load, stage, dict(arguments or {}))
                except (Exception, SystemExit) as error:
                    raise _unwritten(error, step) from error
                table.move(channel, step.moves, live=False)
            rows = step.moves.apply(rows)
    return Outcome(heads_before=heads, heads_after=rows, steps=tuple(_name(step) for step in steps))


def _ended_by_signal(error: BaseException) -> bool:
    from limbeck.backends.sqlite.connection import was_interrupted

    return was_interrupted(error)


def _nothing() -> None:
    return


class LiveRun:
    """One run on one connection; lives as long as it."""

    def __init__(self, connection: Any, policy: Policy, reporter: Reporter) -> None:
        self.connection = connection
        self.policy = policy
        self.reporter = reporter
        self.backend: Backend = backend_for(connection.dialect)
        self.channel: Channel = LiveChannel(connection, reporter)
        self.quiet: Channel = LiveChannel(connection, SILENT)
        self.table = _table(connection.dialect, policy)
        if "schema_translate_map" in connection.get_execution_options():
            self.table.by_constructs = True
        self.transactions = Transactions(
            self._keeper(),
            transactional_ddl=self.backend.transactional_ddl,
            per_step=policy.transaction == "step",
        )
        self.watch = Watch(connection)
        self.stage = LiveStage(connection, self.backend, self.channel, self.transactions, self.watch)
        self._check: Callable[[], None] = _nothing
        """What must hold before a commit; raises."""
        self.found: Heads = ()
        """The version rows as the run found them, before a purge."""
        self.committed: Heads = ()
        """The version rows as they are when the current transaction is rolled back."""

    @property
    def is_sqlite(self) -> bool:
        return bool(self.connection.dialect.name == "sqlite")

    def _keeper(self) -> Keeper:
        conventions = self.policy.conventions
        theirs: Keeper | None = None if conventions is None else conventions.keeper(self.connection)
        if theirs is not None:
            return theirs
        if not self.is_sqlite:
            return Keeper(self.connection)
        limit, reporter, connection = self.policy.lock_timeout, self.reporter, self.connection
        return SqliteKeeper(
            connection, lambda: locks.begin_immediate(connection, limit, reporter), lambda: self._check()
        )

    # -- around all

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """The connection ready for a run, and afterwards as it was; locked where the policy says so."""
        with self._driver_ready(), self._locked(), self.watch.listening():
            yield

    @contextmanager
    def _driver_ready(self) -> Iterator[None]:
        if not self.is_sqlite or self.transactions.external:
            yield
            return
        from limbeck.backends.sqlite import connection as sqlite

        with sqlite.prepared(self.connection) as ready:
            self._check = ready.check
            try:
                yield
            finally:
                self._check = _nothing

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.policy.lock:
            yield
            return
        with locks.held(self.connection, str(self.table), self.policy.lock_timeout, self.reporter):
            yield

    # -- the steps

    def all(
        self, plan: Plan, load: Load, arguments: dict[str, Any], *, purge: bool = False, database: str = ""
    ) -> Outcome:
        began = time.monotonic()
        taken: list[str] = []
        try:
            with self.transactions.run():
                before = self._heads(purge)
                steps = tuple(plan(before))
                with self.watch.unheard():
                    self.table.refuse_long(_new_rows(steps), self.connection)
                self._rest()
                self._tell_start(steps, database)
                rows = self._walk(steps, before, load, arguments, taken)
        except Exception as error:
            found = explain(error, self.connection.engine.url)  # BEGIN on a file that is read only
            if found is None or found is error:
                raise
            raise found from error
        if steps:
            self.reporter.tell(RunFinished(len(taken), time.monotonic() - began, database))
        return Outcome(heads_before=self.found, heads_after=rows, steps=tuple(taken))

    def _heads(self, purge: bool) -> Heads:
        with self.watch.unheard():
            rows = self.table.read(self.connection)
            self.committed = self.found = rows
            if not purge or not rows:
                return rows
            with self.transactions.step_or_run():
                self.table.clear(self.channel)
        if not self.transactions.is_open:
            self.committed = ()
        return ()

    def _rest(self) -> None:
        """Ends the transaction that reading began by itself: nothing is held while files are loaded."""
        if not self.transactions.external and not self.transactions.is_open:
            self.transactions.keeper.rest()

    def _tell_start(self, steps: Sequence[Step], database: str) -> None:
        if steps:
            self.reporter.tell(
                RunStarted(
                    len(steps),
                    steps[0].direction,
                    self.connection.dialect.name,
                    self.backend.transactional_ddl,
                    database,
                )
            )

    def _walk(
        self,
        steps: Sequence[Step],
        rows: Heads,
        load: Load,
        arguments: dict[str, Any],
        taken: list[str],
    ) -> Heads:
        whole = self.transactions.is_open
        skip_to: Heads | None = None
        for number, step in enumerate(steps, 1):
            after = step.moves.apply(rows)
            if skip_to is None:
                skip_to = self._step(number, step, steps, rows, after, load, arguments, taken)
            if skip_to is not None and set(skip_to) == set(after):
                skip_to = None
            rows = after
            if not whole and not self.transactions.external:
                self.committed = rows
        return rows

    def _step(
        self,
        number: int,
        step: Step,
        steps: Sequence[Step],
        rows: Heads,
        after: Heads,
        load: Load,
        arguments: dict[str, Any],
        taken: list[str],
    ) -> Heads | None:
        """Does one step. Where another run did it meanwhile, gives back the rows that it left instead."""
        name = _name(step)
        message = step.revision.message if step.revision is not None else ""
        began = time.monotonic()
        self.watch.step_begins()
        try:
            with self.transactions.step():
                elsewhere = self._moved_meanwhile(steps[number - 1 :], rows)
                if elsewhere is not None:
                    return elsewhere
                self.reporter.tell(
                    StepStarted(name, message, step.direction, number, len(steps), rows, after)
                )
                self._make_table(rows)
                _perform(step, load, self.stage, arguments)
                with self.watch.unheard():
                    self.table.move(self.channel, step.moves)
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            rolled_back = self._took_back()
            self.reporter.tell(StepFailed(name, step.direction, rolled_back))
            raise self._failed(error, step, rolled_back) from error
        taken.append(name)
        self.reporter.tell(StepFinished(name, step.direction, time.monotonic() - began))
        return None

    def _make_table(self, rows: Heads) -> None:
        with self.watch.unheard():
            if not rows and not self.table.exists(self.connection):
                self.table.create(self.channel)

    def _moved_meanwhile(self, rest: Sequence[Step], rows: Heads) -> Heads | None:
        """Only on SQLite, whose lock is the transaction: between two steps another run may have come in."""
        if not self.is_sqlite or not self.policy.lock or not self.transactions.per_step:
            return None
        with self.watch.unheard():
            found = self.table.read(self.connection)
        if set(found) == set(rows):
            return None
        later = rows
        for step in rest:
            later = step.moves.apply(later)
            if set(later) == set(found):
                return found
        raise HeadsMoved(
            table=str(self.table), wanted=", ".join(rows) or "no row", found=", ".join(found) or "no row"
        )

    # -- when it fails

    def _took_back(self) -> bool:
        if self.transactions.takes_back:
            return True
        return not self.transactions.external and not self._kept()

    def _kept(self) -> tuple[str, ...]:
        """The statements of this step that a rollback leaves."""
        if self.transactions.takes_back:
            return ()
        if self.backend.transactional_ddl or self.transactions.external:
            return tuple(self.watch.done)
        return self.watch.kept_anyway()

    def _failed(self, error: BaseException, step: Step, rolled_back: bool) -> BaseException:
        name = _name(step)
        done = () if rolled_back else tuple(failure.masked(text) for text in self._kept())
        heads = self.committed
        if isinstance(error, KeyboardInterrupt) or (self.is_sqlite and _ended_by_signal(error)):
            return Interrupted(
                revision=name, direction=step.direction, rolled_back=rolled_back, done=done, heads=heads
            )
        if isinstance(error, (HeadsMoved, LockTimedOut)):
            return error
        fault = explain(error, self.connection.engine.url) if isinstance(error, Exception) else None
        if isinstance(fault, ConnectError):
            return fault
        path = step.revision.origin if step.revision is not None else ""
        return StepFailedError(
            revision=name,
            direction=step.direction,
            said=failure.said_by(error),
            place=failure.place_of(error, path) if path else "",
            statement=failure.statement_of(error),
            rolled_back=rolled_back,
            done=done,
            heads=heads,
            hint=error.next_step() if isinstance(error, LimbeckError) else "",
            whole_run=rolled_back and not self.transactions.per_step and self.transactions.transactional_ddl,
        )


def _perform(step: Step, load: Load, stage: Stage, arguments: dict[str, Any]) -> None:
    if step.revision is None:
        return
    if step.direction == "stamp":
        return
    function = load(step.revision.id).function(step.direction)
    with entered(stage):
        result = function(**arguments)
    if hasattr(result, "__await__"):
        getattr(result, "close", lambda: None)()
        raise TypeError(
            f"{step.direction}() is asynchronous, so nothing of it ran; write `def`, not `async def`"
        )


def _table(dialect: Any, policy: Policy) -> HeadsTable:
    theirs: HeadsTable | None = None if policy.conventions is None else policy.conventions.heads(dialect)
    return theirs or HeadsTable(dialect, policy.version_table, policy.version_schema)


def _unwritten(error: BaseException, step: Step) -> CannotWriteScript:
    path = step.revision.origin if step.revision is not None else ""
    return CannotWriteScript(
        revision=_name(step),
        direction=step.direction,
        said=failure.said_by(error),
        place=failure.place_of(error, path) if path else "",
        hint=error.next_step() if isinstance(error, LimbeckError) else "",
    )


def _name(step: Step) -> str:
    if step.revision is not None:
        return step.revision.id
    return ", ".join(step.goals) or "base"


def _new_rows(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield from step.moves.inserts
        yield from (new for _, new in step.moves.updates)
