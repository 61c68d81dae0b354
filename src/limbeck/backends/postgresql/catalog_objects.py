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
    ON_TABLES,
    Domain,
    Enum,
    Extension,
    Function,
    Object,
    Policy,
    RowSecurity,
    Rule,
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
_GRANTS = """
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid({owner})) AS owner,
       pg_catalog.pg_get_userbyid({owner}) <> current_user AS of_another,
       (SELECT coalesce(json_agg(json_build_array(g.what, g.whom, g.further) ORDER BY g.whom), '[]'::json)
          FROM (SELECT string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type) AS what, x.is_grantable AS further,
                       CASE x.grantee WHEN 0 THEN 'PUBLIC'
                            ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END AS whom
                  FROM pg_catalog.aclexplode({acl}) x WHERE x.grantee <> {owner} GROUP BY x.grantee, x.is_grantable) g)
       AS grants,
       {acl} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_catalog.aclexplode({acl}) x WHERE x.grantee = 0) AS not_public,
       (SELECT string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type)
          FROM pg_catalog.aclexplode(coalesce({acl}, pg_catalog.acldefault('{letter}', {owner}))) x
         WHERE x.grantee = {owner}) AS own,
       (SELECT string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type)
          FROM pg_catalog.aclexplode(pg_catalog.acldefault('{letter}', {owner})) x WHERE x.grantee = {owner}) AS usual"""
"""Who may do what, apart from what the owner may by being the owner."""

VIEWS = f"""
SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
       c.relkind = 'm' AS materialized, pg_catalog.pg_get_viewdef(c.oid) AS definition,
       to_json(c.reloptions) AS options, s.spcname AS space, CASE n.nspname WHEN :usual THEN '' ELSE
       pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(c.relname) AS place,
       (SELECT coalesce(json_agg(json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
                                                  || CASE WHEN a.attcollation <> t.typcollation THEN ' ' || (SELECT
                                                     collname FROM pg_catalog.pg_collation WHERE oid = a.attcollation)
                                                     ELSE '' END,
                                                  pg_catalog.quote_ident(a.attname),
                                                  pg_catalog.quote_literal(pg_catalog.col_description(c.oid, a.attnum)),
                                                  pg_catalog.pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum), '[]'::json)
          FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
       (SELECT coalesce(json_agg(json_build_array(x.privilege_type, pg_catalog.quote_ident(a.attname),
                                                  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(
                                                  pg_catalog.pg_get_userbyid(x.grantee)) END, x.is_grantable)
                                 ORDER BY a.attnum, x.grantee, x.privilege_type), '[]'::json)
          FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x
         WHERE a.attrelid = c.oid AND a.attnum > 0) AS column_grants,
       (SELECT coalesce(json_agg(json_build_array(pg_catalog.pg_get_indexdef(i.indexrelid), pg_catalog.quote_ident(n.nspname)
                                                  || '.' || pg_catalog.quote_ident(x.relname), pg_catalog.quote_literal(
                                                  pg_catalog.obj_description(x.oid, 'pg_class'))) ORDER BY x.relname),
                        '[]'::json)
          FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
         WHERE i.indrelid = c.oid) AS indexes,
{_GRANTS.format(owner="c.relowner", acl="c.relacl", letter="r")}
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_class", "c.oid")} ORDER BY 2, 3"""
FUNCTIONS = f"""
SELECT p.oid, n.nspname AS schema, p.proname AS name, pg_catalog.obj_description(p.oid, 'pg_proc') AS comment,
       pg_catalog.pg_get_function_identity_arguments(p.oid) AS signature, p.prokind = 'p' AS procedure,
       pg_catalog.pg_get_functiondef(p.oid) AS definition, CASE n.nspname WHEN :usual THEN '' ELSE
       pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(p.proname) || '('
       || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS place,
{_GRANTS.format(owner="p.proowner", acl="p.proacl", letter="f")}
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind IN ('f', 'p') AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_proc", "p.oid")} ORDER BY 2, 3, 5"""
TRIGGERS = f"""
SELECT g.oid, n.nspname AS schema, c.relname AS tablename, g.tgname AS name, g.tgenabled::text AS enabled,
       pg_catalog.pg_get_triggerdef(g.oid) AS definition,
       pg_catalog.obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT g.tgisinternal AND n.nspname = ANY(CAST(:schemas AS text[])) AND NOT c.relispartition
   AND {_own("pg_trigger", "g.oid")} ORDER BY 2, 3, 4"""
RULES = f"""
SELECT w.oid, n.nspname AS schema, c.relname AS tablename, w.rulename AS name,
       pg_catalog.obj_description(w.oid, 'pg_rewrite') AS comment,
       rtrim(pg_catalog.pg_get_ruledef(w.oid), ';') AS definition
  FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE w.rulename <> '_RETURN' AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_class", "c.oid")}
 ORDER BY 2, 3, 4"""
