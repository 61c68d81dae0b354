"""Views, policies and triggers that stand in the way of a change: dropped before it, and put back behind it as they were.

PostgreSQL changes no type and drops no column that an object looks at, and drops nothing that another needs; SQLite drops
no column that one names. So the object is dropped (first those that need it), and made again, with its comment, rights and
owner, when all it looks at is there: also where the models do not declare it. Where it cannot be made again as it was,
because what it looks at goes for good, it is left as it is and told: the database then refuses the change, and a person
decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.objects import ON_TABLES, Domain, Enum, Function, Object, Policy, Rule, Trigger, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.identifiers import names_in
from limbeck.ops.object import AlterObject, CreateObject, DropObject, ReplaceObject, with_comment_of
from limbeck.ops.several import flat
from limbeck.ops.table import DropTable, RenameTable

from .objects import kept_beside, sorted_by_need
from .steps import default_texts, domain_anew, made_anew

Key = tuple[str, QualifiedName]
E = TypeVar("E", bound=Exception)
P = TypeVar("P")


class Around(NamedTuple):
    operations: tuple[Any, ...]
    notes: tuple[str, ...]


class Hit(NamedTuple):
    """What a change touches: a column, or a whole thing where `column` is None."""

    name: QualifiedName
    column: str | None = None


def surround(backend: Backend, operations: Sequence[Operation | E], before: Snapshot) -> Around:
    """The operations with what they need around them. `before` holds all objects, also those of nobody."""
    if not backend.blocking:
        return Around(tuple(operations), ())
    after = before
    for operation in operations:
        if isinstance(operation, Operation):
            after = operation.apply(after)
    falling, first = _falling(backend, operations, before)
    if not falling:
        return Around(tuple(operations), ())
    made = {_key(o.thing) for o in operations if isinstance(o, CreateObject)}
    kept = [t for t in falling if _can_stand(t, before, after) or _again(operations, t) or _key(t) in made]
    lost = [t for t in falling if t not in kept]
    notes = tuple(
        f"{_told(thing)} looks at what goes, and is not declared: the database will refuse. Change or drop it first, or "
        "declare it without that."
        for thing in lost
    )
    return Around(_woven(operations, kept, first), notes)


def _falling(
    backend: Backend, operations: Sequence[Any], before: Snapshot
) -> tuple[list[Object], dict[Key, int]]:
    """What stands in the way, and the place of the first operation that it is in the way of."""
    standing = {
        key: thing
        for key, thing in before.objects.items()
        if isinstance(thing, (View, Policy, Trigger, Rule, Function))
    }
    first: dict[Key, int] = {}
    found: dict[Key, Object] = {}
    known = [o for o in operations if isinstance(o, Operation)]
    texts, anew = default_texts(known), _made_anew(backend, known)
    for place, operation in enumerate(operations):
        todo = [*_hits(backend, operation, anew), *_enum_hits(backend, operation, before, texts)]
        while todo:
            hit = todo.pop()
            for key, thing in standing.items():
                if key not in found and _looks_at(thing, hit):
                    found[key] = thing
                    first[key] = place
                    todo.append(Hit(thing.key))
                elif key in found and first[key] > place and _looks_at(thing, hit):
                    first[key] = place
        standing = _after(standing, operation)
    return list(found.values()), first


def _after(standing: dict[Key, Any], operation: Any) -> dict[Key, Any]:
    if isinstance(operation, DropObject):
        return {key: thing for key, thing in standing.items() if key != _key(operation.thing)}
    if isinstance(operation, DropTable):
        return {
            key: thing
            for key, thing in standing.items()
            if not (isinstance(thing, ON_TABLES) and thing.table == operation.table)
        }
    if isinstance(operation, RenameTable):
        new = QualifiedName(operation.table.schema, operation.new_name)
        return {key: _renamed(thing, operation.table, new) for key, thing in standing.items()}
    return standing


def _renamed(thing: Any, old: QualifiedName, new: QualifiedName) -> Any:
    reads = tuple((new if name == old else name, column) for name, column in thing.reads)
    needs = tuple(new if name == old else name for name in thing.needs)
    return thing if (reads, needs) == (thing.reads, thing.needs) else replace(thing, reads=reads, needs=needs)


def _made_anew(backend: Backend, operations: Sequence[Operation]) -> set[Hit]:
    """The columns that come where one goes, for a database that drops none which an object names."""
    if "remake_column" not in backend.blocking:
        return set()
    return {Hit(o.table, o.column.name) for o in flat(operations) if isinstance(o, AddColumn)}


def _hits(backend: Backend, operation: Any, anew: set[Hit]) -> Iterator[Hit]:
    """What the operation cannot be done to while something looks at it."""
    blocking = backend.blocking
    if anew and isinstance(operation, Operation):
        dropped = (o for o in flat((operation,)) if isinstance(o, DropColumn))
        yield from (hit for o in dropped if (hit := Hit(o.table, o.column)) in anew)
    if isinstance(operation, AlterColumn) and operation.type is not UNCHANGED and "alter_type" in blocking:
        yield Hit(operation.table, operation.column)
    if isinstance(operation, DropColumn) and "drop_column" in blocking:
        yield Hit(operation.table, operation.column)
    if isinstance(operation, DropTable) and "drop_table" in blocking:
        yield Hit(operation.table)
    if "drop_object" not in blocking:
        return
    if isinstance(operation, DropObject) and isinstance(operation.thing, (View, Function, Enum, Domain)):
        yield Hit(operation.thing.key)


def _enum_hits(backend: Backend, operation: Any, before: Snapshot, texts: set[str]) -> Iterator[Hit]:
    """The columns of an enum or domain that a new type takes the place of."""
    if not isinstance(operation, AlterObject) or "alter_type" not in backend.blocking:
        return
    have, want = operation.have, operation.want
    anew = isinstance(have, Enum) and isinstance(want, Enum) and made_anew(have, want, texts)
    if anew or domain_anew(backend, have, want):
        for table in before.tables.values():
            yield from (Hit(table.key, c.name) for c in table.columns if have.key in c.type.needs)


def _looks_at(thing: Any, hit: Hit) -> bool:
    if hit.column is not None:
        return (hit.name, hit.column) in thing.reads or _names(thing, hit)
    if isinstance(thing, (Trigger, Policy, Rule)) and thing.table == hit.name:
        return True
    return hit.name in thing.needs and hit.name != thing.key


def _names(thing: Any, hit: Hit) -> bool:
    """By its text, where the database does not tell what it reads."""
    if thing.reads or not isinstance(thing, (View, Trigger)):
        return False
    named = names_in(thing.definition.text)
    return hit.column in named and (hit.name.name in named or getattr(thing, "table", None) == hit.name)


def _again(operations: Sequence[Any], thing: Object) -> bool:
    """Whether a later operation says itself what becomes of it."""
    return any(
        isinstance(o, (ReplaceObject, AlterObject, DropObject)) and _key(_of(o)) == _key(thing)
        for o in operations
    )


def _of(operation: Any) -> Object:
    thing: Object = operation.want if isinstance(operation, AlterObject) else operation.thing
    return thing


def _can_stand(thing: Any, before: Snapshot, after: Snapshot) -> bool:
    """Whether all that it looks at is there in the end."""
    for name, column in thing.reads:
        if name in before.tables and (name not in after.tables or after.tables[name].column(column) is None):
            return False
    if isinstance(thing, ON_TABLES) and thing.table in before.tables and thing.table not in after.tables:
        return False
    there = {key for _, key in after.objects}
    known = {key for _, key in before.objects}
    for name in thing.needs:
        if name in before.tables and name not in after.tables:
            return False
        if (
            name in known
            and name not in there
            and name not in after.tables
            and not _other_function(name, there)
        ):
            return False
    return True


def _other_function(name: QualifiedName, there: set[QualifiedName]) -> bool:
    """A function of that name with other arguments may serve as well."""
    bare, open_, _ = name.name.partition("(")
    return bool(open_) and any(n.schema == name.schema and n.name.startswith(f"{bare}(") for n in there)


def _woven(operations: Sequence[Any], falling: list[Object], first: dict[Key, int]) -> tuple[Any, ...]:
    keys = {_key(thing): thing for thing in falling}
    drops: dict[int, list[Operation]] = {}
    for thing in reversed(sorted_by_need(falling)):
        drops.setdefault(first[_key(thing)], []).append(DropObject(thing=thing))
    ends: dict[int, list[Operation]] = {}
    left = dict(keys)
    changed: dict[int, Any] = {}
    for place, operation in enumerate(operations):
        if not isinstance(operation, (ReplaceObject, AlterObject, DropObject)):
            continue
        stands = keys.get(_key(_of(operation)))
        if stands is None or place < first[_key(stands)]:
            continue
        if isinstance(operation, DropObject):
            changed[place] = None
        elif _key(stands) in left:
            becomes = kept_beside(stands, _of(operation))
            replaced = isinstance(operation, ReplaceObject)
            changed[place] = CreateObject(thing=with_comment_of(becomes, stands) if replaced else becomes)
        left.pop(_key(stands), None)
    place_of: dict[Key, int] = {}
    for thing in sorted_by_need(left.values()):
        place = _end(operations, thing, first[_key(thing)])
        place = max([place, *(place_of[k] for k in place_of if k[1] in getattr(thing, "needs", ()))])
        place_of[_key(thing)] = place
        ends.setdefault(place, []).append(CreateObject(thing=thing))
    result: list[Any] = []
    for place, operation in enumerate(operations):
        result += drops.get(place, [])
        if changed.get(place, operation) is not None:
            result.append(changed.get(place, operation))
        result += ends.get(place, [])
    return tuple(result)


def _end(operations: Sequence[Any], thing: Any, first: int) -> int:
    """The last operation that has to do with what it looks at."""
    names = {name for name, _ in thing.reads} | set(thing.needs)
    if isinstance(thing, ON_TABLES):
        names.add(thing.table)
    bare = {name.name.partition("(")[0] for name in names if "(" in name.name}
    last = first
    for place in range(first, len(operations)):
        operation = operations[place]
        if not isinstance(operation, Operation):
            continue
        made = operation.thing if isinstance(operation, (CreateObject, ReplaceObject)) else None
        serves = isinstance(made, Function) and made.name in bare
        beside = isinstance(made, (*ON_TABLES,))
        if serves or (names & set(operation.touches()) and not beside):
            last = place
    return last


def _key(thing: Object) -> Key:
    return thing.kind, thing.key


def _told(thing: Object) -> str:
    return DropObject(thing=thing).describe().removeprefix("drop ")


def left_broken(backend: Backend, operations: Sequence[Any], before: Snapshot) -> Iterator[str]:
    """Where a database minds nothing that looks at what goes: the views that will fail, told by the names in their text."""
    if backend.blocking or "view" not in backend.managed_objects:
        return
    touched = {_key(_of(o)) for o in operations if isinstance(o, (ReplaceObject, DropObject, AlterObject))}
    texts: list[View | Trigger] = [*before.objects_of(View), *before.objects_of(Trigger)]
    for thing in texts:
        if _key(thing) in touched or (isinstance(thing, Trigger) and _falls(thing, operations)):
            continue
        named = names_in(thing.definition.text)
        for operation in operations:
            if isinstance(operation, (DropColumn, RenameColumn)):
                gone = f"{operation.table}.{operation.column}" if operation.column in named else ""
            else:
                gone = str(operation.table) if isinstance(operation, (DropTable, RenameTable)) else ""
            if gone and operation.table.name in named:
                yield f"{_told(thing)} names {gone}, which goes: the database leaves it, and it will fail."
                break


def _falls(trigger: Trigger, operations: Sequence[Any]) -> bool:
    return any(isinstance(o, DropTable) and o.table == trigger.table for o in operations)


# -- as files say it ------------------------------------------------------------------------------------------


def bare_drops(operations: Sequence[P]) -> tuple[P, ...]:
    """DROP needs to know what a thing is called and no more; so read the files."""
    return tuple(_barely(operation) for operation in operations)


def _barely(operation: P) -> P:
    made: Any = operation
    return replace(made, thing=_bare(made.thing)) if isinstance(made, DropObject) else operation  # type: ignore[return-value]


def _bare(thing: Object) -> Object:
    nothing = SqlText("")
    if isinstance(thing, View):
        return View(name=thing.name, schema=thing.schema, materialized=thing.materialized, definition=nothing)
    if isinstance(thing, Function):
        return Function(
            name=thing.name,
            schema=thing.schema,
            signature=thing.signature,
            procedure=thing.procedure,
            definition=nothing,
        )
    if isinstance(thing, (Trigger, Policy, Rule)):
        return type(thing)(name=thing.name, table=thing.table, definition=nothing)
    if isinstance(thing, Domain):
        return Domain(name=thing.name, schema=thing.schema, type=TypeRef(""))
    return thing
