"""`upgrade head` of many small revisions, by limbeck and by Alembic, in pairs, each on an empty database.

    python bench/upgrade.py [--rounds 5] [--on sqlite] [--on postgresql] [number of revisions ...]     (default: 1000)

Whole processes, beginning to end: a quarter of the revisions creates a table, half of them adds a column, a quarter
creates an index. Seconds, the least of the rounds and in brackets the median, then how many times faster than Alembic.
Before the first run there is no byte code of the revision files (`first`), then there is. Both tools must leave the same
catalog (tests/catalog.py) and the same version row, or nothing is told. PostgreSQL is an embedded one (limbeck.embedded)
that waits for no disk, with its files in memory where the system has a place for that (what the kernel writes back of the
run before would come upon the next one's time); the SQLite file lies in the temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from room import (
    BIN,
    PLACE,
    ROOT,
    Contestant,
    Times,
    compared,
    environment,
    header,
    prepare,
    project,
    row,
    timed,
)


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("counts", nargs="*", type=int, default=[1000])
    said.add_argument("--rounds", type=int, default=5)
    said.add_argument("--on", action="append", choices=("sqlite", "postgresql"))
    said.add_argument("--no-facade", action="store_true")
    given = said.parse_args()
    if Path(sys.prefix).resolve() != PLACE.resolve():  # what follows needs SQLAlchemy and the embedded server
        prepare()
        return subprocess.call([str(BIN / "python"), __file__, *sys.argv[1:]], env=environment())
    print(header("upgrade head", ["Alembic", "limbeck", *([] if given.no_facade else ["facade"])]))
    for kind in given.on or ("sqlite", "postgresql"):
        for count in given.counts:
            with tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder:
                on = on_sqlite if kind == "sqlite" else on_postgresql
                on(Path(folder), count, given.rounds, facade=not given.no_facade)
    return 0


def on_sqlite(folder: Path, count: int, rounds: int, *, facade: bool) -> None:
    file = folder / "bench.db"
    url = f"sqlite:///{file}"
    measure("SQLite", folder, url, lambda: file.unlink(missing_ok=True), count, rounds, facade=facade)


def on_postgresql(folder: Path, count: int, rounds: int, *, facade: bool) -> None:
    import psycopg

    from limbeck import embedded

    with memory(), embedded.postgres() as server:
        own = psycopg.connect(server.url(driver=""), autocommit=True)

        def empty() -> None:
            own.execute("DROP DATABASE IF EXISTS bench")
            own.execute("CREATE DATABASE bench TEMPLATE template0")

        url = server.url("bench")
        measure(f"PostgreSQL {server.version}", folder, url, empty, count, rounds, facade=facade)
        own.close()


@contextlib.contextmanager
def memory() -> Iterator[None]:
    """Inside, temporary folders are made in memory, where there is such a place."""
    before = tempfile.tempdir
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    try:
        yield
    finally:
        tempfile.tempdir = before


def measure(
    name: str, folder: Path, url: str, empty: Callable[[], None], count: int, rounds: int, *, facade: bool
) -> None:
    theirs = project(folder / "alembic", count, "alembic", url)
    ours = project(folder / "limbeck", count, "limbeck", url)
    contestants = [
        Contestant([str(BIN / "alembic"), "upgrade", "head"], theirs, empty),
        Contestant([str(BIN / "limbeck"), "upgrade", "head"], ours, empty),
    ]
    if facade:
        again = project(folder / "facade", count, "alembic", url)
        contestants.append(
            Contestant([str(BIN / "python"), "-m", "limbeck.alembic", "upgrade", "head"], again, empty)
        )
    first, catalogs = [], []
    for each in contestants:
        seconds = timed(each)
        first.append(Times(seconds, seconds))
        catalogs.append(catalog_of(url))
    for other in catalogs[1:]:
        sys.exit("The tools left different databases.") if other != catalogs[0] else None
    print(row(f"{name}, {count}, first", first[0], first[1:]), flush=True)
    base, *others = compared(contestants, rounds, warm=False)
    print(row(f"{name}, {count}", base, others), flush=True)


def catalog_of(url: str) -> Any:
    sys.path.insert(0, str(ROOT / "tests"))
    import sqlalchemy as sa

    import catalog

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = catalog.dump(connection, exclude=())
        found["version"] = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").all())
    engine.dispose()
    return found


if __name__ == "__main__":
    raise SystemExit(main())
