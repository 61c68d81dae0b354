"""Which changes of type may lose something on SQLite, and how to find such rows.

Nothing is refused: a value goes over as it is, and the new column's affinity makes of it what it can without loss
(sqlite.org/datatype3). What is no number stays a text in a column of numbers; that, and digits that go, is asked about.
"""

from __future__ import annotations

from limbeck.ops.contract import Doubt

from .types import affinity

_NUMBERS = ("INT", "REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL", "NUMBER")


def doubt(name: str, was: str, becomes: str) -> Doubt | None:
    """`name` is quoted. A date or a truth value is stored as text or number, whatever its column is called."""
    old, new = affinity(was), affinity(becomes)
    if old == new or new == "BLOB":
        return None
    if old == "TEXT" and any(word in becomes.upper() for word in _NUMBERS):
        stays = f"typeof({name}) = 'text' AND CAST(CAST({name} AS NUMERIC) AS TEXT) <> {name}"
        return Doubt(
            name, lost=stays, offer=f"CASE WHEN {name} GLOB '*[0-9]*' THEN CAST({name} AS {new}) END"
        )
    if old == "REAL" and new == "TEXT":
        return Doubt(name, lost=f"typeof({name}) = 'real' AND CAST(CAST({name} AS TEXT) AS REAL) <> {name}")
    if old == "INTEGER" and new == "REAL":
        return Doubt(name, lost=f"typeof({name}) = 'integer' AND abs({name}) > 9007199254740992")
    return None
