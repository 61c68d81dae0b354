"""A table built anew, on a database that has no manner of its own for it: create, copy, drop, rename; names come last."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql

from limbeck.backends import backend_for
from limbeck.model.column import Column
from limbeck.model.constraint import Check, PrimaryKey, Unique
from limbeck.model.index import Index, IndexElement
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.compound import RebuildTable, rebuild

ID, OLD = (
    Column(name="id", type=TypeRef("INTEGER"), nullable=False),
    Column(name="order", type=TypeRef("INTEGER")),
)
HAVE = Table(name="t", columns=(ID, OLD), primary_key=PrimaryKey(columns=("id",), name="pk_t"))
WANT = Table(
    name="t",
    columns=(Column(name="order", type=TypeRef("TEXT")), ID),
    primary_key=PrimaryKey(columns=("id",), name="pk_t"),
    constraints=(Check(sql=SqlText("id > 0")), Unique(columns=("order",), name="uq")),
    indexes=(Index(elements=(IndexElement(column="order"),), name="ix"),),
)


def test_four_steps() -> None:
    backend = backend_for(postgresql.dialect())
    operation = rebuild(HAVE, WANT)
    before = Snapshot.of(backend.id, [HAVE])
    assert [" ".join(s.text.split()) for s in operation.spell(backend, before)] == [
        'CREATE TABLE _limbeck_new_t ( "order" TEXT, id INTEGER NOT NULL, CHECK (id > 0) )',
        'INSERT INTO _limbeck_new_t ("order", id) SELECT "order", id FROM t',
        "DROP TABLE t",
        "ALTER TABLE _limbeck_new_t RENAME TO t",
        "ALTER TABLE t ADD CONSTRAINT pk_t PRIMARY KEY (id)",
        'ALTER TABLE t ADD CONSTRAINT uq UNIQUE ("order")',
        'CREATE INDEX ix ON t ("order")',
    ]
    assert operation.apply(before).table(HAVE.key) == WANT


def test_its_reverse() -> None:
    back = rebuild(HAVE, WANT).reverse(Snapshot.of(backend_for(postgresql.dialect()).id, [HAVE]))
    assert back == RebuildTable(
        have=WANT, want=HAVE, copy=(("id", SqlText('"id"')), ("order", SqlText('"order"')))
    )
    assert back.describe() == "rebuild table t: order changed, columns in another order, constraints, indexes"
