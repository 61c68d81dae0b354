"""Types of columns: the project's `compare_type` is asked first, the impl last."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import types as sqltypes

from ...util import DispatchPriority, PriorityDispatchResult

log = logging.getLogger(__name__)
CONTINUE, STOP = PriorityDispatchResult.CONTINUE, PriorityDispatchResult.STOP


def _compare_type_setup(
    alter_column_op: Any, tname: Any, cname: Any, conn_col: Any, metadata_col: Any
) -> bool:
    """Note the type that is there; False where either side has none."""
    alter_column_op.existing_type = conn_col.type
    if conn_col.type._type_affinity is sqltypes.NullType:
        log.info("Couldn't determine database type for column '%s.%s'", tname, cname)
        return False
    if metadata_col.type._type_affinity is sqltypes.NullType:
        log.info("Column '%s.%s' has no type within the model; can't compare", tname, cname)
        return False
    return True


def _changed(
    alter_column_op: Any, tname: Any, cname: Any, conn_col: Any, metadata_col: Any
) -> PriorityDispatchResult:
    alter_column_op.modify_type = metadata_col.type
    log.info("Detected type change from %r to %r on '%s.%s'", conn_col.type, metadata_col.type, tname, cname)
    return STOP


def _user_compare_type(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    context = autogen_context.migration_context
    users = context._user_compare_type
    if users is False:
        return STOP
    if not _compare_type_setup(alter_column_op, tname, cname, conn_col, metadata_col) or not callable(users):
        return CONTINUE
    differs = users(context, conn_col, metadata_col, conn_col.type, metadata_col.type)
    if differs:
        return _changed(alter_column_op, tname, cname, conn_col, metadata_col)
    return STOP if differs is False else CONTINUE  # None: no opinion


def _dialect_impl_compare_type(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    if not _compare_type_setup(alter_column_op, tname, cname, conn_col, metadata_col):
        return CONTINUE
    if not autogen_context.migration_context.impl.compare_type(conn_col, metadata_col):
        return CONTINUE
    return _changed(alter_column_op, tname, cname, conn_col, metadata_col)


def setup(plugin: Any) -> None:
    add = plugin.add_autogenerate_comparator
    add(_user_compare_type, "column", "types", priority=DispatchPriority.FIRST)
    add(_dialect_impl_compare_type, "column", "types", priority=DispatchPriority.LAST)
