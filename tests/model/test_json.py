"""The law: loads(dumps(x)) == x, for every value; same value, same text."""

from __future__ import annotations

import json as plain_json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limbeck.errors import NotASnapshot, NotStorable
from limbeck.model import json
from limbeck.model.column import Column
from limbeck.model.constraint import Check, Exclude, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import (
    ByDatabase,
    Computed,
    Identity,
    SequenceDefault,
    SequenceOptions,
    TextDefault,
)
from limbeck.model.index import Index, IndexElement
from limbeck.model.marks import UNCHANGED, UNKNOWN, is_known
from limbeck.model.names import Name, QualifiedName
from limbeck.model.objects import Enum, Sequence
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import Call, Raw, TypeRef

names = st.text(min_size=1, max_size=5) | st.builds(Name, st.text(max_size=5), st.booleans())
qualified = st.builds(QualifiedName, st.none() | names, names)
sql = st.builds(SqlText, st.text(max_size=9), written=st.none() | st.text(max_size=4))
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.binary(max_size=4)
)
parts = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
        | st.builds(Call, names, st.lists(inner, max_size=2).map(tuple), imports=st.just(("import x",)))
    ),
    max_leaves=4,
)
types = st.builds(
    TypeRef,
    st.text(max_size=9),
    python=st.none()
    | st.builds(Call, st.just("sa.X"), st.lists(parts, max_size=2).map(tuple))
    | st.builds(Raw, st.text()),
    needs=st.lists(qualified, max_size=2).map(tuple),
)
options = st.lists(st.tuples(names, scalars | sql | st.lists(names).map(tuple)), max_size=2).map(tuple)
numbers = st.none() | st.integers(-5, 5)
defaults = st.one_of(
    st.none(),
    st.builds(TextDefault, sql),
    st.builds(Computed, sql=sql, persisted=st.none() | st.booleans()),
    st.builds(
        Identity,
        always=st.booleans(),
        options=st.builds(SequenceOptions, start=numbers, cycle=st.none() | st.booleans()),
    ),
    st.builds(SequenceDefault, qualified),
    st.just(ByDatabase()),
)
columns = st.builds(
    Column,
    name=names,
    type=types,
    nullable=st.booleans(),
    default=defaults,
    autoincrement=st.booleans(),
    comment=st.none() | st.text(max_size=4),
    options=options,
    renamed_from=st.none() | names,
)
some = st.lists(names, min_size=1, max_size=2).map(tuple)
constraints = st.one_of(
    st.builds(Unique, columns=some, name=st.none() | names, options=options),
    st.builds(Check, sql=sql, of_type=st.none() | names, in_column=st.none() | names),
    st.builds(ForeignKey, columns=some, referred=qualified, referred_columns=some, use_alter=st.booleans()),
    st.builds(Exclude, elements=st.just(()), where=st.none() | sql),
)
indexes = st.builds(
    Index,
    elements=st.lists(
        st.builds(IndexElement, column=names) | st.builds(IndexElement, sql=sql), max_size=2
    ).map(tuple),
    name=st.none() | names,
    unique=st.booleans(),
    options=options,
)
tables = st.builds(
    Table,
    name=names,
    schema=st.none() | names,
    columns=st.lists(columns, max_size=3).map(tuple),
    primary_key=st.none() | st.builds(PrimaryKey, columns=some),
    constraints=st.lists(constraints, max_size=2).map(tuple),
    indexes=st.lists(indexes, max_size=2).map(tuple),
    prefixes=st.lists(st.text(max_size=3), max_size=1).map(tuple),
)
objects = st.builds(Enum, name=names, labels=st.lists(st.text(max_size=2)).map(tuple)) | st.builds(
    Sequence, name=names
)
snapshots = st.builds(
    Snapshot.of,
    st.builds(BackendId, name=st.just("postgresql"), version=st.just((15, 4)), driver=st.just("psycopg")),
    st.lists(tables, max_size=3),
    st.lists(objects, max_size=2),
    stored=st.booleans(),
    partial=st.booleans(),
)


def everything(value: Any) -> str:
    """Also what equality leaves out; only of values made without what rides along."""
    return repr(value)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_a_value_comes_back(value: Table) -> None:
    again = json.loads(json.dumps(value))
    assert again == value
    assert everything(again) == everything(value)
    assert [getattr(c.name, "quote", None) for c in again.columns] == [
        getattr(c.name, "quote", None) for c in value.columns
    ]
    assert json.dumps(again) == json.dumps(value)


@settings(max_examples=40, deadline=None)
@given(snapshots)
def test_a_snapshot_comes_back(value: Snapshot) -> None:
    text = json.dump_snapshot(value)
    again = json.load_snapshot(text)
    assert again == value
    assert again.backend.driver == value.backend.driver
    assert json.dump_snapshot(again) == text


def test_the_order_of_tables_does_not_matter() -> None:
    one, two = Table(name="a"), Table(name="b", schema="s")
    of = lambda *tables: json.dump_snapshot(Snapshot.of(BackendId(name="sqlite"), tables))  # noqa: E731
    assert of(one, two) == of(two, one)


def test_marks_come_back() -> None:
    column = json.loads(json.dumps(Column(name="a", type=UNKNOWN, default=UNKNOWN)))
    assert not is_known(column.type)
    assert not is_known(column.default)
    assert column.nullable is True
    assert json.loads(json.dumps((UNCHANGED,)))[0] is UNCHANGED


def test_what_it_looks_like() -> None:
    column = Column(name="a", type=TypeRef("INTEGER"), nullable=False, default=TextDefault(SqlText("0")))
    assert plain_json.loads(json.dumps(column)) == {
        "is": "Column",
        "name": "a",
        "type": {"is": "TypeRef", "spelling": "INTEGER"},
        "nullable": False,
        "default": {"is": "TextDefault", "sql": {"is": "SqlText", "text": "0"}},
    }


def test_what_is_no_value_is_refused_by_its_place() -> None:
    with pytest.raises(NotStorable, match=r"cannot hold a object \(Column\.options\)"):
        json.dumps(Column(name="a", type=TypeRef("INTEGER"), options=(("x", object()),)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "it is no JSON"),
        ("[]", "does not begin with"),
        ('{"limbeck snapshot": 99}', "its format is 99, this is 1"),
        ('{"limbeck snapshot": 1}', "KeyError"),
        ('{"limbeck snapshot": 1, "backend": {"is": "Odd"}}', "'Odd', which nobody knows"),
        ('{"limbeck snapshot": 1, "backend": {"is": "Column", "size": 1}}', "Column: .*size"),
    ],
)
def test_other_files_are_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(NotASnapshot, match=why) as refused:
        json.load_snapshot(text, "snap.json")
    assert str(refused.value).startswith("snap.json is no snapshot")
