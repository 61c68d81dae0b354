"""An operation as the Call of the author's function, derived from its dataclass fields.

A field whose metadata say "positional" is written by position, "star" item by item, "never" not at all; every other is
written by keyword unless it has its default. A table's name takes its schema along as `schema=`. What a few kinds write
in another manner (a table's items, a constraint's own function) stands in SHAPES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, fields
from typing import Any

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import (
    ByDatabase,
    Computed,
    Identity,
    SequenceDefault,
    SequenceOptions,
    TextDefault,
)
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import Call, Raw, TypeRef

from . import rows, values

OP = ("from limbeck import op",)
Arguments = tuple[list[Any], list[tuple[str, Any]]]


def call(operation: Any) -> Call:
    """`op.<kind>(...)` for any operation whose fields are model values."""
    shape = SHAPES.get(operation.kind)
    if shape is not None:
        return shape(operation)
    return made(operation.kind, *arguments(operation))


def made(kind: str, args: Iterable[Any], options: Iterable[tuple[str, Any]]) -> Call:
    return Call(f"op.{kind}", tuple(args), tuple(options), OP)


def arguments(operation: Any, skip: frozenset[str] = frozenset()) -> Arguments:
    """Positional and keyword arguments of all fields but the skipped ones."""
    args: list[Any] = []
    options: list[tuple[str, Any]] = []
    schema: str | None = None
    for part in fields(operation):
        value = getattr(operation, part.name)
        written = part.metadata.get("written", "keyword")
        if written == "never" or part.name in skip:
            continue
        if isinstance(value, QualifiedName) and part.name == "table":
            schema = value.schema
            value = value.name
        if part.name == "options":
            options += values.dialect_options(value)
        elif written == "star":
            args += [argument(item) for item in value]
        elif written == "positional":
            args.append(argument(value))
        elif value != default_of(part):
            options.append((part.name, argument(value)))
    if schema is not None:
        options.append(("schema", schema))
    return args, options


def default_of(part: Field[Any]) -> Any:
    if part.default is not MISSING:
        return part.default
    return part.default_factory() if part.default_factory is not MISSING else MISSING


def argument(value: Any) -> Any:
    """A model value as an argument."""
    if isinstance(value, Column):
        return values.column(value)
    if isinstance(value, TypeRef):
        return values.type_(value)
    if isinstance(value, SqlText):
        return values.sql(value)
    if isinstance(value, (TextDefault, Computed, Identity, SequenceDefault, ByDatabase)):
        return values.default(value)
    if isinstance(value, (PrimaryKey, Unique, ForeignKey, Check, Exclude, Other)):
        return values.constraint(value)
    if isinstance(value, QualifiedName):
        return value.name if value.schema is None else list(value)
    if isinstance(value, tuple):
        return [argument(item) for item in value]
    return value


# -- kinds with a manner of their own -----------------------------------------------------------------------


def _create_table(operation: Any) -> Call:
    table: Table = operation.table
    options: list[tuple[str, Any]] = []
    if table.schema is not None:
        options.append(("schema", table.schema))
    if table.comment is not None:
        options.append(("comment", table.comment))
    if table.prefixes:
        options.append(("prefixes", list(table.prefixes)))
    options += values.dialect_options(table.options)
    _, more = arguments(operation, frozenset({"table"}))
    return made("create_table", [table.name, *values.table_items(table)], [*options, *more])


def _add_column(operation: Any) -> Call:
    """Inline constraints stand behind the column, as items of a table do."""
    args, options = arguments(operation, frozenset({"inline"}))
    args[1] = values.column(operation.column)  # it says itself that it numbers rows: it is in no table yet
    return made("add_column", [*args, *(values.constraint(c) for c in operation.inline)], options)


def _create_index(operation: Any) -> Call:
    index: Index = operation.index
    table: QualifiedName = operation.table
    _, options = arguments(operation, frozenset({"index", "table"}))
    schema = [("schema", table.schema)] if table.schema is not None else []
    elements = list(values.index_elements(index))
    return made(
        "create_index", [index.name, table.name, elements], [*values.index_options(index), *schema, *options]
    )


def _add_constraint(operation: Any) -> Call:
    constraint: Constraint = operation.constraint
    table: QualifiedName = operation.table
    schema = [("schema", table.schema)] if table.schema is not None else []
    options = [*values.constraint_options(constraint), *schema]
    args: list[Any] = [table.name]
    if isinstance(constraint, Check):
        return made("add_check", [*args, values.escaped(constraint.sql.as_written)], options)
    if isinstance(constraint, Exclude):
        return made("add_exclude", [*args, *values.exclude_elements(constraint)], options)
    if isinstance(constraint, Other):
        return made("add_constraint", [*args, values.constraint(constraint)], schema)
    args.append(list(constraint.columns))
    if isinstance(constraint, ForeignKey):
        args += [constraint.referred.name, list(constraint.referred_columns)]
        if constraint.referred.schema is not None:
            options.append(("referred_schema", constraint.referred.schema))
        return made("add_foreign_key", args, options)
    return made("add_primary_key" if isinstance(constraint, PrimaryKey) else "add_unique", args, options)


def _drop_constraint(operation: Any) -> Call:
    """One without a name is told by the constraint itself."""
    args, options = arguments(operation, frozenset({"constraint"}))
    if operation.constraint is not None and operation.name is None:
        args[0] = values.constraint(operation.constraint)
        options = [(name, value) for name, value in options if name != "constraint_kind"]
    return made("drop_constraint", args, options)


def _insert_rows(operation: Any) -> Call:
    """Columns are left out where their types were taken from the values: these will be again."""
    _, options = arguments(operation, frozenset({"table", "columns", "rows"}))
    table: QualifiedName = operation.table
    schema = [("schema", table.schema)] if table.schema is not None else []
    written = [values.column(c) for c in operation.columns]
    columns = [written] if any(c.type.spelling for c in operation.columns) else []
    made_rows = [
        {name: rows.written(value, f"{table}.{name}") for name, value in row.items()}
        for row in operation.rows
    ]
    return made("insert_rows", [table.name, *columns, made_rows], [*schema, *options])


def _alter_table(operation: Any) -> Call:
    args, options = arguments(operation, frozenset({"columns"}))
    columns = {name: values.type_(type_) for name, type_ in operation.columns}
    return made("alter_table", args, [*([("columns", columns)] if columns else []), *options])


def _execute_sql(operation: Any) -> Call:
    args, options = arguments(operation, frozenset({"sql"}))
    return made("execute", [operation.sql.as_written, *args], options)


def _thing(value: Any) -> Call:
    """`limbeck.schema.View("name", ...)` and its like: the class's own fields, the name first."""
    options = [
        (part.name, _part(getattr(value, part.name)))
        for part in fields(value)
        if part.name != "name" and part.compare and getattr(value, part.name) != default_of(part)
    ]
    name = (value.name,) if any(part.name == "name" for part in fields(value)) else ()
    return Call(f"schema.{type(value).__name__}", name, tuple(options), ("from limbeck import schema",))


