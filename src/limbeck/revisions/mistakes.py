"""What can be wrong with a history, each found by one function. Nothing here raises; the graph collects and does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from limbeck import digraph
from limbeck.errors import (
    AmbiguousRevision,
    BadRevisionName,
    DuplicateLabel,
    DuplicateRevision,
    LabelIsRevision,
    MissingDependency,
    MissingParent,
    RevisionCycle,
    RevisionError,
    RevisionLoop,
)
from limbeck.revisions.revision import Revision

RESERVED = frozenset({"head", "heads", "base"})
ILLEGAL = frozenset("@-+:")
SHORTEST_PREFIXED = 4
"""Ids and labels shorter than this are never found by a prefix."""


def duplicates(given: tuple[Revision, ...]) -> Iterator[RevisionError]:
    files: dict[str, list[str]] = {}
    for revision in given:
        files.setdefault(revision.id, []).append(revision.origin or "?")
    if len(files) < len(given):
        for name, where in files.items():
            if len(where) > 1:
                yield DuplicateRevision(revision=name, files=tuple(where))


def why_bad(name: str) -> str:
    """Why this cannot be a revision id; empty if it can."""
    if not name.strip():
        return "it is empty"
    if not ILLEGAL.isdisjoint(name):
        return (
            f"it contains {', '.join(sorted(ILLEGAL.intersection(name)))}, which have a meaning in addresses"
        )
    if name in RESERVED:
        return "that word has a meaning in addresses"
    if any(char.isspace() or not char.isprintable() for char in name):
        return "it contains blanks or characters that cannot be printed"
    return ""


def why_bad_label(label: str) -> str:
    """Why this cannot be a branch label. A '-' is harmless there: an exact label is looked up before '-1' is read."""
    return why_bad(label.replace("-", "").replace("+", "") if label.strip("+-") else label)


def bad_names(revisions: Mapping[str, Revision]) -> Iterator[RevisionError]:
    for name, revision in revisions.items():
        if not name.isalnum() or name in RESERVED:
            why = why_bad(name)
            if why:
                yield BadRevisionName(kind="revision id", name=name, why=why, file=revision.origin)
        for label in revision.labels:
            why = why_bad_label(label)
            if why:
                yield BadRevisionName(kind="branch label", name=label, why=why, file=revision.origin)


def label_mistakes(revisions: Mapping[str, Revision], owners: dict[str, str]) -> list[RevisionError]:
    """Fills `owners` (label -> revision; the first keeps it) and returns what is wrong."""
    found: list[RevisionError] = []
    given_by: dict[str, list[str]] = {}
    for name, revision in revisions.items():
        for label in dict.fromkeys(revision.labels):
            given_by.setdefault(label, []).append(name)
    for label, names in given_by.items():
        owners[label] = names[0]
        if len(names) > 1:
            files = tuple(revisions[name].origin for name in names)
            found.append(DuplicateLabel(label=label, revisions=tuple(names), files=files))
        if label in revisions:
            found.append(LabelIsRevision(label=label, revision=names[0], file=revisions[names[0]].origin))
            del owners[label]
    return found


def resolve_parents(
    revision: Revision, revisions: Mapping[str, Revision]
) -> tuple[tuple[str, ...], list[RevisionError]]:
    parents = revision.parents
    if len(parents) == 1 and parents[0] in revisions and parents[0] != revision.id:
        return parents, []
    found: list[RevisionError] = []
    good: list[str] = []
    for parent in dict.fromkeys(parents):
        if parent == revision.id:
            found.append(RevisionLoop(revision=revision.id, field="down_revision", file=revision.origin))
        elif parent in revisions:
            good.append(parent)
        else:
            close = closest(parent, revisions)
            found.append(
                MissingParent(parent=parent, revision=revision.id, file=revision.origin, close=close)
            )
    return tuple(good), found


def resolve_dependencies(
    revision: Revision, revisions: Mapping[str, Revision], owners: Mapping[str, str]
) -> tuple[tuple[str, ...], list[RevisionError]]:
    found: list[RevisionError] = []
    good: dict[str, None] = {}
    for written in revision.depends_on:
        matches = named(written, revisions, owners)
        if not matches:
            close = closest(written, (*revisions, *owners))
            found.append(
                MissingDependency(dependency=written, revision=revision.id, file=revision.origin, close=close)
            )
        elif len(matches) > 1:
            found.append(AmbiguousRevision(name=written, matches=matches))
        elif matches[0] == revision.id:
            found.append(RevisionLoop(revision=revision.id, field="depends_on", file=revision.origin))
        else:
            good[matches[0]] = None
    return tuple(good), found


def named(name: str, revisions: Iterable[str], owners: Mapping[str, str]) -> tuple[str, ...]:
    """The revisions a name may mean: itself, the owner of that label, or all that the prefix fits."""
    if name in revisions:
        return (name,)
    if name in owners:
        return (owners[name],)
    if not name:
        return ()
    fitting = [r for r in revisions if r.startswith(name) and len(r) >= SHORTEST_PREFIXED]
    fitting += [
        o for label, o in owners.items() if label.startswith(name) and len(label) >= SHORTEST_PREFIXED
    ]
    return tuple(dict.fromkeys(fitting))


def cycles(
    left: list[str],
    parents: Mapping[str, tuple[str, ...]],
    all_down: Callable[[str], tuple[str, ...]],
    revisions: Mapping[str, Revision],
) -> Iterator[tuple[RevisionError, tuple[str, ...]]]:
    """Each cycle among the revisions that could not be ordered, with the members of its knot."""
    by_parents = digraph.cycles(left, parents.__getitem__)
    tied = {name for cycle in by_parents for name in cycle}
    for knot in digraph.knots(left, all_down):
        inside = set(knot)
        own = [cycle for cycle in by_parents if inside.issuperset(cycle)]
        through = not tied & inside
        if through:
            own = digraph.cycles(knot, all_down)
        for cycle in own:
            files = tuple(revisions[name].origin for name in cycle if revisions[name].origin)
            yield RevisionCycle(cycle=cycle, files=files, through_dependencies=through), knot


def closest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """At most three of the names that look like a mistyped `name`."""
    from difflib import get_close_matches

    likely = [n for n in names if abs(len(n) - len(name)) < 4]
    return tuple(get_close_matches(name, likely[:5000], n=3, cutoff=0.7))
