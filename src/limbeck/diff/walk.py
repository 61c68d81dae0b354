"""Tables and objects, one pair after the other: what must be done, in no particular order yet (see order).

`want` is in the server's spelling where the judge could bring it there; its values still carry how their author wrote
them, so that what comes out reads like the models.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.alter_table import AlterTable
from limbeck.ops.column import AddColumn, DropColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.constraint import (
    NOT_VALID,
    AddConstraint,
    RenameConstraint,
    ValidateConstraint,
    dropping,
)
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.index import CreateIndex, DropIndex, RenameIndex
from limbeck.ops.table import CreateTable, DropTable

from .around import around, served, with_needed_indexes, without_renames_of
from .around_generated import around_generated
from .match import match
from .numbering import with_keys_of_numbers, without_falling_keys
from .objects import Key, late_changes, object_changes
from .order import ordered
from .renamed import Renames as Renames
from .renamed import renamings
from .renamed import with_declared as with_declared
from .rules import EVERYTHING, Rules
from .same import SAME, column_change, must_be_made_again, plain_name, same_constraint, same_index


def diff(
    backend: Backend,
    have: Snapshot,
    want: Snapshot,
    rules: Rules = EVERYTHING,
    renames: Renames | None = None,
    as_text: Collection[QualifiedName] = (),
    leave: Collection[Key] = (),
) -> tuple[Operation, ...]:
    """The operations that turn `have` into `want`, in an order that runs. Empty where nothing must change.

    `as_text` names the tables that are not in the server's wording on both sides: they are compared loosely. `leave` names
    objects that are none of the models' business."""
    loose = replace(rules, exact=False)
    renames = with_declared(backend, have, want, renames or Renames())
    named = renamings(renames, have)
    stands = have
    for operation in named:
        have = operation.apply(have)
    changes: list[Operation] = list(object_changes(backend, have, want, rules, leave))
    old = {plain_name(backend, name): table for name, table in have.tables.items()}
    new = {plain_name(backend, name): table for name, table in want.tables.items()}
    for name, table in new.items():
        if name not in old:
            changes.append(CreateTable(table=table))
        else:
            stood = old[name]
            changed = table_changes(backend, stood, table, loose if table.key in as_text else rules)
            changes += around_generated(backend, stood, table, changed)
    changes += [DropTable(table=table.key) for name, table in old.items() if name not in new]
    moved = around(backend, changes, have, want)
    changes = [*without_renames_of(changes, moved), *moved]
    changes = list(with_keys_of_numbers(backend, without_falling_keys(backend, changes, have)))
    late = late_changes(backend, stands, want, rules, leave, _moved(backend, named, changes))
    changes += [*late.changes, *late.last]
    placed = (*late.first, *named, *ordered(backend, changes, have, want))
    return with_needed_indexes(backend, placed, stands)


def _moved(backend: Backend, named: Iterable[Operation], changes: Iterable[Operation]) -> set[QualifiedName]:
    """Tables that are renamed or have a column renamed; and those that lose columns, where the database does not mind what
    looks at them (on the way back the columns come after what is replaced)."""
    moved = {operation.touches()[0] for operation in named}
    if "drop_column" not in backend.blocking:
        moved |= {o.table for o in changes if isinstance(o, (DropColumn, DropTable))}
    return moved


_looked_at: ContextVar[dict[tuple[int, int, int, Rules], tuple[list[Operation], Table, Table]] | None] = (
    ContextVar("tables that were compared", default=None)
)


@contextmanager
def each_once() -> Iterator[None]:
    """Within it the same two tables are compared once, however often they are asked about: values do not change."""
    token = _looked_at.set({})
    try:
        yield
    finally:
        _looked_at.reset(token)


def table_changes(backend: Backend, have: Table, want: Table, rules: Rules = EVERYTHING) -> list[Operation]:
    """What must be done to one table so that it becomes the other; both bear the same name."""
    known = _looked_at.get()
    if known is None:
        return _table_changes(backend, have, want, rules)
    key = (id(backend), id(have), id(want), rules)
    if key not in known:  # kept with the tables, so that no other one gets their numbers
        known[key] = (_table_changes(backend, have, want, rules), have, want)
    return list(known[key][0])


