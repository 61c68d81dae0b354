"""Types and sequences that stand in the database by a name of their own: which a column needs, and as objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import sqlalchemy as sa

from limbeck.model.defaults import SequenceOptions
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Enum, Extension, Object, Sequence
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

from . import compat
from .names import model_name, qualified_name


class Spells(Protocol):
    dialect: Any
    spelling: Any

    def sql(self, clause: Any, place: str = "") -> SqlText: ...
    def type(self, type_: Any) -> TypeRef: ...


def named(type_: Any, dialect: Any) -> Iterator[Any]:
    """The named types of the dialect (PostgreSQL's ENUM and DOMAIN) in a type: itself, its items, what it wraps."""
    if compat.is_nameless(type_):
        return
    impl = compat.unwrapped(type_, dialect)
    if compat.is_of_dialect(impl, "postgresql", "ENUM", "DOMAIN"):
        if impl.name is not None:
            yield impl
    elif isinstance(impl, sa.ARRAY):
        yield from named(impl.item_type, dialect)


def needs(type_: Any, dialect: Any) -> tuple[QualifiedName, ...]:
    return tuple(qualified_name(t) for t in named(type_, dialect))


OF_EXTENSIONS = {"CITEXT": "citext", "HSTORE": "hstore"}
"""Types of PostgreSQL's dialect that an extension brings, and that extension."""


def extension_of(type_: Any, dialect: Any) -> Iterator[Extension]:
    """The extension without which the type is not there."""
    if dialect.name != "postgresql":
        return
    impl = type_ if compat.is_nameless(type_) else compat.unwrapped(type_, dialect)
    if isinstance(impl, sa.ARRAY):
        yield from extension_of(impl.item_type, dialect)
    elif compat.is_of_dialect(impl, "postgresql", *OF_EXTENSIONS):
        yield Extension(name=OF_EXTENSIONS[type(impl).__name__])


def objects_of(column: Any, by: Spells) -> Iterator[Object]:
    yield from extension_of(column.type, by.spelling)
    yield from of_type(column.type, by)
    for given in (column.default, compat.sequence_of(getattr(column.server_default, "arg", None))):
        if isinstance(given, sa.Sequence) and has_sequences(by.dialect, given):
            yield sequence(given)


def of_type(type_: Any, by: Spells) -> Iterator[Object]:
    for made in named(type_, by.spelling):
        yield enum(made) if compat.is_of_dialect(made, "postgresql", "ENUM") else domain(made, by)


def enum(type_: Any) -> Enum:
    key = qualified_name(type_)
    return Enum(name=key.name, schema=key.schema, labels=tuple(str(e) for e in type_.enums))


def domain(type_: Any, by: Spells) -> Domain:
    key = qualified_name(type_)
    check = None if type_.check is None else by.sql(type_.check, f"domain {key}")
    name = None if type_.constraint_name is None else model_name(type_.constraint_name)
    return Domain(
        name=key.name,
        schema=key.schema,
        type=by.type(type_.data_type),
        default=None if type_.default is None else by.sql(_clause(type_.default), f"domain {key}"),
        not_null=bool(type_.not_null),
        checks=() if check is None else ((name, check),),
    )


def _clause(default: Any) -> Any:
    """A plain string is a value, as it is for a column."""
    return sa.literal(default, sa.String()) if isinstance(default, str) else default


def has_sequences(dialect: Any, given: Any) -> bool:
    """Whether create_all makes this sequence on this database."""
    if not dialect.supports_sequences:
        return False
    return not (dialect.sequences_optional and given.optional)


def sequence(given: Any) -> Sequence:
    key = qualified_name(given)
    return Sequence(
        name=key.name,
        schema=key.schema,
        options=SequenceOptions(**compat.sequence_options(given)),
        data_type=None if given.data_type is None else str(given.data_type),
    )
