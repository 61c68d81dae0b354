"""A cast is taken out of SQL text with its whole type, and with nothing else."""

from __future__ import annotations

import pytest

from limbeck.backends.postgresql.casts import pieces, without_cast_calls, without_casts


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("'new'::character varying(10)", "'new'"),
        ("(a)::text desc", "(a) desc"),
        ("x::timestamp(3) without time zone[] || y", "x || y"),
        ('x::"S"."odd type"[3] + 1', "x + 1"),
        ("lower((a)::text)", "lower((a))"),
        ("'a::b'::double precision", "'a::b'"),
        ("now()::date", "now()"),
        ("x::numeric(10, 2) , y", "x , y"),
        ("x::", "x"),
    ],
)
def test_without_casts(text: str, bare: str) -> None:
    assert without_casts(text) == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("CAST(x AS text) DESC", "x DESC"),
        ("cast(cast(x as text) as numeric(10, 2))", "x"),
        ("lower(CAST(x AS VARCHAR(3)))", "lower(x)"),
        ("broadcast(x as y)", "broadcast(x as y)"),
        ("cast(x", "cast(x"),
    ],
)
def test_without_cast_calls(text: str, bare: str) -> None:
    assert without_cast_calls(text) == bare


def test_pieces_are_the_text() -> None:
    text = "it's \"odd \"\"name\", 'a ''string'' and an open one' || x::\"T\" 'open"
    assert "".join(pieces(text)) == text
