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
    LEFT_OPEN = 6
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
    # Up to the end of the value; the bracket or stop of the sentence around it stays.
    value = r"[^&\s'\";]+?(?=[).,]*(?:$|[&\s'\";]))"
    return re.sub(rf"(?i)((?:password|passwd|pwd|sslpassword|secret|token)=){value}", r"\1***", text)


# -- LB1xx: what was typed or configured --------------------------------------------------------------------


class UsageError(LimbeckError):
    code = "LB100"
    exit_code = Exit.USAGE


class TutorialBroke(UsageError):
    """A command of the tutorial's story did not do what the story says."""

    code = "LB135"
    command: str
    code_given: int
    said: str

    def what(self) -> str:
        return f"The story broke: {self.command!r} ended with exit code {self.code_given}."

    def next_step(self) -> str:
        return self.said


class ProjectThere(UsageError):
    """`init` in a folder that has settings already. Nothing was changed."""

    code = "LB133"
    file: str

    def what(self) -> str:
        return f"There is a project here already: {self.file}."

    def next_step(self) -> str:
        return "Type: limbeck history"


class FolderOutside(UsageError):
    """A path that leads out of the project. Nothing was written."""

    code = "LB134"
    given: str
    folder: str

    def what(self) -> str:
        return f"{self.given!r} leads out of the project's folder {self.folder}."

    def next_step(self) -> str:
        return "Name a folder inside it: migrations"


class NoSuchCommand(UsageError):
    """What was typed first is no command."""

    code = "LB142"
    command: str
    close: str = ""

    def what(self) -> str:
        return f"There is no command {self.command!r}."

    def next_step(self) -> str:
        return f"Did you mean: limbeck {self.close}" if self.close else "limbeck --help lists them."


class BadOption(UsageError):
    """An option's value has not the form it needs."""

    code = "LB132"
    option: str
    given: str
    form: str

    def what(self) -> str:
        return f"{self.option} {self.given!r} has not the form {self.form}."

    def next_step(self) -> str:
        return f"Type: {self.option} {self.form}"


class AnswersUnasked(UsageError):
    """`limbeck diff` got answers, and no revision to write them in."""

    code = "LB139"

    def what(self) -> str:
        return "Only --revision asks questions, so there is nothing to answer ahead."

    def next_step(self) -> str:
        return "Add --revision, or leave the answers out."


class ProgramMissing(UsageError):
    """`limbeck run` was given no program, or one that is not there."""

    code = "LB141"
    program: str
    why: str = ""

    def what(self) -> str:
        if not self.program:
            return "There is no program to run."
        return f"{self.program!r} cannot be run: {self.why or 'there is no such program on the PATH'}."

    def next_step(self) -> str:
        return "Type: limbeck run -- PROGRAM ARGUMENTS"


class RangeNotForDatabase(UsageError):
    """`a:b` was typed for a run on a database, which knows itself where it stands."""

    code = "LB131"
    span: str

    def what(self) -> str:
        return f"A range like {self.span} is for --sql only: a database knows itself where it stands."

    def next_step(self) -> str:
        return f"Type the end alone: {self.span.partition(':')[2] or 'head'}"


class RangeForScript(UsageError):
    """A script that goes back cannot ask a database where it stands."""

    code = "LB137"
    place: str

    def what(self) -> str:
        return "A script that goes back needs the place where it begins: no database is asked."

    def next_step(self) -> str:
        return f"Type a range: limbeck downgrade head:{self.place} --sql"


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file


class SettingsUnreadable(UsageError):
    """The settings file cannot be opened, is no text, or is no TOML."""

    code = "LB101"
    file: str
    why: str
    line: int = 0

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: {self.why}"

    def next_step(self) -> str:
        return "Mend it there; the form is TOML (https://toml.io)."


