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
        written = _lines(part, INDENT, width)
        imports.update(written.imports)
        lines += written.lines
    return Body(tuple(lines) or (" " * INDENT + "pass",), sorted_imports(imports))


def _lines(operation: Any, indent: int, width: int) -> Body:
    """One call, or a block where it is several operations (`with op.together():`)."""
    parts = getattr(operation, "operations", None) if operation.kind == "several" else None
    if not parts:
        call = operations.call(operation)
        text = " " * indent + layout.text(call, indent=indent, width=width)
        return Body(tuple(text.splitlines()), tuple(layout.imports_of(call)))
    inner = [_lines(part, indent + INDENT, width) for part in parts]
    return Body(
        (" " * indent + "with op.together():", *(line for each in inner for line in each.lines)),
        (*operations.OP, *(line for each in inner for line in each.imports)),
    )


def sorted_imports(lines: Iterable[str]) -> tuple[str, ...]:
    """Whole import lines, plain ones first, each group by name."""
    return tuple(sorted(set(lines), key=lambda line: (line.startswith("from "), line.lower())))
