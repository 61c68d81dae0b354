"""The three ways of having no value: None is SQL's NULL or "none", UNCHANGED is "not given", UNKNOWN is "not known".

UNKNOWN is poison: any use of it but `is_known` raises, so that partial knowledge is never taken for a fact.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NoReturn

from limbeck.errors import UnknownValue


class Unchanged(Enum):
    """The type of UNCHANGED, for annotations: `bool | Unchanged`. Test with `is UNCHANGED`."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return "UNCHANGED"

    def __bool__(self) -> NoReturn:
        raise TypeError("UNCHANGED has no truth value; compare with `is UNCHANGED`")


UNCHANGED = Unchanged.UNCHANGED


class Unknown:
    """A field nobody could tell. `what` names it for the person ("type of column users.mail")."""

    __slots__ = ("_what",)

    def __init__(self, what: str = "a value") -> None:
        object.__setattr__(self, "_what", what)

    def _refuse(self) -> NoReturn:
        raise UnknownValue(wanted=object.__getattribute__(self, "_what"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy, pickle and inspect look for optional hooks
            raise AttributeError(name)
        self._refuse()

    def __bool__(self) -> bool:
        self._refuse()

    def __str__(self) -> str:
        self._refuse()

    def __iter__(self) -> Any:
        self._refuse()

    def __eq__(self, other: object) -> bool:
        if other is self or isinstance(other, Unknown):
            return True
        return self._refuse()

    def __hash__(self) -> int:
        return hash(Unknown)

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = Unknown()


def is_known(value: object) -> bool:
    return not isinstance(value, Unknown)