class UnknownSetting(UsageError):
    code = "LB102"
    file: str
    line: int
    key: str
    close: str = ""
    known: tuple[str, ...] = ()

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: there is no setting {self.key!r}."

    def next_step(self) -> str:
        return f"Did you mean {self.close}?" if self.close else f"There are: {', '.join(self.known)}."


class WrongSetting(UsageError):
    """A known setting with a value that it cannot have."""

    code = "LB103"
    file: str
    line: int
    key: str
    wanted: str
    got: str

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: {self.key} must be {self.wanted}, not {mask_url(self.got)}."


class VariableNotSet(UsageError):
    """A setting asks for a variable of the environment that is not there."""

    code = "LB104"
    variable: str
    key: str
    file: str
    line: int = 0

    def what(self) -> str:
        place = _place(self.file, self.line)
        return f"The environment variable {self.variable} is not set; {self.key} ({place}) needs it."

    def next_step(self) -> str:
        return f"Set it, or write a default there: ${{{self.variable}:-...}}"


class NoSuchDatabase(UsageError):
    code = "LB105"
    name: str
    known: tuple[str, ...]
    file: str = ""

    def what(self) -> str:
        return f"There is no database {self.name!r} in {self.file or 'the settings'}."

    def next_step(self) -> str:
        return f"There are: {', '.join(self.known)}." if self.known else "Add a table [databases.NAME]."


class SettingsTwice(UsageError):
    """Two files in one folder hold settings."""

    code = "LB106"
    first: str
    second: str

    def what(self) -> str:
        return f"Both {self.first} and {self.second} hold settings of limbeck."

    def next_step(self) -> str:
        return "Keep one of them, or say which with -c."


class SettingsThere(UsageError):
    """A place for new settings has some already."""

    code = "LB107"
    file: str
    line: int

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: there are settings of limbeck already."


class NoSuchTimezone(UsageError):
    code = "LB108"
    name: str

    def what(self) -> str:
        return f"The time zone {self.name!r} is not known here."

    def next_step(self) -> str:
        return 'Write a name such as "UTC" or "Europe/Vienna"; where the system has no zones: pip install tzdata.'


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


# -- LB3xx: revision files ------------------------------------------------------------------------------------


class ScriptError(LimbeckError):
    code = "LB300"
    exit_code = Exit.USAGE


class ScriptBroken(ScriptError):
    """A revision file that cannot be read or run: its text, its encoding, or an exception at import."""

    code = "LB301"
    file: str
    why: str
    line: int = 0

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: {self.why}"

    def next_step(self) -> str:
        return "Mend that file, or move it out of the folder of revisions."


class ScriptNeeded(ScriptError):
    """What was asked for leads through a revision that is not readable; `revision` is "" where any may be meant."""

    code = "LB302"
    revision: str
    broken: tuple[ScriptError, ...]

    def what(self) -> str:
        each = "\n".join("- " + error.what() for error in self.broken)
        if not self.revision:
            return f"What comes last is not known while a file of the history cannot be read:\n{each}"
        return f"The way leads through revision {self.revision}, which is not among the files that can be read:\n{each}"

    def next_step(self) -> str:
        return "Mend that file first; commands that do not need it go on working."


class ScriptExited(ScriptError):
    """A revision file called sys.exit(), which would have looked like success."""

    code = "LB303"
    exit_code = Exit.MIGRATION_FAILED
    file: str
    where: str
    status: str
    line: int = 0

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: {self.where} called sys.exit({self.status}), so it did not finish."

    def next_step(self) -> str:
        return "Return from the function to leave early; raise an exception to stop the migration."


class FunctionMissing(ScriptError):
    code = "LB304"
    file: str
    function: str

    def what(self) -> str:
        return f"{self.file} has no function {self.function}()."

    def next_step(self) -> str:
        return f"Write `def {self.function}() -> None:` there."


class BadScriptName(ScriptError):
    """A revision id or file template that gives no safe file name."""

    code = "LB305"
    name: str
    why: str

    def what(self) -> str:
        return f"{self.name!r} cannot be used in a file name: {self.why}."

    def next_step(self) -> str:
        return "Letters, digits, '_' and '.' are always safe."


