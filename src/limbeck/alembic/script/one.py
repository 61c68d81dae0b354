"""One revision as programs see it, and what can be wrong with a history. Published in `script.revision`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import util

_RevisionIdentifierType = str | tuple[str, ...] | None
_revision_illegal_chars = ["@", "-", "+", ":"]


class RevisionError(Exception):
    """Something about the history, or a place in it."""


class RangeNotAncestorError(RevisionError):
    def __init__(self, lower: _RevisionIdentifierType, upper: _RevisionIdentifierType) -> None:
        self.lower = lower
        self.upper = upper
        super().__init__(f"Revision {lower or 'base'} is not an ancestor of revision {upper or 'base'}")


class MultipleHeads(RevisionError):
    def __init__(self, heads: Sequence[str], argument: str | None) -> None:
        self.heads = heads
        self.argument = argument
        super().__init__(f"Multiple heads are present for given argument '{argument}'; {', '.join(heads)}")


class ResolutionError(RevisionError):
    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class CycleDetected(RevisionError):
    kind = "Cycle"

    def __init__(self, revisions: Sequence[str]) -> None:
        self.revisions = revisions
        super().__init__(f"{self.kind} is detected in revisions ({', '.join(revisions)})")


class DependencyCycleDetected(CycleDetected):
    kind = "Dependency cycle"


class LoopDetected(CycleDetected):
    kind = "Self-loop"

    def __init__(self, revision: str) -> None:
        CycleDetected.__init__(self, [revision])


class DependencyLoopDetected(DependencyCycleDetected, LoopDetected):
    kind = "Dependency self-loop"

    def __init__(self, revision: str) -> None:
        LoopDetected.__init__(self, revision)


class Revision:
    """One revision. What it says of itself is given; its place among the others is filled in by the map."""

    nextrev: frozenset[str] = frozenset()
    """Those whose `down_revision` names it."""
    _all_nextrev: frozenset[str] = frozenset()
    """Those, and those that depend on it."""
    revision: str = None  # type: ignore[assignment]
    down_revision: Any = None
    dependencies: Any = None
    branch_labels: set[str] = None  # type: ignore[assignment]
    """The labels in force here, those of its branch too."""
    _resolved_dependencies: tuple[str, ...] = ()
    _normalized_resolved_dependencies: tuple[str, ...] = ()

    @classmethod
    def verify_rev_id(cls, revision: str) -> None:
        illegal = set(revision).intersection(_revision_illegal_chars)
        if illegal:
            raise RevisionError(
                f"Character(s) '{', '.join(sorted(illegal))}' not allowed in revision identifier '{revision}'"
            )

    def __init__(
        self, revision: str, down_revision: Any, dependencies: Any = None, branch_labels: Any = None
    ) -> None:
        below, needed = util.to_tuple(down_revision), util.to_tuple(dependencies)
        for names, mistake in ((below, LoopDetected), (needed, DependencyLoopDetected)):
            if names and revision in names:
                raise mistake(revision)
        self.verify_rev_id(revision)
        self.revision = revision
        self.down_revision, self.dependencies = tuple_rev_as_scalar(below), tuple_rev_as_scalar(needed)
        self._orig_branch_labels = util.to_tuple(branch_labels, default=())
        self.branch_labels = {*self._orig_branch_labels}

    def __repr__(self) -> str:
        said = {"dependencies": self.dependencies, "branch_labels": self.branch_labels}
        named = "".join(f", {word}={value!r}" for word, value in said.items() if value)
        return f"{type(self).__name__}({self.revision!r}, {self.down_revision!r}{named})"

    def add_nextrev(self, revision: Revision) -> None:
        self._all_nextrev |= {revision.revision}
        if self.revision in revision._versioned_down_revisions:
            self.nextrev |= {revision.revision}

    @property
    def _versioned_down_revisions(self) -> tuple[str, ...]:
        return util.to_tuple(self.down_revision, default=())  # type: ignore[no-any-return]

    @property
    def _all_down_revisions(self) -> tuple[str, ...]:
        return util.dedupe_tuple((*self._versioned_down_revisions, *self._resolved_dependencies))

    @property
    def _normalized_down_revisions(self) -> tuple[str, ...]:
        """Those below it, without dependencies that an ancestor has already."""
        return util.dedupe_tuple((*self._versioned_down_revisions, *self._normalized_resolved_dependencies))

    @property
    def is_head(self) -> bool:
        return not self.nextrev

    @property
    def _is_real_head(self) -> bool:
        return not self._all_nextrev

    @property
    def is_base(self) -> bool:
        return self.down_revision is None

    @property
    def _is_real_base(self) -> bool:
        return self.down_revision is None and self.dependencies is None

    @property
    def is_branch_point(self) -> bool:
        return len(self.nextrev) > 1

    @property
    def _is_real_branch_point(self) -> bool:
        return len(self._all_nextrev) > 1

    @property
    def is_merge_point(self) -> bool:
        return len(self._versioned_down_revisions) > 1


def tuple_rev_as_scalar(rev: Sequence[Any] | None) -> Any:
    """None for none, the one by itself, several as they are."""
    if not rev:
        return None
    return rev[0] if len(rev) == 1 else rev
