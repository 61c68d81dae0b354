"""Names inside SQL text."""

from __future__ import annotations

import pytest

from limbeck.ops.identifiers import mentions, renamed


@pytest.mark.parametrize(
    ("sql", "after"),
    [
        ("a > 0", "b > 0"),
        ('"a" > 0', '"b" > 0'),
        ("`a` > 0", "`b` > 0"),
        ("[a] > 0", "[b] > 0"),
        ("A > 0", "b > 0"),
        ("t.a > 0", "t.b > 0"),
        ("(a)::text = 'a'::text", "(b)::text = 'a'::text"),
        ("lower((a)::text)", "lower((b)::text)"),
        ("a IN ('a', 'it''s a')", "b IN ('a', 'it''s a')"),
    ],
)
def test_the_column_is_renamed(sql: str, after: str) -> None:
    assert mentions(sql, "a")
    assert renamed(sql, "a", "b") == after


@pytest.mark.parametrize("sql", ["a(x)", "x::a", "'a'", "ab > 0", '"A" > 0', "a.x > 0", "x = 'it''s' || 'a'"])
def test_what_is_no_such_column_stays(sql: str) -> None:
    assert not mentions(sql, "a")
    assert renamed(sql, "a", "b") == sql


def test_a_name_that_needs_quotes_gets_them() -> None:
    assert renamed("a > 0", "a", 'B"c') == '"B""c" > 0'
