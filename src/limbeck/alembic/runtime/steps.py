"""Steps of a run, as callbacks and logs see them. Published in `runtime.migration`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from .. import util


class HeadMoves(NamedTuple):
    """Rows of the version table to delete, to insert, and to update from one value to another."""

    deletes: tuple[str, ...] = ()
    inserts: tuple[str, ...] = ()
    updates: tuple[tuple[str, str], ...] = ()


class MigrationInfo:
    """What `on_version_apply` is told of a step.

    `up_revision_ids` are those above, `down_revision_ids` those below; a stamp may have several of both.
    """

    def __init__(
        self,
        revision_map: Any,
        is_upgrade: bool,
        is_stamp: bool,
        up_revisions: str | tuple[str, ...],
        down_revisions: str | tuple[str, ...],
    ) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.is_stamp = is_stamp
        self.up_revision_ids: tuple[str, ...] = util.to_tuple(up_revisions, default=())
        self.down_revision_ids: tuple[str, ...] = util.to_tuple(down_revisions, default=())
        self.up_revision_id = self.up_revision_ids[0] if self.up_revision_ids else None

    @property
    def is_migration(self) -> bool:
        return not self.is_stamp

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """Where it comes from: below for an upgrade, above for a downgrade."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    @property
    def up_revision(self) -> Any:
        return self.revision_map.get_revision(self.up_revision_id)

    @property
    def up_revisions(self) -> Any:
        return self.revision_map.get_revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> Any:
        return self.revision_map.get_revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> Any:
        return self.revision_map.get_revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> Any:
        return self.revision_map.get_revisions(self.destination_revision_ids)


class MigrationStep:
    """Something to do on the way: `migration_fn` is called, then the version table follows."""

    from_revisions_no_deps: tuple[str, ...]
    to_revisions_no_deps: tuple[str, ...]
    is_upgrade: bool
    migration_fn: Any
    doc: str | None = None

    @property
    def name(self) -> str:
        return self.migration_fn.__name__  # type: ignore[no-any-return]

    @property
    def is_downgrade(self) -> bool:
        return not self.is_upgrade

    @property
    def info(self) -> MigrationInfo:
        raise NotImplementedError

    def head_moves(self, heads: Collection[str]) -> HeadMoves:
        """What becomes of these rows when it is done."""
        raise NotImplementedError

    @classmethod
    def upgrade_from_script(cls, revision_map: Any, script: Any) -> RevisionStep:
        return RevisionStep(revision_map, script, True)

    @classmethod
    def downgrade_from_script(cls, revision_map: Any, script: Any) -> RevisionStep:
        return RevisionStep(revision_map, script, False)

    @property
    def short_log(self) -> str:
        from_, to_ = map(util.format_as_comma, (self.from_revisions_no_deps, self.to_revisions_no_deps))
        return f"{self.name} {from_} -> {to_}"

    def __str__(self) -> str:
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log


class RevisionStep(MigrationStep):
    """A revision's upgrade() or downgrade(). A file without the function fails here, before any step runs."""

    def __init__(self, revision_map: Any, revision: Any, is_upgrade: bool) -> None:
        self.revision_map = revision_map
        self.revision = revision
        self.is_upgrade = is_upgrade
        self.migration_fn = revision.module.upgrade if is_upgrade else revision.module.downgrade

    def __repr__(self) -> str:
        return f"RevisionStep({self.revision.revision!r}, is_upgrade={self.is_upgrade!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RevisionStep)
            and other.revision == self.revision
            and other.is_upgrade == self.is_upgrade
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def doc(self) -> str | None:  # type: ignore[override]
        return self.revision.doc  # type: ignore[no-any-return]

    def _ends(self, below: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        here = (self.revision.revision,)
        return (below, here) if self.is_upgrade else (here, below)

    @property
    def from_revisions(self) -> tuple[str, ...]:
        return self._ends(self.revision._normalized_down_revisions)[0]

    @property
    def to_revisions(self) -> tuple[str, ...]:
        return self._ends(self.revision._normalized_down_revisions)[1]

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:  # type: ignore[override]
        return self._ends(self.revision._versioned_down_revisions)[0]

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:  # type: ignore[override]
        return self._ends(self.revision._versioned_down_revisions)[1]

    @property
    def info(self) -> MigrationInfo:
        return MigrationInfo(
            revision_map=self.revision_map,
            is_upgrade=self.is_upgrade,
            is_stamp=False,
            up_revisions=self.revision.revision,
            down_revisions=self.revision._normalized_down_revisions,
        )

    def head_moves(self, heads: Collection[str]) -> HeadMoves:
        moves: HeadMoves = self.revision_map._head_moves(self.revision.revision, self.is_upgrade, heads)
        return moves


class StampStep(MigrationStep):
    """Rows change and nothing runs. `branch_move` says that a whole branch comes or goes."""

    def __init__(
        self, from_: Any, to_: Any, is_upgrade: bool, branch_move: bool, revision_map: Any = None
    ) -> None:
        self.from_: tuple[str, ...] = util.to_tuple(from_, default=())
        self.to_: tuple[str, ...] = util.to_tuple(to_, default=())
        self.is_upgrade = is_upgrade
        self.branch_move = branch_move
        self.revision_map = revision_map
        self.migration_fn = self.stamp_revision

    def stamp_revision(self, **kw: Any) -> None:
        """Nothing to run."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StampStep) and self._parts() == other._parts()

    __hash__ = None  # type: ignore[assignment]

    def _parts(self) -> tuple[Any, ...]:
        return (self.from_, self.to_, self.branch_move, self.is_upgrade)

    @property
    def from_revisions(self) -> tuple[str, ...]:
        return self.from_

    @property
    def to_revisions(self) -> tuple[str, ...]:
        return self.to_

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.from_

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.to_

    @property
    def info(self) -> MigrationInfo:
        assert self.revision_map is not None
        up, down = (self.to_, self.from_) if self.is_upgrade else (self.from_, self.to_)
        return MigrationInfo(
            revision_map=self.revision_map,
            is_upgrade=self.is_upgrade,
            is_stamp=True,
            up_revisions=up,
            down_revisions=down,
        )

    def head_moves(self, heads: Collection[str]) -> HeadMoves:
        if self.is_downgrade and self.branch_move:
            return HeadMoves(deletes=self.from_)
        new = tuple(name for name in self.to_ if name not in heads)
        if self.is_upgrade and new and (self.branch_move or not set(self.from_) <= set(heads)):
            return HeadMoves(inserts=self.to_)
        *gone, last = self.from_
        *more, first = self.to_
        return HeadMoves(deletes=tuple(gone), inserts=tuple(more), updates=((last, first),))
