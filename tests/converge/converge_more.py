"""What pairs from seed EXTENDED on have besides, put on top of the pair that was made: renames that the models declare,
tables that rules leave alone, several MetaData, domains.

With a generator of its own, so that the seeds below stay what they were.
"""

from __future__ import annotations

import io
import random
import tokenize
from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import replace

from converge_further import FURTHER, Further, Key, columns_where, on_sides
from converge_models import Column, Item, Models, Pair, Table, computed_over, repaired
from converge_objects import Thing, repaired_pair

EXTENDED = 20_000
"""The first seed that has more."""

TABLES = ("people", "Renamed", "new name", "re%named", "order_lines", "select")


def with_more(kind: str, seed: int, pair: Pair, names: list[str]) -> Pair:
    """The pair and what is drawn for it besides; `names` are those that columns may have."""
    return pair if seed < EXTENDED else More(kind, seed, names).pair(pair)


class More:
    def __init__(self, kind: str, seed: int, names: list[str]) -> None:
        self.kind = kind
        self.seed = seed
        self.random = random.Random(f"more {kind} {seed}")
        self.names = names

    def pair(self, pair: Pair) -> Pair:
        if self.seed >= FURTHER:
            pair = Further(self.kind, self.random).pair(pair)
        for change in (self.partitioned, self.ruled, self.with_domains, self.renamed, self.apart):
            pair = change(pair)
        return pair

    # -- partitions
    def partitioned(self, pair: Pair) -> Pair:
        """A table of PostgreSQL is partitioned by one of its columns, on each side that has it."""
        if self.kind != "postgresql" or self.random.random() < 0.7:
            return pair
        keys = dict.fromkeys(t.key for m in (pair.a, pair.b) for t in m.tables)
        able = []
        for key in keys:
            sides = [t for m in (pair.a, pair.b) if (t := m.table(key)) is not None]
            for name in (c.name for c in sides[0].columns):
                if _are_alike([t.column(name) for t in sides]) and all(
                    _may_be_partitioned(t, name) for t in sides
                ):
                    able.append((key, name))
        if not able:
            return pair
        key, name = self.random.choice(able)
        method = self.random.choice(("RANGE", "LIST", "HASH"))
        extra = ("postgresql_partition_by", repr(f'{method} ("{name.replace(chr(34), 2 * chr(34))}")'))
        a, b = (
            m if (t := m.table(key)) is None else m.with_table(replace(t, extra=(*t.extra, extra)))
            for m in (pair.a, pair.b)
        )
        return replace(pair, a=a, b=b, changes=(*pair.changes, f"{key[1]} is partitioned by {name}"))

    # -- several MetaData
    def apart(self, pair: Pair) -> Pair:
        """Some tables of either side in a second MetaData, with all that their foreign keys lead to; a table may be in the
        one here and in the other there."""
        if self.random.random() < 0.6:
            return pair
        told = "several MetaData"
        a, b = (replace(m, apart=self._some(m)) for m in (pair.a, pair.b))
        return replace(pair, a=a, b=b, changes=(*pair.changes, told))

    def _some(self, models: Models) -> tuple[Key, ...]:
        groups = {t.key: {t.key} for t in models.tables}
        for table in models.tables:
            for item in table.items:
                if item.refers in groups:
                    together = groups[table.key] | groups[item.refers]
                    groups.update((key, together) for key in together)
        chosen: set[Key] = set()
        for key in groups:
            if self.random.random() < 0.4:
                chosen |= groups[key]
        return tuple(t.key for t in models.tables if t.key in chosen)

    # -- rules
    def ruled(self, pair: Pair) -> Pair:
        """A table that stands in both databases as it is in A, and that the rules leave alone, whatever is declared of it."""
        able = [t for t in pair.a.tables if not pair.a.naming and self._can_be_left(t, pair)]
        if not able or self.random.random() < 0.6:
            return pair
        table = self.random.choice(able)
        sides = []
        kept = {t for t in pair.a.things if t in pair.b.things}
        exclude, include = self._rules(table, pair)
        for side in (pair.a, pair.b):
            tables = side.tables
            if self.random.random() < 0.5:
                tables = tuple(t for t in tables if t.key != table.key)
            things = tuple(t for t in side.things if t.table != table.key or t in kept)
            ruled = replace(
                side, tables=tables, things=things, alone=(table,), exclude=exclude, include=include
            )
            sides.append(repaired(ruled))
        told = f"left alone: {table.name}, exclude {exclude}, include {include}"
        return repaired_pair(replace(pair, a=sides[0], b=sides[1], changes=(*pair.changes, told)))

    def _can_be_left(self, table: Table, pair: Pair) -> bool:
        """What it refers to stays as it is, and nothing refers to it; the types and sequences that it needs too. No table of
        another schema has its name, which a rule would leave alone as well."""
        same = pair.a.enums == pair.b.enums and pair.a.sequences == pair.b.sequences
        needs = any(c.family == "enum" or "next of" in (c.get("server_default") or "") for c in table.columns)
        referred = any(i.refers == table.key for m in (pair.a, pair.b) for t in m.tables for i in t.items)
        twin = any(t.name == table.name and t.key != table.key for m in (pair.a, pair.b) for t in m.tables)
        return (same or not needs) and not referred and not twin and all(_stays(i, pair) for i in table.items)

    def _rules(self, table: Table, pair: Pair) -> tuple[tuple[str, ...], tuple[str, ...]]:
        others = {t.name for m in (pair.a, pair.b) for t in m.tables} - {table.name}
        if self.random.random() < 0.3:
            return (), (*sorted(others), *TABLES, "thing_*", "by_hand_*")
        patterns = [table.name, table.name if table.schema is None else f"{table.schema}.{table.name}"]
        begins = table.name[:3]
        if not any(name.startswith(begins) for name in (*others, *TABLES, "thing_", "by_hand_")):
            patterns.append(f"{begins}*")
        return (self.random.choice(patterns), "nothing_like_it"), ()

    # -- domains
    def with_domains(self, pair: Pair) -> Pair:
        """Columns of PostgreSQL become of a domain, on one side or on both; it may be another one there, or say more."""
        if self.kind != "postgresql" or self.random.random() < 0.5:
            return pair
        chance = self.random
        for _ in range(chance.randint(1, 3)):
            able = columns_where(pair, _may_be_domain)
            left = {t.key for t in pair.a.alone}
            able = [(key, name) for key, name in dict.fromkeys(able) if key not in left]
            if not able:
                break
            key, name = chance.choice(able)
            where = chance.choice(("a", "b", "both", "both"))
            pair = on_sides(
                pair,
                where,
                lambda m, key=key, name=name: self._of_domain(m, key, name),
                f"{key[1]}.{name} of a domain",
            )
        return pair

    def _of_domain(self, models: Models, key: Key, name: str) -> Models:
        table = models.table(key)
        column = None if table is None else table.column(name)
        if table is None or column is None or not _may_be_domain(column, table, models):
            return models
        base, checks, defaults = DOMAINS[column.family]
        domain = self.random.choice((f"{column.family}_d", f"Odd {column.family}"))
        said = [repr(domain), base]
        if self.random.random() < 0.7:
            said.append(f"check={self.random.choice(checks)!r}")
            said += ["constraint_name='dc'"] * (self.random.random() < 0.5)
        if self.random.random() < 0.4:
            said.append(f"default={self.random.choice(defaults)}")
        code = f"postgresql.DOMAIN({', '.join(said)})"
        domains = models.domains if domain in dict(models.domains) else (*models.domains, (domain, code))
        changed = table.with_column(replace(column, type=f"domain:{domain}"))
        return replace(models.with_table(changed), domains=domains)

    # -- renames
    def renamed(self, pair: Pair) -> Pair:
        chance = self.random
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            left = {t.key for t in pair.a.alone}
            both = [t for t in pair.a.tables if pair.b.table(t.key) is not None and t.key not in left]
            if not both:
                break
            table = chance.choice(both)
            pair = (
                self.renamed_table(pair, table) if chance.random() < 0.3 else self.renamed_column(pair, table)
            )
        return pair

    def renamed_column(self, pair: Pair, old: Table) -> Pair:
        """A column that both sides have gets another name in B, where that of no table is the same."""
        new = pair.b.table(old.key)
        assert new is not None
        tables = {t.name for m in (pair.a, pair.b) for t in m.stands.tables}
        able = [c.name for c in old.columns if new.column(c.name) is not None and c.name not in tables]
        taken = {c.name.lower() for t in (old, new) for c in t.columns}
        free = [n for n in self.names if n.lower() not in taken and n not in tables and "." not in n]
        if not able:
            return pair
        was, becomes = self.random.choice(able), self.random.choice(free)
        if self.kind == "postgresql" and self.random.random() < 0.1 and was.swapcase() not in (was, *tables):
            becomes = was.swapcase()
        return self._done(
            pair, Rename(self.kind, old.key, was, becomes), f"rename column {old.name}.{was} to {becomes}"
        )

    def renamed_table(self, pair: Pair, old: Table) -> Pair:
        names = {t.name.lower() for m in (pair.a, pair.b) for t in m.stands.tables}
        columns = {c.name for m in (pair.a, pair.b) for t in m.stands.tables for c in t.columns}
        free = [n for n in TABLES if n.lower() not in names and n not in columns]
        if not free or old.name in columns:
            return pair
        becomes = self.random.choice(free)
        return self._done(
            pair, Rename(self.kind, old.key, "", becomes), f"rename table {old.name} to {becomes}"
        )

    def _done(self, pair: Pair, rename: Rename, told: str) -> Pair:
        """What is made by hand and looks at it stays only where the database itself lets it follow."""
        gone = {t for t in pair.a.things if t.by_hand and rename.concerns(t) and not rename.follows(t)}
        a = replace(pair.a, things=tuple(t for t in pair.a.things if t not in gone))
        b = replace(pair.b, things=tuple(t for t in pair.b.things if t not in gone))
        return repaired_pair(replace(pair, a=a, b=rename.of(b), changes=(*pair.changes, told)))