class ScriptOutside(ScriptError):
    """A new file would stand outside its version location."""

    code = "LB306"
    path: str
    location: str

    def what(self) -> str:
        return f"{self.path} lies outside of {self.location}; nothing was written."

    def next_step(self) -> str:
        return "Check file_template, and links to other folders below the version location."


class ScriptExists(ScriptError):
    code = "LB307"
    file: str

    def what(self) -> str:
        return f"{self.file} exists already; nothing was overwritten."

    def next_step(self) -> str:
        return "Give another message or --rev-id."


class BadLabel(ScriptError):
    code = "LB308"
    label: str
    why: str

    def what(self) -> str:
        return f"{self.label!r} cannot be a branch label: {self.why}."


class TemplateFailed(ScriptError):
    """The project's own template for new revision files."""

    code = "LB309"
    file: str
    why: str
    line: int = 0

    def what(self) -> str:
        return f"{_place(self.file, self.line)}: the template could not be filled in: {self.why}"


class MessageUnsafe(ScriptError):
    """A message that would become code in the project's own template."""

    code = "LB310"
    file: str
    message: str

    def what(self) -> str:
        return f"With {self.file} this message would become part of the code: {self.message!r}."

    def next_step(self) -> str:
        return "Leave quotes, backslashes and newlines out of the message, or put ${message} into a docstring there."


class HookFailed(ScriptError):
    """A post-write hook. The new file stands."""

    code = "LB311"
    hook: str
    file: str
    why: str

    def what(self) -> str:
        return f"{self.file} was written; then the hook {self.hook} failed: {self.why}"

    def next_step(self) -> str:
        return "The revision can be used as it is. Correct the hook in the settings for the next one."


class LocationMissing(ScriptError):
    """Several version locations, and none was named for a first revision; or one that is not configured."""

    code = "LB312"
    known: tuple[str, ...]
    asked: str = ""

    def what(self) -> str:
        if self.asked:
            return f"{self.asked} is not one of the version locations."
        return "There are several version locations."

    def next_step(self) -> str:
        return f"Say --version-path with one of: {', '.join(self.known)}."


class ScriptUnwritable(ScriptError):
    code = "LB313"
    exit_code = Exit.ENVIRONMENT
    file: str
    why: str

    def what(self) -> str:
        return f"{self.file} could not be written: {self.why}"


class EditorFailed(ScriptError):
    """The person's editor for `edit`."""

    code = "LB314"
    editor: str
    why: str

    def what(self) -> str:
        return f"The editor {self.editor!r} could not be used: {self.why}"

    def next_step(self) -> str:
        return "Set the environment variable EDITOR, or VISUAL."


# -- LB4xx: the environment -----------------------------------------------------------------------------------


class EnvironmentFault(LimbeckError):
    code = "LB400"
    exit_code = Exit.ENVIRONMENT


# LB451-459: the private PostgreSQL


class NoPostgres(EnvironmentFault):
    """No PostgreSQL programs, or none of the version asked for."""

    code = "LB451"
    version: int | None
    found: tuple[str, ...] = ()

    def what(self) -> str:
        wanted = "PostgreSQL" if self.version is None else f"PostgreSQL {self.version}"
        others = f" (there is {', '.join(self.found)})" if self.found else ""
        return f"{wanted} is not installed here{others}."

    def next_step(self) -> str:
        return "Type: pip install 'limbeck[embedded]'; or set PG_BIN to the folder of an installed initdb."


class PostgresDidNotStart(EnvironmentFault):
    """initdb or the server itself failed; `said` is the end of its own output."""

    code = "LB452"
    step: str
    programs: str
    said: str

    def what(self) -> str:
        said = self.said.splitlines()
        telling = (
            [line for line in said if "FATAL" in line or "error:" in line] or said[-1:] or ["it said nothing"]
        )
        return (
            f"A private PostgreSQL did not start: {self.step} in {self.programs} failed: {telling[0].strip()}"
        )

    def next_step(self) -> str:
        return "Set PG_BIN to the folder of another installed initdb, or use SQLite."


