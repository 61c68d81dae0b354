"""Revision files written into a folder, and runs over them: in this process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from limbeck.events import SILENT, Reporter
from limbeck.policy import Policy
from limbeck.revisions import route
from limbeck.run import runner
from limbeck.scripts.folder import ScriptFolder
from limbeck.shore import connect
from servers import Database

ROOT = Path(__file__).parents[2]

FILE = """\
{doc}

import os, signal, sys, time
import sqlalchemy as sa
from limbeck import op

revision = {revision!r}
down_revision = {parent!r}


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
"""

DRIVER = """\
import sys
sys.path[:0] = [{tests!r}, {tests_run!r}]
from pathlib import Path
from history import History
from servers import Database
History(Path({folder!r}), Database({kind!r}, {url!r})).upgrade({to!r}, transaction={transaction!r})
"""


class History:
    """A folder of revisions and one database."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database

    def write(self, revision: str, parent: str | None, upgrade: str, downgrade: str = "pass") -> None:
        text = FILE.format(
            doc=f'"""{revision} is done"""',
            revision=revision,
            parent=parent,
            upgrade=upgrade.strip().replace("\n", "\n    "),
            downgrade=downgrade.strip().replace("\n", "\n    "),
        )
        (self.folder / f"{revision}.py").write_text(text)

    @property
    def scripts(self) -> ScriptFolder:
        return ScriptFolder([self.folder])

    def _run(self, way: Any, reporter: Reporter, purge: bool = False, **policy: Any) -> runner.Outcome:
        scripts = self.scripts

        def work(connection: Any) -> runner.Outcome:
            return runner.run(
                connection,
                lambda rows: way(scripts.graph, rows).steps,
                scripts.load,
                Policy(**policy),
                reporter,
                purge=purge,
            )

        return connect.connected(self.database.url, work)

    def upgrade(self, to: str = "heads", reporter: Reporter = SILENT, **policy: Any) -> runner.Outcome:
        return self._run(lambda graph, rows: route.upgrade(graph, rows, to), reporter, **policy)

    def downgrade(self, to: str = "base", reporter: Reporter = SILENT, **policy: Any) -> runner.Outcome:
        return self._run(lambda graph, rows: route.downgrade(graph, rows, to), reporter, **policy)

    def stamp(self, to: str, purge: bool = False, **policy: Any) -> runner.Outcome:
        return self._run(lambda graph, rows: route.stamp(graph, rows, to), SILENT, purge, **policy)

    def script(self, to: str = "heads", rows: tuple[str, ...] = (), **policy: Any) -> str:
        scripts, written = self.scripts, list[str]()
        runner.write_script(
            connect.dialect(self.database.url),
            rows,
            lambda heads: route.upgrade(scripts.graph, heads, to).steps,
            scripts.load,
            written.append,
            Policy(**policy),
        )
        return "".join(written)

    def process(self, to: str = "heads", transaction: str = "run") -> subprocess.Popen[str]:
        """The same upgrade in a process of its own."""
        code = DRIVER.format(
            tests=str(ROOT / "tests"),
            tests_run=str(ROOT / "tests" / "run"),
            folder=str(self.folder),
            kind=self.database.kind,
            url=self.database.url,
            to=to,
            transaction=transaction,
        )
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    # -- what stands in the database

    def ask(self, sql: str) -> list[Any]:
        with self.database.engine().connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    @property
    def heads(self) -> tuple[str, ...]:
        with self.database.engine().connect() as connection:
            return runner.heads_of(connection)

    @property
    def tables(self) -> list[str]:
        import sqlalchemy as sa

        with self.database.engine().connect() as connection:
            return sorted(sa.inspect(connection).get_table_names())


class Recorder(Reporter):
    """Keeps the texts of what ran."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def tell(self, event: Any) -> None:
        self.events.append(event)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events if type(event).__name__ == "StatementRan"]
