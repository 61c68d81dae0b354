"""What watches over one rebuild on a live connection: what was so before, and whether it is so afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from limbeck.errors import DependentsBroken, ForeignKeysBroken, RowsAtRisk, RowsWithoutValue, TableNotAsKnown
from limbeck.model.defaults import Computed
from limbeck.model.objects import Trigger
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table

from . import connection as conn
from .foreign_keys import Violations, broken_since, violations
from .grammar import in_schema, parse_table
from .reading import master
from .tokens import fold, literal, quote, same


@dataclass(slots=True, kw_only=True)
class Watch:
    """Lives as long as the statements of one rebuild; its methods are their `after`."""

    have: Table
    want: Table
    copy: tuple[tuple[str, SqlText], ...]
    triggers: tuple[Trigger, ...]
    scratch_name: str
    enforced: bool = False
    legacy: bool = False
    began: bool = False
    violations: Violations | None = field(default_factory=Counter)
    family: tuple[str, ...] = ()
    """The table and those that refer to it: only their keys can break."""
    broken: dict[str, str] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    # -- the three moments

    def before(self, connection: Any) -> None:
        """Nothing is changed yet."""
        inside = conn.in_transaction(connection)
        self.enforced = conn.foreign_keys_enforced(connection)
        self.legacy = bool(_value(connection, "PRAGMA legacy_alter_table"))
        self._must_be_as_known(connection)
        self._must_have_values(connection)
        self.family = tuple(dict.fromkeys((self.have.name, *_children(connection, self.have))))
        self.violations = violations(connection, self.have.schema, self.family)
        self.broken = dict(_broken(connection, self.have.schema))
        if not inside and conn.in_transaction(connection):  # some drivers begin one before EXPLAIN of a write
            connection.connection.dbapi_connection.rollback()

    def unenforced(self, connection: Any) -> None:
        """Enforcement is off, or the table is nobody's parent, or this goes no further."""
        if conn.foreign_keys_enforced(connection) and not conn.enforce_foreign_keys(connection, False):
            children = tuple(_children(connection, self.have))
            if children:
                raise RowsAtRisk(table=str(self.have.key), children=children)
        if not conn.in_transaction(connection):
            self.began = conn.is_autocommit(connection)
            conn.begin(connection)

    def end(self, connection: Any) -> None:
        """All is in its place."""
        for sql in self.forgotten:
            connection.exec_driver_sql(in_schema(sql, self.have.schema))
        if self.legacy:
            connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
        self._must_refer_to_something(connection)
        broken = dict(_broken(connection, self.have.schema))
        worse = tuple((name, why) for name, why in broken.items() if name not in self.broken)
        if worse:
            raise DependentsBroken(table=str(self.have.key), broken=worse)
        if self.began:
            connection.exec_driver_sql("COMMIT")
        if self.enforced:
            conn.enforce_foreign_keys(connection, True)

    # -- what must be so

    def _must_be_as_known(self, connection: Any) -> None:
        """Columns and indexes that nobody knew of would be lost; a trigger that nobody knew of is kept by hand."""
        where = master(self.have.schema)
        rows = connection.exec_driver_sql(
            f"SELECT type, name, sql FROM {where} WHERE lower(tbl_name) = {literal(fold(self.have.name))}"
            " AND sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        stored = next(
            (sql for type_, name, sql in rows if type_ == "table" and same(name, self.have.name)), None
        )
        found = [] if stored is None else [c.name for c in parse_table(stored).columns]
        found += [name for type_, name, _ in rows if type_ == "index"]
        known = [c.name for c in self.have.columns] + [i.name or "" for i in self.have.indexes]
        if sorted(map(fold, found)) != sorted(map(fold, known)):
            raise TableNotAsKnown(table=str(self.have.key), known=tuple(known), found=tuple(found))
        names = {fold(t.name) for t in self.triggers}
        self.forgotten = [sql for type_, name, sql in rows if type_ == "trigger" and fold(name) not in names]

    def _must_have_values(self, connection: Any) -> None:
        table = _full(self.have)
        sources = dict(self.copy)
        for column in self.want.columns:
            if column.nullable or column.autoincrement or isinstance(column.default, Computed):
                continue
            source = sources.get(column.name)
            if source is not None:
                count = _value(connection, f"SELECT count(*) FROM {table} WHERE ({source.text}) IS NULL")
                new = False
            elif column.default is None:
                count, new = _value(connection, f"SELECT count(*) FROM {table}"), True
            else:
                continue
            if count:
                raise RowsWithoutValue(table=str(self.want.key), column=column.name, rows=count, new=new)

    def _must_refer_to_something(self, connection: Any) -> None:
        new = broken_since(connection, self.have.schema, self.violations, self.family)
        if new:
            shown = tuple(sorted(new, key=str))[:5]
            raise ForeignKeysBroken(table=str(self.want.key), violations=shown, count=sum(new.values()))


