"""One statement at a time: on a given connection, or into a text. The only place of the core that executes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from limbeck.events import SILENT, Reporter
from limbeck.model.statement import Statement


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

    def __init__(self, connection: Any, reporter: Reporter = SILENT) -> None:
        self.connection = connection
        self.reporter = reporter


class ScriptChannel(Channel):
    """Into a text: `write` gets whole statements with terminator and separators of the dialect."""

    def __init__(
        self, dialect: Any, write: Callable[[str], None], *, terminator: str = ";", separator: str = ""
    ) -> None:
        self.dialect = dialect
        self.write = write
        self.terminator = terminator
        self.separator = separator
