"""Indexes and unique constraints, compared together: databases show one as the other."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from sqlalchemy import schema as sa_schema
from sqlalchemy import text
from sqlalchemy.sql import expression

from ...ddl._autogen import is_index_sig, is_uq_sig
from ...operations import ops
from ...util import PriorityDispatchResult, sqla_compat
from .util import _InspectorConv

log = logging.getLogger("alembic.autogenerate.compare.constraints")
CONTINUE = PriorityDispatchResult.CONTINUE

_SORTING: dict[str, Any] = {
    spelling: getattr(expression, word)
    for word in ("asc", "desc", "nulls_first", "nulls_last")
    for spelling in (word, word.replace("s_", "s"))
}


def _make_index(impl: Any, params: Any, conn_table: Any) -> Any:
    """The index that was reflected."""
    order = params.get("column_sorting") or {}

    def element(place: int, column: str | None) -> Any:
        name = params["expressions"][place] if column is None else column
        made: Any = text(name) if column is None else conn_table.c[column]
        for word in filter(_SORTING.__contains__, order.get(name, ())):
            made = _SORTING[word](made)
        return made

    elements = [element(place, column) for place, column in enumerate(params["column_names"])]
    options = impl.adjust_reflected_dialect_options(params, "index")
    index = sa_schema.Index(params["name"], *elements, _table=conn_table, unique=params["unique"], **options)
    return _doubled(index, params, "duplicates_constraint")


def _make_unique_constraint(impl: Any, params: Any, conn_table: Any) -> Any:
    """The unique constraint that was reflected."""
    columns = [conn_table.c[name] for name in params["column_names"]]
    options = impl.adjust_reflected_dialect_options(params, "unique_constraint")
    return _doubled(
        sa_schema.UniqueConstraint(*columns, name=params["name"], **options), params, "duplicates_index"
    )


def _doubled(made: Any, params: Any, word: str) -> Any:
    """It remembers that the database shows the same thing twice."""
    if word in params:
        made.info[word] = params[word]
    return made


class _Comparison:
    """One table's. `can_unique` says whether this database shows unique constraints at all."""

    def __init__(self, context: Any, into: Any, schema: Any, tname: Any, have: Any, want: Any) -> None:
        self.context = context
        self.impl = context.migration_context.impl
        self.into = into
        self.schema = schema
        self.tname = tname
        self.whole_table = have is None or want is None
        """Created or dropped: unique constraints come and go with it."""
        self.can_unique = False
        self.want_uniques: set[Any] = set()
        self.want_indexes: set[Any] = set()
        self.have_uniques: Any = set()
        self.have_indexes: Any = set()
        if want is not None:
            self.want_uniques = {c for c in want.constraints if isinstance(c, sa_schema.UniqueConstraint)}
            self.want_indexes = set(want.indexes)
        if have is not None:
            self._read(have, dropping=want is None)
        self.impl.correct_for_autogen_constraints(
            self.have_uniques, self.have_indexes, self.want_uniques, self.want_indexes
        )

    def _read(self, table: Any, dropping: bool) -> None:
        reader = _InspectorConv(self.context.inspector)
        uniques, indexes = [], []
        try:
            uniques = self._filtered(
                reader.get_unique_constraints(self.tname, schema=self.schema), "unique_constraint"
            )
            self.can_unique = True
        except (NotImplementedError, TypeError):  # TypeError: a dialect that returns None
            pass
        with suppress(NotImplementedError):
            indexes = self._filtered(reader.get_indexes(self.tname, schema=self.schema), "index")
        if not dropping:
            self.have_uniques = {_make_unique_constraint(self.impl, params, table) for params in uniques}
        self.have_indexes = {_make_index(self.impl, params, table) for params in indexes} - {None}
        if any(params.get("duplicates_index") for params in uniques):
            self._undouble()

    def _filtered(self, found: Any, kind: str) -> list[Any]:
        parents = {"table_name": self.tname, "schema_name": self.schema}
        return [each for each in found if self.context.run_name_filters(each["name"], kind, dict(parents))]

    def _undouble(self) -> None:
        """A unique index that the database shows as a constraint too: keep the one that the models say."""
        dialect = self.context.dialect
        names = [(sqla_compat._get_constraint_final_name(c, dialect), c) for c in self.want_uniques]
        wanted = {name for name, _ in names if name is not None}
        unnamed = {self.impl._create_metadata_constraint_sig(c).unnamed for name, c in names if name is None}
        wanted_indexes = {
            sqla_compat._get_constraint_final_name(i, dialect) for i in self.want_indexes if i.unique
        }
        indexes = {index.name: index for index in self.have_indexes if index.unique}
        for constraint in [c for c in self.have_uniques if c.info.get("duplicates_index")]:
            if constraint.name in wanted:
                if constraint.name not in wanted_indexes:
                    self.have_indexes.discard(indexes[constraint.name])
            elif self.impl._create_reflected_constraint_sig(constraint).unnamed not in unnamed:
                self.have_uniques.discard(constraint)

    # -- what is found

    def _accepts(self, signature: Any, reflected: bool, other: Any = None) -> bool:
        kind = "index" if is_index_sig(signature) else "unique_constraint"
        return bool(self.context.run_object_filters(signature.const, signature.name, kind, reflected, other))

    def added(self, signature: Any) -> None:
        if is_index_sig(signature):
            if self._accepts(signature, False):
                self.into.ops.append(ops.CreateIndexOp.from_index(signature.const))
                log.info("Detected added index %r on '%s'", signature.name, signature.column_names)
        elif self.can_unique and not self.whole_table and self._accepts(signature, False):
            self.into.ops.append(ops.AddConstraintOp.from_constraint(signature.const))
            log.info("Detected added unique constraint %r on '%s'", signature.name, signature.column_names)

    def removed(self, signature: Any) -> None:
        if is_index_sig(signature):
            # without unique constraints a unique index may be one
            if (self.can_unique or not signature.is_unique) and self._accepts(signature, True):
                self.into.ops.append(ops.DropIndexOp.from_index(signature.const))
                log.info("Detected removed index %r on %r", signature.name, self.tname)
        elif not self.whole_table and self._accepts(signature, True):
            self.into.ops.append(ops.DropConstraintOp.from_constraint(signature.const))
            log.info("Detected removed unique constraint %r on %r", signature.name, self.tname)

    def changed(self, old: Any, new: Any, why: str) -> None:
        if not self._accepts(new, False, old.const):
            return
        if is_index_sig(old):
            log.info("Detected changed index %r on %r: %s", old.name, self.tname, why)
            pair: tuple[Any, Any] = (
                ops.DropIndexOp.from_index(old.const),
                ops.CreateIndexOp.from_index(new.const),
            )
        else:
            log.info("Detected changed unique constraint %r on %r: %s", old.name, self.tname, why)
            drop = ops.DropConstraintOp.from_constraint(old.const)
            pair = (drop, ops.AddConstraintOp.from_constraint(new.const))
        self.into.ops.extend(pair)

    # -- comparing

    def run(self) -> None:
        """By name, in order of names; then unique constraints that the models leave unnamed, by their columns."""
        reflected, declared = (
            self.impl._create_reflected_constraint_sig,
            self.impl._create_metadata_constraint_sig,
        )
        there = {reflected(c) for c in self.have_uniques}
        have_uniques = {c.name: c for c in there}
        have_indexes = {c.name: c for c in {reflected(c) for c in self.have_indexes}}
        want_uniques = {declared(c) for c in self.want_uniques}
        want_indexes = {declared(c) for c in self.want_indexes}
        want = {c.md_name_to_sql_name(self.context): c for c in want_uniques | want_indexes if c.is_named}
        have = {name: c for name, c in {**have_uniques, **have_indexes}.items() if isinstance(name, str)}
        unnamed = {c.unnamed: c for c in want_uniques if not c.is_named}
        doubled = have_uniques.keys() & have_indexes.keys()

        for name in sorted(have.keys() - want.keys()):
            found = have[name]
            if is_uq_sig(found) and found.unnamed in unnamed:
                continue
            if name not in doubled:
                self.removed(found)
                continue
            unique, index = have_uniques[name], have_indexes[name]
            meant = index.unnamed in {c.unnamed for c in want_indexes}
            if not meant and unique.unnamed not in {c.unnamed for c in want_uniques}:
                self.removed(unique)
                self.removed(index)
        for name in sorted(want.keys() & have.keys()):
            new, old = want[name], have[name]
            if name in doubled:
                old = (have_indexes if is_index_sig(new) else have_uniques)[name]
            self._compare(old, new)
        for name in sorted(want.keys() - have.keys()):
            self.added(want[name])
        columns_there = {c.unnamed for c in there}
        for columns, signature in unnamed.items():
            if columns not in columns_there:
                self.added(signature)

    def _compare(self, old: Any, new: Any) -> None:
        if type(old) is not type(new):
            self.removed(old)
            self.added(new)
            return
        answer = new.compare_to_reflected(old)
        if answer.is_different:
            self.changed(old, new, answer.message)
        elif answer.is_skip:
            kind = "index" if is_index_sig(old) else "unique constraint"
            log.info("Cannot compare %s %r, assuming equal and skipping. %s", kind, old.name, answer.message)


def _compare_indexes_and_uniques(
    autogen_context: Any, modify_ops: Any, schema: Any, tname: Any, conn_table: Any, metadata_table: Any
) -> PriorityDispatchResult:
    _Comparison(autogen_context, modify_ops, schema, tname, conn_table, metadata_table).run()
    return CONTINUE
