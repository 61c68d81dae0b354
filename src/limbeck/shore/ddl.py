"""Statements and fragments that SQLAlchemy's own compiler spells from values, in paramstyle "named"."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropTable
from sqlalchemy.sql.visitors import cloned_traverse, iterate

from limbeck.errors import CannotSpell, NoLiteralForm
from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Computed, Default, Identity
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from . import compat, thaw


def quote(dialect: Any, name: str) -> str:
    """The name as it stands in SQL, quoted where it must be (or where its author said so)."""
    quoted: str = compat.spelling_dialect(dialect).identifier_preparer.quote(thaw.name(name))
    return quoted


def table_name(dialect: Any, name: QualifiedName) -> str:
    made = quote(dialect, name.name)
    return made if name.schema is None else f"{schema_name(dialect, name.schema)}.{made}"


def schema_name(dialect: Any, name: str) -> str:
    """Quoted as the dialect quotes schemas (SQL Server: `database.owner` is two names)."""
    quoted: str = compat.spelling_dialect(dialect).identifier_preparer.quote_schema(thaw.name(name))
    return quoted


def literal(dialect: Any, text: str) -> str:
    """A string literal with the dialect's own quoting."""
    compiler = compat.ddl_compiler(compat.spelling_dialect(dialect)).sql_compiler
    made: str = compiler.render_literal_value(text, compat.STRING)
    return made


def statement(dialect: Any, clause: Any) -> Statement:
    """Any executable SQLAlchemy construct (also users' own), spelled with literal values; the clause rides along."""
    return Statement(text(dialect, clause), clause)


def text(dialect: Any, clause: Any, place: str = "") -> str:
    """The construct in the dialect's words, with literal values. CannotSpell or NoLiteralForm names the place."""
    twin = compat.spelling_dialect(dialect)
    ddl = getattr(clause, "is_ddl", False) or clause.__visit_name__ in ("ddl",)
    options: dict[str, Any] = {} if ddl else {"compile_kwargs": {"literal_binds": True}}
    try:
        return str(typed(clause, ddl).compile(dialect=twin, **options)).strip()
    except SQLAlchemyError as error:
        raise refused(error, dialect, place or _first_words(clause)) from error


def typed(clause: Any, ddl: bool) -> Any:
    """The clause with a type for those of its values that are strings without one (SQLAlchemy knows `str` itself, no
    subclass of it, such as its own quoted_name)."""

    def untyped(element: Any) -> bool:
        value = getattr(element, "value", None)
        return (
            element.__visit_name__ == "bindparam"
            and isinstance(element.type, sa.types.NullType)
            and isinstance(value, str)
        )

    def give(parameter: Any) -> None:
        if untyped(parameter):
            parameter.type = compat.STRING

    if ddl or not any(untyped(e) for e in iterate(clause)):
        return clause
    return cloned_traverse(clause, {}, {"bindparam": give})


def refused(error: Exception, dialect: Any, place: str) -> CannotSpell | NoLiteralForm:
    """What SQLAlchemy's compiler refused, in our words: a value without a literal form, or anything else."""
    why = str(error).splitlines()[0]
    if "literal value" in why or "renderable value" in why:
        told = re.search(r"datatype (\w+)", why)
        return NoLiteralForm(place=place, type=told[1] if told else "that nobody gave")
    return CannotSpell(place=place, backend=dialect.name, why=why)


def create_table(dialect: Any, table: Table, *, if_not_exists: bool = False) -> Statement:
    """CREATE TABLE alone: no indexes, no comments where they are statements of their own; without foreign keys that
    say use_alter."""
    made = thaw.kept(table)
    clause = CreateTable(thaw.table(table) if made is None else made, if_not_exists=if_not_exists)
    return Statement(text(dialect, clause, f"table {table.key}"), clause)


def drop_table(dialect: Any, table: QualifiedName, *, if_exists: bool = False) -> Statement:
    clause = DropTable(thaw.stub(table, ()), if_exists=if_exists)
    return Statement(text(dialect, clause, f"table {table}"), clause)


def create_index(
    dialect: Any,
    table: QualifiedName,
    index: Index,
    *,
    if_not_exists: bool = False,
    concurrently: bool = False,
) -> Statement:
    made = thaw.kept(index)
    if made is None:
        made = thaw.index(index, table)
    if concurrently:
        made.dialect_options["postgresql"]["concurrently"] = True
    clause = CreateIndex(made, if_not_exists=if_not_exists)
    return Statement(text(dialect, clause, f"index {index.name} on {table}"), clause)


def add_constraint(dialect: Any, table: QualifiedName, constraint: Constraint) -> Statement:
    clause = AddConstraint(thaw.constraint(constraint, table))
    return Statement(text(dialect, clause, f"constraint {constraint.name} on {table}"), clause)


def column_definition(dialect: Any, table: QualifiedName, column: Column) -> str:
    """What stands behind ADD COLUMN: name, type (SERIAL where it numbers itself), default, NOT NULL ..."""
    thawed = thaw.kept(column)
    if thawed is None:
        made = thaw.stub(table, ())
        thawed = thaw.column(column)
        made.append_column(thawed)
        if column.autoincrement:  # only a key's column gets SERIAL, AUTO_INCREMENT or IDENTITY
            made.append_constraint(compat.primary_key_of(thawed))
    twin = compat.spelling_dialect(dialect)
    try:
        spelled: str = compat.ddl_compiler(twin).get_column_specification(thawed)
    except SQLAlchemyError as error:
        raise refused(error, dialect, f"column {table}.{column.name}") from error
    return spelled


def type_text(dialect: Any, type_: TypeRef) -> str:
    return type_.spelling


def default_text(dialect: Any, default: Default) -> str:
    """What stands behind DEFAULT; for Computed and Identity the whole GENERATED clause."""
    compiler = compat.ddl_compiler(compat.spelling_dialect(dialect))
    thawed = thaw.default(default)
    if isinstance(default, (Computed, Identity)):
        generated: str = compiler.process(thawed)
        return generated.strip()
    spelled: str = compiler.render_default_string(thawed)
    return spelled


def _first_words(clause: Any) -> str:
    return f"a statement ({type(clause).__name__})"
