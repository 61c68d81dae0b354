"""Score the facade by Alembic's own test suite: `make conformance`.

    python tools/conformance.py [--only test_op.py ...] [--db sqlite --db postgresql --db mariadb] [--original] [-- pytest args]

Fetches the sdist of Alembic from PyPI (kept in .conformance/), makes a scratch copy where the package `alembic` is our
facade, lays its `tests/` and `alembic/testing/` over it, starts the servers, runs pytest, and scores the junit file with
conformance/score.py against the lists beside it. `--original` runs the sdist's own package: it must score 100 %.
With `--only` SQLite alone is used, unless `--db` says more. The tests run with the Python that runs this file; it
needs SQLAlchemy 2.1.9 (the lists were taken with it), Mako, pytest, psycopg and PyMySQL.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".conformance"
VERSION = "1.20.1"
SHA256 = "83490def1f723413db5096591f7609ac52544805be93849170088ed04f5a2e0b"
DATABASES = ("sqlite", "postgresql", "mariadb")

sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]


def sdist() -> Path:
    """The unpacked sdist, downloaded if it is not here."""
    archive = CACHE / f"alembic-{VERSION}.tar.gz"
    if not archive.exists():
        CACHE.mkdir(exist_ok=True)
        print(f"Fetching alembic {VERSION} from PyPI ...", flush=True)
        fetch = [
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
            "-d",
            str(CACHE),
            f"alembic=={VERSION}",
        ]
        subprocess.run([sys.executable, "-m", *fetch], check=True)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{archive} is not the file that the lists were taken with; delete it and try again.")
    unpacked = CACHE / f"alembic-{VERSION}"
    if not unpacked.exists():
        with tarfile.open(archive) as tar:
            tar.extractall(CACHE)
    return unpacked


def scratch(original: bool) -> Path:
    """A fresh folder with the package, its testing helpers and the tests."""
    source = sdist()
    folder = CACHE / ("original" if original else "ours")
    shutil.rmtree(folder, ignore_errors=True)
    package = source / "alembic" if original else ROOT / "src" / "limbeck" / "alembic"
    shutil.copytree(package, folder / "alembic", ignore=shutil.ignore_patterns("__pycache__"))
    if not original:
        shutil.copytree(source / "alembic" / "testing", folder / "alembic" / "testing")
    for name in ("tests", "tools"):
        shutil.copytree(source / name, folder / name)
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(source / name, folder / name)
    return folder


# -- servers


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A server with what Alembic's README for its tests asks for."""
    import sqlalchemy as sa

    from limbeck import embedded

    with embedded.postgres() as server:
        admin = sa.create_engine(
            server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE ROLE scott SUPERUSER LOGIN PASSWORD 'tiger'")
            connection.exec_driver_sql("CREATE DATABASE test TEMPLATE template0")
        inside = sa.create_engine(
            server.url("test"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with inside.connect() as connection:
            for statement in (
                "CREATE SCHEMA test_schema",
                "CREATE SCHEMA test_schema_2",
                "CREATE EXTENSION hstore",
                "CREATE EXTENSION btree_gist",
                'CREATE COLLATION public."en_US" FROM "C"',
                "GRANT ALL ON SCHEMA public, test_schema, test_schema_2 TO scott",
            ):
                connection.exec_driver_sql(statement)
        yield f"postgresql+psycopg://scott:tiger@/test?host={server.folder}&port={server.port}"


@contextlib.contextmanager
def mariadb() -> Iterator[str]:
    import sqlalchemy as sa

    import servers

    where = servers.start_mariadb(None)
    admin = sa.create_engine(where.to(""), poolclass=sa.pool.NullPool)
    with admin.connect() as connection:
        for name in ("test", "test_schema", "test_schema_2"):
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield where.to("test").replace("mysql+pymysql://", "mariadb+pymysql://")
    for kept in servers._held:
        kept.stop()


@contextlib.contextmanager
def sqlite() -> Iterator[str]:
    yield "sqlite+pysqlite:///:memory:"


START = {"sqlite": sqlite, "postgresql": postgresql, "mariadb": mariadb}


# -- running


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", default=[], help="a file of Alembic's tests; several are possible"
    )
    parser.add_argument("--db", action="append", choices=DATABASES, help="which databases; by default all")
    parser.add_argument("--original", action="store_true", help="run the original package")
    parser.add_argument("-v", "--verbose", action="store_true", help="score file by file")
    parser.add_argument(
        "--minimum", type=float, default=0.0, help="exit with 1 below this percentage of T1+T1h"
    )
    parser.add_argument("rest", nargs="*", help="further arguments of pytest, after --")
    options = parser.parse_args()

    only = [name for names in options.only for name in names.replace(",", " ").split()]
    databases = options.db or (["sqlite"] if only else list(DATABASES))
    folder = scratch(options.original)
    junit = CACHE / f"junit-{'original' if options.original else 'ours'}.xml"
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(START[name]()) for name in databases]
        command = [sys.executable, "-m", "pytest", *(f"tests/{name}" for name in only or ("",))]
        command += [
            "-q",
            "-p",
            "no:cacheprovider",
            "--dropfirst",
            f"--junitxml={junit}",
            "--tb=short",
            "--maxfail=100000",
            *options.rest,
        ]
        for url in urls:
            command += ["--dburi", url]
        environment = {
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT / "src"))),
        }
        log = CACHE / f"log-{'original' if options.original else 'ours'}.txt"
        with log.open("w") as output:
            subprocess.run(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
    tail = log.read_text().splitlines()[-1:]
    print(*tail, f"\n{time.monotonic() - began:.0f} s; all output: {log}")
    score = [
        sys.executable,
        str(ROOT / "conformance" / "score.py"),
        str(junit),
        *(["-v"] if options.verbose else []),
    ]
    said = subprocess.run(score, check=True, capture_output=True, text=True).stdout
    print(said, end="")
    share = float(said.rsplit("= ", 1)[1].split("%")[0])
    return int(share < options.minimum)


if __name__ == "__main__":
    sys.exit(main())
