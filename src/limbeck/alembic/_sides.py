"""What env.py leaves of the two sides before the core compares them: names, objects, types and defaults.

`include_name` and `include_object` are asked as Alembic asks them, with live objects of both sides: the models' own,
and what was read, thawed. What they refuse is made the same on both sides, so that nothing is found there and nothing
around it breaks. `compare_type`, `compare_server_default` and the comparators of plug-ins judge columns the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck.diff.match import match
from limbeck.diff.same import plain_name, same_constraint, same_index
from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, Exclude, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import SequenceDefault
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend
from limbeck.shore import thaw

from ._wording import Live
from .operations import ops
from .util import DispatchPriority, PriorityDispatcher, PriorityDispatchResult, sqla_compat

STOP = PriorityDispatchResult.STOP
OWN = ("alembic.autogenerate.compare", "alembic.ext.checkconstraint_byname")
ASKED = ("_user_compare_type", "_user_compare_server_default")
"""Those of our own functions that only hand on what the project says."""

KINDS: dict[type, str] = {
    Index: "index",
    Unique: "unique_constraint",
    ForeignKey: "foreign_key_constraint",
    Check: "check_constraint",
}
"""Kinds of parts that filters are asked of, in Alembic's words."""

Part = Constraint | Index

LEFT_TO: dict[str, frozenset[str]] = {
    "alembic_postgresql_enum": frozenset({"enum"}),
    "alembic_utils": frozenset({"view", "function", "trigger", "extension", "policy", "row_security"}),
}
"""Packages whose comparators write these kinds of objects: where one is registered, it is left to it."""