def _full(table: Table) -> str:
    return quote(table.name) if table.schema is None else f"{quote(table.schema)}.{quote(table.name)}"


def _value(connection: Any, sql: str) -> int:
    return int(connection.exec_driver_sql(sql).scalar() or 0)


def _children(connection: Any, parent: Table) -> Iterator[str]:
    """The tables with a foreign key to this one, itself among them."""
    rows = connection.exec_driver_sql(
        f"SELECT name, sql FROM {master(parent.schema)} WHERE type = 'table' AND sql LIKE '%REFERENCES%'"
    ).fetchall()
    for name, sql in rows:
        parsed = parse_table(sql)
        parts = [p for c in parsed.columns for p in c.parts] + [c.part for c in parsed.constraints]
        if any(p.kind == "foreign key" and same(p.table, parent.name) for p in parts):
            yield name


def _broken(connection: Any, schema: str | None) -> Iterator[tuple[str, str]]:
    """Views that cannot be read and triggers that cannot be prepared, with what SQLite says. Runs none of them.

    EXPLAIN QUERY PLAN prepares all that EXPLAIN does; the latter was seen to crash SQLite 3.40.1 on tables with triggers."""
    where = master(schema)
    rows = connection.exec_driver_sql(
        f"SELECT type, name, tbl_name, sql FROM {where} WHERE type IN ('view', 'trigger') ORDER BY rowid"
    ).fetchall()
    raw = connection.connection.dbapi_connection
    prefix = "" if schema is None else quote(schema) + "."
    tried: dict[str, str | None] = {}
    for type_, name, table, _ in rows:
        if type_ == "view":
            why = _error(raw, f"EXPLAIN QUERY PLAN SELECT * FROM {prefix}{quote(name)}")
        else:
            if table not in tried:
                tried[table] = _write_error(raw, prefix, schema, table)
            why = tried[table]
        if why is not None:
            yield f"{type_} {name}", why


def _write_error(raw: Any, prefix: str, schema: str | None, table: str) -> str | None:
    """What SQLite says when it prepares writing to the table: it prepares the triggers with it."""
    cursor = raw.cursor()
    try:
        cursor.execute(f"PRAGMA {'main' if schema is None else quote(schema)}.table_xinfo({quote(table)})")
        columns = [quote(row[1]) for row in cursor.fetchall() if row[6] == 0]
    except Exception as error:
        return str(error)
    finally:
        cursor.close()
    if not columns:
        return None
    full = prefix + quote(table)
    sets = ", ".join(f"{c} = {c}" for c in columns)
    tries = (
        f"EXPLAIN QUERY PLAN INSERT INTO {full} ({columns[0]}) VALUES (NULL)",
        f"EXPLAIN QUERY PLAN DELETE FROM {full}",
        f"EXPLAIN QUERY PLAN UPDATE {full} SET {sets}",
    )
    errors = (_error(raw, sql) for sql in tries)
    # A view without INSTEAD OF triggers for that event cannot be written: that is no fault of a trigger.
    return next((e for e in errors if e is not None and "because it is a view" not in e), None)


def _error(raw: Any, sql: str) -> str | None:
    cursor = raw.cursor()
    try:
        cursor.execute(sql)
        cursor.fetchall()
    except Exception as error:  # whatever the driver calls it
        return str(error)
    finally:
        cursor.close()
    return None
