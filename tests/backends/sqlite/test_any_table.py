"""The law of the rebuild, over random tables, rows, dependents and alterations, on real SQLite.

Either all of it happened or nothing did. Where it happened: rows of columns that were not touched are as before, whatever else
stood in the database stands there in the same words and works, and the reverse gives the first look back.
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlite_room import Room, t, text, type_

from limbeck.errors import LimbeckError
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, Unique
from limbeck.model.defaults import TextDefault
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.compound import RebuildTable
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Operation

MANY = int(os.environ.get("LIMBECK_EXAMPLES", "150"))
NAMES = ("a", "b c", 'q"t', "select", "Ünï", "x]y", "Name")
TARGET = "the table"


def q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@st.composite
def tables(draw: Any) -> tuple[str, list[str]]:
    """CREATE TABLE of the table that will change, and its columns that rows can be written to."""
    strict = draw(st.booleans())
    without_rowid = draw(st.booleans())
    types = (
        ("INTEGER", "TEXT", "REAL", "ANY", "BLOB")
        if strict
        else ("int", "VARCHAR(20)", "", "Real", "NUMERIC(10, 2)")
    )
    key = draw(
        st.sampled_from(
            [
                "id INTEGER PRIMARY KEY",
                "id INTEGER PRIMARY KEY DESC",
                "id INTEGER NOT NULL PRIMARY KEY ON CONFLICT FAIL",
            ]
            + (["id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT"] if not without_rowid else [])
        )
    )
    parts, writable = [key + draw(st.sampled_from(["", ", -- the key\n", ", /* key */"]))], []
    parts[0] = parts[0].rstrip(", ") if parts[0].endswith(", ") else parts[0]
    lines = [parts[0] if parts[0].endswith(("\n", "*/")) else parts[0] + ", "]
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    for name in names:
        words = [q(name), draw(st.sampled_from(types))]
        words.append(draw(st.sampled_from(["", "COLLATE nocase", "COLLATE binary"])))
        words.append(
            draw(st.sampled_from(["", "", "NOT NULL", "CONSTRAINT nn NOT NULL ON CONFLICT IGNORE", "NULL"]))
        )
        words.append(draw(st.sampled_from(["", "", "DEFAULT 7", "DEFAULT (3 + 4)", "default -1"])))
        words.append(draw(st.sampled_from(["", "", "UNIQUE", "UNIQUE ON CONFLICT REPLACE"])))
        words.append(
            draw(
                st.sampled_from(
                    [
                        "",
                        "",
                        f"CHECK ({q(name)} <> 'no, -- (')",
                        f"CONSTRAINT ck CHECK ({q(TARGET)}.{q(name)} <> 'x')",
                    ]
                )
            )
        )
        lines.append(" ".join(w for w in words if w) + ", ")
        writable.append(name)
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["VIRTUAL", "STORED", ""]))
        type_name = "TEXT" if strict else draw(st.sampled_from(["TEXT", ""]))
        lines.append(f"made {type_name} GENERATED ALWAYS AS (id || 'x') {kind}, ")
    if draw(st.booleans()):
        lines.append(f"boss INTEGER REFERENCES {q(TARGET)} ON DELETE CASCADE, ")
        writable.append("boss")
    constraints = draw(
        st.lists(
            st.sampled_from(
                [
                    f"CONSTRAINT u UNIQUE ({q(names[0])} COLLATE rtrim, {q(names[1])} DESC) ON CONFLICT IGNORE",
                    f"CHECK ({q(names[0])} IS NOT 'never')",
                    f"CONSTRAINT c1 CHECK (length({q(names[1])}) < 100)",
                    f"CONSTRAINT f FOREIGN KEY ({q(names[0])}) REFERENCES nowhere (z) DEFERRABLE INITIALLY DEFERRED",
                ]
            ),
            max_size=3,
            unique=True,
        )
    )
    options = ["STRICT"] * strict + ["WITHOUT ROWID"] * without_rowid
    body = "".join(lines).rstrip(", ") + "".join(f", {c}" for c in constraints)
    return f"CREATE TABLE {q(TARGET)} ({body}) {', '.join(options)}", writable


@st.composite
def dependents(draw: Any, columns: list[str]) -> list[str]:
    name = draw(st.sampled_from(columns))
    every = [
        f"CREATE TABLE child (id INTEGER PRIMARY KEY, p INT REFERENCES {q(TARGET)} ON DELETE CASCADE ON UPDATE CASCADE)",
        f"CREATE TABLE other (p INT, FOREIGN KEY (p) REFERENCES {q(TARGET.upper())} (id) ON DELETE SET NULL)",
        f"CREATE VIEW v AS SELECT id, 1 AS one FROM {q(TARGET)}",
        "CREATE VIEW vv (x) AS SELECT one FROM v",
        f"CREATE INDEX i1 ON {q(TARGET)} ({q(name)} COLLATE nocase DESC)",
        f"CREATE UNIQUE INDEX i2 ON {q(TARGET)} (id + 1) WHERE id > 2",
        f"CREATE TRIGGER t1 AFTER INSERT ON {q(TARGET)} BEGIN INSERT INTO log VALUES (new.id); END",
        f"CREATE TRIGGER t2 BEFORE INSERT ON log WHEN 0 BEGIN UPDATE {q(TARGET)} SET id = id; DELETE FROM {q(TARGET)}; END",
        f"CREATE TRIGGER t3 AFTER DELETE ON {q(TARGET)} BEGIN INSERT INTO log VALUES (-old.id); END",
    ]
    chosen = [sql for sql in every if draw(st.booleans())]
    return [sql for sql in chosen if not (sql.startswith("CREATE VIEW vv") and every[2] not in chosen)]


VALUES = st.sampled_from([None, 1, 2, "a", "B", 1.5, "7", "x y", 10**15])
ROWS = st.lists(st.tuples(st.integers(-3, 40), st.lists(VALUES, min_size=5, max_size=5)), max_size=6)


@st.composite
def alterations(draw: Any, columns: list[str], strict: bool) -> Operation:
    name = draw(st.sampled_from(columns))
    other = draw(st.sampled_from(columns))
    table = t(TARGET)
    new_type = type_(
        draw(st.sampled_from(["TEXT", "INTEGER", "ANY"] if strict else ["TEXT", "BIGINT", "DATE", "FLOAT"]))
    )
    default = TextDefault(text(draw(st.sampled_from(["5", "'x'", "(1 + 1)", "CURRENT_TIMESTAMP"]))))
    return draw(
        st.sampled_from(
            [
                AlterColumn(table=table, column=name, type=new_type),
                AlterColumn(table=table, column=name, nullable=False),
                AlterColumn(table=table, column=name, nullable=True),
                AlterColumn(table=table, column=name, default=default),
                AlterColumn(table=table, column=name, default=None),
                AddConstraint(
                    table=table, constraint=Check(sql=text(f"{q(name)} IS NOT 'zz'"), name="added")
                ),
                AddConstraint(table=table, constraint=Unique(columns=(name, "id"), name="uq")),
                AddConstraint(
                    table=table,
                    constraint=ForeignKey(
                        columns=(other,),
                        referred=t("log"),
                        referred_columns=("id",),
                        name="fk",
                        on_delete="CASCADE",
                    ),
                ),
                DropConstraint(table=table, name="u"),
                DropConstraint(table=table, name="ck"),
                AddColumn(table=table, column=Column(name="new", type=new_type)),
                AddColumn(
                    table=table, column=Column(name="new", type=new_type, nullable=False, default=default)
                ),
                AddColumn(table=table, column=Column(name="new", type=new_type, nullable=False)),
                DropColumn(table=table, column=name),
                RenameColumn(table=table, column=name, new_name="re named"),
            ]
        )
    )


@st.composite
def cases(draw: Any) -> Any:
    create, columns = draw(tables())
    around = draw(dependents(columns))
    changes = [draw(alterations(columns, "STRICT" in create)) for _ in range(draw(st.integers(1, 3)))]
    return create, columns, around, draw(ROWS), changes, draw(st.booleans())


EXPECTED = (
    "UNIQUE",
    "CHECK",
    "NOT NULL",
    "constraint",
    "cannot store",
    "datatype",
    "after drop column",
    "after rename",
    "mismatch",
    "duplicate column",
    "no such column",
)


@settings(
    max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(cases())
def test_all_or_nothing_and_nothing_else(case: Any) -> None:
    create, columns, around, rows, changes, enforced = case
    room = Room()
    try:
        room.sql("CREATE TABLE log (id INTEGER);" + create)
        for sql in around:
            room.sql(sql)
        fill(room, columns, rows)
        room.sql(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")
        before, first = everything(room), room.read()
        try:
            performed = perform(room, changes)
        except (LimbeckError, sa.exc.DBAPIError) as error:
            event(type(error).__name__)
            assert isinstance(error, LimbeckError) or any(word in str(error) for word in EXPECTED), error
            assert everything(room) == before
            return
        event("done")
        check_after(room, before, changes)
        assert room.read().tables == performed[-1][1].tables
        go_back(room, performed, first)
    finally:
        room.close()


def perform(room: Room, changes: list[Operation]) -> list[Any]:
    performed = []
    with room.transaction():
        now = room.read()
        after = now
        for change in changes:
            for operation in room.backend.rewrite(change, now):
                room.run(operation.spell(room.backend, now))
                after = operation.apply(now)
                performed.append((operation, after, now))
            now = after
    return performed or [(None, now, now)]


def go_back(room: Room, performed: list[Any], first: Any) -> None:
    if not all(isinstance(operation, RebuildTable) for operation, _, _ in performed):
        return
    lost = any(len(operation.want.columns) < len(operation.have.columns) for operation, _, _ in performed)
    there = everything(room)
    try:
        with room.transaction():
            for operation, after, earlier in reversed(performed):
                room.run(operation.reverse(earlier).spell(room.backend, after))
    except (LimbeckError, sa.exc.IntegrityError):
        assert lost  # values that went with a column do not come back, and what is to stand there must be unique, not null
        assert everything(room) == there
        return
    again = room.read()
    assert again.tables == first.tables
    assert again.objects == first.objects


def fill(room: Room, columns: list[str], rows: Any) -> None:
    for id_, values in rows:
        names = ["id", *(c for c in columns if c != "boss")]
        marks = ", ".join("?" * len(names))
        given = [id_, *values[: len(names) - 1]]
        try:
            room.raw.execute(f"INSERT INTO {q(TARGET)} ({', '.join(map(q, names))}) VALUES ({marks})", given)
        except Exception:
            continue
    room.raw.commit()
    if "boss" in columns:
        room.sql(f"UPDATE OR IGNORE {q(TARGET)} SET boss = id WHERE id > 5")
    for name in ("child", "other"):
        if room.rows(f"SELECT 1 FROM sqlite_master WHERE name = '{name}'"):
            room.sql(f"INSERT INTO {name} (p) SELECT id FROM {q(TARGET)}")
    room.sql("DELETE FROM log")


def everything(room: Room) -> Any:
    names = [row[0] for row in room.rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    contents = {name: dicts(room, name) for name in names}
    return room.catalog(), contents, room.rows("PRAGMA foreign_keys"), list(columns_of(room))


def dicts(room: Room, name: str) -> list[dict[str, Any]]:
    """Rows by column, with the type of each value: 1 is not '1' and not 1.0."""
    cursor = room.raw.execute(f"SELECT * FROM {q(name)}")
    names = [d[0] for d in cursor.description]
    rows = ({n: (type(v).__name__, v) for n, v in zip(names, row, strict=True)} for row in cursor.fetchall())
    return sorted(rows, key=repr)


def columns_of(room: Room) -> list[str]:
    return [row[1] for row in room.rows(f"PRAGMA table_xinfo({q(TARGET)})")]


def check_after(room: Room, before: Any, changes: list[Operation]) -> None:
    catalog, contents, enforced, _ = everything(room)
    assert room.rows("PRAGMA integrity_check") == [("ok",)]
    assert enforced == before[2]
    touched = {getattr(c, "column", None) for c in changes if not isinstance(c, AddColumn)}
    dropped = any(isinstance(c, (DropColumn, RenameColumn)) for c in changes)
    kept = {
        (row[0], row[1]): row[3]
        for row in before[0]
        if row[1] != TARGET and not row[1].startswith("sqlite_auto")
    }
    now = {(row[0], row[1]): row[3] for row in catalog}
    for key, sql in kept.items():
        if dropped and key[0] in ("index", "trigger", "view", "table"):
            continue  # a column's index goes with it; RENAME COLUMN rewrites what names it
        assert key[0] == "index" or now[key] == sql
        assert key in now
    for name, rows in before[1].items():
        if name != TARGET:
            assert contents[name] == rows
    old, new = before[1][TARGET], contents[TARGET]
    assert len(old) == len(new)
    touched |= {"new", "re named"}
    assert untouched(new, before[3], touched) == untouched(old, before[3], touched)


def untouched(rows: list[dict[str, Any]], names: list[str], touched: set[Any]) -> list[Any]:
    return sorted(
        ({n: row.get(n) for n in names if n not in touched and n != "made"} for row in rows), key=repr
    )
