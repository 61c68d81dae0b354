"""Revision files, and the programs that write and check them: LB3xx."""

from __future__ import annotations

from .base import Exit, LimbeckError, _place


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
