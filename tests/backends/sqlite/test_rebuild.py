"""The rebuild on real SQLite: its whole text, what it keeps, what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlite_room import Room, t, text, type_

from limbeck.backends.sqlite import connection as conn
from limbeck.errors import (
    DependentsBroken,
    ForeignKeysBroken,
    NotSupported,
    RowsAtRisk,
    RowsWithoutValue,
    TableNotAsKnown,
)
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.compound import RebuildTable, merged, rebuild
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint
from limbeck.ops.contract import Facts, Operation
from limbeck.ops.index import RenameIndex
from limbeck.ops.table import DropTable

FAMILY = """
CREATE TABLE parent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
  name VARCHAR(20) NOT NULL COLLATE nocase,
  age INT
);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent INT NOT NULL REFERENCES parent ON DELETE CASCADE);
INSERT INTO parent (name, age) VALUES ('a', 1), ('b', 2), ('c', NULL);
DELETE FROM parent WHERE name = 'c';
INSERT INTO child (parent) SELECT id FROM parent;
CREATE INDEX by_age ON parent (age DESC) WHERE age > 1;
CREATE VIEW names AS SELECT name FROM parent;
CREATE TRIGGER born AFTER INSERT ON parent BEGIN INSERT INTO child (parent) VALUES (new.id); END;
CREATE TRIGGER seen AFTER INSERT ON child BEGIN UPDATE parent SET age = 0 WHERE 0; END;
"""
TO_TEXT = AlterColumn(table=t("parent"), column="age", type=type_("TEXT"))


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.close()


def test_the_whole_text(room: Room) -> None:
    assert room.sql(FAMILY).do(TO_TEXT) == (
        "PRAGMA foreign_keys",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA legacy_alter_table=ON",
        "CREATE TABLE _limbeck_new_parent (\n"
        "\tid INTEGER PRIMARY KEY AUTOINCREMENT, -- the key\n"
        "\tname VARCHAR(20) NOT NULL COLLATE nocase, \n"
        "\tage TEXT\n"
        ")",
        "INSERT INTO _limbeck_new_parent (id, name, age) SELECT id, name, age FROM parent",
        "DELETE FROM sqlite_sequence WHERE name = '_limbeck_new_parent'",
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT '_limbeck_new_parent', seq FROM sqlite_sequence WHERE name = 'parent'",
        "DROP TABLE parent",
        "ALTER TABLE _limbeck_new_parent RENAME TO parent",
        "CREATE INDEX by_age ON parent (age DESC) WHERE age > 1",
        "CREATE TRIGGER born AFTER INSERT ON parent BEGIN INSERT INTO child (parent) VALUES (new.id); END",
        "PRAGMA legacy_alter_table=OFF",
    )


def test_all_else_stays_in_the_same_words(room: Room) -> None:
    before = room.sql(FAMILY).catalog()
    room.do(TO_TEXT)
    words = "\tid INTEGER PRIMARY KEY AUTOINCREMENT, -- the key\n\tname VARCHAR(20) NOT NULL COLLATE nocase, \n\tage TEXT\n"
    assert room.catalog() == [
        row if row[1] != "parent" else (*row[:3], f'CREATE TABLE "parent" (\n{words})') for row in before
    ]
    assert room.rows("SELECT * FROM parent") == [(1, "a", "1"), (2, "b", "2")]
    assert room.rows("SELECT seq FROM sqlite_sequence WHERE name = 'parent'") == [(3,)]
    room.sql("INSERT INTO parent (name) VALUES ('d')")
    assert room.rows("SELECT max(id) FROM parent") == [(4,)]
    assert room.rows("SELECT parent FROM child") == [(1,), (2,), (4,)]
    assert room.rows("SELECT * FROM names") == [("a",), ("b",), ("d",)]
    room.assert_sound()


# -- foreign keys ---------------------------------------------------------------------------------------------


def test_cascades_take_no_row_though_foreign_keys_are_enforced(room: Room) -> None:
    room.sql(FAMILY).sql("PRAGMA foreign_keys=ON")
    room.do(TO_TEXT)
    assert room.rows("SELECT parent FROM child") == [(1,), (2,)]
    assert room.rows("PRAGMA foreign_keys") == [(1,)]
    room.assert_sound()


def test_the_danger_is_real(room: Room) -> None:
    """What the same statements do when nobody watches, with foreign keys on."""
    room.sql(FAMILY)
    before = room.read()
    (operation,) = room.backend.rewrite(TO_TEXT, before)
    texts = [s.text for s in operation.spell(room.backend, before) if "foreign_keys" not in s.text]
    room.sql("PRAGMA foreign_keys=ON").sql(";\n".join(texts))
    assert room.rows("SELECT parent FROM child") == []


def test_inside_an_outer_transaction(room: Room) -> None:
    """Nobody prepared the connection and somebody else's transaction is open: switched by the driver, or refused."""
    room.sql(FAMILY).sql("PRAGMA foreign_keys=ON")
    before = room.catalog()
    room.connection.exec_driver_sql("INSERT INTO parent (name) VALUES ('e')")
    assert conn.in_transaction(room.connection)
    children = room.rows("SELECT * FROM child")
    if conn.switches_inside(room.connection):
        room.perform(TO_TEXT)
        room.connection.commit()
        room.assert_sound()
    else:
        with pytest.raises(RowsAtRisk) as caught:
            room.perform(TO_TEXT)
        assert caught.value.children == ("child",)
        assert room.catalog() == before
    assert room.rows("SELECT * FROM child") == children
    assert room.rows("PRAGMA foreign_keys") == [(1,)]


