"""Values <-> JSON, derived from the dataclass fields, so that no field can be forgotten.

A dataclass is an object whose "is" tells the class; fields that have their default are left out. A list is a tuple;
what JSON has no word for is an object with its own "is". What rides along of SQLAlchemy (`clause`, `engine`,
`source`) is not written. The law: loads(dumps(x)) == x. Same value, same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any, Final

from limbeck.errors import NotASnapshot, NotStorable

from . import column, constraint, defaults, index, objects, sqltext, table, types
from .marks import UNCHANGED, Unknown
from .names import Name, QualifiedName
from .snapshot import BackendId, Snapshot

FORMAT: Final = 1
_RIDES_ALONG: Final = frozenset({"clause", "engine", "source"})
_MODULES: Final = (column, constraint, defaults, index, objects, sqltext, table, types)


def _classes() -> dict[str, type]:
    found: dict[str, type] = {"BackendId": BackendId}
    for module in _MODULES:
        for name, thing in vars(module).items():
            if isinstance(thing, type) and is_dataclass(thing):
                found[name] = thing
    return found


CLASSES: Final = _classes()
"""Every class of values by the word that "is" tells."""


def encode(value: Any) -> Any:
    """What json.dumps takes. Raises NotStorable for what is no value."""
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, QualifiedName):
        return {"is": "in", "name": encode(value.name), **_unless_none("schema", value.schema)}
    if isinstance(value, tuple):
        return [encode(v) for v in value]
    if isinstance(value, Name):
        return {"is": "name", "text": str(value), "quote": value.quote}
    if isinstance(value, list):
        return {"is": "list", "of": [encode(v) for v in value]}
    if isinstance(value, Mapping):
        return {"is": "dict", "of": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {"is": "bytes", "hex": value.hex()}
    if isinstance(value, Unknown):
        return {"is": "unknown", "what": object.__getattribute__(value, "_what")}
    if value is UNCHANGED:
        return {"is": "unchanged"}
    if is_dataclass(value) and not isinstance(value, type):
        return _encode_fields(value)
    raise NotStorable(type=type(value).__name__)


def _encode_fields(value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"is": type(value).__name__}
    kind: Any = type(value)
    for name, default in _fields(kind):
        one = getattr(value, name)
        if name == "imports" and isinstance(value, types.Call):
            default = usual_imports(value.name)
        if not isinstance(one, Unknown) and type(one) is type(default) and one == default:
            continue
        try:
            made[name] = encode(one)
        except NotStorable as error:
            place = f"{type(value).__name__}.{name}" + (f" > {error.place}" if error.place else "")
            raise NotStorable(type=error.type, place=place) from None
    return made


@lru_cache(maxsize=256)
def _fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (
            f.name,
            f.default
            if f.default is not MISSING
            else f.default_factory()
            if f.default_factory is not MISSING
            else MISSING,
        )
        for f in fields(cls)
        if f.name not in _RIDES_ALONG
    )


def usual_imports(name: str) -> tuple[str, ...]:
    """The import that a name in a Call takes nearly always; it is left out then."""
    package = name.partition(".")[0] if "." in name else ""
    if package == "sa":
        return ("import sqlalchemy as sa",)
    return (f"from sqlalchemy.dialects import {package}",) if package in _DIALECTS else ()


_DIALECTS: Final = frozenset({"mssql", "mysql", "oracle", "postgresql", "sqlite"})


def _unless_none(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: encode(value)}


def decode(data: Any, classes: Mapping[str, type] = CLASSES) -> Any:
    """The value again. `classes` may know more than the model does (operations)."""
    if isinstance(data, list):
        return tuple(decode(d, classes) for d in data)
    if not isinstance(data, dict):
        return data
    word = data.get("is")
    if word == "in":
        return QualifiedName(decode(data.get("schema"), classes), decode(data["name"], classes))
    if word == "name":
        return Name(data["text"], data["quote"])
    if word == "list":
        return [decode(d, classes) for d in data["of"]]
    if word == "dict":
        return {decode(k, classes): decode(v, classes) for k, v in data["of"]}
    if word == "bytes":
        return bytes.fromhex(data["hex"])
    if word == "unknown":
        return Unknown(data["what"])
    if word == "unchanged":
        return UNCHANGED
    if not isinstance(word, str) or word not in classes:
        raise NotASnapshot(why=f"it speaks of {word!r}, which nobody knows.")
    told = {name: decode(d, classes) for name, d in data.items() if name != "is"}
    if word == "Call" and "imports" not in told:
        told["imports"] = usual_imports(str(told.get("name", "")))
    try:
        return classes[word](**told)
    except TypeError as error:
        raise NotASnapshot(why=f"{word}: {error}.") from None


def dumps(value: Any) -> str:
    """One value as text."""
    return json.dumps(encode(value), ensure_ascii=False, indent=1)


def loads(text: str) -> Any:
    return decode(_parsed(text, ""))


# -- the snapshot file


def dump_snapshot(snapshot: Snapshot) -> str:
    """The text of a snapshot file: of which backend and version, as stored or as declared, then all by name."""
    whole = {
        "limbeck snapshot": FORMAT,
        "backend": encode(snapshot.backend),
        "stored": snapshot.stored,
        "partial": snapshot.partial,
        "tables": [encode(t) for t in _sorted(snapshot.tables.values())],
        "objects": [encode(o) for o in _sorted(snapshot.objects.values())],
    }
    return _laid_out(whole) + "\n"


_LINE: Final = 120


def _laid_out(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON text in which what fits on a line stands on one: a column, an index is a line of a `git diff`."""
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) + before <= _LINE or not isinstance(value, (dict, list)) or not value:
        return whole
    inside = indent + 1
    if isinstance(value, list):
        parts = [_laid_out(v, inside, inside) for v in value]
        opens, closes = "[]"
    else:
        named = ((json.dumps(k, ensure_ascii=False) + ": ", v) for k, v in value.items())
        parts = [name + _laid_out(v, inside, inside + len(name)) for name, v in named]
        opens, closes = "{}"
    between = ",\n" + " " * inside
    return f"{opens}\n{' ' * inside}{between.join(parts)}\n{' ' * indent}{closes}"


def load_snapshot(text: str, file: str = "") -> Snapshot:
    """Raises NotASnapshot, naming the file."""
    whole = _parsed(text, file)
    if not isinstance(whole, dict) or "limbeck snapshot" not in whole:
        raise NotASnapshot(why='it does not begin with "limbeck snapshot".', file=file)
    if whole["limbeck snapshot"] != FORMAT:
        raise NotASnapshot(why=f"its format is {whole['limbeck snapshot']}, this is {FORMAT}.", file=file)
    try:
        return Snapshot.of(
            decode(whole["backend"]),
            decode(whole["tables"]),
            decode(whole["objects"]),
            stored=whole["stored"],
            partial=whole["partial"],
        )
    except NotASnapshot as error:
        raise NotASnapshot(why=error.why, file=file) from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotASnapshot(why=f"{type(error).__name__}: {error}.", file=file) from None


def _sorted(things: Iterable[Any]) -> list[Any]:
    return sorted(things, key=lambda t: (getattr(t, "kind", ""), t.key.schema or "", t.key.name))


def _parsed(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotASnapshot(why=f"it is no JSON ({error}).", file=file) from None
