"""What a database adds to what is declared (names, indexes for foreign keys), from a side that has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from limbeck.model.column import Options
from limbeck.model.constraint import Constraint
from limbeck.model.index import Index
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend

from .match import match
from .rules import EVERYTHING, Rules
from .same import plain_name, same_constraint, same_index
from .walk import made_by_foreign_key

T = TypeVar("T", Constraint, Index)


def named_like(backend: Backend, declared: Snapshot, stored: Snapshot, rules: Rules = EVERYTHING) -> Snapshot:
    """The declared side, where each constraint and index without a name bears that of its like in the stored one, with
    the indexes that its foreign keys make by themselves and the options that nobody named.

    Unnamed means any name: the database gave it one."""
    theirs = {plain_name(backend, name): table for name, table in stored.tables.items()}
    tables = []
    for name, table in declared.tables.items():
        other = theirs.get(plain_name(backend, name))
        tables.append(table if other is None else _table(backend, table, other, rules))
    return Snapshot.of(
        declared.backend,
        tables,
        declared.objects.values(),
        stored=declared.stored,
        partial=declared.partial,
    )


def _table(backend: Backend, declared: Table, stored: Table, rules: Rules) -> Table:
    key = declared.primary_key
    if key is not None and key.name is None and stored.primary_key is not None:
        key = replace(key, name=stored.primary_key.name)
    constraints = _named(
        backend, declared.constraints, stored.constraints, lambda a, b: same_constraint(backend, a, b, rules)
    )
    indexes = _named(backend, declared.indexes, stored.indexes, lambda a, b: same_index(backend, a, b, rules))
    here = {backend.fold_constraint(i.name) for i in indexes if i.name is not None}
    indexes += tuple(
        i
        for i in stored.indexes
        if i.name is not None
        and backend.fold_constraint(i.name) not in here
        and made_by_foreign_key(backend, i, stored, declared)
    )
    return replace(
        declared,
        primary_key=key,
        constraints=constraints,
        indexes=indexes,
        options=_options(backend, declared, stored),
    )


def _options(backend: Backend, declared: Table, stored: Table) -> Options:
    """With what the database does by itself where nothing is said (an engine, a character set)."""
    changed = {name for name, _ in backend.option_changes(stored, declared)[0]}
    if not changed:
        return stored.options
    kept = {name: value for name, value in stored.options if name not in changed}
    return tuple(sorted({**kept, **dict(declared.options)}.items()))


def _named(
    backend: Backend, declared: tuple[T, ...], stored: tuple[T, ...], same: Callable[[T, T], bool]
) -> tuple[T, ...]:
    if all(one.name is not None for one in declared):
        return declared
    pairs = match(stored, declared, same, fold=backend.fold_constraint).pairs
    names = {id(pair.want): pair.have.name for pair in pairs if pair.same}
    return tuple(one if one.name is not None else replace(one, name=names.get(id(one))) for one in declared)
