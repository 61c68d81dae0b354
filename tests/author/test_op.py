"""What authors write: each call makes the operation that is meant, and what limbeck writes of it means the same."""

from __future__ import annotations

import datetime
import decimal
import inspect
import threading
import uuid
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from limbeck import op, schema
from limbeck.author.stage import entered
from limbeck.backends import backend_for
from limbeck.errors import NoLiteralForm, NoStage, WrongArgument
from limbeck.model.snapshot import Snapshot
from limbeck.ops.column import AddColumn
from limbeck.ops.contract import Operation
from limbeck.ops.several import Several
from limbeck.shore.freeze import Freezer
from limbeck.source import body, layout, operations

MODULES = {"datetime": datetime, "decimal": decimal, "uuid": uuid}


SQLITE = sqlite.dialect()  # type: ignore[no-untyped-call]


class Keeping:
    """A stage that keeps what it is given."""

    offline = True

    def __init__(self, dialect: Any = None) -> None:
        dialect = dialect or postgresql.dialect()  # type: ignore[no-untyped-call]
        self.backend = backend_for(dialect)
        self.before = Snapshot.of(self.backend.id, partial=True)
        self.kept: list[Operation] = []
        self._freezer = Freezer(dialect)

    def do(self, operation: Operation) -> None:
        self.kept.append(operation)
        if operation.kind == "create_object":
            self.before = operation.apply(self.before)

    def freeze(self) -> Freezer:
        return self._freezer

    def bind(self) -> Any:
        return None

    def autocommit(self) -> Any:
        return nullcontext()


def made(code: str, dialect: Any = None) -> list[Operation]:
    """The operations that this Python makes."""
    stage = Keeping(dialect)
    with entered(stage):
        exec(code, {"op": op, "sa": sa, "schema": schema, "postgresql": postgresql, **MODULES})
    return stage.kept


