"""The bodies of upgrade() and downgrade(): operations as lines, with the imports they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from . import layout, operations

INDENT = 4


class Body(NamedTuple):
    """`lines` are indented as they stand in the function; `imports` are whole lines, sorted."""

    lines: tuple[str, ...]
    imports: tuple[str, ...]


def body(parts: Sequence[Any], width: int = layout.WIDTH) -> Body:
    """Lines for operations; a LimbeckError among them (no honest way back) becomes a line that raises."""
    lines: list[str] = []
    imports: set[str] = set()
    for part in parts:
        if isinstance(part, Exception):
            lines.append(
                " " * INDENT + f"raise NotImplementedError({layout.literal(str(part).splitlines()[0])})"
            )
            continue
        call = operations.call(part)
        imports.update(layout.imports_of(call))
        lines += (" " * INDENT + layout.text(call, indent=INDENT, width=width)).splitlines()
    return Body(tuple(lines) or (" " * INDENT + "pass",), sorted_imports(imports))


def sorted_imports(lines: Iterable[str]) -> tuple[str, ...]:
    """Whole import lines, plain ones first, each group by name."""
    return tuple(sorted(set(lines), key=lambda line: (line.startswith("from "), line.lower())))
