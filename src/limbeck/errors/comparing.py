"""Comparing, writing what was found, and open questions: LB6xx."""

from __future__ import annotations

from typing import Any

from .base import Exit, LimbeckError


class AutogenerateError(LimbeckError):
    code = "LB600"
    exit_code = Exit.USAGE


class NotAtHead(AutogenerateError):
    """Autogenerate on a database that is behind the files, or stands at a revision nobody knows."""

    code = "LB604"
    database: str
    at: tuple[str, ...]
    heads: tuple[str, ...]

    def what(self) -> str:
        where = f"The database {self.database}" if self.database else "The database"
        return (
            f"{where} stands at {', '.join(self.at) or 'the base'}, the files end at "
            f"{', '.join(self.heads) or 'no revision'}: a comparison would write again what the files already do."
        )

    def next_step(self) -> str:
        return "Type: limbeck upgrade heads"


class NotHead(AutogenerateError):
    """A new revision behind one that has followers would make a branch."""

    code = "LB605"
    revisions: tuple[str, ...]
    heads: tuple[str, ...]

    def what(self) -> str:
        return f"{', '.join(self.revisions)} is no head: a revision behind it begins a new branch."

    def next_step(self) -> str:
        return f"Add --splice if that is meant, or name a head: {', '.join(self.heads)}"


class NothingToMerge(AutogenerateError):
    """`merge` of fewer than two heads."""

    code = "LB606"
    heads: tuple[str, ...]

    def what(self) -> str:
        return f"There is nothing to merge: {'one head, ' + self.heads[0] if self.heads else 'no revisions'}."


class NotOneRevision(AutogenerateError):
    """A command that takes one revision was given a place that means none or several."""

    code = "LB607"
    place: str
    found: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.place!r} means {', '.join(self.found) if self.found else 'no revision'}; one is needed."
        )

    def next_step(self) -> str:
        return "Type its id."


class RevisionTaken(AutogenerateError):
    """--rev-id names a revision that is there."""

    code = "LB608"
    revision: str
    file: str

    def what(self) -> str:
        return f"There is a revision {self.revision} already: {self.file}."

    def next_step(self) -> str:
        return "Give another --rev-id, or leave it out."


class OpenQuestions(AutogenerateError):
    """Something only a person can say was not said. Nothing was written."""

    code = "LB601"
    exit_code = Exit.OPEN_QUESTIONS
    questions: tuple[str, ...]
    options: tuple[str, ...]
    open: tuple[dict[str, Any], ...] = ()
    """Each question as docs/json.md says; with "answer" filled in, an answers' file."""

    def what(self) -> str:
        return "\n  ".join(("There are open questions, and nothing was written.", *self.questions))

    def next_step(self) -> str:
        if any(" or " in option for option in self.options):
            return "\n  ".join(("Answer ahead:", *self.options))
        return "Answer ahead: " + " ".join(self.options)


class AnswerUnknown(AutogenerateError):
    """An answer was given to what is no question."""

    code = "LB602"
    option: str
    known: tuple[str, ...] = ()

    def what(self) -> str:
        return f"{self.option} answers nothing that is open."

    def next_step(self) -> str:
        return f"There could be: {', '.join(self.known)}." if self.known else "Leave it out."


class AnswersUnreadable(AutogenerateError):
    """A file of answers that is none, or that says what cannot be meant."""

    code = "LB609"
    file: str
    why: str
    known: tuple[str, ...] = ()

    def what(self) -> str:
        return f"The answers in {self.file} cannot be used: {self.why}."

    def next_step(self) -> str:
        if self.known:
            return f"There may be: {', '.join(self.known)}."
        return "docs/questions.md shows such a file; `limbeck revision --autogenerate --json` prints one to fill in."


class NothingToCompare(AutogenerateError):
    """Autogenerate in a project that says no models."""

    code = "LB603"

    def what(self) -> str:
        return "There are no models to compare the database with."

    def next_step(self) -> str:
        return 'Write in limbeck.toml: models = "app.models:Base"'


class OpaqueStep(AutogenerateError):
    """A revision does what cannot be known without running it, so it cannot be replayed without a database.

    `place` is file:line in the revision's file; `refused` tells why no scratch database could be had either."""

    code = "LB620"
    revision: str
    place: str
    why: str
    refused: str = ""

    def what(self) -> str:
        place = f" ({self.place})" if self.place else ""
        told = f"The revision {self.revision} cannot be replayed without a database{place}: it {self.why}"
        return told + (
            f" And there is no scratch database to replay it on: {self.refused}" if self.refused else ""
        )

    def next_step(self) -> str:
        return "Compare with a database that stands there (its URL), or with a snapshot of it: limbeck snapshot -o FILE"


class NotReplayed(AutogenerateError):
    """A revision's function failed while it was replayed."""

    code = "LB621"
    revision: str
    said: str
    place: str = ""

    def what(self) -> str:
        place = f" at {self.place}" if self.place else ""
        return f"The revision {self.revision} fails{place} when it is replayed: {self.said}"

    def next_step(self) -> str:
        return "Correct the file, or compare with a database or a snapshot."


class NotComparable(AutogenerateError):
    """Two sides of a comparison that speak of different kinds of databases."""

    code = "LB622"
    have: str
    have_of: str
    want: str
    want_of: str

    def what(self) -> str:
        return f"{self.have} is of {self.have_of} and {self.want} of {self.want_of}: they have no spelling in common."

    def next_step(self) -> str:
        return "Compare two sides of one kind of database."


class NoSnapshotFile(AutogenerateError):
    """A file that was named as a snapshot and is not there."""

    code = "LB623"
    file: str

    def what(self) -> str:
        return f"There is no file {self.file}."

    def next_step(self) -> str:
        return f"Write it: limbeck snapshot -o {self.file}"


class OneDatabaseOnly(AutogenerateError):
    """A command about one database in a project of several."""

    code = "LB624"
    databases: tuple[str, ...]

    def what(self) -> str:
        return f"The project has several databases: {', '.join(self.databases)}."

    def next_step(self) -> str:
        return f"Say which: -n {self.databases[0]}"


class ScratchOnly(AutogenerateError):
    """A revision that was to be run on a scratch database reaches beyond it."""

    code = "LB625"
    statement: str
    why: str

    def what(self) -> str:
        return f"{self.statement!r} is not run on a scratch database: {self.why}"