def _part(value: Any) -> Any:
    if isinstance(value, SqlText):
        return value.as_written
    if isinstance(value, SequenceOptions):
        return Call(
            "schema.SequenceOptions", (), values.sequence_options(value), ("from limbeck import schema",)
        )
    if isinstance(value, QualifiedName):
        return Call("schema.QualifiedName", tuple(value), (), ("from limbeck import schema",))
    if isinstance(value, (TypeRef, Raw)):
        return argument(value)
    if isinstance(value, tuple):
        return tuple(_part(item) for item in value)
    return value


def _object(operation: Any) -> Call:
    """By the kind's own function where it says all there is to say; else the function takes the object itself."""
    verb, _, _ = operation.kind.partition("_")
    thing = getattr(operation, "thing", None)
    own = thing is not None and _of_kind(verb, thing, operation)
    if own:
        return own
    things = [
        _thing(getattr(operation, name)) for name in ("thing", "have", "want") if hasattr(operation, name)
    ]
    _, options = arguments(operation, frozenset({"thing", "have", "want"}))
    return made(operation.kind, things, options)


def _of_kind(verb: str, thing: Any, operation: Any) -> Call | None:
    """`op.create_view("v", "SELECT ...")`, `op.drop_trigger("t", table="users")`; None where it has no such function."""
    _, more = arguments(operation, frozenset({"thing"}))
    options = {p.name: getattr(thing, p.name) for p in fields(thing) if p.compare and p.name != "name"}
    options = {
        p.name: options[p.name] for p in fields(thing) if options.get(p.name, default_of(p)) != default_of(p)
    }
    word, first = thing.kind, [thing.name]
    if word == "row_security":
        word, first = f"{ {'create': 'enable', 'drop': 'disable'}[verb] }_row_security", []
    elif word not in ("view", "function", "trigger", "policy", "domain"):
        return None
    elif word == "function" and options.pop("procedure", False):
        word = f"{verb}_procedure" if verb != "replace" else f"{verb}_function"
        options |= {"procedure": True} if verb == "replace" else {}
    else:
        word = f"{verb}_{word}"
    if (table := options.pop("table", None)) is not None:
        options = {
            **options,
            "table": table.name,
            **({} if table.schema is None else {"schema": table.schema}),
        }
        if not first:
            first, options = [table.name], {k: v for k, v in options.items() if k != "table"}
    definition, type_ = options.pop("definition", None), options.pop("type", None)
    if verb == "drop":
        told = set(options) - {"schema", "table", "signature", "materialized", "forced"}
        if told or (definition is not None and definition.text) or (type_ is not None and type_.spelling):
            return None
    else:
        first += [_part(definition)] if definition is not None else []
        first += [type_.spelling if type_.python is None else argument(type_)] if type_ is not None else []
        if verb == "replace" and set(options) - {"schema", "signature", "options", "procedure"}:
            return None
    if "checks" in options:
        options["checks"] = [c.as_written if n is None else (n, c.as_written) for n, c in options["checks"]]
    if "options" in options:
        options["options"] = dict(options["options"])
    if "also" in options:
        options["also"] = list(options["also"])
    return made(word, first, [*((k, _part(v)) for k, v in options.items()), *more])


SHAPES: dict[str, Callable[[Any], Call]] = {
    "create_table": _create_table,
    "add_column": _add_column,
    "create_index": _create_index,
    "add_constraint": _add_constraint,
    "drop_constraint": _drop_constraint,
    "insert_rows": _insert_rows,
    "alter_table": _alter_table,
    "execute_sql": _execute_sql,
    "create_object": _object,
    "drop_object": _object,
    "alter_object": _object,
    "replace_object": _object,
}
