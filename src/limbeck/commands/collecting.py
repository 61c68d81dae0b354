"""Python's search for garbage in circles, put off while a comparison goes on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Within, Python looks for no circles. Models, what is read and what is compared are hundreds of thousands of values
    that all stay until the end: each search goes over all of them and finds nothing (a third of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
