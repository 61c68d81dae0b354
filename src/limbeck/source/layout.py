"""A Call as text: on one line where it fits, else an argument a line, with a comma behind each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limbeck.model.types import Call, Raw

WIDTH = 100


def text(value: Any, *, indent: int = 0, width: int = WIDTH, before: int = 0, after: int = 0) -> str:
    """The Python source of a Call, a Raw or a plain value.

    `indent` is the column its lines start at, `before` and `after` are characters that share its first and last line.
    The first line is not indented. Raises TypeError for a value that has no exact literal.
    """
    short = _flat(value)
    if indent + before + len(short) + after <= width and "\n" not in short:
        return short
    opened = _opened(value)
    if opened is None:
        return short
    head, parts, tail = opened
    inner = indent + 4
    lines = [
        " " * inner + prefix + text(part, indent=inner, width=width, before=len(prefix), after=1) + ","
        for prefix, part in parts
    ]
    return "\n".join([head, *lines, " " * indent + tail])


def imports_of(value: Any) -> Iterator[str]:
    """Every import line that the value's text needs, with repetitions."""
    if isinstance(value, Raw):
        yield from value.imports
    elif isinstance(value, Call):
        yield from value.imports
        for part in (*value.args, *(v for _, v in value.options)):
            yield from imports_of(part)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for part in value:
            yield from imports_of(part)
    elif isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            yield from imports_of(part)


def literal(value: str) -> str:
    """A string literal in double quotes where that needs no more escapes than single ones."""
    plain = repr(value)
    if plain.startswith("'") and '"' not in plain:
        return '"' + plain[1:-1].replace("\\'", "'") + '"'
    return plain


def _flat(value: Any) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Call):
        parts = [_flat(a) for a in value.args] + [f"{k}={_flat(v)}" for k, v in value.options]
        return f"{value.name}({', '.join(parts)})"
    if value is None or isinstance(value, (bool, int, bytes)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else f'float("{value}")'
    if isinstance(value, str):
        quote = getattr(value, "quote", None)  # model.names.Name
        return literal(value) if quote is None else f"sa.quoted_name({literal(str(value))}, {quote})"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_flat, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flat(k)}: {_flat(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"no exact Python literal for a value of type {type(value).__name__}")


def _opened(value: Any) -> tuple[str, list[tuple[str, Any]], str] | None:
    """First line, parts with what stands before each, last line; None for what cannot be split."""
    if isinstance(value, Call):
        parts: list[tuple[str, Any]] = [("", a) for a in value.args]
        parts += [(f"{k}=", v) for k, v in value.options]
        return (f"{value.name}(", parts, ")") if parts else None
    if isinstance(value, list) and value:
        return "[", [("", v) for v in value], "]"
    if isinstance(value, tuple) and value:
        return "(", [("", v) for v in value], ")"
    if isinstance(value, dict) and value:
        return "{", [(f"{_flat(k)}: ", v) for k, v in value.items()], "}"
    return None
