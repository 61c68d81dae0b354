"""limbeck in an Alembic project as the tool that is tried: what the core finds, in the words of Alembic's files, and run
as such a file is run: by the facade's Operations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import converge_objects
import sqlalchemy as sa
from converge_limbeck import Limbeck, left_alone
from converge_models import Models, metadatas


class Words(Limbeck):
    name = "limbeck, in Alembic's words"

    def compare(
        self, connection: Any, models: Models, schemas: tuple[str, ...], answers: Models | None
    ) -> Any:
        import limbeck.alembic._comparing as comparing
        from limbeck.commands.autogenerate import Answers

        from alembic.autogenerate import api, render  # isort: skip
        from alembic.migration import MigrationContext  # isort: skip
        from alembic.operations import ops  # isort: skip

        from limbeck.model.names import QualifiedName

        declared = metadatas(models)
        out = left_alone(models)
        options = {
            "target_metadata": declared[0] if len(declared) == 1 else list(declared),
            "include_object": lambda thing, name, kind, *_: (
                kind != "table" or not out(QualifiedName(thing.schema, name))
            ),
            "compare_server_default": True,
            "include_schemas": bool(schemas),
            "render_as_batch": self.kind == "sqlite",
            "include_name": lambda name, kind, parents: kind != "schema" or name in (None, *schemas),
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "user_module_prefix": None,
        }
        context = api.AutogenContext(MigrationContext.configure(connection, opts=options))
        script = ops.MigrationScript("x", ops.UpgradeOps([]), ops.DowngradeOps([]))
        ask = None if answers is None else self._answer(answers)
        found = comparing.fill_in(
            context,
            script.upgrade_ops,
            script.downgrade_ops,
            Answers(),
            ask,
            fill=answers is not None,
            strangers=True,
            ours=converge_objects.ours,
        )
        variables: dict[str, Any] = {}
        context.imports = set()
        render._render_python_into_templatevars(context, script, variables)
        return File(found, variables, self._told(found), declared[0])

    def _told(self, found: Any) -> list[str]:
        return super().lines(found)

    def lines(self, found: Any) -> list[str]:
        return found.words and [*found.words, found.source]  # type: ignore[no-any-return]

    def upgrade(self, engine: Any, found: Any) -> None:
        found.run(engine, "upgrade")

    def downgrade(self, engine: Any, found: Any) -> None:
        found.run(engine, "downgrade")


class File:
    """What was found as a file's text, and how an env.py would run it: the conventions for names are the models'."""

    def __init__(self, found: Any, variables: dict[str, Any], words: list[str], models: sa.MetaData) -> None:
        self.found = found
        self.models = models
        self.words = words
        self.source = "\n".join(
            (
                "import sqlalchemy as sa",
                "from alembic import op",
                *variables["imports"].splitlines(),
                "def upgrade():",
                f"    {variables['upgrades']}",
                "def downgrade():",
                f"    {variables['downgrades']}",
                "",
            )
        )

    def run(self, engine: Any, direction: str) -> None:
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        space: dict[str, Any] = {"sa": sa}
        exec(compile(self.source, "revision", "exec"), space)
        with engine.begin() as connection:
            context = MigrationContext.configure(connection, opts={"target_metadata": self.models})
            with Operations.context(context):
                space[direction]()


ORIGINAL = Path(__file__).parents[2] / ".venv-alembic" / "bin" / "python"
"""Where `make .venv-alembic/.done` has put Alembic itself."""
RUNNER = """
import json, sys, sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
import alembic
assert "limbeck" not in alembic.__file__
space = {}
exec(compile(sys.stdin.read(), "revision", "exec"), space)
models = sa.MetaData(naming_convention=json.loads(sys.argv[3]))
with sa.create_engine(sys.argv[1]).begin() as connection:
    with Operations.context(MigrationContext.configure(connection, opts={"target_metadata": models})):
        space[sys.argv[2]]()
"""


class ByOriginal(Words):
    """The same files, run by Alembic itself, in a process and an environment of its own."""

    name = "limbeck's files, run by Alembic"

    def upgrade(self, engine: Any, found: Any) -> None:
        self._by_original(engine, found, "upgrade")

    def downgrade(self, engine: Any, found: Any) -> None:
        self._by_original(engine, found, "downgrade")

    def _by_original(self, engine: Any, found: Any, direction: str) -> None:
        url = engine.url.render_as_string(hide_password=False)
        engine.dispose()
        done = subprocess.run(
            [
                str(ORIGINAL),
                "-W",
                "ignore",
                "-c",
                RUNNER,
                url,
                direction,
                json.dumps(found.models.naming_convention),
            ],
            input=found.source,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-900:])
