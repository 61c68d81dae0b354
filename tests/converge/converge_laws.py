"""The laws of autogenerate, tried on one pair of models with real databases.

    build A by create_all, with rows          -> a tool's autogenerate towards A finds nothing
    autogenerate towards B, upgrade           -> the catalog equals that of create_all(B), up to the order of columns
                                              -> a second autogenerate finds nothing
                                              -> cells that both schemas can hold are as they were
    downgrade                                 -> the catalog equals the first, and so do those cells

A Tool is what is tried: limbeck, in the same process or by a written file, or another one.
"""

from __future__ import annotations

import datetime
import decimal
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import converge_objects
import sqlalchemy as sa
from converge_models import Models, Pair, Table, convention, made, source
from converge_more import former, partitions
from converge_places import Place
from converge_types import KINDS

import catalog

ROWS = 3


@dataclass(frozen=True)
class Failure:
    """`law` is the short name of what does not hold; `text` what was found instead."""

    law: str
    text: str


class Invalid(Exception):
    """The database itself does not take one of the two schemas."""


class Tool(Protocol):
    name: str
    before: Models
    """Those that stand, for answers that depend on them."""

    def compare(
        self, connection: Any, models: Models, schemas: tuple[str, ...], answers: Models | None
    ) -> Any:
        """Differences towards the models: something that `lines`, `upgrade` and `downgrade` take."""
        ...

    def lines(self, found: Any) -> list[str]:
        """The upgrade in words, empty where nothing differs."""
        ...

    def upgrade(self, engine: Any, found: Any) -> None: ...

    def downgrade(self, engine: Any, found: Any) -> None: ...


class Trial:
    """Tries pairs on two databases of one kind: one lives through the changes, one is built fresh to compare with."""

    def __init__(self, tool: Tool, kind: str, lived: Place, fresh: Place) -> None:
        self.tool = tool
        self.kind = kind
        self.lived = lived
        self.fresh = fresh
        self.version = fresh.version() if kind == "postgresql" else None

    def run(self, pair: Pair) -> Failure | None:
        """Raises Invalid."""
        if _takes_back(pair):
            raise Invalid("an option that the models no longer say stays")
        schemas = tuple(sorted({*pair.a.schemas, *pair.b.schemas}))
        wanted = self.catalog_of(pair, schemas)
        self.tool.before = pair.a
        self.lived.empty()
        engine = self.lived.engine()
        build(engine, pair.a, schemas, extensions(pair))
        if pair.rows:
            fill(engine, pair.a, self.kind)
        first = self.look(engine, pair.a)
        before = cells(engine, pair, pair.a)
        try:
            return self._laws(engine, pair, schemas, wanted, first, before)
        except Exception as error:
            return Failure(f"error {type(error).__name__}", _told(error))

    def _laws(
        self, engine: Any, pair: Pair, schemas: tuple[str, ...], wanted: Any, first: Any, before: Any
    ) -> Failure | None:
        tool = self.tool
        same = self._compare(engine, pair.a, schemas, None)
        if lines := tool.lines(same):
            return Failure("nothing changed", "\n".join(lines))
        found = self._compare(engine, pair.b, schemas, pair.b)
        told = "\n".join(tool.lines(found))
        step = "upgrade"
        try:
            tool.upgrade(engine, found)
            if gap := catalog.difference(wanted, self.look(engine, pair.b)):
                return Failure("upgrade gives B", f"{told}\n{gap}")
            if lost := _lost(before, cells(engine, pair, pair.b)):
                return Failure("rows after upgrade", f"{told}\n{lost}")
            step = "second"
            if lines := tool.lines(self._compare(engine, pair.b, schemas, None)):
                return Failure("second is empty", f"{told}\nthen\n" + "\n".join(lines))
            step = "downgrade"
            tool.downgrade(engine, found)
        except Exception as error:
            return Failure(f"{step} runs", f"{told}\n{_told(error)}")
        if gap := catalog.difference(first, self.look(engine, pair.a)):
            return Failure("downgrade gives A", f"{told}\n{gap}")
        if lost := _lost(before, cells(engine, pair, pair.a)):
            return Failure("rows after downgrade", f"{told}\n{lost}")
        return None

    def _compare(self, engine: Any, models: Models, schemas: tuple[str, ...], answers: Models | None) -> Any:
        with engine.connect() as connection:
            found = self.tool.compare(connection, models, schemas, answers)
            connection.rollback()
        return found

    def catalog_of(self, pair: Pair, schemas: tuple[str, ...]) -> Any:
        self.fresh.empty()
        engine = self.fresh.engine()
        build(engine, pair.b, schemas, extensions(pair))
        return self.look(engine, pair.b)

    def look(self, engine: Any, models: Models) -> Any:
        return counted(without_given_names(dumped(engine), models.stands, self.kind))


