"""SQL text through sa.text() and back: what SQLAlchemy takes for a parameter is escaped, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.source.values import escaped


@pytest.mark.parametrize(
    "sql",
    [
        "a::integer",
        "a = ':x'",
        ":x",
        "a ~ '^[[:space:]]*[0-9]{1,9}$'",
        "[[:alpha:][:digit:]]",
        "a :b: c",
        "'12:30:00'",
        "'12:30'",
        "a:b",
        "(:a)",
    ],
)
def test_it_comes_out_as_it_went_in(sql: str) -> None:
    assert str(sa.text(escaped(sql))) == sql
