"""Laws of `translate`: every field is carried or listed with a reason; there and back again is the same value."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

import limbeck.alembic  # noqa: F401 (puts the name in force)
from limbeck.backends import backend_for
from limbeck.model.column import Column
from limbeck.model.constraint import Unique
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.ops import KINDS, operation
from limbeck.ops.rows import Rows
from limbeck.shore.freeze import Freezer, backend_id

from alembic.ddl.postgresql import CreateExcludeConstraintOp  # isort: skip
from alembic.operations import ops  # isort: skip
from alembic.translate import CARRIED, LEFT_OUT, WORDS, from_core, to_core  # isort: skip

DIALECT = postgresql.dialect()
FREEZE = Freezer(DIALECT)
NOTHING = Snapshot.of(backend_id(DIALECT))

SAMPLES = [
    ops.CreateTableOp(
        "t",
        [sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(5), comment="c")],
        comment="about",
        if_not_exists=True,
    ),
    ops.DropTableOp("t", schema="s", if_exists=True),
    ops.RenameTableOp("t", "u", schema="s"),
    ops.CreateTableCommentOp("t", "about"),
    ops.DropTableCommentOp("t"),
    ops.AddColumnOp(
        "t", sa.Column("a", sa.Numeric(10, 2), server_default="1", nullable=False), if_not_exists=True
    ),
    ops.AddColumnOp(
        "t", sa.Column("a", sa.Integer, sa.ForeignKey("u.id", name="fk"), index=True, unique=True)
    ),
    ops.DropColumnOp("t", "a", if_exists=True),
    ops.AlterColumnOp(
        "t",
        "a",
        modify_type=sa.Text(),
        modify_nullable=False,
        modify_server_default=None,
        postgresql_using="a::text",
    ),
    ops.AlterColumnOp("t", "a", modify_comment=None, modify_name="b"),
    ops.CreateIndexOp("i", "t", ["a", sa.text("lower(b)")], unique=True, postgresql_concurrently=True),
    ops.DropIndexOp("i", "t", schema="s", if_exists=True, postgresql_concurrently=True),
    ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"]),
    ops.CreateUniqueConstraintOp("uq", "t", ["a"], deferrable=True),
    ops.CreateCheckConstraintOp("ck", "t", "a > 5"),
    ops.CreateForeignKeyOp("fk", "t", "u", ["a"], ["id"], ondelete="CASCADE", referent_schema="s"),
    CreateExcludeConstraintOp("ex", "t", [(sa.column("a"), "=")], using="gist"),
    ops.DropConstraintOp("ck", "t", "check", if_exists=True),
    ops.BulkInsertOp(sa.table("t", sa.column("a", sa.Integer)), [{"a": 1}], multiinsert=False),
    ops.ExecuteSQLOp("DELETE FROM t", execution_options={"x": 1}),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: type(s).__name__)
def test_every_field_is_carried_or_listed_with_a_reason(sample: Any) -> None:
    kind = type(sample)
    fields = (
        vars(sample).keys() - {"info"}
        if kind is not ops.CreateTableOp and kind is not ops.DropTableOp
        else vars(sample)
    )
    said = {*CARRIED[kind], *LEFT_OUT.get(kind, {})}
    assert set(fields) - {"_mutations"} == said - ({"info"} if "info" not in fields else set())


def test_every_class_is_in_the_tables() -> None:
    containers = {ops.OpContainer, ops.ModifyTableOps, ops.UpgradeOps, ops.DowngradeOps, ops.MigrationScript}
    abstract = {ops.MigrateOperation, ops.AlterTableOp, ops.AddConstraintOp}
    published = {getattr(ops, name) for name in ops.__all__}
    assert published - containers - abstract == set(CARRIED) - {CreateExcludeConstraintOp}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: type(s).__name__)
def test_there_and_back_again(sample: Any) -> None:
    """to_core(from_core(to_core(x))) == to_core(x)"""
    value = to_core(sample, FREEZE)
    again = from_core(value, backend_for(DIALECT), NOTHING)
    assert to_core(ops.UpgradeOps(again), FREEZE) == value


def test_what_it_does_not_know_is_opaque() -> None:
    class CreateViewOp(ops.MigrateOperation):
        pass

    value = to_core(CreateViewOp(), FREEZE)
    assert value.opaque and value.unknown and value.sql.text.endswith("CreateViewOp")


def test_what_alembic_has_no_word_for_is_written_as_its_sql() -> None:
    value = operation("rename_index")(table=QualifiedName(None, "t"), name="a", new_name="b")
    (made,) = from_core(value, backend_for(DIALECT), NOTHING)
    assert made.sqltext == "ALTER INDEX a RENAME TO b"


def test_what_was_there_makes_it_reversible() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String(5), nullable=False))
    before = NOTHING.with_table(FREEZE.table(table))
    drop = to_core(ops.DropColumnOp("t", "a"), FREEZE)
    (made,) = from_core(drop, backend_for(DIALECT), before)
    assert to_core(made.reverse(), FREEZE).column == before.tables[QualifiedName(None, "t")].columns[0]


# -- from the core ------------------------------------------------------------------------------------------------

KEY = QualifiedName("s", "t")
TEXT = Freezer(DIALECT).type(sa.String(9))
COLUMN = Column(name="a", type=TEXT, nullable=False, default=TextDefault(SqlText("'x'")), comment="c")
UNIQUE = Unique(columns=("a",), name="uq", deferrable=True)
INDEX = Index(name="i", elements=(IndexElement(column="a"),), unique=True)
CORE: list[Any] = [
    operation("create_table")(
        table=Table(name="t", schema="s", columns=(COLUMN,), comment="about"), if_not_exists=True
    ),
    operation("drop_table")(table=KEY, if_exists=True),
    operation("rename_table")(table=KEY, new_name="u"),
    operation("comment_on_table")(table=KEY, comment="about"),
    operation("add_column")(table=KEY, column=COLUMN, if_not_exists=True),
    operation("drop_column")(table=KEY, column="a", if_exists=True),
    operation("rename_column")(table=KEY, column="a", new_name="b"),
    operation("alter_column")(
        table=KEY,
        column="a",
        type=TEXT,
        nullable=False,
        default=None,
        comment=None,
        autoincrement=True,
        using=SqlText("a::text"),
    ),
    operation("add_constraint")(table=KEY, constraint=UNIQUE),
    operation("drop_constraint")(name="uq", table=KEY, constraint_kind="unique", if_exists=True),
    operation("create_index")(table=KEY, index=INDEX, if_not_exists=True, concurrently=True),
    operation("drop_index")(name="i", table=KEY, if_exists=True, concurrently=True),
    operation("insert_rows")(
        table=KEY, columns=(Column(name="a", type=TEXT),), rows=Rows([{"a": "x"}]), one_by_one=True
    ),
    operation("execute_sql")(sql=SqlText("DELETE FROM t"), opaque=True, execution_options=(("x", 1),)),
]
NOT_SAID: dict[str, dict[str, str]] = {
    "add_column": {"inline": "Alembic says it in statements of their own, but for a primary key"},
    "drop_constraint": {
        "constraint": "tells one that has no name, which Alembic cannot drop: its statement is written"
    },
    "drop_index": {"options": "are those of the index that was, where it is known"},
    "alter_column": {"options": "no backend makes them; what asks for them is written as its statement"},
    "execute_sql": {
        "parameters": "a statement with values is no text: `op.execute` in a file has none",
        "changes": "op.execute cannot say what it touches",
        "outside_transaction": "is an autocommit block round the line (SpelledSQL)",
    },
    "several": {},
}


def given(value: Any) -> set[str]:
    """The fields that do not have their default."""
    found = set()
    for each in dataclasses.fields(value):
        default = each.default if each.default_factory is dataclasses.MISSING else each.default_factory()
        if getattr(value, each.name) != default:
            found.add(each.name)
    return found


def test_every_operation_of_the_core_has_a_word_or_is_written_as_its_statements() -> None:
    assert {value.kind for value in CORE} == WORDS - {"several"}
    without = {
        "rename_constraint", "validate_constraint", "rename_index", "create_object", "drop_object", "alter_object",
        "rename_object", "add_enum_value", "rename_enum_value", "fill_column", "rebuild_table", "alter_table",
        "replace_object",
    }  # fmt: skip
    assert set(KINDS) == WORDS | without


@pytest.mark.parametrize("value", CORE, ids=lambda value: value.kind)
def test_every_field_of_the_core_is_said_or_listed_with_a_reason(value: Any) -> None:
    left = NOT_SAID.get(value.kind, {})
    assert given(value) | left.keys() == {each.name for each in dataclasses.fields(value)}
    again = from_core(value, backend_for(DIALECT), NOTHING)
    assert to_core(ops.UpgradeOps(again), FREEZE) == value
