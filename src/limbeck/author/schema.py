"""Things beside tables, as models and revisions write them.

In the models they are registered on the MetaData, several at once:

    schema.register(
        Base.metadata,
        schema.View("adults", select(User).where(User.age >= 18)),
        schema.Trigger("touched", "CREATE TRIGGER touched ...", table="users"),
    )

Each word gives the value of `limbeck.model` with its name first, and takes plain texts where the value holds SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from limbeck.model import objects
from limbeck.model.defaults import SequenceOptions as SequenceOptions
from limbeck.model.names import QualifiedName as QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef

Sql = Any
"""A str; for the definition of a view also a SQLAlchemy select."""
Names = Iterable[Any]
"""Names of what must be there before: "users", ("other_schema", "users"), "double(integer)"."""


def register(metadata: Any, *things: objects.Object, dialects: str | Iterable[str] = ()) -> None:
    """Declares things beside tables: they are compared and migrated like the tables of this MetaData.

    `metadata` is a MetaData or a declarative base. `dialects` names the databases that they are for ("postgresql");
    without it they are for all."""
    from limbeck.shore import declared

    declared.register(metadata, things, (dialects,) if isinstance(dialects, str) else dialects)


def _sql(text: Sql) -> SqlText:
    if isinstance(text, SqlText):
        return text
    return SqlText(text) if isinstance(text, str) else SqlText("", clause=text)


def qualified(name: Any, schema: str | None = None) -> QualifiedName:
    """A name, a (schema, name), or a Table."""
    if isinstance(name, QualifiedName):
        return name
    if isinstance(name, (tuple, list)):
        return QualifiedName(*name)
    if isinstance(name, str):
        return QualifiedName(schema, name)
    table = getattr(name, "__table__", name)
    return QualifiedName(table.schema, str(table.name))


def _needs(names: Names) -> tuple[QualifiedName, ...]:
    return tuple(qualified(name) for name in names)


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
    type: Any,
    *,
    schema: str | None = None,
    default: Sql | None = None,
    not_null: bool = False,
    checks: Iterable[Any] = (),
    comment: str | None = None,
    depends_on: Names = (),
) -> objects.Domain:
    """`type` is the underlying type: as SQL spells it, or SQLAlchemy's. `checks` are conditions on VALUE, each a text or
    (name, text)."""
    return objects.Domain(
        name=name,
        schema=schema,
        type=type if isinstance(type, TypeRef) else _type(type),
        default=None if default is None else _sql(default),
        not_null=not_null,
        checks=tuple(_check(check) for check in checks),
        comment=comment,
        needs=_needs(depends_on),
    )


def _type(given: Any) -> TypeRef:
    return TypeRef(given) if isinstance(given, str) else TypeRef("", engine=given)


def _check(given: Any) -> tuple[str | None, SqlText]:
    if isinstance(given, (str, SqlText)):
        return None, _sql(given)
    name, text = given
    return name, _sql(text)


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
        owned_by=None if owned_by is None else (qualified(owned_by[0]), owned_by[1]),
        comment=comment,
    )


def View(
    name: str,
    definition: Sql = "",
    *,
    schema: str | None = None,
    materialized: bool = False,
    options: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
    comment: str | None = None,
    also: Iterable[str] = (),
    depends_on: Names = (),
) -> objects.View:
    """`definition` is the SELECT: a text, or a SQLAlchemy select. `also` are statements that are run whenever the view is
    made (grants, indexes of a materialized view); they are not compared."""
    pairs = options.items() if isinstance(options, Mapping) else options
    return objects.View(
        name=name,
        schema=schema,
        definition=_sql(definition),
        materialized=materialized,
        options=tuple((key, value) for key, value in pairs),
        comment=comment,
        also=tuple(also),
        needs=_needs(depends_on),
    )


def Function(
    name: str,
    definition: Sql = "",
    *,
    schema: str | None = None,
    signature: str = "",
    procedure: bool = False,
    comment: str | None = None,
    also: Iterable[str] = (),
    depends_on: Names = (),
) -> objects.Function:
    """`definition` is the whole CREATE statement. `signature` is the argument list that tells functions of one name apart;
    models need not say it where the database can be asked. `also` as with a View."""
    return objects.Function(
        name=name,
        schema=schema,
        signature=signature,
        procedure=procedure,
        definition=_sql(definition),
        comment=comment,
        also=tuple(also),
        needs=_needs(depends_on),
    )


def Procedure(name: str, definition: Sql = "", **more: Any) -> objects.Function:
    """A Function that is called by CALL; the same arguments."""
    return Function(name, definition, procedure=True, **more)


def Trigger(
    name: str,
    definition: Sql = "",
    *,
    table: Any,
    schema: str | None = None,
    enabled: str = "O",
    comment: str | None = None,
    depends_on: Names = (),
) -> objects.Trigger:
    """`definition` is the whole CREATE TRIGGER statement. `table` is a name, a (schema, name) or a Table; `enabled` is
    PostgreSQL's letter: O(rigin), D(isabled), R(eplica), A(lways)."""
    return objects.Trigger(
        name=name,
        table=qualified(table, schema),
        definition=_sql(definition),
        enabled=enabled,
        comment=comment,
        needs=_needs(depends_on),
    )


def Policy(
    name: str,
    definition: Sql = "",
    *,
    table: Any,
    schema: str | None = None,
    comment: str | None = None,
    depends_on: Names = (),
) -> objects.Policy:
    """PostgreSQL's row-level security policy; `definition` is the whole CREATE POLICY statement. A table with policies has
    row level security switched on."""
    return objects.Policy(
        name=name,
        table=qualified(table, schema),
        definition=_sql(definition),
        comment=comment,
        needs=_needs(depends_on),
    )


def Rule(
    name: str, definition: Sql = "", *, table: Any, schema: str | None = None, comment: str | None = None
) -> objects.Rule:
    """PostgreSQL's rule; `definition` is the whole CREATE RULE statement. Autogenerate puts rules back and does not compare
    them."""
    return objects.Rule(
        name=name, table=qualified(table, schema), definition=_sql(definition), comment=comment
    )


def RowSecurity(table: Any, *, schema: str | None = None, forced: bool = False) -> objects.RowSecurity:
    """That a table applies its policies; `forced` to its owner as well."""
    return objects.RowSecurity(table=qualified(table, schema), forced=forced)
