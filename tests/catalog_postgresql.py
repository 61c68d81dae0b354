# ruff: noqa: E501 (one fact, one line)
"""PostgreSQL's catalog as facts, for catalog.py: one query per kind; works on 12 to 18.

Every query gives: schema, table or NULL, the rest of the name or NULL, the fact. What belongs to an extension is left
out, the extension itself is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa

OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def own(catalog: str, alias: str) -> str:
    """The condition that a row is the user's: in a schema of theirs, and of no extension."""
    return (
        f"{OWN} AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{catalog}'::regclass"
        f" AND x.objid = {alias}.oid AND x.deptype = 'e')"
    )


SCHEMAS = f"SELECT n.nspname, NULL, NULL, concat('acl=', n.nspacl::text) FROM pg_namespace n WHERE {OWN}"

RELATIONS = f"""
SELECT n.nspname, c.relname, NULL, concat_ws(' ',
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'f' THEN 'foreign table'
        WHEN 'm' THEN 'materialized view' WHEN 'c' THEN 'composite type' WHEN 'S' THEN 'sequence' END,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
    'using ' || (SELECT amname FROM pg_am a WHERE a.oid = c.relam),
    'tablespace ' || (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace),
    'with ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o),
    'toast with ' || (SELECT reloptions::text FROM pg_class t WHERE t.oid = c.reltoastrelid),
    CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END,
    CASE WHEN c.relreplident NOT IN ('d', 'n') THEN 'replica identity ' || c.relreplident::text END,
    'partition by ' || CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
    'partition ' || pg_get_expr(c.relpartbound, c.oid),
    'inherits ' || (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
    'of ' || nullif(c.reloftype, 0)::regtype::text,
    'acl=' || c.relacl::text, 'owner=' || pg_get_userbyid(c.relowner),
    CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'not populated' END,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    (SELECT concat_ws(' ', 'server', s.srvname, f.ftoptions::text) FROM pg_foreign_table f
        JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND {own("pg_class", "c")}
"""

# attstorage and collation only where they are not the type's; attcompression since 14.
COLUMNS = f"""
SELECT n.nspname, c.relname, a.attname, concat_ws(' ',
    format_type(a.atttypid, a.atttypmod),
    'collate ' || CASE WHEN a.attcollation <> t.typcollation THEN (SELECT o.collname FROM pg_collation o WHERE o.oid = a.attcollation) END,
    CASE WHEN a.attnotnull THEN 'not null' END,
    CASE a.attgenerated WHEN 's' THEN 'generated stored' WHEN 'v' THEN 'generated virtual'
        ELSE CASE WHEN d.oid IS NOT NULL THEN 'default' END END,
    pg_get_expr(d.adbin, d.adrelid),
    CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
    CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || a.attstorage::text END,
    'compression ' || nullif(to_jsonb(a) ->> 'attcompression', ''),
    'statistics ' || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
    'with ' || a.attoptions::text, 'options ' || a.attfdwoptions::text, 'acl=' || a.attacl::text,
    CASE WHEN NOT a.attislocal THEN 'inherited' END, 'parents ' || nullif(a.attinhcount, 0))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND {own("pg_class", "c")}
"""

ORDER = f"""
SELECT n.nspname, c.relname, NULL, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND {own("pg_class", "c")}
GROUP BY 1, 2
"""

# The definition says deferrable, not valid, not enforced, no inherit.
CONSTRAINTS = f"""
SELECT n.nspname, c.relname, k.conname, concat_ws(' ', pg_get_constraintdef(k.oid),
    CASE WHEN NOT k.convalidated THEN 'not validated' END, CASE WHEN k.connoinherit THEN 'no inherit' END,
    CASE WHEN NOT k.conislocal THEN 'inherited' END, 'parents ' || nullif(k.coninhcount, 0))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype <> 'n' AND {own("pg_class", "c")}
    AND (c.relispartition OR k.conparentid = 0) -- else a part of one that is listed, named by the server
"""

