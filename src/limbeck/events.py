"""What a run tells while it happens, as plain values, and Reporter, which hears them.

Nothing here prints. The command line brings a Reporter that draws; programs get one that ignores all.
Durations are seconds (float); texts are SQL without values of rows.
"""

from __future__ import annotations

from typing import NamedTuple


class RunStarted(NamedTuple):
    """A run over one database begins. `database` is its name in the settings, empty where there is only one."""

    steps: int
    direction: str
    dialect: str
    transactional: bool
    database: str = ""


class StepStarted(NamedTuple):
    """One revision begins. `direction` is "upgrade", "downgrade" or "stamp"; heads are the rows before and after."""

    revision: str
    message: str
    direction: str
    number: int
    total: int
    heads_before: tuple[str, ...] = ()
    heads_after: tuple[str, ...] = ()


class StepFinished(NamedTuple):
    revision: str
    direction: str
    seconds: float


class StepFailed(NamedTuple):
    """The step raised. `rolled_back` says whether the database is as it was before this step; `external` that this is
    for whoever opened the transaction to say."""

    revision: str
    direction: str
    rolled_back: bool
    external: bool = False


class StatementStarted(NamedTuple):
    text: str
    describe: str = ""


class StatementRan(NamedTuple):
    """`rows` is the driver's row count, -1 where it gives none."""

    text: str
    seconds: float
    rows: int = -1


class Waiting(NamedTuple):
    """Something is waited for (a lock, a connection); `limit` is when it gives up."""

    what: str
    seconds: float
    limit: float | None = None


class Progress(NamedTuple):
    what: str
    done: int
    total: int | None = None


class Noticed(NamedTuple):
    """Something a person should read that is no error (a broken file elsewhere, a fallback taken)."""

    text: str
    next_step: str = ""


class RunFinished(NamedTuple):
    steps: int
    seconds: float
    database: str = ""


Event = (
    RunStarted
    | StepStarted
    | StepFinished
    | StepFailed
    | StatementStarted
    | StatementRan
    | Waiting
    | Progress
    | Noticed
    | RunFinished
)


class Reporter:
    """Hears events. This one ignores them all; subclasses override `tell`."""

    def tell(self, event: Event) -> None:
        return None


SILENT = Reporter()
