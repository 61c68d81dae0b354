"""Rows of the catalog, the same from every driver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa


def found(connection: Any, query: str, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of the query. Columns of type json are lists and dicts, also from drivers that give their text."""
    result = connection.execute(sa.text(query), values)
    names = tuple(result.keys())
    texts = [name for name in names if name in _JSON]
    for part in result.partitions(1000):
        for values_of_row in part:
            row = dict(zip(names, values_of_row, strict=True))
            for name in texts:
                if isinstance(row[name], str):
                    row[name] = json.loads(row[name])
            yield row


_JSON = frozenset(
    {
        "checks",
        "column_grants",
        "columns",
        "elements",
        "grants",
        "include",
        "indexes",
        "labels",
        "needs",
        "on_delete_columns",
        "operators",
        "options",
        "parents",
        "referred_columns",
        "storage",
    }
)
"""The columns of the queries here that are json."""
