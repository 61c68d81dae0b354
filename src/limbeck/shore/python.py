"""The Python that makes a type, as a revision file writes it: `sa.String(length=50)`, with its import lines.

Arguments are found by the names of the constructor's parameters; what is found is tried at once: a Call that does not
make a type of the same spelling is thrown away, and None says so. Rather no Python than wrong Python.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from limbeck.model.types import Call, Raw

from . import compat

SA = ("import sqlalchemy as sa",)


class _NoPython(Exception):
    """Nobody knows how to write this."""


def expression(type_: Any, spelled: str, spell: Callable[[Any], str]) -> Call | Raw | None:
    """How a revision file makes the type, None where that cannot be told. `spell` tells a type's text where it
    stands."""
    try:
        variants = compat.variants(type_)
        if not variants:
            call = call_of(type_)
            return call if spell(made_by(call)) == spelled else None
        base = call_of(compat.without_variants(type_))
        others = {name: call_of(other) for name, other in variants.items()}
        again = made_by(base)
        for name, other in others.items():
            again = again.with_variant(made_by(other), name)
        return with_variants(base, others) if spell(again) == spelled else None
    except Exception:  # a user's constructor may do anything: then we know nothing
        return None


def with_variants(base: Call, others: dict[str, Call]) -> Raw:
    text = written(base) + "".join(f".with_variant({written(o)}, {written(n)})" for n, o in others.items())
    return Raw(
        text, tuple(dict.fromkeys((*imports_of(base), *(i for o in others.values() for i in imports_of(o)))))
    )


def call_of(type_: Any) -> Call:
    """Raises _NoPython (or anything a user's class raises) where it cannot be told."""
    kind: Any = type(type_)
    name, imports = place_of(kind)
    args, options = arguments(type_)
    call = Call(name, args, options, imports)
    return call if type(type_).__module__.startswith("sqlalchemy.") else shortened(call)


def shortened(call: Call) -> Call:
    """Without the options that change nothing: a user's constructor may have defaults its signature does not tell."""
    whole = made_by(call)
    for option in call.options:
        less = Call(call.name, call.args, tuple(o for o in call.options if o is not option), call.imports)
        try:
            call = less if _alike(made_by(less), whole) else call
        except Exception:  # it must be given
            continue
    return call


def _alike(one: Any, other: Any) -> bool:
    """Whether all their attributes look the same, wherever they come from."""
    names = vars(one).keys() | vars(other).keys()
    return all(repr(getattr(one, n, None)) == repr(getattr(other, n, None)) for n in names)


# -- the name


@lru_cache(maxsize=1024)
def place_of(cls: Any) -> tuple[str, tuple[str, ...]]:
    """How the class is named in a revision file, and the import that takes."""
    name = cls.__name__
    for prefix, module in (("sa", sa), ("sa.types", sa.types)):
        if getattr(module, name, None) is cls:
            return f"{prefix}.{name}", SA
    parts = cls.__module__.split(".")
    if parts[:2] == ["sqlalchemy", "dialects"]:
        if getattr(importlib.import_module(".".join(parts[:3])), name, None) is not cls:
            raise _NoPython(name)
        return f"{parts[2]}.{name}", (f"from sqlalchemy.dialects import {parts[2]}",)
    return _users(cls, parts)


def _users(cls: type, parts: list[str]) -> tuple[str, tuple[str, ...]]:
    """A class of somebody else's: by the shortest module that has it."""
    if "<" in cls.__qualname__ or parts[0] == "__main__":
        raise _NoPython(cls.__qualname__)
    for count in range(1, len(parts) + 1):
        module = ".".join(parts[:count])
        found: Any = sys.modules.get(module)
        for word in cls.__qualname__.split("."):
            found = getattr(found, word, None)
        if found is cls:
            return f"{module}.{cls.__qualname__}", (f"import {module}",)
    raise _NoPython(cls.__qualname__)


# -- the arguments

Arguments = tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]


def arguments(type_: Any) -> Arguments:
    if isinstance(type_, sa.Enum):
        return _enum(type_)
    if compat.is_of_dialect(type_, "mysql", "SET"):
        bitwise = (("retrieve_as_bitwise", True),) if type_.retrieve_as_bitwise else ()
        return tuple(type_.values), (*bitwise, *_named(type_, skip=("values", "length")))
    if isinstance(type_, sa.types.SchemaType) and isinstance(type_, sa.Boolean):
        return (), ()  # its CHECK is a constraint of the table
    if isinstance(type_, sa.types.TypeDecorator) and _wraps(type(type_)):
        inner = type_.impl_instance
        default = type(type_).impl
        if type(inner) is not (default if isinstance(default, type) else type(default)):
            return (), ()
        return arguments(inner)
    return (), tuple(_named(type_))


def _wraps(cls: Any) -> bool:
    """Whether the decorator's constructor hands everything on to what it decorates."""
    return _constructor(cls) is _constructor(sa.types.TypeDecorator)


def _constructor(cls: Any) -> Any:
    return next(vars(base)["__init__"] for base in cls.__mro__ if "__init__" in vars(base))


