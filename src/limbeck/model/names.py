"""Names of things in a database. A name in a value is final: conventions, truncation and case are settled before."""

from __future__ import annotations

from typing import Any, NamedTuple


class Name(str):
    """A name whose quoting was forced by its author. Equal to the plain string: quoting is spelling, not identity.

    `quote` is True (always quoted) or False (never). A plain `str` is quoted when the dialect says it must be.
    """

    __slots__ = ("quote",)
    quote: bool

    def __new__(cls, text: str, quote: bool) -> Name:
        self = super().__new__(cls, text)
        self.quote = quote
        return self

    def __reduce__(self) -> Any:
        return (Name, (str(self), self.quote))


class QualifiedName(NamedTuple):
    """A name with its schema. `schema` None is the default schema of the connection (or: there are no schemas)."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


def qualified(name: str, schema: str | None = None) -> QualifiedName:
    return QualifiedName(schema, name)
