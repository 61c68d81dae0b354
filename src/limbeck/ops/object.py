"""What stands beside tables: schemas, enums, domains, sequences, views, functions, triggers, policies, row level security,
extensions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from limbeck.errors import ThingExists
from limbeck.model.names import QualifiedName
from limbeck.model.objects import (
    ON_TABLES,
    Domain,
    Enum,
    Extension,
    Function,
    Object,
    Policy,
    RowSecurity,
    Rule,
    Schema,
    Sequence,
    Trigger,
    View,
)
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from . import dependents
from .contract import POSITIONAL, Backend, Facts, Hazard, Operation
from .present import the_object

OBJECTS: Final[dict[str, type[Object]]] = {
    cls.kind: cls
    for cls in (Schema, Extension, Enum, Domain, Sequence, View, Function, Trigger, Policy, Rule, RowSecurity)
}
"""Every class of object by the word of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateObject(Operation):
    kind: ClassVar[str] = "create_object"
    thing: Object = field(metadata=POSITIONAL)
    if_not_exists: bool = False

    def describe(self) -> str:
        return f"create {_told(self.thing)}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return _touched(self.thing)

    def apply(self, before: Snapshot) -> Snapshot:
        if before.object(type(self.thing), self.thing.key) is not None:
            if self.if_not_exists:
                return before
            raise ThingExists(kind=self.thing.kind, name=str(self.thing.key))
        return before.with_object(self.thing)

    def reverse(self, before: Lookup) -> Operation:
        if self.if_not_exists and before.object(type(self.thing), self.thing.key) is not None:
            raise self.refuse_reverse("it was there before.")
        return DropObject(thing=self.thing)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.create_object(self.thing, if_not_exists=self.if_not_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropObject(Operation):
    """`thing` is identified by its class and key; its other fields say what it was, for the way back."""

    kind: ClassVar[str] = "drop_object"
    thing: Object = field(metadata=POSITIONAL)
    if_exists: bool = False

    def describe(self) -> str:
        return f"drop {_told(self.thing)}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return _touched(self.thing)

    def apply(self, before: Snapshot) -> Snapshot:
        if self.if_exists and before.object(type(self.thing), self.thing.key) is None:
            return before
        the_object(before, type(self.thing), self.thing.key)
        return before.without_object(type(self.thing), self.thing.key)

    def reverse(self, before: Lookup) -> Operation:
        found = before.object(type(self.thing), self.thing.key)
        return CreateObject(thing=self.thing if found is None else found)

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if not isinstance(self.thing, (Schema, Extension)):
            return ()
        return (Hazard("PG47", "data", f"dropping {_told(self.thing)} loses what is in it"),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.drop_object(self.thing, if_exists=self.if_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterObject(Operation):
    """`have` becomes `want`, of the same kind and name; comments on objects too."""

    kind: ClassVar[str] = "alter_object"
    have: Object = field(metadata=POSITIONAL)
    want: Object = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"alter {_told(self.want)}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return _touched(self.want)

    def apply(self, before: Snapshot) -> Snapshot:
        the_object(before, type(self.have), self.have.key)
        return before.without_object(type(self.have), self.have.key).with_object(self.want)

    def reverse(self, before: Lookup) -> Operation:
        return AlterObject(have=self.want, want=self.have)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.alter_object(self.have, self.want)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceObject(Operation):
    """What stands under the name becomes `thing` in its place (CREATE OR REPLACE), so what looks at it is not disturbed.
    Its comment and what goes with it (`also`) stay as they were."""

    kind: ClassVar[str] = "replace_object"
    thing: Object = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"replace {_told(self.thing)}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return _touched(self.thing)

    def apply(self, before: Snapshot) -> Snapshot:
        stands = the_object(before, type(self.thing), self.thing.key)
        thing = with_comment_of(self.thing, stands)
        if isinstance(thing, (View, Function)) and isinstance(stands, (View, Function)):
            thing = replace(thing, also=stands.also)
        return before.with_object(thing)

    def reverse(self, before: Lookup) -> Operation:
        return ReplaceObject(thing=the_object(before, type(self.thing), self.thing.key))

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.replace_object(self.thing)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameObject(Operation):
    """`object_kind` is the word of the object's class ("view"); the name changes, the schema stays."""

    kind: ClassVar[str] = "rename_object"
    object_kind: str = field(metadata=POSITIONAL)
    name: QualifiedName = field(metadata=POSITIONAL)
    new_name: str = field(metadata=POSITIONAL)

    def describe(self) -> str:
        return f"rename {self.object_kind} {self.name} to {self.new_name}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.name, QualifiedName(self.name.schema, self.new_name))

    def apply(self, before: Snapshot) -> Snapshot:
        thing: Any = the_object(before, self._class, self.name)
        renamed: Object = replace(thing, name=self.new_name)
        return dependents.with_object_renamed(before, thing, renamed)

    def reverse(self, before: Lookup) -> Operation:
        thing: Any = the_object(before, self._class, self.name)
        return RenameObject(
            object_kind=self.object_kind, name=replace(thing, name=self.new_name).key, new_name=thing.name
        )

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.rename_object(self.object_kind, self.name, self.new_name, before)

    @property
    def _class(self) -> type[Object]:
        return OBJECTS[self.object_kind]


def with_comment_of(thing: Any, other: Object) -> Object:
    comment = getattr(other, "comment", None)
    made: Object = thing if getattr(thing, "comment", None) == comment else replace(thing, comment=comment)
    return made


def _told(thing: Object) -> str:
    word = "materialized view" if isinstance(thing, View) and thing.materialized else thing.kind
    word = "procedure" if isinstance(thing, Function) and thing.procedure else word
    if isinstance(thing, RowSecurity):
        return f"{thing.name} on {thing.table}"
    on = f" on {thing.table}" if isinstance(thing, ON_TABLES) else ""
    return f"{word} {thing.name if on else thing.key}{on}"


def _touched(thing: Object) -> tuple[QualifiedName, ...]:
    return (thing.key, thing.table) if isinstance(thing, ON_TABLES) else (thing.key,)
