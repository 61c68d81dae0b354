"""CHECK constraints, compared by name alone."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import schema as sa_schema

from ..operations import ops
from ..util import PriorityDispatchResult, sqla_compat

log = logging.getLogger(__name__)
CONTINUE = PriorityDispatchResult.CONTINUE


def _make_check_constraint(impl: Any, params: Any, conn_table: Any) -> Any:
    options = impl.adjust_reflected_dialect_options(params, "check_constraint")
    return sa_schema.CheckConstraint(params["sqltext"], name=params["name"], table=conn_table, **options)


def _reflected(autogen_context: Any, schema: Any, tname: Any, conn_table: Any) -> list[Any]:
    """The named ones that take part."""
    from ..autogenerate.compare.util import _InspectorConv  # which is being loaded when this file is

    parents = {"table_name": tname, "schema_name": schema}
    impl = autogen_context.migration_context.impl
    return [
        _make_check_constraint(impl, params, conn_table)
        for params in _InspectorConv(autogen_context.inspector).get_check_constraints(tname, schema=schema)
        if params.get("name") is not None
        and autogen_context.run_name_filters(params["name"], "check_constraint", dict(parents))
    ]


def _by_name(signatures: Any) -> dict[str, Any]:
    return {signature.name: signature for signature in signatures if isinstance(signature.name, str)}


def _compare_check_constraints(
    autogen_context: Any, modify_table_ops: Any, schema: Any, tname: Any, conn_table: Any, metadata_table: Any
) -> PriorityDispatchResult:
    if conn_table is None or metadata_table is None:
        return CONTINUE
    impl = autogen_context.migration_context.impl
    try:
        reflected = _reflected(autogen_context, schema, tname, conn_table)
    except NotImplementedError:
        return CONTINUE
    declared = [
        check
        for check in sqla_compat.all_table_check_constraints(metadata_table)
        if sqla_compat._constraint_is_named(check, autogen_context.dialect)
    ]
    have = _by_name(impl._create_reflected_constraint_sig(check) for check in reflected)
    want = _by_name(impl._create_metadata_constraint_sig(check) for check in declared)

    def accepted(signature: Any, is_reflected: bool, other: Any = None) -> bool:
        filters = autogen_context.run_object_filters
        return bool(filters(signature.const, signature.name, "check_constraint", is_reflected, other))

    drop, add = ops.DropConstraintOp.from_constraint, ops.AddConstraintOp.from_constraint
    changes = modify_table_ops.ops
    for name in sorted(have.keys() - want.keys()):
        if accepted(have[name], True):
            changes.append(drop(have[name].const))
            log.info("Detected removed check constraint %r on table %r", name, tname)
    for name in sorted(have.keys() & want.keys()):
        answer = want[name].compare_to_reflected(have[name])
        if answer.is_different and accepted(want[name], False, have[name].const):
            log.info("Detected changed check constraint %r on table %r: %s", name, tname, answer.message)
            changes += [drop(have[name].const), add(want[name].const)]
        elif answer.is_skip:
            log.info(
                "Cannot compare check constraint %r, assuming equal and skipping. %s", name, answer.message
            )
    for name in sorted(want.keys() - have.keys()):
        if accepted(want[name], False):
            changes.append(add(want[name].const))
            log.info("Detected added check constraint %r on table %r", name, tname)
    return CONTINUE


def setup(plugin: Any) -> None:
    plugin.add_autogenerate_comparator(_compare_check_constraints, "table", "checkconstraints")
