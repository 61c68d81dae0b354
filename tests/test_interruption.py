"""Where a signal may be raised: the laws of `limbeck.interruption`, with real signals in this process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from limbeck import interruption
from limbeck.errors import Exit, Interrupted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    with interruption.listening(to_the_end=False):
        yield
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not interruption.came()


def stop(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


def test_it_is_noted_and_raised_at_the_next_boundary() -> None:
    stop()
    assert (interruption.came(), interruption.name()) == (signal.SIGTERM, "SIGTERM")
    with pytest.raises(KeyboardInterrupt):
        interruption.check()


def test_it_is_raised_at_once_where_it_may_be() -> None:
    with pytest.raises(KeyboardInterrupt), interruption.possible():
        stop(signal.SIGINT)
        pytest.fail("it went on")


def test_what_is_held_is_whole() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interruption.possible():
        with interruption.held():
            stop()
            done.append("commit")
        pytest.fail("it went on")
    assert done == ["commit"]


def test_not_in_the_middle_of_something() -> None:
    middle = True
    done = []
    with pytest.raises(KeyboardInterrupt):
        with interruption.possible(lambda: middle):
            stop()
            done.append("step")
        interruption.check()
    assert done == ["step"]


def test_signals_that_come_together_are_one() -> None:
    with interruption.possible(lambda: True):
        stop()
        stop(signal.SIGINT)
    assert interruption.name() == "SIGTERM"


def test_what_a_destructor_swallows_comes_again(capfd: pytest.CaptureFixture[str]) -> None:
    class Dies:
        def __del__(self) -> None:
            stop()

    with pytest.raises(KeyboardInterrupt), interruption.possible():
        one = Dies()
        del one
        interruption.check()
        pytest.fail("it went on")
    assert capfd.readouterr().err == ""


def test_what_somebody_makes_of_it_is_still_it() -> None:
    with pytest.raises(KeyboardInterrupt) as raised, interruption.possible():
        try:
            stop()
        except KeyboardInterrupt as error:
            raise RuntimeError("in a class body") from error
    assert isinstance(raised.value.__cause__, RuntimeError)
    assert interruption.TOLD == Exit.INTERRUPTED


def test_what_tells_of_it_passes() -> None:
    with pytest.raises(Interrupted), interruption.possible():
        try:
            stop()
        except KeyboardInterrupt as error:
            raise Interrupted(moment="before") from error


def test_a_handler_of_somebody_else_stays() -> None:
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.signal(signal.SIGUSR1, before)
    mine = signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
    try:
        with interruption.listening(to_the_end=False):
            stop()
        assert (heard, interruption.came()) == ([1], 0)
    finally:
        signal.signal(signal.SIGTERM, mine)