class Sides:
    """For one comparison; `context` is its AutogenContext. `schemas` are those that the names let in."""

    strangers = False
    """Whether types and sequences take part that neither the models nor a column speak of."""

    def __init__(self, context: Any, backend: Backend, live: Live) -> None:
        self.context = context
        self.backend = backend
        self.live = live
        self.all_schemas = bool(context.opts.get("include_schemas"))
        self.asked = theirs(context.comparators)
        self.left = left_to_plug_ins(self.asked)
        """Kinds of objects that a plug-in writes."""
        self.changes: list[Any] = []
        """AlterColumnOp that comparators of plug-ins have made by themselves."""
        self.insisted: list[tuple[QualifiedName, str, Any]] = []
        """Columns whose type or default differs only because the project says so."""
        self._thawed: dict[QualifiedName, Any] = {}
        self._schemas: dict[str | None, bool] = {}

    @property
    def filters(self) -> bool:
        return bool(self.context._object_filters or self.context._name_filters)

    @property
    def judges_columns(self) -> bool:
        migration = self.context.migration_context
        said = (migration._user_compare_type, migration._user_compare_server_default)
        return any(map(callable, said)) or any(True for _ in functions(self.asked, "column", own=False))

    def narrow(self, have: Snapshot, want: Snapshot) -> tuple[Snapshot, Snapshot]:
        """Both without what is not compared."""
        hidden: list[Table] = []
        stood = {plain_name(self.backend, name): table for name, table in have.tables.items()}
        declared = {plain_name(self.backend, name): table for name, table in want.tables.items()}
        for name, table in stood.items():
            if not self._reads(name, name in declared):
                hidden.append(table)
        for table in hidden:
            have = have.without_table(table.key)
            stood.pop(plain_name(self.backend, table.key))
        for name in [*stood, *(n for n in declared if n not in stood)]:
            there, meant = stood.get(name), declared.get(name)
            if self._accepts(self._live(name, meant), name.name, "table", self._old(there), meant is None):
                continue
            if there is not None:
                hidden.append(there)
                have = have.without_table(there.key)
            if meant is not None:
                want = want.without_table(meant.key)
        if self.filters or self.judges_columns:
            for name, there in stood.items():
                meant = declared.get(name)
                if meant is not None and there.key in have.tables and meant.key in want.tables:
                    there, meant = self._table(there, meant)
                    have, want = have.with_table(there), want.with_table(meant)
        for thing in [o for o in (*have.objects.values(), *want.objects.values()) if o.kind in self.left]:
            have = have.without_object(type(thing), thing.key)
            want = want.without_object(type(thing), thing.key)
        if not self.strangers:
            have = without_strangers(self.backend, have, want)
        return without_what_they_need(have, want, hidden), want

    # -- tables

    def _reads(self, name: QualifiedName, declared: bool) -> bool:
        if not self.all_schemas and name.schema is not None:
            return declared  # nobody asked for that schema: only what the models name there
        if self.all_schemas and not self._reads_schema(name.schema):
            return False
        return bool(self.context.run_name_filters(name.name, "table", {"schema_name": name.schema}))

    def _reads_schema(self, schema: str | None) -> bool:
        if schema not in self._schemas:
            self._schemas[schema] = bool(self.context.run_name_filters(schema, "schema", {}))
        return self._schemas[schema]

    def _accepts(self, new: Any, name: str | None, kind: str, old: Any, reflected: bool) -> bool:
        if not self.context._object_filters:
            return True
        first, second = (old, None) if reflected else (new, old)
        return bool(self.context.run_object_filters(first, name, kind, reflected, second))

    def _live(self, name: QualifiedName, meant: Table | None) -> Any:
        if meant is None:
            return None
        found = self.live.table(name)
        return thaw.table(meant) if found is None else found

    def _old(self, table: Table | None) -> Any:
        """What stands, as SQLAlchemy's Table; None where nothing is to be shown."""
        if table is None or not (self.filters or self.judges_columns):
            return None
        return self.thawed(table)

    def thawed(self, table: Table) -> Any:
        if table.key not in self._thawed:
            self._thawed[table.key] = thaw.table(table)
        return self._thawed[table.key]

    # -- columns

    def _table(self, have: Table, want: Table) -> tuple[Table, Table]:
        for name in dict.fromkeys((*(c.name for c in have.columns), *(c.name for c in want.columns))):
            have, want = self._column(have, want, name)
        for kind in KINDS:
            have, want = self._parts(have, want, kind)
        return have, want

    def _parents(self, table: Table) -> dict[str, Any]:
        schema = plain_name(self.backend, table.key).schema
        return {"table_name": table.name, "schema_name": schema}

    def _column(self, have: Table, want: Table, name: str) -> tuple[Table, Table]:
        there, meant = have.column(name), want.column(name)
        old = None if there is None else self._thawed_column(have, name)
        new = None if meant is None else self.live.column(want.key, name)
        new = new if new is not None or meant is None else thaw.column(meant)
        if there is not None and not self.context.run_name_filters(name, "column", self._parents(have)):
            if meant is None:
                return have, want.with_column(there)
            return have.without_column(name), want
        if not self._accepts(new, name, "column", old, meant is None):
            if there is not None:
                return have, want.with_column(there)
            return have, without_column(want, name)
        if there is not None and meant is not None and self.judges_columns:
            return have, want.with_column(self._judged(have, there, meant, old, new))
        return have, want

    def _thawed_column(self, have: Table, name: str) -> Any:
        table = self._old(have)
        return None if table is None else table.c[name]

    def _judged(self, table: Table, have: Column, want: Column, old: Any, new: Any) -> Column:
        """`want` with the parts of `have` that the project or a plug-in calls the same."""
        parents = self._parents(table)
        schema, tname = parents["schema_name"], parents["table_name"]
        alter = existing(tname, schema, old)
        said = ask(
            self.asked,
            "column",
            self.context.dialect.name,
            self.context,
            alter,
            schema,
            tname,
            have.name,
            old,
            new,
        )
        parts = {
            "types": ("type", alter.modify_type is not None),
            "server_default": ("default", alter.modify_server_default is not False),
            "nullable": ("nullable", alter.modify_nullable is not None),
            "comments": ("comment", alter.modify_comment is not False),
        }
        changed = [field for field, differs in parts.values() if differs]
        for group, (field, differs) in parts.items():
            if said.get(group) is STOP and not differs:
                want = replace(want, **{field: getattr(have, field)}, source=want.source)
                if field == "default":
                    want = replace(want, autoincrement=have.autoincrement)
        if changed:
            self.insisted.append((table.key, have.name, alter))
        elif alter.has_changes():
            self.changes.append(alter)
        return want

    # -- constraints and indexes

    def _parts(self, have: Table, want: Table, kind: type) -> tuple[Table, Table]:
        if not self.filters:
            return have, want
        old, new = list(parts_of(have, kind)), list(parts_of(want, kind))
        found = match(old, new, self._same, fold=self.backend.fold_constraint)
        pairs: list[tuple[Part | None, Part | None]] = [(p.have, p.want) for p in found.pairs]
        pairs += [(part, None) for part in found.gone] + [(None, part) for part in found.new]
        keep_old, keep_new = list(old), list(new)
        for there, meant in pairs:
            if there is not None and not self._reads_part(have, there):
                if meant is None:
                    keep_new.append(there)
                else:
                    keep_old = [part for part in keep_old if part is not there]
            elif not self._accepts_part(have, want, there, meant):
                keep_new = [part for part in keep_new if part is not meant]
                keep_new += [] if there is None else [there]
        return with_parts(have, kind, keep_old), with_parts(want, kind, keep_new)

    def _same(self, a: Any, b: Any) -> bool:
        if isinstance(a, Index):
            return same_index(self.backend, a, b)
        return same_constraint(self.backend, a, b)

    def _reads_part(self, table: Table, part: Part) -> bool:
        return bool(self.context.run_name_filters(part.name, KINDS[type(part)], self._parents(table)))

    def _accepts_part(self, have: Table, want: Table, there: Part | None, meant: Part | None) -> bool:
        part = meant if meant is not None else there
        assert part is not None
        if not self.context._object_filters:
            return True
        old = None if there is None else self._object(self.thawed(have), there)
        new = None
        if meant is not None:
            live = self.live.table(want.key)
            new = None if live is None else self._object(live, meant)
            if new is None:
                new = (
                    thaw.index(meant, want.key)
                    if isinstance(meant, Index)
                    else thaw.constraint(meant, want.key)
                )
        return self._accepts(new, part.name, KINDS[type(part)], old, meant is None)

    def _object(self, table: Any, part: Part) -> Any:
        """The object of a SQLAlchemy Table that is this part: by its name, or by its kind and columns."""
        dialect = self.context.dialect
        kinds: dict[type, Any] = {
            Index: sa.Index,
            Unique: sa.UniqueConstraint,
            ForeignKey: sa.ForeignKeyConstraint,
            Check: sa.CheckConstraint,
        }
        pool = table.indexes if isinstance(part, Index) else table.constraints
        objects = [each for each in pool if isinstance(each, kinds[type(part)])]
        if part.name is not None:
            named = [o for o in objects if sqla_compat._get_constraint_final_name(o, dialect) == part.name]
            return named[0] if named else None
        columns = list(getattr(part, "columns", ()))
        return next((o for o in objects if columns and [c.name for c in o.columns] == columns), None)


