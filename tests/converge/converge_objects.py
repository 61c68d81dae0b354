"""Views, functions, triggers, policies and domains in the random pairs, put on top of the tables that were made.

Each is a statement that makes it by hand, and the Python that declares it. Some are made by hand in both databases and
declared in none: these must be found as they were. With a generator of its own, so that the tables of a seed stay.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from converge_models import Column, Models, Pair, Table

KINDS = {
    "postgresql": ("view", "view", "view", "materialized", "trigger", "policy", "function", "domain"),
    "mariadb": ("view", "view", "trigger", "function", "procedure"),
    "sqlite": ("view", "view", "trigger"),
}
MOMENTS = (("BEFORE", "UPDATE"), ("AFTER", "UPDATE"), ("BEFORE", "INSERT"), ("AFTER", "INSERT"))
HAND = "by_hand_"
"""How the names begin of what nobody declares."""


@dataclass(frozen=True)
class Thing:
    """`sql` makes it by hand, `code` declares it. `table` and `columns` are those it looks at, `needs` other things."""

    kind: str
    name: str
    sql: tuple[str, ...]
    code: str
    table: tuple[str | None, str] | None = None
    columns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        return self.name.startswith(HAND)


def with_objects(kind: str, seed: int, pair: Pair) -> Pair:
    """The pair with things on both sides: some stay, some come, go or change, some are nobody's."""
    return _Objects(kind, seed).pair(pair)


