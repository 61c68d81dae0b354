"""The objects of a PostgreSQL database: enums, domains, sequences, views, functions, triggers, policies, extensions.

What belongs to an extension is the extension's; a sequence that numbers a column is the column's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from limbeck.backends.ansi.text import without_parentheses
from limbeck.model.defaults import SequenceOptions
from limbeck.model.names import QualifiedName
from limbeck.model.objects import (
    Domain,
    Enum,
    Extension,
    Function,
    Object,
    Policy,
    Schema,
    Sequence,
    Trigger,
    View,
)
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

from .rows import found

Row = Mapping[str, Any]

_NOT_OF_EXTENSION = """
NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
             WHERE e.classid = '{catalog}'::regclass AND e.objid = {oid} AND e.deptype = 'e')
"""


def _own(catalog: str, oid: str) -> str:
    return _NOT_OF_EXTENSION.format(catalog=f"pg_catalog.{catalog}", oid=oid)


SCHEMAS = """
SELECT n.nspname AS name, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
  FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY(CAST(:schemas AS text[])) ORDER BY 1"""
EXTENSIONS = """
SELECT x.extname AS name, n.nspname AS schema, x.extversion AS version
  FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
 WHERE x.extname <> 'plpgsql' ORDER BY 1"""
ENUMS = f"""
SELECT n.nspname AS schema, t.typname AS name, pg_catalog.obj_description(t.oid, 'pg_type') AS comment,
       (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]'::json)
          FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype = 'e' AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_type", "t.oid")} ORDER BY 1, 2"""
DOMAINS = f"""
SELECT n.nspname AS schema, t.typname AS name, pg_catalog.obj_description(t.oid, 'pg_type') AS comment,
       pg_catalog.format_type(t.typbasetype, t.typtypmod) AS type, t.typdefault AS "default",
       t.typnotnull AS not_null,
       (SELECT coalesce(json_agg(json_build_array(k.conname, pg_catalog.pg_get_expr(k.conbin, 0))
                                 ORDER BY k.conname), '[]'::json)
          FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype = 'd' AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_type", "t.oid")} ORDER BY 1, 2"""
SEQUENCES = f"""
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
       q.seqstart AS seq_start, q.seqincrement AS seq_increment, q.seqmin AS seq_min, q.seqmax AS seq_max,
       q.seqcache AS seq_cache, q.seqcycle AS seq_cycle, pg_catalog.format_type(q.seqtypid, NULL) AS seq_type
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid
 WHERE n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_class", "c.oid")}
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
 ORDER BY 1, 2"""
VIEWS = f"""
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
       c.relkind = 'm' AS materialized, pg_catalog.pg_get_viewdef(c.oid) AS definition,
       to_json(c.reloptions) AS options,
       (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(rn.nspname, r.relname)), '[]'::json)
          FROM pg_catalog.pg_rewrite w
          JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
               AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> c.oid
          JOIN pg_catalog.pg_class r ON r.oid = d.refobjid
          JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
         WHERE w.ev_class = c.oid) AS needs
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_class", "c.oid")} ORDER BY 1, 2"""
FUNCTIONS = f"""
SELECT n.nspname AS schema, p.proname AS name, pg_catalog.obj_description(p.oid, 'pg_proc') AS comment,
       pg_catalog.pg_get_function_identity_arguments(p.oid) AS signature, p.prokind = 'p' AS procedure,
       pg_catalog.pg_get_functiondef(p.oid) AS definition
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind IN ('f', 'p') AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_proc", "p.oid")} ORDER BY 1, 2, 4"""
TRIGGERS = """
SELECT n.nspname AS schema, c.relname AS tablename, g.tgname AS name, g.tgenabled::text AS enabled,
       pg_catalog.pg_get_triggerdef(g.oid) AS definition,
       pg_catalog.obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT g.tgisinternal AND n.nspname = ANY(CAST(:schemas AS text[])) ORDER BY 1, 2, 3"""