def _are_alike(columns: list[Column | None]) -> bool:
    return all(columns) and len({c.type for c in columns if c is not None}) == 1


def _may_be_partitioned(table: Table, name: str) -> bool:
    """By the manual, CREATE TABLE: what is unique has the column in it; no UNLOGGED, storage parameters, EXCLUDE, identity
    (before PostgreSQL 17), NOT VALID foreign keys (before 18)."""
    column = table.column(name)
    assert column is not None
    if table.extra and dict(table.extra).keys() != {"comment"}:
        return False
    if (
        column.parts
        or column.family not in ("int", "str", "date")
        or any("Identity" in p for c in table.columns for p in c.parts)
    ):
        return False
    return not any(
        i.kind == "exclude"
        or "not_valid" in i.code
        or ((i.kind in ("pk", "unique") or "unique=True" in i.code) and name not in i.columns)
        or (i.kind == "unique" and "include" in i.code)
        for i in table.items
    )


DOMAINS = {
    "int": ("sa.Integer()", ("VALUE > -100", "VALUE BETWEEN -100 AND 5000"), ("'7'", "sa.text('1 + 2')")),
    "num": ("sa.Numeric(10, 2)", ("VALUE > -100", "VALUE IS NULL OR VALUE < 100000"), ("'1.50'",)),
    "str": ("sa.String(50)", ("length(VALUE) < 100", "VALUE <> 'zz'"), ("'x'", "sa.text(\"'it''s'\")")),
    "text": ("sa.Text()", ("VALUE <> 'a:b'", "VALUE NOT LIKE '%z%'"), ("'100%'", "''")),
}
"""By family: what the domain is over, checks that its rows and defaults pass, defaults."""


