"""Fixtures: a fresh, empty, real database per test. How they come to be: servers.py.

    def test_one(postgresql: Database) -> None: ...

    @on("sqlite", "postgresql", "mariadb")          # or: on_all; from conftest import on, on_all
    def test_each(database: Database) -> None:
        with database.engine().begin() as connection: ...

`database` without a mark is on each of KINDS. A test that asks for no database starts no server.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from servers import KINDS, Database, NoServer, Run

# A busy machine is no mistake of the code; a build server tries the same examples every time.
settings.register_profile(
    "limbeck",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("limbeck")

RUN = pytest.StashKey[Run]()
MAY_BE_ABSENT = {"postgresql15"}  # also in CI: only some machines have it


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What the judge learnt in another test does not spare it a question in this one."""
    memory = sys.modules.get("limbeck.judge.memory")
    if memory is not None:
        memory.forget()


def on(*kinds: str) -> pytest.MarkDecorator:
    """Run the test once on each of these kinds of database, through the fixture `database`."""
    return pytest.mark.parametrize("database", kinds, indirect=True)


on_all = on(*KINDS)


def pytest_configure(config: pytest.Config) -> None:
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # a shell's background: children would ignore it too
        with contextlib.suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, signal.default_int_handler)
    shared = getattr(config, "workerinput", None)
    config.stash[RUN] = (
        Run.begin() if shared is None else Run(Path(shared["limbeck_run"]), shared["workerid"])
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist where the run's servers are noted."""
    node.workerinput["limbeck_run"] = str(node.config.stash[RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    run.leave() if hasattr(config, "workerinput") else run.end()


def fresh(request: pytest.FixtureRequest, kind: str, own: Run | None = None) -> Iterator[Database]:
    """`own`: on servers that no other test uses at the same time."""
    run, folder = own or request.config.stash[RUN], request.getfixturevalue("tmp_path")
    try:
        run.where(kind) if not kind.startswith("sqlite") else None
    except NoServer as error:
        if os.environ.get("CI") and kind not in MAY_BE_ABSENT:
            pytest.fail(f"{kind}: {error}", pytrace=False)
        pytest.skip(f"{kind}: {error}")
    with run.database(kind, folder) as database:
        yield database


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, request.param)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, "sqlite")


@pytest.fixture
def sqlite_memory(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, "sqlite-memory")


@pytest.fixture
def postgresql(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, "postgresql")


@pytest.fixture
def postgresql15(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, "postgresql15")


@pytest.fixture
def mariadb(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from fresh(request, "mariadb")
