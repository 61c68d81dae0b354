"""Which views, functions, triggers and the like the revisions of a folder have made, read without running them.

It tells a project's own things from those that somebody made by hand: `op.create_view("adults", ...)` in any revision
makes the view `adults` the project's. Names that are computed are not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_KINDS = {
    "create_view": "view",
    "create_function": "function",
    "create_procedure": "function",
    "create_trigger": "trigger",
    "create_policy": "policy",
    "enable_row_security": "row_security",
    "create_domain": "domain",
}
_WORDS = {
    "View": "view",
    "Function": "function",
    "Procedure": "function",
    "Trigger": "trigger",
    "Policy": "policy",
    "RowSecurity": "row_security",
    "Domain": "domain",
}


class Made(NamedTuple):
    """`table` is "" for what stands alone; `name` is "" for row level security."""

    kind: str
    schema: str | None
    table: str
    name: str


def made_by(paths: Iterable[str]) -> frozenset[Made]:
    """All that these files make, in upgrade or downgrade."""
    return frozenset(made for path in paths for made in _of_file(Path(path)))


def _of_file(path: Path) -> Iterator[Made]:
    try:
        data = path.read_bytes()
        if not any(word.encode() in data for word in (*_KINDS, "create_object")):
            return
        tree = ast.parse(data)
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in _KINDS:
            yield from _of_call(_KINDS[node.func.attr], node)
        elif node.func.attr == "create_object" and node.args and isinstance(thing := node.args[0], ast.Call):
            word = thing.func.attr if isinstance(thing.func, ast.Attribute) else ""
            if word in _WORDS:
                yield from _of_call(_WORDS[word], thing)


def _of_call(kind: str, call: ast.Call) -> Iterator[Made]:
    said = {keyword.arg: _constant(keyword.value) for keyword in call.keywords}
    first = _constant(call.args[0]) if call.args else said.get("name")
    table, schema = said.get("table"), said.get("schema")
    if kind == "row_security":
        first, table = "", table or first
    if isinstance(table, tuple) and len(table) == 2:
        schema, table = table
    if isinstance(first, str):
        yield Made(
            kind, schema if isinstance(schema, str) else None, table if isinstance(table, str) else "", first
        )


def _constant(node: ast.expr) -> object:
    """A literal, or the arguments of `schema.QualifiedName(...)`; None for all else."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "QualifiedName"
    ):
        return tuple(_constant(part) for part in node.args)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
