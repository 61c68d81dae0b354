"""The part of `limbeck.op` about what stands beside tables: schemas, enums, domains, sequences, views, functions, triggers,
policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from limbeck.model import objects
from limbeck.model.defaults import SequenceOptions
from limbeck.shore import declared

from . import reading
from . import schema as words
from .stage import current

Text = Any
"""SQL: a str, and for a view also a SQLAlchemy select."""


def create_object(thing: objects.Object, *, if_not_exists: bool = False) -> None:
    """Creates what `limbeck.schema` describes: `op.create_object(schema.View("active", definition="SELECT ..."))`."""
    from limbeck.ops.object import CreateObject

    current("create_object").do(CreateObject(thing=_settled(thing), if_not_exists=if_not_exists))


def drop_object(thing: objects.Object, *, if_exists: bool = False) -> None:
    """Drops it; only what identifies it matters."""
    from limbeck.ops.object import DropObject

    current("drop_object").do(DropObject(thing=thing, if_exists=if_exists))


def alter_object(have: objects.Object, want: objects.Object) -> None:
    """From one look to another of the same name."""
    from limbeck.ops.object import AlterObject

    current("alter_object").do(AlterObject(have=have, want=want))


def replace_object(thing: objects.Object) -> None:
    """CREATE OR REPLACE of what `limbeck.schema` describes."""
    from limbeck.ops.object import ReplaceObject

    current("replace_object").do(ReplaceObject(thing=_settled(thing)))


def _settled(thing: objects.Object) -> objects.Object:
    """A select becomes the text that this database understands."""
    return declared.settled(thing, current("create_object").freeze())


def rename_object(object_kind: str, name: Any, new_name: str, *, schema: str | None = None) -> None:
    """Renames a view, sequence, enum ...: `op.rename_object("view", "old", "new")`."""
    from limbeck.ops.object import RenameObject

    operation = RenameObject(object_kind=object_kind, name=reading.qualified(name, schema), new_name=new_name)
    current("rename_object").do(operation)


def create_schema(name: str, *, if_not_exists: bool = False) -> None:
    """Creates a schema."""
    create_object(objects.Schema(name=name), if_not_exists=if_not_exists)


def drop_schema(name: str, *, if_exists: bool = False) -> None:
    """Drops a schema, which must be empty."""
    drop_object(objects.Schema(name=name), if_exists=if_exists)


def create_enum(
    name: str, labels: Sequence[str], *, schema: str | None = None, if_not_exists: bool = False
) -> None:
    """Creates PostgreSQL's enum type."""
    create_object(objects.Enum(name=name, schema=schema, labels=tuple(labels)), if_not_exists=if_not_exists)


