"""What must be done to what stands beside tables: schemas, enums, sequences and the like."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.model.objects import Object
from limbeck.model.snapshot import Snapshot
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.object import AlterObject, CreateObject, DropObject

from .rules import Rules
from .same import plain_name

NEVER_DROPPED = frozenset({"schema", "extension"})
"""What other things than the models' may live in or by: made where the models need it, left where they no longer do."""

Key = tuple[str, tuple[str | None, str]]


def object_changes(backend: Backend, have: Snapshot, want: Snapshot, rules: Rules) -> Iterator[Operation]:
    """Creates, alters and drops. Only kinds that this backend manages are looked at (`backend.managed_objects`)."""
    old = _by_key(backend, have)
    new = _by_key(backend, want)
    for key, thing in new.items():
        stands = old.get(key)
        if stands is None:
            yield CreateObject(thing=thing)
        elif not backend.same_object(stands, thing):
            yield AlterObject(have=stands, want=thing)
    for key, thing in old.items():
        if key not in new and thing.kind not in NEVER_DROPPED:
            yield DropObject(thing=thing)


def _by_key(backend: Backend, snapshot: Snapshot) -> dict[Key, Object]:
    managed = backend.managed_objects
    return {
        (kind, plain_name(backend, name)): thing
        for (kind, name), thing in snapshot.objects.items()
        if kind in managed
    }
