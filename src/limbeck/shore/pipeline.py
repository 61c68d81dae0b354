"""Statements that are sent without waiting for their answers: PostgreSQL with psycopg 3.

A run of a thousand small steps waits two thousand times for a server; here it goes on while the server works. What was
said meanwhile goes out together, as one message of the simple protocol, when the server has answered the message before
it; it answers each statement of a message in turn. An error belongs to the statement that made it, to its step and to
the line that said it. What follows a failed statement the server does not even look at.

A statement that may take its time (any on a table that may hold rows, or that others may hold) is a message of its own, so
that the one that runs is always known. Those on tables that were made on the way are over at once, and share one.

Only inside a transaction that is taken back when something fails, only for statements that give nothing back, and never
past the next statement that is sent in the usual way: `drain` waits for everything, `abandon` gives up what is on its way.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any, Final

import psycopg
from psycopg import errors, pq
from psycopg.waiting import Ready, Wait

from limbeck.events import Reporter, StatementRan, StatementStarted
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement

from . import compat

MOST: Final = 64
"""Statements that are kept while the server works; then it is waited for."""
BURST: Final = 16
"""As many are given to a server that has nothing to do: waking it for each costs as much as its work."""
PATIENCE: Final = 0.02
"""Seconds after which what was said goes out, however little it is."""
SINCE: Final = 130000
"""From this version on statement_timeout is counted for each statement of a message (manual, 20.11)."""

_ODD: Final = re.compile(r"--|/\*|\$|\\")
"""What may hide the end of a statement from the server."""


class Sent:
    """One statement. `owner` is whoever said it, `line` where in his file; `alone`: it shares no message."""

    __slots__ = ("alone", "line", "owner", "text")

    def __init__(self, text: str, owner: Any, line: int, alone: bool) -> None:
        self.text, self.owner, self.line, self.alone = text, owner, line, alone


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
        self._shares = self._pg.server_version >= SINCE
        self._kept: deque[Sent] = deque()
        """Said, not yet sent."""
        self._awaited: deque[Sent] = deque()
        """The statements of the message that is on its way that have no answer yet."""
        self._is_out = False
        """Whether a message is on its way: until the server says that it is ready for the next."""
        self._queue: deque[Sent | Then] = deque()
        """Both in their order, and what is to happen in between."""
        self._made: set[QualifiedName] = set()
        """The tables that were made since somebody could last put rows into them, or take hold of them."""
        self._is_alone = True
        self._looked = 0.0
        self._told: float | None = None

    @classmethod
    def of(cls, connection: Any, reporter: Reporter, heard: Callable[[str], None]) -> Pipeline | None:
        """None where the driver has none, and where others listen to what the connection executes."""
        driver = connection.connection.driver_connection
        usable = (
            type(driver) is psycopg.Connection
            and driver.cursor_factory is psycopg.Cursor
            and driver.pgconn.pipeline_status == pq.PipelineStatus.OFF
            and driver.info.encoding == "utf-8"
            and not compat.is_overheard(connection)
        )
        return cls(connection, reporter, heard) if usable else None

    # -- what happens

    def speaks_of(self, tables: Iterable[QualifiedName], makes: QualifiedName | None = None) -> None:
        """Which tables the statements that come next touch or refer to, and the one that they make."""
        if makes is not None and self.is_open:
            self._made.add(makes)
        named = set(tables)
        self._is_alone = not named or not named <= self._made

    def takes(self, statement: Statement) -> bool:
        """Whether the statement may be sent ahead: its text is all there is to it, it is one, and a transaction is open."""
        return (
            self.is_open
            and statement.after is None
            and statement.parameters is None
            and not statement.outside_transaction
            and ";" not in statement.text
            and (statement.clause is None or compat.is_only_text(self.connection, statement.clause))
            and (bool(self._queue) or self._pg.transaction_status == pq.TransactionStatus.INTRANS)
        )

    def send(self, statement: Statement) -> None:
        """Raises what an earlier statement failed with, where that is known by now."""
        text = statement.text
        entry = Sent(
            text, self.owner, self.line(), self._is_alone or not self._shares or may_run_into_the_next(text)
        )
        if not self._queue:
            self._looked = self._told = time.monotonic()
            self.reporter.tell(StatementStarted(text))
        self._queue.append(entry)
        self._kept.append(entry)
        if len(self._kept) >= MOST:
            self._wait(self._until_sent())
        elif self._is_out:
            self._wait(self._look())
        elif self._is_enough():
            self._go()

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
        self._made.clear()
        self._is_alone = True
        if self._queue or self._is_out:
            self._wait(self._rest())

    def abandon(self) -> None:
        """Gives up what has no answer yet: the statement that runs is cancelled. The transaction is lost by that."""
        self.is_open = False
        under_way = self._is_out
        self._forget()
        if not under_way:
            return
        try:
            self._driver.cancel()
            self._driver.wait(self._leave())
        except (
            Exception
        ):  # a connection in an unknown state is of no use, and the server takes back without it
            if not self.connection.invalidated:
                self.connection.invalidate()

    # -- messages

    def _is_enough(self) -> bool:
        """Whether what is kept is worth a message, to a server that has nothing to do."""
        return bool(self._kept) and (
            self._kept[0].alone
            or self._kept[-1].alone
            or len(self._kept) >= BURST
            or time.monotonic() - self._looked > PATIENCE
        )

    def _go(self) -> None:
        """Sends what was said: up to the next that wants a message of its own. Nothing is on its way."""
        message = self._awaited
        self._is_out = True
        while self._kept and not (message and (self._kept[0].alone or message[0].alone)):
            message.append(self._kept.popleft())
        self._pg.send_query(_BETWEEN.join(entry.text for entry in message).encode())
        self._looked = time.monotonic()
        self._pg.flush()

    def _look(self) -> Answers:
        """What is there; waits for nothing."""
        self._pg.flush()
        self._pg.consume_input()
        yield from self._answers()
        if not self._is_out and self._is_enough():
            self._go()

    def _until_sent(self) -> Answers:
        """Until what is kept is on its way, but for what wants a message of its own."""
        before = len(self._kept)
        while len(self._kept) >= before:
            yield from self._next()

    def _rest(self) -> Answers:
        while self._is_out or self._kept:
            yield from self._next()

    def _next(self) -> Answers:
        """The answers of the message that is on its way; then the next is sent."""
        while self._is_out:
            yield from self._answers()
            if self._is_out:
                yield from self._more()
        if self._kept:
            self._go()

    def _leave(self) -> Answers:
        """Whatever they are, the answers of what was sent; nobody is told of them."""
        while True:
            while not self._pg.is_busy():
                if self._pg.get_result() is None:
                    if self._is_broken():
                        raise self._lost()
                    return
            yield from self._more()

    def _more(self) -> Answers:
        """Waits until something can be read; sends what did not go out yet."""
        ready = yield Wait.RW if self._pg.flush() else Wait.R
        if ready is None:  # psycopg begins anew after Ctrl-C, to see the end of what it has cancelled
            raise errors.QueryCanceled("interrupted")
        if ready & Ready.R:
            self._pg.consume_input()

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
        return next(iter(self._awaited or self._kept), None)

    def _answers(self) -> Answers:
        """Takes the answers that are there."""
        done = 0
        while self._is_out and not self._pg.is_busy():
            result = self._pg.get_result()
            if result is None:
                self._is_out = False
            elif result.status != pq.ExecStatus.FATAL_ERROR and self._awaited:
                self._awaited.popleft()
                done += 1
            elif result.status == pq.ExecStatus.FATAL_ERROR:
                self._tell(done)
                self.failed = self._to_blame(result)
                said = errors.error_from_result(result, self._driver.info.encoding)
                try:
                    yield from self._leave()
                except psycopg.Error:  # it was the last word of a server that went away
                    self._driver.close()
                self._forget()
                raise said
            else:
                self._awaited.clear()
                raise psycopg.InternalError("the server took one statement for several")
        self._tell(done)
        if self._awaited and not self._is_out:
            if self._is_broken():
                raise self._lost()
            # Two texts that were one to the server, whatever that meant to it.
            raise psycopg.InternalError("the server took several statements for one")

    def _to_blame(self, result: Any) -> Sent | None:
        """The statement that an error is about. A message whose text cannot be read fails as a whole; then it is said
        where in the text (protocol field P: characters from the beginning of the message)."""
        place = result.error_field(pq.DiagnosticField.STATEMENT_POSITION)
        first = self.running
        if place is None or result.error_field(pq.DiagnosticField.SQLSTATE) != _CANNOT_BE_READ:
            return first
        rest = int(place) - 1
        for entry in self._awaited:
            if rest <= len(entry.text) + len(_BETWEEN) - 1:
                return entry
            rest -= len(entry.text) + len(_BETWEEN)
        return first

    def _tell(self, done: int) -> None:
        """Tells of the first so many statements, and does what was to happen behind each."""
        if not done:
            return
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
        self._kept.clear()
        self._is_out = False
        self._told = None


_BETWEEN: Final = "\n;\n"
_CANNOT_BE_READ: Final = b"42601"


def may_run_into_the_next(text: str) -> bool:
    """Whether the server might not see where the text ends: comments, dollar quotes, escapes, a quote that is open."""
    return bool(text.count("'") % 2 or text.count('"') % 2 or _ODD.search(text))
