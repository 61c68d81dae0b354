"""Ctrl-C and a deployment's stop (SIGINT, SIGTERM): a run ends between two things, never within one.

Python raises KeyboardInterrupt wherever it stands: between a COMMIT and the note that it was done, in a destructor, in
the report itself. While the program `limbeck` runs (`listening`), a signal is noted, and raised only where a part of
the program said that it may be:

    listening   nothing is raised by itself
      possible  may be raised at once, unless `unless()` says that it would leave something in the middle
        held    not here; at the end of it
    check()     a boundary: raised here where it came before

A second signal, later than TOGETHER, is meant seriously: it is raised although something is in the middle; where it
cannot be, or was, the process ends at once, and the database takes back what is not committed. Signals that come
together are one (whoever starts programs passes on what the whole group got already).

For programs that call limbeck nothing changes: their own handlers stand, and all of this does nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

TOGETHER = 1.0
"""Seconds within which several signals are one."""
TOLD_AFTER = 0.5
"""Seconds of going on after a signal that are not worth telling."""
TOLD = 130
"""The exit code of errors that tell of a signal (`errors.Exit.INTERRUPTED`)."""
GOES_ON = (
    b"\nlimbeck stops as soon as this step has ended: what it did so far could not be rolled back."
    b" The same signal again stops in the middle of it.\n"
)
AT_ONCE = b"\nlimbeck ends at once; the database takes back what is not committed.\n"


def never() -> bool:
    return False


class Stopped(KeyboardInterrupt):
    """A kind of its own: Python notes a bare KeyboardInterrupt that leaves an exec(), and kills the process at its end
    although it was caught (3.8 to 3.13, `unhandled_keyboard_interrupt`)."""


class _Signals:
    """What came, and whether it may be raised now. One for the process: so are signals."""

    came = 0
    """The number of the first signal."""
    raised = False
    possible = False
    unless: Callable[[], bool] = staticmethod(never)
    last = 0.0
    place: tuple[Any, Any] | None = None
    """The task of an event loop, and the greenlet of it, in which it may be raised."""

    def arrives(self, number: int, _frame: Any) -> None:
        now = time.monotonic()
        first = not self.came
        if not first and now - self.last < TOGETHER:
            return
        self.last = now
        if first:
            self.came = number
            if self.possible and not self.unless():
                self._deliver()
            elif self.possible:
                _in_thread(self._tell_later)
        elif self.possible and not self.raised:
            self.unless = never
            self._deliver()
        else:
            os.write(2, AT_ONCE)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def throw(self) -> NoReturn:
        self.raised = True
        raise Stopped

    def _deliver(self) -> None:
        """Here; or in the task that may be ended, where the signal came upon its loop, or upon what waits for the greenlet
        in which the run is: that one would never be gone on with."""
        place = self.place
        if place is None or _place() == place:
            self.throw()
        task = place[0]
        task.get_loop().call_soon_threadsafe(self._end_task, task)

    def _end_task(self, task: Any) -> None:
        """Called by the loop, so the task waits; maybe not any more where it may be ended."""
        if self.possible and self.place and self.place[0] is task and not self.raised and not self.unless():
            self.raised = True
            task.cancel()

    def _tell_later(self) -> None:
        time.sleep(TOLD_AFTER)
        if self.possible and not self.raised:
            os.write(2, GOES_ON)

    def lost(self, before: Callable[[Any], Any], event: Any) -> None:
        """Python tells here what it cannot raise: a destructor or a callback was running. It is raised later."""
        if isinstance(event.exc_value, KeyboardInterrupt) and self.came:
            self.raised = False
        else:
            before(event)


_signals = _Signals()


def _place() -> tuple[Any, Any] | None:
    """The task and the greenlet that run now, where there is an event loop in this thread; nothing is imported for it."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    task, greenlet = asyncio.current_task(), sys.modules.get("greenlet")
    if task is None:
        return None
    return task, None if greenlet is None else greenlet.getcurrent()


def _in_thread(work: Callable[[], None]) -> None:
    """Not `threading`, whose locks whoever was interrupted may hold."""
    import _thread

    _thread.start_new_thread(work, ())


class _Mode:
    """Whether a signal may be raised inside a block."""

    __slots__ = ("_before", "_possible", "_unless")

    def __init__(self, possible: bool, unless: Callable[[], bool]) -> None:
        self._possible, self._unless = possible, unless

    def __enter__(self) -> None:
        self._before = _signals.possible, _signals.unless, _signals.place
        if self._possible:
            check()
            _signals.place = _place()
        _signals.unless = self._unless
        _signals.possible = self._possible

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        _signals.possible, _signals.unless, _signals.place = self._before
        if error is not None:
            if self._possible and _signals.raised and _comes_of_it(error):
                raise Stopped from error
        elif _signals.possible and _signals.came and not _signals.raised:
            _signals.throw()


def _comes_of_it(error: BaseException) -> bool:
    """Whether it is what somebody made of the signal on its way: Python itself does, in a class body (3.11 and older);
    a task is ended by an error of its own."""
    if isinstance(error, Stopped) or getattr(error, "exit_code", 0) == TOLD:
        return False
    if type(error).__name__ == "CancelledError":
        return True
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        if isinstance(found, Stopped):
            return True
        seen.add(id(found))
        found = found.__cause__ or found.__context__
    return False


def possible(unless: Callable[[], bool] = never) -> _Mode:
    """Inside, a signal is raised when it comes, but while `unless()` is true; one that came before is raised first."""
    return _Mode(True, unless)


def held() -> _Mode:
    """Inside, no signal is raised; at the end it is, where it may be there."""
    return _Mode(False, never)


def check() -> None:
    """Raises KeyboardInterrupt where a signal came, also one that somebody else has swallowed."""
    if _signals.came:
        _signals.throw()


def came() -> int:
    """The number of the signal that came, or 0."""
    return _signals.came


def name() -> str:
    """What came, by its name: SIGINT, SIGTERM. Where it was not heard here it is Ctrl-C, as Python's own handler says."""
    return signal.Signals(_signals.came or signal.SIGINT).name


@contextmanager
def listening(*, to_the_end: bool) -> Iterator[None]:
    """From here on signals are noted. Only those that nobody has given a meaning: a program that ignores them, or has a
    handler of its own, goes on so. Outside of the main thread nothing is changed.

    `to_the_end`: the process ends after this; a signal that comes then changes no exit code any more."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before: dict[Any, Any] = {}
    hook = sys.unraisablehook
    try:
        for number, handler in usual.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, _signals.arrives)
                before[number] = handler
    except ValueError:  # not the main thread
        yield
        return
    if before:
        sys.unraisablehook = lambda event: _signals.lost(hook, event)
    if to_the_end:
        _deaf_at_last(before)
    try:
        yield
    finally:
        if not to_the_end:
            for number, handler in before.items():
                signal.signal(number, handler)
            sys.unraisablehook = hook
            _signals.came, _signals.raised = 0, False


def _deaf_at_last(numbers: Any) -> None:
    """What is registered first is called last: until then a second signal still ends the process."""
    import atexit

    def deaf() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    atexit.register(deaf)
