"""Reading what SQLite stores: every fact comes back, and what is written from the values means the same to SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlite_room import Room, t

from limbeck.backends.sqlite.grammar import in_schema, parse_index, parse_table, parse_view
from limbeck.backends.sqlite.tokens import mentions, quote, tokenize, unquote, without_qualifier
from limbeck.backends.sqlite.types import affinity
from limbeck.model.constraint import Check, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, TextDefault
from limbeck.model.names import qualified
from limbeck.model.objects import Trigger, View
from limbeck.model.sqltext import SqlText
from limbeck.shore.freeze import Freezer

ODD = """
CREATE TABLE "we ird" (
  -- the key
  id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, -- behind id
  [a b] varchar ( 20 ) collate nocase constraint nn not null on conflict ignore default 'x,y)'
    constraint c1 check ([a b] <> '--'),
  g int generated always as (id*2) stored, h text as (lower("a b")),
  r int references p on delete set null on update cascade deferrable initially deferred, /* odd */ z,
  d default (datetime('now')) null, e default -5 unique on conflict replace,
  constraint u unique (z collate nocase desc, R) on conflict replace
  check (z > 0) foreign key (r, z) references q (x, y) match full not deferrable
  -- end
)
"""


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.close()


def test_every_fact(room: Room) -> None:
    table = room.sql("CREATE TABLE p (k TEXT PRIMARY KEY);" + ODD).read().table(t("we ird"))
    assert [(c.name, c.type.spelling, c.nullable, c.autoincrement) for c in table.columns] == [
        ("id", "INTEGER", False, True),
        ("a b", 'varchar ( 20 ) COLLATE "nocase"', False, False),
        ("g", "int", True, False),
        ("h", "text", True, False),
        ("r", "int", True, False),
        ("z", "", True, False),
        ("d", "", True, False),
        ("e", "", True, False),
    ]
    assert [c.default for c in table.columns] == [
        None,
        TextDefault(SqlText("'x,y)'")),
        Computed(sql=SqlText("id*2"), persisted=True),
        Computed(sql=SqlText('lower("a b")'), persisted=False),
        None,
        None,
        TextDefault(SqlText("(datetime('now'))")),
        TextDefault(SqlText("-5")),
    ]
    assert table.column("a b").options == (
        ("sqlite_not_null_name", "nn"),
        ("sqlite_on_conflict_not_null", "IGNORE"),
    )
    assert table.primary_key == PrimaryKey(columns=("id",), name="pk")
    assert table.options == (("sqlite_autoincrement", True),)
    assert table.constraints == (
        Check(sql=SqlText("[a b] <> '--'"), name="c1"),
        ForeignKey(
            columns=("r",),
            referred=t("p"),
            referred_columns=("k",),
            on_delete="SET NULL",
            on_update="CASCADE",
            deferrable=True,
            initially="DEFERRED",
            options=(("sqlite_implicit_columns", True),),
        ),
        Unique(columns=("e",), options=(("sqlite_on_conflict", "REPLACE"),)),
        Unique(
            columns=("z", "r"),
            name="u",
            options=(
                ("sqlite_collate", ("nocase", "")),
                ("sqlite_on_conflict", "REPLACE"),
                ("sqlite_order", ("DESC", "")),
            ),
        ),
        Check(sql=SqlText("z > 0")),
        ForeignKey(
            columns=("r", "z"), referred=t("q"), referred_columns=("x", "y"), match="full", deferrable=False
        ),
    )


@pytest.mark.parametrize("words", ["kept", "new"])
def test_written_again_it_is_read_the_same(room: Room, words: str) -> None:
    """From the stored words, and from the values alone."""
    other = Room()
    key = t("we ird")
    table = room.sql("CREATE TABLE p (k TEXT PRIMARY KEY);" + ODD).read().table(key)
    written = room.backend.writer.create_table(table, *([room.backend.book(key)] if words == "kept" else []))
    again = other.sql("CREATE TABLE p (k TEXT PRIMARY KEY);" + written).read().table(key)
    if words == "kept":
        assert again == table
        assert "-- behind id" in written and "-- the key" in written and "-- end" in written
        assert other.backend.writer.create_table(again, other.backend.book(key)) == written
    assert again.columns == table.columns
    assert set(again.constraints) == set(table.constraints)
    assert facts(other, "we ird") == facts(room, "we ird")
    other.close()


def facts(room: Room, table: str) -> list[Any]:
    """What SQLite's own pragmas say of a table, in no order."""
    pragmas = ("table_xinfo", "foreign_key_list", "index_list")
    found = [sorted(row[1:] for row in room.rows(f"PRAGMA {p}({quote(table)})")) for p in pragmas]
    uniques = [row[1] for row in room.rows(f"PRAGMA index_list({quote(table)})")]
    columns = sorted(str(room.rows(f"PRAGMA index_xinfo({quote(name)})")) for name in uniques)
    found[0] = [
        (*row[:2], row[2] or row[4], *row[3:]) for row in found[0]
    ]  # a key that is the rowid is not null anyway
    return [found[0], sorted(row[1:] for row in found[1]), sorted(row[1:] for row in found[2]), columns]


