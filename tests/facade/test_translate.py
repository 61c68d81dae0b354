"""Laws of `translate`: every field is carried or listed with a reason; there and back again is the same value."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

import limbeck.alembic  # noqa: F401 (puts the name in force)
from limbeck.backends import backend_for
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.ops import operation
from limbeck.shore.freeze import Freezer, backend_id

from alembic.ddl.postgresql import CreateExcludeConstraintOp  # isort: skip
from alembic.operations import ops  # isort: skip
from alembic.translate import CARRIED, LEFT_OUT, from_core, to_core  # isort: skip

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
