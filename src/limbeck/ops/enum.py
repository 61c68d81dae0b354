"""Values of PostgreSQL's enums: added, renamed. The database cannot take one away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.errors import NoSuchThing, ThingExists
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from . import dependents
from .contract import POSITIONAL, Backend, Operation
from .present import the_object


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEnumValue(Operation):
    """`value` is put before or after another one (at most one is given), else last."""

    kind: ClassVar[str] = "add_enum_value"
    enum: QualifiedName = field(metadata=POSITIONAL)
    value: str = field(metadata=POSITIONAL)
    before: str | None = None
    after: str | None = None
    if_not_exists: bool = False

    def describe(self) -> str:
        return f"add value {self.value!r} to enum {self.enum}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.enum,)

    def apply(self, before: Snapshot) -> Snapshot:
        enum = the_object(before, Enum, self.enum)
        if self.value in enum.labels:
            if self.if_not_exists:
                return before
            raise ThingExists(kind="enum value", name=f"{self.enum}.{self.value}")
        place = self._place(enum)
        labels = (*enum.labels[:place], self.value, *enum.labels[place:])
        return before.with_object(replace(enum, labels=labels))

    def reverse(self, before: Lookup) -> Operation:
        raise self.refuse_reverse("PostgreSQL cannot take a value from an enum that columns may hold.")

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.add_enum_value(
            self.enum, self.value, before=self.before, after=self.after, if_not_exists=self.if_not_exists
        )

    def _place(self, enum: Enum) -> int:
        neighbour = self.before if self.before is not None else self.after
        if neighbour is None:
            return len(enum.labels)
        if neighbour not in enum.labels:
            raise NoSuchThing(kind="enum value", name=f"{self.enum}.{neighbour}", known=enum.labels)
        return enum.labels.index(neighbour) + (self.before is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameEnumValue(Operation):
    """Rows that hold the value show the new one at once."""

    kind: ClassVar[str] = "rename_enum_value"
    enum: QualifiedName = field(metadata=POSITIONAL)
    value: str = field(metadata=POSITIONAL)
    new_value: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"rename value {self.value!r} of enum {self.enum} to {self.new_value!r}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.enum,)

    def apply(self, before: Snapshot) -> Snapshot:
        enum = the_object(before, Enum, self.enum)
        if self.value not in enum.labels:
            raise NoSuchThing(kind="enum value", name=f"{self.enum}.{self.value}", known=enum.labels)
        labels = tuple(self.new_value if label == self.value else label for label in enum.labels)
        after = before.with_object(replace(enum, labels=labels))
        return dependents.with_value_renamed(after, enum, self.value, self.new_value)

    def reverse(self, before: Lookup) -> Operation:
        return RenameEnumValue(enum=self.enum, value=self.new_value, new_value=self.value)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_enum_value(self.enum, self.value, self.new_value)
