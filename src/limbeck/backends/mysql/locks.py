"""What MySQL and MariaDB block and copy while they do something. Measured on MariaDB 10.11; MySQL 8 by its manual.

Codes are those of the hazard tables (docs/hazards.md). A table without rows is no matter.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from limbeck.model.constraint import Check, Constraint, ForeignKey
from limbeck.model.defaults import Computed
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint
from limbeck.ops.contract import Facts, Hazard, Operation


class _Fact(NamedTuple):
    kind: str
    text: str
    instead: str


FACTS: Final[dict[str, _Fact]] = {
    "MY03": _Fact(
        "rewrite",
        "{table} is copied for the new type, and writers wait",
        "Add a column of the new type, keep both true, fill it in batches, and swap.",
    ),
    "MY06": _Fact(
        "rewrite", "{table} is built anew to number its rows, and writers wait", "Fill a new table instead."
    ),
    "MY07": _Fact("rewrite", "{table} is copied to store the computed values", "Make the column virtual."),
    "MY08": _Fact(
        "rewrite",
        "{table} is copied to check the foreign key, and writers wait",
        "Look for orphans first, and add it in a session with foreign_key_checks=0.",
    ),
    "MY09": _Fact("rewrite", "{table} is copied to verify the check, and writers wait", ""),
    "MY13": _Fact(
        "data",
        "{table} is built anew; without strict mode NULLs silently become zeroes and empty texts",
        "Fill the rows first, and keep sql_mode strict.",
    ),
    "MY16": _Fact("rewrite", "{table} is copied without its primary key, and writers wait", ""),
}


def hazards(operation: Operation, before: Lookup, facts: Facts, *, mariadb: bool) -> tuple[Hazard, ...]:
    table = getattr(operation, "table", None)
    if not isinstance(table, QualifiedName) or (facts.rows or {}).get(table) == 0:
        return ()
    return tuple(_hazard(code, table) for code in _codes(operation))


def _hazard(code: str, table: QualifiedName) -> Hazard:
    fact = FACTS[code]
    return Hazard(code, fact.kind, fact.text.format(table=table), fact.instead)


def _codes(operation: Operation) -> tuple[str, ...]:
    if isinstance(operation, AddColumn):
        stored = isinstance(operation.column.default, Computed) and operation.column.default.persisted
        return ("MY06",) if operation.column.autoincrement else ("MY07",) if stored else ()
    if isinstance(operation, AlterColumn):
        codes = ["MY03"] if isinstance(operation.type, TypeRef) else []
        return (*codes, "MY13") if operation.nullable is False else tuple(codes)
    if isinstance(operation, AddConstraint):
        return _of_constraint(operation.constraint)
    if isinstance(operation, DropConstraint) and operation.constraint_kind == "primary key":
        return ("MY16",)
    return ()


def _of_constraint(constraint: Constraint) -> tuple[str, ...]:
    if isinstance(constraint, ForeignKey):
        return ("MY08",)
    return ("MY09",) if isinstance(constraint, Check) else ()
