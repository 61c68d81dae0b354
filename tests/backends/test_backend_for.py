"""Which backend serves which dialect."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect

from limbeck.backends import BACKENDS, backend_for


@pytest.mark.parametrize("module", [postgresql, mysql, sqlite, mssql, oracle], ids=lambda m: m.__name__)
def test_each_dialect_has_its_own(module: Any) -> None:
    backend = backend_for(module.dialect())
    assert type(backend).__module__.startswith(
        module.__name__.replace("sqlalchemy.dialects", "limbeck.backends")
    )


def test_an_unknown_dialect_gets_the_parent_of_all() -> None:
    class Strange(DefaultDialect):
        name = "strange"

    assert type(backend_for(Strange())).__name__ == "AnsiBackend"


def test_a_dialect_built_on_another_speaks_like_it() -> None:
    class Cockroach(postgresql.psycopg.dialect):  # type: ignore[name-defined, misc]
        name = "cockroach"

    assert type(backend_for(Cockroach())).__name__ == "PostgresqlBackend"


def test_a_third_party_brings_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    class Strange(DefaultDialect):
        name = "strange"

    def installed(group: str) -> list[metadata.EntryPoint]:
        assert group == "limbeck.backends"
        return [metadata.EntryPoint("strange", BACKENDS["oracle"], group)]

    monkeypatch.setattr(metadata, "entry_points", installed)
    assert type(backend_for(Strange())).__name__ == "OracleBackend"
