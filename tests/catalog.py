"""What a database says of itself, read from its own catalog: the oracle of the tests.

Independent of limbeck's and SQLAlchemy's reflection, and as complete as the catalog: two databases are the same if and
only if their dumps are equal.

    before = catalog.dump(connection)
    ...
    assert catalog.difference(before, catalog.dump(connection)) == ""

A dump is a sorted dict: "column public.t.x" -> "integer not null". Options: `exclude`, names of tables that are left
out with all that belongs to them; `order=False` leaves out in which order columns stand; `not_null_names=True` adds
the names PostgreSQL 18 gives to NOT NULL (they tell how a column came to be: a rename keeps the old one).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

import catalog_postgresql
import catalog_sqlite

Dump = dict[str, str]


def dump(
    connection: sa.Connection,
    exclude: Collection[str] = ("alembic_version",),
    *,
    order: bool = True,
    not_null_names: bool = False,
) -> Dump:
    """All that the database's catalog holds, as facts by name."""
    name = connection.dialect.name
    if name == "postgresql":
        facts = catalog_postgresql.facts(connection, exclude, not_null_names)
    elif name == "sqlite":
        facts = catalog_sqlite.facts(connection, exclude)
    else:
        facts = _mariadb(connection, exclude)
    found: Dump = {}
    for key, value in facts:
        if key in found:  # nameless twins
            key = next(k for n in range(2, 1000) if (k := f"{key} #{n}") not in found)
        found[key] = value
    return dict(sorted((k, v) for k, v in found.items() if order or not k.startswith("order ")))


def difference(before: Dump, after: Dump) -> str:
    """One line per fact that is not in both, `-` for before and `+` for after; empty if they are the same."""
    lines = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            lines += [
                f"{sign} {key}: {value}" for sign, value in (("-", old), ("+", new)) if value is not None
            ]
    return "\n".join(lines)


# -- MariaDB and MySQL: of the current database ----------------------------------------------------------------

TABLE_FACTS = """
SELECT table_name, concat_ws(' ', table_type, engine, row_format, table_collation, create_options,
    concat('comment=', quote(table_comment)))
FROM information_schema.tables WHERE table_schema = database()
"""
COLUMN_FACTS = """
SELECT table_name, column_name, concat_ws(' ', column_type, if(is_nullable = 'NO', 'not null', 'null'),
    concat('default=', coalesce(column_default, '-')), concat('charset=', character_set_name),
    concat('collate=', collation_name), extra, concat('as=', generation_expression),
    concat('comment=', quote(column_comment)))
FROM information_schema.columns WHERE table_schema = database()
"""
INDEX_FACTS = """
SELECT table_name, index_name, group_concat(concat_ws(' ', column_name, sub_part, collation, nullable)
    ORDER BY seq_in_index SEPARATOR ', '), max(non_unique), max(index_type), max(index_comment)
FROM information_schema.statistics WHERE table_schema = database() GROUP BY table_name, index_name
"""
FOREIGN_KEY_FACTS = """
SELECT table_name, constraint_name, concat_ws(' ', referenced_table_name, unique_constraint_name, match_option,
    'on update', update_rule, 'on delete', delete_rule)
FROM information_schema.referential_constraints WHERE constraint_schema = database()
"""
CHECK_FACTS = """
SELECT table_name, constraint_name, check_clause
FROM information_schema.check_constraints WHERE constraint_schema = database()
"""
VIEW_FACTS = """
SELECT table_name, concat_ws(' ', view_definition, 'check', check_option, 'security', security_type)
FROM information_schema.views WHERE table_schema = database()
"""
TRIGGER_FACTS = """
SELECT event_object_table, trigger_name,
    concat_ws(' ', action_timing, event_manipulation, action_order, action_statement)
FROM information_schema.triggers WHERE trigger_schema = database()
"""
ROUTINES = (
    "SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = database()"
)
EVENTS = "SELECT event_name FROM information_schema.events WHERE event_schema = database()"
DATABASE_FACTS = """
SELECT concat_ws(' ', default_character_set_name, default_collation_name)
FROM information_schema.schemata WHERE schema_name = database()
"""


def _mariadb(connection: sa.Connection, exclude: Collection[str]) -> Iterator[tuple[str, str]]:
    own = f"`{connection.exec_driver_sql('SELECT database()').scalar()}`."

    def rows(query: str) -> list[list[str]]:
        found = connection.exec_driver_sql(query).all()
        return [[str(cell).replace(own, "") for cell in row] for row in found if row[0] not in exclude]

    yield "database", rows(DATABASE_FACTS)[0][0]
    for table, facts in rows(TABLE_FACTS):
        yield f"table {table}", facts
        if not facts.startswith(("VIEW", "SEQUENCE")):
            yield from ((key, text.replace(own, "")) for key, text in _show_create(connection, table))
    for table, column, facts in rows(COLUMN_FACTS):
        yield f"column {table}.{column}", facts
    for table, index, columns, *rest in rows(INDEX_FACTS):
        yield f"index {table}.{index}", f"({columns}) non_unique={rest[0]} {rest[1]} comment={rest[2]!r}"
    for kind, query in (
        ("foreign key", FOREIGN_KEY_FACTS),
        ("check", CHECK_FACTS),
        ("trigger", TRIGGER_FACTS),
    ):
        for table, name, facts in rows(query):
            yield f"{kind} {table}.{name}", facts
    for view, facts in rows(VIEW_FACTS):
        yield f"view {view}", facts
    for (sequence,) in rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'SEQUENCE'"
    ):
        yield f"sequence {sequence}", _show(connection, "SEQUENCE", sequence)
    for kind, name in rows(ROUTINES):
        yield f"{kind.lower()} {name}", _show(connection, kind, name)
    for (name,) in rows(EVENTS):
        yield f"event {name}", _show(connection, "EVENT", name)


def _show(connection: sa.Connection, kind: str, name: str) -> str:
    text = f"SHOW CREATE {kind} `{name.replace('`', '``')}`"
    options = {"no_parameters": True}  # a `%` in a name is no placeholder
    row = connection.exec_driver_sql(text, execution_options=options).mappings().one()
    column = next(key for key in row if key.startswith(("Create", "SQL Original")))
    return str(row[column])


def _show_create(connection: sa.Connection, table: str) -> Iterator[tuple[str, str]]:
    """SHOW CREATE TABLE, a fact per line: it alone knows of invisible columns, expressions in full, partitions."""
    head, *body = _show(connection, "TABLE", table).split("\n")
    columns = []
    end = next(n for n, line in enumerate(body) if line.startswith(")"))
    for line in body[:end]:
        text = line.strip().rstrip(",")
        name = re.match(r"`((?:[^`]|``)*)`", text)
        if name:
            columns.append(name[1])
            yield f"column {table}.{name[1]} as shown", text
        else:
            yield f"part {table}: {text}", ""
    yield f"order {table}", ", ".join(columns)
    yield f"table {table} as shown", re.sub(r" AUTO_INCREMENT=\d+", "", "\n".join([head, *body[end:]]))
