"""Tells a run to a person: each step with its time, the SQL with -v, a moving line while a long statement runs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import Any

from limbeck.commands.listing import message_of, title
from limbeck.errors import mask_url
from limbeck.events import (
    Event,
    Noticed,
    Progress,
    Reporter,
    RunStarted,
    StatementRan,
    StatementStarted,
    StepFailed,
    StepFinished,
    StepStarted,
    Waiting,
)

from .look import Look, columns, duration, printable, unicode, write

SLOW = 1.0
"""Seconds after which a statement that still runs is shown on a terminal."""
BEAT = 0.1
"""Seconds between two pictures of the moving line."""
WIDEST = 400
"""Characters of a statement that may be shown on the moving line."""
ARROWS = {"upgrade": "+", "downgrade": "-", "stamp": "="}


class Teller(Reporter):
    """Prints events through a Look, in the order they come."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.line = Ticker(look)
        self.steps: list[dict[str, Any]] = []
        self._step: StepStarted | None = None

    def seconds_of(self, steps: Sequence[str]) -> dict[str, float]:
        """How long each of these steps took."""
        wanted = set(steps)
        return {s["revision"]: round(s["seconds"], 6) for s in self.steps if s["revision"] in wanted}

    def tell(self, event: Event) -> None:
        name = f"_{type(event).__name__}"
        told = getattr(self, name, None)
        if told is not None:
            told(event)

    def _RunStarted(self, event: RunStarted) -> None:
        if event.database:
            self.look.say(f"database {event.database}", "bold")

    def _StepStarted(self, event: StepStarted) -> None:
        self._step = event
        self.line.start(f"{event.revision}  {title(event.message)}")

    def _StepFinished(self, event: StepFinished) -> None:
        self.line.stop()
        step = self._step
        message = f"  {printable(title(step.message))}" if step and message_of(step.message) else ""
        of = f"[{step.number}/{step.total}] " if step and step.total > 1 else ""
        arrow = ARROWS.get(event.direction, " ")
        self.steps.append(
            {"revision": event.revision, "direction": event.direction, "seconds": event.seconds}
        )
        self.look.say(
            f"{of}{arrow} {self.look.paint(event.revision, 'cyan')}{message}  "
            + self.look.paint(duration(event.seconds), "dim")
        )

    def _StepFailed(self, event: StepFailed) -> None:
        self.line.stop()
        state = ", rolled back" if event.rolled_back else ", NOT rolled back"
        self.look.say(f"x {event.revision}  failed{'' if event.external else state}", "red")

    def _StatementStarted(self, event: StatementStarted) -> None:
        if self.look.verbose:
            for number, line in enumerate(mask_url(event.text).strip().splitlines()):
                inner = line.lstrip("\t")
                indent = "    " if number == 0 else "      " + "  " * (len(line) - len(inner) - 1)
                self.look.say(indent + inner.rstrip(), "dim")
        if self.line.active:
            of = f"{self._step.revision}  " if self._step is not None else ""
            self.line.start(of + " ".join(event.text[:WIDEST].split()))

    def _StatementRan(self, event: StatementRan) -> None:
        self.line.stop()
        if self.look.verbose and event.seconds >= SLOW:
            self.look.say(f"      {duration(event.seconds)}", "dim")

    def _Waiting(self, event: Waiting) -> None:
        limit = f" (at most {duration(event.limit)})" if event.limit else ""
        self.line.start(f"waiting for {event.what}{limit}")

    def _Progress(self, event: Progress) -> None:
        share = min(1.0, event.done / event.total) if event.total else None
        self.line.start(f"{event.what} {event.done}" + (f"/{event.total}" if event.total else ""), share)

    def _Noticed(self, event: Noticed) -> None:
        self.line.stop()
        self.look.warn(event.text, event.next_step)


class Ticker:
    """One line at the foot of a terminal that tells what runs and for how long; nothing where there is no terminal.

    One thread for the whole run: starting one for each statement would cost more than most statements.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self.active = (
            not look.quiet
            and not look.as_json
            and look.is_terminal(look.err)
            and os.environ.get("TERM") != "dumb"
        )
        self._text = ""
        self._share: float | None = None
        self._since = 0.0
        self._drawn = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, text: str, share: float | None = None) -> None:
        """From now on this runs; `share` is how much of it is done, 0 to 1, where that is known."""
        if not self.active:
            return
        with self._lock:
            self._erase()
            self._text, self._since, self._share = text, time.monotonic(), share
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        if not self._text:
            return
        with self._lock:
            self._erase()
            self._text = ""

    def _run(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._lock:
                seconds = time.monotonic() - self._since
                if self._text and seconds >= SLOW:
                    self._draw(seconds)

    def _draw(self, seconds: float) -> None:
        from . import drawn

        line = drawn.moving(
            printable(self._text),
            duration(seconds),
            seconds,
            share=self._share,
            width=columns(self.look.err),
            colours=self.look.colours(self.look.err),
            unicode=unicode(self.look.err),
        )
        write(self.look.err, f"\r\x1b[2K{line}")
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self.look.err.write("\r\x1b[2K")
            self.look.err.flush()
            self._drawn = False
