"""Changes of one table brought next to each other, where the database builds a table anew for each of them.

They become one `Several` (`with op.together():` in a file), so that a run copies the rows once. A change moves up to the
first of its table only past what it cannot have to do with; what may not move stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import overload

from limbeck.errors import LimbeckError
from limbeck.model.constraint import ForeignKey
from limbeck.model.defaults import Computed
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint, RenameConstraint
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.fill import FillColumn
from limbeck.ops.identifiers import mentions
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.several import Several
from limbeck.ops.table import CreateTable, DropTable

Part = Operation | LimbeckError
Needed = tuple[QualifiedName, QualifiedName]
"""A table that goes, and one that it refers to."""
PARTS = (
    AddColumn,
    DropColumn,
    RenameColumn,
    AlterColumn,
    AddConstraint,
    DropConstraint,
    RenameConstraint,
    DropIndex,
    FillColumn,
)
"""What may stand in a group. An index that is new or has another name needs no rebuild: that is done afterwards."""
LOSSES = (DropColumn, DropConstraint, DropIndex)
"""What may take away what a foreign key refers to."""


@overload
def together(
    backend: Backend, operations: Iterable[Operation], before: Snapshot | None = None
) -> tuple[Operation, ...]: ...
@overload
def together(
    backend: Backend, operations: Iterable[Part], before: Snapshot | None = None
) -> tuple[Part, ...]: ...
def together(
    backend: Backend, operations: Iterable[Part], before: Snapshot | None = None
) -> tuple[Part, ...]:
    """The same operations, with those of one table as one where two or more of them rebuild it; in the same order where
    none does. `before` says what tables that go refer to: what they need stays behind them."""
    given = list(operations)
    if _rebuilds(backend, given) < 2:
        return tuple(given)
    given = _keys_last(given)
    needs = set() if before is None else set(_needs(given, before))
    ways = [_slots(order, needs) for order in (given, _tables_first(given))]
    best = min(ways, key=lambda slots: sum(_rebuilds(backend, slot) > 0 for slot in slots))
    return tuple(part for slot in best for part in _written(backend, slot))


def _keys_last(operations: list[Part]) -> list[Part]:
    """Of foreign keys that go one after the other, last those of tables that lose more: then these stand together."""
    losing = {_table(o) for o in operations if isinstance(o, LOSSES) and not _drops_foreign_key(o)}
    result: list[Part] = []
    for operation in operations:
        place = len(result)
        while _drops_foreign_key(operation) and _table(operation) not in losing and place:
            if not (_drops_foreign_key(result[place - 1]) and _table(result[place - 1]) in losing):
                break
            place -= 1
        result.insert(place, operation)
    return result


def _drops_foreign_key(operation: Part) -> bool:
    return isinstance(operation, DropConstraint) and operation.constraint_kind in ("foreign key", "")


def _tables_first(operations: list[Part]) -> list[Part]:
    """New tables as far up as they may stand, for the foreign keys that wait for them."""
    result: list[Part] = []
    for operation in operations:
        place = len(result)
        while isinstance(operation, CreateTable) and place and _may_follow(operation, result[place - 1]):
            place -= 1
        result.insert(place, operation)
    return result


def _may_follow(creation: CreateTable, other: Part) -> bool:
    """Whether `other` means the same behind the new table as before it."""
    table = other.table if isinstance(other, (*PARTS, RenameIndex)) else None
    referred = {key.referred for key in creation.table.foreign_keys}
    indexes = {index.name for index in creation.table.indexes}
    return table is not None and table not in referred and not (indexes & _index_names(other))


def _needs(operations: list[Part], before: Snapshot) -> Iterator[Needed]:
    for operation in operations:
        if isinstance(operation, DropTable) and operation.table in before.tables:
            keys = before.tables[operation.table].foreign_keys
            yield from ((operation.table, key.referred) for key in keys)


def _slots(operations: list[Part], needs: set[Needed]) -> list[list[Part]]:
    slots: list[list[Part]] = []
    for operation in operations:
        home = _home(slots, operation, needs)
        if home is None:
            slots.append([operation])
        else:
            home.append(operation)
    return slots


def _home(slots: list[list[Part]], operation: Part, needs: set[Needed]) -> list[Part] | None:
    """The group of the operation's table further up, if it may move there."""
    table = _table(operation)
    if table is None or isinstance(operation, LimbeckError):
        return None
    for slot in reversed(slots):
        if isinstance(slot[0], PARTS) and _table(slot[0]) == table:
            return slot
        if not all(_passes(operation, table, other, needs) for other in slot):
            return None
    return None