def drop_enum(name: str, *, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops an enum type."""
    drop_object(objects.Enum(name=name, schema=schema), if_exists=if_exists)


def add_enum_value(
    enum: Any,
    value: str,
    *,
    before: str | None = None,
    after: str | None = None,
    schema: str | None = None,
    if_not_exists: bool = False,
) -> None:
    """Adds a label to an enum type, last or before or after another one."""
    from limbeck.ops.enum import AddEnumValue

    current("add_enum_value").do(
        AddEnumValue(
            enum=reading.qualified(enum, schema),
            value=value,
            before=before,
            after=after,
            if_not_exists=if_not_exists,
        )
    )


def rename_enum_value(enum: Any, value: str, new_value: str, *, schema: str | None = None) -> None:
    """Renames a label of an enum type; rows that have it have the new one."""
    from limbeck.ops.enum import RenameEnumValue

    operation = RenameEnumValue(enum=reading.qualified(enum, schema), value=value, new_value=new_value)
    current("rename_enum_value").do(operation)


def create_sequence(
    name: str,
    *,
    schema: str | None = None,
    start: int | None = None,
    increment: int | None = None,
    minvalue: int | None = None,
    maxvalue: int | None = None,
    cycle: bool | None = None,
    cache: int | None = None,
    data_type: str | None = None,
    if_not_exists: bool = False,
) -> None:
    """Creates a sequence."""
    options = SequenceOptions(
        start=start, increment=increment, minvalue=minvalue, maxvalue=maxvalue, cycle=cycle, cache=cache
    )
    made = objects.Sequence(name=name, schema=schema, options=options, data_type=data_type)
    create_object(made, if_not_exists=if_not_exists)


def drop_sequence(name: str, *, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a sequence."""
    drop_object(objects.Sequence(name=name, schema=schema), if_exists=if_exists)


# -- views and code


def create_view(
    name: str,
    definition: Text,
    *,
    schema: str | None = None,
    materialized: bool = False,
    options: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
    comment: str | None = None,
    also: Iterable[str] = (),
    if_not_exists: bool = False,
) -> None:
    """Creates a view: `op.create_view("adults", "SELECT id FROM users WHERE age >= 18")`. `also` are statements that are
    run behind it (grants, the owner, indexes of a materialized view)."""
    made = words.View(
        name,
        definition,
        schema=schema,
        materialized=materialized,
        options=options,
        comment=comment,
        also=also,
    )
    create_object(made, if_not_exists=if_not_exists)


def replace_view(
    name: str,
    definition: Text,
    *,
    schema: str | None = None,
    options: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
) -> None:
    """Gives a view another SELECT in its place; its comment and grants stay. The columns it has must stay too, further
    ones may come behind them."""
    replace_object(words.View(name, definition, schema=schema, options=options))


def drop_view(
    name: str, *, schema: str | None = None, materialized: bool = False, if_exists: bool = False
) -> None:
    """Drops a view."""
    drop_object(words.View(name, schema=schema, materialized=materialized), if_exists=if_exists)


def create_function(
    name: str,
    definition: str,
    *,
    signature: str = "",
    schema: str | None = None,
    comment: str | None = None,
    also: Iterable[str] = (),
) -> None:
    """Creates a function by its whole CREATE statement. `signature` is its argument list, for the way back."""
    create_object(
        words.Function(name, definition, signature=signature, schema=schema, comment=comment, also=also)
    )


def replace_function(
    name: str, definition: str, *, signature: str = "", schema: str | None = None, procedure: bool = False
) -> None:
    """CREATE OR REPLACE by the whole CREATE statement; what uses it is not disturbed."""
    replace_object(words.Function(name, definition, signature=signature, schema=schema, procedure=procedure))


def drop_function(
    name: str, *, signature: str = "", schema: str | None = None, if_exists: bool = False
) -> None:
    """Drops a function: `op.drop_function("double", signature="integer")`."""
    drop_object(words.Function(name, signature=signature, schema=schema), if_exists=if_exists)


def create_procedure(
    name: str,
    definition: str,
    *,
    signature: str = "",
    schema: str | None = None,
    comment: str | None = None,
    also: Iterable[str] = (),
) -> None:
    """Creates a procedure by its whole CREATE statement."""
    create_object(
        words.Procedure(name, definition, signature=signature, schema=schema, comment=comment, also=also)
    )


def drop_procedure(
    name: str, *, signature: str = "", schema: str | None = None, if_exists: bool = False
) -> None:
    """Drops a procedure."""
    drop_object(words.Procedure(name, signature=signature, schema=schema), if_exists=if_exists)


def create_trigger(
    name: str,
    definition: str,
    *,
    table: Any,
    schema: str | None = None,
    enabled: str = "O",
    comment: str | None = None,
) -> None:
    """Creates a trigger by its whole CREATE statement: `op.create_trigger("touched", "CREATE TRIGGER ...", table="users")`."""
    create_object(
        words.Trigger(name, definition, table=table, schema=schema, enabled=enabled, comment=comment)
    )


def drop_trigger(name: str, *, table: Any, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a trigger."""
    drop_object(words.Trigger(name, table=table, schema=schema), if_exists=if_exists)


def create_policy(
    name: str, definition: str, *, table: Any, schema: str | None = None, comment: str | None = None
) -> None:
    """Creates a row-level security policy by its whole CREATE statement; see also op.enable_row_security."""
    create_object(words.Policy(name, definition, table=table, schema=schema, comment=comment))


def drop_policy(name: str, *, table: Any, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a policy."""
    drop_object(words.Policy(name, table=table, schema=schema), if_exists=if_exists)


def enable_row_security(table: Any, *, schema: str | None = None, forced: bool = False) -> None:
    """The table applies its policies to all but its owner; `forced` to its owner as well."""
    create_object(words.RowSecurity(table, schema=schema, forced=forced))


def disable_row_security(table: Any, *, schema: str | None = None, forced: bool = False) -> None:
    """The table no longer asks its policies. `forced` says that it was forced, which is taken back too."""
    drop_object(words.RowSecurity(table, schema=schema, forced=forced))


def create_domain(
    name: str,
    type: Any,
    *,
    schema: str | None = None,
    default: Text | None = None,
    not_null: bool = False,
    checks: Iterable[Any] = (),
    comment: str | None = None,
) -> None:
    """Creates a domain: `op.create_domain("email", "text", checks=["VALUE LIKE '%@%'"])`."""
    made = words.Domain(
        name, type, schema=schema, default=default, not_null=not_null, checks=checks, comment=comment
    )
    create_object(made)


def drop_domain(name: str, *, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a domain."""
    drop_object(words.Domain(name, "", schema=schema), if_exists=if_exists)