def test_inside_an_outer_transaction_a_table_nobody_refers_to_is_rebuilt(room: Room) -> None:
    room.sql(FAMILY).sql("PRAGMA foreign_keys=ON")
    room.connection.exec_driver_sql("INSERT INTO parent (name) VALUES ('e')")
    room.perform(AlterColumn(table=t("child"), column="parent", type=type_("BIGINT")))
    room.connection.commit()
    assert room.rows("SELECT parent FROM child") == [(1,), (2,), (4,)]
    assert room.rows("PRAGMA foreign_keys") == [(1,)]
    room.assert_sound()


def test_a_new_violation_is_named(room: Room) -> None:
    room.sql("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INT); INSERT INTO b VALUES (7);")
    before = room.catalog()
    key = ForeignKey(columns=("a",), referred=t("a"), referred_columns=("id",), name="fk")
    with pytest.raises(ForeignKeysBroken) as caught:
        room.do(AddConstraint(table=t("b"), constraint=key))
    assert caught.value.violations == (("b", 1, "a"),)
    assert "b rowid 1 refers to a row of a that is not there" in str(caught.value)
    assert room.catalog() == before


def test_a_violation_that_was_there_before_is_nobodys_fault(room: Room) -> None:
    room.sql("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INT REFERENCES a, c INT);")
    room.sql("INSERT INTO b VALUES (7, 1)")
    room.do(AlterColumn(table=t("b"), column="c", type=type_("TEXT")))
    assert room.rows("SELECT * FROM b") == [(7, "1")]


# -- values ---------------------------------------------------------------------------------------------------


def test_null_where_not_null_is_wanted(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT, y INT); INSERT INTO a VALUES (1, NULL), (2, NULL), (3, 3);")
    before = room.catalog()
    with pytest.raises(RowsWithoutValue) as caught:
        room.do(AlterColumn(table=t("a"), column="y", nullable=False))
    assert str(caught.value) == (
        "a.y is to be not null, but it is NULL in 2 rows. Nothing was changed.\n"
        "Fill it first, for example: UPDATE a SET y = ... WHERE y IS NULL"
    )
    assert room.catalog() == before


def test_a_new_column_that_rows_have_no_value_for(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT)")
    added = AddColumn(table=t("a"), column=Column(name="y", type=type_("INT"), nullable=False))
    with pytest.raises(
        RowsWithoutValue, match=r"a\.y would be not null without a default, and a has 1 row\."
    ):
        room.sql("INSERT INTO a VALUES (1)").do(added)
    room.sql("DELETE FROM a").do(added)
    assert room.sql_of("a") == 'CREATE TABLE "a" (\n\tx INT, \n\ty INT NOT NULL\n)'


def test_values_are_not_cast_but_follow_the_new_affinity(room: Room) -> None:
    """CAST('abc' AS INTEGER) would be 0; the column's affinity leaves what is no number as it is."""
    room.sql("CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('12'), ('abc'), ('1.5'), (NULL), (x'00');")
    room.do(AlterColumn(table=t("a"), column="x", type=type_("INTEGER")))
    assert room.rows("SELECT x FROM a") == [(12,), ("abc",), (1.5,), (None,), (b"\0",)]


def test_using_says_how_values_become_others(room: Room) -> None:
    room.sql("CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('yes'), ('no');")
    room.do(AlterColumn(table=t("a"), column="x", type=type_("BOOLEAN"), using=text("x = 'yes'")))
    assert room.rows("SELECT x FROM a") == [(1,), (0,)]


