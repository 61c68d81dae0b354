"""The steps of one run over one database, one after another.

    settings of the connection kept (SQLite)
      lock taken
        transaction of the run (or none)
          version rows read, steps planned
            transaction of the step (or none)
              version table made where it is missing · the revision's function · its version rows moved

In a run that is one transaction nobody sees the rows between two steps but who reads them inside it. So they are
written before a commit, before a function that is not plain (`run.plain`), and in the last step; and the statements of
plain functions need not be waited for one by one (`shore.pipeline`). What is told is told in the order of the steps all
the same, when it is so.

A run gets its connection and opens nothing. What a step raises becomes StepFailedError: which revision, where in its
file, in which statement, and what of it stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from limbeck import interruption
from limbeck.backends import backend_for
from limbeck.errors import (
    CannotWriteScript,
    ConnectError,
    HeadsMoved,
    Interrupted,
    LockTimedOut,
    StepFailedError,
)
from limbeck.events import SILENT, Reporter, RunFinished, RunStarted, StepFailed, StepFinished, StepStarted
from limbeck.ops.contract import Backend
from limbeck.policy import Policy
from limbeck.revisions.head_moves import Step, between
from limbeck.shore.channel import LiveChannel
from limbeck.shore.connect import explain

from . import calling, failure, locks, stopping, tenants
from .heads_table import HeadsTable
from .live import LiveStage
from .offline import ScriptStage, headline, script_channel, script_keeper
from .plain import is_plain
from .transactions import Keeper, SqliteKeeper, Transactions
from .watch import Watch

if TYPE_CHECKING:
    from limbeck.shore.pipeline import Pipeline

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
    return _table(connection.dialect, policy, tenants.of(connection)).read(connection)


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
    with the_run.undisturbed(), the_run.prepared():
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
                    calling.call(
                        calling.function_of(step, load), step.direction, stage, dict(arguments or {})
                    )
                except (Exception, SystemExit) as error:
                    raise _unwritten(error, step) from error
                table.move(channel, step.moves, live=False)
            rows = step.moves.apply(rows)
    return Outcome(heads_before=heads, heads_after=rows, steps=tuple(_name(step) for step in steps))


def _nothing() -> None:
    return


class LiveRun:
    """One run on one connection; lives as long as it."""

    def __init__(self, connection: Any, policy: Policy, reporter: Reporter) -> None:
        self.connection = connection
        self.policy = policy
        self.reporter = reporter
        self.backend: Backend = backend_for(connection.dialect)
        self.channel = LiveChannel(connection, reporter)
        self.quiet = LiveChannel(connection, SILENT)
        self.channel.names_are_final = self.quiet.names_are_final = policy.conventions is None
        self.table = _table(connection.dialect, policy, tenants.of(connection))
        self.transactions = Transactions(
            self._keeper(),
            transactional_ddl=self.backend.transactional_ddl,
            per_step=policy.transaction == "step",
        )
        self.watch = Watch(connection)
        self.watch.reporter = reporter
        self.stage = LiveStage(connection, self.backend, self.channel, self.transactions, self.watch)
        self._check: Callable[[], None] = _nothing
        """What must hold before a commit; raises."""
        self.found: Heads = ()
        """The version rows as the run found them, before a purge."""
        self.committed: Heads = ()
        """The version rows as they are when the current transaction is rolled back."""
        self.pipeline: Pipeline | None = None
        self.puts_off = False
        """Whether version rows are written later than their step: in a run that is one transaction of ours."""
        self.written: Heads = ()
        """The version rows as the table has them, inside the transaction."""
        self.due: Heads = ()
        """The version rows as the steps that are done want them."""
        self._step_began = 0.0
        self.taken: list[str] = []
        self.direction = ""
        self.safe = 0
        """How many of the steps taken a rollback leaves."""
        self._began_inside = not self.is_sqlite or self._inside_already()

    @property
    def is_sqlite(self) -> bool:
        return bool(self.connection.dialect.name == "sqlite")

    def _inside_already(self) -> bool:
        """Whether SQLite is in the transaction that SQLAlchemy thinks it is in (Python's driver begins it late)."""
        from limbeck.backends.sqlite import connection as sqlite

        return self.transactions.external and sqlite.in_transaction(self.connection)

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
    def undisturbed(self) -> Iterator[None]:
        """Signals come where they may: `interruption`. One that came outside of a step is told here."""
        try:
            with interruption.held():
                yield
        except KeyboardInterrupt as error:
            raise self._stopped() from error

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """The connection ready for a run, and afterwards as it was; locked where the policy says so."""
        with self._driver_ready(), self._locked():
            self.pipeline = self._pipeline()  # before anybody listens: it is only where nobody does
            with self.watch.listening():
                yield

    def _pipeline(self) -> Pipeline | None:
        if self.connection.dialect.driver != "psycopg" or self.policy.conventions is not None:
            return None
        from limbeck.shore.pipeline import Pipeline

        return Pipeline.of(self.connection, self.reporter, self.watch.done_ahead)

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
        taken = self.taken
        try:
            with self.transactions.run():
                before = self._heads(purge)
                with interruption.possible():
                    steps = tuple(plan(before))
                self.direction = steps[0].direction if steps else ""
                with self.watch.unheard():
                    self.table.refuse_long(_new_rows(steps), self.connection)
                self._rest()
                self._may_put_off(before)
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
            with interruption.possible():
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
            interruption.check()
            after = step.moves.apply(rows)
            if skip_to is None:
                skip_to = self._step(number, step, steps, rows, after, load, arguments, taken)
            if skip_to is not None and set(skip_to) == set(after):
                skip_to = None
            rows = after
            if not whole and not self.transactions.external:
                self.committed, self.safe = rows, len(taken)
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
        started = StepStarted(name, message, step.direction, number, len(steps), rows, after)
        self._then(self.watch.step_begins)
        try:
            with self.transactions.step(), interruption.possible(self._must_end):
                elsewhere = self._moved_meanwhile(steps[number - 1 :], rows)
                if elsewhere is not None:
                    return elsewhere
                self._then(partial(self._tell_step, started))
                self._make_table(rows)
                self._perform(step, load, arguments)
                self._move(step, after, last=number == len(steps))
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            raise self._fails(error, step) from error
        self._then(partial(self._tell_finished, step, taken))
        return None

    def _now(self) -> float:
        return time.monotonic() if self.pipeline is None else self.pipeline.now()

    def _tell_step(self, started: StepStarted) -> None:
        self._step_began = self._now()
        self.reporter.tell(started)

    def _tell_finished(self, step: Step, taken: list[str]) -> None:
        name = _name(step)
        taken.append(name)
        self.reporter.tell(StepFinished(name, step.direction, self._now() - self._step_began))

    # -- what is put off

    def _may_put_off(self, rows: Heads) -> None:
        self.written = self.due = rows
        self.puts_off = self.transactions.is_open and self.policy.conventions is None
        if not self.puts_off:
            self.pipeline = None
            return
        self.transactions.before_commit = self._settle
        self.transactions.after_commit = self._has_committed
        self.stage.precious, self.stage.settle = self.table.name, self._settle
        self.channel.pipeline = self.quiet.pipeline = self.pipeline
        if self.pipeline is not None:
            self.watch.before_any = self.pipeline.drain
            self.transactions.before_rollback = self.pipeline.abandon

    def _has_committed(self) -> None:
        self.committed, self.safe = self.written, len(self.taken)

    def _then(self, happens: Callable[[], None]) -> None:
        """When all that was said so far is done."""
        if self.pipeline is None:
            happens()
        else:
            self.pipeline.then(happens)

    def _settle(self) -> None:
        """Everything that was said so far is done, the version rows among it."""
        if self.pipeline is not None:
            self.pipeline.drain()
        if self.due == self.written:
            return
        moves, self.written = between(self.written, self.due), self.due
        with self.watch.unheard(), self._in_turn():
            self.table.move(self.channel, moves)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Inside, every statement is waited for."""
        ahead = self.pipeline is not None and self.pipeline.is_open
        if self.pipeline is not None:
            self.pipeline.is_open = False
        try:
            yield
        finally:
            if self.pipeline is not None:
                self.pipeline.is_open = ahead

    def _perform(self, step: Step, load: Load, arguments: dict[str, Any]) -> None:
        function = calling.function_of(step, load)
        if function is None:
            return
        if not self.puts_off or arguments or not is_plain(function):
            self._settle()
            calling.call(function, step.direction, self.stage, arguments)
        elif self.pipeline is None:
            calling.call(function, step.direction, self.stage, arguments)
        else:
            ahead = self.pipeline
            ahead.owner, ahead.line = step, partial(calling.line_now, calling.code_of(function))
            ahead.is_open = True
            try:
                calling.call(function, step.direction, self.stage, arguments)
            finally:
                ahead.is_open = False
            if (
                self.transactions.committed_inside
            ):  # what failed afterwards would be told of the wrong transaction
                ahead.drain()

    def _move(self, step: Step, after: Heads, *, last: bool) -> None:
        self.due = after
        if self.puts_off:
            if last:
                self._settle()
            return
        self.written = after
        with self.watch.unheard():
            self.table.move(self.channel, step.moves)

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

    def _must_end(self) -> bool:
        """Whether this step did, or does, what a rollback leaves: half of it would have to be healed by hand."""
        if self.transactions.takes_back or (self.transactions.external and self.backend.transactional_ddl):
            return False
        return bool(self._kept()) or self.watch.defines or self.transactions.in_autocommit

    def _stopped(self) -> Interrupted:
        """The error of a signal that came between two steps, or before the first."""
        return stopping.between(
            self.taken, self.safe, self.direction, self.committed, self.transactions.external
        )

    def _fails(self, error: BaseException, step: Step) -> BaseException:
        """The error for a person, told. An earlier step may have failed whose answer nobody had waited for."""
        line = 0
        if self.pipeline is not None:
            if isinstance(error, Exception) and self.pipeline.failed is None:
                try:
                    self.pipeline.drain()
                except Exception as earlier:
                    error = earlier
            blamed = self.pipeline.failed or self.pipeline.running
            if blamed is not None:
                step, line = blamed.owner, blamed.line
        rolled_back = self._took_back()
        self.reporter.tell(StepFailed(_name(step), step.direction, rolled_back, self.stands_outside))
        return self._failed(error, step, rolled_back, line)

    def _took_back(self) -> bool:
        if self.transactions.takes_back:
            return True
        return not self.transactions.external and not self._kept()

    @property
    def stands_outside(self) -> bool:
        """Whether all that was done stands in a transaction of somebody else's, and goes or stays with it."""
        return self.transactions.external and self.transactions.transactional_ddl and self._began_inside

    def _kept(self) -> tuple[str, ...]:
        """The statements of this step that a rollback leaves."""
        if self.transactions.takes_back or self.stands_outside:
            return ()
        if self.backend.transactional_ddl or self.transactions.external:
            return tuple(self.watch.done)
        return self.watch.kept_anyway()

    def _failed(self, error: BaseException, step: Step, rolled_back: bool, line: int = 0) -> BaseException:
        name = _name(step)
        done = () if rolled_back else tuple(failure.masked(text) for text in self._kept())
        heads = self.committed
        if stopping.is_stop(error, self.is_sqlite):
            undone = len(self.taken) - self.safe if self.transactions.wraps_run else 0
            return stopping.within(
                name, step.direction, rolled_back, done, heads, undone, external=self.stands_outside
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
            place=failure.place_of(error, path, line) if path else "",
            statement=failure.statement_of(error),
            rolled_back=rolled_back,
            done=done,
            heads=heads,
            hint=failure.next_step_after(error),
            whole_run=rolled_back and not self.transactions.per_step and self.transactions.transactional_ddl,
            external=self.stands_outside,
        )


def _table(dialect: Any, policy: Policy, schemas: tenants.Schemas = tenants.NONE) -> HeadsTable:
    theirs: HeadsTable | None = None if policy.conventions is None else policy.conventions.heads(dialect)
    return theirs or HeadsTable(
        dialect, policy.version_table, schemas.get(policy.version_schema, policy.version_schema)
    )


def _unwritten(error: BaseException, step: Step) -> CannotWriteScript:
    path = step.revision.origin if step.revision is not None else ""
    return CannotWriteScript(
        revision=_name(step),
        direction=step.direction,
        said=failure.said_by(error),
        place=failure.place_of(error, path) if path else "",
        hint=failure.next_step_after(error),
    )


def _name(step: Step) -> str:
    if step.revision is not None:
        return step.revision.id
    return ", ".join(step.goals) or "base"


def _new_rows(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield from step.moves.inserts
        yield from (new for _, new in step.moves.updates)