CALLS = """\
op.create_table("a", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(5), nullable=False))
op.create_table("a", sa.Column("id", sa.BigInteger), schema="s", comment="it's", if_not_exists=True)
op.create_table("a", sa.Column("b", sa.Integer), sa.ForeignKeyConstraint(["b"], ["c.id"], name="fk", ondelete="CASCADE"))
op.create_table("a", sa.Column("b", sa.Integer), sa.CheckConstraint("b % 2 = 0", name="even"), sa.UniqueConstraint("b"))
op.create_table("a", sa.Column("b", sa.Integer), sa.Index("ix", "b", unique=True, postgresql_where=sa.text("b > 1")))
op.create_table("a", sa.Column("b", sa.Enum("x", "y", name="mood")))
op.create_table("a", sa.Column("b", sa.Integer, sa.Identity(always=True, start=5)))
op.create_table("a", sa.Column("b", sa.Integer), sa.Column("c", sa.Integer, sa.Computed("b * 2", persisted=True)))
op.drop_table("a", schema="s", if_exists=True)
op.rename_table("a", "b", schema="s")
op.comment_on_table("a", "what it is", schema="s")
op.comment_on_table("a", None)
op.alter_table("a", mysql_engine="InnoDB", mysql_charset="utf8mb4", columns={"b": sa.String(20)}, schema="s")
op.alter_table("a", postgresql_unlogged=True, postgresql_with={"fillfactor": 70}, postgresql_tablespace=None)
op.add_column("a", sa.Column("c", sa.String(), nullable=False, server_default="x"))
op.add_column("a", sa.Column("c", sa.Integer, sa.ForeignKey("b.id"), index=True, unique=True), schema="s")
op.add_column("a", sa.Column("c", postgresql.ARRAY(sa.Text())), if_not_exists=True)
op.drop_column("a", "c", schema="s", if_exists=True)
op.rename_column("a", "c", "d")
op.alter_column("a", "c", type=sa.String(40), nullable=False, default=sa.text("now()"), comment="x")
op.alter_column("a", "c", default=None, comment=None, schema="s")
op.alter_column("a", "c", type=sa.Integer(), using="c::integer")
op.fill_column("a", "c", "'x' || id")
op.add_primary_key("a", ["x", "y"], name="pk", schema="s")
op.add_unique("a", ["x"], name="uq", deferrable=True, initially="DEFERRED")
op.add_check("a", "x > 0 AND y LIKE '5%'", name="ck")
op.add_foreign_key("a", ["b", "c"], "d", ["e", "f"], name="fk", ondelete="SET NULL", schema="s", referred_schema="t")
op.add_foreign_key("a", ["b"], "d", ["e"], name="fk", postgresql_not_valid=True)
op.add_exclude("a", ("room", "="), ("during", "&&"), name="no", using="gist")
op.drop_constraint("ck", "a", constraint_kind="check", schema="s", if_exists=True)
op.drop_constraint(sa.UniqueConstraint("x"), "a")
op.rename_constraint("a", "old", "new")
op.validate_constraint("a", "fk", schema="s")
op.create_index("ix", "a", ["b", "c"], unique=True, schema="s", if_not_exists=True)
op.create_index("ix", "a", [sa.text("lower(b)"), sa.desc(sa.column("c"))], postgresql_using="btree", concurrently=True)
op.create_index("ix", "a", ["b"], postgresql_where=sa.text("b > 1"), postgresql_include=["c"])
op.drop_index("ix", "a", schema="s", if_exists=True, concurrently=True)
op.drop_index("ix")
op.rename_index("a", "old", "new")
op.create_object(schema.View("v", definition="SELECT 1 AS x", schema="s"), if_not_exists=True)
op.create_object(schema.Trigger("t", table=("s", "a"), definition="CREATE TRIGGER t ..."))
op.drop_object(schema.View("v", definition="SELECT 1 AS x", materialized=True), if_exists=True)
op.alter_object(schema.Enum("e", ("a",)), schema.Enum("e", ("a", "b")))
op.add_constraint("a", op.sql_constraint("CONSTRAINT c UNIQUE (b) -- 50%", name="c"), schema="s")
op.create_table("a", sa.Column("b", sa.Integer), op.sql_constraint("UNIQUE (b)"))
op.rename_object("view", "old", "new", schema="s")
op.create_view("v", "SELECT 1 AS x", schema="s", materialized=True, comment="c", also=["GRANT SELECT ON s.v TO x"])
op.create_view("v", "SELECT '50% :x'", options={"security_barrier": True})
op.create_view("v", sa.select(sa.literal("it's").label("a")))
op.replace_view("v", "SELECT 1 AS x", schema="s")
op.drop_view("v", schema="s", if_exists=True)
op.create_function("f", "CREATE FUNCTION f(integer) ...", signature="integer", comment="c")
op.replace_function("f", "CREATE FUNCTION f(integer) ...", signature="integer", schema="s")
op.drop_function("f", signature="integer", schema="s")
op.create_procedure("p", "CREATE PROCEDURE p() ...", also=["GRANT EXECUTE ON PROCEDURE p() TO x"])
op.replace_function("p", "CREATE PROCEDURE p() ...", procedure=True)
op.drop_procedure("p")
op.create_trigger("t", "CREATE TRIGGER t ...", table="a", schema="s", enabled="D")
op.drop_trigger("t", table="a", schema="s")
op.create_policy("p", "CREATE POLICY p ...", table="a", comment="c")
op.drop_policy("p", table="a", if_exists=True)
op.enable_row_security("a", schema="s", forced=True)
op.disable_row_security("a")
op.create_domain("d", "text", default="'x'", not_null=True, checks=["VALUE <> ''", ("short", "length(VALUE) < 5")])
op.create_domain("d", sa.String(5), schema="s")
op.drop_domain("d")
op.create_object(schema.Rule("r", "CREATE RULE r ...", table="a"))
op.drop_object(schema.Trigger("t", "CREATE TRIGGER t ...", table=("s", "a")))
op.alter_object(schema.RowSecurity("a"), schema.RowSecurity("a", forced=True))
op.create_schema("s", if_not_exists=True)
op.drop_schema("s")
op.create_enum("mood", ["sad", "it's"], schema="s")
op.drop_enum("mood", if_exists=True)
op.add_enum_value("mood", "b", after="a", schema="s", if_not_exists=True)
op.rename_enum_value("mood", "a", "b")
op.create_sequence("q", start=5, increment=2, schema="s")
op.drop_sequence("q")
op.insert_rows("a", [{"id": 1, "n": None, "t": "it's 50% :x"}, {"id": 2, "n": b"\\x00", "t": ""}], schema="s")
op.insert_rows("a", [sa.Column("id", sa.Integer), sa.Column("d", sa.Date())], [{"id": 1, "d": datetime.date(2024, 2, 29)}])
op.insert_rows("a", [{"t": datetime.datetime(2024, 2, 29, 1, 2, 3, 4), "j": {"a": [1, None]}, "f": 1.5}], one_by_one=True)
op.insert_rows("a", [{"n": decimal.Decimal("1.10"), "u": uuid.UUID(int=7), "h": datetime.time(1), "i": datetime.timedelta(1)}])
op.execute("UPDATE a SET b = '50% :x' WHERE c::text = 'y'")
""".splitlines()


@pytest.mark.parametrize("code", CALLS)
def test_law_what_is_written_of_a_call_means_the_same(code: str) -> None:
    first = made(code)
    assert first
    written = "\n".join(layout.text(operations.call(operation)) for operation in first)
    assert made(written) == first, written


def test_a_column_brings_what_hangs_on_it() -> None:
    kinds = [o.kind for o in made(next(c for c in CALLS if "index=True" in c))]
    assert kinds[0] == "add_column"
    assert sorted(kinds[1:]) == ["add_constraint", "create_index"]


def test_types_that_are_not_there_come_first() -> None:
    assert made(CALLS[5])[0].describe() == "create enum mood"


def test_the_callers_objects_stay_as_they_are() -> None:
    column = sa.Column("id", sa.Integer, primary_key=True)
    owner = sa.Table("owner", sa.MetaData(), column)
    stage = Keeping()
    with entered(stage):
        op.create_table("a", column)
        op.add_column("b", column)
    assert column.table is owner
    assert list(owner.columns) == [column]


