"""Scratch databases that nobody uses any more: a process that is killed cannot drop its own. The next one does.

Whether somebody lives who uses one is asked of the server, and can be since its name says whom to ask for:

MySQL       the session that makes one holds a named lock (GET_LOCK) of its name from before it is there until it is gone.
            Such a lock is of one server, a database of a cluster may be of several: the name says of which
PostgreSQL  the name holds the number of the session that made it, which stays open meanwhile. (An advisory lock is of one
            database: from another one it cannot be seen.) And a database in which a session works is not dropped: the
            server refuses

A name that has not exactly this form is not ours; on PostgreSQL a database of another role is not either.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from limbeck.shore.compat import DatabaseError

PREFIX: Final = "limbeck_scratch_"
LIKE: Final = PREFIX.replace("_", r"\_") + "%"
SERVER: Final = "LEFT(MD5(CONCAT_WS(':', @@hostname, @@port, @@server_id, @@datadir)), 6)"
"""MySQL and MariaDB: six letters that tell one server from the others of its cluster."""


def claimed_on_mysql(connection: Any, server: str, there: Iterable[str]) -> str:
    """A name for a scratch database that nobody has; it is this session's until the session ends or releases it. Before
    it, those among the databases `there` are dropped that nobody claims.

    In this order: before MySQL 5.7 a session has one lock."""
    ours = re.compile(rf"{PREFIX}{re.escape(server)}_[0-9a-f]{{12}}")
    for name in there:
        if ours.fullmatch(name) and _lock(connection, name):
            with suppress(DatabaseError):
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            release_on_mysql(connection, name)
    name = f"{PREFIX}{server}_{uuid.uuid4().hex[:12]}"
    _lock(connection, name)
    return name


def _lock(connection: Any, name: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT GET_LOCK('{name}', 0)").scalar() == 1)


def release_on_mysql(connection: Any, name: str) -> None:
    connection.exec_driver_sql(f"SELECT RELEASE_LOCK('{name}')")


def claimed_on_postgresql(connection: Any) -> str:
    """A name for a scratch database that is this session's as long as it lives. Before it, those of this role are
    dropped whose sessions are gone. The connection is one that commits each statement."""
    number, orphans = connection.exec_driver_sql(
        "SELECT pg_backend_pid(), ARRAY(SELECT d.datname::text FROM pg_database d"
        f" WHERE d.datname ~ '^{PREFIX}[0-9]{{1,9}}_[0-9a-f]{{12}}$' AND pg_get_userbyid(d.datdba) = current_user"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity a"
        " WHERE a.datname = d.datname OR a.pid = split_part(d.datname, '_', 3)::int))"
    ).one()
    for name in orphans:
        with suppress(DatabaseError):  # somebody else was faster, or looks into it
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
    return f"{PREFIX}{number}_{uuid.uuid4().hex[:12]}"