def counted(facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The facts as a dict; twins, which say the same under the same name, are numbered."""
    found: dict[str, str] = {}
    for key, fact in facts:
        number = 1
        while (place := key if number == 1 else f"{key} #{number}") in found:
            number += 1
        found[place] = fact
    return found


def without_given_names(found: dict[str, str], models: Models, kind: str) -> Iterator[tuple[str, str]]:
    """The facts without the names of constraints and indexes that the models do not say: they may be any.

    MariaDB makes an index for a foreign key, drops it again and calls it after this key or that."""
    text = source(models)
    named = {*re.findall(r"\bname='([^']*)'", text), *re.findall(r"sa\.Index\('([^']*)'", text)}
    keys = set(re.findall(r"sa\.ForeignKeyConstraint\(.*name='([^']*)'", text))
    free = {key.rpartition(".")[2] for key, fact in found.items() if _is_not_of_convention(fact, text)}
    unnamed = {name for name, code in models.domains if "constraint_name" not in code}
    for key, fact in found.items():
        if key.removeprefix("type public.") in unnamed:
            fact = re.sub(r""" ("(?:[^"]|"")*"|\S+) CHECK """, " CHECK ", fact)
        if "postgresql_not_valid" in text:  # it says how to add a constraint: CREATE TABLE does not heed it
            fact = re.sub(r"( NOT VALID)?( not validated)", "", fact)
        if kind == "mariadb":
            key = _any_name(key, named, "FOREIGN KEY", "foreign key", "t_ibfk_1")
            yield _plain_mariadb(key, _any_unique(key, fact, models), named - keys, models)
        elif kind == "postgresql" and (not models.naming or key.rpartition(".")[2] in free):
            yield _plain_postgresql(key, fact, named, models)
        elif kind == "sqlite":  # NO ACTION is what there is when nothing is said
            key = re.sub(r" ON (DELETE|UPDATE) NO ACTION", "", key)
            fact = fact.replace(" default=NULL ", " default=None ")  # both mean that there is none
            if key.endswith(" AUTOINCREMENT"):  # SQLAlchemy writes it without the name of its key
                key = re.sub(r"CONSTRAINT .* PRIMARY KEY", "PRIMARY KEY", key)
            key = re.sub(
                r'CONSTRAINT ("[^"]*"|\S+) ', lambda m: m[0] if m[1].strip('"') in named else "", key
            )
            keyed = key.startswith("foreign key ")  # twins are numbered as they stand
            yield (f"{key.partition(' #')[0]} {fact}", "") if keyed else (key, fact)
        else:
            yield key, fact


def _plain_postgresql(key: str, fact: str, named: set[str], models: Models) -> tuple[str, str]:
    what, _, name = key.partition(" ")
    if what not in ("constraint", "index") or any(name.endswith(f".{n}") for n in named):
        return key, fact
    tables = (f"{t.schema or 'public'}.{t.name}." for t in models.tables)
    place = max((t for t in tables if name.startswith(t)), key=len, default="")  # given names may have dots
    last = name.removeprefix(place) if place else name.rpartition(".")[2]
    plain = re.sub(r"INDEX .*? ON ", "INDEX ON ", fact)
    plain = re.sub(r" of constraint .*$", " of constraint", plain)
    return f"{what} {name.removesuffix(last)} {plain}", ""


def _is_not_of_convention(fact: str, models: str) -> bool:
    """A constraint that the models' naming convention says nothing of."""
    return fact.startswith("EXCLUDE") or (fact.startswith("CHECK") and "'ck':" not in models)


def _any_name(key: str, named: set[str], word: str, what: str, given: str) -> str:
    """A constraint (`word` in SQL, `what` in the catalog) under the name that the server would give it, where the models say
    none."""
    part = re.match(rf"part (.+?): CONSTRAINT `([^`]*)` {word}", key)
    if part and part[2] not in named:
        return key.replace(f"CONSTRAINT `{part[2]}`", f"CONSTRAINT `{given}`", 1)
    alone = key.startswith(f"{what} ") and key.rpartition(".")[2] not in named
    return f"{key.rpartition('.')[0]}.{given}" if alone else key


def _any_unique(key: str, fact: str, models: Models) -> str:
    """A foreign key without the name of the unique key it found: of twins it takes one or the other, and none can say."""
    if not key.startswith("foreign key "):
        return fact
    referred = [t.name for t in models.tables if fact.startswith(f"{t.name} ")]
    return f"{max(referred, key=len)} NONE{fact.rpartition(' NONE')[2]}" if referred else fact


