"""The published projects whose migrations `replay.py` replays: where their wheels keep them, and what they want first.

A project that cannot be replayed from an empty database says so in `first`: there the project's own way of making one
is taken, and the same is done for the original and for ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DATABASES = ("sqlite", "postgresql", "mariadb")
Words = tuple[str, ...]

UP: tuple[Words, ...] = (
    ("heads",),
    ("branches",),
    ("history", "-v"),
    ("upgrade", "head", "--sql"),
    ("upgrade", "head"),
    ("current", "-v"),
    ("current", "--check-heads"),
    ("check",),
    ("history", "-i"),
    ("revision", "--autogenerate", "-m", "Again, please!", "--rev-id", "5e7e1a7e5e7e"),
    ("downgrade", "-1"),
    ("upgrade", "+1"),
    ("downgrade", "base"),
    ("upgrade", "head"),
)
"""From nothing to the head, down again, and up."""

DOWN: tuple[Words, ...] = (
    ("heads",),
    ("history", "-v"),
    ("stamp", "head"),
    ("current",),
    ("check",),
    ("revision", "--autogenerate", "-m", "Again, please!", "--rev-id", "5e7e1a7e5e7e"),
    ("downgrade", "-1"),
    ("upgrade", "+1"),
    ("downgrade", "base"),
    ("upgrade", "head"),
    ("upgrade", "base:head", "--sql"),
)
"""Where the first revision expects tables that nothing makes any more: from what the models make, down, and up."""


@dataclass(frozen=True)
class Published:
    """A project. `location` is its folder of migrations ("package:folder"); without `own_env` a plain env.py is put in
    front of it. `first` is Python that prepares the database `url`, `launcher` a program in the place of the commands
    (`words` are its arguments). `{url}` in a variable is the database's URL in the project's driver; `{folder}`, there
    and in `settings`, is where the migrations are copied to, `{kind}` the database."""

    package: str
    location: str
    on: tuple[str, ...] = DATABASES
    own_env: bool = True
    way: tuple[Words, ...] = UP
    first: str = ""
    launcher: str = ""
    native: str = ""
    """Why `limbeck ...` is not typed there."""
    needs: tuple[str, ...] = ()
    drivers: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    settings: str = ""


ASYNC = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

WITH_CONNECTION = """\
import sys
import sqlalchemy as sa
from alembic.config import CommandLine, Config

url, *words = sys.argv[1:]
line = CommandLine(prog="alembic")
options = line.parser.parse_args(words)
config = Config("alembic.ini", cmd_opts=options)
with sa.create_engine(url).connect() as connection:
    config.attributes["connection"] = connection
    line.run_cmd(config, options)
"""

FROM_A_WORKER = """\
import sys
from pathlib import Path
import anyio
from alembic.config import main
from prefect.server.database.orm_models import AioSqliteORMConfiguration, AsyncPostgresORMConfiguration

copied = Path("migrations", "versions", sys.argv[1].partition(":")[0].partition("+")[0]).absolute()
for each in (AioSqliteORMConfiguration, AsyncPostgresORMConfiguration):
    each.versions_dir = property(lambda self: copied)  # env.py assigns it: a new file must not go where prefect is installed


async def run():
    await anyio.to_thread.run_sync(lambda: main(argv=sys.argv[2:], prog="alembic"))


anyio.run(run)
"""

PROJECTS = {
    "buildbot": Published(
        "buildbot==4.3.0",
        "buildbot:db/migrations",
        way=DOWN,
        first="from buildbot.db.model import Model\nModel.metadata.create_all(engine)",
    ),
    "meltano": Published("meltano==4.4.1", "meltano:migrations", on=("sqlite", "postgresql")),
    "mailman": Published(
        "mailman==3.3.10",
        "mailman:database/alembic",
        own_env=False,
        way=DOWN,
        first="from mailman.database.model import Model\n"
        "import importlib, pkgutil, mailman.model\n"
        "for each in pkgutil.iter_modules(mailman.model.__path__):\n"
        "    if each.name != 'tests': importlib.import_module('mailman.model.' + each.name)\n"
        "Model.metadata.create_all(engine)",
    ),
    "arize-phoenix": Published(
        "arize-phoenix==20.26.1",
        "phoenix:db/migrations",
        on=("sqlite", "postgresql"),
        needs=("asyncpg", "aiosqlite"),
        drivers=ASYNC,
    ),
    "mlflow": Published(
        "mlflow==3.17.2",
        "mlflow:store/db_migrations",
        first="from mlflow.store.tracking.dbmodels.initial_models import Base\nBase.metadata.create_all(engine)",
    ),
    "optuna": Published("optuna==5.0.0", "optuna:storages/_rdb/alembic"),
    "dagster": Published(
        "dagster==1.13.27",
        "dagster:_core/storage/alembic",
        way=DOWN,
        first="from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata as a\n"
        "from dagster._core.storage.runs.schema import RunStorageSqlMetadata as b\n"
        "from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata as c\n"
        "for each in (a, b, c): each.create_all(engine)",
        launcher=WITH_CONNECTION,
        native="its env.py takes the connection of the program that calls it",
    ),
    "prefect": Published(
        "prefect==3.9.1",
        "prefect:server:database:_migrations",
        on=("sqlite", "postgresql"),
        needs=("asyncpg", "aiosqlite"),
        drivers=ASYNC,
        variables={"PREFECT_API_DATABASE_CONNECTION_URL": "{url}", "PREFECT_HOME": "{folder}/home"},
        settings="revision_environment = true\nversion_locations = {folder}/migrations/versions/{kind}\n",
        launcher=FROM_A_WORKER,
        native="its env.py wants to be called from a worker thread of its server's event loop",
    ),
}
