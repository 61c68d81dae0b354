"""The history as programs see it: Revision objects in a RevisionMap.

What hangs together how (heads, branches, ancestors, order) is asked of the core's RevisionGraph, built anew when a
revision is added. Here stand the objects, Alembic's reading of what people type, and its words for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from limbeck.revisions.graph import RevisionGraph
from limbeck.revisions.head_moves import Frontier, Step
from limbeck.revisions.revision import Revision as CoreRevision
from limbeck.revisions.sequence import newest_first

from .. import util
from ..runtime.steps import HeadMoves
from .one import CycleDetected as CycleDetected
from .one import DependencyCycleDetected as DependencyCycleDetected
from .one import DependencyLoopDetected as DependencyLoopDetected
from .one import LoopDetected as LoopDetected
from .one import MultipleHeads as MultipleHeads
from .one import RangeNotAncestorError as RangeNotAncestorError
from .one import ResolutionError as ResolutionError
from .one import Revision as Revision
from .one import RevisionError as RevisionError
from .one import _revision_illegal_chars as _revision_illegal_chars
from .one import tuple_rev_as_scalar as tuple_rev_as_scalar

_RevIdType = str | list[str] | tuple[str, ...]
_GetRevArg = str | Iterable[str | None] | Iterable[str]
_RevisionIdentifierType = str | tuple[str, ...] | None

_relative_destination = re.compile(r"(?:(?P<branch>.+?)@)?(?P<start>\w+)?(?P<steps>[+-]\d+)")
SHORTEST_PREFIX = 4


_Place = Revision | str | None
"""A revision, the word "base", or None."""


class RevisionMap:
    """All revisions that a generator yields; read when first asked."""

    def __init__(self, generator: Callable[[], Iterable[Revision]]) -> None:
        self._generator = generator
        self._frontier: tuple[frozenset[str], Frontier] | None = None

    # -- building

    @util.memoized_property
    def _revision_map(self) -> dict[Any, Any]:
        """Revision objects by id and by branch label, and None for None and ()."""
        by_id: dict[str, Revision] = {}
        for revision in self._generator():
            if revision.revision in by_id:
                util.warn(f"Revision {revision.revision} is present more than once")
            by_id[revision.revision] = revision
        map_: dict[Any, Any] = dict(by_id)
        self._add_labels(by_id.values(), map_)
        self._build(by_id, map_)
        map_[None] = map_[()] = None
        return map_

    def _add_labels(self, revisions: Iterable[Revision], map_: dict[Any, Any]) -> None:
        for revision in revisions:
            for label in revision._orig_branch_labels:
                if label in map_:
                    raise RevisionError(
                        f"Branch name '{label}' in revision {revision.revision} "
                        f"already used by revision {map_[label].revision}"
                    )
                map_[label] = revision

    def _build(self, by_id: dict[str, Revision], map_: dict[Any, Any]) -> None:
        """Ask the core how they hang together, and tell each."""
        for revision in by_id.values():
            named = util.to_tuple(revision.dependencies, default=())
            revision._resolved_dependencies = tuple(map_[name].revision for name in named)
        for revision in by_id.values():
            for below in revision._all_down_revisions:
                if below not in by_id:
                    util.warn(f"Revision {below} referenced from {revision} is not present")
                    raise KeyError(below)
        graph = self._graph = RevisionGraph(
            (
                CoreRevision(
                    id=name,
                    parents=revision._versioned_down_revisions,
                    depends_on=revision._resolved_dependencies,
                    labels=tuple(revision._orig_branch_labels),
                )
                for name, revision in by_id.items()
            ),
            lenient=True,
        )
        self._frontier = None
        if graph.mistakes:
            self._refuse_cycles(graph)
        for name, revision in by_id.items():
            revision.nextrev = frozenset(graph.children(name))
            revision._all_nextrev = frozenset(graph.up(name))
            parents = revision._versioned_down_revisions
            revision._normalized_resolved_dependencies = tuple(
                down
                for down in graph.down(name)
                if down not in parents or down in revision._resolved_dependencies
            )
            revision.branch_labels = set(graph.labels(name))
        self.heads, self.bases = graph.heads, graph.bases
        self._real_heads, self._real_bases = graph.real_heads, graph.real_bases

    def _refuse_cycles(self, graph: RevisionGraph) -> None:
        for dependencies, error, tops, ends in (
            (False, CycleDetected, graph.heads, graph.bases),
            (True, DependencyCycleDetected, graph.real_heads, graph.real_bases),
        ):
            if not tops or not ends:
                raise error(list(graph))
            reached = _reach(tops, graph.all_down if dependencies else graph.parents) & _reach(
                ends, graph.up if dependencies else graph.children
            )
            left = set(graph) - reached
            if left:
                raise error(sorted(left))

    @util.memoized_property
    def heads(self) -> tuple[str, ...]:
        """Ids without a later one."""
        return self._after_building("heads")

    @util.memoized_property
    def bases(self) -> tuple[str, ...]:
        return self._after_building("bases")

    @util.memoized_property
    def _real_heads(self) -> tuple[str, ...]:
        return self._after_building("_real_heads")

    @util.memoized_property
    def _real_bases(self) -> tuple[str, ...]:
        return self._after_building("_real_bases")

    def _load(self) -> None:
        """Read the revisions, if nobody has yet; what is wrong with them is said now."""
        assert self._revision_map is not None

    def _after_building(self, name: str) -> tuple[str, ...]:
        self._load()
        return self.__dict__.get(name, ())  # type: ignore[no-any-return]

    def add_revision(self, revision: Revision, _replace: bool = False) -> None:
        """Take one more, that was written while the map was in use."""
        map_ = self._revision_map
        if _replace and revision.revision not in map_:
            raise Exception(f"revision {revision.revision} not in map")
        if not _replace and revision.revision in map_:
            util.warn(f"Revision {revision.revision} is present more than once")
        former = map_.pop(revision.revision, None)
        for label in former._orig_branch_labels if former is not None else ():
            if map_.get(label) is former:
                del map_[label]
        map_[revision.revision] = revision
        self._add_labels([revision], map_)
        self._build({key: r for key, r in map_.items() if r is not None and key == r.revision}, map_)

    # -- names

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """The one head (of a branch), None where there is none; MultipleHeads where there are several."""
        heads: Sequence[str] = self.heads
        if branch_label:
            heads = self.filter_for_lineage(heads, branch_label)
        if len(heads) > 1:
            raise MultipleHeads(heads, f"{branch_label}@head" if branch_label else "head")
        return heads[0] if heads else None

    def _get_base_revisions(self, identifier: str) -> tuple[str, ...]:
        return self.filter_for_lineage(self.bases, identifier)

    def _resolve_revision_number(self, id_: Any) -> tuple[tuple[str, ...], str | None]:
        """What was typed as ids (or prefixes of them), and the branch in front of the @."""
        branch: str | None = None
        if isinstance(id_, str) and "@" in id_:
            branch, id_ = id_.split("@", 1)
        elif id_ is not None and not _made_of_strings(id_):
            raise RevisionError(
                f"revision identifier {id_!r} is not a string; ensure database driver settings are correct"
            )
        self._load()
        if id_ == "heads":
            return (self.filter_for_lineage(self.heads, branch) if branch else self._real_heads), branch
        if id_ == "head":
            head = self.get_current_head(branch)
            return ((head,) if head else ()), branch
        if id_ == "base" or id_ is None:
            return (), branch
        return util.to_tuple(id_, default=None), branch

    def get_revisions(self, id_: Any) -> tuple[Any, ...]:
        """All that is meant by one name, or by each of several."""
        if isinstance(id_, (list, tuple, set, frozenset)):
            return tuple(revision for each in id_ for revision in self.get_revisions(each))
        names, branch = self._resolve_revision_number(id_)
        if len(names) == 1 and re.fullmatch(r"-\d+", names[0]) and int(names[0]) < 0:
            heads = self.get_revisions("heads")
            if branch is not None:
                heads = tuple(head for head in heads if branch in head.branch_labels)
            return tuple(self._walk(head, steps=int(names[0])) for head in heads)
        return tuple(self._revision_for_ident(name, branch) for name in names)

    def get_revision(self, id_: str | None) -> Any:
        """The one that is meant; None for the base."""
        names, branch = self._resolve_revision_number(id_)
        if len(names) > 1:
            raise MultipleHeads(names, id_)
        return self._revision_for_ident(names[0] if names else (), branch)

    def _resolve_branch(self, branch_label: str) -> Any:
        if branch_label in self._revision_map:
            return self._revision_map[branch_label]
        try:
            return self._revision_for_ident(branch_label)
        except ResolutionError as error:
            raise ResolutionError(f"No such branch: '{branch_label}'", branch_label) from error

    def _revision_for_ident(self, resolved_id: Any, check_branch: str | None = None) -> Any:
        """By id or label, or by a prefix that fits one; with a branch, it must be on it."""
        owner: Any = self._resolve_branch(check_branch) if check_branch else None
        if resolved_id in self._revision_map:
            revision = self._revision_map[resolved_id]
        else:
            revision = self._revision_map[self._by_prefix(resolved_id, check_branch if owner else None)]
        if (
            check_branch
            and revision is not None
            and not self._shares_lineage(revision.revision, owner.revision)
        ):
            raise ResolutionError(
                f"Revision {revision.revision} is not a member of branch '{check_branch}'", resolved_id
            )
        return revision

    def _by_prefix(self, prefix: str, branch: str | None) -> str:
        fits: Sequence[str] = [
            name
            for name in self._revision_map
            if name and len(name) >= SHORTEST_PREFIX and name.startswith(prefix)
        ]
        if branch:
            fits = self.filter_for_lineage(fits, branch)
        if not fits:
            hint = ""
            if len(prefix) < SHORTEST_PREFIX:
                hint = (
                    "; please ensure at least four characters are present "
                    "for partial revision identifier matches"
                )
            raise ResolutionError(f"No such revision or branch '{prefix}'{hint}", prefix)
        if len(fits) > 1:
            some = ", ".join(f"'{name}'" for name in fits[:3])
            raise ResolutionError(f"Multiple revisions start with '{prefix}': {some}...", prefix)
        return fits[0]

    # -- lines

    def filter_for_lineage(
        self, targets: Iterable[Any], check_against: str | None, include_dependencies: bool = False
    ) -> tuple[Any, ...]:
        """Those that stand on one line with what is named."""
        names, branch = self._resolve_revision_number(check_against)
        against = [*([branch] if branch else []), *names]
        return tuple(
            target for target in targets if self._shares_lineage(target, against, include_dependencies)
        )

    def _shares_lineage(
        self, target: Any, test_against_revs: Any, include_dependencies: bool = False
    ) -> bool:
        if not test_against_revs:
            return True
        revision = target if isinstance(target, Revision) else self._revision_for_ident(target)
        others = {
            (other if isinstance(other, Revision) else self._revision_for_ident(other))
            for other in util.to_tuple(test_against_revs, default=())
        }
        line = self._graph.line([revision.revision], dependencies=include_dependencies)
        return any(other.revision in line for other in others if other is not None)

    def _get_ancestor_nodes(
        self, targets: Collection[Any], check: bool = False, include_dependencies: bool = True
    ) -> Iterator[Revision]:
        """They, and all below them. With `check` none of them may stand below another."""
        below = "_normalized_down_revisions" if include_dependencies else "_versioned_down_revisions"
        return self._related(targets, lambda revision: getattr(revision, below), check)

    def _get_descendant_nodes(
        self, targets: Collection[Any], check: bool = False, include_dependencies: bool = True
    ) -> Iterator[Revision]:
        """They, and all above them."""
        above = "_all_nextrev" if include_dependencies else "nextrev"
        return self._related(targets, lambda revision: sorted(getattr(revision, above)), check)

    def _related(
        self, targets: Collection[Any], ways: Callable[[Any], Iterable[str]], check: bool
    ) -> Iterator[Revision]:
        map_, seen = self._revision_map, set()
        for target in map(is_revision, targets):
            todo, own = [target], set()
            while todo:
                revision = todo.pop()
                own.add(revision)
                if revision in seen:
                    continue
                seen.add(revision)
                for name in ways(revision):
                    if map_[name].revision != name:
                        raise RevisionError("Dependency resolution failed; broken map")
                    todo.append(map_[name])
                yield revision
            overlaps = own.intersection(targets) - {target} if check else ()
            if overlaps:
                raise RevisionError(
                    f"Requested revision {target.revision} overlaps with other requested revisions "
                    f"{', '.join(revision.revision for revision in overlaps)}"
                )

    def _get_all_current(self, id_: tuple[str, ...]) -> set[Any]:
        """The ends of lines among all that is applied with these rows."""
        rows = {revision.revision for revision in self.get_revisions(id_)}
        map_ = self._revision_map
        return {map_[name] for name in self._graph.standing(rows)}

    # -- ranges

    def iterate_revisions(
        self,
        upper: Any,
        lower: Any,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Any]:
        """From the upper down to the lower, each after all that stands above it.

        `implicit_base`: also what is below the upper on other lines. `select_for_downgrade`: what goes when the
        database, at `upper`, is downgraded to `lower`.
        """
        collect = (
            self._collect_downgrade_revisions if select_for_downgrade else self._collect_upgrade_revisions
        )
        revisions, heads = collect(
            upper,
            lower,
            inclusive=inclusive,
            implicit_base=implicit_base,
            assert_relative_length=assert_relative_length,
        )
        for name in self._topological_sort(revisions, heads):
            yield self.get_revision(name)

    def _topological_sort(self, revisions: Collection[Any], heads: Iterable[Any]) -> list[str]:
        names = {revision.revision for revision in revisions}
        tips = [head.revision for head in heads if head is not None]
        return newest_first(self._graph, names, tips, self._graph.ancestors(tips) | names)

    def _collect_downgrade_revisions(
        self, upper: Any, lower: Any, *, inclusive: bool, implicit_base: bool, assert_relative_length: bool
    ) -> tuple[set[Any], tuple[Any, ...]]:
        branch, goal = self._parse_downgrade_target(upper, lower, assert_relative_length)
        if goal == "base":
            goal = None
        if goal is None:
            roots = [self._revision_map[name] for name in self.bases]
        else:
            roots = [goal] if inclusive else list(self.get_revisions(goal.nextrev))
        if branch and len(roots) > 1:
            line = self._graph.ancestors([self._resolve_branch(branch).revision], dependencies=False)
            roots = [root for root in roots if root.revision in line]
            if not roots:
                raise RevisionError("Not a valid downgrade target from current heads")
        heads = self.get_revisions(upper)
        gone = set(self._get_descendant_nodes(roots))
        active = set(self._get_ancestor_nodes(heads))
        gone &= active
        if implicit_base:
            gone |= active.difference(self._get_ancestor_nodes(roots))
        if goal is not None and not gone and goal not in heads:
            raise RangeNotAncestorError("Nothing to drop", upper)
        return gone, heads

    def _collect_upgrade_revisions(
        self, upper: Any, lower: Any, *, inclusive: bool, implicit_base: bool, assert_relative_length: bool
    ) -> tuple[set[Any], tuple[Any, ...]]:
        targets = [is_revision(r) for r in self._parse_upgrade_target(lower, upper, assert_relative_length)]
        if isinstance(lower, str) and "@" in lower:
            branch = lower.partition("@")[0]
            owner = self.get_revision(branch)
            if owner is not None and owner.revision == branch:  # a revision that stands for its branch
                (branch,) = owner.branch_labels
            targets = [target for target in targets if branch in target.branch_labels]
        required = {*self._get_ancestor_nodes(targets, check=True), *targets}
        current = self.get_revisions(lower)
        if not implicit_base and any(r not in required for r in current if r is not None):
            raise RangeNotAncestorError(lower, upper)
        if current and current[0] is None:  # counted down past the base
            _, start = self._parse_downgrade_target(upper, lower, assert_relative_length)
            assert start
            current, lower = ((), None) if start == "base" else ((start,), start.revision)
        needs = required - {*self._get_ancestor_nodes(current, check=True), *current}
        if inclusive:
            needs.update(self.get_revisions(lower))
        if current and not implicit_base:
            needs.intersection_update(
                self._get_descendant_nodes(current, check=True, include_dependencies=False)
            )
        return needs, tuple(targets)

    def _walk(
        self, start: Any, steps: int, branch_label: str | None = None, no_overwalk: bool = True
    ) -> _Place:
        """So many steps up or down the line. Past the end: None, or without `no_overwalk` the end itself."""
        here: Any = self.get_revision(start) if isinstance(start, str) else start
        for _ in range(abs(steps)):
            ways: Sequence[Any]
            if steps > 0:
                assert here != "base"
                ways = self.get_revisions(self.bases if here is None else here.nextrev)
                if branch_label:
                    ways = self.filter_for_lineage(ways, branch_label)
            elif here == "base":
                ways = ()
            else:
                ways = self.get_revisions(self.heads if here is None else here.down_revision) or ("base",)
            if not ways:
                return None if no_overwalk else here
            if len(ways) > 1:
                raise RevisionError("Ambiguous walk")
            here = ways[0]
        return here  # type: ignore[no-any-return]

    def _parse_upgrade_target(
        self, current_revisions: Any, target: Any, assert_relative_length: bool
    ) -> tuple[Any, ...]:
        match = _relative_destination.match(target) if isinstance(target, str) else None
        if not match:
            return self.get_revisions(target)
        branch, symbol, text = match.groups()
        steps = int(text)
        if steps <= 0:
            if symbol is None:
                raise _too_short(steps, steps)
            start = self.get_revision(symbol if branch is None else f"{branch}@{symbol}")
            return (self._walk(start, steps, no_overwalk=assert_relative_length),)
        if symbol is not None:
            return (self._walk(self.get_revision(symbol), steps, branch, no_overwalk=assert_relative_length),)
        starts = util.to_tuple(current_revisions) or (None,)
        if branch:
            starts = self._starts_on_branch(starts, branch)
        if len(starts) > 1:
            raise RevisionError("Ambiguous upgrade from multiple current revisions")
        reached = self._walk(starts[0], steps, branch, no_overwalk=assert_relative_length)
        if reached is None:
            raise _too_short(text, steps)
        return (reached,)

    def _starts_on_branch(self, rows: tuple[Any, ...], branch: str) -> tuple[Any, ...]:
        """Where `label@+1` counts from: the rows on the branch, or the last applied of it, or its beginning."""
        revisions = self.get_revisions(rows)
        on_branch = self.filter_for_lineage(revisions, branch)
        if on_branch:
            return on_branch
        active = self.filter_for_lineage(self._get_ancestor_nodes(revisions), branch)
        below = {down for revision in active for down in revision._normalized_down_revisions}
        return tuple({revision.revision for revision in active} - below) or (None,)

    def _parse_downgrade_target(
        self, current_revisions: Any, target: Any, assert_relative_length: bool
    ) -> tuple[str | None, Any]:
        """The branch that it is confined to, and what stays: a Revision, "base" or None."""
        if target is None:
            return None, None
        assert isinstance(target, str), "Expected downgrade target in string form"
        match = _relative_destination.match(target)
        if not match:
            branch, _, name = target.rpartition("@")
            return branch or None, self.get_revision(name)
        branch, symbol, text = match.groups()
        steps = int(text)
        if steps >= 0:
            if symbol is None:
                raise _too_short(text, steps)
            reached = self._walk(symbol, steps, branch, no_overwalk=assert_relative_length)
            if reached is None:
                raise RevisionError("Walked too far")
            return branch, reached
        from_rows = symbol is None
        if from_rows:
            symbol, branch = self._row_to_go_down_from(current_revisions, branch, text, steps)
        start = self.get_revision(symbol if branch is None else f"{branch}@{symbol}")
        reached = self._walk(start, steps, no_overwalk=assert_relative_length)
        if reached is None:
            raise _too_short(text, steps) if from_rows else RevisionError("Walked too far")
        return branch, reached

    def _row_to_go_down_from(self, rows: Any, branch: str | None, text: str, steps: int) -> tuple[str, str]:
        rows = util.to_tuple(rows, default=())
        if branch:
            names: Sequence[Any] = self.filter_for_lineage(rows, branch)
            if not names:
                standing = self.filter_for_lineage(self._get_all_current(rows), branch)
                names = [revision.revision for revision in standing]
            assert len(names) == 1
            return names[0], branch
        if not rows:
            raise _too_short(text, steps)
        if len(set(rows)) > 1:
            util.warn(
                "downgrade -1 from multiple heads is ambiguous; this usage will be disallowed in a future release."
            )
        return rows[0], rows[0]

    # -- the version table

    def _head_moves(self, revision: str, is_upgrade: bool, heads: Collection[str]) -> HeadMoves:
        """What becomes of these rows when the revision is applied or undone. One frontier serves a whole run."""
        self._load()
        rows = frozenset(heads)
        if self._frontier is None or self._frontier[0] != rows:
            self._frontier = rows, Frontier(self._graph, sorted(rows, key=self._graph.index.__getitem__))
        frontier = self._frontier[1]
        below = self._graph.down(revision)
        direction, ends = (
            ("upgrade", (below, (revision,))) if is_upgrade else ("downgrade", ((revision,), below))
        )
        moves = frontier.advance(Step(direction, self._graph[revision], *ends))  # type: ignore[arg-type]
        self._frontier = frozenset(frontier.rows), frontier
        return HeadMoves(*moves)


def _reach(names: Iterable[str], ways: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(ways(name))
    return seen


def _made_of_strings(id_: Any) -> bool:
    if isinstance(id_, tuple):
        return not id_ or isinstance(id_[0], str)
    return isinstance(id_, str)


def _too_short(relative: Any, steps: int) -> RevisionError:
    return RevisionError(f"Relative revision {relative} didn't produce {abs(steps)} migrations")


def is_revision(rev: Any) -> Revision:
    assert isinstance(rev, Revision)
    return rev


util.langhelpers.public_home(
    __name__,
    [name for name, value in list(globals().items()) if getattr(value, "__module__", "").endswith(".one")],
    globals(),
)
