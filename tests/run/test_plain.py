"""Which functions only say operations: what may run ahead of its answers."""

from __future__ import annotations

import pytest

from limbeck.run.plain import is_plain

HEAD = """
import os, time
import sqlalchemy as sa
from sqlalchemy import Column, Integer, text
from sqlalchemy.dialects import postgresql
from limbeck import op
LENGTH = 50
"""


def made(body: str, signature: str = "upgrade()") -> object:
    lines = "\n    ".join(body.splitlines())
    names: dict[str, object] = {}
    exec(f"{HEAD}\ndef {signature}:\n    {lines}\n", names)
    return names["upgrade"]


PLAIN = [
    "pass",
    'op.create_table("t", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name="pk"))',
    'op.add_column("t", Column("c", Integer, server_default=text("0")))\nop.drop_column("t", "d")',
    'op.add_column("t", sa.Column("c", postgresql.JSONB, server_default=sa.func.now()))',
    'op.create_index("i", "t", ["a", sa.text("lower(b)")], unique=True, postgresql_where=sa.text("a > 0"))',
    'op.alter_column("t", "c", type=sa.String(length=LENGTH), nullable=False)',
    'for name in ("a", "b"):\n    op.drop_index(name, "t")',
    'op.add_foreign_key("t", ["a"], "u", ["id"], name="fk", ondelete="CASCADE")',
]

NOT_PLAIN = [
    'op.execute("DELETE FROM t")',
    "op.get_bind()",
    'op.get_bind().execute(sa.text("SELECT 1"))',
    'op.insert_rows("t", [{"a": 1}])',
    'op.fill_column("t", "c", "0")',
    'if op.dialect() == "sqlite":\n    op.drop_table("t")',
    'with op.autocommit_block():\n    op.drop_table("t")',
    'try:\n    op.drop_table("t")\nexcept Exception:\n    pass',
    'try:\n    op.drop_table("t")\nfinally:\n    op.drop_table("u")',
    'op.drop_table("t")\nos.remove("x")',
    'op.drop_table("t")\ntime.sleep(1)',
    'import shutil\nop.drop_table("t")',
    "from limbeck import op as other\nother.drop_table('t')",
    'print("x")',
    'open("x")',
    'sa.create_engine("sqlite://").connect()',
    "sa.inspect(op)",
    "sa.event.listen(op, 'x', op)",
    '[op.drop_table(name) for name in (lambda: ("a",))()]',
    'globals()["x"] = 1',
    'op.drop_table.__globals__["sys"].exit()',
    "op.create_object(unknown)",
    'global LENGTH\nLENGTH = 3\nop.drop_table("t")',
    "getattr(op, 'execute')('DELETE FROM t')",
    'yield op.drop_table("t")',
    'op.LENGTH = 3\nop.drop_table("t")',
]


@pytest.mark.parametrize("body", PLAIN)
def test_what_is_plain(body: str) -> None:
    assert is_plain(made(body))


@pytest.mark.parametrize("body", NOT_PLAIN)
def test_what_is_not(body: str) -> None:
    assert not is_plain(made(body))


def test_a_function_with_arguments_is_not() -> None:
    assert not is_plain(made('op.drop_table("t")', "upgrade(engine_name)"))
    assert not is_plain(made('op.drop_table("t")', "upgrade(name=os.getcwd())"))
    assert not is_plain(made('op.drop_table("t")', "upgrade(*names)"))


def test_names_that_mean_something_else_are_not() -> None:
    function = made('op.drop_table("t")')
    function.__globals__["op"] = object()  # type: ignore[attr-defined]
    assert not is_plain(function)
    assert not is_plain(print)
    assert not is_plain(None)
