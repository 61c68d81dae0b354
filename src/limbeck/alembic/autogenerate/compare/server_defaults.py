"""Server defaults, computed and identity columns."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import schema as sa_schema

from ... import util
from ...util import DispatchPriority, PriorityDispatchResult, sqla_compat

log = logging.getLogger(__name__)
CONTINUE, STOP = PriorityDispatchResult.CONTINUE, PriorityDispatchResult.STOP


def _compiled(expression: Any, autogen_context: Any) -> str:
    return str(expression.compile(dialect=autogen_context.dialect, compile_kwargs={"literal_binds": True}))


def _render_server_default_for_compare(metadata_default: Any, autogen_context: Any) -> str | None:
    """The text of a declared default, None where it has none."""
    if isinstance(metadata_default, sa_schema.DefaultClause):
        default = metadata_default.arg
        return default if isinstance(default, str) else _compiled(default, autogen_context)
    return metadata_default if isinstance(metadata_default, str) else None


def _compare_computed_default(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    """A computed column cannot be changed: say that it should."""
    have, want = conn_col.server_default, metadata_col.server_default
    if not isinstance(want, sa_schema.Computed) and not isinstance(have, sa_schema.Computed):
        return CONTINUE
    normal = autogen_context.migration_context.impl._normalize_computed_default
    texts = [
        normal(_compiled(default.sqltext, autogen_context)) if isinstance(default, sa_schema.Computed) else ""
        for default in (have, want)
    ]
    if not isinstance(want, sa_schema.Computed) or texts[0] != texts[1]:
        _warn_computed_not_supported(tname, cname)
    return STOP


def _warn_computed_not_supported(tname: str, cname: str) -> None:
    util.warn(f"Computed default on {tname}.{cname} cannot be modified")


def _compare_identity_default(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    have, want = conn_col.server_default, metadata_col.server_default
    if not sqla_compat._server_default_is_identity(want, have):
        return CONTINUE
    sequences = (sa_schema.Identity, sa_schema.Sequence, type(None))
    assert isinstance(want, sequences) and isinstance(have, sequences)
    differs, _, is_alter = autogen_context.migration_context.impl._compare_identity_default(want, have)
    if not is_alter:
        return CONTINUE
    alter_column_op.modify_server_default = want
    if not differs:
        return CONTINUE
    log.info(
        "Detected server default on column '%s.%s': identity options attributes %s",
        tname,
        cname,
        sorted(differs),
    )
    return STOP


def _text_of_reflected(default: Any) -> str | None:
    return default.arg.text if default else None


def _user_compare_server_default(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    have, want = conn_col.server_default, metadata_col.server_default
    if have is None and want is None:
        return CONTINUE
    alter_column_op.existing_server_default = have
    context = autogen_context.migration_context
    users = context._user_compare_server_default
    if users is False:
        return STOP
    if not callable(users):
        return CONTINUE
    want_text = _render_server_default_for_compare(want, autogen_context)
    differs = users(context, conn_col, metadata_col, _text_of_reflected(have), want, want_text)
    if differs:
        alter_column_op.modify_server_default = want
        log.info("User defined function %s detected server default on column '%s.%s'", users, tname, cname)
    return CONTINUE if differs is None else STOP


def _dialect_impl_compare_server_default(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    have, want = conn_col.server_default, metadata_col.server_default
    if have is None and want is None:
        return CONTINUE
    alter_column_op.existing_server_default = have
    plain = (sa_schema.DefaultClause, type(None))
    if not isinstance(have, plain) or not isinstance(want, plain):
        return CONTINUE
    impl = autogen_context.migration_context.impl
    want_text = _render_server_default_for_compare(want, autogen_context)
    if not impl.compare_server_default(conn_col, metadata_col, want_text, _text_of_reflected(have)):
        return CONTINUE
    alter_column_op.modify_server_default = want
    log.info("Dialect impl %s detected server default on column '%s.%s'", impl, tname, cname)
    return STOP


def _setup_autoincrement(
    autogen_context: Any,
    alter_column_op: Any,
    schema: Any,
    tname: Any,
    cname: Any,
    conn_col: Any,
    metadata_col: Any,
) -> PriorityDispatchResult:
    """MySQL says it again with the column."""
    if metadata_col.table._autoincrement_column is metadata_col:
        alter_column_op.kw["autoincrement"] = True
    elif isinstance(metadata_col.autoincrement, bool):
        alter_column_op.kw["autoincrement"] = metadata_col.autoincrement
    return CONTINUE


def setup(plugin: Any) -> None:
    add, group = plugin.add_autogenerate_comparator, "server_default"
    add(_user_compare_server_default, "column", group, priority=DispatchPriority.FIRST)
    add(_compare_computed_default, "column", group)
    add(_compare_identity_default, "column", group)
    add(_setup_autoincrement, "column", group)
    add(_dialect_impl_compare_server_default, "column", group, priority=DispatchPriority.LAST)
