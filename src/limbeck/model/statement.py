"""One statement for a database: its text, and the SQLAlchemy construct that spelled it where one did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` is the whole SQL without a terminator, as `--sql` prints it. Where `clause` rode along it is what is
    executed (so that users' @compiles and events hold), else the text, without parameters.

    `parameters` are the values of a clause with binds (one mapping, or many for executemany); they are never printed.
    `after` is called with the SQLAlchemy connection once the statement ran on it: it looks whether all is well, and raises.
    A script has nothing to call.
    `outside_transaction` is True for what the database refuses inside one (CREATE INDEX CONCURRENTLY).
    """

    text: str
    clause: Any = field(default=None, compare=False, repr=False)
    parameters: Any = field(default=None, compare=False, repr=False)
    outside_transaction: bool = False
    after: Callable[[Any], None] | None = field(default=None, compare=False, repr=False)
