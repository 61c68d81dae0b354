"""Tells a run to a person: each step with its time, the SQL with -v, a moving line while a long statement runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

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

from .look import Look, duration

SLOW = 1.0
"""Seconds after which a statement that still runs is shown on a terminal."""
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
        self.line.start(f"{event.revision}  {event.message}")

    def _StepFinished(self, event: StepFinished) -> None:
        self.line.stop()
        step = self._step
        message = step.message if step else ""
        of = f"[{step.number}/{step.total}] " if step and step.total > 1 else ""
        arrow = ARROWS.get(event.direction, " ")
        self.steps.append(
            {"revision": event.revision, "direction": event.direction, "seconds": event.seconds}
        )
        self.look.say(
            f"{of}{arrow} {self.look.paint(event.revision, 'cyan')}  {message}{'  ' if message else ''}"
            + self.look.paint(duration(event.seconds), "dim")
        )

    def _StepFailed(self, event: StepFailed) -> None:
        self.line.stop()
        state = "rolled back" if event.rolled_back else "NOT rolled back"
        self.look.say(f"x {event.revision}  failed, {state}", "red")

    def _StatementStarted(self, event: StatementStarted) -> None:
        if self.look.verbose:
            for number, line in enumerate(mask_url(event.text).strip().splitlines()):
                inner = line.lstrip("\t")
                indent = "    " if number == 0 else "      " + "  " * (len(line) - len(inner) - 1)
                self.look.say(indent + inner.rstrip(), "dim")
        self.line.start(" ".join(event.text.split())[:60])

    def _StatementRan(self, event: StatementRan) -> None:
        self.line.stop()
        if self.look.verbose and event.seconds >= SLOW:
            self.look.say(f"      {duration(event.seconds)}", "dim")

    def _Waiting(self, event: Waiting) -> None:
        limit = f" (at most {duration(event.limit)})" if event.limit else ""
        self.line.start(f"waiting for {event.what}{limit}")

    def _Progress(self, event: Progress) -> None:
        self.line.start(f"{event.what} {event.done}" + (f"/{event.total}" if event.total else ""))

    def _Noticed(self, event: Noticed) -> None:
        self.line.stop()
        self.look.warn(event.text, event.next_step)


class Ticker:
    """One line at the foot of a terminal that tells what runs and for how long; nothing where there is no terminal."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.active = not look.quiet and not look.as_json and look.is_terminal(look.err)
        self._text = ""
        self._since = 0.0
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self, text: str) -> None:
        if not self.active:
            return
        self.stop()
        self._text, self._since, self._stop = text, time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._stop is None or self._thread is None:
            return
        self._stop.set()
        self._thread.join()
        self._stop = self._thread = None

    def _run(self, stop: threading.Event) -> None:
        if stop.wait(SLOW):
            return
        while not stop.wait(0.2):
            seconds = duration(time.monotonic() - self._since)
            self.look.err.write(f"\r\x1b[2K  ... {self._text}  {seconds}")
            self.look.err.flush()
        self.look.err.write("\r\x1b[2K")
        self.look.err.flush()
