"""How answers look: lines for pipes, colours and a moving line for terminals. What is said is the same in both."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Any

from limbeck.errors import LimbeckError, mask_url

CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
WIDEST = 60


class Look:
    """Where and how to print. `out` is for answers, `err` for errors and what goes on meanwhile."""

    def __init__(
        self,
        *,
        color: str = "auto",
        quiet: bool = False,
        verbose: bool = False,
        as_json: bool = False,
        out: IO[str] | None = None,
        err: IO[str] | None = None,
    ) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.quiet = quiet
        self.verbose = verbose
        self.as_json = as_json
        self._color = color

    def is_terminal(self, stream: IO[str]) -> bool:
        return hasattr(stream, "isatty") and stream.isatty()

    def colours(self, stream: IO[str]) -> bool:
        if self._color == "always":
            return True
        if self._color == "never" or os.environ.get("NO_COLOR"):
            return False
        return self.is_terminal(stream) and os.environ.get("TERM") != "dumb"

    def paint(self, text: str, style: str, stream: IO[str] | None = None) -> str:
        if not style or not text or not self.colours(stream or self.out):
            return text
        codes = ";".join(CODES[word] for word in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"

    def answer(self, text: str = "") -> None:
        """A line that was asked for."""
        if not self.as_json:
            _write(self.out, text + "\n")

    def say(self, text: str, style: str = "") -> None:
        """A line that tells what goes on; not with --quiet or --json."""
        if not self.quiet and not self.as_json:
            _write(self.out, self.paint(text, style) + "\n")

    def document(self, value: Any) -> None:
        """The one JSON document of --json."""
        import json

        _write(self.out, json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")

    def rows(self, rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
        """Aligned columns, the last one as long as it likes; a cell longer than WIDEST stands out of line alone."""
        columns = range(len(rows[0])) if rows else ()
        widths = [max((len(row[i]) for row in rows if len(row[i]) <= WIDEST), default=0) for i in columns]
        for row in rows:
            cells = []
            for number, cell in enumerate(row):
                last = all(not c for c in row[number + 1 :])
                padded = cell if last else cell.ljust(widths[number])
                style = styles[number] if number < len(styles) else ""
                cells.append(self.paint(padded, style))
                if last:
                    break
            self.answer("  ".join(cells).rstrip())

    def error(self, error: LimbeckError) -> None:
        if self.as_json:
            self.document(
                {
                    "error": {
                        "code": error.code,
                        "class": type(error).__name__,
                        "what": mask_url(error.what()),
                        "next_step": mask_url(error.next_step()),
                        "evidence": error.evidence(),
                    }
                }
            )
            return
        head = self.paint(f"error {error.code}:", "bold red", self.err)
        _write(self.err, f"{head} {mask_url(error.what())}\n")
        for line in mask_url(error.next_step()).splitlines():
            _write(self.err, f"  {line}\n")

    def warn(self, text: str, next_step: str = "") -> None:
        if self.as_json:
            return
        _write(self.err, self.paint("note:", "yellow", self.err) + f" {mask_url(text)}\n")
        for line in mask_url(next_step).splitlines():
            _write(self.err, f"  {line}\n")


def plain(value: Any) -> Any:
    """A value as JSON knows it: named tuples as objects, other sequences as lists, what is not known as masked text."""
    if hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, str):
        return mask_url(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Iterable):
        return [plain(part) for part in value]
    return mask_url(str(value))


def duration(seconds: float) -> str:
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _write(stream: IO[str], text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal or pipe that is not UTF-8
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