class NoOrdinaryAccount(EnvironmentFault):
    """PostgreSQL refuses to run as root, and no other account was found."""

    code = "LB453"
    tried: tuple[str, ...]

    def what(self) -> str:
        return (
            f"PostgreSQL refuses to run as root, and none of the users {', '.join(self.tried)} exists here."
        )

    def next_step(self) -> str:
        return "Run the command as an ordinary user."


class NoPlaceForServer(EnvironmentFault):
    """No folder for temporary files that can be used and whose path is short enough for a unix socket."""

    code = "LB454"
    tried: tuple[str, ...]

    def what(self) -> str:
        return f"No folder for a private PostgreSQL: {', '.join(self.tried)} cannot be used, or is too long."

    def next_step(self) -> str:
        return "Set TMPDIR to a folder with a short path that everybody may enter."


class BadUrl(EnvironmentFault):
    """A database URL that cannot be read."""

    code = "LB401"
    url: str
    why: str = ""

    def what(self) -> str:
        return f"The database URL {mask_url(self.url)!r} cannot be read{': ' + self.why if self.why else ''}."

    def next_step(self) -> str:
        return "It looks like postgresql://user:password@host:5432/name or sqlite:///file.db."


class UnknownDialect(EnvironmentFault):
    """No installed package knows the database, or the driver of it, that the URL names."""

    code = "LB402"
    name: str
    driver: str = ""

    def what(self) -> str:
        if self.driver:
            return f"No installed package knows a driver called {self.driver!r} for {self.name}."
        return f"No installed package knows databases called {self.name!r}."

    def next_step(self) -> str:
        if self.driver:
            return f"Leave the driver out of the URL ({self.name}://...): an installed one is used then."
        return (
            "SQLAlchemy brings sqlite, postgresql, mysql, mariadb, oracle and mssql; others come with a package of"
            " their own."
        )


class DriverMissing(EnvironmentFault):
    """No driver for the database is installed, or not the one the URL names. `install` is a whole command."""

    code = "LB403"
    database: str
    driver: str
    install: str

    def what(self) -> str:
        return (
            f"The driver {self.driver} for {self.database} is not installed."
            if self.driver
            else f"No driver for {self.database} is installed."
        )

    def next_step(self) -> str:
        return self.install


class ConnectError(EnvironmentFault):
    """The connection could not be made. `url` is masked, `said` is what driver or server said, masked."""

    code = "LB404"
    url: str
    said: str = ""

    def what(self) -> str:
        return f"Cannot connect to {self.url}{': ' + self.said if self.said else ''}"

    def next_step(self) -> str:
        return "Check the URL, and that the server runs and lets you in."


class DatabaseMissing(ConnectError):
    code = "LB405"
    name: str

    def what(self) -> str:
        return f"The database {self.name!r} does not exist ({self.url})."

    def next_step(self) -> str:
        return f"Create it (CREATE DATABASE {self.name}), or correct the URL."


class ConnectionRefused(ConnectError):
    code = "LB406"
    place: str

    def what(self) -> str:
        return f"Nothing listens at {self.place}: the connection was refused ({self.url})."

    def next_step(self) -> str:
        return "Start the server, or correct host and port in the URL."


class HostUnknown(ConnectError):
    code = "LB407"
    host: str

    def what(self) -> str:
        return f"The host {self.host!r} is not known ({self.url})."

    def next_step(self) -> str:
        return "Correct the host in the URL, or the name resolution of this machine."


class LoginRefused(ConnectError):
    code = "LB408"
    user: str

    def what(self) -> str:
        return f"The server refused the login of {self.user or 'the user'} ({self.url})."

    def next_step(self) -> str:
        return "Check user and password in the URL, and whether the server lets this user in from here."


