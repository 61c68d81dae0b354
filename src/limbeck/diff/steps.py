"""What a database needs beside the bare change so that it runs: casts of values, and an enum made anew.

The list is gone through from the state it begins in, so each operation is seen as it will be met.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from limbeck.model.column import Column
from limbeck.model.defaults import Default, TextDefault
from limbeck.model.marks import Unchanged
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Domain, Enum, Object
from limbeck.model.snapshot import Snapshot
from limbeck.model.types import TypeRef
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.enum import AddEnumValue
from limbeck.ops.object import AlterObject, CreateObject, DropObject, RenameObject
from limbeck.ops.several import flat


def runnable(
    backend: Backend, operations: Sequence[Operation], before: Snapshot, after: Snapshot
) -> tuple[Operation, ...]:
    """The operations with all that they need, from `before`; `after` is what they lead to."""
    listed = list(flat(operations))
    texts = default_texts(listed)
    result: list[Operation] = []
    state = before
    for operation in listed:
        for step in _steps(backend, operation, state, after, texts):
            result.append(step)
            state = step.apply(state)
    return tuple(result)


def _steps(
    backend: Backend, operation: Operation, state: Snapshot, after: Snapshot, texts: set[str]
) -> Iterator[Operation]:
    if isinstance(operation, AlterColumn):
        yield _with_cast(backend, operation, state)
    elif isinstance(operation, AlterObject) and isinstance(operation.have, Enum):
        assert isinstance(operation.want, Enum)
        yield from _enum(backend, operation.have, operation.want, state, after, texts)
    elif isinstance(operation, AlterObject) and domain_anew(backend, operation.have, operation.want):
        assert isinstance(operation.have, Domain) and isinstance(operation.want, Domain)
        yield from _type_anew(backend, operation.have, operation.want, state, after)
    else:
        yield operation
        yield from backend.followers(operation, state)


def _with_cast(backend: Backend, operation: AlterColumn, state: Snapshot) -> AlterColumn:
    table = state.tables.get(operation.table)
    column = table.column(operation.column) if table is not None else None
    if column is None or not isinstance(operation.type, TypeRef) or operation.using is not None:
        return operation
    both = column.type, operation.type
    old, new = (bare_type(type_, state) for type_ in both)
    # who runs it does not know what a domain is over
    said = (old, new) != both and column.type.needs != operation.type.needs
    return replace(operation, using=backend.cast(operation.column, old, new, said=said))


def domain_of(type_: TypeRef, snapshot: Snapshot) -> Domain | None:
    """The domain that the type is; an array of one is none."""
    found = (snapshot.object(Domain, name) for name in type_.needs)
    return None if type_.spelling.endswith("[]") else next((d for d in found if d is not None), None)


def bare_type(type_: TypeRef, snapshot: Snapshot) -> TypeRef:
    """What a domain is over: values are cast by that. Any other type itself."""
    domain = domain_of(type_, snapshot)
    return type_ if domain is None else domain.type


# -- enums ----------------------------------------------------------------------------------------------------


def _enum(
    backend: Backend, have: Enum, want: Enum, state: Snapshot, after: Snapshot, texts: set[str]
) -> Iterator[Operation]:
    """Values are added in their places. Where one goes, the order is another, or a new one is used at once (the server
    allows that only after a commit), a new type takes the place of the old."""
    if made_anew(have, want, texts):
        yield from _type_anew(backend, have, want, state, after)
        return
    there = list(have.labels)
    for place, label in enumerate(want.labels):
        if label in there:
            continue
        following = there[place] if place < len(there) else None
        yield AddEnumValue(enum=want.key, value=label, before=following)
        there.insert(place, label)
    if have.comment != want.comment:
        yield AlterObject(have=replace(want, comment=have.comment), want=want)


def made_anew(have: Enum, want: Enum, texts: Collection[str]) -> bool:
    """Whether a new type must take the place of the old; `texts` are the defaults that are set meanwhile."""
    kept = tuple(label for label in want.labels if label in have.labels)
    fresh = (label for label in want.labels if label not in have.labels)
    return kept != have.labels or any(
        f"'{label.replace(chr(39), chr(39) * 2)}'" in text for label in fresh for text in texts
    )


def default_texts(operations: Iterable[Operation]) -> set[str]:
    """The server defaults that these operations set."""
    return {default.sql.text for operation in operations for default in _defaults(operation)}


def domain_anew(backend: Backend, have: Object, want: Object) -> bool:
    """Whether a domain is over another type now: then a new one must take its place."""
    if not isinstance(have, Domain) or not isinstance(want, Domain):
        return False
    types = (backend.canonical_type(domain.type.spelling) for domain in (have, want))
    return next(types) != next(types)


def _type_anew(
    backend: Backend, have: Enum | Domain, want: Enum | Domain, state: Snapshot, after: Snapshot
) -> Iterator[Operation]:
    old = replace(have, name=f"{have.name[:50]}__old")
    yield RenameObject(object_kind=have.kind, name=have.key, new_name=old.name)
    yield CreateObject(thing=want)
    for table in state.tables.values():
        for column in table.columns:
            if have.key in column.type.needs:
                yield _column_of(backend, table.key, column, want, after)
    yield DropObject(thing=old)


def _column_of(
    backend: Backend, table: QualifiedName, column: Column, want: Enum | Domain, after: Snapshot
) -> AlterColumn:
    """The column in the new type, by way of the labels' text; with the default it will have in the end."""
    spelled = column.type.spelling
    many = "[]" * spelled.count("[]")
    full = backend.type_name(want.key)
    type_ = TypeRef(full + many, needs=(want.key,))
    becomes = after.tables.get(table)
    target = becomes.column(column.name) if becomes is not None else None
    operation = AlterColumn(
        table=table, column=column.name, type=type_, using=backend.by_text(column.name, full + many, many)
    )
    if isinstance(column.default, TextDefault):
        operation = replace(operation, default=target.default if target is not None else None)
    return operation


def _defaults(operation: Operation) -> Iterator[TextDefault]:
    default: Default | Unchanged | None = None
    if isinstance(operation, AddColumn):
        default = operation.column.default
    elif isinstance(operation, AlterColumn):
        default = operation.default
    if isinstance(default, TextDefault):
        yield default
