"""How careful a run is: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`transaction` is "step" (each revision commits by itself) or "run" (all or nothing, where the database can).

    `lock` takes the one-migrator-at-a-time lock, for at most `lock_timeout` seconds of waiting.
    `version_table`, `version_schema` say where the heads are kept.
    """

    transaction: str = "step"
    lock: bool = True
    lock_timeout: float = 60.0
    version_table: str = "alembic_version"
    version_schema: str | None = None
