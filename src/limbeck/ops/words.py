"""How values are told to people in one line; the words of `describe`."""

from __future__ import annotations

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, Other, PrimaryKey, Unique
from limbeck.model.defaults import ByDatabase, Computed, Default, Identity, SequenceDefault, TextDefault
from limbeck.model.index import Index
from limbeck.model.marks import is_known

KIND_OF_CONSTRAINT: dict[type, str] = {
    PrimaryKey: "primary key",
    Unique: "unique",
    ForeignKey: "foreign key",
    Check: "check",
    Exclude: "exclude",
    Other: "",
}
"""The words of `DropConstraint.constraint_kind`."""


def kind_of(constraint: Constraint) -> str:
    return KIND_OF_CONSTRAINT[type(constraint)]


def column(value: Column) -> str:
    """`VARCHAR(20), not null, default 'x'`; what is not known is left out."""
    parts = [value.type.spelling] if is_known(value.type) else []
    if is_known(value.nullable) and not value.nullable:
        parts.append("not null")
    if is_known(value.default) and value.default is not None:
        parts.append(default(value.default))
    return ", ".join(parts)


def default(value: Default) -> str:
    if isinstance(value, TextDefault):
        return f"default {value.sql.text}"
    if isinstance(value, Computed):
        return f"computed as {value.sql.text}"
    if isinstance(value, Identity):
        return "identity"
    if isinstance(value, SequenceDefault):
        return f"default from sequence {value.sequence}"
    assert isinstance(value, ByDatabase)
    return "default by the database"


def constraint(value: Constraint) -> str:
    """`foreign key fk_a (a, b) to other (x, y)`."""
    name = f" {value.name}" if value.name is not None else ""
    if isinstance(value, (PrimaryKey, Unique)):
        return f"{kind_of(value)}{name} ({', '.join(value.columns)})"
    if isinstance(value, ForeignKey):
        target = f"{value.referred} ({', '.join(value.referred_columns)})"
        return f"foreign key{name} ({', '.join(value.columns)}) to {target}"
    if isinstance(value, Check):
        return f"check{name} ({value.sql.text})"
    if isinstance(value, Other):
        return f"constraint{name} ({short(value.text)})"
    parts = ((e.column or (e.sql.text if e.sql else ""), e.operator) for e in value.elements)
    return f"exclude{name} ({', '.join(f'{what} with {operator}' for what, operator in parts)})"


def index(value: Index) -> str:
    parts = (e.column or (e.sql.text if e.sql else "") for e in value.elements)
    unique = "unique " if value.unique else ""
    return f"{unique}index{' ' + value.name if value.name else ''} ({', '.join(parts)})"


def short(sql: str, width: int = 60) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(sql.split())
    return line if len(line) <= width else line[: width - 3] + "..."
