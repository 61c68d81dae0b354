"""What was typed or configured cannot be meant: LB1xx."""

from __future__ import annotations

from .base import Exit, LimbeckError, _place, mask_url


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
