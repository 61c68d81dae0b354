"""What must be done to what stands beside tables: schemas, enums, domains, sequences, and views, code and rules on tables.

Views, functions, triggers and policies are made by many hands, so what is not declared is dropped only where the caller
knows that models once declared it (`not_ours` lists the others).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from limbeck.digraph import sort_part
from limbeck.model.names import QualifiedName
from limbeck.model.objects import (
    ON_TABLES,
    Domain,
    Function,
    Object,
    Policy,
    RowSecurity,
    Trigger,
    View,
)
from limbeck.model.snapshot import Snapshot
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.identifiers import names_in
from limbeck.ops.object import AlterObject, CreateObject, DropObject, ReplaceObject, with_comment_of

from .rules import Rules
from .same import plain_name

NEVER_DROPPED = frozenset({"schema", "extension"})
"""What other things than the models' may live in or by: made where the models need it, left where they no longer do."""
LATE = frozenset({"view", "function", "trigger", "policy", "row_security"})
"""What looks at tables: made after them and dropped before them (a function that no table's look needs: at any time)."""
UNCERTAIN = LATE | {"domain"}
"""Kinds that hands other than the models' make as well."""

Key = tuple[str, tuple[str | None, str]]


def object_changes(
    backend: Backend, have: Snapshot, want: Snapshot, rules: Rules, leave: Collection[Key] = ()
) -> Iterator[Operation]:
    """Creates, alters and drops of what does not look at tables. Only kinds that this backend manages are looked at
    (`backend.managed_objects`), and nothing that is to be left alone."""
    old = _by_key(backend, have, leave, late=False)
    new = _by_key(backend, want, (), late=False)
    for thing in sorted_by_need(new.values()):
        stands = old.get(_key(backend, thing))
        if stands is None:
            yield CreateObject(thing=thing)
        elif not backend.same_object(stands, thing):
            yield AlterObject(have=stands, want=_with_kept_names(stands, thing))
    for thing in reversed(sorted_by_need(old.values())):
        if _key(backend, thing) not in new and thing.kind not in NEVER_DROPPED:
            yield DropObject(thing=thing)


def _with_kept_names(have: Object, want: Object) -> Object:
    """Checks of a domain that have no name are those that stand in the same words, under the names that they have."""
    if not isinstance(have, Domain) or not isinstance(want, Domain):
        return want
    free = [check for check in have.checks if check not in want.checks]
    checks = []
    for name, sql in want.checks:
        same = next((c for c in free if name is None and c[1] == sql), None)
        if same is not None:
            free.remove(same)
        checks.append((name, sql) if same is None else (same[0], sql))
    return replace(want, checks=tuple(checks))


class Late(NamedTuple):
    """`first` goes before everything, tables keep their old names then; `changes` have their phases; `last` is what may
    fall only when nothing needs it any more."""

    first: tuple[Operation, ...]
    changes: tuple[Operation, ...]
    last: tuple[Operation, ...]


def late_changes(
    backend: Backend,
    have: Snapshot,
    want: Snapshot,
    rules: Rules,
    leave: Collection[Key] = (),
    moved: Collection[QualifiedName] = (),
) -> Late:
    """What must be done to views, functions, triggers, policies. `have` is as it stands, before any renaming; `moved` are
    the tables that get another name or a column of another name: what looks at them is made anew."""
    old = _by_key(backend, have, leave, late=True)
    new = _by_key(backend, want, (), late=True)
    gone = {key: thing for key, thing in old.items() if key not in new}
    made: list[Operation] = []
    for key, thing in new.items():
        stands = old.get(key)
        if stands is None:
            made.append(CreateObject(thing=thing))
        elif not backend.same_object(stands, with_comment_of(thing, stands)):
            looks_at = {*getattr(stands, "needs", ()), getattr(stands, "table", None)}
            anew = not looks_at.isdisjoint(moved)
            made += [_anew(stands, thing)] if anew else _changed(backend, stands, thing)
            if isinstance(made[-1], CreateObject):
                gone[key] = stands
        elif rules.comments and backend.comments_on_objects and not backend.same_object(stands, thing):
            made.append(AlterObject(have=stands, want=thing))
    falling = reversed(sorted_by_need(gone.values()))
    first: list[Operation] = []
    last: list[Operation] = []
    for thing in falling:
        later = (
            isinstance(thing, Function)
            and not looks_at_tables(thing, have)
            and _key(backend, thing) not in new
        )
        (last if later else first).append(DropObject(thing=thing))
    order = {id(thing): n for n, thing in enumerate(sorted_by_need(new.values()))}
    made.sort(key=lambda o: order[id(_wanted(new, backend, o))])
    return Late(tuple(first), tuple(made), tuple(last))


def _wanted(new: dict[Key, Object], backend: Backend, operation: Any) -> Object:
    thing = operation.want if isinstance(operation, AlterObject) else operation.thing
    return new[_key(backend, thing)]


def _changed(backend: Backend, have: Object, want: Object) -> Iterator[Operation]:
    """In place where the database can, else anew with the rights that were given on it."""
    if isinstance(want, RowSecurity) or _only_switched(have, want):
        yield AlterObject(have=have, want=want)
        return
    if backend.may_replace(have, want):
        yield ReplaceObject(thing=_plain(kept_beside(have, want)))
        commented = getattr(have, "comment", None) != getattr(want, "comment", None)
        if commented and backend.comments_on_objects:
            yield AlterObject(have=with_comment_of(want, have), want=want)
        return
    yield _anew(have, want)


