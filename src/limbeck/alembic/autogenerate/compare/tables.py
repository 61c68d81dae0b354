"""Tables and columns: what is added, removed, and there on both sides."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy import schema as sa_schema

from ...operations import ops
from ...util import PriorityDispatchResult, sqla_compat
from .util import _InspectorConv

log = logging.getLogger(__name__)
Key = tuple[Any, str]
"""(schema, table)"""


def _autogen_for_tables(
    autogen_context: Any, upgrade_ops: Any, schemas: set[str | None]
) -> PriorityDispatchResult:
    context, inspector = autogen_context.migration_context, autogen_context.inspector
    version_table = (context.version_table_schema, context.version_table)
    reflected: set[Key] = set()
    for schema in schemas:
        available = set(inspector.get_table_names(schema=schema))
        candidates = {name for name in available if (schema, name) != version_table}
        names = [
            name
            for name in candidates
            if autogen_context.run_name_filters(name, "table", {"schema_name": schema})
        ]
        reflected.update((schema, name) for name in names)
        _InspectorConv(inspector).pre_cache_tables(schema, names, available)
    declared = dict.fromkeys((table.schema, table.name) for table in autogen_context.sorted_tables)
    declared.pop(version_table, None)
    _compare_tables(reflected, declared, inspector, upgrade_ops, autogen_context)
    return PriorityDispatchResult.CONTINUE


def _compare_tables(
    conn_table_names: set[Key],
    metadata_table_names: Any,
    inspector: Any,
    upgrade_ops: Any,
    autogen_context: Any,
) -> None:
    """Added tables first, in the models' order; then removed ones; then those on both sides, by name."""
    default_schema = inspector.bind.dialect.default_schema_name
    declared: dict[Key, Any] = {}
    for schema, name in metadata_table_names:
        table = autogen_context.table_key_to_table[sqla_compat._get_table_key(name, schema)]
        declared[(None if schema == default_schema else schema), name] = table
    for key, table in declared.items():
        if key not in conn_table_names:
            _added(autogen_context, upgrade_ops, key, table)
    gone = [key for key in conn_table_names if key not in declared]
    for key, table in _reflect(autogen_context, inspector, gone):
        _removed(autogen_context, upgrade_ops, key, table)
    both = sorted(
        (key for key in conn_table_names if key in declared), key=lambda key: (key[0] or "", key[1])
    )
    for key, table in _reflect(autogen_context, inspector, both):
        _compared(autogen_context, upgrade_ops, key, table, declared[key], inspector)


def _reflect(autogen_context: Any, inspector: Any, keys: list[Key]) -> list[tuple[Key, Any]]:
    """These tables as the database has them, all in one MetaData."""
    metadata = sa_schema.MetaData()
    listen = autogen_context.migration_context.impl._compat_autogen_column_reflect(inspector)
    found = []
    for schema, name in keys:
        exists = sqla_compat._get_table_key(name, schema) in metadata.tables
        table = sa_schema.Table(name, metadata, schema=schema)
        if not exists:
            event.listen(table, "column_reflect", listen)
            _InspectorConv(inspector).reflect_table(table)
        found.append(((schema, name), table))
    return found


def _table_comparators(autogen_context: Any) -> Any:
    return autogen_context.comparators.dispatch("table", qualifier=autogen_context.dialect.name)


def _full_name(key: Key) -> str:
    schema, name = key
    return f"{schema}.{name}" if schema else name


def _added(autogen_context: Any, upgrade_ops: Any, key: Key, table: Any) -> None:
    schema, name = key
    if not autogen_context.run_object_filters(table, name, "table", False, None):
        return
    upgrade_ops.ops.append(ops.CreateTableOp.from_table(table))
    log.info("Detected added table %r", _full_name(key))
    inside = ops.ModifyTableOps(name, [], schema=schema)
    _table_comparators(autogen_context)(autogen_context, inside, schema, name, None, table)
    if not inside.is_empty():
        upgrade_ops.ops.append(inside)


def _removed(autogen_context: Any, upgrade_ops: Any, key: Key, table: Any) -> None:
    schema, name = key
    if not autogen_context.run_object_filters(table, name, "table", True, None):
        return
    inside = ops.ModifyTableOps(name, [], schema=schema)
    _table_comparators(autogen_context)(autogen_context, inside, schema, name, table, None)
    if not inside.is_empty():
        upgrade_ops.ops.append(inside)
    upgrade_ops.ops.append(ops.DropTableOp.from_table(table))
    log.info("Detected removed table %r", _full_name(key))


def _compared(autogen_context: Any, upgrade_ops: Any, key: Key, have: Any, want: Any, inspector: Any) -> None:
    schema, name = key
    if not autogen_context.run_object_filters(want, name, "table", False, have):
        return
    inside = ops.ModifyTableOps(name, [], schema=schema)
    with _compare_columns(schema or None, name, have, want, inside, autogen_context, inspector):
        _table_comparators(autogen_context)(autogen_context, inside, schema, name, have, want)
    if not inside.is_empty():
        upgrade_ops.ops.append(inside)


@contextmanager
def _compare_columns(
    schema: str | None,
    tname: Any,
    conn_table: Any,
    metadata_table: Any,
    modify_table_ops: Any,
    autogen_context: Any,
    inspector: Any,
) -> Iterator[None]:
    """Added and changed columns; then whatever is compared within; then removed columns, for constraints go first."""
    full_name = _full_name((schema, tname))
    wanted = {column.name: column for column in metadata_table.c if not column.system}
    parents = {"table_name": tname, "schema_name": schema}
    there = {
        column.name: column
        for column in conn_table.c
        if autogen_context.run_name_filters(column.name, "column", dict(parents))
    }
    for name, column in wanted.items():
        if name not in there and autogen_context.run_object_filters(column, name, "column", False, None):
            modify_table_ops.ops.append(ops.AddColumnOp.from_column_and_tablename(schema, tname, column))
            log.info("Detected added column '%s.%s'", full_name, name)
    compare = autogen_context.comparators.dispatch("column", qualifier=autogen_context.dialect.name)
    for name in filter(there.__contains__, wanted):
        want, have = wanted[name], conn_table.c[name]
        if autogen_context.run_object_filters(want, name, "column", False, have):
            alter = ops.AlterColumnOp(tname, name, schema=schema)
            compare(autogen_context, alter, schema, tname, name, have, want)
            modify_table_ops.ops += [alter] if alter.has_changes() else []
    yield
    for name in [name for name in there if name not in wanted]:
        column = conn_table.c[name]
        if autogen_context.run_object_filters(column, name, "column", True, None):
            modify_table_ops.ops.append(ops.DropColumnOp.from_column_and_tablename(schema, tname, column))
            log.info("Detected removed column '%s.%s'", full_name, name)


def setup(plugin: Any) -> None:
    plugin.add_autogenerate_comparator(_autogen_for_tables, "schema", "tables")