def _keys_of_partitions(table: Table) -> str:
    return dict(table.extra).get("postgresql_partition_by", "")


def _may_be_domain(column: Column, table: Table, models: Models) -> bool:
    """Not in a key: foreign keys and numbers go by the type. Not where an expression of the table speaks of its type."""
    if column.family not in DOMAINS or column.parts or column.type.startswith("domain:"):
        return False
    if any(column.name in computed_over(c) for c in table.columns):
        return False
    if column.name in _keys_of_partitions(table):
        return False
    referred = any(
        i.refers == table.key and column.name in i.referred for t in models.tables for i in t.items
    )
    return not referred and not any(
        column.name in i.columns and (i.kind in ("pk", "fk", "exclude") or "_ops" in i.code)
        for i in table.items
    )


def _stays(item: Item, pair: Pair) -> bool:
    """A foreign key to a table that has the key and its columns on both sides; any other item."""
    if item.refers is None:
        return True
    sides = [m.table(item.refers) for m in (pair.a, pair.b)]
    keys = [
        (
            [t.column(c) for c in item.referred],
            [i for i in t.items if i.kind in ("pk", "unique") and i.columns == item.referred],
        )
        for t in sides
        if t is not None
    ]
    return len(keys) == 2 and keys[0] == keys[1]