def _table(operation: Part) -> QualifiedName | None:
    return getattr(operation, "table", None) if isinstance(operation, PARTS) else None


def _passes(operation: Operation, table: QualifiedName, other: Part, needs: set[Needed]) -> bool:
    """Whether it means the same before the other operation as behind it."""
    referred = _referred(operation)
    if isinstance(operation, LOSSES) and _drops_foreign_key(other) and not _drops_foreign_key(operation):
        return False  # it may be what that key refers to
    if isinstance(operation, RenameColumn) and table in _speaks_of(other):
        return False
    if isinstance(other, CreateTable):
        return other.table.key != table and other.table.key not in referred and not _index_names(operation)
    if isinstance(other, DropTable):
        lost = isinstance(operation, LOSSES) and not _drops_foreign_key(operation)
        return other.table != table and not (lost and (other.table, table) in needs)
    if isinstance(other, CreateIndex):
        return other.table != table or isinstance(operation, (AddConstraint, AddColumn))
    if isinstance(other, RenameIndex):
        return not ({other.name, other.new_name} & _index_names(operation))
    return isinstance(other, PARTS) and _table(other) not in referred


def _index_names(operation: Part) -> set[str | None]:
    """Names are the schema's: one that is freed here may be taken there."""
    return {operation.name} if isinstance(operation, (DropIndex, RenameIndex)) else set()


def _referred(operation: Operation) -> set[QualifiedName]:
    """The tables whose look a new foreign key relies on."""
    keys = operation.inline if isinstance(operation, AddColumn) else ()
    if isinstance(operation, AddConstraint):
        keys = (operation.constraint,)
    return {key.referred for key in keys if isinstance(key, ForeignKey)}


def _speaks_of(other: Part) -> set[QualifiedName]:
    """The tables whose columns a foreign key in it names."""
    if isinstance(other, CreateTable):
        return {key.referred for key in other.table.foreign_keys}
    keys = [*other.inline] if isinstance(other, AddColumn) else [getattr(other, "constraint", None)]
    return {key.referred for key in keys if isinstance(key, ForeignKey)}


def _rebuilds(backend: Backend, slot: list[Part]) -> int:
    return sum(isinstance(o, Operation) and backend.may_rebuild(o) for o in slot)


def _written(backend: Backend, slot: list[Part]) -> tuple[Part, ...]:
    if _rebuilds(backend, slot) < 2:
        return tuple(slot)
    return (Several(operations=tuple(_fills_first(backend, slot))),)


def _fills_first(backend: Backend, slot: list[Part]) -> list[Operation]:
    """New columns and their values before all else: between two changes they would keep these apart."""
    early: list[Operation] = []
    late: list[Operation] = []
    for operation in slot:
        if isinstance(operation, Operation):
            (early if _may_lead(backend, operation, early, late) else late).append(operation)
    return [*early, *late]


def _may_lead(backend: Backend, operation: Operation, early: list[Operation], late: list[Operation]) -> bool:
    changed = {name for o in late for name in _columns(o)}
    if isinstance(operation, AddColumn):
        computed = operation.column.default
        over = computed.sql.text if isinstance(computed, Computed) else ""
        return (
            not backend.may_rebuild(operation)
            and operation.column.name not in changed
            and not any(mentions(over, name) for name in changed)
        )
    if not isinstance(operation, FillColumn):
        return False
    own = any(isinstance(o, AddColumn) and o.column.name == operation.column for o in early)
    free = all(
        isinstance(o, DropColumn) and o.column != operation.column for o in late
    )  # no rule to wait for
    return (own or free) and not any(
        mentions(operation.value.text, name) for name in (*changed, operation.column)
    )


def _columns(operation: Operation) -> tuple[str, ...]:
    if isinstance(operation, RenameColumn):
        return operation.column, operation.new_name
    if isinstance(operation, AddColumn):
        return (operation.column.name,)
    return (operation.column,) if isinstance(operation, (DropColumn, AlterColumn, FillColumn)) else ()
