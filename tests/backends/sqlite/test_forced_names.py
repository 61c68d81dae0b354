"""Names whose author forbade quoting stand as they are."""

from __future__ import annotations

from sqlalchemy.dialects import sqlite

from limbeck.backends.sqlite import SqliteBackend
from limbeck.model.names import Name, QualifiedName


def test_quoting_is_the_authors() -> None:
    backend = SqliteBackend(sqlite.dialect())  # type: ignore[no-untyped-call]
    told = [backend.full(QualifiedName(Name("a.b", quote), "t")) for quote in (False, True)]
    assert told == ["a.b.t", '"a.b".t']
