"""Statements that are sent without waiting for their answers: PostgreSQL with psycopg 3, in its pipeline mode.

A run of a thousand small steps waits two thousand times for a server; here it goes on while the server works. The
answers are taken in the order of the statements, each is told when it is there, and an error belongs to the statement
that made it, to its step and to the line that said it. What follows a failed statement the server does not even look at.

Only inside a transaction that is taken back when something fails, only for statements that give nothing back, and never
past the next statement that is sent in the usual way: `drain` waits for everything, `abandon` gives up what is on its way.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.waiting import Ready, Wait

from limbeck.events import Reporter, StatementRan, StatementStarted
from limbeck.model.statement import Statement

from . import compat

MOST: Final = 64
"""Statements on their way at one time."""
BURST: Final = 16
"""As many are given to the server at once: waking it for each costs as much as its work."""
PATIENCE: Final = 0.02
"""Seconds after which what was said goes out, however little it is."""


class Sent:
    """One statement on its way. `owner` is whoever said it, `line` where in his file."""

    __slots__ = ("answered", "line", "owner", "text")

    def __init__(self, text: str, owner: Any, line: int) -> None:
        self.text, self.owner, self.line = text, owner, line
        self.answered = False


Then = Callable[[], None]
Answers = Generator[Any, Any, None]
"""What `psycopg.Connection.wait` runs: gives what it waits for, gets what is ready."""


class Pipeline:
    """The statements of one connection that are on their way, and what is to happen between their answers.

    Imported only where psycopg is the driver.
    """

    def __init__(self, connection: Any, reporter: Reporter, heard: Callable[[str], None]) -> None:
        """`heard` is told the text of each statement that is done."""
        self.connection = connection
        self.reporter = reporter
        self.heard = heard
        self.is_open = False
        """Whether statements may be sent ahead; only while somebody speaks who cannot notice."""
        self.owner: Any = None
        self.line: Callable[[], int] = lambda: 0
        self.failed: Sent | None = None
        """The statement whose answer was an error, or that was on its way when the connection broke."""
        self._driver = connection.connection.driver_connection
        self._pg = self._driver.pgconn
        self._awaited: deque[Sent] = deque()
        self._queue: deque[Sent | Then] = deque()
        """What is awaited, and what is to happen in between."""
        self._on = self._asked = False
        self._held = 0  # statements that the driver keeps until they are let go
        self._looked = 0.0
        self._told: float | None = None

    @classmethod
    def of(cls, connection: Any, reporter: Reporter, heard: Callable[[str], None]) -> Pipeline | None:
        """None where the driver has none, and where others listen to what the connection executes."""
        driver = connection.connection.driver_connection
        usable = (
            type(driver) is psycopg.Connection
            and driver.cursor_factory is psycopg.Cursor
            and psycopg.Pipeline.is_supported()
            and driver.pgconn.pipeline_status == pq.PipelineStatus.OFF
            and driver.info.encoding == "utf-8"
            and not compat.is_overheard(connection)
        )
        return cls(connection, reporter, heard) if usable else None

    # -- what happens

    def takes(self, statement: Statement) -> bool:
        """Whether the statement may be sent ahead: its text is all there is to it, it is one, and a transaction is open."""
        return (
            self.is_open
            and statement.after is None
            and statement.parameters is None
            and not statement.outside_transaction
            and ";" not in statement.text
            and (statement.clause is None or compat.is_only_text(self.connection, statement.clause))
            and (self._on or self._pg.transaction_status == pq.TransactionStatus.INTRANS)
        )

    def send(self, statement: Statement) -> None:
        """Raises what an earlier statement failed with, where that is known by now."""
        if not self._on:
            self._pg.enter_pipeline_mode()
            self._on = True
        self._pg.send_query_params(statement.text.encode(), None)
        self._pg.send_flush_request()  # else the server keeps its answers until it is asked to sum up
        entry = Sent(statement.text, self.owner, self.line())
        if not self._awaited:
            self._looked = self._told = time.monotonic()
            self.reporter.tell(StatementStarted(entry.text))
        self._queue.append(entry)
        self._awaited.append(entry)
        self._held += 1
        if self._held >= BURST or time.monotonic() - self._looked > PATIENCE:
            self._wait(self._until(MOST - BURST) if len(self._awaited) > MOST else self._look())

    def then(self, happens: Then) -> None:
        """Does it when all that was sent so far is done: at once where that is so."""
        if self._queue:
            self._queue.append(happens)
        else:
            happens()

    def now(self) -> float:
        """The time, and while answers are told the time at which each may have been there: those that were found by one
        look share the time since the last."""
        return time.monotonic() if self._told is None else self._told

    def drain(self) -> None:
        """Waits for all answers. Raises what a statement failed with; afterwards the connection is as it always is."""
        if self._on:
            self._wait(self._rest())

    def abandon(self) -> None:
        """Gives up what has no answer yet: the statement that runs is cancelled. The transaction is lost by that."""
        self.is_open = False
        if not self._on:
            return
        try:
            if self._awaited:
                self._driver.cancel()
            self._driver.wait(self._leave())
        except (
            Exception
        ):  # a connection in an unknown state is of no use, and the server takes back without it
            self._forget()
            if not self.connection.invalidated:
                self.connection.invalidate()

    # -- answers

    def _wait(self, answers: Answers) -> None:
        try:
            self._driver.wait(answers)
        except psycopg.Error as error:
            failed = self.failed = self.failed or self.running
            if self._is_broken():
                self._forget()
            text = "" if failed is None else failed.text
            raise compat.statement_error(self.connection, text, error) from error

    def _is_broken(self) -> bool:
        return bool(self._pg.status == pq.ConnStatus.BAD)

    def _lost(self) -> Exception:
        said = self._pg.get_error_message() or "the connection is lost"
        return psycopg.OperationalError(said)

    @property
    def running(self) -> Sent | None:
        """The first that has no answer yet."""
        return self._awaited[0] if self._awaited else None

    def _look(self) -> Answers:
        """What is there; waits for nothing."""
        self._held = 0
        self._pg.flush()
        self._pg.consume_input()
        yield from self._answers()

    def _until(self, left: int) -> Answers:
        """Until no more than so many are on their way."""
        yield from self._answers()
        while len(self._awaited) > left:
            yield from self._more()
            yield from self._answers()

    def _rest(self) -> Answers:
        self._ask_for_the_end()
        yield from self._until(0)
        yield from self._synced()

    def _leave(self) -> Answers:
        """Whatever they are, answers up to the end of all that was sent; nobody is told of them."""
        self._queue.clear()
        self._awaited.clear()
        self._ask_for_the_end()
        yield from self._synced()

    def _ask_for_the_end(self) -> None:
        if not self._asked:
            self._asked = True
            self._pg.pipeline_sync()

    def _synced(self) -> Answers:
        while True:
            while not self._pg.is_busy():
                result = self._pg.get_result()
                if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                    self._pg.exit_pipeline_mode()
                    self._forget()
                    return
                if result is None and self._is_broken():
                    raise self._lost()
            yield from self._more()

    def _more(self) -> Answers:
        """Waits until something can be read; sends what did not go out yet."""
        self._held = 0
        ready = yield Wait.RW if self._pg.flush() else Wait.R
        if ready & Ready.R:
            self._pg.consume_input()

    def _answers(self) -> Answers:
        """Takes the answers that are there."""
        done = 0
        while self._awaited and not self._pg.is_busy():
            entry = self._awaited[0]
            result = self._pg.get_result()
            if result is not None:
                if result.status == pq.ExecStatus.FATAL_ERROR:
                    self._tell(done)
                    self.failed = entry
                    said = errors.error_from_result(result, self._driver.info.encoding)
                    try:
                        yield from self._leave()
                    except psycopg.Error:  # it was the last word of a server that went away
                        self._driver.close()
                    raise said
                entry.answered = True
            elif entry.answered:
                self._awaited.popleft()
                done += 1
            elif self._is_broken():
                self._tell(done)
                raise self._lost()
            else:
                break
        self._tell(done)

    def _tell(self, done: int) -> None:
        """Tells of the first so many statements, and does what was to happen behind each."""
        self._looked = time.monotonic()
        began = self._looked if self._told is None else self._told
        for number in range(1, done + 1):
            entry = self._queue.popleft()
            assert isinstance(entry, Sent)
            self._told = began + (self._looked - began) * number / done
            self.heard(entry.text)
            self.reporter.tell(StatementRan(entry.text, (self._looked - began) / done))
            while self._queue and not isinstance(self._queue[0], Sent):
                happens = self._queue.popleft()
                assert not isinstance(happens, Sent)
                happens()
            if self._queue:
                following = self._queue[0]
                assert isinstance(following, Sent)
                self.reporter.tell(StatementStarted(following.text))
        if not self._queue:
            self._told = None

    def _forget(self) -> None:
        self._queue.clear()
        self._awaited.clear()
        self._on = self._asked = False
        self._held = 0
        self._told = None
