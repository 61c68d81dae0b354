"""What is given to the functions of `limbeck.op`, read: names, and options that only some databases know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limbeck.errors import WrongArgument
from limbeck.model.names import QualifiedName

from . import former
from .stage import current


def qualified(name: Any, schema: str | None = None) -> QualifiedName:
    """A name, or (schema, name)."""
    if isinstance(name, str):
        return QualifiedName(schema, name)
    return QualifiedName(*name)


def constraint_options(
    function: str, name: str | None, options: Mapping[str, Any], **own: Any
) -> dict[str, Any]:
    allowed = {"deferrable", "initially", "comment", "match", "use_alter"}
    shared = {key: value for key, value in options.items() if key in allowed}
    rest = dialect_options(function, {key: value for key, value in options.items() if key not in allowed})
    return {"name": name, **{k: v for k, v in own.items() if v is not None}, **shared, **rest}


def dialect_options(function: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Dialect options; anything else is a mistake in typing."""
    known = {*former.DIALECTS, current(function).backend.dialect.name} if options else former.DIALECTS
    for name in options:
        if name.split("_")[0] not in known:
            raise WrongArgument(function=function, argument=name, instead=former.instead_of(function, name))
    return dict(options)