def test_rows_without_columns_take_their_values_types() -> None:
    (operation,) = made('op.insert_rows("a", [{"id": 1, "n": None}, {"id": 2, "n": "x"}])')
    assert [c.name for c in operation.columns] == ["id", "n"]  # type: ignore[attr-defined]


def test_a_value_that_no_file_can_hold_is_named_by_its_place_alone() -> None:
    (operation,) = made('op.insert_rows("a", [sa.Column("n", sa.String)], [{"n": sa.func.lower("secret")}])')
    with pytest.raises(NoLiteralForm, match=r"a\.n") as caught:
        operations.call(operation)
    assert "secret" not in str(caught.value)


def test_a_script_writes_values_out_and_a_live_run_hides_them() -> None:
    code = 'op.execute(sa.text("UPDATE a SET b = :b"), {"b": "secret"})'
    (offline,) = made(code)
    assert offline.sql.text == "UPDATE a SET b = 'secret'"  # type: ignore[attr-defined]
    stage = Keeping()
    stage.offline = False
    with entered(stage):
        op.execute(sa.text("UPDATE a SET b = :b"), {"b": "secret"})
    assert "secret" not in repr(stage.kept[0])


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("create_foreign_key", r"op\.add_foreign_key"),
        ("bulk_insert", r"op\.insert_rows"),
        ("batch_alter_table", r"op\.together\(\)"),
        ("no_such_thing", r"no function no_such_thing\(\)$"),
    ],
)
def test_words_of_other_tools_are_answered_with_ours(name: str, says: str) -> None:
    with pytest.raises(AttributeError, match=says):
        getattr(op, name)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ('op.alter_column("a", "b", server_default="x")', "default="),
        ('op.alter_column("a", "b", existing_type=sa.Integer())', "Leave it out"),
        ('op.create_table("a", sa.Column("b", sa.Integer), postgres_with="x")', "postgresql_where"),
        ('op.add_unique("a", ["b"], nmae="x")', "'nmae'"),
    ],
)
def test_a_mistyped_argument_is_no_option_of_a_database(code: str, says: str) -> None:
    with pytest.raises(WrongArgument, match=says):
        made(code)


def test_outside_of_a_run() -> None:
    with pytest.raises(NoStage, match=r"op\.drop_table\(\)"):
        op.drop_table("a")


def test_what_stands_together_is_one_change() -> None:
    code = """
with op.together():
    op.drop_column("a", "b")
    op.add_check("a", "c > 0", name="ck")
with op.together():
    op.drop_column("a", "c")
with op.together():
    pass
"""
    both, alone = made(code, SQLITE)
    assert isinstance(both, Several)
    assert [o.kind for o in both.operations] == ["drop_column", "add_constraint"]
    assert alone.kind == "drop_column"
    lines = body.body([both, alone]).lines
    assert lines[0] == "    with op.together():"
    assert made("if True:\n" + "\n".join(lines), SQLITE) == [both, alone]
    assert [o.kind for o in made(code)] == ["drop_column", "add_constraint", "drop_column"]  # PostgreSQL


def test_a_question_in_between_is_asked_after_what_stands_above_it() -> None:
    kinds = [o.kind for o in made(BETWEEN, SQLITE)]
    assert kinds == ["drop_column", "drop_table"]


def test_a_block_that_ends_with_an_error_does_nothing() -> None:
    stage = Keeping(SQLITE)
    with entered(stage), pytest.raises(ZeroDivisionError), op.together():
        op.drop_column("a", "b")
        raise ZeroDivisionError
    assert stage.kept == []
    with entered(stage):
        op.drop_table("b")
    assert [o.describe() for o in stage.kept] == ["drop table b"]


BETWEEN = """
with op.together():
    op.drop_column("a", "b")
    op.get_bind()
    op.drop_table("a")
"""


def test_a_thread_of_a_revision_means_the_only_run_there_is() -> None:
    stage = Keeping()
    with entered(stage):
        thread = threading.Thread(target=lambda: op.drop_table("a"))
        thread.start()
        thread.join()
    assert [o.kind for o in stage.kept] == ["drop_table"]


def test_every_function_is_described() -> None:
    folder = Path(__file__).parents[2] / "docs"
    text = "".join((folder / name).read_text(encoding="utf-8") for name in ("operations.md", "objects.md"))
    functions = [name for name, thing in vars(op).items() if inspect.isfunction(thing) and name[0] != "_"]
    assert "create_table" in functions
    assert [name for name in functions if name != "current" and f"op.{name}" not in text] == []


def test_the_example_of_the_page_runs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = text.partition("```python\n")[2].partition("```")[0]
    kinds = [o.kind for o in made(example + "\nupgrade()")]
    assert kinds == ["add_column", "fill_column", "alter_column", "create_index"]


def test_a_column_may_say_that_it_numbers_rows_before_its_key_is_there() -> None:
    (operation,) = made('op.add_column("a", sa.Column("id", sa.Integer, autoincrement=True, nullable=False))')
    assert isinstance(operation, AddColumn)
    assert operation.column.autoincrement
