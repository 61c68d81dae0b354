"""From a pair that fails to a smallest one that fails by the same law: whatever can be taken away is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import converge_more
import converge_objects
from converge_models import Item, Models, Pair, Table, repaired


def shrunk(pair: Pair, fails: Callable[[Pair], bool], budget: int = 400) -> Pair:
    """`fails` tells whether a pair still fails in the same way. At most `budget` pairs are tried."""
    tried = 0
    better = True
    while better:
        better = False
        for candidate in candidates(pair):
            if candidate == pair:
                continue
            tried += 1
            if tried > budget:
                return pair
            if fails(candidate):
                pair, better = candidate, True
                break
    return pair


def candidates(pair: Pair) -> Iterator[Pair]:
    """Smaller pairs, the greatest steps first."""
    yield from converge_objects.candidates(pair)
    yield from converge_more.candidates(pair)
    keys = dict.fromkeys(t.key for m in (pair.a, pair.b) for t in m.tables)
    if len(keys) > 1:
        for key in keys:
            yield _both(
                pair, lambda m, key=key: replace(m, tables=tuple(t for t in m.tables if t.key != key))
            )
    if pair.rows:
        yield replace(pair, rows=False)
    if pair.a.naming or pair.b.naming:
        yield _both(pair, lambda m: replace(m, naming=False))
    for key in keys:
        old, new = pair.a.table(key), pair.b.table(key)
        if old is not None and new is not None and old != new:
            yield _pair(pair, pair.a, pair.b.with_table(old))
    for key in keys:
        if (schema := key[0]) is not None:
            yield _both(pair, lambda m, s=schema: _without_schema(m, s))
    if pair.a.enums != pair.b.enums:
        yield _pair(pair, pair.a, replace(pair.b, enums=pair.a.enums))
    for name in dict.fromkeys(s[0] for m in (pair.a, pair.b) for s in m.sequences):
        yield _both(
            pair, lambda m, name=name: replace(m, sequences=tuple(s for s in m.sequences if s[0] != name))
        )
    for key in keys:
        yield from _within(pair, key)


def _without_schema(models: Models, schema: str) -> Models:
    """Only where nothing refers to it."""
    if any(i.refers is not None and i.refers[0] == schema for t in models.tables for i in t.items):
        return models
    return replace(
        models, tables=tuple(replace(t, schema=None) if t.schema == schema else t for t in models.tables)
    )


def _within(pair: Pair, key: tuple[str | None, str]) -> Iterator[Pair]:
    tables = [t for m in (pair.a, pair.b) if (t := m.table(key)) is not None]
    for item in dict.fromkeys(i for t in tables for i in t.items):
        yield _both(pair, lambda m, item=item: _table(m, key, partial(_without_item, item)))
    for name in dict.fromkeys(c.name for t in tables for c in t.columns):
        yield _both(pair, lambda m, name=name: _table(m, key, partial(_without_column, name)))
    old, new = pair.a.table(key), pair.b.table(key)
    if old is not None and new is not None:
        yield _pair(pair, pair.a, pair.b.with_table(replace(new, items=old.items)))
        for column in new.columns:
            was = old.column(column.name)
            if was is not None and was != column:
                yield _pair(pair, pair.a, pair.b.with_table(new.with_column(was)))
                for extra in {*dict(was.extra), *dict(column.extra)}:
                    if was.get(extra) != column.get(extra):
                        changed = column.but(**{extra: was.get(extra)})
                        yield _pair(pair, pair.a, pair.b.with_table(new.with_column(changed)))
    for table in tables:
        if table.extra:
            yield _both(pair, lambda m: _table(m, key, lambda t: replace(t, extra=())))
        for column in table.columns:
            for extra in dict(column.extra):
                yield _both(
                    pair,
                    lambda m, name=column.name, extra=extra: _table(
                        m, key, lambda t: _without_extra(t, name, extra)
                    ),
                )
            if column.parts:
                yield _both(
                    pair,
                    lambda m, name=column.name: _table(
                        m,
                        key,
                        lambda t: t if (c := t.column(name)) is None else t.with_column(replace(c, parts=())),
                    ),
                )


def _without_extra(table: Table, name: str, extra: str) -> Table:
    column = table.column(name)
    return table if column is None else table.with_column(column.but(**{extra: None}))


def _without_item(item: Item, table: Table) -> Table:
    return replace(table, items=tuple(i for i in table.items if i != item))


def _without_column(name: str, table: Table) -> Table:
    return replace(table, columns=tuple(c for c in table.columns if c.name != name))


def _table(models: Models, key: tuple[str | None, str], change: Callable[[Table], Table]) -> Models:
    table = models.table(key)
    return models if table is None else models.with_table(change(table))


def _both(pair: Pair, change: Callable[[Models], Models]) -> Pair:
    return _pair(pair, change(pair.a), change(pair.b))


def _pair(pair: Pair, a: Models, b: Models) -> Pair:
    return converge_objects.repaired_pair(replace(pair, a=repaired(a), b=repaired(b)))
