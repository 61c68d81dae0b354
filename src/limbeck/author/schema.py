"""Things beside tables, as revisions and models write them: `schema.View("active", definition="SELECT ...")`.

Each is the value of `limbeck.model` with its name first, and with plain texts where the value holds SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from limbeck.model import objects
from limbeck.model.defaults import SequenceOptions as SequenceOptions
from limbeck.model.names import QualifiedName as QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

Sql = str | SqlText


def _sql(text: Sql) -> SqlText:
    return text if isinstance(text, SqlText) else SqlText(text)


def _qualified(name: Any, schema: str | None = None) -> QualifiedName:
    if isinstance(name, QualifiedName):
        return name
    if isinstance(name, (tuple, list)):
        return QualifiedName(*name)
    return QualifiedName(schema, name)


def Schema(name: str, *, comment: str | None = None) -> objects.Schema:
    return objects.Schema(name=name, comment=comment)


def Extension(name: str, *, schema: str | None = None, version: str | None = None) -> objects.Extension:
    """PostgreSQL's CREATE EXTENSION."""
    return objects.Extension(name=name, schema=schema, version=version)


def Enum(
    name: str, labels: Iterable[str] = (), *, schema: str | None = None, comment: str | None = None
) -> objects.Enum:
    """PostgreSQL's CREATE TYPE ... AS ENUM."""
    return objects.Enum(name=name, schema=schema, labels=tuple(labels), comment=comment)


def Domain(
    name: str,
    *,
    type: str | TypeRef,
    schema: str | None = None,
    default: Sql | None = None,
    not_null: bool = False,
    checks: Iterable[tuple[str | None, Sql]] = (),
    comment: str | None = None,
) -> objects.Domain:
    """`type` is the underlying type as SQL spells it."""
    return objects.Domain(
        name=name,
        schema=schema,
        type=TypeRef(type) if isinstance(type, str) else type,
        default=None if default is None else _sql(default),
        not_null=not_null,
        checks=tuple((check, _sql(text)) for check, text in checks),
        comment=comment,
    )


def Sequence(
    name: str,
    *,
    schema: str | None = None,
    options: SequenceOptions | None = None,
    data_type: str | None = None,
    owned_by: Any = None,
    comment: str | None = None,
) -> objects.Sequence:
    """`owned_by` is (table, column) of the column it goes with."""
    return objects.Sequence(
        name=name,
        schema=schema,
        options=options or SequenceOptions(),
        data_type=data_type,
        owned_by=None if owned_by is None else (_qualified(owned_by[0]), owned_by[1]),
        comment=comment,
    )


def View(
    name: str,
    *,
    definition: Sql,
    schema: str | None = None,
    materialized: bool = False,
    options: Iterable[tuple[str, Any]] = (),
    comment: str | None = None,
) -> objects.View:
    """`definition` is the SELECT."""
    return objects.View(
        name=name,
        schema=schema,
        definition=_sql(definition),
        materialized=materialized,
        options=tuple((key, value) for key, value in options),
        comment=comment,
    )


def Function(
    name: str,
    *,
    definition: Sql,
    schema: str | None = None,
    signature: str = "",
    procedure: bool = False,
    comment: str | None = None,
) -> objects.Function:
    """`definition` is the whole CREATE statement, `signature` the argument list that tells it apart."""
    return objects.Function(
        name=name,
        schema=schema,
        signature=signature,
        procedure=procedure,
        definition=_sql(definition),
        comment=comment,
    )


def Trigger(
    name: str, *, table: Any, definition: Sql, enabled: str = "O", comment: str | None = None
) -> objects.Trigger:
    """`definition` is the whole CREATE TRIGGER statement."""
    return objects.Trigger(
        name=name, table=_qualified(table), definition=_sql(definition), enabled=enabled, comment=comment
    )


def Policy(name: str, *, table: Any, definition: Sql, comment: str | None = None) -> objects.Policy:
    """`definition` is the whole CREATE POLICY statement."""
    return objects.Policy(name=name, table=_qualified(table), definition=_sql(definition), comment=comment)
