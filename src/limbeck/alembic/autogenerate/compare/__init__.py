"""The walk of autogenerate: each kind of thing is compared by functions of its own, registered as plug-ins."""

from __future__ import annotations

from typing import Any

from ...ext import checkconstraint_byname
from ...runtime.plugins import Plugin
from ...util import PriorityDispatcher
from . import comments, constraints, schema, server_defaults, tables, types

comparators = PriorityDispatcher()
"""Empty here; copied for each run, with what third parties registered on it."""

for _module, _name in (
    (schema, "alembic.autogenerate.schemas"),
    (tables, "alembic.autogenerate.tables"),
    (types, "alembic.autogenerate.types"),
    (constraints, "alembic.autogenerate.constraints"),
    (server_defaults, "alembic.autogenerate.defaults"),
    (comments, "alembic.autogenerate.comments"),
    (checkconstraint_byname, "alembic.ext.checkconstraint_byname"),
):
    Plugin.setup_what_is_there_anyway(_module, _name)


def _populate_migration_script(autogen_context: Any, migration_script: Any) -> None:
    """Compare, into the last pair of containers; the downgrade is the reverse."""
    upgrade_ops = migration_script.upgrade_ops_list[-1]
    _produce_net_changes(autogen_context, upgrade_ops)
    upgrade_ops.reverse_into(migration_script.downgrade_ops_list[-1])


def _produce_net_changes(autogen_context: Any, upgrade_ops: Any) -> None:
    compare = autogen_context.comparators.dispatch("autogenerate", qualifier=autogen_context.dialect.name)
    compare(autogen_context, upgrade_ops)
