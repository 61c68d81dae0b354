"""limbeck as the tool that is tried, in this process: the core's own comparison, run by the stage of a real run."""

from __future__ import annotations

from typing import Any

import converge_objects
from converge_models import Column, Models, Table, metadatas
from converge_more import former
from converge_types import KINDS


def left_alone(models: Any) -> Any:
    """What is none of the models' business: the version table, and what their rules leave out."""
    from limbeck.commands.autogenerate import ruled_out

    out = ruled_out(models.exclude, models.include) if isinstance(models, Models) else lambda name: False
    return lambda name: name.name == "alembic_version" or out(name)


class Limbeck:
    name = "limbeck"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.before = Models()
        """What stands, where a trial says it."""

    def compare(
        self, connection: Any, models: Models, schemas: tuple[str, ...], answers: Models | None
    ) -> Any:
        from limbeck.commands import autogenerate

        ask = None if answers is None else self._answer(answers)
        scope = autogenerate.Scope(left_alone(models), schemas, ours=converge_objects.ours)
        return autogenerate.compare(
            connection, "", metadatas(models), scope, ask=ask, fill=answers is not None
        )

    def _answer(self, models: Models) -> Any:
        """Nothing is renamed, all may be lost, values become a new type as was proposed; the value of a new column, and of one
        whose values nothing turns into the new type, is the third row's value of its family."""

        def ask(question: Any) -> str:
            if question.kind in ("rename", "loss"):
                return "no" if question.kind == "rename" else "yes"
            if question.kind == "cast" and question.suggestion:
                return str(question.suggestion)
            table = next(t for t in models.tables if question.table in (t.name, f"{t.schema}.{t.name}"))
            column = table.column(question.column)
            assert column is not None, question
            was = self._was(table, column)
            column, of = (column, models) if was is None else (was, self.before)
            if column.family == "enum":
                label = dict(of.enums)[column.type[5:]][0]
                return "'" + label.replace("'", "''") + "'"
            return KINDS[self.kind][column.family].fill

        return ask

    def _was(self, table: Table, column: Column) -> Column | None:
        """The column as it stands: what its rows get is of the type that it has then."""
        old = self.before.table((table.schema, former(table)))
        stands = None if old is None else old.column(former(column))
        return None if stands is None or stands.parts or column.parts else stands

    def lines(self, found: Any) -> list[str]:
        told = [o.describe() for o in found.upgrade]
        return told and [
            *told,
            *(f"({name} was compared as text: {why})" for name, why in found.as_text.items()),
        ]

    def upgrade(self, engine: Any, found: Any) -> None:
        self._run(engine, found.upgrade)

    def downgrade(self, engine: Any, found: Any) -> None:
        self._run(engine, found.downgrade)

    def _run(self, engine: Any, operations: Any) -> None:
        from limbeck.events import SILENT
        from limbeck.policy import Policy
        from limbeck.run.runner import LiveRun

        with engine.connect() as connection:
            run = LiveRun(connection, Policy(lock=False), SILENT)
            with run.prepared(), run.transactions.run(), run.transactions.step():
                for operation in operations:
                    if isinstance(operation, Exception):
                        raise operation
                    run.stage.do(operation)


class Written(Limbeck):
    """The same, by way of the text of a revision file: what is written is executed, and lands on the stage."""

    name = "limbeck, written"

    def _run(self, engine: Any, operations: Any) -> None:
        from limbeck.author.stage import entered
        from limbeck.events import SILENT
        from limbeck.policy import Policy
        from limbeck.run.runner import LiveRun

        perform = executed(operations)
        with engine.connect() as connection:
            run = LiveRun(connection, Policy(lock=False), SILENT)
            with run.prepared(), run.transactions.run(), run.transactions.step(), entered(run.stage):
                perform()


def executed(operations: Any) -> Any:
    """The function that a revision file would have for these operations."""
    from limbeck.source.body import body

    made_ = body(operations)
    code = "\n".join(("from limbeck import op", *made_.imports, "def perform():", *made_.lines))
    space: dict[str, Any] = {}
    try:
        exec(compile(code, "revision", "exec"), space)
    except Exception as error:
        raise AssertionError(f"{error}\n{code}") from error

    def perform() -> None:
        try:
            space["perform"]()
        except Exception as error:
            if hasattr(error, "add_note"):  # Python 3.11
                error.add_note(code)
            raise

    return perform