POLICIES = """
SELECT n.nspname AS schema, c.relname AS tablename, p.polname AS name,
       pg_catalog.obj_description(p.oid, 'pg_policy') AS comment,
       'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(n.nspname) || '.'
       || quote_ident(c.relname)
       || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
       || CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                        WHEN 'd' THEN ' FOR DELETE' ELSE '' END
       || CASE WHEN p.polroles = '{{0}}' THEN '' ELSE ' TO ' || (
            SELECT string_agg(CASE WHEN m.role = 0 THEN 'PUBLIC'
                                   ELSE quote_ident(pg_catalog.pg_get_userbyid(m.role)) END, ', ')
              FROM unnest(p.polroles) AS m(role)) END
       || coalesce(' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || coalesce(' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
       AS definition
  FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(CAST(:schemas AS text[])) ORDER BY 1, 2, 3""".replace("{{", "{").replace("}}", "}")


class Reader:
    """Reads objects of the asked schemas on one connection."""

    def __init__(self, connection: Any, names: Any, options: Callable[[Row], SequenceOptions]) -> None:
        self.connection = connection
        self.names = names
        self.options = options

    def rows(self, query: str) -> Iterator[Row]:
        wanted = {"schemas": self.names.schemas} if ":schemas" in query else {}
        yield from found(self.connection, query, wanted)

    def schema(self, row: Row) -> str | None:
        schema: str | None = self.names.qualified(row["schema"], "").schema
        return schema

    def table(self, row: Row) -> QualifiedName:
        name: QualifiedName = self.names.qualified(row["schema"], row["tablename"])
        return name

    def types(self) -> Iterator[Object]:
        for row in self.rows(ENUMS):
            yield Enum(
                name=row["name"],
                schema=self.schema(row),
                labels=tuple(row["labels"]),
                comment=row["comment"],
            )
        for row in self.rows(DOMAINS):
            yield self._domain(row)

    def _domain(self, row: Row) -> Domain:
        return Domain(
            name=row["name"],
            schema=self.schema(row),
            type=TypeRef(row["type"]),
            default=None if row["default"] is None else SqlText(row["default"]),
            not_null=row["not_null"],
            checks=tuple((name, SqlText(without_parentheses(text))) for name, text in row["checks"]),
            comment=row["comment"],
        )

    def sequences(self) -> Iterator[Object]:
        for row in self.rows(SEQUENCES):
            yield Sequence(
                name=row["name"],
                schema=self.schema(row),
                options=self.options(row),
                data_type=None if row["seq_type"] == "bigint" else row["seq_type"],
                comment=row["comment"],
            )

    def views(self) -> Iterator[Object]:
        for row in self.rows(VIEWS):
            yield View(
                name=row["name"],
                schema=self.schema(row),
                definition=SqlText(row["definition"].strip().rstrip(";")),
                materialized=row["materialized"],
                options=tuple(sorted(tuple(o.split("=", 1)) for o in row["options"] or ())),
                comment=row["comment"],
                needs=tuple(self.names.qualified(*pair) for pair in row["needs"]),
            )

    def functions(self) -> Iterator[Object]:
        for row in self.rows(FUNCTIONS):
            yield Function(
                name=row["name"],
                schema=self.schema(row),
                signature=row["signature"],
                procedure=row["procedure"],
                definition=SqlText(row["definition"].strip()),
                comment=row["comment"],
            )

    def on_tables(self) -> Iterator[Object]:
        for row in self.rows(TRIGGERS):
            yield Trigger(
                name=row["name"],
                table=self.table(row),
                definition=SqlText(row["definition"]),
                enabled=row["enabled"],
                comment=row["comment"],
            )
        for row in self.rows(POLICIES):
            yield Policy(
                name=row["name"],
                table=self.table(row),
                definition=SqlText(row["definition"]),
                comment=row["comment"],
            )

    def around(self) -> Iterator[Object]:
        for row in self.rows(SCHEMAS):
            if row["name"] != self.names.default:
                yield Schema(name=row["name"], comment=row["comment"])
        for row in self.rows(EXTENSIONS):
            yield Extension(name=row["name"], schema=self.schema(row), version=row["version"])


def read(snapshot: Snapshot, reader: Reader, only: tuple[QualifiedName, ...] | None) -> Snapshot:
    """The snapshot with its objects; where it was narrowed, those of types and of the tables in it alone."""
    found: list[Object] = [*reader.types(), *reader.sequences(), *reader.on_tables()]
    if only is None:
        found = [*reader.around(), *found, *reader.views(), *reader.functions()]
    else:
        found = [o for o in found if not isinstance(o, (Trigger, Policy)) or o.table in only]
    return Snapshot.of(
        snapshot.backend,
        snapshot.tables.values(),
        found,
        stored=snapshot.stored,
        partial=snapshot.partial,
    )
