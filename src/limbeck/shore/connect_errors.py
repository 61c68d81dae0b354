"""What a driver's exception means for the person who wants to connect.

Server messages may be in the server's language, so codes are read first (SQLSTATE, MySQL's numbers, errno) and English
words after them; what is not understood is passed on in the driver's own words, without the password.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from limbeck.errors import (
    BadUrl,
    ConnectError,
    ConnectionRefused,
    ConnectTimedOut,
    DatabaseMissing,
    EnvironmentFault,
    FileLocked,
    FolderMissing,
    HostUnknown,
    LimbeckError,
    LoginRefused,
    NotADatabase,
    NotWritable,
    TooManyConnections,
    UnknownDialect,
    mask_url,
)

from . import drivers

BY_SQLSTATE = {
    "3D000": "database",  # invalid_catalog_name
    "28000": "login",  # invalid_authorization_specification
    "28P01": "login",  # invalid_password
    "53300": "full",  # too_many_connections
    "25006": "read only",  # read_only_sql_transaction
    "08001": "",
    "08006": "",
}
BY_NUMBER = {
    1049: "database",  # ER_BAD_DB_ERROR
    1044: "login",  # ER_DBACCESS_DENIED_ERROR
    1045: "login",  # ER_ACCESS_DENIED_ERROR
    1698: "login",  # ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    1040: "full",  # ER_CON_COUNT_ERROR
    1203: "full",  # ER_TOO_MANY_USER_CONNECTIONS
    1290: "read only",  # ER_OPTION_PREVENTS_STATEMENT (--read-only)
    1836: "read only",  # ER_READ_ONLY_MODE
    2005: "host",  # CR_UNKNOWN_HOST
}
BY_WORDS = (
    ("timed out", r"timeout expired|timed? ?out"),
    (
        "host",
        r"name or service not known|could not translate host|failed to resolve host|getaddrinfo|nodename nor|"
        r"temporary failure in name resolution|no address associated|name resolution",
    ),
    ("database", r"database \"?.+\"? does not exist|unknown database"),
    (
        "login",
        r"password authentication failed|no password supplied|role \".*\" does not exist|access denied|"
        r"authentication failed|no pg_hba.conf entry|login failed",
    ),
    ("full", r"too many (clients|connections)|remaining connection slots"),
    (
        "refused",
        r"refused|no such file or directory.*\n?.*(socket|running)|can't connect to local|"
        r"\[errno 2\]|errno 111",
    ),
    ("read only", r"readonly database|read-only transaction"),
    ("not a database", r"file is not a database|file is encrypted"),
    ("locked", r"database is locked"),
    ("file", r"unable to open database file"),
)


def masked(url: Any) -> str:
    """The URL for people: without the password, wherever it stands."""
    text = url if isinstance(url, str) else url.render_as_string(hide_password=True)
    return mask_url(text)


def hidden(text: str) -> str:
    """A text that was meant as a URL, with everything between the first colon and the last @ masked."""
    scheme, slashes, rest = text.strip().rpartition("//") if "//" in text else ("", "", text.strip())
    rest = re.sub(r"^([^:@]*):.*@", r"\1:***@", rest, flags=re.DOTALL)
    return mask_url(scheme + slashes + rest)


def explain(
    error: BaseException, url: Any = None, connect_timeout: float = 0.0, *, connecting: bool = False
) -> EnvironmentFault | None:
    """The EnvironmentFault that a driver's or SQLAlchemy's exception means, where it tells of connecting; else None.

    With `connecting` every error of a driver has a meaning: ConnectError, where no other is understood.
    """
    from sqlalchemy import exc

    if isinstance(error, LimbeckError):
        return error if isinstance(error, EnvironmentFault) else None
    if isinstance(error, ModuleNotFoundError):
        return drivers.missing_module(error.name or "")
    if isinstance(error, exc.NoSuchModuleError):
        return UnknownDialect(name=str(error).rpartition(":")[2].partition(".")[0])
    if isinstance(error, exc.ArgumentError) and "URL" in str(error):
        return BadUrl(url="" if url is None else hidden(str(url)))
    orig = error.orig if isinstance(error, exc.DBAPIError) else error
    if not connecting and not _tells_of_connecting(error, orig):
        return None
    return _fault(_kind(orig), orig, url, connect_timeout, connecting)


def _tells_of_connecting(error: BaseException, orig: Any) -> bool:
    """Whether it came before any statement: SQLAlchemy then knows none. A write refused counts as well."""
    from sqlalchemy import exc

    if not isinstance(error, exc.DBAPIError):
        return False
    return error.statement is None or _kind(orig) in ("read only", "not a database")


def _kind(orig: Any) -> str:
    import socket

    state = getattr(orig, "sqlstate", None) or getattr(orig, "pgcode", None)
    if isinstance(orig.args[0] if orig.args else None, dict):  # pg8000 hands the server's fields on
        state = orig.args[0].get("C")
    if isinstance(state, str) and BY_SQLSTATE.get(state):
        number = orig.args[0] if orig.args and isinstance(orig.args[0], int) else None
        return BY_NUMBER.get(number, BY_SQLSTATE[state]) if number else BY_SQLSTATE[state]
    number = next((a for a in orig.args[:1] if isinstance(a, int)), getattr(orig, "errno", None))
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    for link in (orig, orig.__cause__, orig.__context__):  # some drivers only wrap what the socket said
        if isinstance(link, socket.gaierror):
            return "host"
        if isinstance(link, TimeoutError):
            return "timed out"
        if isinstance(link, ConnectionRefusedError):
            return "refused"
    text = f"{type(orig).__name__} {orig}".lower()
    return next((kind for kind, words in BY_WORDS if re.search(words, text)), "")


def _fault(kind: str, orig: Any, url: Any, seconds: float, connecting: bool) -> EnvironmentFault | None:
    shown = masked(url) if url is not None else "this database"
    host = (url.host if url is not None else None) or ""
    place = f"{host or 'localhost'}{f':{url.port}' if url is not None and url.port else ''}"
    if url is not None and url.drivername.startswith("sqlite"):
        return _sqlite_fault(kind, orig, url, shown, connecting)
    if kind == "database":
        return DatabaseMissing(url=shown, name=(url.database if url is not None else None) or _quoted(orig))
    if kind == "login":
        return LoginRefused(url=shown, user=(url.username if url is not None else None) or "")
    if kind == "host":
        return HostUnknown(url=shown, host=host)
    if kind == "refused":
        socket_folder = url.query.get("host") or url.query.get("unix_socket") if url is not None else None
        return ConnectionRefused(url=shown, place=str(socket_folder or place))
    if kind == "timed out":
        return ConnectTimedOut(url=shown, place=place, seconds=seconds)
    if kind == "full":
        return TooManyConnections(url=shown)
    if kind == "read only":
        return NotWritable(url=shown, place="The database")
    return ConnectError(url=shown, said=said(orig, url)) if connecting else None


def _sqlite_fault(kind: str, orig: Any, url: Any, shown: str, connecting: bool) -> EnvironmentFault | None:
    path = Path(url.database or "")
    if kind == "file" and not path.parent.is_dir():
        return FolderMissing(url=shown, folder=str(path.parent))
    if kind == "file" and (path.is_dir() or path.exists()):
        return NotADatabase(url=shown, place=str(path))
    if kind in ("file", "read only"):
        return NotWritable(url=shown, place=str(path))
    if kind == "locked" and connecting:
        return FileLocked(url=shown, place=str(path))
    if kind == "not a database":
        return NotADatabase(url=shown, place=str(path))
    return ConnectError(url=shown, said=said(orig, url)) if connecting else None


def _quoted(orig: Any) -> str:
    found = re.search(r"[\"'](.+?)[\"']", str(orig))
    return found.group(1) if found else ""


def said(error: Any, url: Any = None) -> str:
    """The first line of what a driver said, without any password of the URL."""
    text = " ".join(str(error).split("\n")[0].split())
    for secret in _secrets(url):
        text = text.replace(secret, "***") if len(secret) > 2 else text
    return mask_url(text)


def _secrets(url: Any) -> tuple[str, ...]:
    if url is None:
        return ()
    found = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if re.search(r"(?i)passw|pwd|secret|token", name):
            found += [value] if isinstance(value, str) else list(value)
    return tuple(found)