def existing(tname: str, schema: str | None, old: Any) -> Any:
    return ops.AlterColumnOp(
        tname,
        old.name,
        schema=schema,
        existing_type=old.type,
        existing_nullable=old.nullable,
        existing_server_default=old.server_default,
        existing_comment=old.comment,
    )


# -- parts of a table -------------------------------------------------------------------------------------------


def parts_of(table: Table, kind: type) -> Iterator[Part]:
    yield from (part for part in (*table.indexes, *table.constraints) if type(part) is kind)


def with_parts(table: Table, kind: type, parts: Iterable[Part]) -> Table:
    kept = list(parts)
    if kept == list(parts_of(table, kind)):
        return table
    if kind is Index:
        return replace(table, indexes=tuple(p for p in kept if isinstance(p, Index)))
    others = [c for c in table.constraints if type(c) is not kind]
    return replace(table, constraints=(*others, *(p for p in kept if not isinstance(p, Index))))


def without_column(table: Table, name: str) -> Table:
    """With it goes what stands on it."""

    def stays(part: Any) -> bool:
        if isinstance(part, Exclude):
            return all(e.column != name for e in part.elements)
        return name not in getattr(part, "columns", ())

    key = table.primary_key
    return replace(
        table.without_column(name),
        constraints=tuple(filter(stays, table.constraints)),
        indexes=tuple(filter(stays, table.indexes)),
        primary_key=key if key is None or stays(key) else None,
    )


