"""The queries on PostgreSQL's catalog, for servers from 12 on; each a function of the server's version."""

from __future__ import annotations

Version = tuple[int, ...]

_OF_TABLES = """
  JOIN pg_catalog.pg_class t ON t.oid = {relation}
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 WHERE n.nspname = ANY(CAST(:schemas AS text[]))
   AND t.relkind IN ('r', 'p') AND (CAST(:tables AS text[]) IS NULL OR t.relname = ANY(CAST(:tables AS text[])))
"""
_NAMES = """
(SELECT coalesce(json_agg(w.attname ORDER BY u.place), '[]'::json)
   FROM unnest({numbers}) WITH ORDINALITY AS u(number, place)
   JOIN pg_catalog.pg_attribute w ON w.attrelid = {relation} AND w.attnum = u.number)
"""


def _names(relation: str, numbers: str) -> str:
    """The names of columns by their numbers, as a JSON list in the order of the numbers."""
    return _NAMES.format(relation=relation, numbers=numbers)


# `int2vector` and `oidvector` count from 0.
_ELEMENTS = """
(SELECT json_agg(json_build_object(
          'column', a.attname,
          'text', pg_catalog.pg_get_indexdef(i.indexrelid, k.place, true),
          'flags', i.indoption[k.place - 1],
          'operator_class', CASE WHEN o.opcdefault THEN NULL ELSE o.opcname END,
          'collation', CASE WHEN i.indcollation[k.place - 1] <> coalesce(a.attcollation, e.attcollation)
                            THEN c.collname END) ORDER BY k.place)
   FROM generate_series(1, i.indnkeyatts) AS k(place)
   LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1]
                                      AND a.attnum > 0
   LEFT JOIN pg_catalog.pg_attribute e ON e.attrelid = i.indexrelid AND e.attnum = k.place
   LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.place - 1]
   LEFT JOIN pg_catalog.pg_collation c ON c.oid = i.indcollation[k.place - 1])
"""
_INCLUDE = """
(SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]'::json)
   FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS k(place)
   JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place - 1])
"""


def _since(version: Version, first: int, text: str, otherwise: str) -> str:
    return text if not version or version[0] >= first else otherwise


_TABLESPACE = """nullif(coalesce(ts.spcname, (
           SELECT own.spcname FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace own ON own.oid = d.dattablespace
            WHERE d.datname = pg_catalog.current_database())), 'pg_default')"""
"""Where it lies: nothing for pg_default, also where the database itself lies elsewhere."""


def TABLES(version: Version) -> str:
    """Partitions belong to their table: they are read only when asked for by name."""
    return f"""
SELECT n.nspname AS schema, t.relname AS tablename, t.relpersistence::text AS persistence,
       to_json(t.reloptions) AS storage, {_TABLESPACE} AS tablespace,
       CASE WHEN t.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(t.oid) END AS partition_by,
       (SELECT coalesce(json_agg(h.inhparent::regclass::text ORDER BY h.inhseqno), '[]'::json)
          FROM pg_catalog.pg_inherits h WHERE h.inhrelid = t.oid AND NOT t.relispartition) AS parents,
       pg_catalog.obj_description(t.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_class self
  LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = self.reltablespace
{_OF_TABLES.format(relation="self.oid")}
   AND t.relpersistence <> 't' AND (NOT t.relispartition OR CAST(:tables AS text[]) IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass
                      AND e.objid = t.oid AND e.deptype = 'e')
 ORDER BY n.nspname, t.relname"""


def TYPES(version: Version) -> str:
    """Each different type of a column once, with a column that has it; of an enum (or an array of one) all there is."""
    return f"""
SELECT d.*, pg_catalog.format_type(d.type_oid, d.type_mod) AS type, y.typcategory = 'A' AS is_array,
       e.typname AS enum, CASE WHEN NOT pg_catalog.pg_type_is_visible(e.oid) THEN en.nspname END AS enum_schema,
       CASE WHEN e.oid IS NOT NULL THEN
           (SELECT coalesce(json_agg(v.enumlabel ORDER BY v.enumsortorder), '[]'::json)
              FROM pg_catalog.pg_enum v WHERE v.enumtypid = e.oid) END AS labels
  FROM (SELECT DISTINCT ON (a.atttypid, a.atttypmod, a.attcollation)
               n.nspname AS schema, t.relname AS tablename, a.attname AS name,
               a.atttypid AS type_oid, a.atttypmod AS type_mod, a.attcollation AS collation_oid
          FROM pg_catalog.pg_attribute a
{_OF_TABLES.format(relation="a.attrelid")}
           AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.atttypid, a.atttypmod, a.attcollation, n.nspname, t.relname) AS d
  JOIN pg_catalog.pg_type y ON y.oid = d.type_oid
  LEFT JOIN pg_catalog.pg_type e ON e.typtype = 'e'
       AND e.oid = CASE WHEN y.typcategory = 'A' THEN y.typelem ELSE y.oid END
  LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
 ORDER BY d.schema, d.tablename, d.name"""


