"""The steps of one run over one database, one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from limbeck.events import SILENT, Reporter

from .policy import Policy

Heads = tuple[str, ...]
Plan = Callable[[Heads], Sequence[Any]]
"""From the version rows as read under the lock to the steps (`revisions.route`)."""
Load = Callable[[str], Any]
"""From a revision's id to its module (`ScriptFolder.load`): asked when the step begins, not before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did: the version rows before and after, and the ids of the steps it took."""

    heads_before: Heads
    heads_after: Heads
    steps: tuple[str, ...]


def heads_of(connection: Any, policy: Policy = Policy()) -> Heads:
    """The version rows, sorted; empty where there is no version table. Changes nothing."""
    raise NotImplementedError


def run(
    connection: Any,
    plan: Plan,
    load: Load,
    policy: Policy = Policy(),
    reporter: Reporter = SILENT,
    *,
    arguments: Mapping[str, Any] | None = None,
) -> Outcome:
    """Takes the lock, reads the heads, asks `plan(heads)` for the steps and runs each with its version rows in one
    transaction. `arguments` are handed to upgrade() and downgrade().

    A step that moves rows only (stamp) has the direction "stamp" and loads nothing.
    Raises StepFailedError, HeadsMoved, LockTimedOut, Interrupted, IdTooLong.
    """
    raise NotImplementedError


def write_script(
    dialect: Any,
    heads: Heads,
    plan: Plan,
    load: Load,
    write: Callable[[str], None],
    policy: Policy = Policy(),
    *,
    arguments: Mapping[str, Any] | None = None,
) -> Outcome:
    """The same run as SQL text, beginning at `heads`, for `--sql`. `write` gets pieces that end with a newline."""
    raise NotImplementedError


def ensure_version_table(connection: Any, policy: Policy = Policy()) -> bool:
    """Makes the version table where there is none; True when it did."""
    raise NotImplementedError