def partitions(models: Models) -> Iterator[str]:
    """PostgreSQL: by hand, one partition for all rows of each table that has some."""

    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    for table in models.tables:
        said = dict(table.extra).get("postgresql_partition_by")
        if said is not None:
            schema = "" if table.schema is None else f"{quoted(table.schema)}."
            bound = "FOR VALUES WITH (MODULUS 1, REMAINDER 0)" if "HASH" in said else "DEFAULT"
            part = schema + quoted(f"{table.name[:40]}{PARTITION}")
            yield f"CREATE TABLE {part} PARTITION OF {schema}{quoted(table.name)} {bound}"


PARTITION = "__partition"


class Rename:
    """Of a table, or of one of its columns, through all that names it: as a value that is the name, or in a text of SQL."""

    def __init__(self, kind: str, table: Key, column: str, becomes: str) -> None:
        self.kind = kind
        self.table = table
        self.column = column
        self.becomes = becomes
        self.old, self.new = self.quoted(column or table[1]), self.quoted(becomes)

    def quoted(self, name: str) -> str:
        mark = "`" if self.kind == "mariadb" else '"'
        return mark + name.replace(mark, 2 * mark) + mark

    def of(self, models: Models) -> Models:
        tables = tuple(self._table(t) for t in models.tables)
        alone = tuple(self._table(t) for t in models.alone)
        apart = tuple(t.key for old, t in zip(models.tables, tables, strict=True) if old.key in models.apart)
        things = tuple(self._thing(t) for t in models.things)
        return replace(models, tables=tables, alone=alone, apart=apart, things=things)

    def concerns(self, thing: Thing) -> bool:
        return thing.table == self.table and (not self.column or self.column in thing.columns)

    def follows(self, thing: Thing) -> bool:
        """Whether the database renames what is in it."""
        if self.kind == "postgresql":
            return thing.kind in ("view", "materialized", "trigger", "policy")
        return self.kind == "sqlite"

    # -- one after the other
    def _table(self, table: Table) -> Table:
        own = table.key == self.table
        items = tuple(self._item(i, own=own) for i in table.items)
        if not own:
            return replace(table, items=items)
        if not self.column:
            extra = {**dict(table.extra), "info": repr({"renamed_from": self.table[1]})}
            return replace(table, name=self.becomes, items=items, extra=tuple(extra.items()))
        said = tuple((k, rewritten(v, self._in_text) if "partition" in k else v) for k, v in table.extra)
        return replace(table, columns=tuple(map(self._column, table.columns)), items=items, extra=said)

    def _column(self, column: Column) -> Column:
        parts = tuple(rewritten(p, self._in_text) for p in column.parts)
        column = replace(column, parts=parts)
        if column.name != self.column:
            return column
        info = repr({"renamed_from": self.column})
        return replace(column, name=self.becomes).but(info=info)

    def _item(self, item: Item, *, own: bool) -> Item:
        code, columns, refers, referred = item.code, item.columns, item.refers, item.referred
        if own and self.column:
            code = rewritten(code, lambda v: self.becomes if v == self.column else self._in_text(v))
            columns = tuple(self._name(c) for c in columns)
        if item.refers == self.table:
            schema = f"{self.table[0]}." if self.table[0] else ""
            full = f"{schema}{self.table[1]}."
            if self.column:
                referred = tuple(self._name(c) for c in referred)
                code = rewritten(code, lambda v: full + self.becomes if v == full + self.column else v)
            else:
                refers = (self.table[0], self.becomes)
                code = rewritten(
                    code,
                    lambda v: f"{schema}{self.becomes}.{v.removeprefix(full)}" if v.startswith(full) else v,
                )
        return replace(item, code=code, columns=columns, refers=refers, referred=referred)

    def _name(self, name: str) -> str:
        return self.becomes if name == self.column else name

    def _in_text(self, text: str) -> str:
        return text.replace(self.old, self.new)

    def _thing(self, thing: Thing) -> Thing:
        if not self.concerns(thing):
            return thing
        table, columns = thing.table, tuple(self._name(c) for c in thing.columns)
        keeps_names = thing.by_hand and self.kind == "postgresql" and thing.kind in ("view", "materialized")
        change = self._with_old_names if keeps_names and self.column else self._in_text
        code = rewritten(thing.code, change)
        if not self.column:
            table = (self.table[0], self.becomes)
            code = code.replace(f"table={self.table[1]!r}", f"table={self.becomes!r}")
        return replace(thing, sql=tuple(map(change, thing.sql)), code=code, table=table, columns=columns)

    def _with_old_names(self, text: str) -> str:
        """A view of PostgreSQL goes on calling its columns as it did."""
        listed, word, rest = text.partition(" FROM ")
        return listed.replace(self.old, f"{self.new} AS {self.old}") + word + self._in_text(rest)


