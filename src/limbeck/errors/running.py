"""A migration that failed, and states that must be healed: LB7xx."""

from __future__ import annotations

from .base import Exit, LimbeckError


class RunError(LimbeckError):
    code = "LB700"
    exit_code = Exit.MIGRATION_FAILED


NOT_OURS = (
    "What this run did stands in a transaction that env.py, or the program that called, has opened, and goes or stays"
    " with it"
)


class StepFailedError(RunError):
    """A revision's upgrade() or downgrade() raised.

    `place` is file:line in the revision file, `statement` the SQL it died in (without values of rows), `said` what was
    raised, `done` the statements of the step that cannot be taken back, `heads` the version rows as they are now,
    `whole_run` whether the steps before it went with it, `external` whether all of it stands in a transaction that
    somebody else opened and will end; then `heads` are the rows before that.
    """

    code = "LB701"
    revision: str
    direction: str
    said: str
    place: str = ""
    statement: str = ""
    rolled_back: bool = True
    done: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    hint: str = ""
    whole_run: bool = False
    external: bool = False

    def what(self) -> str:
        place = f" at {self.place}" if self.place else ""
        lines = [f"{self.direction.capitalize()} {self.revision} failed{place}: {self.said}"]
        if self.statement:
            lines += ["  in the statement", *(f"    {line}" for line in self.statement.splitlines())]
        now = ", ".join(self.heads) or "base"
        if self.rolled_back:
            scope = "run" if self.whole_run else "revision"
            lines.append(f"Everything this {scope} did was rolled back; the database stands at {now}.")
        elif self.external:
            lines.append(f"{NOT_OURS}; before it the database stood at {now}.")
        elif not self.done:
            lines.append(f"Nothing of this revision was done before; the database stands at {now}.")
        else:
            lines.append(
                f"It could not be rolled back. The version rows say {now}; these statements were done:"
            )
            lines += [f"    {' '.join(text.split())}" for text in self.done]
        return "\n".join(lines)

    def next_step(self) -> str:
        if self.rolled_back or self.external or not self.done:
            return self.hint or "Repair the revision and run the same command again."
        return (
            "Undo these statements by hand, or take them out of the revision; then repair the rest and run the same"
            " command again."
        )


class HeadsMoved(RunError):
    """The version table did not hold what this run had read: somebody else migrates."""

    code = "LB702"
    table: str
    wanted: str
    found: str

    def what(self) -> str:
        return f"{self.table} should hold {self.wanted} and holds {self.found}: somebody else moved this database."

    def next_step(self) -> str:
        return "Nothing more was done. Look with: limbeck current, then run the command again."


class LockTimedOut(RunError):
    """Another migrator held the lock for longer than this one waits. `holder` is what the server tells of it.

    On SQLite the lock is the file's own (`any_writer`), which every program that writes takes.
    """

    code = "LB703"
    seconds: float
    holder: str = ""
    any_writer: bool = False

    def what(self) -> str:
        if self.any_writer:
            return (
                f"Another run or program writes to this database: it was not free within {self.seconds:g} s."
            )
        who = f" It is held by {self.holder}." if self.holder else ""
        return f"Another run migrates this database: its lock was not free within {self.seconds:g} s.{who}"

    def next_step(self) -> str:
        return "Wait until it ends and run the same command again; the setting lock_timeout (in seconds) waits longer."


class NoStage(RunError):
    """A function of `limbeck.op` was called where no migration runs."""

    code = "LB704"
    function: str

    def what(self) -> str:
        return f"op.{self.function}() works only inside upgrade() and downgrade() of a revision that limbeck runs."

    def next_step(self) -> str:
        return "Run a command such as: limbeck upgrade head"


class IdTooLong(RunError):
    """A revision id that does not fit into the version table."""

    code = "LB705"
    revision: str
    table: str
    limit: int

    def what(self) -> str:
        return (
            f"The revision id {self.revision!r} has {len(self.revision)} characters, and version_num of {self.table}"
            f" holds {self.limit}. Nothing was run."
        )

    def next_step(self) -> str:
        return "Shorten the id, or widen the column once: ALTER TABLE ... version_num to VARCHAR(255)."


