"""What PostgreSQL calls a constraint that comes without a name (its source: ChooseConstraintName, ChooseIndexName).

The table, its columns, the kind: `orders_user_id_fkey`; the longer of the first two gives way where that is more than
63 bytes, and a number follows where the name is taken in the schema. A CHECK bears its column where it speaks of one.
"""

from __future__ import annotations

from limbeck.model.constraint import Check, Constraint
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.identifiers import mentions

LONGEST = 63
"""Bytes of a name (NAMEDATALEN - 1)."""

ENDINGS = {"primary key": "pkey", "unique": "key", "foreign key": "fkey", "check": "check", "exclude": "excl"}


def given_name(before: Snapshot, table: QualifiedName, constraint: Constraint) -> str:
    taken = {
        name for other in before.tables.values() if other.schema == table.schema for name in _names(other)
    }
    columns = "_".join(_columns(before.tables.get(table), constraint))
    ending = ENDINGS[constraint.kind]
    number = 0
    while True:
        name = joined(table.name, columns, f"{ending}{number or ''}")
        if name not in taken:
            return name
        number += 1


def _names(table: Table) -> tuple[str, ...]:
    key = () if table.primary_key is None else (table.primary_key,)
    parts = (*table.constraints, *table.indexes, *key)
    return (str(table.name), *(str(part.name) for part in parts if part.name is not None))


def _columns(table: Table | None, constraint: Constraint) -> tuple[str, ...]:
    if constraint.kind == "primary key":
        return ()
    if isinstance(constraint, Check):
        columns = () if table is None else table.columns
        named = tuple(c.name for c in columns if mentions(constraint.sql.text, c.name))
        return named if len(named) == 1 else ()
    if constraint.kind == "exclude":
        return tuple(e.column or "expr" for e in constraint.elements)  # type: ignore[union-attr]
    return tuple(str(column) for column in constraint.columns)  # type: ignore[union-attr]


def joined(first: str, second: str, ending: str) -> str:
    """The parts with `_` between them, in 63 bytes: the longer of the first two is cut until all fits (makeObjectName)."""
    one, two = first.encode(), second.encode()
    room = LONGEST - len(ending) - (2 if second else 1)
    while len(one) + len(two) > room:
        if len(one) > len(two):
            one = one[:-1]
        else:
            two = two[:-1]
    parts = (one.decode(errors="ignore"), two.decode(errors="ignore"), ending)
    return "_".join(part for part in parts if part)