class ConnectTimedOut(ConnectError):
    code = "LB409"
    place: str
    seconds: float

    def what(self) -> str:
        return f"{self.place} gave no answer within {self.seconds:g} s ({self.url})."

    def next_step(self) -> str:
        return "Check host, port and firewall; the setting connect_timeout (in seconds) waits longer."


class FolderMissing(ConnectError):
    """The folder of an SQLite file."""

    code = "LB410"
    folder: str

    def what(self) -> str:
        return f"The folder {self.folder} does not exist, so SQLite cannot make a file in it ({self.url})."

    def next_step(self) -> str:
        return (
            "Make the folder, or correct the path; an absolute path has four slashes: sqlite:////var/app.db."
        )


class NotWritable(ConnectError):
    """The database, or an SQLite file, may only be read."""

    code = "LB411"
    place: str

    def what(self) -> str:
        return f"{self.place} can be read but not written ({self.url})."

    def next_step(self) -> str:
        return "Give this user the right to write (an SQLite file and its folder), or use another database."


class FileLocked(ConnectError):
    """Another program holds an SQLite file for itself alone."""

    code = "LB414"
    place: str

    def what(self) -> str:
        return f"{self.place} is locked by another program ({self.url})."

    def next_step(self) -> str:
        return "Wait until that program is done, or end it, and run the same command again."


class NotADatabase(ConnectError):
    code = "LB412"
    place: str

    def what(self) -> str:
        return f"{self.place} is no SQLite database ({self.url})."

    def next_step(self) -> str:
        return "Correct the path in the URL."


class TooManyConnections(ConnectError):
    code = "LB413"

    def what(self) -> str:
        return f"The server has no connection left ({self.url})."

    def next_step(self) -> str:
        return "Close some, or wait and run the same command again."


class ProjectMissing(EnvironmentFault):
    """No project where one was looked for."""

    code = "LB420"
    place: str

    def what(self) -> str:
        return f"There is no limbeck project in {self.place} or above it."

    def next_step(self) -> str:
        return "Make one: limbeck init"


class ConfigMissing(EnvironmentFault):
    """The file given with -c is not there."""

    code = "LB421"
    path: str

    def what(self) -> str:
        return f"There is no file {self.path}."

    def next_step(self) -> str:
        return "Correct what stands behind -c, or leave it out in the project's folder."


class UrlNotSet(EnvironmentFault):
    """A command needs a database and the settings name none."""

    code = "LB422"
    file: str
    database: str = ""

    def what(self) -> str:
        whose = f" for the database {self.database}" if self.database else ""
        return f"{self.file} sets no url{whose}, so there is no database to go to."

    def next_step(self) -> str:
        return 'Write: url = "postgresql://user@localhost/name", or url = "${DATABASE_URL}"'


class ModelsNotSet(EnvironmentFault):
    """Models are needed and no setting names them. `looked` is where limbeck looked by itself."""

    code = "LB423"
    settings: str
    looked: tuple[str, ...] = ()

    def what(self) -> str:
        looked = f" (looked in {', '.join(self.looked)})" if self.looked else ""
        return f"No models to compare the database with: {self.settings} has no setting models{looked}."

    def next_step(self) -> str:
        return 'Write models = "app.models:Base" there: a module, a colon, and a declarative base or MetaData in it.'


class ModelsNotFound(EnvironmentFault):
    """The setting names a module or an attribute that is not there."""

    code = "LB424"
    wanted: str
    missing: str
    settings: str
    looked: tuple[str, ...] = ()

    def what(self) -> str:
        looked = f" (looked in {', '.join(self.looked)})" if self.looked else ""
        return f"models = {self.wanted!r} in {self.settings}: {self.missing}{looked}."

    def next_step(self) -> str:
        return 'Correct it: models = "module:name", where name is a declarative base, a MetaData, or a list of them.'


