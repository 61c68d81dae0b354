"""The law: loads(dumps(x)) == x, for an operation of every kind with every field given."""

from __future__ import annotations

from dataclasses import fields

import pytest
import sqlalchemy as sa
from given import INTEGER, POSTS, USERS, VARCHAR, have, index, posts, text_default, users

from limbeck import ops
from limbeck.errors import NotASnapshot, NotStorable, UnknownValue
from limbeck.model.column import Column
from limbeck.model.constraint import Check, PrimaryKey
from limbeck.model.marks import UNKNOWN
from limbeck.model.objects import Enum, View
from limbeck.model.sqltext import SqlText
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.compound import RebuildTable
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint, ValidateConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.enum import AddEnumValue, RenameEnumValue
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.json import dumps, encode, loads
from limbeck.ops.object import AlterObject, CreateObject, DropObject, RenameObject, ReplaceObject
from limbeck.ops.raw import ExecuteSql
from limbeck.ops.rows import InsertRows, Rows
from limbeck.ops.several import Several
from limbeck.ops.table import CreateTable, DropTable, RenameTable

COLUMN = Column(name="c", type=VARCHAR, nullable=False, default=text_default("'x'"), comment="c")
CHECK = Check(sql=SqlText("c > 0"), name="ck")
MOOD = Enum(name="mood", labels=("a",))
VIEW = View(name="v", definition=SqlText("SELECT 1"))
ALL: tuple[Operation, ...] = (
    CreateTable(table=users(), if_not_exists=True),
    DropTable(table=USERS, if_exists=True),
    RenameTable(table=USERS, new_name="x"),
    AddColumn(table=USERS, column=COLUMN, inline=(PrimaryKey(columns=("c",)),), if_not_exists=True),
    DropColumn(table=USERS, column="c", if_exists=True),
    RenameColumn(table=USERS, column="c", new_name="d"),
    AlterColumn(
        table=USERS,
        column="c",
        type=INTEGER,
        nullable=True,
        default=None,
        comment="x",
        autoincrement=True,
        using=SqlText("c::int"),
        options=(("mysql_x", 1),),
    ),
    AddConstraint(table=USERS, constraint=CHECK),
    DropConstraint(name="ck", table=USERS, constraint_kind="check", if_exists=True, constraint=CHECK),
    RenameConstraint(table=USERS, name="ck", new_name="x", constraint_kind="check"),
    ValidateConstraint(table=USERS, name="ck"),
    CreateIndex(index=index("ix", "c"), table=USERS, if_not_exists=True, concurrently=True),
    DropIndex(name="ix", table=USERS, if_exists=True, concurrently=True, options=(("x", 1),)),
    RenameIndex(table=USERS, name="ix", new_name="x"),
    AlterTable(table=USERS, options=(("mysql_engine", "InnoDB"),), columns=(("name", VARCHAR),)),
    CommentOnTable(table=USERS, comment="it's"),
    CreateObject(thing=MOOD, if_not_exists=True),
    DropObject(thing=MOOD, if_exists=True),
    AlterObject(have=VIEW, want=VIEW),
    ReplaceObject(thing=VIEW),
    RenameObject(object_kind="view", name=VIEW.key, new_name="x"),
    AddEnumValue(enum=MOOD.key, value="b", before="a", after="c", if_not_exists=True),
    RenameEnumValue(enum=MOOD.key, value="a", new_value="b"),
    FillColumn(table=USERS, column="c", value=SqlText("1")),
    InsertRows(table=USERS, columns=(COLUMN,), rows=Rows([{"c": "a secret"}]), one_by_one=True),
    ExecuteSql(
        sql=SqlText("SELECT 1"),
        opaque=True,
        execution_options=(("a", 1),),
        outside_transaction=True,
        changes=(USERS,),
    ),
    Several(operations=(DropTable(table=USERS), DropTable(table=POSTS))),
    RebuildTable(have=posts(), want=posts(), copy=(("id", SqlText("id")),), scratch_name="s"),
)


def test_every_kind_is_here() -> None:
    assert {o.kind for o in ALL} == ops.KINDS.keys()


@pytest.mark.parametrize("operation", ALL, ids=lambda o: o.kind)
def test_there_and_back(operation: Operation) -> None:
    assert loads(dumps(operation)) == operation
    compared = {f.name for f in fields(operation) if f.compare}  # type: ignore[arg-type]
    assert encode(operation).keys() - {"is"} == compared


def test_what_is_unchanged_and_unknown_stays_so() -> None:
    null = AlterColumn(table=USERS, column="c", default=None)
    assert encode(null) == {
        "is": "alter_column",
        "table": {"is": "in", "name": "users"},
        "column": "c",
        "default": None,
    }
    unknown = AddColumn(table=USERS, column=Column(name="c", type=UNKNOWN))
    assert loads(dumps(unknown)) == unknown


def test_values_of_rows_stay_where_they_are() -> None:
    insert = next(o for o in ALL if isinstance(o, InsertRows))
    assert "secret" not in dumps(insert)
    back = loads(dumps(insert))
    assert isinstance(back, InsertRows)
    with pytest.raises(UnknownValue, match="what stands in <1 row>"):
        back.apply(have())


def test_hidden_values_stay_where_they_are() -> None:
    clause = sa.text("UPDATE t SET x = :x").bindparams(x="secret")
    raw = ExecuteSql(sql=SqlText("UPDATE t SET x = :x", clause), parameters={"x": "secret"}, opaque=True)
    assert "secret" not in dumps(raw)
    with pytest.raises(UnknownValue, match="the values in UPDATE t"):
        loads(dumps(raw)).spell(None, None)  # type: ignore[arg-type]


def test_what_is_no_value_and_no_kind() -> None:
    odd = CreateIndex(index=index("ix", "c", options=(("x", object()),)), table=USERS)
    with pytest.raises(NotStorable, match=r"create_index\.index"):
        dumps(odd)
    with pytest.raises(NotASnapshot, match="turn_lead_into_gold"):
        loads('{"is": "turn_lead_into_gold"}')
