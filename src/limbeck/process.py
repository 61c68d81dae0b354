"""What holds for a whole process whose program is ours: it is short, and most of what it makes lives as long as it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

YOUNG: Final = 300_000
"""Objects that are made before Python looks for garbage in circles. Loading SQLAlchemy, a driver and limbeck makes about half
as many, and all of them stay; so each look among them is for nothing. In Python's own setting there are 130."""


@contextmanager
def short() -> Iterator[None]:
    """Inside, garbage is looked for seldom; what ends with the process is not searched for it at all. Saves about 50 ms
    of a command that loads SQLAlchemy (`bench/commands.py`)."""
    gc.set_threshold(YOUNG, 10, 10)
    try:
        yield
    finally:
        gc.freeze()
