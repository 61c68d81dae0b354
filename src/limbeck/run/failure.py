"""What a step that raised tells a person: where, in which statement, what was said; never the values of rows."""

from __future__ import annotations

import os
import re
from typing import Any

from limbeck.errors import LimbeckError, ScriptError, mask_url

MOST_LINES = 20
_CHANGES_ROWS = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|MERGE|REPLACE|SELECT|WITH|VALUES|CALL|DO)\b", re.IGNORECASE
)
_HOLDS_SECRETS = re.compile(r"\b(PASSWORD|IDENTIFIED|SECRET|TOKEN)\b", re.IGNORECASE)
_VALUE = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|(?<![\w.\"`$:])-?\d+(?:\.\d+)?(?![\w\"`])", re.DOTALL)
_SAID_VALUES = (
    re.compile(r"(Duplicate entry )'.*'(?= for key)"),  # MySQL 1062
    re.compile(r"(value:? )'.*?'(?= for | at |$)"),  # MySQL 1292, 1366
    re.compile(r"(invalid input (?:syntax|value) for [^:]*: )\".*\""),  # PostgreSQL 22P02
    re.compile(r"(value )\".*\"(?= is out of range)"),  # PostgreSQL 22003
    re.compile(r"(value out of range: )\".*\""),
)


def statement_of(error: BaseException) -> str:
    """The SQL an error died in, values masked, without its parameters; "" where it was no statement."""
    from sqlalchemy import exc

    found = _database_error(error)
    if not isinstance(found, exc.StatementError) or not found.statement:
        return ""
    return masked(found.statement)


def next_step_after(error: BaseException) -> str:
    """What to do where it is not the revision that must be repaired; "" where that is not known."""
    from sqlalchemy import exc

    if isinstance(error, LimbeckError):
        return error.next_step()
    found = _database_error(error)
    if not isinstance(found, exc.DBAPIError):
        return ""
    if found.connection_invalidated:
        return "The connection was lost: look why in the server's log, then run the same command again."
    state = getattr(found.orig, "sqlstate", None) or getattr(found.orig, "pgcode", None)
    if state == "53100" or "disk is full" in str(found.orig):
        return "Make room on the disk and run the same command again."
    if state == "55P03" or getattr(found.orig, "args", ())[:1] == (1205,):
        return (
            "Another session holds the table: when it has ended, run the same command again. The setting lock_timeout"
            " (in seconds) waits longer."
        )
    return ""


def masked(text: str) -> str:
    """A statement without the values of rows, and not longer than people read."""
    if _CHANGES_ROWS.match(text) or _HOLDS_SECRETS.search(text):
        text = _VALUE.sub("***", text)
    lines = [line.rstrip() for line in mask_url(text).strip().splitlines() if line.strip()]
    rest = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], *([f"... and {rest} lines more"] if rest > 0 else [])])


def said_by(error: BaseException) -> str:
    """What was raised, in one line."""
    from sqlalchemy import exc

    if isinstance(error, LimbeckError):
        return _without_place(" ".join(error.what().split()), getattr(error, "file", ""))
    found = _database_error(error)
    if isinstance(found, exc.DBAPIError) and found.orig is not None:
        return _driver_said(found.orig)
    if isinstance(found, exc.StatementError):
        return mask_url(f"{type(error).__name__}: {' '.join(str(found.orig or found.args[0]).split())}")
    name = type(error).__name__
    text = " ".join(str(error).split())
    return mask_url(f"{name}: {text}" if text else name)


def _without_place(text: str, file: str) -> str:
    """The file and line that an error's sentence begins with: they are told anyway."""
    return (
        re.sub(rf"{re.escape(file)}(:\d+)?:? ", "", text, count=1) if file and text.startswith(file) else text
    )


def _database_error(error: BaseException | None) -> BaseException | None:
    """The statement's error itself, or the one a LimbeckError or a wrapper was raised from."""
    from sqlalchemy import exc

    seen: set[int] = set()
    first = error
    while error is not None and id(error) not in seen:
        if isinstance(error, exc.StatementError):
            return error
        seen.add(id(error))
        error = error.__cause__
    return first


def _driver_said(orig: Any) -> str:
    """The first line only: what follows (DETAIL: Failing row contains ...) shows values of rows."""
    text = getattr(getattr(orig, "diag", None), "message_primary", None)
    if text is None and orig.args and isinstance(orig.args[0], dict):  # pg8000: the server's fields
        text = orig.args[0].get("M")
    if text is None and isinstance(getattr(orig, "msg", None), str):  # mysql.connector
        text = f"{orig.msg} ({getattr(orig, 'errno', '')})"
    if text is None and len(orig.args) > 1 and isinstance(orig.args[0], int):
        text = f"{orig.args[1]} ({orig.args[0]})"
    text = (text or str(orig)).strip().split("\n")[0].split(" DETAIL: ")[0]
    for pattern in _SAID_VALUES:
        text = pattern.sub(r"\1***", text)
    return mask_url(" ".join(text.split()))


def place_of(error: BaseException, path: str, line: int = 0) -> str:
    """file:line: the one that is given, else the innermost of the revision file that took part, else the one that the
    error names itself."""
    line = line or _line_in(error, path)
    if not line and isinstance(error, ScriptError):
        line = int(getattr(error, "line", 0))
    shown = relative(path)
    return f"{shown}:{line}" if line else shown


def _line_in(error: BaseException | None, path: str) -> int:
    line = 0
    while error is not None and not line:
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == path:
                line = trace.tb_lineno
            trace = trace.tb_next
        error = error.__cause__
    return line


def relative(path: str) -> str:
    """The path as a person at this place would type it."""
    try:
        shown = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if shown.startswith("..") else shown
