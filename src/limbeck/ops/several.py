"""Several operations as one, in their order: what belongs together (`with op.together():`), and the way back of a change
that took more than one thing away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from .contract import STAR, Backend, Facts, Hazard, Operation, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Operation):
    kind: ClassVar[str] = "several"
    operations: tuple[Operation, ...] = field(metadata=STAR)

    def describe(self) -> str:
        return "; ".join(o.describe() for o in self.operations)

    def touches(self) -> tuple[QualifiedName, ...]:
        return tuple(dict.fromkeys(name for o in self.operations for name in o.touches()))

    def apply(self, before: Snapshot) -> Snapshot:
        for operation in self.operations:
            before = operation.apply(before)
        return before

    def reverse(self, before: Lookup) -> Operation:
        """Each reversed, the last first; seen from its own state where `before` is a Snapshot."""
        back: list[Operation] = []
        for operation in self.operations:
            back.insert(0, operation.reverse(before))
            before = operation.apply(before) if isinstance(before, Snapshot) else before
        return Several(operations=tuple(back))

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        found: list[Hazard] = []
        for operation in self.operations:
            found += operation.hazards(before, facts)
            before = operation.apply(before) if isinstance(before, Snapshot) else before
        return tuple(found)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        parts = []
        rest = tuple(flat(self.operations))
        while rest:
            steps, number = backend.rewrite_first(rest, before)
            parts.append(joined(step.spell(backend, before) for step in steps))
            for operation in rest[:number]:
                before = operation.apply(before) if isinstance(before, Snapshot) else before
            rest = rest[number:]
        return joined(parts)


def flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Each operation by itself, those inside others among them."""
    for operation in operations:
        if isinstance(operation, Several):
            yield from flat(operation.operations)
        else:
            yield operation