def test_what_reflection_does_not_tell(room: Room) -> None:
    room.sql("CREATE TABLE a (x INTEGER, y TEXT, PRIMARY KEY (y DESC, x)) STRICT, WITHOUT ROWID")
    table = room.read().table(t("a"))
    assert table.options == (("sqlite_strict", True), ("sqlite_with_rowid", False))
    assert table.primary_key.options == (("sqlite_order", ("DESC", "")),)
    assert [c.nullable for c in table.columns] == [False, False]
    assert room.backend.writer.create_table(table) == (
        "CREATE TABLE a (\n\tx INTEGER NOT NULL, \n\ty TEXT NOT NULL, \n\tPRIMARY KEY (y DESC, x)\n)"
        "\n WITHOUT ROWID,\n STRICT"
    )


def test_the_old_quirk_of_descending_keys(room: Room) -> None:
    """`INTEGER PRIMARY KEY DESC` in the column is not the rowid; in a clause of its own it is (sqlite.org/lang_createtable)."""
    room.sql("CREATE TABLE a (x INTEGER PRIMARY KEY DESC); CREATE TABLE b (x INTEGER, PRIMARY KEY (x DESC))")
    tables = room.read().tables
    assert [tables[t(n)].columns[0].autoincrement for n in "ab"] == [False, True]
    for name in "ab":
        assert parse_table(room.backend.writer.create_table(tables[t(name)])) is not None
    assert "PRIMARY KEY DESC" in room.backend.writer.create_table(tables[t("a")])


def test_objects_indexes_and_what_is_left_out(room: Room) -> None:
    room.sql(
        "CREATE TABLE a (x, y); CREATE INDEX i ON a (X DESC, lower(y) COLLATE nocase) WHERE y > 1;"
        "CREATE VIEW v (p, q) AS SELECT x, y FROM a -- words\n;"
        "CREATE TEMP TABLE later (x); CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1; END;"
        "CREATE VIRTUAL TABLE f USING fts5(t); ANALYZE"
    )
    snapshot = room.read()
    assert [str(k) for k in snapshot.tables] == ["a"]
    (index,) = snapshot.table(t("a")).indexes
    assert [(e.column, e.descending, e.sql and e.sql.text) for e in index.elements] == [
        ("x", True, None),
        (None, False, "lower(y) COLLATE nocase"),
    ]
    assert snapshot.object(View, t("v")).options == (("sqlite_columns", ("p", "q")),)
    trigger = snapshot.object(Trigger, t("a.tr"))
    assert trigger.definition.text == "CREATE TRIGGER tr AFTER INSERT ON a BEGIN SELECT 1; END"
    assert [str(k) for k in room.read("temp").tables] == ["temp.later"]


