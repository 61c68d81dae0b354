"""Which revisions there are and how they hang together. Pure: made of Revision values, knows no files and no tables.

Words. A *parent* is named by `down_revision`, a *dependency* by `depends_on`; *down* is both. A *child* is the
other side of a parent, a *dependent* of a dependency; *up* is both. Heads and bases look at parents alone, real
heads and real bases at dependencies too: the rows of a version table after a full upgrade are the real heads.
A *line* is what can be reached over parents alone.

Ids go in and ids come out; `graph[id]` is the Revision. All orders follow the order in which revisions were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limbeck import digraph
from limbeck.errors import DuplicateLabel, DuplicateRevision, HistoryBroken, LabelIsRevision, RevisionError
from limbeck.revisions import mistakes as find
from limbeck.revisions.labels import spread_labels
from limbeck.revisions.revision import Revision

NONE: tuple[str, ...] = ()


class RevisionGraph:
    """The history. Construction finds all mistakes and raises them at once: one by itself, several as HistoryBroken.

    With `lenient` it raises nothing: `mistakes` lists them, and only a route that runs over a revision that a mistake
    makes unsound raises (`require_sound`). So one broken file does not stop what does not need it. Of
    two revisions with one id the later is kept then (and no route runs it); a label with two owners means neither.
    `looked_in` names the places that were searched, for messages.
    """

    def __init__(
        self, revisions: Iterable[Revision], *, lenient: bool = False, looked_in: Iterable[str] = ()
    ) -> None:
        given = tuple(revisions)
        self.looked_in = tuple(looked_in)
        self._revisions = {revision.id: revision for revision in given}
        self.index = {name: number for number, name in enumerate(self._revisions)}
        """The place of each revision in the given order."""
        self._labels: dict[str, tuple[str, ...]] | None = None
        self.label_owners: dict[str, str] = {}
        """Each branch label and the revision whose file gives it."""

        found: list[RevisionError] = [*find.duplicates(given), *find.bad_names(self._revisions)]
        found += find.label_mistakes(self._revisions, self.label_owners)
        self.disputed = {
            error.label: error for error in found if isinstance(error, (DuplicateLabel, LabelIsRevision))
        }
        """Labels that do not say which branch they mean."""
        self._unsound: dict[str, list[RevisionError]] = {
            error.revision: [error] for error in found if isinstance(error, DuplicateRevision)
        }
        self._connect(found)
        self._sort(found)
        self._normalize()
        self.mistakes: tuple[RevisionError, ...] = tuple(found)
        if found and not lenient:
            raise found[0] if len(found) == 1 else HistoryBroken(mistakes=self.mistakes)

    def _connect(self, found: list[RevisionError]) -> None:
        """Resolve parents and dependencies; what cannot be resolved is left out, and its revision is unsound."""
        self._parents: dict[str, tuple[str, ...]] = {}
        self._dependencies: dict[str, tuple[str, ...]] = {}
        children: dict[str, list[str]] = {}
        up: dict[str, list[str]] = {}
        for name, revision in self._revisions.items():
            parents, wrong = find.resolve_parents(revision, self._revisions)
            if revision.depends_on:
                dependencies, more = find.resolve_dependencies(revision, self._revisions, self.label_owners)
                self._dependencies[name] = dependencies
                wrong += more
            else:
                dependencies = NONE
            self._parents[name] = parents
            for parent in parents:
                children.setdefault(parent, []).append(name)
                up.setdefault(parent, []).append(name)
            for dependency in dependencies:
                if dependency not in parents:
                    up.setdefault(dependency, []).append(name)
            if wrong:
                found += wrong
                self._unsound.setdefault(name, []).extend(wrong)
        self._children = {name: tuple(names) for name, names in children.items()}
        self._up = {name: tuple(names) for name, names in up.items()}

    def _sort(self, found: list[RevisionError]) -> None:
        """Give every revision a position after all that is below it; those in or above a cycle come last."""
        waiting = {name: len(self._all_down(name)) for name in self._revisions}
        ordered = [name for name, count in waiting.items() if not count]
        for name in ordered:  # grows while it is walked
            for other in self._up.get(name, NONE):
                waiting[other] -= 1
                if not waiting[other]:
                    ordered.append(other)
        if len(ordered) < len(waiting):
            left = [name for name, count in waiting.items() if count]
            ordered += left
            for error, members in find.cycles(left, self._parents, self._all_down, self._revisions):
                found.append(error)
                for name in members:
                    self._unsound.setdefault(name, []).append(error)
        self.position = {name: number for number, name in enumerate(ordered)}
        """A topological order: everything below a revision has a smaller position."""

    def _normalize(self) -> None:
        """`down`: parents, and those dependencies that no ancestor along the line names already."""
        self._down = dict(self._parents)
        wanted_by: dict[str, int] = {}
        for dependencies in self._dependencies.values():
            for dependency in dependencies:
                wanted_by[dependency] = wanted_by.get(dependency, 0) + 1
        shared = [name for name, count in wanted_by.items() if count > 1]
        bit = {name: 1 << number for number, name in enumerate(shared)}
        inherited: dict[str, int] = {}  # which shared dependencies the ancestors of a revision name
        if shared:
            for name in self.position:
                mask = 0
                for parent in self._parents[name]:
                    mask |= inherited.get(parent, 0)
                    for dependency in self._dependencies.get(parent, NONE):
                        mask |= bit.get(dependency, 0)
                inherited[name] = mask
        for name, dependencies in self._dependencies.items():
            seen = inherited.get(name, 0)
            kept = [d for d in dependencies if not seen & bit.get(d, 0)]
            self._down[name] = tuple(dict.fromkeys((*self._parents[name], *kept)))

    def _all_down(self, name: str) -> tuple[str, ...]:
        dependencies = self._dependencies.get(name)
        if not dependencies:
            return self._parents[name]
        return tuple(dict.fromkeys((*self._parents[name], *dependencies)))

    # -- the revisions themselves

    def __len__(self) -> int:
        return len(self._revisions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._revisions)

    def __contains__(self, name: object) -> bool:
        return name in self._revisions

    def __getitem__(self, name: str) -> Revision:
        return self._revisions[name]

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names without repetition, in the given order of the history."""
        return tuple(sorted(set(names), key=self.index.__getitem__))

    # -- one revision's neighbours

    def parents(self, name: str) -> tuple[str, ...]:
        return self._parents[name]

    def dependencies(self, name: str) -> tuple[str, ...]:
        """Resolved to ids, all that are written."""
        return self._dependencies.get(name, NONE)

    def down(self, name: str) -> tuple[str, ...]:
        """Parents, then the dependencies that are not implied by an ancestor's. What a step comes from."""
        return self._down[name]

    def all_down(self, name: str) -> tuple[str, ...]:
        """Parents, then all dependencies."""
        return self._all_down(name)

    def children(self, name: str) -> tuple[str, ...]:
        return self._children.get(name, NONE)

    def up(self, name: str) -> tuple[str, ...]:
        """Children and dependents."""
        return self._up.get(name, NONE)

    def labels(self, name: str) -> tuple[str, ...]:
        """The branch labels that are in force here: those written in its file, then those of its branch."""
        if self._labels is None:
            self._labels = spread_labels(self)
        return self._labels.get(name, NONE)

    # -- kinds of revisions

    @property
    def heads(self) -> tuple[str, ...]:
        """Revisions without children."""
        return tuple(name for name in self._revisions if name not in self._children)

    @property
    def real_heads(self) -> tuple[str, ...]:
        """Heads on which nothing depends."""
        return tuple(name for name in self._revisions if name not in self._up)

    @property
    def bases(self) -> tuple[str, ...]:
        """Revisions whose file names no parent."""
        return tuple(name for name, revision in self._revisions.items() if not revision.parents)

    @property
    def real_bases(self) -> tuple[str, ...]:
        """Bases that depend on nothing."""
        return tuple(name for name, r in self._revisions.items() if not r.parents and not r.depends_on)

    @property
    def branch_points(self) -> tuple[str, ...]:
        return tuple(name for name in self._revisions if self.is_branch_point(name))

    @property
    def merge_points(self) -> tuple[str, ...]:
        return tuple(name for name in self._revisions if self.is_merge_point(name))

    def is_head(self, name: str) -> bool:
        return name not in self._children

    def is_real_head(self, name: str) -> bool:
        return name not in self._up

    def is_base(self, name: str) -> bool:
        return not self._revisions[name].parents

    def is_branch_point(self, name: str) -> bool:
        return len(self._children.get(name, NONE)) > 1

    def is_real_branch_point(self, name: str) -> bool:
        """Dependents count as branches."""
        return len(self._up.get(name, NONE)) > 1

    def is_merge_point(self, name: str) -> bool:
        return len(self._revisions[name].parents) > 1

    # -- sets of revisions

    def ancestors(self, names: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """The names and all below them."""
        return digraph.reach(names, self._down.__getitem__ if dependencies else self._parents.__getitem__)

    def descendants(self, names: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """The names and all above them."""
        above = self._up if dependencies else self._children
        return digraph.reach(names, lambda name: above.get(name, NONE))

    def line(self, names: Iterable[str], *, dependencies: bool = False) -> set[str]:
        """The names, all below and all above them: what shares a line with one of them."""
        names = tuple(names)
        return self.ancestors(names, dependencies=dependencies) | self.descendants(
            names, dependencies=dependencies
        )

    def tips(self, names: Iterable[str], *, dependencies: bool = True) -> tuple[str, ...]:
        """Those of a set closed downward that have nothing of it above them, in the given order."""
        inside = set(names)
        above = self._up if dependencies else self._children
        return self.in_order(n for n in inside if not any(up in inside for up in above.get(n, NONE)))

    def overlap(self, names: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
        """The first of the names that is above others of them, and those; None where they are independent."""
        several = tuple(dict.fromkeys(names))
        if len(several) < 2:
            return None
        below = self.ancestors({down for name in several for down in self._down[name]})
        if below.isdisjoint(several):
            return None
        for name in several:
            under = self.ancestors(self._down[name])
            others = tuple(other for other in several if other in under)
            if others:
                return name, others
        return None

    def applied(self, rows: Iterable[str]) -> set[str]:
        """What is applied when the version table holds these rows: they, and all below them."""
        return self.ancestors(rows)

    def standing(self, rows: Iterable[str]) -> tuple[str, ...]:
        """What `current` shows: the applied revisions that end a line, also those that another row implies."""
        return self.tips(self.ancestors(rows), dependencies=False)

    def require_sound(self, names: Iterable[str]) -> None:
        """Raise the mistakes that touch one of these revisions."""
        if not self._unsound:
            return
        wrong = {id(e): e for name in names if name in self._unsound for e in self._unsound[name]}
        if wrong:
            each = tuple(wrong.values())
            raise each[0] if len(each) == 1 else HistoryBroken(mistakes=each)