def rewritten(code: str, change: Callable[[str], str]) -> str:
    """Python code, each string in it changed."""
    pieces, at = [], 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.STRING:
            value = literal_eval(token.string)
            if (changed := change(value)) != value:
                pieces += [code[at : token.start[1]], repr(changed)]
                at = token.end[1]
    return "".join((*pieces, code[at:]))


def former(named: Column | Table) -> str:
    """The name it had in A."""
    said = dict(named.extra).get("info")
    return named.name if said is None else str(literal_eval(said)["renamed_from"])


def candidates(pair: Pair) -> Iterator[Pair]:
    """Smaller pairs: each rename taken back."""
    for kind in ("postgresql", "mariadb"):  # the quotes of the one or the other
        for table in pair.b.tables:
            if former(table) != table.name:
                yield _back(pair, Rename(kind, table.key, "", former(table)))
            for column in table.columns:
                if former(column) != column.name:
                    yield _back(pair, Rename(kind, table.key, column.name, former(column)))


def _back(pair: Pair, rename: Rename) -> Pair:
    b = rename.of(pair.b)
    table = b.table(rename.table if rename.column else (rename.table[0], rename.becomes))
    assert table is not None
    if rename.column:
        column = table.column(rename.becomes)
        assert column is not None
        table = table.with_column(column.but(info=None))
    else:
        table = replace(table, extra=tuple(e for e in table.extra if e[0] != "info"))
    return repaired_pair(replace(pair, b=b.with_table(table)))
