"""Whole processes of limbeck and of Alembic, in pairs: heads, history, current, and upgrade with nothing to do.

    python bench/commands.py [--rounds 7] [number of revisions ...]     (default: 1000 10000)

Seconds, the least of the rounds and in brackets the median, then how many times faster than Alembic. Three columns:
Alembic, `limbeck` in a project of its own kind, and the facade (`python -m limbeck.alembic`) in Alembic's own project.
The database is an SQLite file that stands at the head.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path

from room import BIN, Contestant, compared, header, name_of, prepare, project, row

COMMANDS = (
    ("--help", ["--help"]),
    ("heads", ["heads"]),
    ("history", ["history"]),
    ("branches", ["branches"]),
    ("show head", ["show", "head"]),
    ("current", ["current"]),
    ("upgrade head, nothing to do", ["upgrade", "head"]),
)


def standing_at(path: Path, head: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        database.execute("INSERT INTO alembic_version VALUES (?)", (head,))
    database.close()


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("counts", nargs="*", type=int, default=[1000, 10000])
    said.add_argument("--rounds", type=int, default=7)
    said.add_argument("--only", action="append", help="one command of the table, by its first word")
    said.add_argument("--no-facade", action="store_true")
    given = said.parse_args()
    prepare()
    for count in given.counts:
        with tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder:
            measure(Path(folder), count, given.rounds, given.only or (), facade=not given.no_facade)


def measure(folder: Path, count: int, rounds: int, only: list[str], *, facade: bool) -> None:
    ours = project(folder / "limbeck", count, "limbeck", f"sqlite:///{folder / 'limbeck.db'}")
    theirs = project(folder / "alembic", count, "alembic", f"sqlite:///{folder / 'alembic.db'}")
    for name in ("limbeck", "alembic"):
        standing_at(folder / f"{name}.db", name_of(count - 1))
    print(f"\n{count} revisions, {rounds} rounds: seconds, least (median)")
    names = ["Alembic", "limbeck", "facade"] if facade else ["Alembic", "limbeck"]
    print(header("command", names))
    for name, words in COMMANDS:
        if only and words[0] not in only:
            continue
        contestants = [
            Contestant([str(BIN / "alembic"), *words], theirs),
            Contestant([str(BIN / "limbeck"), *words], ours),
        ]
        if facade:
            contestants.append(Contestant([str(BIN / "python"), "-m", "limbeck.alembic", *words], theirs))
        # Alembic needs half a minute for one `current` of 10,000 revisions: two rounds tell enough.
        base, *others = compared(contestants, rounds if count < 5000 else min(rounds, 2), warm=count < 5000)
        print(row(name, base, others), flush=True)


if __name__ == "__main__":
    main()
