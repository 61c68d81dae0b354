"""Several changes of one table at once: what they do one by one, with the rows copied once."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from sqlite_room import Room, t, text, type_
from test_any_table import ROWS, TARGET, alterations, dependents, fill, q, tables

from limbeck.errors import LimbeckError
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, Unique
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import DropIndex
from limbeck.ops.several import Several

STUDENTS = t("students")
SCHOOL = """
CREATE TABLE teams (id INTEGER PRIMARY KEY);
CREATE TABLE students (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR, age INTEGER,
    team INTEGER CONSTRAINT fk_team REFERENCES teams, CONSTRAINT old CHECK (age > 0)
);
CREATE INDEX by_name ON students (name);
CREATE INDEX by_age ON students (age);
CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES students ON DELETE CASCADE);
CREATE VIEW names AS SELECT name FROM students;
CREATE TRIGGER born AFTER INSERT ON pets BEGIN UPDATE students SET age = age + 1 WHERE seq = new.owner; END;
INSERT INTO teams VALUES (1);
INSERT INTO students VALUES (1, NULL, 3, 1), (5, 'b', 4, NULL);
INSERT INTO pets VALUES (1, 1);
"""
CHANGES: tuple[Operation, ...] = (
    DropConstraint(table=STUDENTS, name="fk_team", constraint_kind="foreign key"),
    DropConstraint(table=STUDENTS, name="old", constraint_kind="check"),
    DropIndex(table=STUDENTS, name="by_age"),
    DropColumn(table=STUDENTS, column="team"),
    FillColumn(table=STUDENTS, column="name", value=text("'new ' || age")),
    AlterColumn(table=STUDENTS, column="name", type=type_("VARCHAR(40)"), nullable=False),
    AlterColumn(table=STUDENTS, column="age", type=type_("NUMERIC(5, 2)")),
    AddColumn(table=STUDENTS, column=Column(name="friend", type=type_("INTEGER"))),
    AddConstraint(table=STUDENTS, constraint=Check(sql=text("age >= 0"), name="fresh")),
    AddConstraint(table=STUDENTS, constraint=Unique(columns=("name",), name="one_name")),
    AddConstraint(
        table=STUDENTS,
        constraint=ForeignKey(
            columns=("friend",), referred=STUDENTS, referred_columns=("seq",), name="fk_friend"
        ),
    ),
)


def at_once(room: Room, changes: tuple[Operation, ...]) -> None:
    """As a stage does it: the first of them, then a look at the database, then the next."""
    room.told = []
    with room.transaction():
        rest = changes
        while rest:
            before = room.read()
            parts, number = room.backend.rewrite_first(rest, before)
            for part in parts:
                room.run(part.spell(room.backend, before))
                before = room.read()
            rest = rest[number:]


def copies(room: Room) -> int:
    return sum(
        sql.startswith(("INSERT INTO _limbeck_new_", 'INSERT INTO "_limbeck_new_')) for sql in room.told
    )


def contents(room: Room) -> dict[str, list[Any]]:
    names = [
        name for (name,) in room.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    return {name: sorted(room.rows(f"SELECT * FROM {q(name)}"), key=repr) for name in names}


def without_clock(found: dict[str, list[Any]]) -> str:
    """The second may turn between two runs that write CURRENT_TIMESTAMP."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "now", repr(found))


def broken(room: Room) -> Counter[tuple[Any, ...]]:
    return Counter(row[:3] for row in room.rows("PRAGMA foreign_key_check"))


def test_the_rows_are_copied_once_and_all_else_stays() -> None:
    room = Room().sql(SCHOOL)
    alone = Room().sql(SCHOOL)
    others = [row for row in room.catalog() if row[2] != "students" or row[0] == "trigger"]
    at_once(room, CHANGES)
    assert copies(room) == 1
    for change in CHANGES:
        at_once(alone, (change,))
    assert room.read().tables == alone.read().tables
    assert contents(room) == contents(alone)
    assert contents(room)["students"] == [(1, "new 4", 4, None), (5, "b", 4, None)]
    assert contents(room)["sqlite_sequence"] == [("students", 5)]
    assert contents(room)["pets"] == [(1, 1)]
    assert "AUTOINCREMENT" in room.sql_of("students")
    assert [row for row in room.catalog() if row[2] != "students" or row[0] == "trigger"] == others
    room.sql("INSERT INTO pets VALUES (2, 5)")
    assert room.rows("SELECT age FROM students WHERE seq = 5") == [(5,)]
    assert room.rows("SELECT name FROM names ORDER BY 1") == [("b",), ("new 4",)]
    room.assert_sound()


