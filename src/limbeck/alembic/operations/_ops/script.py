"""Operations that hold operations: those of one table, of one direction, and a whole revision file."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from ... import util
from .plain import MigrateOperation


class OpContainer(MigrateOperation):
    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self.ops = list(ops)

    def is_empty(self) -> bool:
        return not self.ops

    def as_diffs(self) -> Any:
        return list(OpContainer._ops_as_diffs(self))

    @classmethod
    def _ops_as_diffs(cls, migrations: Any) -> Iterator[tuple[Any, ...]]:
        for operation in migrations.ops:
            if hasattr(operation, "ops"):
                yield from cls._ops_as_diffs(operation)
            else:
                yield operation.to_diff_tuple()

    def _reversed(self) -> list[MigrateOperation]:
        return [operation.reverse() for operation in self.ops][::-1]


class ModifyTableOps(OpContainer):
    """What is done to one table."""

    def __init__(
        self, table_name: str, ops: Sequence[MigrateOperation], *, schema: str | None = None
    ) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        return ModifyTableOps(self.table_name, ops=self._reversed(), schema=self.schema)


class UpgradeOps(OpContainer):
    def __init__(self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades") -> None:
        super().__init__(ops=ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        downgrade_ops.ops[:] = self._reversed()
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    def __init__(self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades") -> None:
        super().__init__(ops=ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        return UpgradeOps(ops=self._reversed())


class MigrationScript(MigrateOperation):
    """A revision file to be written. With several databases there is one container of each direction for each."""

    _needs_render: bool | None
    _upgrade_ops: list[UpgradeOps]
    _downgrade_ops: list[DowngradeOps]

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: Any,
        downgrade_ops: Any,
        *,
        message: str | None = None,
        imports: set[str] = set(),  # noqa: B006 (shared by default, as published)
        head: str | None = None,
        splice: bool | None = None,
        branch_label: Any = None,
        version_path: str | os.PathLike[str] | None = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports = imports
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = pathlib.Path(version_path).as_posix() if version_path else None
        self.depends_on = depends_on
        self.upgrade_ops = upgrade_ops
        self.downgrade_ops = downgrade_ops

    @property
    def upgrade_ops(self) -> Any:
        """The one container, or None; raises ValueError where there are several."""
        return _only(self._upgrade_ops, "UpgradeOps", "upgrade_ops_list")

    @upgrade_ops.setter
    def upgrade_ops(self, upgrade_ops: Any) -> None:
        self._upgrade_ops = util.to_list(upgrade_ops)
        assert all(isinstance(container, UpgradeOps) for container in self._upgrade_ops)

    @property
    def downgrade_ops(self) -> Any:
        return _only(self._downgrade_ops, "DowngradeOps", "downgrade_ops_list")

    @downgrade_ops.setter
    def downgrade_ops(self, downgrade_ops: Any) -> None:
        self._downgrade_ops = util.to_list(downgrade_ops)
        assert all(isinstance(container, DowngradeOps) for container in self._downgrade_ops)

    @property
    def upgrade_ops_list(self) -> list[UpgradeOps]:
        return self._upgrade_ops

    @property
    def downgrade_ops_list(self) -> list[DowngradeOps]:
        return self._downgrade_ops


def _only(containers: Sequence[Any], kind: str, attribute: str) -> Any:
    if len(containers) > 1:
        raise ValueError(
            f"This MigrationScript instance has a multiple-entry list for {kind}; "
            f"please use the {attribute} attribute."
        )
    return containers[0] if containers else None