ROW_SECURITY = f"""
SELECT n.nspname AS schema, c.relname AS tablename, c.relforcerowsecurity AS forced
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relrowsecurity AND n.nspname = ANY(CAST(:schemas AS text[])) AND {_own("pg_class", "c.oid")} ORDER BY 1, 2"""
NEEDS = """
SELECT CASE WHEN w.rulename = '_RETURN' THEN 'view' ELSE d.classid::regclass::text END AS of,
       (CASE WHEN w.rulename = '_RETURN' THEN w.ev_class ELSE d.objid END)::bigint AS oid, n.nspname AS schema,
       coalesce(r.relname, p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
                e.typname, t.typname) AS name, a.attname AS "column"
  FROM pg_catalog.pg_depend d
  LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND w.oid = d.objid
  LEFT JOIN pg_catalog.pg_class r ON d.refclassid = 'pg_catalog.pg_class'::regclass AND r.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
  LEFT JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
  JOIN pg_catalog.pg_namespace n ON n.oid = coalesce(r.relnamespace, p.pronamespace, e.typnamespace, t.typnamespace)
 WHERE d.classid IN ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_trigger'::regclass,
                     'pg_catalog.pg_policy'::regclass, 'pg_catalog.pg_proc'::regclass)
   AND d.objid >= 16384
   AND (w.oid IS NULL OR w.rulename <> '_RETURN' OR d.refobjid <> w.ev_class)
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2, 3, 4, 5"""
"""What rules of views, triggers, policies and functions look at, as the server keeps account of it."""
POLICIES = """
SELECT p.oid, n.nspname AS schema, c.relname AS tablename, p.polname AS name,
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
 WHERE n.nspname = ANY(CAST(:schemas AS text[])) ORDER BY 2, 3, 4""".replace("{{", "{").replace("}}", "}")


def _beside_view(row: Row) -> Iterator[str]:
    """What goes with a view: defaults and comments of its columns, indexes, rights, and its owner."""
    place, word = row["place"], "MATERIALIZED VIEW" if row["materialized"] else "VIEW"
    for _, _, name, comment, default in row["columns"]:
        if default is not None:
            yield f"ALTER VIEW {place} ALTER COLUMN {name} SET DEFAULT {default}"
        if comment is not None:
            yield f"COMMENT ON COLUMN {place}.{name} IS {comment}"
    for definition, name, comment in row["indexes"]:
        yield definition
        if comment is not None:
            yield f"COMMENT ON INDEX {name} IS {comment}"
    for what, column, whom, further in row["column_grants"]:
        yield f"GRANT {what} ({column}) ON {place} TO {whom}{_FURTHER if further else ''}"
    yield from _rights(row, word)


def _rights(row: Row, word: str) -> Iterator[str]:
    """GRANTs, and at last the owner: until then it is ours and we may say all the rest. Everybody may call a function
    unless that is taken back."""
    routine = word in ("FUNCTION", "PROCEDURE")
    place = f"{word} {row['place']}" if routine else row["place"]
    if routine and row["not_public"]:
        yield f"REVOKE ALL ON {place} FROM PUBLIC"
    for what, whom, further in row["grants"]:
        if not (routine and whom == "PUBLIC"):
            yield f"GRANT {what} ON {place} TO {whom}{_FURTHER if further else ''}"
    if row["own"] != row["usual"]:
        yield f"REVOKE ALL ON {place} FROM {row['owner']}"
        if row["own"]:
            yield f"GRANT {row['own']} ON {place} TO {row['owner']}"
    if row["of_another"]:
        yield f"ALTER {word} {row['place']} OWNER TO {row['owner']}"


_FURTHER = " WITH GRANT OPTION"


class Reader:
    """Reads objects of the asked schemas on one connection. `brief` leaves out what only a comparison asks for."""

    def __init__(
        self, connection: Any, names: Any, options: Callable[[Row], SequenceOptions], brief: bool = False
    ) -> None:
        self.connection = connection
        self.names = names
        self.options = options

        self.brief = brief
        self._needs: dict[tuple[str, int], list[Row]] | None = None

    def rows(self, query: str) -> Iterator[Row]:
        known = {"schemas": self.names.schemas, "usual": self.names.default}
        wanted = {name: value for name, value in known.items() if f":{name}" in query}
        yield from found(self.connection, query, wanted)

    def looks_at(self, of: str, row: Row) -> dict[str, Any]:
        """`needs` and `reads` of the object of that row; one query for all, when first asked."""
        if self.brief:
            return {}
        if self._needs is None:
            self._needs = {}
            for each in self.rows(NEEDS):
                self._needs.setdefault((each["of"], each["oid"]), []).append(each)
        listed = self._needs.get((of, row["oid"]), ())
        pairs = [(self.names.qualified(r["schema"], r["name"]), r["column"]) for r in listed]
        return {
            "needs": tuple(dict.fromkeys(name for name, _ in pairs)),
            "reads": tuple((name, column) for name, column in pairs if column is not None),
        }

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
                also=tuple(_beside_view(row)),
                columns=tuple((column[0], column[1]) for column in row["columns"]),
                **self.looks_at("view", row),
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
                also=tuple(_rights(row, "PROCEDURE" if row["procedure"] else "FUNCTION")),
                **self.looks_at("pg_proc", row),
            )

    def on_tables(self) -> Iterator[Object]:
        for row in self.rows(TRIGGERS):
            yield Trigger(
                name=row["name"],
                table=self.table(row),
                definition=SqlText(row["definition"]),
                enabled=row["enabled"],
                comment=row["comment"],
                **self.looks_at("pg_trigger", row),
            )
        for row in self.rows(POLICIES):
            yield Policy(
                name=row["name"],
                table=self.table(row),
                definition=SqlText(row["definition"]),
                comment=row["comment"],
                **self.looks_at("pg_policy", row),
            )
        if self.brief:
            return
        for row in self.rows(RULES):
            yield Rule(
                name=row["name"],
                table=self.table(row),
                definition=SqlText(row["definition"]),
                comment=row["comment"],
                **self.looks_at("pg_rewrite", row),
            )
        for row in self.rows(ROW_SECURITY):
            yield RowSecurity(table=self.table(row), forced=row["forced"])

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
        found = [o for o in found if not isinstance(o, ON_TABLES) or o.table in only]
    return Snapshot.of(
        snapshot.backend,
        snapshot.tables.values(),
        found,
        stored=snapshot.stored,
        partial=snapshot.partial,
    )
