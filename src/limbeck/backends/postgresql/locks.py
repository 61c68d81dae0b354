"""What PostgreSQL blocks, rewrites and reads through while it does something. Measured on versions 12 to 18.

Codes are those of the hazard tables (docs/hazards.md). A table without rows is no matter.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from limbeck.errors import UnknownValue
from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, PrimaryKey
from limbeck.model.defaults import Computed, Identity, SequenceDefault, TextDefault
from limbeck.model.marks import is_known
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Lookup
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.constraint import NOT_VALID, AddConstraint
from limbeck.ops.contract import Facts, Hazard, Operation
from limbeck.ops.enum import AddEnumValue
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.object import AlterObject


class _Fact(NamedTuple):
    kind: str
    text: str
    instead: str


FACTS: Final[dict[str, _Fact]] = {
    "PG01": _Fact(
        "lock", "writers of {table} wait until the index is built", "Build it with concurrently=True."
    ),
    "PG05": _Fact(
        "lock", "readers and writers of {table} wait while the index goes", "Drop it with concurrently=True."
    ),
    "PG12": _Fact(
        "scan",
        "readers and writers of {table} wait while every row is checked",
        "Add it with postgresql_not_valid=True, and validate it in a later revision.",
    ),
    "PG13": _Fact(
        "scan",
        "writers of {table} and of the table it points at wait while every row is checked",
        "Add it with postgresql_not_valid=True, and validate it in a later revision.",
    ),
    "PG18": _Fact(
        "lock",
        "readers and writers of {table} wait until the index of the constraint is built",
        "Create a unique index with concurrently=True first, and add the constraint using it.",
    ),
    "PG19": _Fact(
        "lock",
        "readers and writers of {table} wait until the index of the key is built",
        "Create a unique index with concurrently=True first, and add the key using it.",
    ),
    "PG21": _Fact(
        "lock",
        "readers and writers of {table} wait until the index of the constraint is built",
        "PostgreSQL has no gentle way; plan a window.",
    ),
    "PG22": _Fact(
        "scan",
        "readers and writers of {table} wait while every row is looked at for NULL",
        "Add CHECK (column IS NOT NULL) as not valid, validate it, then set not null: the look is then skipped.",
    ),
    "PG32": _Fact(
        "rewrite",
        "{table} is written anew, since each row gets a value of its own; all wait",
        "Add the column without the default, set the default, and fill old rows in batches.",
    ),
    "PG33": _Fact(
        "rewrite",
        "{table} is written anew to number its rows; all wait",
        "Add a nullable column, fill it in batches, and give it its numbering afterwards.",
    ),
    "PG34": _Fact(
        "rewrite",
        "{table} is written anew to store the computed values; all wait",
        "Use a plain column that a trigger keeps, or a virtual one (version 18).",
    ),
    "PG39": _Fact(
        "rewrite",
        "{table} and its indexes are written anew for the new type; all wait",
        "Add a column of the new type, keep both true, fill it in batches, and swap.",
    ),
    "PG41": _Fact(
        "scan",
        "the checks over the column are verified again on every row of {table}; all wait",
        "Drop the check, change the type, add the check as not valid, and validate it.",
    ),
    "PG66": _Fact(
        "other",
        "the new value cannot be used before this transaction is committed",
        "Use it in a later revision.",
    ),
    "PG69": _Fact(
        "rewrite",
        "the enum {table} is made anew: every table with a column of it is written anew, and rows that hold a value "
        "which goes make it fail",
        "Leave old values in the enum, and refuse them by a check that is added as not valid.",
    ),
}


def hazards(operation: Operation, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
    table = getattr(operation, "table", None)
    if isinstance(operation, AddEnumValue):
        return (_hazard("PG66", operation.enum),)
    if isinstance(operation, AlterObject):
        return _of_enum(operation)
    if not isinstance(table, QualifiedName) or (facts.rows or {}).get(table) == 0:
        return ()
    return tuple(_hazard(code, table) for code in _codes(operation, before))


def _of_enum(operation: AlterObject) -> tuple[Hazard, ...]:
    have, want = operation.have, operation.want
    if not isinstance(have, Enum) or not isinstance(want, Enum) or have.labels == want.labels:
        return ()
    only_added = tuple(label for label in want.labels if label in have.labels) == have.labels
    return (_hazard("PG66" if only_added else "PG69", want.key),)


def _hazard(code: str, table: QualifiedName) -> Hazard:
    fact = FACTS[code]
    return Hazard(code, fact.kind, fact.text.format(table=table), fact.instead)


def _codes(operation: Operation, before: Lookup) -> tuple[str, ...]:
    if isinstance(operation, CreateIndex):
        return () if operation.concurrently else ("PG01",)
    if isinstance(operation, DropIndex):
        return () if operation.concurrently else ("PG05",)
    if isinstance(operation, AddConstraint):
        return _of_constraint(operation.constraint)
    if isinstance(operation, AddColumn):
        return _of_new_column(operation.column)
    if isinstance(operation, AlterColumn):
        return _of_altered(operation, before)
    return ()


def _of_constraint(constraint: Constraint) -> tuple[str, ...]:
    if dict(constraint.options).get(NOT_VALID):
        return ()
    if isinstance(constraint, Check):
        return ("PG12",)
    if isinstance(constraint, ForeignKey):
        return ("PG13",)
    if isinstance(constraint, PrimaryKey):
        return ("PG19",)
    return ("PG21",) if isinstance(constraint, Exclude) else ("PG18",)


def _of_new_column(column: Column) -> tuple[str, ...]:
    if column.autoincrement or isinstance(column.default, (Identity, SequenceDefault)):
        return ("PG33",)
    if isinstance(column.default, Computed):
        return () if column.default.persisted is False else ("PG34",)
    if isinstance(column.default, TextDefault) and _VOLATILE.search(column.default.sql.text):
        return ("PG32",)
    return ()


_VOLATILE = re.compile(
    r"(?i)\b(random|clock_timestamp|timeofday|nextval|setval|gen_random_uuid|uuidv[47]|uuid_generate_\w+)\s*\("
)
"""Volatile functions that people give as defaults. now() and CURRENT_TIMESTAMP are stable and cost nothing."""


def _of_altered(operation: AlterColumn, before: Lookup) -> tuple[str, ...]:
    found = []
    column = _column(before, operation.table, operation.column)
    nullable = column is not None and is_known(column.nullable) and not column.nullable
    if operation.nullable is False and not nullable:
        found.append("PG22")
    if isinstance(operation.type, TypeRef):
        have = column.type.spelling if column is not None and is_known(column.type) else ""
        if operation.using is not None or not keeps_rows(have, operation.type.spelling):
            found.append("PG39")
        elif _checked(before, operation):
            found.append("PG41")
    return tuple(found)


def _column(before: Lookup, table: QualifiedName, name: str) -> Column | None:
    try:
        found = before.table(table)
    except UnknownValue:
        return None
    return None if found is None else found.column(name)


def _checked(before: Lookup, operation: AlterColumn) -> bool:
    from limbeck.ops.identifiers import mentions

    table = before.table(operation.table)
    return table is not None and any(mentions(c.sql.text, operation.column) for c in table.checks)


_TYPE = re.compile(r"(?i)([a-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))?\s*\Z")
_SAME: Final = {
    "CHARACTER VARYING": "VARCHAR",
    "DECIMAL": "NUMERIC",
    "BIT VARYING": "VARBIT",
    "INT": "INTEGER",
    "INT4": "INTEGER",
    "INT8": "BIGINT",
}


def keeps_rows(have: str, want: str) -> bool:
    """Whether a change of type leaves the rows as they are (a longer VARCHAR and its like). Spellings as in DDL."""
    if have.upper() == want.upper():
        return True
    old, new = _TYPE.match(have), _TYPE.match(want)
    if old is None or new is None:
        return False
    was, becomes = (_SAME.get(m[1].upper(), m[1].upper()) for m in (old, new))
    if was in ("VARCHAR", "TEXT") and becomes in ("VARCHAR", "TEXT"):
        return new[2] is None or (was == "VARCHAR" and old[2] is not None and int(new[2]) >= int(old[2]))
    if was == becomes == "NUMERIC":
        same_scale = old[2] is not None and new[2] is not None and (old[3] or "0") == (new[3] or "0")
        return new[2] is None or (same_scale and int(new[2]) >= int(old[2]))
    if was == becomes == "VARBIT":
        return new[2] is None or (old[2] is not None and int(new[2]) >= int(old[2]))
    return (was, becomes) in {("CIDR", "INET"), ("XML", "TEXT"), ("INTEGER", "OID")}
