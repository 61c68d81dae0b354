"""Nothing is found where nothing changed: a table just made by create_all, for every type, default, constraint, name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from converge_generate import COMMENTS, IDENTITIES, NAMES, TABLES, Generator
from converge_laws import Invalid, Trial, build
from converge_models import Column, Item, Models, Table
from converge_trial import kept_places, on_kinds, trial  # noqa: F401  (fixtures)
from converge_types import KINDS

ID = Column("id", "sa.Integer()", "int", (("nullable", "False"),))
KEY = Item("pk", "sa.PrimaryKeyConstraint('id')", ("id",))
AT_ONCE = 40
LABELS = (("mood", ("sad", "it's", "two words")),)


def one(*columns: Column, items: tuple[Item, ...] = (), name: str = "t", **more: object) -> Models:
    return Models((Table(name, (ID, *columns), (KEY, *items), **more),), LABELS)  # type: ignore[arg-type]


def types(kind: str) -> Iterator[tuple[str, Models]]:
    for family, its in KINDS[kind].items():
        for type_ in ("enum:mood",) if family == "enum" else its.types:
            yield type_, one(Column("c", type_, family))
            yield f"{type_} not null", one(Column("c", type_, family, (("nullable", "False"),)))


def defaults(kind: str) -> Iterator[tuple[str, Models]]:
    for family, its in KINDS[kind].items():
        for type_ in ("enum:mood",) if family == "enum" else its.types:
            for default in its.defaults:
                yield f"{type_} {default}", one(Column("c", type_, family, (("server_default", default),)))


def items(kind: str) -> Iterator[tuple[str, Models]]:
    """Constraints and indexes of every sort the generator knows, named and unnamed, each on its own table."""
    seen: set[str] = set()
    for seed in range(60):
        for table in Generator(kind, seed).models().tables:
            for item in table.items:
                if item.kind in ("fk", "pk") or item.code in seen:
                    continue
                seen.add(item.code)
                alone = Table(table.name, table.columns, (item,), None)
                yield f"{item.code} #{len(seen)}", Models((alone,), Generator(kind, seed).models().enums)


def names(kind: str) -> Iterator[tuple[str, Models]]:
    for name in NAMES:
        items = (Item("index", f"sa.Index({('ix ' + name)[:60]!r}, {name!r})", (name,)),)
        if name != "id":
            yield f"column {name}", one(Column(name, "sa.Integer()", "int"), items=items)
    for name in TABLES:
        yield f"table {name}", one(Column("a", "sa.Integer()", "int"), name=name)


def comments(kind: str) -> Iterator[tuple[str, Models]]:
    for comment in COMMENTS if kind != "sqlite" else ():
        extra = (("comment", repr(comment)),)
        yield repr(comment), one(Column("c", "sa.Integer()", "int", extra), extra=extra)


def numbering(kind: str) -> Iterator[tuple[str, Models]]:
    for type_ in ("sa.SmallInteger()", "sa.Integer()", "sa.BigInteger()"):
        for extra in ((), (("autoincrement", "False"),)):
            yield f"{type_} {extra}", Models((Table("t", (Column("id", type_, "int", extra),), (KEY,)),))
        for identity in IDENTITIES if kind == "postgresql" else ():
            column = Column("id", type_, "int", (), (identity,))
            yield f"{type_} {identity}", Models((Table("t", (column,), (KEY,)),))


SORTS = {f.__name__: f for f in (types, defaults, items, names, comments, numbering)}


@on_kinds("postgresql", "postgresql15", "mariadb", "sqlite")
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_is_found_where_nothing_changed(trial: Trial, sort: str) -> None:
    found: dict[str, list[str]] = {}
    run = 0
    for many in _in_batches(SORTS[sort](trial.kind)):
        models = _together(many)
        trial.lived.empty()
        engine = trial.lived.engine()
        try:
            build(engine, models, ())
        except Invalid:  # one of them is not to be had: each by itself
            for name, alone in many:
                run += _alone(trial, name, alone, found)
            continue
        run += len(many)
        with engine.connect() as connection:
            lines = trial.tool.lines(trial.tool.compare(connection, models, (), None))
        if lines:
            for name, alone in many:
                _alone(trial, name, alone, found)
    assert run > 5 or (trial.kind == "sqlite" and sort == "comments")
    assert found == {}


def _alone(by: Trial, name: str, models: Models, found: dict[str, list[str]]) -> int:
    by.lived.empty()
    engine = by.lived.engine()
    try:
        build(engine, models, ())
    except Invalid:
        return 0
    with engine.connect() as connection:
        lines = by.tool.lines(by.tool.compare(connection, models, (), None))
    if lines:
        found[name] = lines
    return 1


def _in_batches(all_: Iterator[tuple[str, Models]]) -> Iterator[list[tuple[str, Models]]]:
    """Several tables to a database: a comparison costs the same for one and for many."""
    batch: list[tuple[str, Models]] = []
    for name, models in all_:
        if len(batch) == AT_ONCE or (batch and models.enums != batch[0][1].enums):
            yield batch
            batch = []
        batch.append((name, models))
    if batch:
        yield batch


def _together(many: list[tuple[str, Models]]) -> Models:
    tables = [m.tables[0] for _, m in many]
    unlike = len({t.name for t in tables}) == len(tables)
    named = tables if unlike else [replace(t, name=f"{t.name[:40]}_{n}") for n, t in enumerate(tables)]
    return Models(tuple(named), many[0][1].enums)