def test_a_bounded_number_of_queries(room: Room) -> None:
    from sqlalchemy import event

    room.sql("".join(f"CREATE TABLE t{i} (id INTEGER PRIMARY KEY, r INT REFERENCES t0);" for i in range(50)))
    asked: list[str] = []
    event.listen(room.connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert len(room.read().tables) == 50
    assert len(asked) == 2
    only = room.backend.read(room.connection, only=(t("t7"),))
    assert (list(only.tables), only.partial) == ([t("t7")], True)


def test_models_and_their_tables_are_equal(room: Room) -> None:
    """What is frozen from models, built by SQLAlchemy's own CREATE TABLE, is read back as the same value; and written from
    that value it is SQLAlchemy's own text."""
    metadata = sa.MetaData()
    sa.Table(
        "p",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50, collation="NOCASE"), nullable=False, unique=True),
        sa.Column("e", sa.Enum("a", "b", name="en", create_constraint=True)),
        sa.Column("b", sa.Boolean(create_constraint=True)),
        sa.Column("d", sa.DateTime, server_default=sa.func.now()),
        sa.Column("n", sa.Numeric(10, 2), server_default="0"),
        sa.Column("s", sa.String, server_default="it's"),
        sa.Column("c", sa.Integer, sa.Computed("id*2", persisted=True)),
        sa.Column("u", sa.Uuid),
        sa.CheckConstraint("n > 0", name="ck"),
        sa.Index("ix", "name", sa.text("lower(s)"), sqlite_where=sa.text("n > 1")),
    )
    sa.Table(
        "c",
        metadata,
        sa.Column(
            "a", sa.ForeignKey("p.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED", name="fk")
        ),
        sa.Column("x", sa.Integer, sqlite_on_conflict_not_null="IGNORE", nullable=False),
        sa.PrimaryKeyConstraint("a", "x"),
        sa.UniqueConstraint("x", sqlite_on_conflict="REPLACE"),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    sa.Table("numbered", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    metadata.create_all(room.connection)
    declared, stored = Freezer(room.engine.dialect).snapshot(metadata), room.read()
    assert stored.tables == declared.tables
    for table in metadata.sorted_tables:
        text = str(sa.schema.CreateTable(table).compile(dialect=room.engine.dialect)).strip()
        assert room.backend.writer.create_table(stored.table(t(table.name))) == text


# -- the tokenizer against SQLite ------------------------------------------------------------------------------

ALPHABET = st.text(alphabet="aB_1 .,;()'\"`[]-/*\n\tÜ$x=<>|%:?", max_size=25)


@given(ALPHABET)
def test_tokens_cover_the_text(text: str) -> None:
    """Tokens do not overlap, and what is between them is blank or comment."""
    last = 0
    for token in tokenize(text):
        assert token.start >= last
        assert text[token.start : token.end] == token.text
        gap = text[last : token.start]
        assert gap.strip(" \t\n\f\r") == "" or gap.lstrip(" \t\n\f\r").startswith(("--", "/*"))
        last = token.end


@given(
    st.text(
        alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)),
        min_size=1,
        max_size=12,
    )
)
def test_any_name_survives(name: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE {quote(name)} ({quote(name)} INT DEFAULT 'a''b' UNIQUE)")
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchone()
    parsed = parse_table(sql)
    assert (parsed.name, parsed.columns[0].name) == (name, name)
    assert parsed.columns[0].part("default").text == "'a''b'"
    assert mentions(sql, name)
    connection.close()


@given(
    st.lists(
        st.sampled_from(["INT", "CHARINT", "DOUBLE", "FLOATING POINT", "BLOB", "CLOB", "DATE", "x", "REAL"]),
        max_size=3,
    )
)
def test_affinity_is_sqlites(words: list[str]) -> None:
    spelling = " ".join(words)
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE a (x {spelling}); ")
    connection.executemany("INSERT INTO a VALUES (?)", [("12",), ("1.5",), (3,)])
    stored = [row[0] for row in connection.execute("SELECT typeof(x) FROM a")]
    expected = {
        "INTEGER": ["integer", "real", "integer"],
        "NUMERIC": ["integer", "real", "integer"],
        "REAL": ["real", "real", "real"],
        "TEXT": ["text", "text", "text"],
        "BLOB": ["text", "text", "integer"],
    }
    assert stored == expected[affinity(spelling)]
    connection.close()


def test_small_parts() -> None:
    assert [unquote(x) for x in ('"a""b"', "`a``b`", "[a b]", "'a''b'", "ab")] == [
        'a"b',
        "a`b",
        "a b",
        "a'b",
        "ab",
    ]
    assert without_qualifier('T.a > "t" . b AND x.t.c', "t") == "a > b AND x.c"
    assert in_schema("CREATE TRIGGER x AFTER INSERT ON a BEGIN SELECT 1; END", "o d").startswith(
        'CREATE TRIGGER "o d".x AFTER'
    )
    assert parse_view("create view v(a,b) as select 1, 2") == ("v", ("a", "b"), "select 1, 2")
    assert parse_index("CREATE UNIQUE INDEX i ON t (a) WHERE b IS NULL").where == "b IS NULL"
    assert qualified("a") == t("a")