def test_rows_keep_their_rowid(room: Room) -> None:
    room.sql("CREATE TABLE a (x TEXT, rowid INT); INSERT INTO a VALUES ('1', 9), ('2', 8), ('3', 7);")
    room.sql("DELETE FROM a WHERE x = '2'")
    room.do(AlterColumn(table=t("a"), column="x", type=type_("INT")))
    assert room.rows("SELECT oid, x, rowid FROM a") == [(1, 1, 9), (3, 3, 7)]


def test_a_conflict_clause_swallows_no_row(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT, y INT); INSERT INTO a VALUES (1, 1), (1, 2);")
    before = room.catalog()
    key = Unique(columns=("x",), options=(("sqlite_on_conflict", "IGNORE"),))
    with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"):
        room.do(AddConstraint(table=t("a"), constraint=key))
    assert (room.catalog(), room.rows("SELECT * FROM a")) == (before, [(1, 1), (1, 2)])


# -- what uses the table --------------------------------------------------------------------------------------


def test_a_view_that_would_break(room: Room) -> None:
    room.sql(FAMILY).sql("CREATE VIEW wrong AS SELECT missing FROM parent")
    before, have = room.catalog(), room.read().table(t("parent"))
    with pytest.raises(DependentsBroken) as caught:
        room.do(RebuildTable(have=have, want=have.without_column("name"), copy=(("id", text('"id"')),)))
    assert caught.value.broken == (("view names", "no such column: name"),)
    assert room.catalog() == before


def test_a_trigger_that_nobody_knew_of_is_kept(room: Room) -> None:
    """A Lookup that cannot list objects: the trigger is found on the connection."""
    room.sql(FAMILY)
    before = room.read()
    (operation,) = room.backend.rewrite(TO_TEXT, before)

    class Tables:
        table = staticmethod(before.table)
        object = staticmethod(before.object)

    with room.transaction():
        room.run(operation.spell(room.backend, Tables()))
    assert room.sql_of("born").startswith("CREATE TRIGGER born")


def test_a_table_that_changed_meanwhile_is_left_alone(room: Room) -> None:
    room.sql(FAMILY)
    before = room.read()
    (operation,) = room.backend.rewrite(TO_TEXT, before)
    room.sql("ALTER TABLE parent ADD COLUMN late INT")
    with pytest.raises(TableNotAsKnown, match="late"), room.transaction():
        room.run(operation.spell(room.backend, before))


