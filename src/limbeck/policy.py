"""How careful a run is: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Conventions(Protocol):
    """What a caller with conventions of its own does otherwise. None where it does as limbeck does."""

    def heads(self, dialect: Any) -> Any:
        """The HeadsTable of this run."""
        ...

    def keeper(self, connection: Any) -> Any:
        """The Keeper of this run's transactions."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`transaction` is "run" (all or nothing, where the database can) or "step" (each revision commits by itself).

    `lock` takes the one-migrator-at-a-time lock, for at most `lock_timeout` seconds of waiting.
    `version_table`, `version_schema` say where the heads are kept.
    """

    transaction: str = "run"
    lock: bool = True
    lock_timeout: float = 60.0
    version_table: str = "alembic_version"
    version_schema: str | None = None
    conventions: Conventions | None = None
