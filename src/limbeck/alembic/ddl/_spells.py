"""Which function asks the core for the text of which construct, by its class and the name of the database.

Apart from `spelling`, so that a database's file can be read without loading what spells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..util import Dispatcher

Spell = Callable[[Any], Any]
_spellings = Dispatcher()


def spells(construct: Any, *dialects: str) -> Callable[[Spell], Spell]:
    """The function answers for the construct, and its subclasses, on these databases; without any, on all others."""

    def register(fn: Spell) -> Spell:
        for dialect in dialects or ("default",):
            _spellings.dispatch_for(construct, qualifier=dialect)(fn)
        return fn

    return register


def spell_of(element: Any, dialect: str) -> Spell:
    found: Spell = _spellings.dispatch(type(element), dialect)
    return found