class _Objects:
    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.random = random.Random(f"objects {kind} {seed}")
        self.serial = 0

    def pair(self, pair: Pair) -> Pair:
        chance = self.random
        if chance.random() < 0.3:
            return pair
        a, b = pair.a, pair.b
        common = [t for t in a.tables if b.table(t.key) is not None]
        changes = []
        for _ in range(chance.randint(1, 4)):
            how = chance.choice(("stays", "stays", "comes", "goes", "changes", "changes", "by hand"))
            name = f"{HAND if how == 'by hand' else 'thing_'}{self.serial}"
            self.serial += 1
            what = chance.choice(KINDS[self.kind])
            where = {"comes": b.tables, "goes": a.tables}.get(how, tuple(common))
            if not where:
                continue
            table = chance.choice(where)
            old, new = a.table(table.key), b.table(table.key)
            if how in ("stays", "by hand"):
                assert old is not None and new is not None
                both = [c for c in old.columns if new.column(c.name) is not None]
                thing = self.thing(
                    what, name, replace(old, columns=tuple(both)), a, b, by_hand=how == "by hand"
                )
                first = second = thing
            else:
                first = None if how == "comes" or old is None else self.thing(what, name, old, a)
                second = None if how == "goes" or new is None else self.thing(what, name, new, b)
            a, b = _with(a, first), _with(b, second)
            if first or second:
                changes.append(f"{what} {name} {how}")
        return repaired_pair(replace(pair, a=a, b=b, changes=(*pair.changes, *changes)))

    def thing(
        self, what: str, name: str, table: Table, *sides: Models, by_hand: bool = False
    ) -> Thing | None:
        if not table.columns:
            return None
        made: Thing | None = getattr(self, f"_{what}")(name, table, sides, by_hand)
        return made

    # -- pieces
    def quoted(self, name: str) -> str:
        if self.kind == "mariadb":
            return f"`{name.replace('`', '``')}`"
        return '"' + name.replace('"', '""') + '"'

    def full(self, table: Table) -> str:
        schema = "" if table.schema is None else self.quoted(table.schema) + "."
        return schema + self.quoted(table.name)

    def picked(self, table: Table, most: int = 3) -> list[Column]:
        return self.random.sample(table.columns, min(len(table.columns), self.random.randint(1, most)))

    def condition(self, column: Column) -> str:
        name = self.quoted(column.name)
        return self.random.choice(
            (f"{name} IS NOT NULL", f"not ({name} is null)", f"{name} IS NULL OR 1 = 1")
        )

    def select(self, table: Table, sides: tuple[Models, ...]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """A SELECT, the columns and the things that it needs."""
        views = [
            t
            for t in (sides[0].things if sides else ())
            if t.kind == "view" and not t.by_hand and all(t in side.things for side in sides)
        ]
        if views and self.random.random() < 0.4:
            below = self.random.choice(views)
            return f"select x.* from {self.quoted(below.name)} x", below.columns, (below.name,)
        columns = self.picked(table)
        listed = ", ".join(self.quoted(c.name) for c in columns)
        if self.random.random() < 0.4:
            listed += ", 'it''s 50%' AS \"a text\"".replace('"', "`" if self.kind == "mariadb" else '"')
        text = f"SELECT {listed} FROM {self.full(table)}"
        used = {c.name for c in columns}
        if self.random.random() < 0.6:
            column = self.random.choice(table.columns)
            text += f" WHERE {self.condition(column)}"
            used.add(column.name)
        return text, tuple(sorted(used)), ()

    def _view(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        select, columns, needs = self.select(table, () if by_hand else sides)
        sql = [f"CREATE VIEW {self.quoted(name)} AS {select}"]
        more = ""
        if self.kind == "postgresql" and self.random.random() < 0.3:
            comment = self.random.choice(("a view", "it's"))
            more = f", comment={comment!r}"
            sql.append(f"COMMENT ON VIEW {self.quoted(name)} IS '{comment.replace(chr(39), chr(39) * 2)}'")
        return Thing(
            "view", name, tuple(sql), f"schema.View({name!r}, {select!r}{more})", table.key, columns, needs
        )

    def _materialized(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        select, columns, needs = self.select(table, ())
        code = f"schema.View({name!r}, {select!r}, materialized=True)"
        sql = f"CREATE MATERIALIZED VIEW {self.quoted(name)} AS {select}"
        return Thing("materialized", name, (sql,), code, table.key, columns, needs)

    def _trigger(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        column = self.random.choice(table.columns)
        own = self.quoted(column.name)
        when, event = self.random.choice(("BEFORE", "AFTER")), "UPDATE"
        if self.kind == "mariadb":  # two of one moment are numbered as they come
            when, event = MOMENTS[self.serial % len(MOMENTS)]
        head = f"CREATE TRIGGER {self.quoted(name)} {when} {event}"
        place, used = self.full(table), (column.name,)
        sql: tuple[str, ...]
        if self.kind == "postgresql":
            body = (
                f"CREATE FUNCTION {name}_f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
            )
            generated = bool(column.parts) and when == "BEFORE"
            test = "" if generated or self.random.random() < 0.5 else f" WHEN (NEW.{own} IS NOT NULL)"
            text = f"{head} OF {own} ON {place} FOR EACH ROW{test} EXECUTE FUNCTION {name}_f()"
            sql, code = (body, text), f"schema.Function('{name}_f', {body!r}), "
        elif self.kind == "mariadb":
            text, code = f"{head} ON {place} FOR EACH ROW SET @seen = NEW.{own}", ""
            sql = (text,)
        else:
            text = f"{head} OF {own} ON {place} BEGIN SELECT new.{own}; END"
            sql, code = (text,), ""
        declared = f"schema.Trigger({name!r}, {text!r}, table={table.name!r}, schema={table.schema!r})"
        return Thing("trigger", name, sql, code + declared, table.key, used)

    def _policy(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        column = self.random.choice(table.columns)
        text = f"CREATE POLICY {name} ON {self.full(table)} FOR {self.random.choice(('SELECT', 'ALL', 'DELETE'))}"
        text += f" USING ({self.condition(column)})"
        code = f"schema.Policy({name!r}, {text!r}, table={table.name!r}, schema={table.schema!r})"
        enable = () if by_hand else (f"ALTER TABLE {self.full(table)} ENABLE ROW LEVEL SECURITY",)
        return Thing("policy", name, (text, *enable), code, table.key, (column.name,))

    def _function(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        number, type_ = self.random.randint(1, 3), self.random.choice(("int", "int", "bigint"))
        if self.kind == "mariadb":
            text = f"CREATE FUNCTION {name}(n {type_}) RETURNS {type_} DETERMINISTIC RETURN n + {number}"
        else:
            text = f"CREATE FUNCTION {name}(n int) RETURNS {type_} LANGUAGE sql AS $$ SELECT (n + {number})::{type_} $$"
        return Thing("function", name, (text,), f"schema.Function({name!r}, {text!r})")

    def _procedure(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        text = (
            f"CREATE PROCEDURE {name}(OUT n int) BEGIN /* {self.random.randint(1, 3)} */ SET n = 50 % 7; END"
        )
        return Thing("procedure", name, (text,), f"schema.Procedure({name!r}, {text!r})")

    def _domain(self, name: str, table: Table, sides: tuple[Models, ...], by_hand: bool) -> Thing:
        check = self.random.choice(("VALUE <> ''", "value like 'a%'", "length(VALUE) between 1 and 9"))
        not_null = self.random.random() < 0.5
        sql = f"CREATE DOMAIN {name} AS text{' NOT NULL' if not_null else ''} CONSTRAINT c CHECK ({check})"
        return Thing(
            "domain",
            name,
            (sql,),
            f"schema.Domain({name!r}, 'text', not_null={not_null}, checks=[('c', {check!r})])",
        )


def _with(models: Models, thing: Thing | None) -> Models:
    return models if thing is None else repaired(replace(models, things=(*models.things, thing)))


# -- what the others ask ---------------------------------------------------------------------------------------


def source(models: Models, name: str) -> list[str]:
    """Lines behind the tables."""
    declared = [thing.code for thing in models.things if not thing.by_hand]
    return [f"schema.register({name}, {code})" for code in declared]


def create(connection: Any, models: Models) -> None:
    """By hand, in their order, which is one that runs."""
    for thing in models.things:
        for statement in thing.sql:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def ours(thing: Any) -> bool:
    return not thing.name.startswith(HAND)


def repaired(models: Models) -> Models:
    """Without things whose table, columns or things are gone."""
    kept: list[Thing] = []
    for thing in models.things:
        table = None if thing.table is None else models.standing(thing.table)
        there = thing.table is None or (
            table is not None and all(table.column(name) is not None for name in thing.columns)
        )
        if there and {*thing.needs} <= {t.name for t in kept}:
            kept.append(thing)
    return replace(models, things=tuple(kept))


def _guarded(models: Models) -> set[tuple[str | None, str] | None]:
    """Tables with policies that are declared."""
    return {t.table for t in models.things if t.kind == "policy" and not t.by_hand}


def repaired_pair(pair: Pair) -> Pair:
    """What is made by hand stands on both sides or on none. So does row security: it stays on for a policy by hand, so such
    a one is not on a table whose own policies all go."""
    for _ in range(2):
        opened = _guarded(pair.a) - _guarded(pair.b)
        both = {
            t for t in pair.a.things if t in pair.b.things and not (t.kind == "policy" and t.table in opened)
        }
        a, b = (
            replace(m, things=tuple(t for t in m.things if not t.by_hand or t in both))
            for m in (pair.a, pair.b)
        )
        pair = replace(pair, a=repaired(a), b=repaired(b))
    return pair


def candidates(pair: Pair) -> Iterator[Pair]:
    """Smaller pairs: each thing gone, or the same on both sides."""
    for name in dict.fromkeys(t.name for m in (pair.a, pair.b) for t in m.things):
        a, b = (
            repaired(replace(m, things=tuple(t for t in m.things if t.name != name)))
            for m in (pair.a, pair.b)
        )
        yield repaired_pair(replace(pair, a=a, b=b))
    if pair.a.things and not pair.b.things:
        yield replace(pair, b=repaired(replace(pair.b, things=pair.a.things)))
