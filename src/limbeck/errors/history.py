"""The history of revisions, or a place that is named in it: LB2xx."""

from __future__ import annotations

from .base import Exit, LimbeckError


class RevisionError(LimbeckError):
    code = "LB200"
    exit_code = Exit.USAGE


def _listed(names: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _meant(close: tuple[str, ...]) -> str:
    return f"Did you mean {' or '.join(close)}?" if close else ""


def _in_file(file: str) -> str:
    return f" ({file})" if file else ""


class HistoryBroken(RevisionError):
    """More than one thing is wrong with the revision files; each mistake is an error of its own."""

    code = "LB201"
    mistakes: tuple[RevisionError, ...]

    def what(self) -> str:
        each = "\n".join("- " + str(mistake).replace("\n", "\n  ") for mistake in self.mistakes)
        return f"The history has {len(self.mistakes)} mistakes:\n{each}"


class DuplicateRevision(RevisionError):
    code = "LB202"
    revision: str
    files: tuple[str, ...]

    def what(self) -> str:
        return f"Revision {self.revision} is present {len(self.files)} times: {_listed(self.files)}."

    def next_step(self) -> str:
        return "Give one of them another id (and mend the down_revision that should name it), or delete the copy."


class MissingParent(RevisionError):
    """A down_revision names a revision that is not there."""

    code = "LB203"
    parent: str
    revision: str
    file: str = ""
    close: tuple[str, ...] = ()

    def what(self) -> str:
        return f"Revision {self.revision}{_in_file(self.file)} has down_revision {self.parent!r}, which is not there."

    def next_step(self) -> str:
        return _meant(self.close) or "Bring that file back from version control, or correct down_revision."


class MissingDependency(RevisionError):
    """A depends_on names neither a revision nor a branch label."""

    code = "LB204"
    dependency: str
    revision: str
    file: str = ""
    close: tuple[str, ...] = ()

    def what(self) -> str:
        return (
            f"Revision {self.revision}{_in_file(self.file)} has depends_on {self.dependency!r},"
            " which is neither a revision nor a branch label."
        )

    def next_step(self) -> str:
        return _meant(self.close) or "Bring that file back from version control, or correct depends_on."


class RevisionCycle(RevisionError):
    """Revisions that stand above themselves. `cycle` closes: each names the next, the last names the first."""

    code = "LB205"
    cycle: tuple[str, ...]
    files: tuple[str, ...] = ()
    through_dependencies: bool = False

    def what(self) -> str:
        way = " -> ".join((*self.cycle, self.cycle[0]))
        names = "down_revision and depends_on" if self.through_dependencies else "down_revision"
        return f"Revisions form a circle through {names}: {way}."

    def next_step(self) -> str:
        where = f" of one of {_listed(self.files)}" if self.files else ""
        return f"Correct the {'depends_on' if self.through_dependencies else 'down_revision'}{where}."


class RevisionLoop(RevisionError):
    """A revision that names itself."""

    code = "LB206"
    revision: str
    field: str
    file: str = ""

    def what(self) -> str:
        return f"Revision {self.revision}{_in_file(self.file)} names itself in {self.field}."

    def next_step(self) -> str:
        return f"Write the revision that comes before it in {self.field}, or None."


class DuplicateLabel(RevisionError):
    code = "LB207"
    label: str
    revisions: tuple[str, ...]
    files: tuple[str, ...] = ()

    def what(self) -> str:
        at = _listed(tuple(f"{r}{_in_file(f)}" for r, f in zip(self.revisions, self.files, strict=True)))
        return f"The branch label {self.label!r} is given by several revisions: {at}."

    def next_step(self) -> str:
        return "A label names one branch: take it out of all files but one."


class LabelIsRevision(RevisionError):
    """A branch label that is also the id of a revision."""

    code = "LB208"
    label: str
    revision: str
    file: str = ""

    def what(self) -> str:
        at = f"{self.revision}{_in_file(self.file)}"
        return f"The branch label {self.label!r} of revision {at} is also a revision id."

    def next_step(self) -> str:
        return "Choose another label."


class BadRevisionName(RevisionError):
    """An id or a label that could never be typed as an address."""

    code = "LB209"
    kind: str
    name: str
    why: str
    file: str = ""

    def what(self) -> str:
        return f"{self.name!r}{_in_file(self.file)} cannot be a {self.kind}: {self.why}."

    def next_step(self) -> str:
        return "Letters, digits, '_' and '.' are always safe."


class NoSuchRevision(RevisionError):
    """What was typed is no revision, no prefix of one, and no branch label."""

    code = "LB210"
    name: str
    close: tuple[str, ...] = ()

    def what(self) -> str:
        return f"There is no revision or branch label {self.name!r}."

    def next_step(self) -> str:
        return _meant(self.close) or "`limbeck history` lists all revisions."


class AmbiguousRevision(RevisionError):
    """A prefix of more than one revision."""

    code = "LB211"
    name: str
    matches: tuple[str, ...]

    def what(self) -> str:
        return f"{self.name!r} is the beginning of {len(self.matches)} revisions: {_listed(self.matches)}."

    def next_step(self) -> str:
        return "Type more characters of the one you mean."


class NoSuchBranch(RevisionError):
    code = "LB212"
    name: str
    close: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def what(self) -> str:
        return f"There is no branch {self.name!r}."

    def next_step(self) -> str:
        if self.close:
            return _meant(self.close)
        return f"There are: {_listed(self.labels, 10)}." if self.labels else "No revision has a branch label."


class NotOnBranch(RevisionError):
    code = "LB213"
    revision: str
    branch: str

    def what(self) -> str:
        return f"Revision {self.revision} is not on the branch {self.branch!r}."

    def next_step(self) -> str:
        return f"`limbeck history -r {self.branch}@base:{self.branch}@heads` lists that branch."


class MultipleHeads(RevisionError):
    """One place was asked for, and there are several."""

    code = "LB214"
    argument: str
    heads: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.argument!r} means one revision, and there are {len(self.heads)}: {_listed(self.heads)}."
        )

    def next_step(self) -> str:
        return "Name the one you mean, or label@head, or 'heads' for all; `limbeck merge heads` makes one of them."


