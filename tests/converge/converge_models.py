"""Models as plain values that print themselves as Python, for the generator of pairs and its shrinking.

What runs is what is printed: `made(models)` executes `source(models)` and gives the MetaData.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from converge_types import too_wide

IMPORTS = "import sqlalchemy as sa\nfrom limbeck import schema\nfrom sqlalchemy.dialects import mysql, postgresql, sqlite\n"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True)
class Column:
    """`type`, `parts` (Computed, Identity) and the values of `extra` are Python texts. A type `enum:<name>` is one of
    the models' enums, `domain:<name>` one of their domains; the default `first label` is that enum's."""

    name: str
    type: str
    family: str
    extra: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()

    def get(self, key: str) -> str | None:
        return dict(self.extra).get(key)

    def but(self, **changed: str | None) -> Column:
        extra = {**dict(self.extra), **changed}
        return replace(self, extra=tuple((k, v) for k, v in extra.items() if v is not None))

    @property
    def nullable(self) -> bool:
        return self.get("nullable") != "False"


@dataclass(frozen=True)
class Item:
    """A constraint or an index. `columns` are those it needs; a foreign key `refers` to (schema, table) and columns."""

    kind: str
    code: str
    columns: tuple[str, ...]
    refers: tuple[str | None, str] | None = None
    referred: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    items: tuple[Item, ...] = ()
    schema: str | None = None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str | None, str]:
        return (self.schema, self.name)

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def with_column(self, column: Column) -> Table:
        return replace(self, columns=tuple(column if c.name == column.name else c for c in self.columns))

    @property
    def primary_key(self) -> Item | None:
        return next((i for i in self.items if i.kind == "pk"), None)


@dataclass(frozen=True)
class Models:
    tables: tuple[Table, ...] = ()
    enums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sequences: tuple[tuple[str, str], ...] = ()
    """Name and what else is said, as Python (", start=5")."""
    naming: bool = False
    things: tuple[Any, ...] = ()  # of converge_objects
    apart: tuple[tuple[str | None, str], ...] = ()
    """Tables of a second MetaData."""
    alone: tuple[Table, ...] = ()
    """Tables that stand and that the rules leave alone, whatever is declared under their names."""
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    domains: tuple[tuple[str, str], ...] = ()
    """Name and Python."""

    def table(self, key: tuple[str | None, str]) -> Table | None:
        return next((t for t in self.tables if t.key == key), None)

    def standing(self, key: tuple[str | None, str]) -> Table | None:
        return next((t for t in (*self.alone, *self.tables) if t.key == key), None)

    @property
    def stands(self) -> Models:
        """What there is in the database, as models of one MetaData."""
        names = {t.key for t in self.alone}
        tables = tuple(t for t in self.tables if t.key not in names)
        return replace(self, tables=(*tables, *self.alone), alone=(), apart=(), exclude=(), include=())

    def with_table(self, table: Table) -> Models:
        return replace(self, tables=tuple(table if t.key == table.key else t for t in self.tables))

    @property
    def schemas(self) -> tuple[str, ...]:
        return tuple(sorted({t.schema for t in (*self.tables, *self.alone) if t.schema is not None}))


@dataclass(frozen=True)
class Pair:
    """From `a` to `b`. `changes` says in words what was done; `rows` whether the tables hold some."""

    a: Models
    b: Models
    rows: bool = False
    changes: tuple[str, ...] = ()


# -- as Python ------------------------------------------------------------------------------------------------


def source(models: Models, name: str = "metadata") -> str:
    import converge_objects

    lines = [f"{name} = sa.MetaData({f'naming_convention={convention(models)!r}' if models.naming else ''})"]
    enums = dict(models.enums)
    for enum, labels in models.enums:
        lines.append(f"{_enum(enum)} = sa.Enum({', '.join(map(repr, labels))}, name={enum!r})")
    for domain, code in models.domains:
        lines.append(f"{_domain(domain)} = {code}")
    for sequence, said in models.sequences:
        lines.append(f"{_sequence(sequence)} = sa.Sequence({sequence!r}{said}, metadata={name})")
    if models.apart:
        lines.append(lines[0].replace(f"{name} = ", f"{name}_2 = ", 1))
    for table in models.tables:
        its = f"{name}_2" if table.key in models.apart else name
        lines.append(f"sa.Table(\n    {table.name!r},\n    {its},")
        lines += [f"    {_column(c, enums)}," for c in table.columns]
        lines += [f"    {item.code}," for item in table.items]
        schema = (("schema", repr(table.schema)),) if table.schema is not None else ()
        lines += [f"    {key}={value}," for key, value in (*schema, *table.extra)]
        lines.append(")")
    lines += converge_objects.source(models, name)
    if models.exclude or models.include:
        lines.append(f"# exclude = {list(models.exclude)}, include = {list(models.include)}")
    return "\n".join(lines) + "\n"


def convention(models: Models) -> dict[str, str]:
    """The usual convention for CHECK demands that every one has a name."""
    checks = [i for t in models.tables for i in t.items if i.kind == "check"]
    checks_named = all("name=" in i.code for i in checks)
    unnamed_type = any(
        "native_enum=False)" in c.type or "length=12" in c.type for t in models.tables for c in t.columns
    )
    return {k: v for k, v in NAMING.items() if k != "ck" or (checks_named and not unnamed_type)}


def _enum(name: str) -> str:
    return "enum_" + re.sub(r"\W", "_", name)


def _domain(name: str) -> str:
    return "domain_" + re.sub(r"\W", "_", name)


def _sequence(name: str) -> str:
    return "sequence_" + re.sub(r"\W", "_", name)


def _column(column: Column, enums: dict[str, tuple[str, ...]]) -> str:
    type_, extra = column.type, dict(column.extra)
    if type_.startswith("enum:"):
        labels = enums[type_[5:]]
        type_ = _enum(type_[5:])
        if extra.get("server_default") == "first label":
            extra["server_default"] = repr(labels[0])
    if type_.startswith("domain:"):
        type_ = _domain(type_[7:])
    if (next_of := extra.get("server_default", "")).startswith("next of "):
        extra["server_default"] = f"{_sequence(next_of[8:])}.next_value()"
    parts = [repr(column.name), type_, *column.parts, *(f"{k}={v}" for k, v in extra.items())]
    return f"sa.Column({', '.join(parts)})"


def made(models: Any) -> Any:
    """The MetaData; one that is given as such is itself."""
    return metadatas(models)[0]


def metadatas(models: Any) -> tuple[Any, ...]:
    """All of them."""
    if not isinstance(models, Models):
        return (models,)
    space: dict[str, Any] = {}
    exec(IMPORTS + source(models), space)
    return tuple(space[name] for name in ("metadata", "metadata_2") if name in space)


def script(pair: Pair, url: str) -> str:
    """A runnable Python file that shows the pair: both MetaData, and what autogenerate finds between them."""
    return "\n".join(
        (
            IMPORTS,
            *(f"# {change}" for change in pair.changes),
            source(pair.a, "a"),
            *(f"# left alone: {table}" for table in pair.a.alone),
            source(pair.b, "b"),
            f"# on {url.split(':')[0]}, {'with' if pair.rows else 'without'} rows",
        )
    )


# -- repairing ------------------------------------------------------------------------------------------------


def repaired(models: Models) -> Models:
    """Without what no longer holds together: items over missing columns, keys to what is not there or not unique."""
    import converge_objects

    while True:
        better = replace(models, tables=tuple(_repaired(t, models) for t in models.tables if t.columns))
        used = {
            c.type[5:]
            for t in (*better.tables, *better.alone)
            for c in t.columns
            if c.type.startswith("enum:")
        }
        better = replace(better, enums=tuple(e for e in better.enums if e[0] in used))
        worn = {
            c.type[7:]
            for t in (*better.tables, *better.alone)
            for c in t.columns
            if c.type.startswith("domain:")
        }
        better = replace(better, domains=tuple(d for d in better.domains if d[0] in worn))
        better = converge_objects.repaired(better)
        better = _with_sequences_there(better)
        if better == models:
            return models
        models = better


def _with_sequences_there(models: Models) -> Models:
    """Without defaults that are the next number of a sequence which is not there."""
    there = {f"next of {name}" for name, _ in models.sequences}

    def column(c: Column) -> Column:
        said = c.get("server_default") or ""
        return c.but(server_default=None) if said.startswith("next of ") and said not in there else c

    tables = tuple(replace(t, columns=tuple(map(column, t.columns))) for t in models.tables)
    return replace(models, tables=tables)


def _repaired(table: Table, models: Models) -> Table:
    names = {c.name for c in table.columns}
    columns = tuple(_fitted(c) for c in table.columns if _stands(c, names))
    named: dict[str, str] = {}  # a type that brings a named CHECK, once in a table
    for column in columns:
        if "create_constraint=True" in column.type:
            named.setdefault(column.type, column.name)
    columns = tuple(c for c in columns if named.get(c.type, c.name) == c.name)
    names = {c.name for c in columns}
    table = replace(table, extra=_fitting(table))
    kept = tuple(i for i in table.items if set(i.columns) <= names and _holds(i, table, models))
    if models.naming:  # the convention calls them by their first columns
        named = {
            (i.kind, i.columns[0]): i
            for i in reversed(kept)
            if i.kind in ("unique", "fk") and "name=" not in i.code
        }
        kept = tuple(
            i
            for i in dict.fromkeys(kept)
            if i.kind not in ("unique", "fk") or "name=" in i.code or i in named.values()
        )
    return replace(table, columns=columns, items=kept)


def _fitted(column: Column) -> Column:
    """Without a default that no row could get: servers take it in CREATE TABLE alone."""
    wide = too_wide(column.type, column.get("server_default"))
    return column.but(server_default=None) if wide else column


STRICT = ("sa.Integer()", "sa.Text()", "sa.UnicodeText()", "sa.REAL()", "sa.LargeBinary()")
"""Types whose words a STRICT table of SQLite knows."""


def _fitting(table: Table) -> tuple[tuple[str, str], ...]:
    """The options of the table as far as it can have them: a word instead of one that it cannot."""
    extra, key = dict(table.extra), table.primary_key
    if extra.get("sqlite_strict") == "True" and any(c.type not in STRICT for c in table.columns):
        extra["sqlite_strict"] = "False"
    if extra.get("sqlite_with_rowid") == "False" and key is None:
        extra["sqlite_with_rowid"] = "True"
    numbered = key is not None and [(c.type, c.parts) for c in table.columns if c.name in key.columns]
    rowid = numbered == [("sa.Integer()", ())] and extra.get("sqlite_with_rowid") != "False"
    if extra.get("sqlite_autoincrement") == "True" and not rowid:
        extra["sqlite_autoincrement"] = "False"
    collate, charset = extra.get("mysql_collate", ""), extra.get("mysql_charset", "")
    if charset and collate and not collate.startswith(charset[:-1]):
        extra["mysql_charset"] = repr(collate[1:].partition("_")[0])
    return tuple(extra.items())


def _alone(table: Table) -> bool:
    """Whether no foreign key may go from it or to it: rows that are not logged, an engine that knows none."""
    extra = dict(table.extra)
    return extra.get("prefixes") == "['UNLOGGED']" or extra.get("mysql_engine") == "'MyISAM'"


def _stands(column: Column, names: set[str]) -> bool:
    return all(part in names for part in computed_over(column))


def computed_over(column: Column) -> Iterator[str]:
    for part in column.parts:
        if part.startswith("sa.Computed"):
            yield from re.findall(r'(?:\\?"|`)(.+?)(?:\\?"|`)', part)[:1]


def _holds(item: Item, table: Table, models: Models) -> bool:
    if item.kind == "unique" and table.primary_key is not None and table.primary_key.columns == item.columns:
        return False  # PostgreSQL makes one of the two, and only in CREATE TABLE
    if item.kind != "fk" or item.refers is None:
        return True
    other = models.table(item.refers)
    if other is None or _alone(table) or _alone(other):
        return False
    unique = any(i.kind in ("pk", "unique") and i.columns == item.referred for i in other.items)
    types = [table.column(c).type for c in item.columns]  # type: ignore[union-attr]
    others = [other.column(c) for c in item.referred]
    return unique and all(o is not None and o.type == t for o, t in zip(others, types, strict=True))