class ModelsFailed(EnvironmentFault):
    """The module of the models raised when it was imported. `place` is file:line of the last line of theirs."""

    code = "LB425"
    wanted: str
    place: str
    said: str

    def what(self) -> str:
        return f"Importing the models ({self.wanted}) failed at {self.place}: {mask_url(self.said)}"

    def next_step(self) -> str:
        return "Repair that line; limbeck does nothing but import the module."


class EnvScriptFailed(EnvironmentFault):
    """The project's env.py raised. `place` is file:line of the last line of theirs."""

    code = "LB426"
    place: str
    said: str

    def what(self) -> str:
        return f"env.py failed at {self.place}: {mask_url(self.said)}"


class EnvScriptDidNothing(EnvironmentFault):
    """env.py ended without context.run_migrations()."""

    code = "LB427"
    path: str

    def what(self) -> str:
        return f"{self.path} ended without calling context.run_migrations(), so nothing was done."

    def next_step(self) -> str:
        return "Call context.configure(connection) and context.run_migrations() in it, or context.skip() if it is meant."


class FileNotWritten(EnvironmentFault):
    """A file that was asked for on the command line and could not be written."""

    code = "LB480"
    file: str
    why: str

    def what(self) -> str:
        return f"{self.file} could not be written: {self.why}."


class NoEnvironment(EnvironmentFault):
    """`limbeck.context` was used where no env.py is being run."""

    code = "LB428"
    name: str

    def what(self) -> str:
        return f"context.{self.name} is only there while limbeck runs a project's env.py."

    def next_step(self) -> str:
        return "Run a command such as: limbeck upgrade head"


class NotConfigured(EnvironmentFault):
    """context.run_migrations() without a connection."""

    code = "LB429"
    path: str

    def what(self) -> str:
        return f"{self.path} called context.run_migrations() without a connection."

    def next_step(self) -> str:
        return "Call context.configure(connection) before it."


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
        return f"{self.place}: a value of type {self.type} has no literal form."

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
        return (
            "Write the step without asking the database (op.execute with plain SQL), or run it without --sql."
        )


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
        return (
            "Give it one (a foreign key lends its target's type only where both tables are in one MetaData)."
        )


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


# SQLite's table rebuild


class RowsWithoutValue(SchemaError):
    """A column is to be NOT NULL, and rows that are there have no value for it."""

    code = "LB550"
    table: str
    column: str
    rows: int
    new: bool = False

    def what(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        if self.new:
            return f"{self.table}.{self.column} would be not null without a default, and {self.table} has {rows}."
        return f"{self.table}.{self.column} is to be not null, but it is NULL in {rows}. Nothing was changed."

    def next_step(self) -> str:
        if self.new:
            return "Add it with a default, or nullable, fill it, and then make it not null."
        return f"Fill it first, for example: UPDATE {self.table} SET {self.column} = ... WHERE {self.column} IS NULL"


class RowsAtRisk(SchemaError):
    """Foreign keys are enforced inside a transaction, where that cannot be switched off: a rebuild would delete rows."""

    code = "LB551"
    table: str
    children: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.table} cannot be rebuilt here: foreign keys are enforced in this transaction, and dropping the old "
            f"table would act on the rows of {', '.join(self.children)}. Nothing was changed."
        )

    def next_step(self) -> str:
        return "Run PRAGMA foreign_keys=OFF on the connection before the transaction begins, or use Python 3.12 or newer."


class ForeignKeysBroken(SchemaError):
    """After a rebuild rows point at nothing that did not do so before."""

    code = "LB552"
    table: str
    violations: tuple[tuple[str, int | None, str], ...]
    """(table, rowid, parent) of each, the first ones."""
    count: int

    def what(self) -> str:
        shown = "; ".join(
            f"{table} {'' if rowid is None else f'rowid {rowid} '}refers to a row of {parent} that is not there"
            for table, rowid, parent in self.violations
        )
        more = f" (and {self.count - len(self.violations)} more)" if self.count > len(self.violations) else ""
        return f"Rebuilding {self.table} breaks foreign keys: {shown}{more}."

    def next_step(self) -> str:
        return "Correct these rows first; the transaction takes the rebuild back."


