"""Calls as text: what fits stays on one line, what does not gets an argument a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.model.names import Name
from limbeck.model.types import Call, Raw
from limbeck.source import layout

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_short_calls_stay_on_one_line() -> None:
    call = Call("op.drop_column", ("students", "email"), (("if_exists", True),))
    assert layout.text(call) == 'op.drop_column("students", "email", if_exists=True)'


def test_long_calls_open_with_an_argument_a_line() -> None:
    column = Call("sa.Column", ("seq", Call("sa.Integer")), (("nullable", False),))
    call = Call("op.create_table", ("students", column, Call("sa.PrimaryKeyConstraint", ("seq",))))
    assert layout.text(call, indent=4, width=60) == (
        "op.create_table(\n"
        '        "students",\n'
        '        sa.Column("seq", sa.Integer(), nullable=False),\n'
        '        sa.PrimaryKeyConstraint("seq"),\n'
        "    )"
    )


@given(PLAIN, st.integers(min_value=1, max_value=60))
def test_law_text_evaluates_to_the_value(value: object, width: int) -> None:
    assert eval(layout.text(value, width=width)) == value


def test_a_forced_quote_is_written() -> None:
    assert layout.text(Name("order", True)) == 'sa.quoted_name("order", True)'


def test_strings_prefer_double_quotes_and_lose_nothing() -> None:
    assert layout.literal("it's") == '"it\'s"'
    assert layout.literal('say "x"') == "'say \"x\"'"
    assert layout.literal("a\nb\\") == '"a\\nb\\\\"'


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        layout.text(object())


def test_imports_are_gathered_from_the_whole_tree() -> None:
    inner = Call("postgresql.JSONB", imports=("from sqlalchemy.dialects import postgresql",))
    call = Call(
        "sa.Column", ("a", inner, [Raw("X()", ("from app import X",))]), imports=("import sqlalchemy as sa",)
    )
    assert set(layout.imports_of(call)) == {
        "import sqlalchemy as sa",
        "from sqlalchemy.dialects import postgresql",
        "from app import X",
    }