def as_it_stands(have: Table, want: Table) -> Table:
    """`want` with the constraints, indexes and NOT NULL of `have`: where plug-ins' names leave out comparing them."""
    columns = {c.name: c for c in have.columns}
    return replace(
        want,
        columns=tuple(
            replace(c, nullable=columns[c.name].nullable) if c.name in columns else c for c in want.columns
        ),
        constraints=have.constraints,
        indexes=have.indexes,
        primary_key=have.primary_key if isinstance(have.primary_key, PrimaryKey) else want.primary_key,
    )


def without_strangers(backend: Backend, have: Snapshot, want: Snapshot) -> Snapshot:
    """Types and sequences that no model and no column speaks of: Alembic never saw them, and migrations made them by hand.
    A type whose last column goes is the models' own, and goes too."""
    columns = [column for table in have.tables.values() for column in table.columns]
    used = {plain_name(backend, name) for column in columns for name in column.type.needs}
    used |= {
        plain_name(backend, column.default.sequence)
        for column in columns
        if isinstance(column.default, SequenceDefault)
    }
    wanted = {(kind, plain_name(backend, name)) for kind, name in want.objects}
    for (kind, name), thing in have.objects.items():
        key = plain_name(backend, name)
        if kind in ("enum", "domain", "sequence") and (kind, key) not in wanted and key not in used:
            have = have.without_object(type(thing), name)
    return have


def without_what_they_need(have: Snapshot, want: Snapshot, hidden: Iterable[Table]) -> Snapshot:
    """Types and sequences of tables that are not looked at are not looked at either."""
    needed = {name for table in hidden for column in table.columns for name in column.type.needs}
    keys = {table.key for table in hidden}
    gone: list[Object] = []
    for (kind, name), thing in have.objects.items():
        owner = getattr(thing, "owned_by", None)
        of_hidden = name in needed or (owner is not None and owner[0] in keys)
        of_hidden = of_hidden or getattr(thing, "table", None) in keys
        if of_hidden and (kind, name) not in want.objects:
            gone.append(thing)
    for thing in gone:
        have = have.without_object(type(thing), thing.key)
    return have


# -- comparators ------------------------------------------------------------------------------------------------


def is_own(function: Any) -> bool:
    module = str(getattr(function, "__module__", ""))
    return module.startswith(OWN) and getattr(function, "__name__", "") not in ASKED


def theirs(comparators: PriorityDispatcher) -> PriorityDispatcher:
    """Only what the project and plug-ins have registered."""
    made = PriorityDispatcher()
    for key, registered in comparators._registry.items():
        kept = [(function, group) for function, group in registered if not is_own(function)]
        if kept:
            made._registry[key].extend(kept)
    return made


def left_to_plug_ins(comparators: PriorityDispatcher) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for registered in comparators._registry.values():
        for function, _ in registered:
            found |= LEFT_TO.get(str(function.__module__).partition(".")[0], frozenset())
    return found


def functions(comparators: PriorityDispatcher, target: str, *, own: bool = True) -> Iterator[Any]:
    for (word, _, _), registered in comparators._registry.items():
        if word == target:
            for function, _ in registered:
                if own or not str(function.__module__).startswith(OWN):
                    yield function


def ask(comparators: PriorityDispatcher, target: str, dialect: str, *args: Any) -> dict[str | None, Any]:
    """Runs them as a PriorityDispatcher does; what each group said last."""
    said: dict[str | None, Any] = {}
    for priority in DispatchPriority:
        for word in dict.fromkeys((dialect, "default")):
            for function, group in comparators._registry.get((target, word, priority), ()):
                if said.get(group) is not STOP:
                    said[group] = function(*args)
    return said
