"""What pairs from seed FURTHER on have besides: on MariaDB indexes over the beginnings of texts, FULLTEXT indexes and a number
that is given inside a wider key; on PostgreSQL columns of a type that an extension brings."""

from __future__ import annotations

import random
from dataclasses import replace

from converge_models import Column, Item, Models, Pair, Table

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
            able = [
                (t.key, c.name)
                for m in (pair.a, pair.b)
                for t in m.tables
                for c in t.columns
                if c.family in BEGINNINGS
            ]
            if not able:
                break
            key, name = self.random.choice(able)
            where, words = self.random.choice(SIDES), self.random.random() < 0.4
            sides = [
                self._with_index(m, key, name, f"further {number}", words) if where in (side, "both") else m
                for side, m in (("a", pair.a), ("b", pair.b))
            ]
            told = f"further index over {key[1]}.{name}: {where}"
            pair = replace(pair, a=sides[0], b=sides[1], changes=(*pair.changes, told))
        return pair

    def _with_index(
        self, models: Models, key: tuple[str | None, str], name: str, called: str, words: bool
    ) -> Models:
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
        if self.random.random() < 0.5:
            return pair
        able = [
            (t.key, c.name) for m in (pair.a, pair.b) for t in m.tables if (c := _may_number(t)) is not None
        ]
        if not able:
            return pair
        key, name = self.random.choice(able)
        where = self.random.choice(SIDES)
        sides = [
            _numbered(m, key, name) if where in (side, "both") else m
            for side, m in (("a", pair.a), ("b", pair.b))
        ]
        told = f"{key[1]}.{name} numbers itself in a wider key: {where}"
        return replace(pair, a=sides[0], b=sides[1], changes=(*pair.changes, told))

    def of_extension(self, pair: Pair) -> Pair:
        """A text becomes one without case (the extension citext), on one side or on both."""
        if self.random.random() < 0.5:
            return pair
        able = [
            (t.key, c.name)
            for m in (pair.a, pair.b)
            for t in m.tables
            for c in t.columns
            if _may_be_caseless(c, t, m)
        ]
        if not able:
            return pair
        key, name = self.random.choice(able)
        where = self.random.choice(SIDES)
        sides = [
            _caseless(m, key, name) if where in (side, "both") else m
            for side, m in (("a", pair.a), ("b", pair.b))
        ]
        told = f"{key[1]}.{name} without case: {where}"
        return replace(pair, a=sides[0], b=sides[1], changes=(*pair.changes, told))


def _may_number(table: Table) -> Column | None:
    """The first of a key of two or more, a whole number that has no other source, where none numbers itself."""
    key = table.primary_key
    if key is None or len(key.columns) < 2 or any(c.get("autoincrement") == "True" for c in table.columns):
        return None
    column = table.column(key.columns[0])
    if column is None or column.family != "int" or column.parts or column.get("server_default"):
        return None
    return None if any(i.kind == "fk" and column.name in i.columns for i in table.items) else column


def _numbered(models: Models, key: tuple[str | None, str], name: str) -> Models:
    table = models.table(key)
    column = None if table is None else _may_number(table)
    if table is None or column is None or column.name != name:
        return models
    return models.with_table(table.with_column(column.but(autoincrement="True")))


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


def _caseless(models: Models, key: tuple[str | None, str], name: str) -> Models:
    table = models.table(key)
    column = None if table is None else table.column(name)
    if table is None or column is None or not _may_be_caseless(column, table, models):
        return models
    return models.with_table(table.with_column(replace(column, type="postgresql.CITEXT()")))
