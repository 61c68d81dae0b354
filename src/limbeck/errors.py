"""Every error limbeck raises on purpose.

Each class is named after the situation, carries a stable `code`, the evidence as fields, an exit code,
and says in one sentence what is so (`what`) and what the person may type next (`next_step`).
A person's mistake is one of these and is shown without a traceback; anything else is a bug of ours and shows one.

The tree (first digit of the code = family):

    LimbeckError
    +-- UsageError        LB1xx  what was typed or configured cannot be meant        exit 2
    +-- RevisionError     LB2xx  the history, or a place named in it                 exit 2
    +-- ScriptError       LB3xx  a revision file                                     exit 2
    +-- EnvironmentFault  LB4xx  a driver, a server, a file system, models           exit 3
    +-- SchemaError       LB5xx  a value or an operation that cannot be spelled      exit 4
    +-- AutogenerateError LB6xx  comparing and writing; open questions               exit 2 (questions: 5)
    +-- RunError          LB7xx  a migration that failed, a state that must be healed exit 4
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        return lambda cls: cls


class Exit:
    """Exit codes of the command line. Stable; documented in docs/exit-codes.md."""

    OK = 0
    WOULD_CHANGE = 1
    USAGE = 2
    ENVIRONMENT = 3
    MIGRATION_FAILED = 4
    OPEN_QUESTIONS = 5
    INTERRUPTED = 130


@dataclass_transform(kw_only_default=True, eq_default=False)
class LimbeckError(Exception):
    """The root. Subclasses annotate their fields; the constructor takes them by keyword, defaults are attributes."""

    code: ClassVar[str] = "LB000"
    exit_code: ClassVar[int] = Exit.USAGE

    # Not a dataclass: some eighty generated constructors would cost start-up time.
    def __init__(self, **fields: Any) -> None:
        names = self.field_names()
        for name in fields.keys() - names:
            raise TypeError(f"{type(self).__name__} has no field {name!r}")
        for name in names:
            if name in fields:
                setattr(self, name, fields[name])
            elif not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} needs the field {name!r}")
        super().__init__()

    @classmethod
    def field_names(cls) -> set[str]:
        return {
            name
            for base in cls.__mro__
            if issubclass(base, LimbeckError)
            for name, kind in base.__dict__.get("__annotations__", {}).items()  # noqa: RUF063 (inspect costs 10 ms)
            if not str(kind).startswith("ClassVar")
        }

    def what(self) -> str:
        """One sentence: what is so."""
        raise NotImplementedError

    def next_step(self) -> str:
        """What to type or write next; empty where nothing general can be said."""
        return ""

    def evidence(self) -> dict[str, Any]:
        """The fields by name, for `--json`."""
        return {name: getattr(self, name) for name in sorted(self.field_names())}

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what(), self.next_step()) if part)

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.evidence()))


def _rebuild(cls: type[LimbeckError], fields: dict[str, Any]) -> LimbeckError:
    return cls(**fields)


def mask_url(text: str) -> str:
    """The text with every password in a URL replaced by ***, in user info and in the query, also inside longer text."""
    import re

    text = re.sub(r"(://[^:/@\s]*:)[^\s]*?(@(?=[^@\s]*(?:$|[\s'\"])))", r"\1***\2", text)
    return re.sub(r"(?i)((?:password|passwd|pwd|sslpassword|secret|token)=)[^&\s'\";]+", r"\1***", text)


# -- LB1xx: what was typed or configured --------------------------------------------------------------------


class UsageError(LimbeckError):
    code = "LB100"
    exit_code = Exit.USAGE


# -- LB2xx: the history ---------------------------------------------------------------------------------------


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
        at = _listed(tuple(f"{r}{_in_file(f)}" for r, f in zip(self.revisions, self.files)))
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
        return f"The branch label {self.label!r} of revision {self.revision}{_in_file(self.file)} is also a revision id."

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
        return f"{self.address!r} asks for {abs(self.steps)} revisions {way} {at}, and there are {self.possible}."

    def next_step(self) -> str:
        return "Use 'head' or 'base' for the end of the history."


class AmbiguousWalk(RevisionError):
    """A relative address that comes to a fork."""

    code = "LB217"
    address: str
    at: str
    choices: tuple[str, ...]

    def what(self) -> str:
        return f"{self.address!r} comes to a fork at {self.at or 'base'}: {_listed(self.choices)}."

    def next_step(self) -> str:
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


# -- LB3xx: revision files ------------------------------------------------------------------------------------


class ScriptError(LimbeckError):
    code = "LB300"
    exit_code = Exit.USAGE


# -- LB4xx: the environment -----------------------------------------------------------------------------------


class EnvironmentFault(LimbeckError):
    code = "LB400"
    exit_code = Exit.ENVIRONMENT


# -- LB5xx: schema values and operations ----------------------------------------------------------------------


class SchemaError(LimbeckError):
    code = "LB500"
    exit_code = Exit.MIGRATION_FAILED


class UnknownValue(SchemaError):
    """A partial value was asked for what it does not hold."""

    code = "LB501"
    wanted: str

    def what(self) -> str:
        return f"{self.wanted} is not known here, and limbeck does not guess."

    def next_step(self) -> str:
        return "Run it on a live connection, or say it in the operation."


class Irreversible(SchemaError):
    """The operation has no honest reverse."""

    code = "LB502"
    operation: str
    why: str

    def what(self) -> str:
        return f"{self.operation} cannot be reversed: {self.why}"

    def next_step(self) -> str:
        return "Write the way back by hand in downgrade()."


class NotSupported(SchemaError):
    """This database, or this version of it, cannot do it."""

    code = "LB503"
    backend: str
    feature: str
    instead: str = ""

    def what(self) -> str:
        return f"{self.backend} cannot {self.feature}."

    def next_step(self) -> str:
        return self.instead


class NoLiteralForm(SchemaError):
    """A clause holds a value whose type cannot be written as text, so it cannot stand in DDL."""

    code = "LB504"
    place: str
    type: str

    def what(self) -> str:
        return f"{self.place}: a value of type {self.type} has no literal form in SQL."

    def next_step(self) -> str:
        return 'Write that expression as text: sa.text("...").'


class NoSuchThing(SchemaError):
    """An operation names a table, column, constraint or index that is not there."""

    code = "LB505"
    kind: str
    name: str
    known: tuple[str, ...] = ()

    def what(self) -> str:
        return f"There is no {self.kind} {self.name}."

    def next_step(self) -> str:
        return f"There are: {', '.join(self.known)}." if self.known else ""


class CannotSpell(SchemaError):
    """SQLAlchemy's compiler for this dialect has no words for something; `why` is its own first line."""

    code = "LB506"
    place: str
    backend: str
    why: str

    def what(self) -> str:
        return f"{self.place} cannot be spelled for {self.backend}: {self.why}"

    def next_step(self) -> str:
        return "Declare it in words this database has (with_variant for types), or leave it out there."