class Interrupted(RunError):
    """Ctrl-C, or a signal: before the first step, in one, after one, or at the end (`moment`); "kept" where the caller
    keeps the transaction, `external` where that is so in the midst of a step.

    `heads` is what is committed; `undone` counts the steps before it that were rolled back with it."""

    code = "LB706"
    exit_code = Exit.INTERRUPTED
    revision: str = ""
    direction: str = ""
    rolled_back: bool = False
    done: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    moment: str = "in"
    undone: int = 0
    external: bool = False
    signal: str = "SIGINT"

    def what(self) -> str:
        now = ", ".join(self.heads) or "base"
        word = "Interrupted" if self.signal == "SIGINT" else f"Ended by {self.signal}"
        if self.moment == "before":
            return f"{word} before the first step; nothing was changed."
        if self.moment == "end":
            return f"{word} when all steps were committed; the database stands at {now}."
        if self.moment == "after":
            last = f"{word} after {self.direction} {self.revision}"
            if self.undone:
                return f"{last}; {_steps(self.undone)} rolled back; the database stands at {now}."
            return f"{last}, which is committed; the database stands at {now}."
        if self.moment == "kept":
            return (
                f"{word} after {self.direction} {self.revision}, in a transaction that is not limbeck's own."
            )
        if self.rolled_back:
            too = f" with the {self.undone} before it" if self.undone else ""
            return (
                f"{word} in {self.direction} {self.revision}, which was rolled back{too};"
                f" the database stands at {now}."
            )
        if self.external:
            return f"{word} in {self.direction} {self.revision}. {NOT_OURS}; before it the database stood at {now}."
        lines = [f"{word} in {self.direction} {self.revision}; the version rows say {now}."]
        if self.done:
            lines.append("These statements of it were done and could not be rolled back:")
            lines += [f"    {' '.join(text.split())}" for text in self.done]
        return "\n".join(lines)

    def next_step(self) -> str:
        if self.moment == "before":
            return "The same command begins anew."
        if self.moment == "end":
            return "The same command has nothing left to do."
        if self.moment == "kept":
            return "Look where the database stands: limbeck current"
        return "The same command goes on from there."


def _steps(count: int) -> str:
    return "this one step of the run was" if count == 1 else f"the {count} steps of this run were"


class CommandInterrupted(RunError):
    """Ctrl-C, or a signal, in a command that moves no database; without `command` before anything was done."""

    code = "LB711"
    exit_code = Exit.INTERRUPTED
    command: str
    signal: str = "SIGINT"

    def what(self) -> str:
        by = "" if self.signal == "SIGINT" else f" by {self.signal}"
        if not self.command:
            return f"limbeck was interrupted{by} before anything was done."
        return f"limbeck {self.command} was interrupted{by}."

    def next_step(self) -> str:
        return "The same command begins anew."


class TransactionNotOurs(RunError):
    """Something that must run outside a transaction, on a connection whose transaction somebody else keeps."""

    code = "LB707"
    statement: str = ""

    def what(self) -> str:
        what = f" ({' '.join(self.statement.split())})" if self.statement else ""
        return f"This must run outside a transaction{what}, but the caller of limbeck keeps one open."

    def next_step(self) -> str:
        return "Hand over a connection without a transaction, or commit before the migrations run."


class CannotWriteScript(RunError):
    """A revision could not be written as SQL text. `place` is file:line in the revision file."""

    code = "LB708"
    revision: str
    direction: str
    said: str
    place: str = ""
    hint: str = ""

    def what(self) -> str:
        place = f" at {self.place}" if self.place else ""
        return f"The script of {self.direction} {self.revision} cannot be written{place}: {self.said}"

    def next_step(self) -> str:
        return self.hint


class VersionTableWrong(RunError):
    """A table with the version table's name that is none."""

    code = "LB709"
    table: str
    why: str

    def what(self) -> str:
        return f"The table {self.table} cannot be used as the version table: {self.why}."

    def next_step(self) -> str:
        return "Name another one in the setting version_table."


class WrongArgument(RunError):
    """A function of `limbeck.op` was given an argument that it does not take."""

    code = "LB710"
    function: str
    argument: str
    instead: str = ""

    def what(self) -> str:
        return f"op.{self.function}() takes no argument {self.argument!r}."

    def next_step(self) -> str:
        return self.instead or "Options for one database begin with its name: postgresql_where, mysql_engine."


class NotAsynchronous(RunError):
    """`op.run_async` was called on a connection whose driver is not asynchronous."""

    code = "LB791"
    driver: str

    def what(self) -> str:
        return f"op.run_async() needs an asynchronous driver, and this connection is {self.driver}'s."

    def next_step(self) -> str:
        return "Use op.get_bind(), a synchronous connection whatever the driver, or a URL such as postgresql+asyncpg://."