def _enum(type_: Any) -> Arguments:
    skip: tuple[str, ...] = (
        "enums",
        "inherit_schema",
        "metadata",
        "create_type",
        "create_constraint",
        "validate_strings",
    )
    skip = (
        *skip,
        "values_callable",
        "sort_key_function",
        "omit_aliases",
        "name",
        "schema",
        "quote",
        "length",
    )
    options: list[tuple[str, Any]] = []
    if type_.name is not None:
        options.append(("name", str(type_.name)))
    if type_.schema is not None:
        options.append(("schema", str(type_.schema)))
    if getattr(type_.name, "quote", None) is not None:
        options.append(("quote", type_.name.quote))
    if not type_.native_enum:
        options.append(("native_enum", False))
    if not type_.native_enum and type_.length != max((len(e) for e in type_.enums), default=0):
        options.append(("length", type_.length))
    return tuple(map(str, type_.enums)), (*options, *_named(type_, skip=skip))


def _named(type_: Any, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The parameters whose value is not the default."""
    ours = type(type_).__module__.startswith("sqlalchemy.")
    kind: Any = type(type_)
    for name, default in parameters(kind).items():
        if name in skip or name.startswith("_"):
            continue
        value = _value(type_, name)
        if value is inspect.Parameter.empty:
            if ours:
                continue
            raise _NoPython(name)
        if _same(value, default):
            continue
        try:
            yield name, plain(value)
        except _NoPython:
            if not ours:
                raise


def _value(type_: Any, name: str) -> Any:
    for attribute in (name, f"_{name}"):
        if attribute in vars(type_):
            return vars(type_)[attribute]
    value = getattr(type_, name, inspect.Parameter.empty)
    return inspect.Parameter.empty if callable(value) and not isinstance(value, type) else value


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and bool(value == default))


@lru_cache(maxsize=1024)
def parameters(cls: Any) -> dict[str, Any]:
    """Of the constructor, and of those it hands **kw to; with defaults."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        constructor = base.__dict__.get("__init__")
        if constructor is None or base is object:
            continue
        hands_on = False
        for position, one in enumerate(inspect.signature(constructor).parameters.values()):
            if one.kind is one.VAR_KEYWORD:
                hands_on = True
            elif one.kind is not one.VAR_POSITIONAL and position:
                found.setdefault(one.name, one.default)
        if not hands_on:
            break
    return found


def plain(value: Any) -> Any:
    """A value as an argument of a Call."""
    if isinstance(value, enum.Enum):
        kind: Any = type(value)
        name, imports = place_of(kind) if _is_ours(value) else _users(kind, _parts(value))
        return Raw(f"{name}.{value.name}", imports)
    if value is None or type(value) in (str, int, float, bool, bytes):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return (
            type(value)(plain(v) for v in value) if type(value) in (list, tuple) else tuple(map(plain, value))
        )
    if type(value) is dict:
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, sa.types.TypeEngine):
        if compat.variants(value):
            raise _NoPython("a variant inside")
        return call_of(value)
    if isinstance(value, type) and issubclass(value, sa.types.TypeEngine):
        kind = value
        name, imports = place_of(kind)
        return Call(name, imports=imports)
    if isinstance(value, sa.TextClause):
        return Call("sa.text", (value.text,), imports=SA)
    raise _NoPython(type(value).__name__)


def _is_ours(value: Any) -> bool:
    return type(value).__module__.startswith("sqlalchemy.dialects")


def _parts(value: Any) -> list[str]:
    return type(value).__module__.split(".")


# -- and back


def made_by(value: Any) -> Any:
    """What the Call makes, without reading Python."""
    if isinstance(value, Call):
        args = [made_by(a) for a in value.args]
        return named(value.name)(*args, **{k: made_by(v) for k, v in value.options})
    if isinstance(value, Raw):
        return named(value.text)
    if isinstance(value, (list, tuple)):
        return type(value)(made_by(v) for v in value)
    if isinstance(value, dict):
        return {k: made_by(v) for k, v in value.items()}
    return value


def named(path: str) -> Any:
    words = path.split(".")
    if words[0] == "sa":
        found: Any = sa
        words = words[1:]
    elif words[0] in ("postgresql", "mysql", "sqlite", "mssql", "oracle"):
        found = importlib.import_module(f"sqlalchemy.dialects.{words[0]}")
        words = words[1:]
    else:
        count = max(n for n in range(1, len(words)) if ".".join(words[:n]) in sys.modules)
        found, words = sys.modules[".".join(words[:count])], words[count:]
    for word in words:
        found = getattr(found, word)
    return found


def imports_of(value: Any) -> Iterator[str]:
    if isinstance(value, Call):
        yield from value.imports
        for inner in (*value.args, *(v for _, v in value.options)):
            yield from imports_of(inner)
    elif isinstance(value, Raw):
        yield from value.imports
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from imports_of(inner)


def written(value: Any) -> str:
    """On one line."""
    if isinstance(value, Call):
        options = [f"{name}={written(one)}" for name, one in value.options]
        return f"{value.name}({', '.join([*map(written, value.args), *options])})"
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, str) and value.isprintable():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
    return repr(value)