# -- natively or not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "statements"),
    [
        (
            AddColumn(
                table=t("a"), column=Column(name="n", type=type_("INT"), default=TextDefault(text("-1")))
            ),
            ("ALTER TABLE a ADD COLUMN n INT DEFAULT -1",),
        ),
        (
            RenameColumn(table=t("a"), column="x", new_name="order"),
            ('ALTER TABLE a RENAME COLUMN x TO "order"',),
        ),
        (DropColumn(table=t("a"), column="z"), ("ALTER TABLE a DROP COLUMN z",)),
        (CommentOnTable(table=t("a"), comment="no such thing here"), ()),
        (AlterColumn(table=t("a"), column="x", comment="nor here"), ()),
        (AlterColumn(table=t("a"), column="x", nullable=True), ()),
        (
            RenameIndex(table=t("a"), name="i", new_name="j"),
            ("DROP INDEX i", "CREATE INDEX j ON a (lower(x)) WHERE y > 0"),
        ),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_native(room: Room, operation: object, statements: tuple[str, ...]) -> None:
    room.sql("CREATE TABLE a (x INT, y INT, z INT CHECK (z > 0)); CREATE INDEX i ON a (lower(x)) WHERE y > 0")
    assert room.do(operation) == statements


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("INTEGER", "'x'", False),
        ("INT", "1.5", False),
        ("REAL", "'x'", False),
        ("TEXT", "X'00'", False),
        ("BLOB", "'x'", False),
        ("INTEGER", "'-7'", True),
        ("REAL", "2.5", True),
        ("TEXT", "'x'", True),
        ("BLOB", "X'00'", True),
        ("ANY", "'x'", True),
    ],
)
def test_a_strict_table_holds_no_default_of_another_type(
    room: Room, kind: str, value: str, fits: bool
) -> None:
    """ADD COLUMN would store it in the rows unasked; a table that is not STRICT may hold anything, and none is built anew."""
    room.sql(
        "CREATE TABLE a (x INT); CREATE TABLE s (x INT) STRICT; INSERT INTO a VALUES (1); INSERT INTO s VALUES (1)"
    )
    column = Column(name="n", type=type_(kind), default=TextDefault(text(value)))
    alone = f"ALTER TABLE {{}} ADD COLUMN n {kind} DEFAULT {value}"
    assert room.do(AddColumn(table=t("a"), column=column)) == (alone.format("a"),)
    before = room.catalog()
    if fits:
        assert room.do(AddColumn(table=t("s"), column=column)) == (alone.format("s"),)
    else:
        with pytest.raises(sa.exc.IntegrityError, match="cannot store"):
            room.do(AddColumn(table=t("s"), column=column))
        assert room.catalog() == before
    assert room.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("operation", "table"),
    [
        (DropColumn(table=t("a"), column="y"), "x INT, \n\tz INT UNIQUE"),
        (DropColumn(table=t("a"), column="z"), "x INT, \n\ty INT"),
        (
            AddColumn(
                table=t("a"),
                column=Column(name="n", type=type_(""), default=TextDefault(text("CURRENT_DATE"))),
            ),
            "x INT, \n\ty INT, \n\tz INT UNIQUE, \n\tn DEFAULT CURRENT_DATE",
        ),
        (
            AddConstraint(table=t("a"), constraint=PrimaryKey(columns=("x",), name="pk")),
            "x INT NOT NULL, \n\ty INT, \n\tz INT UNIQUE, \n\tCONSTRAINT pk PRIMARY KEY (x)",
        ),
        (
            AddConstraint(table=t("a"), constraint=Check(sql=text("x > y"))),
            "x INT, \n\ty INT, \n\tz INT UNIQUE, \n\tCHECK (x > y)",
        ),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_rebuilt(room: Room, operation: object, table: str) -> None:
    room.sql("CREATE TABLE a (x INT, y INT, z INT UNIQUE); CREATE INDEX i ON a (x) WHERE y > 0")
    if room.backend.since(3, 53) and isinstance(getattr(operation, "constraint", None), Check):
        pytest.skip("native there")
    room.do(operation)
    assert room.sql_of("a") == f'CREATE TABLE "a" (\n\t{table}\n)'


def test_a_constraint_renamed(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT CONSTRAINT u UNIQUE, CONSTRAINT c CHECK (x > 0))")
    room.do(RenameConstraint(table=t("a"), name="c", new_name="d"))
    assert (
        room.sql_of("a")
        == 'CREATE TABLE "a" (\n\tx INT CONSTRAINT u UNIQUE, \n\tCONSTRAINT d CHECK (x > 0)\n)'
    )


def test_several_changes_in_a_row_are_one_rebuild(room: Room) -> None:
    room.sql(FAMILY)
    told = room.do(
        TO_TEXT,
        AlterColumn(table=t("parent"), column="name", nullable=True),
        AddConstraint(table=t("parent"), constraint=Unique(columns=("name",), name="one_name")),
    )
    assert sum("INSERT INTO _limbeck_new_parent" in text for text in told) == 1
    assert room.sql_of("parent") == (
        'CREATE TABLE "parent" (\n\tid INTEGER PRIMARY KEY AUTOINCREMENT, -- the key\n'
        '\tname VARCHAR(20) COLLATE "nocase", \n\tage TEXT, \n\tCONSTRAINT one_name UNIQUE (name)\n)'
    )


def test_rebuilds_that_read_each_other_stay_apart(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT, y INT)")
    first = room.read().table(t("a"))
    assert first is not None
    second = first.with_column(Column(name="z", type=type_("INT")))
    one = rebuild(first, second, using=[("z", text("x + y"))])
    two = rebuild(second, second, using=[("z", text("z * 2"))])
    three = rebuild(second, second, using=[("x", text("z"))])
    assert merged([one, two]) == (one, two)
    both = merged([one, three])
    assert both == (
        RebuildTable(
            have=first, want=second, copy=(("x", text("x + y")), ("y", text('"y"')), ("z", text("x + y")))
        ),
    )


# -- the operation's other beats ------------------------------------------------------------------------------


def test_describe_reverse_hazards(room: Room) -> None:
    room.sql(FAMILY)
    before = room.read()
    (operation,) = room.backend.rewrite(DropColumn(table=t("parent"), column="age"), before)
    assert isinstance(operation, RebuildTable)
    assert operation.describe() == "rebuild table parent: without age, indexes"
    assert [h.code for h in operation.hazards(before, Facts())] == ["SL12", "PG45"]
    assert operation.hazards(before, Facts(rows={t("parent"): 0})) == ()
    back = operation.reverse(before)
    assert isinstance(back, RebuildTable)
    assert back.want == before.table(t("parent"))
    assert [name for name, _ in back.copy] == ["id", "name"]
    assert operation.apply(before).table(t("parent")) == operation.want


def test_hazards_that_are_sqlites_own(room: Room) -> None:
    before = room.sql(FAMILY).sql("CREATE TABLE r (x REAL)").read()
    (told,) = room.backend.hazards(DropTable(table=t("parent")), before, Facts())
    assert (told.code, told.text) == (
        "SL09",
        "where foreign keys are enforced, dropping parent deletes the rows of child too",
    )
    assert room.backend.hazards(DropTable(table=t("child")), before, Facts()) == ()
    (operation,) = room.backend.rewrite(AlterColumn(table=t("r"), column="x", type=type_("TEXT")), before)
    (told,) = room.backend.hazards(operation, before, Facts())
    assert told.text == "r.x: numbers become texts of 15 digits"


# -- places ---------------------------------------------------------------------------------------------------


def test_attached_and_temporary_schemas(room: Room, tmp_path: Path) -> None:
    room.sql(f"ATTACH '{tmp_path / 'other.db'}' AS other")
    for schema in ("other", "temp"):
        room.sql(
            f"CREATE TABLE {schema}.a (id INTEGER PRIMARY KEY AUTOINCREMENT, x INT, CHECK (a.x > 0));"
            f"CREATE INDEX {schema}.i ON a (x); CREATE TABLE {schema}.b (a INT REFERENCES a ON DELETE CASCADE);"
            f"CREATE TRIGGER {schema}.tr AFTER INSERT ON a BEGIN DELETE FROM b WHERE 0; END;"
            f"INSERT INTO {schema}.a (x) VALUES (1), (2); INSERT INTO {schema}.b VALUES (1);"
        )
    for schema in ("other", "temp"):
        with room.transaction():
            before = room.read(schema)
            (operation,) = room.backend.rewrite(
                AlterColumn(table=t("a", schema), column="x", type=type_("TEXT")), before
            )
            room.run(operation.spell(room.backend, before))
        assert room.rows(f"SELECT * FROM {schema}.a") == [(1, "1"), (2, "2")]
        assert room.rows(f"SELECT * FROM {schema}.b") == [(1,)]
        after = room.read(schema)
        assert after.objects == before.objects
        assert after.tables == operation.apply(before).tables


def test_not_supported_in_place(room: Room) -> None:
    with pytest.raises(NotSupported, match="SQLite cannot alter"):
        TO_TEXT.spell(room.backend, room.sql(FAMILY).read())


def test_index_elements(room: Room) -> None:
    index = Index(
        elements=(IndexElement(column="x", descending=True, collation="NOCASE"),), name="i", unique=True
    )
    room.sql("CREATE TABLE a (x)")
    (statement,) = room.backend.create_index(t("a"), index)
    assert statement.text == 'CREATE UNIQUE INDEX i ON a (x COLLATE "NOCASE" DESC)'
    room.sql(statement.text)
    assert room.read().table(t("a")).indexes == (index,)


@pytest.mark.parametrize(
    ("operation", "statements"),
    [
        (
            AlterColumn(table=t("a"), column="y", nullable=False),
            ("SELECT count(*) FROM a WHERE y IS NULL", "ALTER TABLE a ALTER COLUMN y SET NOT NULL"),
        ),
        (
            AlterColumn(table=t("a"), column="x", nullable=True),
            ("ALTER TABLE a ALTER COLUMN x DROP NOT NULL",),
        ),
        (
            AddConstraint(table=t("a"), constraint=Check(sql=text("x > y"), name="c2")),
            ("ALTER TABLE a ADD CONSTRAINT c2 CHECK (x > y)",),
        ),
        (DropConstraint(table=t("a"), name="c"), ("ALTER TABLE a DROP CONSTRAINT c",)),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_what_3_53_does_by_itself(room: Room, operation: Operation, statements: tuple[str, ...]) -> None:
    room.sql("CREATE TABLE a (x INT NOT NULL, y INT, CONSTRAINT c CHECK (x > 0))")
    before = room.read()
    room.backend.id = replace(room.backend.id, version=(3, 52, 9))
    assert isinstance(room.backend.rewrite(operation, before)[0], RebuildTable)
    room.backend.id = replace(room.backend.id, version=(3, 53, 0))
    (same,) = room.backend.rewrite(operation, before)
    assert tuple(s.text for s in same.spell(room.backend, before)) == statements


def test_a_constraint_without_a_name_is_dropped_by_what_it_is(room: Room) -> None:
    room.sql("CREATE TABLE a (x INT UNIQUE CHECK (x > 0), y INT UNIQUE)")
    check = Check(sql=text("x > 0"))
    room.do(DropConstraint(table=t("a"), name=None, constraint=check))
    assert room.read().table(t("a")).constraints == (Unique(columns=("y",)), Unique(columns=("x",)))
