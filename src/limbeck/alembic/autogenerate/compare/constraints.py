"""NOT NULL, and the order in which the comparisons of a table take part."""

from __future__ import annotations

import logging
from typing import Any

from ...util import PriorityDispatchResult, sqla_compat
from .foreign_keys import _compare_foreign_keys as _compare_foreign_keys
from .foreign_keys import _make_foreign_key as _make_foreign_key
from .indexes import _compare_indexes_and_uniques as _compare_indexes_and_uniques
from .indexes import _make_index as _make_index
from .indexes import _make_unique_constraint as _make_unique_constraint

log = logging.getLogger(__name__)
CONTINUE, STOP = PriorityDispatchResult.CONTINUE, PriorityDispatchResult.STOP


def _compare_nullable(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    have, want = conn_col.nullable, metadata_col.nullable
    alter_column_op.existing_nullable = have
    if have is want:
        return CONTINUE
    defaults = (metadata_col.server_default, conn_col.server_default)
    unsaid = sqla_compat._nullability_might_be_unset(metadata_col)
    computed = sqla_compat._server_default_is_computed(*defaults) and unsaid
    if computed or sqla_compat._server_default_is_identity(*defaults):
        log.info("Ignoring nullable change on identity column '%s.%s'", tname, cname)
        return CONTINUE
    alter_column_op.modify_nullable = want
    log.info("Detected %s on column '%s.%s'", "NULL" if want else "NOT NULL", tname, cname)
    return STOP


def setup(plugin: Any) -> None:
    plugin.add_autogenerate_comparator(_compare_indexes_and_uniques, "table", "indexes")
    plugin.add_autogenerate_comparator(_compare_foreign_keys, "table", "foreignkeys")
    plugin.add_autogenerate_comparator(_compare_nullable, "column", "nullable")
