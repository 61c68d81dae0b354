"""What else changes in a snapshot when a schema is renamed: every name in it, and every name of what is in it."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

_HIDDEN = frozenset({"source", "clause", "engine", "python"})


def with_schema_renamed(before: Snapshot, old: str, new: str) -> Snapshot:
    """Tables and objects of the schema are in the new one; what names them, also in SQL text, says so."""
    word = re.escape(old)
    quoted = re.escape('"' + old.replace('"', '""') + '"')
    place = re.compile(rf"""(?<![\w."'])(?:{word}|{quoted})\.(?=[\w"])""")
    said = f"{new}." if re.fullmatch(r"[a-z_][a-z0-9_$]*", new) else '"' + new.replace('"', '""') + '".'

    def moved(value: Any) -> Any:
        if isinstance(value, QualifiedName):
            return QualifiedName(new, value.name) if value.schema == old else value
        if isinstance(value, SqlText):
            text = place.sub(lambda _: said, value.text)
            return value if text == value.text else SqlText(text)
        if isinstance(value, TypeRef):
            spelling = place.sub(lambda _: said, value.spelling)
            needs = tuple(moved(name) for name in value.needs)
            return (
                value
                if (spelling, needs) == (value.spelling, value.needs)
                else TypeRef(spelling, needs=needs)
            )
        if isinstance(value, tuple):
            parts = tuple(moved(part) for part in value)
            return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
        return _fields_moved(value) if is_dataclass(value) else value

    def _fields_moved(value: Any) -> Any:
        changed: dict[str, Any] = {}
        for field in fields(value):
            part = getattr(value, field.name)
            other = new if field.name == "schema" and part == old else moved(part)
            if field.name not in _HIDDEN and other is not part:
                changed[field.name] = other
        if not changed:
            return value
        hidden = {name: None for name in ("source",) if any(f.name == name for f in fields(value))}
        return replace(value, **changed, **hidden)

    return Snapshot.of(
        before.backend,
        (moved(table) for table in before.tables.values()),
        (moved(thing) for thing in before.objects.values()),
        stored=before.stored,
        partial=before.partial,
    )
