"""Comments of tables and columns. Empty and none are the same."""

from __future__ import annotations

import logging
from typing import Any

from ...operations import ops
from ...util import PriorityDispatchResult

log = logging.getLogger(__name__)
CONTINUE, STOP = PriorityDispatchResult.CONTINUE, PriorityDispatchResult.STOP


def _compare_column_comment(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    have, want = conn_col.comment or None, metadata_col.comment or None
    if not autogen_context.dialect.supports_comments or have is want is None:
        return CONTINUE
    alter_column_op.existing_comment = have
    if have == want:
        return CONTINUE
    alter_column_op.modify_comment = want
    log.info("Detected column comment '%s.%s'", tname, cname)
    return STOP


def _compare_table_comment(
    autogen_context: Any, modify_table_ops: Any, schema: Any, tname: Any, conn_table: Any, metadata_table: Any
) -> PriorityDispatchResult:
    if not autogen_context.dialect.supports_comments or conn_table is None or metadata_table is None:
        return CONTINUE
    have, want = conn_table.comment or None, metadata_table.comment or None
    if have == want:
        return CONTINUE
    if want is None:
        change: Any = ops.DropTableCommentOp(tname, existing_comment=have, schema=schema)
    else:
        change = ops.CreateTableCommentOp(tname, want, existing_comment=have, schema=schema)
    modify_table_ops.ops.append(change)
    return STOP


def setup(plugin: Any) -> None:
    plugin.add_autogenerate_comparator(_compare_column_comment, "column", "comments")
    plugin.add_autogenerate_comparator(_compare_table_comment, "table", "comments")
