"""Alembic as the tool that is tried: all its comparisons switched on, what it renders executed as a revision would be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from converge_models import Models, metadatas


class Alembic:
    name = "alembic"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.before = Models()

    def compare(
        self, connection: Any, models: Models, schemas: tuple[str, ...], answers: Models | None
    ) -> Any:
        from alembic.autogenerate import produce_migrations, render_python_code
        from alembic.migration import MigrationContext

        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": bool(schemas),
            "render_as_batch": self.kind == "sqlite",
            "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
        }
        context = MigrationContext.configure(
            connection, opts={**options, "target_metadata": list(metadatas(models))}
        )
        script = produce_migrations(context, list(metadatas(models)))

        def code(ops: Any) -> str:
            rendered = render_python_code(
                ops,
                render_as_batch=self.kind == "sqlite",
                migration_context=context,
                imports=list(script.imports),
            )
            return "\n".join(sorted(script.imports)) + f"\ndef run():\n    {rendered}\n"

        diffs = script.upgrade_ops.as_diffs()
        return SimpleNamespace(
            diffs=[repr(d)[:300] for d in diffs],
            upgrade=code(script.upgrade_ops) if diffs else None,
            downgrade=code(script.downgrade_ops) if diffs else None,
        )

    def lines(self, found: Any) -> list[str]:
        return list(found.diffs)

    def upgrade(self, engine: Any, found: Any) -> None:
        self._run(engine, found.upgrade)

    def downgrade(self, engine: Any, found: Any) -> None:
        self._run(engine, found.downgrade)

    def _run(self, engine: Any, code: str | None) -> None:
        from alembic import op
        from alembic.migration import MigrationContext
        from alembic.operations import Operations
        from sqlalchemy.dialects import mysql, postgresql, sqlite

        if code is None:
            return
        space: dict[str, Any] = {
            "op": op,
            "sa": sa,
            "mysql": mysql,
            "postgresql": postgresql,
            "sqlite": sqlite,
        }
        exec(code, space)
        with engine.begin() as connection:
            context = MigrationContext.configure(connection)
            with Operations.context(context):
                space["run"]()
