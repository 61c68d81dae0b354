"""Which schemas take part."""

from __future__ import annotations

from typing import Any

from ...util import PriorityDispatchResult


def _produce_net_changes(autogen_context: Any, upgrade_ops: Any) -> PriorityDispatchResult:
    """None stands for the default schema; others only with `include_schemas`."""
    schemas: set[str | None] = {None}
    if autogen_context.opts.get("include_schemas", False):
        default = autogen_context.connection.dialect.default_schema_name
        schemas |= {*autogen_context.inspector.get_schema_names()} - {"information_schema", default}
    wanted = {schema for schema in schemas if autogen_context.run_name_filters(schema, "schema", {})}
    compare = autogen_context.comparators.dispatch("schema", qualifier=autogen_context.dialect.name)
    compare(autogen_context, upgrade_ops, wanted)
    return PriorityDispatchResult.CONTINUE


def setup(plugin: Any) -> None:
    plugin.add_autogenerate_comparator(_produce_net_changes, "autogenerate")
