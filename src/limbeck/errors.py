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


# -- LB3xx: revision files ------------------------------------------------------------------------------------


class ScriptError(LimbeckError):
    code = "LB300"
    exit_code = Exit.USAGE


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
        return f"No folder for a private PostgreSQL: {', '.join(self.tried)} cannot be used, or the path is too long."

    def next_step(self) -> str:
        return "Set TMPDIR to a folder with a short path that everybody may enter."


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
