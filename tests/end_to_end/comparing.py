"""Models against a real database, and what comes out of it run there: through the core, as a revision would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

import catalog
from limbeck.author.stage import entered
from limbeck.commands.autogenerate import Differences, Scope, compare
from limbeck.commands.questions import LEAVE, Answers, Question
from limbeck.events import SILENT
from limbeck.ops.several import flat
from limbeck.policy import Policy
from limbeck.run.runner import LiveRun
from limbeck.source.body import body
from servers import Database

Make = Callable[[sa.MetaData], object]


class Here:
    """One database and those who change its models."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.kind = database.kind
        self.asked: list[Question] = []

    def stands(self, make: Make, *sql: str) -> None:
        """The models are created as they are declared, and rows put in."""
        metadata = sa.MetaData()
        make(metadata)
        metadata.create_all(self.database.engine())
        self.does(*sql)

    def does(self, *sql: str) -> None:
        with self.database.engine().begin() as connection:
            for each in sql:
                connection.exec_driver_sql(each)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.engine().connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def facts(self) -> catalog.Dump:
        with self.database.engine().connect() as connection:
            return catalog.dump(connection, order=False)

    def compares(
        self,
        make: Make,
        *,
        say: dict[str, str] | str | None = None,
        hints: Iterable[Any] = (),
        **answers: Any,
    ) -> Differences:
        """`say` answers by key, or the same to all; what it does not name is left."""
        metadata = sa.MetaData()
        make(metadata)
        self.asked = []

        def ask(question: Question) -> str:
            self.asked.append(question)
            return say if isinstance(say, str) else (say or {}).get(question.key, LEAVE)

        with self.database.engine().connect() as connection:
            return compare(
                connection,
                "",
                (metadata,),
                Scope(lambda name: False),
                Answers(**answers),
                None if say is None else ask,
                see=lambda: frozenset(hints),
            )

    def runs(self, operations: Iterable[Any]) -> None:
        """By way of the text of a revision file."""
        made = body(tuple(operations))
        code = "\n".join(("from limbeck import op", *made.imports, "def perform():", *made.lines))
        space: dict[str, Any] = {}
        exec(compile(code, "revision", "exec"), space)
        with self.database.engine().connect() as connection:
            run = LiveRun(connection, Policy(lock=False), SILENT)
            with run.prepared(), run.transactions.run(), run.transactions.step(), entered(run.stage):
                space["perform"]()

    def told(self, found: Differences) -> list[str]:
        return [operation.describe() for operation in flat(found.upgrade)]
