"""What is drawn with rich, on terminals alone: tables, and the line that moves while a statement runs.

Imported when the first thing is drawn (rich takes some 60 ms). All of it is text that the Look writes; what is too wide was
shortened before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

LONGEST = 400
"""Rows; a longer table costs more to draw (some 0.4 ms a row) than it is worth: nobody sees its head."""
MARKS = {"head": "green", "current": "bold yellow", "branch point": "magenta"}
BAR = 20
PLAIN = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: Sequence[str],
    *,
    width: int,
    colours: bool,
    unicode: bool,
) -> str:
    """Lines of a table with a rule under its header. A line that does not fit is not broken."""
    made = Table(
        box=box.SIMPLE_HEAD if unicode else PLAIN,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
        border_style="dim",
    )
    for title, style in zip(header, styles, strict=True):
        made.add_column(title, style=style, no_wrap=True)
    for row in rows:
        made.add_row(*(_marked(cell) if cell.startswith("(") else Text(cell) for cell in row))
    natural = sum(max(Text(row[i]).cell_len for row in (*rows, header)) + 2 for i in range(len(header)))
    return _text(made, max(width, natural), colours)


def _marked(cell: str) -> Text:
    """`(head, current)` with each word in its colour."""
    text = Text(cell, style="dim")
    for word, style in MARKS.items():
        text.highlight_words([word], f"not dim {style}")
    return text


def moving(
    what: str, tail: str, seconds: float, *, share: float | None, width: int, colours: bool, unicode: bool
) -> str:
    """One line without its end: a sign that moves, how far it is where that is known, what runs, for how long."""
    line = Text(no_wrap=True)
    sign = SPINNER.render(seconds) if unicode else Text("...")
    assert isinstance(sign, Text)
    line.append_text(sign)
    line.append(f" {what}")
    bar = "" if share is None else _bar(share, colours, unicode)
    room = width - 3 - (BAR + 2 if bar else 0)  # a line that wraps could not be erased
    line.truncate(max(10, room - len(tail) - 2), overflow="ellipsis" if unicode else "crop")
    line.append(f"  {tail}", "dim")
    return f"  {bar}{'  ' if bar else ''}" + _text(line, width, colours).rstrip("\n")


SPINNER = Spinner("dots")


def _bar(share: float, colours: bool, unicode: bool) -> str:
    if not unicode:
        return f"{share:.0%}".rjust(BAR)
    return _text(ProgressBar(total=1.0, completed=share, width=BAR), BAR, colours).rstrip("\n")


def _text(thing: RenderableType, width: int, colours: bool) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=True,
        color_system="standard" if colours else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(thing, end="")
    return "".join(line.rstrip() + "\n" for line in file.getvalue().splitlines())