class NotAnAncestor(RevisionError):
    """A range whose start is not below its end."""

    code = "LB215"
    lower: tuple[str, ...]
    upper: tuple[str, ...]

    def what(self) -> str:
        return f"{_listed(self.lower) or 'base'} is not an ancestor of {_listed(self.upper) or 'base'}."

    def next_step(self) -> str:
        return "A range goes from the older to the newer revision, along one branch."


class WalkTooFar(RevisionError):
    """A relative address that leaves the history. `start` is where it began; empty for the base."""

    code = "LB216"
    address: str
    steps: int
    start: str = ""
    possible: int = 0

    def what(self) -> str:
        way = "above" if self.steps > 0 else "below"
        at = self.start or "base"
        wanted = f"{abs(self.steps)} revision{'' if abs(self.steps) == 1 else 's'}"
        there = f"there are {self.possible}" if self.possible > 1 else f"there is {self.possible or 'none'}"
        return f"{self.address!r} asks for {wanted} {way} {at}, and {there}."

    def next_step(self) -> str:
        return "Use 'head' or 'base' for the end of the history."


class AmbiguousWalk(RevisionError):
    """A relative address that comes to a fork."""

    code = "LB217"
    address: str
    at: str
    choices: tuple[str, ...]
    down: bool = False

    def what(self) -> str:
        return f"{self.address!r} comes to a fork at {self.at or 'base'}: {_listed(self.choices)}."

    def next_step(self) -> str:
        if self.down:
            return f"Name the revision to go down to: {' or '.join(self.choices[:3])}."
        return "Name the revision you mean, or the branch: label@+1."


class AmbiguousCurrent(RevisionError):
    """A relative address, and the database stands at several revisions."""

    code = "LB218"
    address: str
    heads: tuple[str, ...]

    def what(self) -> str:
        return f"{self.address!r} is ambiguous: the database is at {_listed(self.heads)}."

    def next_step(self) -> str:
        sign = self.address.rpartition("@")[2]
        return f"Say from which one: {self.heads[0]}{sign}, or label@{sign}."


class NotApplied(RevisionError):
    """The goal of a downgrade is not below where the database is."""

    code = "LB219"
    target: str
    heads: tuple[str, ...]

    def what(self) -> str:
        at = f"at {_listed(self.heads)}" if self.heads else "at no revision"
        return f"{self.target!r} is not applied, so nothing can be downgraded to it: the database is {at}."

    def next_step(self) -> str:
        return "`limbeck current` shows where it is; `limbeck upgrade` goes forward."


class OverlappingHeads(RevisionError):
    """The version table holds a revision and one of its own ancestors."""

    code = "LB220"
    revision: str
    others: tuple[str, ...]

    def what(self) -> str:
        return f"The version table holds {self.revision}, and also {_listed(self.others)}, which it contains already."

    def next_step(self) -> str:
        return f"Make sure which is true; then `limbeck stamp --purge {self.revision}`."


class UnknownRevisionInDatabase(RevisionError):
    """The version table holds a revision that no file has."""

    code = "LB221"
    revisions: tuple[str, ...]
    looked_in: tuple[str, ...] = ()
    count: int = 0
    close: tuple[str, ...] = ()

    def what(self) -> str:
        where = f" in {_listed(self.looked_in)}" if self.looked_in else ""
        return (
            f"The database is at revision {_listed(self.revisions)},"
            f" which none of the {self.count} revision files{where} has."
        )

    def next_step(self) -> str:
        near = f" ({_listed(self.close)} is close: was it renamed?)" if self.close else ""
        return (
            "Check out the commit that has it, or point to the folder where its file is;"
            f" if its file is gone for good, `limbeck stamp --purge <revision>` says what the schema is at{near}."
        )


class BadAddress(RevisionError):
    """What was typed cannot name a place in the history."""

    code = "LB222"
    text: str
    why: str

    def what(self) -> str:
        return f"{self.text!r} names no place in the history: {self.why}."

    def next_step(self) -> str:
        return "Examples: head, base, ae10, ae10+2, -1, label@head, ae10:head."


class NotAHead(RevisionError):
    """A step needs a row of the version table that is not there."""

    code = "LB223"
    revision: str
    heads: tuple[str, ...]

    def what(self) -> str:
        return f"Revision {self.revision} is not a row of the version table: {_listed(self.heads) or 'it is empty'}."

    def next_step(self) -> str:
        return "Another process may have changed it: look with `limbeck current` and run the command again."