def test_a_fill_that_a_trigger_wants_to_see_is_done_by_itself() -> None:
    room = Room().sql(SCHOOL)
    room.sql("CREATE TABLE seen (name TEXT)")
    room.sql(
        "CREATE TRIGGER named AFTER UPDATE OF name ON students BEGIN INSERT INTO seen VALUES (new.name); END"
    )
    at_once(room, CHANGES)
    assert room.rows("SELECT * FROM seen") == [("new 4",)]
    assert copies(room) == 2


def test_a_fill_meets_the_conflict_clauses_of_its_own_time() -> None:
    """A row whose UPDATE a clause ignores stays as it is, also where the clause goes in the next breath."""
    rooms = Room(), Room()
    fill = FillColumn(table=t("r"), column="a", value=text("5"))
    drop = DropConstraint(table=t("r"), name="u", constraint_kind="unique")
    for room in rooms:
        room.sql("CREATE TABLE r (id INTEGER PRIMARY KEY, a INT, CONSTRAINT u UNIQUE (a) ON CONFLICT IGNORE)")
        room.sql("INSERT INTO r VALUES (1, NULL), (2, NULL)")
    at_once(rooms[0], (fill, drop))
    for change in (fill, drop):
        at_once(rooms[1], (change,))
    assert contents(rooms[0]) == contents(rooms[1])
    assert contents(rooms[0])["r"] == [(1, 5), (2, None)]


def test_what_sqlite_does_by_itself_stays_so() -> None:
    room = Room().sql(SCHOOL)
    at_once(
        room,
        (
            AddColumn(table=STUDENTS, column=Column(name="x", type=type_("TEXT"))),
            RenameColumn(table=STUDENTS, column="x", new_name="y"),
            DropColumn(table=STUDENTS, column="y"),
        ),
    )
    assert copies(room) == 0
    assert [sql.split(" students ")[1].split()[0] for sql in room.told if " students " in sql] == [
        "ADD",
        "RENAME",
        "DROP",
    ]


def test_values_pass_through_each_type() -> None:
    """A text '7' that was a float for a moment is '7.0'."""
    room = Room().sql("CREATE TABLE r (id INTEGER PRIMARY KEY, x BLOB)").sql("INSERT INTO r VALUES (1, '7')")
    through = [AlterColumn(table=t("r"), column="x", type=type_(name)) for name in ("FLOAT", "TEXT")]
    at_once(room, tuple(through))
    assert room.rows("SELECT x FROM r") == [("7.0",)]


def test_a_failure_leaves_nothing_half_done() -> None:
    room = Room().sql(SCHOOL)
    before = room.catalog(), contents(room)
    wrong = AddConstraint(table=STUDENTS, constraint=Check(sql=text("age > 4"), name="wrong"))
    with pytest.raises((LimbeckError, sa.exc.DBAPIError), match="wrong"):
        at_once(room, (*CHANGES, wrong))
    assert (room.catalog(), contents(room)) == before


@st.composite
def cases(draw: Any) -> Any:
    create, columns = draw(tables())
    around = draw(dependents(columns))
    change = alterations(columns, "STRICT" in create) | st.builds(
        lambda name, value: FillColumn(table=t(TARGET), column=name, value=text(value)),
        st.sampled_from(columns),
        st.sampled_from(["5", "'x'", "id"]),
    )
    return create, columns, around, draw(ROWS), draw(st.lists(change, min_size=2, max_size=5))


@settings(
    max_examples=int(os.environ.get("LIMBECK_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(cases())
def test_law_what_works_one_by_one_is_the_same_at_once(case: Any) -> None:
    create, columns, around, rows, changes = case
    rooms = Room(), Room()
    try:
        for room in rooms:
            room.sql("CREATE TABLE log (id INTEGER);" + create + ";" + ";".join(around))
            fill(room, columns, rows)
        one_by_one, together = rooms
        before = broken(one_by_one)
        try:
            for change in changes:
                at_once(one_by_one, (change,))
        except (LimbeckError, sa.exc.DBAPIError):
            assume(False)
        assume(not broken(one_by_one) - before)  # a fill may break them; a rebuild says so at once
        at_once(together, (Several(operations=tuple(changes)).operations))
        event(f"{copies(together)} copies")
        assert together.read().tables == one_by_one.read().tables
        assert together.read().objects == one_by_one.read().objects
        assert without_clock(contents(together)) == without_clock(contents(one_by_one))
        assert broken(together) == broken(one_by_one)
    finally:
        for room in rooms:
            room.close()
