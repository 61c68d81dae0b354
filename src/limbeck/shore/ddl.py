"""Statements and fragments that SQLAlchemy's own compiler spells from values, in paramstyle "named"."""

from __future__ import annotations

from typing import Any

from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Default
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef


def quote(dialect: Any, name: str) -> str:
    """The name as it stands in SQL, quoted where it must be (or where its author said so)."""
    raise NotImplementedError


def table_name(dialect: Any, name: QualifiedName) -> str:
    raise NotImplementedError


def literal(dialect: Any, text: str) -> str:
    """A string literal with the dialect's own quoting."""
    raise NotImplementedError


def statement(dialect: Any, clause: Any) -> Statement:
    """Any executable SQLAlchemy construct (also users' own), spelled with literal values; the clause rides along."""
    raise NotImplementedError


def create_table(dialect: Any, table: Table, *, if_not_exists: bool = False) -> Statement:
    """CREATE TABLE alone: no indexes, no comments where they are statements of their own; without foreign keys that
    say use_alter."""
    raise NotImplementedError


def drop_table(dialect: Any, table: QualifiedName, *, if_exists: bool = False) -> Statement:
    raise NotImplementedError


def create_index(
    dialect: Any,
    table: QualifiedName,
    index: Index,
    *,
    if_not_exists: bool = False,
    concurrently: bool = False,
) -> Statement:
    raise NotImplementedError


def add_constraint(dialect: Any, table: QualifiedName, constraint: Constraint) -> Statement:
    raise NotImplementedError


def column_definition(dialect: Any, table: QualifiedName, column: Column) -> str:
    """What stands behind ADD COLUMN: name, type (SERIAL where it numbers itself), default, NOT NULL ..."""
    raise NotImplementedError


def type_text(dialect: Any, type_: TypeRef) -> str:
    return type_.spelling


def default_text(dialect: Any, default: Default) -> str:
    """What stands behind DEFAULT; for Computed and Identity the whole GENERATED clause."""
    raise NotImplementedError