NOT_NULLS = f"""
SELECT n.nspname, c.relname, a.attname, concat_ws(' ', {{name}}
    CASE WHEN NOT k.convalidated THEN 'not validated' END, CASE WHEN k.connoinherit THEN 'no inherit' END)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
WHERE k.contype = 'n' AND {own("pg_class", "c")}
"""

INDEXES = f"""
SELECT n.nspname, c.relname, i.relname, concat_ws(' ', pg_get_indexdef(i.oid),
    CASE WHEN x.indisprimary THEN 'primary' END, CASE WHEN NOT x.indimmediate THEN 'deferrable' END,
    CASE WHEN NOT x.indisvalid THEN 'invalid' END, CASE WHEN NOT x.indisready THEN 'not ready' END,
    CASE WHEN x.indisclustered THEN 'clustered' END, CASE WHEN x.indisreplident THEN 'replica identity' END,
    'tablespace ' || (SELECT spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace),
    'statistics ' || (SELECT string_agg(a.attnum || '=' || a.attstattarget, ' ' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = i.oid AND a.attstattarget >= 0),
    'of constraint ' || (SELECT conname FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')))
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {own("pg_class", "c")}
"""

SEQUENCES = f"""
SELECT n.nspname, (SELECT o.relname FROM pg_depend d JOIN pg_class o ON o.oid = d.refobjid WHERE d.objid = c.oid
        AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')),
    c.relname, concat_ws(' ', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment', s.seqincrement,
    'min', s.seqmin, 'max', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END,
    (SELECT CASE d.deptype WHEN 'a' THEN 'owned by ' ELSE 'identity of ' END || d.refobjid::regclass || '.' || a.attname
        FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE d.objid = c.oid
        AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {own("pg_class", "c")}
"""

TYPES = f"""
SELECT n.nspname, NULL, t.typname, concat_ws(' ', t.typtype::text,
    'labels ' || (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
        FROM pg_enum e WHERE e.enumtypid = t.oid),
    CASE t.typtype WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN 'not null' END,
        'default ' || t.typdefault, 'collate ' || (SELECT o.collname FROM pg_collation o WHERE o.oid = t.typcollation),
        (SELECT string_agg(quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')) END,
    (SELECT concat_ws(' ', r.rngsubtype::regtype, r.rngsubdiff, r.rngcanonical, (SELECT o.collname FROM pg_collation o WHERE o.oid = r.rngcollation))
        FROM pg_range r WHERE r.rngtypid = t.oid),
    'acl=' || t.typacl::text)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'b' AND t.typelem = 0) AND {own("pg_type", "t")}
"""

FUNCTIONS = f"""
SELECT n.nspname, NULL, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', concat_ws(' ',
    CASE WHEN p.prokind = 'a' THEN (SELECT concat_ws(' ', 'aggregate', aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
        FROM pg_aggregate g WHERE g.aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END, 'acl=' || p.proacl::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {own("pg_proc", "p")}
"""

TRIGGERS = f"""
SELECT n.nspname, c.relname, t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), 'enabled=' || t.tgenabled::text)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {own("pg_class", "c")}
"""

RULES = f"""
SELECT n.nspname, c.relname, r.rulename, concat_ws(' ', pg_get_ruledef(r.oid), 'enabled=' || r.ev_enabled::text)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {own("pg_class", "c")}
"""

POLICIES = f"""
SELECT n.nspname, c.relname, p.polname, concat_ws(' ', p.polcmd::text, CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
    'to ' || (SELECT string_agg(r::regrole::text, ', ' ORDER BY r::regrole::text) FROM unnest(p.polroles) r),
    'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {own("pg_class", "c")}
"""

STATISTICS = f"""
SELECT n.nspname, c.relname, s.stxname, concat_ws(' ', pg_get_statisticsobjdef(s.oid), 'target ' || nullif(to_jsonb(s) ->> 'stxstattarget', '-1'))
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class c ON c.oid = s.stxrelid
WHERE {own("pg_statistic_ext", "s")}
"""

COLLATIONS = f"""
SELECT n.nspname, NULL, o.collname, concat_ws(' ', o.collprovider::text, o.collisdeterministic, o.collcollate, o.collctype)
FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE {own("pg_collation", "o")}
"""

