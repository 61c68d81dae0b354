"""What a server made of a declared table, remembered for as long as the process lives.

One process may compare the same models with many databases (tenants, two sides of a diff). How a server stores a table
depends on its version, a few settings, and what is declared: where these are the same it is not asked again. What it
refused is asked again, since that may depend on anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

from limbeck.errors import LimbeckError
from limbeck.model.objects import Object
from limbeck.model.table import Table
from limbeck.ops.contract import Backend

from .scratch import Built, Scratch

SERVERS: Final = {
    "postgresql": """
SELECT version(), (current_schemas(false))[2:]::text,
       (SELECT md5(string_agg(concat_ws(' ', p.oid::regprocedure, p.prorettype::regtype), ',' ORDER BY p.oid::regprocedure::text))
          FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')),
       (SELECT md5(string_agg(concat_ws(' ', c.castsource::regtype, c.casttarget::regtype, c.castcontext), ',' ORDER BY
                              c.castsource::regtype::text, c.casttarget::regtype::text))
          FROM pg_catalog.pg_cast c WHERE c.oid >= 16384)""",
    "mysql": "SELECT @@version, @@sql_mode, @@character_set_database, @@collation_database, @@default_storage_engine,"
    " @@explicit_defaults_for_timestamp",
    "sqlite": "SELECT sqlite_version()",
}
"""By kind of database: what the wording depends on besides what is declared. PostgreSQL shows which of a person's own
functions and casts it chose for an argument (`f((1)::bigint)`)."""
KEPT: Final = 20_000
"""Tables that are remembered; then all are forgotten."""
_known: dict[tuple[Hashable, tuple[str, ...]], Table] = {}


def build(scratch: Scratch, tables: Sequence[Table], needs: Sequence[Object]) -> Built:
    """As `scratch.build`, which is asked about what is not known."""
    if not tables:
        return Built({}, {})
    kind = scratch.backend.id.name
    asked = SERVERS["mysql" if kind == "mariadb" else kind]
    server = (kind, *scratch.connection.exec_driver_sql(asked).one())
    keys = {table.key: (server, _text(scratch.backend, table, needs)) for table in tables}
    known = {name: _known[key] for name, key in keys.items() if key in _known}
    built = scratch.build([table for table in tables if table.key not in known], needs)
    if len(_known) + len(built.tables) > KEPT:
        _known.clear()
    _known.update((keys[name], table) for name, table in built.tables.items() if keys[name][1])
    return Built({**known, **built.tables}, built.refused)


def forget() -> None:
    _known.clear()


def _text(backend: Backend, table: Table, needs: Sequence[Object]) -> tuple[str, ...]:
    """What is declared, as SQL: the table after the types that it names. Empty where it cannot be said."""
    named = {name for column in table.columns for name in column.type.needs}
    try:
        made = [s for thing in needs if thing.key in named for s in backend.create_object(thing)]
        return tuple(statement.text for statement in (*made, *backend.create_table(table)))
    except LimbeckError:
        return ()
