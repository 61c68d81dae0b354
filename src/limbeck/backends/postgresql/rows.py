"""Rows of the catalog, the same from every driver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa


def found(connection: Any, query: str, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of the query. Columns of type json are lists and dicts, also from drivers that give their text."""
    result = connection.execute(sa.text(query), values)
    names = _JSON.intersection(result.keys())
    for row in result.mappings():
        texts = {n: json.loads(row[n]) for n in names if isinstance(row[n], str)}
        yield {**row, **texts} if texts else row


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