def _table_changes(backend: Backend, have: Table, want: Table, rules: Rules) -> list[Operation]:
    options, columns = backend.option_changes(have, want) if rules.options else ((), ())
    changes: list[Operation] = []
    if backend.alters_options_singly:
        changes += (AlterTable(table=have.key, options=(option,)) for option in options)
    elif options:
        changes.append(AlterTable(table=have.key, options=options, columns=columns))
    changes += _column_changes(backend, have, want, rules, {name for name, _ in columns})
    remade = {c.column.name for c in changes if isinstance(c, AddColumn)}
    changes += _constraint_changes(backend, have, want, rules)
    changes += _index_changes(backend, have, want, rules, remade)
    if rules.comments and backend.has_comments and (have.comment or None) != (want.comment or None):
        changes.append(CommentOnTable(table=have.key, comment=want.comment))
    return changes


def _column_changes(
    backend: Backend, have: Table, want: Table, rules: Rules, typed: Collection[str]
) -> Iterator[Operation]:
    """`typed` are the columns whose type goes over with the table's options."""
    stands = {backend.fold_column(c.name): c for c in reversed(have.columns)}
    stays = {backend.fold_column(c.name) for c in want.columns}
    for column in want.columns:
        old = stands.get(backend.fold_column(column.name))
        if old == column:
            continue
        if old is None:
            yield AddColumn(table=have.key, column=column)
        elif must_be_made_again(backend, old, column, rules):
            yield DropColumn(table=have.key, column=old.name)
            yield AddColumn(table=have.key, column=column)
        else:
            change = column_change(backend, old, column, rules)
            if column.name in typed:
                change = replace(change, type=UNCHANGED)
            if change.type is not UNCHANGED and _default_goes_over(backend, old, column):
                change = replace(change, default=column.default)
            if backend.numbering_needs_key and change.autoincrement is not UNCHANGED:
                yield AlterColumn(table=have.key, column=old.name, autoincrement=change.autoincrement)
                change = replace(change, autoincrement=UNCHANGED)
            if change != SAME:
                yield AlterColumn(
                    table=have.key,
                    column=old.name,
                    type=change.type,
                    nullable=change.nullable,
                    default=change.default,
                    comment=change.comment,
                    autoincrement=change.autoincrement,
                )
    for column in have.columns:
        if backend.fold_column(column.name) not in stays:
            yield DropColumn(table=have.key, column=column.name)


def _default_goes_over(backend: Backend, have: Column, want: Column) -> bool:
    """Whether the default must be said again with the new type: where values are cast, where it is stored with the old type
    in it, and where the server would store a cast to the new one (a domain) with it."""
    if have.type.needs != want.type.needs:
        return bool(have.default or want.default)
    if backend.cast(have.name, have.type, want.type) is not None:
        return bool(have.default or want.default)
    old, new = have.default, want.default
    return isinstance(old, TextDefault) and isinstance(new, TextDefault) and old.sql.text != new.sql.text


def _constraint_changes(backend: Backend, have: Table, want: Table, rules: Rules) -> Iterator[Operation]:
    old = [*have.constraints, *_key(have, rules)]
    new = [*want.constraints, *_key(want, rules)]
    if not rules.checks:
        old = [c for c in old if not isinstance(c, Check)]
        new = [c for c in new if not isinstance(c, Check)]
    kinds = dict.fromkeys(type(c) for c in (*old, *new))
    for kind in kinds:
        yield from _of_one_kind(
            backend,
            have.key,
            [c for c in old if isinstance(c, kind)],
            [c for c in new if isinstance(c, kind)],
            rules,
        )


def _key(table: Table, rules: Rules) -> Iterable[PrimaryKey]:
    return (table.primary_key,) if table.primary_key is not None and rules.primary_keys else ()


def _of_one_kind(
    backend: Backend, table: QualifiedName, old: list[Constraint], new: list[Constraint], rules: Rules
) -> Iterator[Operation]:
    found = match(
        old,
        new,
        lambda a, b: same_constraint(backend, a, b, rules),
        fold=backend.fold_constraint,
        apart=lambda a, b: _apart(backend, a, b),
    )
    for pair in found.pairs:
        if not pair.same:
            yield dropping(table, pair.have)
            yield AddConstraint(table=table, constraint=_kept_name(pair.have, pair.want))
        elif _renamed(backend, pair.have, pair.want, rules):
            if pair.have.name is None:
                yield dropping(table, pair.have)
                yield AddConstraint(table=table, constraint=pair.want)
            else:
                yield _rename(backend, table, pair.have, pair.want)
        if pair.same and _unchecked(pair.have) and not _unchecked(pair.want):
            name = pair.want.name or pair.have.name
            assert name is not None, "a constraint that can be NOT VALID has a name"
            yield ValidateConstraint(table=table, name=name)
    for constraint in found.gone:
        yield dropping(table, constraint)
    for constraint in found.new:
        yield AddConstraint(table=table, constraint=constraint)