def COLUMNS(version: Version) -> str:
    return f"""
SELECT n.nspname AS schema, t.relname AS tablename, a.attname AS name, a.attnotnull AS not_null,
       a.atttypid AS type_oid, a.atttypmod AS type_mod, a.attcollation AS collation_oid,
       a.attidentity::text AS identity, a.attgenerated::text AS generated,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS "default",
       pg_catalog.col_description(a.attrelid, a.attnum) AS comment,
       (own.refobjsubid IS NOT NULL AND a.attidentity = '') AS serial,
       sn.nspname AS sequence_schema, s.relname AS sequence,
       q.seqstart AS seq_start, q.seqincrement AS seq_increment, q.seqmin AS seq_min, q.seqmax AS seq_max,
       q.seqcache AS seq_cache, q.seqcycle AS seq_cycle, pg_catalog.format_type(q.seqtypid, NULL) AS seq_type
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN LATERAL (
    SELECT p.refobjid AS oid FROM pg_catalog.pg_depend p
      JOIN pg_catalog.pg_class z ON z.oid = p.refobjid AND z.relkind = 'S'
     WHERE p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
       AND p.refclassid = 'pg_catalog.pg_class'::regclass
    UNION ALL
    SELECT p.objid FROM pg_catalog.pg_depend p
     WHERE a.attidentity <> '' AND p.deptype = 'i' AND p.classid = 'pg_catalog.pg_class'::regclass
       AND p.refclassid = 'pg_catalog.pg_class'::regclass
       AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum
    LIMIT 1) AS used ON true
  LEFT JOIN pg_catalog.pg_class s ON s.oid = used.oid
  LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
  LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = used.oid
  LEFT JOIN pg_catalog.pg_depend own ON own.classid = 'pg_catalog.pg_class'::regclass AND own.objid = used.oid
       AND own.deptype = 'a' AND own.refclassid = 'pg_catalog.pg_class'::regclass
       AND own.refobjid = a.attrelid AND own.refobjsubid = a.attnum
{_OF_TABLES.format(relation="a.attrelid")}
   AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY t.oid, a.attnum"""


def CONSTRAINTS(version: Version) -> str:
    set_columns = _since(version, 15, _names("k.conrelid", "k.confdelsetcols"), "NULL::json")
    distinct = _since(version, 15, "coalesce(i.indnullsnotdistinct, false)", "false")
    # a foreign key to a partitioned table has a part for each partition, which the server makes and drops
    whole = _since(version, 11, "(t.relispartition OR k.conparentid = 0)", "true")
    return f"""
SELECT n.nspname AS schema, t.relname AS tablename, k.conname AS name, k.contype::text AS kind,
       k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS valid,
       pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment,
       pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression,
       {_names("k.conrelid", "k.conkey")} AS columns,
       rn.nspname AS referred_schema, r.relname AS referred_table,
       {_names("k.confrelid", "k.confkey")} AS referred_columns,
       k.confupdtype::text AS on_update, k.confdeltype::text AS on_delete, k.confmatchtype::text AS match,
       {set_columns} AS on_delete_columns,
       CASE WHEN k.contype IN ('p', 'u') THEN {_INCLUDE} END AS include,
       {distinct} AS nulls_not_distinct,
       CASE WHEN k.contype = 'x' THEN {_ELEMENTS} END AS elements,
       (SELECT json_agg(o.oprname ORDER BY x.place)
          FROM unnest(k.conexclop) WITH ORDINALITY AS x(operator, place)
          JOIN pg_catalog.pg_operator o ON o.oid = x.operator) AS operators,
       m.amname AS method, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate
  FROM pg_catalog.pg_constraint k
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
  LEFT JOIN pg_catalog.pg_am m ON m.oid = ic.relam
  LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
{_OF_TABLES.format(relation="k.conrelid")}
   AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND {whole}
 ORDER BY t.oid, k.conname"""


def INDEXES(version: Version) -> str:
    distinct = _since(version, 15, "i.indnullsnotdistinct", "false")
    return f"""
SELECT n.nspname AS schema, t.relname AS tablename, x.relname AS name, i.indisunique AS "unique",
       i.indisvalid AS valid, m.amname AS method, {_ELEMENTS} AS elements, {_INCLUDE} AS include,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate, {distinct} AS nulls_not_distinct,
       to_json(x.reloptions) AS storage, {_TABLESPACE} AS tablespace,
       pg_catalog.obj_description(x.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  JOIN pg_catalog.pg_am m ON m.oid = x.relam
  LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = x.reltablespace
{_OF_TABLES.format(relation="i.indrelid")}
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
                    WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY t.oid, x.relname"""