OPERATORS = f"""
SELECT n.nspname, NULL, o.oid::regoperator::text, concat_ws(' ', o.oprcode, o.oprresult::regtype, nullif(o.oprcom, 0)::regoperator,
    nullif(o.oprnegate, 0)::regoperator) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE {own("pg_operator", "o")}
"""

# Without a schema of their own.
EXTENSIONS = """
SELECT NULL, NULL, e.extname, e.extversion || ' in ' || e.extnamespace::regnamespace FROM pg_extension e
"""
CASTS = """
SELECT NULL, NULL, pg_describe_object('pg_cast'::regclass, k.oid, 0), concat_ws(' ', k.castcontext::text, k.castmethod::text,
    nullif(k.castfunc, 0)::regprocedure) FROM pg_cast k WHERE k.oid >= 16384
AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_cast'::regclass AND x.objid = k.oid AND x.deptype = 'e')
"""
PUBLICATIONS = """
SELECT NULL, NULL, p.pubname, concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, to_jsonb(p) ->> 'pubviaroot',
    (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
        FROM pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_publication p
"""
EVENT_TRIGGERS = """
SELECT NULL, NULL, t.evtname, concat_ws(' ', t.evtevent, t.evtfoid::regprocedure, t.evtenabled::text, t.evttags::text)
FROM pg_event_trigger t
"""
FOREIGN_SERVERS = """
SELECT NULL, NULL, s.srvname, concat_ws(' ', w.fdwname, s.srvtype, s.srvversion, s.srvoptions::text, s.srvacl::text)
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
"""
DEFAULT_PRIVILEGES = """
SELECT NULL, NULL, concat_ws(' ', pg_get_userbyid(d.defaclrole), nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype::text),
    d.defaclacl::text FROM pg_default_acl d
"""
# Of whatever kind; object_names is {schema, table, column} or the like. Objects of users have numbers from 16384.
COMMENTS = """
SELECT i.object_names[1], i.object_names[2], o.type || ' ' || o.identity, quote_literal(d.description)
FROM pg_description d, pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) i,
    pg_identify_object(d.classoid, d.objoid, d.objsubid) o
WHERE (d.objoid >= 16384 OR d.objoid = to_regnamespace('public')::oid)
    AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')
    AND d.classoid <> 'pg_extension'::regclass
"""

QUERIES = {
    "schema": SCHEMAS,
    "relation": RELATIONS,
    "column": COLUMNS,
    "order": ORDER,
    "constraint": CONSTRAINTS,
    "index": INDEXES,
    "sequence": SEQUENCES,
    "type": TYPES,
    "function": FUNCTIONS,
    "trigger": TRIGGERS,
    "rule": RULES,
    "policy": POLICIES,
    "statistics": STATISTICS,
    "collation": COLLATIONS,
    "operator": OPERATORS,
    "extension": EXTENSIONS,
    "cast": CASTS,
    "publication": PUBLICATIONS,
    "event trigger": EVENT_TRIGGERS,
    "foreign server": FOREIGN_SERVERS,
    "default privileges": DEFAULT_PRIVILEGES,
    "comment": COMMENTS,
}


def facts(
    connection: sa.Connection, exclude: Collection[str], not_null_names: bool
) -> Iterator[tuple[str, str]]:
    """Names in full, whatever the search path is: it is set aside while we read."""
    path = connection.exec_driver_sql("SELECT current_setting('search_path')").scalar_one()
    set_path = sa.text("SELECT set_config('search_path', :path, false)")
    connection.execute(set_path, {"path": "pg_catalog"})
    try:
        name = "k.conname," if not_null_names else ""
        for kind, query in {**QUERIES, "not null": NOT_NULLS.format(name=name)}.items():
            for schema, table, rest, fact in connection.execute(sa.text(query.replace(":", r"\:"))).all():
                if table not in exclude:
                    yield (
                        f"{kind} " + ".".join(part for part in (schema, table, rest) if part is not None),
                        fact or "",
                    )
    finally:
        connection.execute(set_path, {"path": path})