def _plain_mariadb(key: str, fact: str, named: set[str], models: Models) -> tuple[str, str]:
    key, fact = (re.sub(r" ON (DELETE|UPDATE) (NO ACTION|RESTRICT)", "", t) for t in (key, fact))
    fact = re.sub(r"(on (?:update|delete)) NO ACTION", r"\1 RESTRICT", fact)  # the two are one there
    by_length = sorted((t.name for t in models.tables), key=len, reverse=True)  # names may have dots
    tables = "|".join(map(re.escape, by_length)) or "-"
    index = re.match(rf"index ({tables})\.(.*)$", key)
    part = re.match(r"part (.+?): (UNIQUE KEY|KEY) `([^`]*)` (\(.*)", key)
    if index and index[2] not in named and index[2] != "PRIMARY":
        return f"index of {index[1]} {fact}", ""
    if part and part[3] not in named:
        return f"part {part[1]}: {part[2]} {part[4]}", fact
    check = re.match(rf"check ({tables})\.", key)
    if check and fact.startswith("json_valid("):  # keeps the name of a column that was renamed
        return f"check of {check[1]} {fact}", ""
    if models.naming and "ck" not in convention(models):
        key = _any_name(key, named, "CHECK", "check", "CONSTRAINT_1")
    key = re.sub(r"CONSTRAINT_\d+", "CONSTRAINT_n", re.sub(r"_ibfk_\d+", "_ibfk_n", key))
    return (f"{key} {fact}", "") if key.endswith(("CONSTRAINT_n", "_ibfk_n")) else (key, fact)


def _takes_back(pair: Pair) -> bool:
    """Whether a table says an option of MySQL's no more: it went, and another of its name came."""
    for new in pair.b.stands.tables:
        old = pair.a.stands.table((new.schema, former(new)))
        gone = {} if old is None else dict(old.extra).keys() - dict(new.extra).keys()
        if any(option.startswith("mysql_") for option in gone):
            return True
    return False


def extensions(pair: Pair) -> tuple[str, ...]:
    """They stand from the beginning: autogenerate makes them, and never drops one."""
    types = {c.type for m in (pair.a, pair.b) for t in m.stands.tables for c in t.columns}
    return ("citext",) if "postgresql.CITEXT()" in types else ()


def build(engine: Any, models: Models, schemas: tuple[str, ...], needed: tuple[str, ...] = ()) -> None:
    try:
        metadata = made(models.stands)
        with engine.begin() as connection:
            for extension in needed:
                connection.exec_driver_sql(f"CREATE EXTENSION {extension}")
            for schema in schemas:
                connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
            metadata.create_all(connection)
            for statement in partitions(models.stands):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            converge_objects.create(connection, models)
    except Exception as error:
        raise Invalid(_told(error)) from error


def dumped(engine: Any) -> Any:
    with engine.connect() as connection:
        found = catalog.dump(connection, ("alembic_version", *_partitions(connection)), order=False)
        connection.rollback()
    return {key: plain_list(plain_default(fact)) for key, fact in found.items()}


