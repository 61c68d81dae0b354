"""How answers look: lines for pipes, colours and a moving line for terminals. What is said is the same in both."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Any

from limbeck.errors import LimbeckError, mask_url

ALIGNED = 60
"""A column is at most so wide; what is wider pushes what stands behind it."""
SHORTEST = 12
"""No column is cut shorter."""
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


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
            write(self.out, text + "\n")

    def say(self, text: str, style: str = "") -> None:
        """A line that tells what goes on; not with --quiet or --json."""
        if not self.quiet and not self.as_json:
            write(self.out, self.paint(text, style) + "\n")

    def document(self, value: Any) -> None:
        """The one JSON document of --json."""
        import json

        write(self.out, json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")

    def rows(
        self,
        rows: Sequence[Sequence[str]],
        styles: Sequence[str] = (),
        *,
        header: Sequence[str] = (),
        cut: int | None = None,
    ) -> None:
        """Aligned columns. A cell wider than ALIGNED pushes only its own line.

        On a terminal it is drawn as a table under a header, and column `cut` is shortened so that a line fits; a pipe
        gets all, in plain lines.
        """
        table = [[printable(cell) for cell in row] for row in rows]
        if not table:
            return
        terminal = self.is_terminal(self.out)
        titled = bool(header) and terminal and not self.quiet
        if titled:
            table.insert(0, list(header))
            if not self.as_json and self._drawn(table, styles, cut):
                return
        widths = [min(max(map(width, column)), ALIGNED) for column in zip(*table, strict=True)]
        if terminal and cut is not None:
            widths[cut] = self._room(table, widths, cut)
            for row in table:
                row[cut] = shortened(row[cut], widths[cut])
        for number, row in enumerate(table):
            self.answer(self._line(row, widths, ["dim"] * len(row) if titled and number == 0 else styles))

    def _drawn(self, table: list[list[str]], styles: Sequence[str], cut: int | None) -> bool:
        """Whether the table, its header in front, was drawn; a very long one is not."""
        from . import drawn

        if len(table) > drawn.LONGEST:
            return False
        if cut is not None:
            widths = [max(map(width, column)) for column in zip(*table, strict=True)]
            room = self._room(table, widths, cut)
            for row in table:
                row[cut] = shortened(row[cut], room)
        text = drawn.table(
            table[0],
            table[1:],
            styles,
            width=columns(self.out),
            colours=self.colours(self.out),
            unicode=unicode(self.out),
        )
        write(self.out, text)
        return True

    def _room(self, table: Sequence[Sequence[str]], widths: Sequence[int], cut: int) -> int:
        """How wide the column may be so that the widest of the others still fit beside it."""
        others = sum(max(width(row[i]) for row in table) + 2 for i in range(len(widths)) if i != cut)
        widest = max(width(row[cut]) for row in table)
        return max(SHORTEST, min(widest, columns(self.out) - others))

    def _line(self, row: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> str:
        cells = []
        for number, cell in enumerate(row):
            last = not any(row[number + 1 :])
            style = styles[number] if number < len(styles) else ""
            cells.append(self.paint(cell, style) + ("" if last else " " * (widths[number] - width(cell))))
            if last:
                break
        return "  ".join(cells).rstrip()

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
        write(self.err, f"{head} {mask_url(error.what())}\n")
        for line in mask_url(error.next_step()).splitlines():
            write(self.err, f"  {line}\n")

    def warn(self, text: str, next_step: str = "") -> None:
        if self.as_json:
            return
        write(self.err, self.paint("note:", "yellow", self.err) + f" {mask_url(text)}\n")
        for line in mask_url(next_step).splitlines():
            write(self.err, f"  {line}\n")


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


def width(text: str) -> int:
    """How many columns of a terminal it takes: two for letters of the Far East, none for accents that stand alone."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, room: int) -> str:
    """The text, or its beginning and three dots where it takes more columns than there are."""
    room = max(room, SHORTEST)
    if width(text) <= room:
        return text
    while width(text) > room - 3:
        text = text[:-1]
    return text.rstrip() + "..."


def printable(text: str) -> str:
    """Without what would move the cursor, ring the bell or paint: text of files and databases is not ours."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def unicode(stream: IO[str]) -> bool:
    """Whether lines and signs beyond ASCII can be written to it."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def columns(stream: IO[str]) -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def duration(seconds: float) -> str:
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def write(stream: IO[str], text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal or pipe that is not UTF-8
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
