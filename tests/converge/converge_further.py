"""What pairs from seed FURTHER on have besides: on MariaDB indexes over the beginnings of texts, FULLTEXT indexes and a number
that is given inside a wider key; on PostgreSQL columns of a type that an extension brings."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from converge_models import Column, Item, Models, Pair, Table

Key = tuple[str | None, str]
May = Callable[[Column, Table, Models], bool]
FURTHER = 200_000
"""The first seed that has more still."""
SIDES = ("a", "b", "both", "both")
BEGINNINGS = ("str", "text")


class Further:
    def __init__(self, kind: str, chance: random.Random) -> None:
        self.kind = kind
        self.random = chance

    def pair(self, pair: Pair) -> Pair:
        if self.kind == "mariadb":
            return self.numbered(self.indexed(pair))
        return self.of_extension(pair) if self.kind == "postgresql" else pair

    def indexed(self, pair: Pair) -> Pair:
        """Up to two indexes over beginnings of texts or all of their words, on one side or on both; there they may differ."""
        for number in range(self.random.choice((0, 1, 1, 2))):
            drawn = self._drawn(
                columns_where(pair, lambda column, table, models: column.family in BEGINNINGS)
            )
            if drawn is None:
                break
            key, name, where = drawn
            words = self.random.random() < 0.4
            pair = on_sides(
                pair,
                where,
                lambda m, key=key, name=name, n=number, w=words: self._with_index(
                    m, key, name, f"further {n}", w
                ),
                f"further index over {key[1]}.{name}",
            )
        return pair

    def _drawn(self, able: list[tuple[Key, str]]) -> tuple[Key, str, str] | None:
        """One of the columns, and the side."""
        return (*self.random.choice(able), self.random.choice(SIDES)) if able else None

    def _with_index(self, models: Models, key: Key, name: str, called: str, words: bool) -> Models:
        table = models.table(key)
        column = None if table is None else table.column(name)
        if table is None or column is None or column.family not in BEGINNINGS or column.parts:
            return models
        if words and any(i.kind == "fk" and name in i.columns for i in table.items):
            return models  # MariaDB 10.11 takes away the index that it made for the key, and the key has none
        option = f"mysql_length={{{name!r}: {self.random.choice((3, 5, 10))}}}"
        said = "mysql_prefix='FULLTEXT'" if words else option
        item = Item("index", f"sa.Index({called!r}, {name!r}, {said})", (name,))
        return models.with_table(replace(table, items=(*table.items, item)))

    def numbered(self, pair: Pair) -> Pair:
        """The first column of a wider key numbers itself, on one side or on both."""
        return self._perhaps(pair, _may_number, {"autoincrement": "True"}, "numbers itself in a wider key")

    def of_extension(self, pair: Pair) -> Pair:
        """A text becomes one without case (the extension citext), on one side or on both."""
        return self._perhaps(pair, _may_be_caseless, {}, "without case", type="postgresql.CITEXT()")

    def _perhaps(self, pair: Pair, may: May, extra: dict[str, str], told: str, **changed: str) -> Pair:
        """One of the columns that `may` is changed, in every second pair."""
        if self.random.random() < 0.5:
            return pair
        drawn = self._drawn(columns_where(pair, may))
        if drawn is None:
            return pair
        key, name, where = drawn

        def change(models: Models) -> Models:
            table = models.table(key)
            column = None if table is None else table.column(name)
            if table is None or column is None or not may(column, table, models):
                return models
            return models.with_table(table.with_column(replace(column.but(**extra), **changed)))

        return on_sides(pair, where, change, f"{key[1]}.{name} {told}")


def on_sides(pair: Pair, where: str, change: Callable[[Models], Models], told: str) -> Pair:
    """The pair with one side changed, or both."""
    a, b = (change(m) if where in (side, "both") else m for side, m in (("a", pair.a), ("b", pair.b)))
    return replace(pair, a=a, b=b, changes=(*pair.changes, f"{told}: {where}"))


def columns_where(pair: Pair, may: May) -> list[tuple[Key, str]]:
    """The columns of either side that may, by table and name; twice where both sides have them."""
    return [(t.key, c.name) for m in (pair.a, pair.b) for t in m.tables for c in t.columns if may(c, t, m)]


def _may_number(column: Column, table: Table, models: Models) -> bool:
    """The first of a key of two or more, a whole number that has no other source, where none numbers itself."""
    key = table.primary_key
    if key is None or len(key.columns) < 2 or key.columns[0] != column.name:
        return False
    if any(c.get("autoincrement") == "True" for c in table.columns):
        return False
    if column.family != "int" or column.parts or column.get("server_default"):
        return False
    return not any(i.kind == "fk" and column.name in i.columns for i in table.items)


def _may_be_caseless(column: Column, table: Table, models: Models) -> bool:
    """Nothing speaks of it: neither an expression nor a key, which go by its type."""
    if (
        column.family != "text"
        or column.parts
        or column.type.startswith("domain:")
        or "collation" in column.type
    ):
        return False
    if any(column.name in part for c in table.columns for part in c.parts):
        return False
    if column.name in dict(table.extra).get("postgresql_partition_by", ""):
        return False
    referred = any(column.name in i.referred for t in models.tables for i in t.items)
    return not referred and not any(column.name in i.code for i in table.items)
