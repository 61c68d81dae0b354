"""Two empty databases of a kind: one lives through the changes, one is built fresh to compare with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from converge_laws import Trial
from converge_limbeck import Limbeck

import conftest
from servers import Database, NoServer, Run, sqlite_file


@pytest.fixture
def trial(request: pytest.FixtureRequest, database: Database) -> Iterator[Trial]:
    """A trial of limbeck on the kind of database that the test is on."""
    kind = database.kind.removesuffix("15")
    run = request.config.stash[conftest.RUN]
    with second(request, run, database.kind) as fresh:
        yield Trial(Limbeck(kind), kind, database, fresh)


class second:
    """Another empty database beside the one of the test."""

    def __init__(self, request: pytest.FixtureRequest, run: Run, kind: str) -> None:
        self.request, self.run, self.kind = request, run, kind

    def __enter__(self) -> Database:
        if self.kind == "sqlite":
            folder = self.request.getfixturevalue("tmp_path") / "second"
            folder.mkdir()
            self.database = sqlite_file(folder)
            return self.database
        from servers import MariaPool, PostgresPool

        pools = self.run.__dict__.setdefault("second_pools", {})
        if self.kind not in pools:
            try:
                where = self.run.where(self.kind)
            except NoServer as error:
                pytest.skip(str(error))
            make = MariaPool if self.kind == "mariadb" else PostgresPool
            pools[self.kind] = make(where, f"second_{self.run.worker}")
        self.database = pools[self.kind].database()
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.dispose()