class DependentsBroken(SchemaError):
    """Views or triggers no longer work after a rebuild."""

    code = "LB553"
    table: str
    broken: tuple[tuple[str, str], ...]
    """(kind and name, what SQLite says)."""

    def what(self) -> str:
        shown = "; ".join(f"{name}: {why}" for name, why in self.broken)
        return f"Rebuilding {self.table} breaks what uses it: {shown}."

    def next_step(self) -> str:
        return "Drop or change these before, and create them again behind; the transaction takes the rebuild back."


class TableNotAsKnown(SchemaError):
    """The table in the database is not the one a rebuild was planned for."""

    code = "LB554"
    table: str
    known: tuple[str, ...]
    found: tuple[str, ...]

    def what(self) -> str:
        return (
            f"{self.table} is not as it was when its rebuild was planned: it has {', '.join(self.found) or 'nothing'}, "
            f"known was {', '.join(self.known) or 'nothing'}. Nothing was changed."
        )

    def next_step(self) -> str:
        return "Run the migration on a live connection, which reads the table first, or rewrite it for this database."


class ColumnNotKnown(UnknownValue):
    """A database that says a whole column again to change a part of it needs a part nobody said."""

    code = "LB521"
    wanted: str
    backend: str
    argument: str

    def what(self) -> str:
        again = f"{self.backend} says the whole column again to change a part of it"
        return f"{again}, and the {self.wanted} is not known here."

    def next_step(self) -> str:
        return f"Run it on a live connection, or add {self.argument}= to the operation."


# -- LB6xx: autogenerate --------------------------------------------------------------------------------------


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


# -- LB7xx: running -------------------------------------------------------------------------------------------


class RunError(LimbeckError):
    code = "LB700"
    exit_code = Exit.MIGRATION_FAILED


class StepFailedError(RunError):
    """A revision's upgrade() or downgrade() raised.

    `place` is file:line in the revision file, `statement` the SQL it died in (without values of rows), `said` what was
    raised, `done` the statements of the step that cannot be taken back, `heads` the version rows as they are now,
    `whole_run` whether the steps before it went with it.
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

    def what(self) -> str:
        place = f" at {self.place}" if self.place else ""
        lines = [f"{self.direction.capitalize()} {self.revision} failed{place}: {self.said}"]
        if self.statement:
            lines += ["  in the statement", *(f"    {line}" for line in self.statement.splitlines())]
        now = ", ".join(self.heads) or "base"
        if self.rolled_back:
            scope = "run" if self.whole_run else "revision"
            lines.append(f"Everything this {scope} did was rolled back; the database stands at {now}.")
        elif not self.done:
            lines.append(f"Nothing of this revision was done before; the database stands at {now}.")
        else:
            lines.append(
                f"It could not be rolled back. The version rows say {now}; these statements were done:"
            )
            lines += [f"    {' '.join(text.split())}" for text in self.done]
        return "\n".join(lines)

    def next_step(self) -> str:
        if self.rolled_back or not self.done:
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
    """Ctrl-C, or a signal, in the middle of a run."""

    code = "LB706"
    exit_code = Exit.INTERRUPTED
    revision: str
    direction: str
    rolled_back: bool
    done: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    def what(self) -> str:
        now = ", ".join(self.heads) or "base"
        if self.rolled_back:
            return f"Interrupted in {self.direction} {self.revision}, which was rolled back; the database stands at {now}."
        lines = [f"Interrupted in {self.direction} {self.revision}; the version rows say {now}."]
        if self.done:
            lines.append("These statements of it were done and could not be rolled back:")
            lines += [f"    {' '.join(text.split())}" for text in self.done]
        return "\n".join(lines)

    def next_step(self) -> str:
        return "The same command goes on from there."


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