class DuplicateTable(SchemaError):
    """Two MetaData objects have a table of one name."""

    code = "LB507"
    table: str
    places: tuple[str, str]

    def what(self) -> str:
        return f"Table {self.table} is declared twice: in {self.places[0]} and in {self.places[1]}."

    def next_step(self) -> str:
        return "Declare it in one of them, or give one of the two MetaData another schema."


class NothingToRead(SchemaError):
    """A script has no database behind it, and somebody asked for a result. `place` is file:line of the question."""

    code = "LB508"
    place: str
    statement: str

    def what(self) -> str:
        return f"{self.place} reads the result of {self.statement!r}, but a script is being written: nothing runs."

    def next_step(self) -> str:
        return "Write the step without asking the database (op.execute with plain SQL), or run it without --sql."


class NoValueOfBareType(SchemaError):
    """Only the text of a type is known (it came from a file), so values cannot be turned into what it takes."""

    code = "LB509"
    spelling: str

    def what(self) -> str:
        return f"Values of type {self.spelling} cannot be sent: only the text of that type is known."

    def next_step(self) -> str:
        return "Give the column a SQLAlchemy type."


class NoType(SchemaError):
    """A column without a type, whose foreign key does not tell one either."""

    code = "LB510"
    column: str

    def what(self) -> str:
        return f"Column {self.column} has no type."

    def next_step(self) -> str:
        return "Give it one (a foreign key lends its target's type only where both tables are in one MetaData)."


class NotStorable(SchemaError):
    """A value that a snapshot file has no form for."""

    code = "LB511"
    type: str
    place: str = ""

    def what(self) -> str:
        return f"A snapshot file cannot hold a {self.type}{f' ({self.place})' if self.place else ''}."

    def next_step(self) -> str:
        return "Write that option as text, number or list."


class NotASnapshot(SchemaError):
    """A file that should be a snapshot and is not, or was written by a newer limbeck."""

    code = "LB512"
    why: str
    file: str = ""

    def what(self) -> str:
        return f"{self.file or 'The text'} is no snapshot that can be read: {self.why}"

    def next_step(self) -> str:
        return "Write it anew from the database or the models, with this version of limbeck."


class ThingExists(SchemaError):
    """An operation would make what is there already."""

    code = "LB520"
    kind: str
    name: str

    def what(self) -> str:
        return f"There is a {self.kind} {self.name} already."


# -- LB6xx: autogenerate --------------------------------------------------------------------------------------


class AutogenerateError(LimbeckError):
    code = "LB600"
    exit_code = Exit.USAGE


# -- LB7xx: running -------------------------------------------------------------------------------------------


class RunError(LimbeckError):
    code = "LB700"
    exit_code = Exit.MIGRATION_FAILED
