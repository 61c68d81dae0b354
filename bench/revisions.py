"""How long the history takes: 10,000 revisions with 1,000 merge diamonds, and other shapes.

    python bench/revisions.py [number of revisions]

Prints milliseconds, the best of three.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
started = time.perf_counter()
import limbeck.errors  # noqa: E402, F401

errors_loaded = time.perf_counter()
from limbeck import revisions  # noqa: E402
from limbeck.revisions import Revision, RevisionGraph  # noqa: E402

loaded = time.perf_counter()


def diamonds(count: int) -> list[Revision]:
    """Ten revisions to a diamond: two ways of four, a merge, and one in between."""
    made: list[Revision] = []
    last: tuple[str, ...] = ()
    while len(made) < count:
        number = len(made)
        ends = []
        for side in "lr":
            parents = last
            for step in range(4):
                name = f"{side}{step}_{number:06d}"
                made.append(Revision(name, parents))
                parents = (name,)
            ends.append(parents[0])
        made.append(Revision(f"m_{number:06d}", tuple(ends)))
        made.append(Revision(f"n_{number:06d}", (f"m_{number:06d}",)))
        last = (f"n_{number:06d}",)
    return made


def straight(count: int) -> list[Revision]:
    return [Revision(f"r{n:06d}", (f"r{n - 1:06d}",) if n else ()) for n in range(count)]


def fan(count: int) -> list[Revision]:
    """All on one base."""
    return [Revision("base0"), *(Revision(f"r{n:06d}", ("base0",)) for n in range(count - 1))]


def ladder(count: int) -> list[Revision]:
    """Two lines, each revision of the one depends on the other's one before."""
    made = []
    for n in range(count // 2):
        for side, other in ("ab", "ba"):
            parents = (f"{side}{n - 1:06d}",) if n else ()
            made.append(Revision(f"{side}{n:06d}", parents, (f"{other}{n - 1:06d}",) if n else ()))
    return made


def packages(count: int) -> list[Revision]:
    """A hundred labelled lines on one root; now and then one depends on its neighbour."""
    made = [Revision("root0")]
    for n in range(count - 1):
        line, place = n % 100, n // 100
        parents = (f"p{line:02d}_{place - 1:05d}",) if place else ("root0",)
        depends = (f"p{line - 1:02d}_{place:05d}",) if line and place % 10 == 5 else ()
        made.append(Revision(f"p{line:02d}_{place:05d}", parents, depends, () if place else (f"pkg{line}",)))
    return made


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def measure(shape: Callable[[int], list[Revision]], count: int) -> None:
    given = shape(count)
    graph = RevisionGraph(given)
    top = graph.real_heads
    bottom = graph.real_bases[0]
    figures = {
        "graph": best(lambda: RevisionGraph(given)),
        "labels": best(lambda: RevisionGraph(given).labels(bottom)),
        "current": best(lambda: graph.standing(top)),
        "up heads": best(lambda: revisions.upgrade(graph, (), "heads")),
        "up, none": best(lambda: revisions.upgrade(graph, top, "heads")),
        "up +1": best(
            lambda: revisions.upgrade(graph, (bottom,), f"{bottom}+1" if shape is straight else top[0])
        ),
        "down base": best(lambda: revisions.downgrade(graph, top, "base")),
        "down -1": best(lambda: revisions.downgrade(graph, top, "-1")),
        "stamp base": best(lambda: revisions.stamp(graph, top, "base")),
        "history": best(lambda: revisions.between(graph, ":")),
    }
    print(f"{shape.__name__:10}", *(f"{name} {figure:.1f}" for name, figure in figures.items()), sep=" | ")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(
        f"import: errors {1000 * (errors_loaded - started):.1f} ms, revisions {1000 * (loaded - errors_loaded):.1f} ms"
    )
    print(f"{count} revisions, milliseconds")
    for shape in (diamonds, straight, fan, ladder, packages):
        measure(shape, count)
