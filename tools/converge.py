"""Random pairs of schemas, migrated there and back by a tool on a real database: how many come out right.

    python tools/converge.py --db postgresql --pairs 300 [--seed 0] [--shrink] [--tool alembic] [--only SEED]
    python tools/converge.py --db postgresql --pairs 10000 --notes FILE      broken off, it goes on where it was
    python tools/converge.py --notes FILE --sum                              the figures of all that is noted there

The laws are those of tests/converge/converge_laws.py. Every failure is told by its seed, law and operations; --shrink
prints the smallest pair that fails by the same law, as Python that runs. Exit code 1 where a pair failed. Tools: limbeck
in this process; `written`, by the text of a revision file; `files`, by a project and its command line; `words` in the
words of Alembic's files, as in an Alembic project; `original` runs those files with Alembic itself; alembic is Alembic's
own autogenerate (both need make .venv-alembic/.done).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "converge"), str(ROOT / "tests"), str(ROOT / "src")]

from converge_generate import Generator  # noqa: E402
from converge_laws import Failure, Invalid, Trial  # noqa: E402
from converge_models import Pair, script  # noqa: E402
from converge_places import places  # noqa: E402
from converge_shrink import shrunk  # noqa: E402

Window = dict[str, Any]
KINDS = {"postgresql": "postgresql", "postgresql15": "postgresql", "mariadb": "mariadb", "sqlite": "sqlite"}


def tool_named(name: str, kind: str) -> Any:
    if name == "alembic":
        from converge_alembic import Alembic

        return Alembic(kind)
    if name == "files":
        from converge_files import Files

        return Files(kind)
    if name in ("words", "original"):
        from converge_words import ByOriginal, Words

        return Words(kind) if name == "words" else ByOriginal(kind)
    from converge_limbeck import Limbeck, Written

    return Written(kind) if name == "written" else Limbeck(kind)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", default="postgresql", choices=sorted(KINDS))
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--only", type=int, nargs="*", help="just these seeds")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument(
        "--tool",
        default="limbeck",
        choices=["limbeck", "written", "files", "words", "original", "alembic"],
    )
    parser.add_argument("--quiet", action="store_true", help="only the figures")
    parser.add_argument("--seconds", type=float, default=0, help="stop after this time")
    parser.add_argument(
        "--notes", type=Path, help="note what was tried here, and skip what stands in it already"
    )
    parser.add_argument("--sum", action="store_true", help="only add up what stands in --notes")
    asked = parser.parse_args()
    if asked.sum:
        return added_up(noted(asked.notes))
    with places(asked.db, reachable=asked.tool in ("files", "original")) as (lived, fresh):
        trial = Trial(tool_named(asked.tool, KINDS[asked.db]), KINDS[asked.db], lived, fresh)
        if asked.only:
            return added_up([tried(trial, asked, asked.only)])
        return added_up(list(windows(trial, asked)))


WINDOW = 100


def windows(trial: Trial, asked: argparse.Namespace) -> Iterator[Window]:
    """A hundred seeds at a time, each noted when it is done: what is broken off goes on there."""
    before = noted(asked.notes)
    until = time.monotonic() + asked.seconds if asked.seconds else None
    for first in range(asked.seed, asked.seed + asked.pairs, WINDOW):
        seeds = range(first, min(first + WINDOW, asked.seed + asked.pairs))
        here = (asked.db, asked.tool, seeds[0], seeds[-1])
        done = next((w for w in before if (w["db"], w["tool"], w["first"], w["last"]) == here), None)
        if done is None:
            if until is not None and time.monotonic() > until:
                return
            done = tried(trial, asked, seeds)
            if asked.notes is not None:
                with asked.notes.open("a") as notes:
                    notes.write(json.dumps(done) + "\n")
        yield done


def tried(trial: Trial, asked: argparse.Namespace, seeds: Sequence[int]) -> Window:
    began = time.monotonic()
    failed: dict[str, str] = {}
    right = invalid = 0
    for seed in seeds:
        pair = Generator(trial.kind, seed, trial.version).pair()
        try:
            failure = trial.run(pair)
        except Invalid as refusal:
            invalid += 1
            if asked.only:
                print(f"seed {seed}: not a pair: {refusal}")
            continue
        if failure is None:
            right += 1
            continue
        failed[str(seed)] = failure.law
        if not asked.quiet:
            report(trial, asked, seed, pair, failure)
    return {
        "db": asked.db,
        "tool": asked.tool,
        "first": min(seeds),
        "last": max(seeds),
        "right": right,
        "invalid": invalid,
        "failed": failed,
        "seconds": round(time.monotonic() - began, 1),
    }


def noted(notes: Path | None) -> list[Window]:
    if notes is None or not notes.exists():
        return []
    return [json.loads(line) for line in notes.read_text().splitlines()]


def added_up(found: list[Window]) -> int:
    """One line for each database and tool, then its failures by law. Exit code 1 where there are some."""
    for db, tool in dict.fromkeys((w["db"], w["tool"]) for w in found):
        own = [w for w in found if (w["db"], w["tool"]) == (db, tool)]
        right, invalid = (sum(w[key] for w in own) for key in ("right", "invalid"))
        failed = {seed: law for w in own for seed, law in w["failed"].items()}
        run, seconds = right + len(failed), sum(w["seconds"] for w in own)
        share = f"{100 * right / run:.2f} %" if run else "-"
        pace = f"{60 * (run + invalid) / seconds:.0f} a minute" if seconds else ""
        print(
            f"\n{tool} on {db}: {right} of {run} pairs right ({share}), {invalid} not taken by the database,"
            f" {seconds:.0f} s, {pace}"
        )
        for law, count in Counter(failed.values()).most_common():
            print(f"  {count:5} {law}: {', '.join(s for s, why in failed.items() if why == law)[:300]}")
    return 1 if any(w["failed"] for w in found) else 0


def report(trial: Trial, asked: argparse.Namespace, seed: int, pair: Pair, failure: Failure) -> None:
    print(f"\n== seed {seed}: {failure.law}\n{failure.text}", flush=True)
    if not asked.shrink:
        return

    def fails(candidate: Pair) -> bool:
        try:
            found = trial.run(candidate)
        except Invalid:
            return False
        return found is not None and found.law == failure.law

    small = shrunk(pair, fails)
    try:
        found = trial.run(small)
    except Invalid as refusal:  # what failed left a trace in the session
        found = Failure(failure.law, f"not a pair any more: {refusal}")
    print(f"-- smallest:\n{script(small, trial.kind)}\n{found.text if found else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