def _apart(backend: Backend, have: Constraint, want: Constraint) -> tuple[bool, bool]:
    """Of twins an unnamed one is the one that nobody named, and one whose rows are unchecked the one like it."""
    columns = getattr(have, "columns", ())
    unnamed = have.name is None or backend.gives_name(have.name, columns)
    return unnamed != (want.name is None), _unchecked(have) != _unchecked(want)


def _unchecked(constraint: Constraint) -> bool:
    """Whether rows that were there before it are unchecked."""
    return bool(dict(constraint.options).get(NOT_VALID))


def _kept_name(have: Constraint, want: Constraint) -> Constraint:
    return want if want.name is not None or have.name is None else replace(want, name=have.name)


def _renamed(backend: Backend, have: Constraint, want: Constraint, rules: Rules) -> bool:
    if not rules.constraint_names or want.name is None:
        return False
    if isinstance(have, PrimaryKey) and not backend.names_primary_keys:
        return False
    if have.name is None:  # where a database leaves a thing without a name that gets one now
        return True
    return backend.fold_constraint(have.name) != backend.fold_constraint(want.name)


def _rename(backend: Backend, table: QualifiedName, have: Constraint, want: Constraint) -> Operation:
    assert have.name is not None and want.name is not None
    return RenameConstraint(table=table, name=have.name, new_name=want.name, constraint_kind=have.kind)


def _index_changes(
    backend: Backend, have: Table, want: Table, rules: Rules, remade: set[str]
) -> Iterator[Operation]:
    """An index over a column that is dropped and added again falls with it and is made again."""
    fold = backend.fold_constraint
    found = match(
        list(have.indexes),
        list(want.indexes),
        lambda a, b: same_index(backend, a, b, rules),
        fold=fold,
    )
    for pair in found.pairs:
        old, new = pair.have, pair.want
        if not pair.same or remade & set(old.columns) or (not old.valid and new.valid):
            yield DropIndex(table=have.key, name=_name(old))
            yield CreateIndex(table=have.key, index=new)
        elif rules.constraint_names and new.name is not None and fold(_name(old)) != fold(new.name):
            yield RenameIndex(table=have.key, name=_name(old), new_name=new.name)
    for old in found.gone:
        if not made_by_foreign_key(backend, old, have, want):
            yield DropIndex(table=have.key, name=_name(old))
    for new in found.new:
        yield CreateIndex(table=have.key, index=new)


def _name(index: Index) -> str:
    assert index.name is not None, "an index that stands in a database has a name"
    return index.name


def made_by_foreign_key(backend: Backend, index: Index, have: Table, want: Table) -> bool:
    """MySQL makes an index for a foreign key that has none, under the key's name or its first column's. Where
    another serves the key it makes none, and under a name that another key or index takes there is no place for it.
    Under any other name it is not needed where that of a longer key serves."""
    odd = index.unique or index.options or any(e.column is None or e.descending for e in index.elements)
    if not backend.indexes_foreign_keys or odd:
        return False
    alone = [key for key in want.foreign_keys if not served(want, key)]
    if any(key.name == index.name and key.columns != index.columns for key in alone):
        return False
    if index.name in {unique.name for unique in want.uniques} | {other.name for other in want.indexes}:
        return False
    own = [key for key in alone if key.columns == index.columns]
    return any(
        index.name in (key.name, key.columns[0]) or not _served_by_longer(key, alone, have) for key in own
    )


def _served_by_longer(key: ForeignKey, alone: list[ForeignKey], have: Table) -> bool:
    """Whether another of these keys begins with this one's columns: its index stands, or comes with it (see `order`)."""
    wide = len(key.columns)
    longer = (k for k in alone if len(k.columns) > wide and k.columns[:wide] == key.columns)
    return any(served(have, k) or all(k.columns != old.columns for old in have.foreign_keys) for k in longer)
