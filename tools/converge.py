"""Random pairs of schemas, migrated there and back by a tool on a real database: how many come out right.

    python tools/converge.py --db postgresql --pairs 300 [--seed 0] [--shrink] [--tool alembic] [--only SEED]

The laws are those of tests/converge/converge_laws.py. Every failure is told by its seed, law and operations; --shrink
prints the smallest pair that fails by the same law, as Python that runs. Exit code 1 where a pair failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "converge"), str(ROOT / "tests"), str(ROOT / "src")]

from converge_generate import Generator  # noqa: E402
from converge_laws import Failure, Invalid, Trial  # noqa: E402
from converge_models import Pair, script  # noqa: E402
from converge_places import places  # noqa: E402
from converge_shrink import shrunk  # noqa: E402

KINDS = {"postgresql": "postgresql", "postgresql15": "postgresql", "mariadb": "mariadb", "sqlite": "sqlite"}


def tool_named(name: str, kind: str) -> Any:
    if name == "alembic":
        from converge_alembic import Alembic

        return Alembic(kind)
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
    parser.add_argument("--tool", default="limbeck", choices=["limbeck", "written", "alembic"])
    parser.add_argument("--quiet", action="store_true", help="only the figures")
    parser.add_argument("--seconds", type=float, default=0, help="stop after this time")
    asked = parser.parse_args()
    seeds = asked.only or range(asked.seed, asked.seed + asked.pairs)
    with places(asked.db) as (lived, fresh):
        trial = Trial(tool_named(asked.tool, KINDS[asked.db]), KINDS[asked.db], lived, fresh)
        return tried(trial, asked, seeds)


def tried(trial: Trial, asked: argparse.Namespace, seeds: Any) -> int:
    began = time.monotonic()
    laws: Counter[str] = Counter()
    right = invalid = 0
    for seed in seeds:
        if asked.seconds and time.monotonic() - began > asked.seconds:
            break
        pair = Generator(trial.kind, seed).pair()
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
        laws[failure.law] += 1
        if not asked.quiet:
            report(trial, asked, seed, pair, failure)
    run = right + sum(laws.values())
    share = f"{100 * right / run:.1f} %" if run else "-"
    print(
        f"\n{asked.tool} on {asked.db}: {right} of {run} pairs right ({share}), {invalid} not taken by the database,"
    )
    print(f"{time.monotonic() - began:.0f} s")
    for law, count in laws.most_common():
        print(f"  {count:5} {law}")
    return 0 if right == run else 1


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
    found = trial.run(small)
    print(f"-- smallest:\n{script(small, trial.kind)}\n{found.text if found else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
