"""One statement at a time: on a given connection, or into a text. The only place of the core that executes."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.visitors import cloned_traverse

from limbeck.errors import NotAsynchronous, NothingToRead
from limbeck.events import SILENT, Reporter, StatementRan, StatementStarted
from limbeck.model.statement import Statement

from . import compat, ddl

if TYPE_CHECKING:
    from .pipeline import Pipeline

T = TypeVar("T")

AS_IT_STANDS: Final = {"no_parameters": True}
"""Text is final: no driver looks for parameters in it, so `%` and `:` need no care."""


FINAL: Final = {"schema_translate_map": None}


class Channel:
    """Where statements go."""

    def run(self, statement: Statement) -> Any:
        """Executes it (a live channel returns SQLAlchemy's result, a script None) and tells the Reporter."""
        raise NotImplementedError

    def bind(self) -> Any:
        """What revisions get from op.get_bind(): the connection, or one that writes what it is told and refuses to
        read."""
        raise NotImplementedError


class LiveChannel(Channel):
    """On a SQLAlchemy connection that somebody else opened, and whose transaction somebody else keeps."""

    pipeline: Pipeline | None = None
    """Where statements may be sent without waiting. What may not, waits for them first."""

    names_are_final = True
    """Whether a schema_translate_map of the connection has been followed already."""

    def __init__(self, connection: Any, reporter: Reporter = SILENT) -> None:
        self.connection = connection
        self.reporter = reporter
        self._final = FINAL if connection.get_execution_options().get("schema_translate_map") else {}

    def run(self, statement: Statement) -> Any:
        if self.pipeline is not None:
            if self.pipeline.takes(statement):
                return self.pipeline.send(statement)
            self.pipeline.drain()
        self.reporter.tell(StatementStarted(statement.text))
        began = time.perf_counter()
        result = self._execute(statement)
        if statement.after is not None:
            statement.after(self.connection)
        rows = getattr(result, "rowcount", -1)
        self.reporter.tell(StatementRan(statement.text, time.perf_counter() - began, rows))
        return result

    def _execute(self, statement: Statement) -> Any:
        if statement.clause is None or compat.is_only_text(self.connection, statement.clause):
            return self.connection.exec_driver_sql(statement.text, execution_options=AS_IT_STANDS)
        options = self._final if self.names_are_final else {}
        if statement.parameters is None:
            with compat.told_to_listeners(statement.clause, self.connection):
                return self.connection.execute(statement.clause, execution_options=options)
        return self.connection.execute(statement.clause, statement.parameters, execution_options=options)

    @contextmanager
    def names_as_said(self) -> Iterator[None]:
        """Inside, SQLAlchemy follows the connection's schema_translate_map in constructs."""
        self.names_are_final = False
        try:
            yield
        finally:
            self.names_are_final = True

    def bind(self) -> Any:
        return self.connection


class ScriptChannel(Channel):
    """Into a text: `write` gets whole statements with terminator and separators of the dialect."""

    def __init__(
        self, dialect: Any, write: Callable[[str], None], *, terminator: str = ";", separator: str = ""
    ) -> None:
        self.dialect = dialect
        self.write = write
        self.terminator = terminator
        self.separator = separator

    def run(self, statement: Statement) -> None:
        with compat.told_to_listeners(statement.clause, self.bind()) as told:
            text = ddl.text(self.dialect, statement.clause) if told else statement.text
            self.write(f"{_with_spaces(text)}{self.terminator}\n\n")
            if self.separator:
                self.write(f"{self.separator}\n\n")

    def bind(self) -> Any:
        return ScriptConnection(self)


_TABS = re.compile(r"'(?:[^']|'')*'|\n\t+")


def _with_spaces(text: str) -> str:
    """Tabs that begin a line, outside of literals, are four spaces each."""
    return _TABS.sub(lambda m: m[0] if m[0].startswith("'") else m[0].replace("\t", "    "), text)


class ScriptConnection(compat.MockConnection):
    """What op.get_bind() gives while a script is written: records what it is told, refuses to tell anything.

    `table.create(bind)`, `metadata.create_all(bind)` and `bind.execute(...)` of DDL, text, insert, update and delete
    are written with their values as literals; asking for a result raises NothingToRead with file:line of the question.
    """

    closed = False

    def __init__(self, channel: ScriptChannel) -> None:
        super().__init__(channel.dialect, self._record)
        self._channel = channel

    def execute(self, obj: Any, parameters: Any = None, execution_options: Any = None) -> Any:
        return self._record(obj, parameters)

    def exec_driver_sql(self, statement: str, parameters: Any = None, **_: Any) -> Any:
        if parameters:
            self._refuse(statement)
        self._channel.run(Statement(statement))
        return NoResult(statement)

    def _record(self, obj: Any, parameters: Any = None) -> Any:
        clause = sa.text(obj) if isinstance(obj, str) else obj
        if isinstance(clause, sa.Insert):
            clause = clause.inline()  # else it would be written with a RETURNING that nobody reads
        texts = [ddl.text(self.dialect, one) for one in with_values(clause, parameters)]
        for text in texts:
            self._channel.run(Statement(text))
        return NoResult(texts[0] if texts else "")

    def scalar(self, obj: Any, *_: Any, **__: Any) -> NoReturn:
        self._refuse(obj)

    scalars = scalar

    def _refuse(self, obj: Any) -> NoReturn:
        raise NothingToRead(place=caller(), statement=" ".join(str(obj).split()))

    def begin(self) -> AbstractContextManager[Any]:
        return nullcontext(self)

    begin_nested = begin

    def in_transaction(self) -> bool:
        return False

    def get_execution_options(self) -> Mapping[str, Any]:
        return {}

    def commit(self) -> None:
        return None

    def rollback(self) -> None:
        return None

    def close(self) -> None:
        return None

    def __enter__(self) -> ScriptConnection:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NothingToRead(place=caller(), statement=f"connection.{name}")


compat.refuse_inspection(ScriptConnection, lambda c: c._refuse("inspect(connection)"))


class NoResult:
    """The result of a statement that only was written."""

    rowcount = -1

    def __init__(self, text: str) -> None:
        self._text = text

    def close(self) -> None:
        return None

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NothingToRead(place=caller(), statement=" ".join(self._text.split()))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __iter__ = __next__ = __len__ = __bool__ = __getitem__ = _refuse


def waited_for(
    connection: Any, function: Callable[..., Awaitable[T]], arguments: Sequence[Any], named: Mapping[str, Any]
) -> T:
    """What the asynchronous function gives for the AsyncConnection behind the run's connection.
    Raises NotAsynchronous; NothingToRead where a script is written."""
    if isinstance(connection, ScriptConnection):
        raise NothingToRead(place=caller(), statement=f"op.run_async({function.__name__})")
    if not connection.dialect.is_async:
        raise NotAsynchronous(driver=connection.dialect.driver)
    made: T = compat.awaited(connection, function, arguments, named)
    return made


def with_values(clause: Any, parameters: Any) -> Sequence[Any]:
    """The statements with their parameters in place, one a row."""
    if not parameters:
        return (clause,)
    rows = [parameters] if isinstance(parameters, Mapping) else list(parameters)
    return [_filled(clause, dict(row)) for row in rows]


def _filled(clause: Any, row: dict[str, Any]) -> Any:
    if isinstance(clause, sa.Insert):
        return clause.values(row)
    if isinstance(clause, sa.Update):
        columns = {k: v for k, v in row.items() if k in clause.table.c}
        rest = {k: v for k, v in row.items() if k not in columns}
        filled = clause.values(columns) if columns else clause
        return _bound(filled, rest) if rest else filled
    if isinstance(clause, sa.TextClause):
        return clause.bindparams(**row)
    return _bound(clause, row)


def _bound(clause: Any, values: dict[str, Any]) -> Any:
    """A copy of the clause with its parameters given: SQLAlchemy's params() leaves out UPDATE and DELETE."""

    def give(parameter: Any) -> None:
        if parameter.key in values:
            parameter.value, parameter.required, parameter.callable = values[parameter.key], False, None

    return cloned_traverse(clause, {}, {"bindparam": give})


def caller() -> str:
    """file:line of the code outside of limbeck and SQLAlchemy that stands nearest in the call stack."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        room = frame.f_globals.get("__name__", "").partition(".")[0]
        if room not in ("limbeck", "sqlalchemy", "contextlib"):
            break
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
