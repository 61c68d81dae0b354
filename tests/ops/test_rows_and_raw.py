"""InsertRows, ExecuteSql, CommentOnTable, Several, and the table of kinds."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from given import POSTS, USERS, backend, have, said, said_by_all

from limbeck import ops
from limbeck.errors import Irreversible, NoSuchThing
from limbeck.model.column import Column
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.column import DropColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.contract import Operation
from limbeck.ops.raw import ExecuteSql
from limbeck.ops.rows import InsertRows, Rows
from limbeck.ops.several import Several

COLUMNS = (
    Column(name="id", type=TypeRef("INTEGER", engine=sa.Integer())),
    Column(name="name", type=TypeRef("TEXT", engine=sa.Text())),
)
ROWS = Rows([{"id": 1, "name": "it's"}, {"id": 2, "name": "a secret"}])
INSERT = InsertRows(table=USERS, columns=COLUMNS, rows=ROWS)


def test_insert_rows() -> None:
    assert INSERT.describe() == "insert 2 rows into users"
    assert INSERT.apply(have()) == have()
    with pytest.raises(Irreversible):
        INSERT.reverse(have())
    with pytest.raises(NoSuchThing, match=r"no column posts\.name"):
        InsertRows(table=POSTS, columns=COLUMNS, rows=ROWS).apply(have())


def test_values_of_rows_are_never_shown() -> None:
    assert "secret" not in repr(INSERT)
    assert repr(ROWS) == "<2 rows>"


def test_rows_are_equal_by_what_they_hold() -> None:
    same = Rows([{"name": "it's", "id": 1}, {"name": "a secret", "id": 2}])
    assert (same, hash(same)) == (ROWS, hash(ROWS))
    assert Rows([{"id": 1, "name": "it's"}]) != ROWS
    assert Rows([{"id": 1, "name": "it's"}, {"id": 2, "name": "other"}]) != ROWS


def test_insert_rows_says_literals_and_runs_parameters() -> None:
    (statement,) = INSERT.spell(backend("postgresql"), have())
    assert statement.text.split("\n\n") == [
        "INSERT INTO users (id, name) VALUES (1, 'it''s');",
        "INSERT INTO users (id, name) VALUES (2, 'a secret')",
    ]
    assert statement.parameters == list(ROWS)


def test_an_expression_as_a_value_goes_row_by_row() -> None:
    rows = Rows([{"id": 1, "name": sa.func.lower("X")}, {"id": 2, "name": "y"}])
    statements = dataclasses.replace(INSERT, rows=rows).spell(backend("postgresql"), have())
    assert [s.parameters for s in statements] == [None, None]
    assert statements[0].text == "INSERT INTO users (id, name) VALUES (1, lower('X'))"


def test_identity_insert_on_sql_server() -> None:
    numbered = (dataclasses.replace(COLUMNS[0], autoincrement=True), COLUMNS[1])
    insert = InsertRows(table=USERS, columns=numbered, rows=Rows([{"id": 1}]))
    assert said("mssql", insert) == [
        "SET IDENTITY_INSERT users ON",
        "INSERT INTO users (id) VALUES (1)",
        "SET IDENTITY_INSERT users OFF",
    ]
    unnumbered = InsertRows(table=USERS, columns=numbered, rows=Rows([{"name": "x"}]))
    assert said("mssql", unnumbered) == ["INSERT INTO users (name) VALUES ('x')"]


def test_no_rows_say_nothing() -> None:
    assert said("ansi", InsertRows(table=USERS, columns=COLUMNS, rows=Rows())) == []


def test_execute_text() -> None:
    raw = ExecuteSql(sql=SqlText("UPDATE users\n   SET age = 1 WHERE name LIKE 'a%'"))
    assert raw.describe() == "execute UPDATE users SET age = 1 WHERE name LIKE 'a%'"
    assert (raw.touches(), raw.unknown) == ((), True)
    assert raw.apply(have()) == have()
    assert said("mysql", raw) == ["UPDATE users\n   SET age = 1 WHERE name LIKE 'a%'"]
    with pytest.raises(Irreversible):
        raw.reverse(have())


def test_execute_a_construct_keeps_its_values_to_itself() -> None:
    clause = sa.text("UPDATE users SET name = :n").bindparams(n="secret")
    raw = ExecuteSql(sql=SqlText("UPDATE users SET name = :n", clause), opaque=True)
    (statement,) = raw.spell(backend("postgresql"), have())
    assert statement.clause is clause
    assert "secret" not in repr(raw) + raw.describe() + statement.text


def test_execution_options_go_with_the_construct() -> None:
    raw = ExecuteSql(sql=SqlText("SELECT 1", sa.text("SELECT 1")), execution_options=(("a", 1),))
    (statement,) = raw.spell(backend("ansi"), have())
    assert statement.clause.get_execution_options() == {"a": 1}


def test_comment_on_table() -> None:
    comment = CommentOnTable(table=USERS, comment="it's")
    assert comment.describe() == "comment on table users"
    after = comment.apply(have())
    assert after.tables[USERS].comment == "it's"
    assert comment.reverse(have()) == CommentOnTable(table=USERS, comment=None)
    assert said_by_all(comment) == {
        "postgresql oracle ansi": ["COMMENT ON TABLE users IS 'it''s'"],
        "mysql mariadb": ["ALTER TABLE users COMMENT 'it''s'"],
        "mssql": ["execute sp_addextendedproperty 'MS_Description', N'it''s', 'schema', dbo, 'table', users"],
    }
    assert said_by_all(CommentOnTable(table=USERS, comment=None), after) == {
        "postgresql ansi": ["COMMENT ON TABLE users IS NULL"],
        "mysql mariadb": ["ALTER TABLE users COMMENT ''"],
        "mssql": ["execute sp_dropextendedproperty 'MS_Description', 'schema', dbo, 'table', users"],
        "oracle": ["COMMENT ON TABLE users IS ''"],
    }


def test_several_see_one_another() -> None:
    both = Several(
        operations=(
            RenameColumn(table=USERS, column="age", new_name="years"),
            DropColumn(table=USERS, column="years"),
        )
    )
    assert both.describe() == "rename column users.age to years; drop column users.years"
    assert both.touches() == (USERS,)
    assert said("ansi", both) == [
        "ALTER TABLE users RENAME age TO years",
        "ALTER TABLE users DROP COLUMN years",
    ]
    back = both.reverse(have())
    assert [o.describe().split(" ")[0] for o in back.operations] == ["add", "rename"]  # type: ignore[attr-defined]
    assert back.apply(both.apply(have())).tables[USERS].column("age") == have().tables[USERS].column("age")


@pytest.mark.parametrize("kind", sorted(ops.KINDS.keys() - {"rebuild_table"}))
def test_every_kind_is_a_frozen_operation_that_says_how_its_fields_are_written(kind: str) -> None:
    operation = ops.operation(kind)
    assert issubclass(operation, Operation)
    assert operation.kind == kind
    assert operation.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(operation, "__dict__") or "__slots__" in operation.__dict__
    assert getattr(ops, operation.__name__) is operation
    words = [f.metadata.get("written", "by name") for f in dataclasses.fields(operation)]  # type: ignore[arg-type]
    assert words == sorted(words, key=["positional", "star", "by name", "never"].index) or "never" in words


def test_an_unknown_kind() -> None:
    with pytest.raises(KeyError):
        ops.operation("turn_lead_into_gold")
