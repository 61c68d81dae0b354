"""When a run begins and commits: one state machine, for native runs and for callers with conventions of their own.

    mode        run()                       step()                       autocommit()
    whole run   BEGIN ... COMMIT            nothing                      COMMIT, the block, BEGIN
    per step    nothing                     BEGIN ... COMMIT             COMMIT, the block, BEGIN
    external    nothing                     nothing                      refused: the transaction is not ours
    script      the same as text, where the database has transactional DDL; else nothing is written

Where DDL is not transactional (MySQL, MariaDB) a whole run in one transaction would promise what is not so: each
step is one, which keeps its rows and its version row together. A Keeper does what the machine says, on a connection or
into a text; SQLite has one of its own, since Python's driver does not begin transactions for DDL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from limbeck.errors import TransactionNotOurs


class Keeper:
    """Begins, commits and rolls back. This one is for a live SQLAlchemy connection."""

    writes_script = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def is_taken(self) -> bool:
        """Whether somebody else has a transaction open already."""
        return bool(self.connection.in_transaction())

    def begin(self) -> None:
        """A transaction from here on; one that SQLAlchemy began by itself for a read is gone on with."""
        if not self.connection.in_transaction():
            self.connection.begin()

    def commit(self) -> None:
        if self.connection.in_transaction():
            self.connection.commit()

    def rollback(self) -> None:
        if self.connection.in_transaction():
            self.connection.rollback()

    def rest(self) -> None:
        """Ends what reading began by itself, before the run begins."""
        self.rollback()

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """The driver's autocommit; entered outside a transaction."""
        level = self.connection.get_isolation_level()
        self.connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield
        finally:
            self.commit()  # SQLAlchemy's own notion of a transaction; the database has none here
            self.connection.execution_options(isolation_level=level)


class SqliteKeeper(Keeper):
    """SQLite with DDL inside transactions: BEGIN IMMEDIATE said by ourselves, outside it every statement by itself.

    `begin_immediate` waits for other writers; it is the lock of a run on SQLite. `check` raises where a commit would
    leave rows that point at nothing.
    """

    def __init__(
        self, connection: Any, begin_immediate: Callable[[], None], check: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(connection)
        self.begin_immediate = begin_immediate
        self.check = check

    def begin(self) -> None:
        super().begin()
        self.begin_immediate()

    def commit(self) -> None:
        if self.connection.in_transaction():
            self.check()
        super().commit()

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Statements stand by themselves; what an operation made one transaction of its own (a rebuild) is taken back
        where it fails in the middle."""
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()


class ScriptKeeper(Keeper):
    """Writes what would begin and commit."""

    writes_script = True

    def __init__(self, begin: Callable[[], None], commit: Callable[[], None]) -> None:
        super().__init__(None)
        self._begin = begin
        self._commit = commit

    def is_taken(self) -> bool:
        return False

    def begin(self) -> None:
        self._begin()

    def commit(self) -> None:
        self._commit()

    def rollback(self) -> None:
        """A script that could not be written is not finished: there is nothing to take back."""

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        yield


def _nothing() -> None:
    return


class Transactions:
    """One run's transactions. Lives as long as the run; `external` is settled when it is made."""

    def __init__(self, keeper: Keeper, *, transactional_ddl: bool, per_step: bool) -> None:
        self.keeper = keeper
        self.transactional_ddl = transactional_ddl
        self.per_step = per_step
        self.external = keeper.is_taken()
        self.is_open = False
        """Whether a transaction of ours is open."""
        self.in_autocommit = False
        self.committed_inside = False
        """Whether something of the current step was committed before its end."""
        self.before_commit: Callable[[], None] = _nothing
        """Whoever has put something off does it now; what it raises is taken back with the rest."""
        self.after_commit: Callable[[], None] = _nothing
        self.before_rollback: Callable[[], None] = _nothing

    @property
    def wraps_run(self) -> bool:
        """Whether all steps stand in one transaction."""
        return self.transactional_ddl and not self.external and not self.per_step

    @property
    def wraps_step(self) -> bool:
        """Whether the step that begins now gets one of its own. Not where the caller left out run(): then nothing is
        wrapped."""
        if self.external or self.is_open or (self.keeper.writes_script and not self.transactional_ddl):
            return False
        return self.per_step or not self.transactional_ddl

    @contextmanager
    def run(self) -> Iterator[None]:
        """Around all steps."""
        if not self.wraps_run:
            yield
            return
        with self.block():
            yield

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around one step with its version rows."""
        self.committed_inside = False
        if not self.wraps_step:
            yield
            return
        with self.block():
            yield

    @contextmanager
    def step_or_run(self) -> Iterator[None]:
        """A transaction for something small that is no step: the one that is open, or one of its own."""
        if self.external or self.is_open or (self.keeper.writes_script and not self.transactional_ddl):
            yield
            return
        with self.block():
            yield

    @contextmanager
    def block(self) -> Iterator[None]:
        """BEGIN ... COMMIT, or ROLLBACK when something is raised; what an autocommit block ends, is not ended twice."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def begin(self) -> None:
        self.keeper.begin()
        self.is_open = True

    def commit(self) -> None:
        if not self.is_open:
            return
        try:
            self.before_commit()
        except BaseException:
            self.rollback()
            raise
        self.is_open = False
        self.keeper.commit()
        self.after_commit()

    def rollback(self) -> None:
        if self.is_open:
            self.is_open = False
            self.before_rollback()
            self.keeper.rollback()

    @contextmanager
    def autocommit(self, statement: str = "") -> Iterator[None]:
        """Outside any transaction; what came before is committed, and a new transaction follows."""
        if self.in_autocommit:
            yield
            return
        if self.external:
            raise TransactionNotOurs(statement=statement)
        if self.keeper.writes_script and not self.transactional_ddl:
            yield
            return
        with self._interrupted():
            yield

    @contextmanager
    def _interrupted(self) -> Iterator[None]:
        was_open = self.is_open
        if was_open or not self.keeper.writes_script:
            self.is_open = True
            self.commit()
        self.committed_inside = True
        self.in_autocommit = True
        with ExitStack() as stack:
            stack.callback(self._resume, was_open)
            stack.enter_context(self.keeper.autocommit())
            yield

    def _resume(self, was_open: bool) -> None:
        self.in_autocommit = False
        if was_open:
            self.begin()

    @property
    def takes_back(self) -> bool:
        """Whether all that the current step did goes away with a rollback of ours."""
        return self.transactional_ddl and not self.external and not self.committed_inside
