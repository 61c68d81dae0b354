"""For what SQLAlchemy has no class: a type or a constraint in the words of the database; and constraints of any class."""

from __future__ import annotations

from typing import Any

from limbeck.model.names import QualifiedName
from limbeck.shore import authored

from .stage import current


def sql_type(spelling: str) -> Any:
    """A type for a column, spelled like that."""
    return authored.raw_type(spelling)


def sql_constraint(text: str, *, name: str | None = None) -> Any:
    """A constraint for `op.create_table` or `op.add_constraint`, spelled like that: its name stands in the text too."""
    return authored.raw_constraint(text, name)


def add_constraint(table: str, constraint: Any, *, schema: str | None = None) -> None:
    """Adds a constraint of any class, SQLAlchemy's or a third party's; its columns may be names."""
    from limbeck.ops.constraint import AddConstraint

    stage = current("add_constraint")
    where = QualifiedName(schema, table)
    stage.do(AddConstraint(table=where, constraint=stage.freeze().constraint(constraint, where)))
