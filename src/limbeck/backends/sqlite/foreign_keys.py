"""Rows that point at nothing: what PRAGMA foreign_key_check says, before and after."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .tokens import quote

Violations = Counter[tuple[str, "int | None", str]]
"""(table, rowid, parent), how often; the rowid is None in a table without."""


def violations(
    connection: Any, schema: str | None, tables: tuple[str, ...] | None = None
) -> Violations | None:
    """Of these tables' own foreign keys, or of all. None where SQLite cannot tell, since some key refers to columns that
    are not unique ("foreign key mismatch")."""
    raw = connection.connection.dbapi_connection  # such an error is no failure of the transaction
    cursor = raw.cursor()
    found: Violations = Counter()
    try:
        for sql in _checks(schema, tables):
            cursor.execute(sql)
            found.update((row[0], row[1], row[2]) for row in cursor.fetchall())
    except Exception as error:
        if "foreign key mismatch" in str(error):
            return None
        raise
    finally:
        cursor.close()
    return found


def broken_since(
    connection: Any, schema: str | None, before: Violations | None, tables: tuple[str, ...] | None = None
) -> Violations:
    """What points at nothing now and did not before. A mismatch that is new is the database's own error."""
    now = violations(connection, schema, tables)
    if now is None:
        if before is not None:
            for sql in _checks(schema, tables):
                connection.exec_driver_sql(sql).fetchall()
        return Counter()
    return now - (before or Counter())


def _checks(schema: str | None, tables: tuple[str, ...] | None) -> list[str]:
    pragma = "PRAGMA foreign_key_check" if schema is None else f"PRAGMA {quote(schema)}.foreign_key_check"
    return [pragma] if tables is None else [f"{pragma}({quote(table)})" for table in tables]
