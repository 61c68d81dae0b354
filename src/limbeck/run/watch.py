"""What goes over a connection while a step runs, whoever sends it: ours, and what a revision sends by itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from limbeck.events import SILENT, Reporter, StatementRan, StatementStarted

READS = re.compile(
    r"\s*(SELECT|SHOW|DESCRIBE|EXPLAIN|PRAGMA|SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK)\b", re.IGNORECASE
)
ROWS = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|MERGE|REPLACE|SELECT|VALUES|SET)\b(?!.*\bINTO\s+(TEMP|UNLOGGED)\b)",
    re.IGNORECASE,
)
"""Statements that change rows and leave the schema alone."""
DEFINES = re.compile(
    r"\s*(?!CREATE\s+TEMPORARY\b)(ALTER|ANALYZE|CREATE|DROP|GRANT|LOCK|OPTIMIZE|RENAME|REPAIR|REVOKE|TRUNCATE)\b",
    re.IGNORECASE,
)
"""Statements that MySQL and MariaDB commit before and after (manual: "Statements That Cause an Implicit Commit")."""


def _nothing() -> None:
    return


class Watch:
    """Listens to one connection. `done` are the statements of the current step that ended, but for reads.

    The place for the journal of statements: it will listen here as well.
    """

    reporter: Reporter = SILENT
    """Who hears of the statements that a revision sends by itself."""
    _began = 0.0

    def __init__(self, connection: Any, foreign: Callable[[], None] = lambda: None) -> None:
        self.connection = connection
        self.foreign = foreign
        self.before_any: Callable[[], None] = _nothing
        """Called before any statement that goes over the connection."""
        self.done: list[str] = []
        self.running: str | None = None
        self._ours = 0
        self._unheard = 0

    @contextmanager
    def listening(self) -> Iterator[Watch]:
        from sqlalchemy import event

        event.listen(self.connection, "before_cursor_execute", self._before)
        event.listen(self.connection, "after_cursor_execute", self._after)
        try:
            yield self
        finally:
            event.remove(self.connection, "before_cursor_execute", self._before)
            event.remove(self.connection, "after_cursor_execute", self._after)

    def step_begins(self) -> None:
        self.done.clear()
        self.running = None

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Inside, statements are those of an operation."""
        self._ours += 1
        try:
            yield
        finally:
            self._ours -= 1

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Inside, limbeck asks for itself (catalogs, version rows): no statement of the step."""
        self._unheard += 1
        try:
            yield
        finally:
            self._unheard -= 1

    def done_ahead(self, text: str) -> None:
        """A statement of ours ended that did not go over the connection's own road."""
        if not READS.match(text):
            self.done.append(text)

    def _before(self, _connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        self.before_any()
        if not self._unheard:
            self.running = text
            if self._is_told(text):
                self._began = time.perf_counter()
                self.reporter.tell(StatementStarted(text))

    def _is_told(self, text: str) -> bool:
        """Statements of operations are told by their channel."""
        return not self._ours and READS.match(text) is None

    def _after(self, _connection: Any, cursor: Any, text: str, *_: Any) -> None:
        if self._unheard:
            return
        if self._is_told(text):
            seconds = time.perf_counter() - self._began
            self.reporter.tell(StatementRan(text, seconds, getattr(cursor, "rowcount", -1)))
        if not READS.match(text):
            self.done.append(text)
        self.running = None  # after it is among the done: a signal may come in between
        if not READS.match(text) and not self._ours and not ROWS.match(text):
            self.foreign()

    @property
    def defines(self) -> bool:
        """Whether a statement runs now that a rollback would not take back where DDL commits by itself."""
        return self.running is not None and DEFINES.match(self.running) is not None

    def kept_anyway(self) -> tuple[str, ...]:
        """Where DDL commits by itself: the statements that a rollback does not take back, among those done."""
        if self.running is not None and DEFINES.match(self.running):
            return tuple(self.done)  # a statement that defines commits what came before, even when it fails
        last = max((n for n, text in enumerate(self.done) if DEFINES.match(text)), default=-1)
        return tuple(self.done[: last + 1])