def _anew(have: Object, want: Object) -> CreateObject:
    return CreateObject(thing=kept_beside(have, want))


def _plain(thing: Any) -> Object:
    """Without what stays as it is."""
    beside: dict[str, Any] = {"also": ()} if isinstance(thing, (View, Function)) else {}
    made: Object = replace(thing, comment=None, **beside)
    return made


def _only_switched(have: Object, want: Object) -> bool:
    return isinstance(have, Trigger) and isinstance(want, Trigger) and have.definition == want.definition


def kept_beside(have: Object, want: Object) -> Object:
    """`want` with the rights, and the indexes over columns that stay, that `have` was given."""
    if not isinstance(want, (View, Function)) or not isinstance(have, type(want)):
        return want
    texts = have.also
    if isinstance(have, View) and isinstance(want, View):
        lost = {name for name, _ in have.columns} - {name for name, _ in want.columns}
        texts = tuple(t for t in texts if not (lost & names_in(t))) if want.columns else texts
        definer = tuple(o for o in have.options if o[0] == "definer" and "definer" not in dict(want.options))
        want = replace(want, options=(*want.options, *definer))
    return replace(want, also=tuple(dict.fromkeys((*want.also, *texts))))


# -- what is nobody's business --------------------------------------------------------------------------------


def not_ours(
    backend: Backend, have: Snapshot, want: Snapshot, ours: Callable[[Object], bool]
) -> tuple[Object, ...]:
    """What stands and is not declared, and of which nobody knows that models once declared it. A domain of a column, and
    what falls with a table, go with these."""
    declared = _by_key(backend, want, (), late=None)
    tables = {plain_name(backend, name) for name in want.tables}
    used = {name for table in have.tables.values() for column in table.columns for name in column.type.needs}

    def known(thing: Object) -> bool:
        if isinstance(thing, Domain) and thing.key in used:
            return True
        if isinstance(thing, RowSecurity) and thing.table in guarded:
            return False
        falls = isinstance(thing, ON_TABLES) and thing.table in have.tables
        return (falls and plain_name(backend, thing.table) not in tables) or ours(thing)  # type: ignore[union-attr]

    undeclared = [
        thing
        for key, thing in _by_key(backend, have, (), late=None).items()
        if thing.kind in UNCERTAIN and key not in declared
    ]
    # policies of somebody else's on the table need that it asks them
    guarded = {thing.table for thing in undeclared if isinstance(thing, Policy) and not ours(thing)}
    return tuple(thing for thing in undeclared if not known(thing))


def keys_of(backend: Backend, things: Iterable[Object]) -> frozenset[Key]:
    return frozenset(_key(backend, thing) for thing in things)


# -- order ----------------------------------------------------------------------------------------------------


def sorted_by_need(things: Iterable[Object]) -> list[Object]:
    """Each behind what it needs: by the server's account, else by the names in its text. Circles stay as given."""
    listed = list(things)
    at = {id(thing): thing for thing in listed}
    keys: dict[QualifiedName, list[int]] = {}
    names: dict[str, list[int]] = {}
    for thing in listed:
        keys.setdefault(thing.key, []).append(id(thing))
        names.setdefault(thing.name, []).append(id(thing))

    def needs(one: int) -> Iterator[int]:
        thing = at[one]
        for name in getattr(thing, "needs", ()):
            yield from keys.get(name, ())
        if isinstance(thing, ON_TABLES):
            yield from keys.get(thing.table, ())
        if not getattr(thing, "reads", ()):
            mentioned = {name for text in texts_of(thing) for name in names_in(text)}
            yield from (other for name in mentioned for other in names.get(name, ()) if other != one)

    order, left = sort_part([id(thing) for thing in listed], needs)
    return [at[one] for one in (*order, *left)]


def texts_of(thing: Object) -> Iterator[str]:
    """What it says in SQL."""
    definition = getattr(thing, "definition", None)
    if definition is not None:
        yield definition.text
        yield definition.as_written
    if isinstance(thing, Domain):
        yield thing.type.spelling
        yield from (check.text for _, check in thing.checks)


def looks_at_tables(thing: Object, snapshot: Snapshot) -> bool:
    """Whether it can only be made when tables or views are there. Bodies are looked into where the server does so when the
    function is made (LANGUAGE sql)."""
    if not isinstance(thing, Function):
        return thing.kind in LATE
    views = {o.key for o in snapshot.objects.values() if isinstance(o, View)}
    if any(name in snapshot.tables or name in views for name in thing.needs):
        return True
    mentioned = names_in(thing.definition.as_written)
    checked = {"sql", "SQL"} & mentioned and not {"plpgsql"} & mentioned
    named = {name.name for name in (*snapshot.tables, *views)}
    return bool(checked and named & mentioned)


# -- keys -----------------------------------------------------------------------------------------------------


def _by_key(
    backend: Backend, snapshot: Snapshot, leave: Collection[Key], *, late: bool | None
) -> dict[Key, Object]:
    managed = backend.managed_objects
    found = {
        _key(backend, thing): thing
        for (kind, _), thing in snapshot.objects.items()
        if kind in managed and late in (None, kind in LATE)
    }
    return {key: thing for key, thing in found.items() if key not in leave}


def _key(backend: Backend, thing: Object) -> Key:
    return thing.kind, plain_name(backend, thing.key)
