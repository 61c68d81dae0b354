"""What every error is: a code, an exit code, what is so and what to type next. Passwords are masked here."""

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
    TERMINATED = 143


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


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file
