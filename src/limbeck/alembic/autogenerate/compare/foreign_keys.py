"""Foreign keys: compared by what they point at, never by name."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import schema as sa_schema

from ...operations import ops
from ...util import PriorityDispatchResult, sqla_compat
from .util import _InspectorConv

log = logging.getLogger("alembic.autogenerate.compare.constraints")
CONTINUE = PriorityDispatchResult.CONTINUE


def _make_foreign_key(params: Any, conn_table: Any) -> Any:
    """The constraint that was reflected, on the table that was; a target that was not read is stood in for."""
    schema, name = params["referred_schema"], params["referred_table"]
    target = f"{schema}.{name}" if schema else name
    options = params.get("options", {})
    constraint: Any = sa_schema.ForeignKeyConstraint(
        [conn_table.c[column] for column in params["constrained_columns"]],
        [f"{target}.{column}" for column in params["referred_columns"]],
        name=params["name"],
        **{word: options.get(word) for word in ("onupdate", "ondelete", "deferrable", "initially")},
    )
    _let_target_exist(params, conn_table)
    conn_table.append_constraint(constraint)
    return constraint


def _let_target_exist(params: Any, conn_table: Any) -> None:
    """A placeholder, marked in `info`, with the columns that are pointed at."""
    metadata, schema = conn_table.metadata, params["referred_schema"]
    key = sqla_compat._get_table_key(params["referred_table"], schema)
    target = metadata.tables.get(key)
    if target is None:
        target = sa_schema.Table(
            params["referred_table"],
            metadata,
            schema=sa_schema.BLANK_SCHEMA if schema is None else schema,
            info={"alembic_placeholder": True},
        )
    elif not target.info.get("alembic_placeholder"):
        return
    for near, far in zip(params["constrained_columns"], params["referred_columns"], strict=False):
        if far not in target.c:
            target.append_column(sa_schema.Column(far, conn_table.c[near].type))


def _compare_foreign_keys(
    autogen_context: Any, modify_table_ops: Any, schema: Any, tname: Any, conn_table: Any, metadata_table: Any
) -> PriorityDispatchResult:
    if conn_table is None or metadata_table is None:
        return CONTINUE
    impl = autogen_context.migration_context.impl
    wanted = {key for key in metadata_table.constraints if isinstance(key, sa_schema.ForeignKeyConstraint)}
    parents = {"table_name": tname, "schema_name": schema}
    reflected = [
        params
        for params in _InspectorConv(autogen_context.inspector).get_foreign_keys(tname, schema=schema)
        if autogen_context.run_name_filters(params["name"], "foreign_key_constraint", dict(parents))
    ]
    there = {_make_foreign_key(params, conn_table) for params in reflected}
    impl.correct_for_autogen_foreignkeys(there, wanted)

    # a dialect that reflects no options can have none compared
    with_options = bool(reflected) and "options" in reflected[0]

    def by_signature(signatures: list[Any]) -> dict[Any, Any]:
        return {(s.unnamed if with_options else s.unnamed_no_options): s for s in signatures}

    have = by_signature([impl._create_reflected_constraint_sig(key) for key in there])
    want = by_signature([impl._create_metadata_constraint_sig(key) for key in wanted])
    have_names = {s.name: s.const for s in have.values() if s.name is not None}
    want_names = {s.name: s.const for s in want.values() if s.name is not None}

    def accepted(signature: Any, is_reflected: bool, other: Any) -> bool:
        filters = autogen_context.run_object_filters
        return bool(filters(signature.const, signature.name, "foreign_key_constraint", is_reflected, other))

    for signature in [have[s] for s in have if s not in want]:
        if accepted(signature, True, want_names.get(signature.name) if signature.name else None):
            modify_table_ops.ops.append(ops.DropConstraintOp.from_constraint(signature.const))
            _tell("removed", signature)
    for signature in [want[s] for s in want if s not in have]:
        if accepted(signature, False, have_names.get(signature.name) if signature.name else None):
            modify_table_ops.ops.append(ops.CreateForeignKeyOp.from_constraint(signature.const))
            _tell("added", signature)
    return CONTINUE


def _tell(what: str, signature: Any) -> None:
    log.info(
        f"Detected {what} foreign key (%s)(%s) on table %s%s",
        ", ".join(signature.source_columns),
        ", ".join(signature.target_columns),
        f"{signature.source_schema}." if signature.source_schema else "",
        signature.source_table,
    )
