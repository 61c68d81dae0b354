"""What no program can prevent: the disk is full, the server dies. One clear message, and the same command heals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from history import ROOT

from limbeck import embedded
from limbeck.errors import Exit
from servers import Database

STEP = '''"""{name}"""
import sqlalchemy as sa
from limbeck import op

revision = {name!r}
down_revision = {parent!r}


def upgrade():
    {body}


def downgrade():
    pass
'''


def put(folder: Path, url: str, *bodies: str) -> None:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "limbeck.toml").write_text(f'url = "{url}"\nmigrations = "migrations"\n')
    for number, body in enumerate(bodies):
        parent = f"n{number - 1}" if number else None
        (versions / f"n{number}.py").write_text(STEP.format(name=f"n{number}", parent=parent, body=body))


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "limbeck", "upgrade", "head"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def upgraded(folder: Path) -> tuple[int, str]:
    process = start(folder)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out


MANY = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200)"
FILL = f'op.execute("{MANY} INSERT INTO t SELECT zeroblob(4096) FROM c")'
LIMIT = 'op.execute("PRAGMA max_page_count = 40")'


def test_a_full_disk_takes_the_run_back(sqlite: Database, tmp_path: Path) -> None:
    put(tmp_path, sqlite.url, 'op.create_table("t", sa.Column("b", sa.LargeBinary))', LIMIT, FILL)
    code, out = upgraded(tmp_path)
    assert code == Exit.MIGRATION_FAILED, out
    assert "Traceback" not in out
    assert "database or disk is full" in out
    assert out.rstrip().endswith("Make room on the disk and run the same command again.")
    assert "upgrade n2" in out.lower()
    with sqlite.engine().connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    file = tmp_path / "migrations" / "versions" / "n1.py"
    file.write_text(file.read_text().replace(LIMIT, "pass"))  # somebody made room
    code, out = upgraded(tmp_path)
    assert code == 0, out
    with sqlite.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 200


def _wait_until_it_sleeps(engine: sa.Engine, words: str) -> None:
    ask = f"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%{words}%%' AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        for _ in range(400):
            if connection.exec_driver_sql(ask).scalar():
                return
            connection.rollback()
            time.sleep(0.05)
    raise AssertionError("it never came to the slow statement")


SLEEP = 'op.execute("SELECT pg_sleep(30)")'
PLAIN = 'op.add_column("t", sa.Column("c", sa.Integer))'


@pytest.mark.slow
@pytest.mark.skipif(embedded.why_not() is not None, reason=f"no PostgreSQL to kill: {embedded.why_not()}")
@pytest.mark.parametrize("body", [SLEEP, PLAIN], ids=["waited for", "sent ahead"])
def test_a_server_that_is_killed_leaves_what_it_committed(tmp_path: Path, body: str) -> None:
    """Killed by SIGKILL to one backend: the whole server ends its connections and recovers by itself."""
    with embedded.postgres() as server:
        url = server.url()
        put(tmp_path, url, 'op.create_table("t", sa.Column("id", sa.Integer))')
        assert upgraded(tmp_path)[0] == 0
        versions = tmp_path / "migrations" / "versions"
        (versions / "n1.py").write_text(STEP.format(name="n1", parent="n0", body=PLAIN.replace('"c"', '"b"')))
        (versions / "n2.py").write_text(STEP.format(name="n2", parent="n1", body=body))
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as other:
            if body is PLAIN:
                other.exec_driver_sql("LOCK TABLE t")
            process = start(tmp_path)
            words = "pg_sleep" if body is SLEEP else "ALTER TABLE t"
            _wait_until_it_sleeps(engine, words)
            pid = other.exec_driver_sql(
                f"SELECT pid FROM pg_stat_activity WHERE query LIKE '%%{words}%%' AND state = 'active'"
                " AND pid <> pg_backend_pid()"
            ).scalar()
            os.kill(int(pid), signal.SIGKILL)
            out, _ = process.communicate(timeout=60)
            other.invalidate()
        assert process.returncode in (Exit.MIGRATION_FAILED, Exit.ENVIRONMENT), out
        assert "Traceback" not in out
        assert out.rstrip().endswith("look why in the server's log, then run the same command again."), out
        if body is SLEEP:
            (versions / "n2.py").write_text(STEP.format(name="n2", parent="n1", body="pass"))
        for _ in range(100):  # it recovers
            code, out = upgraded(tmp_path)
            if code == 0:
                break
            time.sleep(0.2)
        assert code == 0, out
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("n2",)]
        engine.dispose()
