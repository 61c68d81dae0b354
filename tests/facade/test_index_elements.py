"""What PostgreSQL shows of an index element and what was declared are the same where they mean the same."""

from __future__ import annotations

import pytest

from limbeck.alembic.ddl._pg_indexes import essence


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("x ASC", "x"),
        ("x ASC NULLS LAST", "x"),
        ("x NULLS LAST", "x"),
        ("x ASC NULLS FIRST", "x nulls first"),
        ("x DESC NULLS FIRST", "x desc"),
        ('T."X" DESC', "x desc"),
        ("lower(x || 'b')", "lower(x || 'b'::text)"),
        ("CAST(x AS VARCHAR(3))", "(x)::character varying(3)"),
        ("coalesce(q, -1)", "COALESCE(q, '-1'::integer)"),
        ("CAST(d #>> '{a, b}' AS VARCHAR)", "((d #>> '{a,b}'::text[]))::character varying"),
    ],
)
def test_the_same(declared: str, shown: str) -> None:
    assert essence(declared, "t") == essence(shown, "t")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x", "x DESC"),
        ("x DESC", "x DESC NULLS LAST"),
        ("x NULLS FIRST", "x"),
        ("(a)+(b)", "a)+(b"),
        ("z+3", "z*3"),
        ("x || ', b'", "x || ',b'"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert essence(one, "t") != essence(other, "t")
