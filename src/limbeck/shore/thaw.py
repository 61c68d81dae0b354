"""Values -> throw-away SQLAlchemy objects, just before its compiler spells them."""

from __future__ import annotations

from typing import Any

from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.table import Table
from limbeck.model.types import TypeRef


def type_(ref: TypeRef) -> Any:
    """SQLAlchemy's type: the one that rode along, else a raw type that spells `ref.spelling` and refuses values."""
    raise NotImplementedError


def column(value: Column) -> Any:
    """A Column without a table."""
    raise NotImplementedError


def table(value: Table, metadata: Any = None) -> Any:
    """A Table in a fresh MetaData (or the given one), with constraints and indexes, stub tables for what it refers to.

    CREATE TABLE of it is SQLAlchemy's own text for the table that was frozen (the law of the shore)."""
    raise NotImplementedError


def constraint(value: Constraint, table: QualifiedName) -> Any:
    """The constraint attached to a stub table of that name."""
    raise NotImplementedError


def index(value: Index, table: QualifiedName) -> Any:
    """The index attached to a stub table of that name."""
    raise NotImplementedError
