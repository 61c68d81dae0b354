"""The fragments that every spelling is made of: names, literals, ALTER TABLE, the refusals."""

from __future__ import annotations

from typing import Any, ClassVar

from limbeck.errors import NotSupported
from limbeck.model.constraint import Constraint
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement
from limbeck.ops.contract import Backend
from limbeck.shore import ddl
from limbeck.shore.freeze import backend_id


class Spelling(Backend):
    title: ClassVar[str] = "this database"
    """Its name in errors."""

    def __init__(self, dialect: Any) -> None:
        self.dialect = dialect
        self.id = backend_id(dialect)

    def name(self, name: str) -> str:
        return ddl.quote(self.dialect, name)

    def names(self, names: tuple[str, ...]) -> str:
        return ", ".join(map(self.name, names))

    def full(self, name: QualifiedName) -> str:
        return ddl.table_name(self.dialect, name)

    def literal(self, text: str) -> str:
        return ddl.literal(self.dialect, text)

    def literal_or_null(self, text: str | None) -> str:
        return "NULL" if text is None else self.literal(text)

    def alter(self, table: QualifiedName, rest: str) -> tuple[Statement, ...]:
        return (Statement(f"ALTER TABLE {self.full(table)} {rest}"),)

    def since(self, *version: int) -> bool:
        """Whether the server is of that version or newer; True where the version is not known."""
        return not self.id.version or self.id.version[: len(version)] >= version

    def cannot(self, feature: str, instead: str = "") -> NotSupported:
        return NotSupported(backend=self.title, feature=feature, instead=instead)


def deferrable(value: Constraint) -> str:
    """` DEFERRABLE INITIALLY DEFERRED` and its like."""
    text = ""
    if value.deferrable is not None:
        text += " DEFERRABLE" if value.deferrable else " NOT DEFERRABLE"
    if value.initially is not None:
        text += f" INITIALLY {value.initially}"
    return text