def _partitions(connection: Any) -> list[str]:
    """Names of tables that are a part of another: what is in them follows from that one, and how it is called too."""
    if connection.dialect.name != "postgresql":
        return []
    return list(connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relispartition").scalars())


def plain_default(fact: str) -> str:
    """PostgreSQL: one wording for a literal default, which is stored with its cast or without, as it was said, and for the
    moment at which a transaction began, which has three names; NULL is none, and stored where a length was cast."""
    fact = re.sub(r"(default )(?:now\(\)|transaction_timestamp\(\))(?=$)", r"\1CURRENT_TIMESTAMP", fact)
    fact = re.sub(r" default NULL::[\w ]+(?:\(\d+(?:,\d+)?\))?(?:\[\])*$", "", fact)
    return re.sub(
        r"(default )'?((?:[^']|'')*?)'?::[\w ]+?(?:\(\d+(?:,\d+)?\))?(?:\[\])*(?=$| as identity)",
        r"\1\2",
        fact,
    )


def plain_list(fact: str) -> str:
    """PostgreSQL: one wording for `x IN ('a', 'b')` over a VARCHAR. It stores another one when it reads its own again, as for a
    new type of the column."""
    element = r"'(?:[^']|'')*'::character varying"

    def each_cast(found: re.Match[str]) -> str:
        return f"ARRAY[{', '.join(f'({e})::text' for e in re.findall(element, found[1]))}]"

    return re.sub(rf"\(ARRAY\[({element}(?:, {element})*)\]\)::text\[\]", each_cast, fact)


def _told(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {last[0].filename.rpartition('/src/')[2]}:{last[0].lineno}" if last else ""
    lines = str(error).strip().splitlines() or [""]
    notes = "\n".join(getattr(error, "__notes__", ()))
    return f"{notes}\n" * bool(notes) + f"{type(error).__name__}: " + "\n    ".join(lines[:12])[:900] + place


# -- rows -----------------------------------------------------------------------------------------------------

OFF = {
    "postgresql": "SET session_replication_role = replica",
    "mariadb": "SET foreign_key_checks = 0",
    "sqlite": "PRAGMA foreign_keys = OFF",
}


def fill(engine: Any, models: Models, kind: str) -> None:
    """Three rows in every table: the n-th holds n everywhere, the last NULL where it may."""
    models = models.stands
    metadata = made(models)
    with engine.connect() as connection:
        connection.exec_driver_sql(OFF[kind])
        for table in models.tables:
            live = metadata.tables[f"{table.schema}.{table.name}" if table.schema else table.name]
            for n in range(1, ROWS + 1):
                try:
                    connection.execute(live.insert().values(row(table, models, kind, n)))
                except sa.exc.SQLAlchemyError as error:
                    raise Invalid(f"rows: {_told(error)}") from error
        connection.commit()
        if kind == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


def row(table: Table, models: Models, kind: str, n: int) -> dict[str, Any]:
    keyed = {name for item in table.items if item.kind == "pk" for name in item.columns}
    values: dict[str, Any] = {}
    for column in table.columns:
        family = KINDS[kind][column.family]
        if any("Computed" in p or "always=True" in p for p in column.parts):
            continue
        if column.nullable and column.name not in keyed and n == ROWS:
            values[column.name] = None
        elif family.value == "label":
            labels = dict(models.enums)[column.type[5:]]
            values[column.name] = labels[n % len(labels)]
        elif family.value is not None:
            values[column.name] = family.value(n)
        elif not column.nullable and not column.get("server_default"):
            values[column.name] = sa.text(family.fill)
    return values


def cells(engine: Any, pair: Pair, stands: Models) -> dict[tuple[Any, ...], list[str]]:
    """What can be looked for in both schemas: the values of the columns that stay, each column sorted by itself. They are
    called as in A; `stands` is the side whose names the database has now."""
    found: dict[tuple[Any, ...], list[str]] = {}
    if not pair.rows:
        return found
    with engine.connect() as connection:
        for old, new, columns in _staying(pair):
            table = old if stands is pair.a else new
            for before, after in columns:
                name = before if stands is pair.a else after
                live = sa.table(sa.sql.quoted_name(table.name, True), sa.column(name), schema=table.schema)
                # as text, so that no type of Python's stands between
                values = connection.execute(sa.select(live.c[name])).scalars()
                found[(*old.key, before)] = sorted(map(plain, values))
        connection.rollback()
    return found


def _staying(pair: Pair) -> Iterator[tuple[Table, Table, list[tuple[str, str]]]]:
    """Tables that stay, by both names, with their columns that do."""
    after = {(t.schema, former(t)): t for t in pair.b.stands.tables}
    for old in pair.a.stands.tables:
        new = after.get(old.key)
        if new is None:
            continue
        names = []
        for column in new.columns:
            was = old.column(former(column))
            if was is not None and not was.parts and not column.parts and was.family == column.family:
                names.append((was.name, column.name))
        yield old, new, names


def plain(value: Any) -> str:
    """One text for values that are the same in every type of a family."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float, decimal.Decimal)):
        return f"{decimal.Decimal(str(value)).normalize():f}"
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()[:19]
    if isinstance(value, datetime.time):
        return value.replace(tzinfo=None).isoformat()[:8]
    if isinstance(value, (set, frozenset)):
        return ",".join(sorted(value))
    return str(value).rstrip() if value is not None else "NULL"


def _lost(before: dict[tuple[Any, ...], list[str]], after: dict[tuple[Any, ...], list[str]]) -> str:
    """Cells that are no longer there; a NULL that was filled is not lost."""
    lines = []
    for place, values in before.items():
        now = list(after.get(place, ()))
        missing = []
        for value in values:
            if value in now:
                now.remove(value)
            elif value != "NULL":
                missing.append(value)
        if missing or len(after.get(place, ())) != len(values):
            lines.append(f"rows of {place}: {values} became {after.get(place)}")
    return "\n".join(lines)
