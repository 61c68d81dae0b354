"""Rows that point at nothing: what PRAGMA foreign_key_check says, before and after."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .tokens import quote

Violations = Counter[tuple[str, "int | None", str]]
"""(table, rowid, parent), how often; the rowid is None in a table without."""


def violations(connection: Any, schema: str | None) -> Violations | None:
    """None where SQLite cannot tell, since some key refers to columns that are not unique ("foreign key mismatch")."""
    raw = connection.connection.dbapi_connection  # such an error is no failure of the transaction
    cursor = raw.cursor()
    try:
        cursor.execute(_check(schema))
        return Counter((row[0], row[1], row[2]) for row in cursor.fetchall())
    except Exception as error:
        if "foreign key mismatch" in str(error):
            return None
        raise
    finally:
        cursor.close()


def broken_since(connection: Any, schema: str | None, before: Violations | None) -> Violations:
    """What points at nothing now and did not before. A mismatch that is new is the database's own error."""
    now = violations(connection, schema)
    if now is None:
        if before is not None:
            connection.exec_driver_sql(_check(schema)).fetchall()
        return Counter()
    return now - (before or Counter())


def _check(schema: str | None) -> str:
    return "PRAGMA foreign_key_check" if schema is None else f"PRAGMA {quote(schema)}.foreign_key_check"
