"""The Stage that keeps what a revision does, and shows what a database would look like afterwards.

Operations are applied to a Snapshot; what a revision writes on the mock connection (`table.create(op.get_bind())`
among it) is kept as well. What cannot be known without running it is opaque: raw SQL that may define something, a
question whose answer is read, an operation over something that nobody told of. Then OpaqueStep says where; nothing
is guessed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from limbeck.errors import LimbeckError, NothingToRead, NotReplayed, OpaqueStep
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.raw import ExecuteSql
from limbeck.ops.several import Several
from limbeck.ops.words import short
from limbeck.shore.channel import Channel, ScriptConnection
from limbeck.shore.freeze import Freezer

from .constructs import operation_of

ROWS: Final = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|MERGE|REPLACE|VALUES|SET)\b|\s*SELECT\s+(\w+\.)?setval\b", re.I
)
"""Raw SQL that changes rows or settings and leaves the schema alone. Another SELECT may call what it likes."""
ASKS: Final = re.compile(r"\s*(SELECT|SHOW|WITH|PRAGMA)\b", re.I)


class Recorder:
    """A Stage over a growing Snapshot. `revision` and its `file` (`shown` to people under another path) are those of the
    step that is being performed."""

    offline = True

    def __init__(self, backend: Backend, before: Snapshot | None = None) -> None:
        self.backend = backend
        self.snapshot = Snapshot.of(backend.id) if before is None else before
        self.operations: list[Operation] = []
        self.revision = ""
        self.file = ""
        self.shown = ""
        self._freezer: Freezer | None = None

    @property
    def before(self) -> Snapshot:
        return self.snapshot

    def do(self, operation: Operation) -> None:
        for part in operation.operations if isinstance(operation, Several) else (operation,):
            if isinstance(part, ExecuteSql) and not ROWS.match(part.sql.text):
                asks = (
                    "asks the database" if ASKS.match(part.sql.text) else "runs SQL whose effect is not known"
                )
                raise self.opaque(f"{asks}: {short(part.sql.text)}")
            try:
                self.snapshot = part.apply(self.snapshot)
            except LimbeckError as error:
                raise self.opaque(f"{part.describe()}: {error.what()}") from error
            self.operations.append(part)

    def opaque(self, why: str, place: str = "") -> OpaqueStep:
        return OpaqueStep(revision=self.revision, place=place or self.place(), why=why)

    def place(self) -> str:
        """file:line of the revision that is being performed; "" where the caller is no line of it."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.file:
                return f"{self.shown}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def bind(self) -> Any:
        return RecordingConnection(self)

    def freeze(self) -> Freezer:
        if self._freezer is None:
            self._freezer = Freezer(self.backend.dialect)
        return self._freezer

    def autocommit(self) -> AbstractContextManager[None]:
        return nullcontext()


def performed(
    recorder: Recorder, revision: str, file: str, function: Callable[[], Any], *, shown: str = ""
) -> None:
    """Calls the function of a revision, whose calls land on the recorder.

    OpaqueStep for what cannot be known, NotReplayed for what fails by itself; both say where."""
    recorder.revision, recorder.file, recorder.shown = revision, file, shown or file
    try:
        function()
    except OpaqueStep:
        raise
    except NothingToRead as error:
        why = f"reads the result of {short(error.statement)}"
        raise recorder.opaque(why, _raised_in(error, recorder) or error.place) from error
    except Exception as error:
        said = error.what() if isinstance(error, LimbeckError) else f"{type(error).__name__}: {error}"
        raise NotReplayed(revision=revision, place=_raised_in(error, recorder), said=said) from error


def _raised_in(error: BaseException, recorder: Recorder) -> str:
    found, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == recorder.file:
            found = f"{recorder.shown}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


class _Kept(Channel):
    """The channel of the mock connection: text that reached it is raw SQL."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.dialect = recorder.backend.dialect

    def run(self, statement: Statement) -> None:
        self.recorder.do(ExecuteSql(sql=SqlText(statement.text)))


class RecordingConnection(ScriptConnection):
    """What op.get_bind() gives: CREATE and DROP of SQLAlchemy's own constructs are operations, the rest raw SQL."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(_Kept(recorder))  # type: ignore[arg-type]
        self._recorder = recorder

    def _record(self, obj: Any, parameters: Any = None) -> Any:
        found = operation_of(obj, self._recorder.freeze())
        if found is None:
            return super()._record(obj, parameters)
        self._recorder.do(found)
        return None
