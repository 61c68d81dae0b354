"""Which changes stand together in a file where the database builds tables anew, and which stay apart."""

from __future__ import annotations

from dataclasses import replace

from build import BACKEND, ck, col, fk, ix, pk, snapshot, table, uq
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from limbeck.backends.sqlite import SqliteBackend
from limbeck.diff.together import together
from limbeck.diff.walk import diff
from limbeck.errors import Irreversible
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.several import Several, flat
from limbeck.ops.table import CreateTable, DropTable

SQLITE = SqliteBackend(sqlite.dialect())  # type: ignore[no-untyped-call]
A, B, P = (QualifiedName(None, name) for name in "abp")


def alter(table: QualifiedName, column: str) -> AlterColumn:
    return AlterColumn(table=table, column=column, type=TypeRef("TEXT"))


def check(table: QualifiedName, name: str) -> AddConstraint:
    return AddConstraint(table=table, constraint=ck("x > 0", name))


def told(*operations: Operation) -> list[object]:
    """Each as its words; what stands together as a list."""
    return [
        [p.describe() for p in o.operations] if isinstance(o, Several) else str(getattr(o, "describe", o)())
        for o in together(SQLITE, operations)
        if isinstance(o, Operation)
    ]


def test_the_changes_of_each_table() -> None:
    assert told(alter(A, "x"), alter(B, "y"), check(A, "ca"), check(B, "cb")) == [
        ["alter column a.x: type TEXT", "add check ca (x > 0) on a"],
        ["alter column b.y: type TEXT", "add check cb (x > 0) on b"],
    ]


def test_one_rebuild_is_no_group() -> None:
    add = AddColumn(table=A, column=col("e"))
    fill = FillColumn(table=A, column="e", value=SqlText("''"))
    assert told(add, fill, alter(A, "e")) == [add.describe(), fill.describe(), "alter column a.e: type TEXT"]


def test_no_group_where_tables_are_altered_in_place() -> None:
    operations = (alter(A, "x"), alter(A, "y"))
    assert together(BACKEND, operations) == operations


def test_new_columns_and_their_values_lead() -> None:
    add = AddColumn(table=A, column=col("e"))
    fill = FillColumn(table=A, column="e", value=SqlText("'e' || z"))
    from_x = replace(fill, value=SqlText("x"))
    assert told(alter(A, "x"), add, fill, check(A, "c"))[0] == [
        o.describe() for o in (add, fill, alter(A, "x"), check(A, "c"))
    ]
    assert told(alter(A, "x"), add, from_x, check(A, "c"))[0] == [  # it reads what is altered before it
        o.describe() for o in (add, alter(A, "x"), from_x, check(A, "c"))
    ]


def test_a_foreign_key_waits_for_its_table_and_the_table_comes_first() -> None:
    key = AddConstraint(table=A, constraint=fk("x", "p.id", name="fk"))
    new = CreateTable(table=table("p", col("id"), pk("id")))
    assert told(alter(A, "x"), check(A, "c"), new, key) == [
        "create table p",
        [o.describe() for o in (alter(A, "x"), check(A, "c"), key)],
    ]
    needs_a = CreateTable(table=table("p", col("id"), col("a"), pk("id"), fk("a", "a.x")))
    assert told(alter(A, "x"), check(A, "c"), needs_a, key)[1:] == ["create table p", key.describe()]


def test_keys_and_columns_go_before_the_table_they_meant() -> None:
    gone = DropConstraint(table=A, name="fk", constraint_kind="foreign key")
    column = DropColumn(table=A, column="p")
    assert told(gone, DropTable(table=P), column) == [[gone.describe(), column.describe()], "drop table p"]


def test_names_of_indexes_are_taken_when_they_are_free() -> None:
    old = DropIndex(table=A, name="i")
    renamed = RenameIndex(table=B, name="i", new_name="j")
    new = CreateIndex(table=A, index=ix("i", "x"))
    assert told(alter(A, "x"), check(A, "c"), renamed, old)[-1] == old.describe()
    assert told(alter(A, "x"), check(A, "c"), old, new)[-1] == new.describe()


def test_what_has_no_way_back_stays_in_its_place() -> None:
    error = Irreversible(operation="x", why="y")
    operations = (alter(A, "x"), error, check(A, "c"))
    assert together(SQLITE, operations) == operations


COLUMNS = st.lists(st.sampled_from("xyz"), unique=True, min_size=1)
PARTS = {
    "uq": lambda c: uq(c, name=f"uq_{c}"),
    "ck": lambda c: ck(f"{c} > 0", f"ck_{c}"),
    "ix": lambda c: ix(f"ix_{c}", c),
}


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    tables = []
    for name in draw(st.lists(st.sampled_from("abp"), unique=True)):
        columns = draw(COLUMNS)
        types = {c: draw(st.sampled_from(["INTEGER", "TEXT"])) for c in columns}
        kinds = draw(st.sets(st.tuples(st.sampled_from(sorted(PARTS)), st.sampled_from(columns))))
        parts = [replace(PARTS[k](c), name=f"{name}_{k}_{c}") for k, c in sorted(kinds)]
        if draw(st.booleans()):
            other = draw(st.sampled_from("abp"))
            parts.append(fk(columns[0], f"{other}.id", name=f"{name}_fk"))
        tables.append(table(name, col("id"), pk("id"), *(col(c, types[c]) for c in columns), *parts))
    here = {t.name for t in tables}
    return snapshot(
        *(
            replace(
                t,
                constraints=tuple(
                    c for c in t.constraints if c.kind != "foreign key" or c.referred.name in here
                ),
            )
            for t in tables
        )
    )


@given(snapshots(), snapshots())
def test_law_all_of_it_in_an_order_that_leads_to_the_same(have: Snapshot, want: Snapshot) -> None:
    operations = diff(SQLITE, have, want)
    grouped = [o for o in together(SQLITE, operations) if isinstance(o, Operation)]
    assert sorted(o.describe() for o in flat(grouped)) == sorted(o.describe() for o in operations)
    one, other = have, have
    for operation in operations:
        one = operation.apply(one)
    for operation in grouped:
        other = operation.apply(other)
    assert {n: pictured(t) for n, t in other.tables.items()} == {
        n: pictured(t) for n, t in one.tables.items()
    }


def pictured(found: object) -> object:
    return (
        sorted(map(repr, found.columns)),  # type: ignore[attr-defined]
        sorted(map(repr, found.constraints)),  # type: ignore[attr-defined]
        sorted(map(repr, found.indexes)),  # type: ignore[attr-defined]
    )
