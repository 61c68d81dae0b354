"""What a column that becomes NOT NULL needs for the rows that are there, in Alembic's operations.

A person says the value (`--default email="''"`, or at a prompt); the file then adds the column, fills it, and only then
forbids NULL. Where nobody says one nothing is written. Only SQL text is used, so the file runs under Alembic itself.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from limbeck.commands.autogenerate import Answers, Ask, Question, suggestion
from limbeck.commands.questions import LEAVE
from limbeck.errors import AnswerUnknown, OpenQuestions

from .operations import ops


class Filling:
    """For one connection. `notes` are for the person."""

    def __init__(self, connection: Any, answers: Answers, ask: Ask | None) -> None:
        self.connection = connection
        self.answers = answers
        self.ask = ask
        self.notes: list[str] = []
        self.open: list[Question] = []
        self.used: set[str] = set()
        self.columns: list[str] = []

    def over(self, container: Any) -> None:
        """Rewrites the operations of one direction in place. Raises OpenQuestions, AnswerUnknown."""
        result: list[Any] = []
        for operation in container.ops:
            result += self._table(operation) if isinstance(operation, ops.ModifyTableOps) else [operation]
        for text in self.answers.fills.keys() - self.used:
            raise AnswerUnknown(option=f"--default {text}=...", known=tuple(sorted(self.columns)))
        if self.open:
            raise OpenQuestions(
                questions=tuple(q.text for q in self.open), options=tuple(q.option for q in self.open)
            )
        container.ops[:] = result

    def _table(self, modify: Any) -> list[Any]:
        """The operations of one table; where something is filled: first what adds, then the values, then the rest."""
        before: list[Any] = []
        fills: list[Any] = []
        after: list[Any] = []
        for operation in modify.ops:
            fill = self._fill(operation)
            if fill is None:
                after.append(operation)
                continue
            fills.append(ops.ExecuteSQLOp(fill))
            if isinstance(operation, ops.AddColumnOp):
                column = operation.column._copy()
                column.nullable = True
                before.append(ops.AddColumnOp(modify.table_name, column, schema=modify.schema))
                after.append(_constrain(modify, operation.column))
            else:
                after.append(operation)
        if not fills:
            return [modify]
        added = [ops.ModifyTableOps(modify.table_name, before, schema=modify.schema)] if before else []
        return [*added, *fills, ops.ModifyTableOps(modify.table_name, after, schema=modify.schema)]

    def _fill(self, operation: Any) -> str | None:
        """The UPDATE that an operation needs before it; None where it needs none."""
        if isinstance(operation, ops.AddColumnOp):
            return self._for_new(operation)
        if isinstance(operation, ops.AlterColumnOp) and operation.modify_nullable is False:
            return self._for_old(operation)
        return None

    def _for_new(self, operation: Any) -> str | None:
        column, key = operation.column, _key(operation)
        name = f"{key}.{column.name}"
        self.columns.append(name)
        if column.nullable or column.server_default is not None or column.primary_key:
            return None
        value, rows = self._said(operation, column.name), self._any(operation, "")
        if value is None and not rows:
            self.notes.append(
                f"{key} has no rows here. Where it has some, adding {column.name} (NOT NULL, no default) fails; "
                f'say --default {name}="..." and the file fills it first.'
            )
            return None
        why = "is new, NOT NULL and without a default, and the table has rows"
        return self._update(
            operation, column.name, value or self._asked(operation, column.name, column.type, why)
        )

    def _for_old(self, operation: Any) -> str | None:
        name = operation.column_name
        self.columns.append(f"{_key(operation)}.{name}")
        value = self._said(operation, name)
        if value is None and not self._any(operation, f" WHERE {self._quoted(name)} IS NULL"):
            return None
        kind = operation.modify_type or operation.existing_type
        why = "becomes NOT NULL, and some rows are NULL there"
        return self._update(operation, name, value or self._asked(operation, name, kind, why))

    def _update(self, operation: Any, column: str, value: str | None) -> str | None:
        if value is None:
            return None
        table, name = self._table_name(operation), self._quoted(column)
        return f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"

    # -- asking

    def _said(self, operation: Any, column: str) -> str | None:
        for key in (f"{_key(operation)}.{column}", f"{operation.table_name}.{column}", column):
            if key in self.answers.fills:
                self.used.add(key)
                return self.answers.fills[key]
        return None

    def _asked(self, operation: Any, column: str, type_: Any, why: str) -> str | None:
        spelled = str(type_.compile(dialect=self.connection.dialect)) if type_ is not None else ""
        offer = suggestion(SimpleNamespace(type=SimpleNamespace(spelling=spelled), default=None))  # type: ignore[arg-type]
        key = _key(operation)
        question = Question("fill", key, column, f"{key}.{column} {why}: which value do they get?", offer)
        value = self.ask(question) if self.ask is not None else None
        if value is None or value == LEAVE:
            value = None
            self.open.append(question)
        return value

    def _any(self, operation: Any, where: str) -> bool:
        table = self._table_name(operation)
        found = self.connection.exec_driver_sql(
            f"SELECT CASE WHEN EXISTS (SELECT 1 FROM {table}{where}) THEN 1 ELSE 0 END"
        )
        return bool(found.scalar())

    def _quoted(self, name: str) -> str:
        return str(self.connection.dialect.identifier_preparer.quote(name))

    def _table_name(self, operation: Any) -> str:
        parts = [self._quoted(part) for part in (operation.schema, operation.table_name) if part]
        return ".".join(parts)


def _key(operation: Any) -> str:
    return ".".join(part for part in (operation.schema, operation.table_name) if part)


def _constrain(modify: Any, column: Any) -> Any:
    return ops.AlterColumnOp(
        modify.table_name,
        column.name,
        schema=modify.schema,
        existing_type=column.type,
        existing_nullable=True,
        modify_nullable=False,
    )
