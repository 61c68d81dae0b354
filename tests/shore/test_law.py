"""The law of the shore: CREATE TABLE and CREATE INDEX of thaw(freeze(t)) are SQLAlchemy's own text for t.

It also holds after a JSON round trip, where nothing rides along, for all that stands in a table.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.visitors import replacement_traverse

from limbeck.errors import CannotSpell
from limbeck.model import json
from limbeck.model.types import Call, Raw
from limbeck.shore import compat, ddl
from limbeck.shore.freeze import Freezer
from limbeck.shore.thaw import Spelled
from limbeck.source import layout

from .dialects import EVERY, NAMES, Sized, dialect
from .tables import tables

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


def own_text(construct: Any, name: str) -> str:
    """What SQLAlchemy writes, by itself; the doubled percent signs of a driver's own compiler taken back."""
    made = dialect(name)
    with written_values(construct.element, made):
        text = str(construct.compile(dialect=made)).strip()
    return text.replace("%%", "%") if made.identifier_preparer._double_percents else text


@contextmanager
def written_values(element: Any, made: Any) -> Iterator[None]:
    """The values in the table's computed columns stand as text, for as long as this lasts, where an extension spells
    Computed anew for this dialect.

    SQLAlchemy writes them itself (`literal_binds`). GeoAlchemy2, once imported, spells Computed for MySQL and MariaDB
    without that and leaves `%s`, which no database takes; its own text is then that of the same clause without
    values."""
    hooks = getattr(vars(sa.Computed).get("_compiler_dispatcher"), "specs", {})
    computed = [c.computed for c in getattr(element, "c", ()) if c.computed is not None]
    before = [(c, c.sqltext) for c in computed if made.name in hooks]

    def text_of(part: Any, **_: Any) -> Any:
        if part.__visit_name__ != "bindparam":
            return None
        return sa.literal_column(str(part.compile(dialect=made, compile_kwargs={"literal_binds": True})))

    for one, clause in before:
        one.sqltext = replacement_traverse(clause, {}, text_of)
    try:
        yield
    finally:
        for one, clause in before:
            one.sqltext = clause


def shown(case: tuple[str, Any]) -> str:
    return f"{case[0]}-{case[1]!r}"


@pytest.mark.parametrize("case", EVERY, ids=shown)
def test_every_type_spells_itself_in_its_column(case: tuple[str, Any]) -> None:
    name, type_ = case
    table = sa.Table("t", sa.MetaData(), sa.Column("c", type_))
    try:
        wanted = own_text(CreateTable(table), name)
    except SQLAlchemyError:
        with pytest.raises(CannotSpell, match=r"(the type of column t\.c|table t) cannot be spelled for "):
            ddl.create_table(dialect(name), Freezer(dialect(name)).table(table))
        return
    frozen = Freezer(dialect(name)).table(table)
    assert ddl.create_table(dialect(name), frozen).text == wanted
    assert ddl.create_table(dialect(name), json.loads(json.dumps(frozen))).text == wanted


@pytest.mark.parametrize("case", EVERY, ids=shown)
def test_the_python_of_every_type_makes_one_that_spells_the_same(case: tuple[str, Any]) -> None:
    name, type_ = case
    try:
        frozen = Freezer(dialect(name)).type(type_)
    except CannotSpell:
        return
    if isinstance(type_, Sized):
        assert frozen.python is None
        return
    assert isinstance(frozen.python, (Call, Raw))
    again = evaluated(frozen.python)
    assert Freezer(dialect(name)).type(again).spelling == frozen.spelling
    assert type(again) is type(type_)


def evaluated(value: Any) -> Any:
    """As a revision file would: its import lines, then the expression."""
    names: dict[str, Any] = {}
    for line in layout.imports_of(value):
        exec(line, names)
    return eval(layout.text(value), names)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(data=st.data())
def test_every_table_spells_itself(name: str, data: st.DataObject) -> None:
    table = data.draw(tables(name))
    frozen = Freezer(dialect(name)).table(table)
    for value in (frozen, json.loads(json.dumps(frozen))):
        assert ddl.create_table(dialect(name), value).text == own_text(CreateTable(table), name)
        indexes = {i.name: ddl.create_index(dialect(name), value.key, i).text for i in value.indexes}
        assert indexes == {
            compat.final_name(dialect(name), i): own_text(CreateIndex(i), name) for i in table.indexes
        }
    assert json.loads(json.dumps(frozen)) == frozen


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(data=st.data())
def test_the_callers_metadata_is_as_it_was(name: str, data: st.DataObject) -> None:
    table = data.draw(tables(name))
    before = picture(table.metadata)
    Freezer(dialect(name)).snapshot(table.metadata)
    after = picture(table.metadata)
    assert {key: after[key] for key in before} == before
    assert {key for key in after.keys() - before.keys() if key[-1] not in MEMORIES.split()} == set()


@pytest.mark.parametrize("name", NAMES)
def test_frozen_values_keep_nothing_of_the_caller_alive(name: str) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Enum("x", "y", name="xy", create_constraint=True), sa.Computed("1")),
        sa.Column(
            "b",
            sa.String(9),
            sa.CheckConstraint("1 = 1"),
            server_default=sa.func.now(),
            info={"any": "thing"},
        ),
        sa.Column("c", sa.ForeignKey("t.b"), index=True),
    )
    sa.Index("i", sa.func.lower(table.c.b), postgresql_where=table.c.b > "x", sqlite_where=table.c.b > "x")
    gone = weakref.ref(metadata)
    connected = dialect(name)
    frozen = Freezer(connected).snapshot(metadata)
    del table, metadata
    gc.collect()
    assert frozen.tables
    assert gone() is None


MEMORIES = """comparator _label _key_label _tq_label _tq_key_label _ddl_label _static_cache_key _memoized_keys
     _type_affinity name_proxies description _autoincrement_column columns"""
"""What SQLAlchemy itself remembers on an object that it has spelled; nobody sees a difference."""


def picture(metadata: Any) -> dict[tuple[Any, ...], str]:
    """Every attribute of everything in it."""
    found: dict[tuple[Any, ...], str] = {}
    for table in metadata.tables.values():
        things = [table, *table.columns, *(c.type for c in table.columns), *table.foreign_keys]
        things += [*sorted(table.constraints, key=id), *sorted(table.indexes, key=id)]
        for number, thing in enumerate(things):
            for name, value in list(vars(thing).items()):
                found[table.key, number, type(thing).__name__, name] = repr(value)
    return found


def test_spelled_text_is_not_read_again() -> None:
    assert (
        str(Spelled("a % 2 = 0 AND b = ':c'").compile(dialect=dialect("sqlite"))) == "a % 2 = 0 AND b = ':c'"
    )
    assert str(Spelled("a % 2").compile(dialect=dialect("psycopg"))) == "a %% 2"
