"""INSERT: executed with parameters, written into a script with literals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from limbeck.model.column import Column
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement
from limbeck.shore import ddl, thaw

Row = Mapping[str, Any]


def insert(
    dialect: Any,
    table: QualifiedName,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    *,
    one_by_one: bool = False,
    between: str = ";\n",
) -> tuple[Statement, ...]:
    """One statement with the rows as parameters, or one a row (`one_by_one`, and where a value is SQL).

    The text has literals, an INSERT a row, with `between` between two."""
    if not rows:
        return ()
    into = sa.table(table.name, *(_light(c) for c in columns), schema=table.schema)
    if one_by_one or any(_is_sql(v) for row in rows for v in row.values()):
        return tuple(ddl.statement(dialect, into.insert().inline().values(dict(row))) for row in rows)
    texts = (ddl.statement(dialect, into.insert().inline().values(dict(row))).text for row in rows)
    return (Statement(between.join(texts), into.insert().inline(), [dict(row) for row in rows]),)


def _light(column: Column) -> Any:
    return sa.column(column.name, thaw.type_(column.type))


def _is_sql(value: Any) -> bool:
    return isinstance(value, sa.ClauseElement)
