"""Changes that are made of several: a table built anew with its rows, for what a database cannot alter in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from limbeck.model.column import Column
from limbeck.model.constraint import Constraint
from limbeck.model.defaults import Computed
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.statement import Statement
from limbeck.model.table import Table

from .contract import POSITIONAL, Backend, Facts, Hazard, Operation, joined
from .identifiers import mentions, renamed
from .present import the_table

Copy = tuple[tuple[str, SqlText], ...]
"""For columns of the new table an expression over the old one; a column that is missing gets its default."""

SCRATCH = "_limbeck_new_{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildTable(Operation):
    """`have` becomes `want`, of the same name: created as `scratch_name`, filled by `copy`, and put in its place.

    Indexes and constraints are those of `want`, under their names. What else belongs to the table (triggers, views that
    read it, foreign keys that point at it) is the backend's to keep."""

    kind: ClassVar[str] = "rebuild_table"
    have: Table = field(metadata=POSITIONAL)
    want: Table = field(metadata=POSITIONAL)
    copy: Copy = ()
    scratch_name: str = ""

    def __post_init__(self) -> None:
        if self.have.key != self.want.key:
            raise ValueError(f"{self.have.key} cannot be rebuilt as {self.want.key}: rename it by itself")
        if not self.scratch_name:
            object.__setattr__(self, "scratch_name", SCRATCH.format(self.want.name))

    @property
    def table(self) -> QualifiedName:
        return self.want.key

    def describe(self) -> str:
        return f"rebuild table {self.table}: {', '.join(changes(self.have, self.want)) or 'as it is'}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        the_table(before, self.table)
        return before.with_table(self.want)

    def reverse(self, before: Lookup) -> Operation:
        """The old look again. What a dropped column held does not come back; what `copy` made of values stays so."""
        source = {expression.text: name for name, expression in self.copy}
        back: dict[str, SqlText] = {}
        for column in self.have.columns:
            name = next((n for text, n in source.items() if _is_column(text, column.name)), None)
            if name is None and self.want.column(column.name) is not None:
                name = column.name
            if name is not None and stores(column) and stores(self.want.column(name)):
                back[column.name] = SqlText(quoted(name))
        return RebuildTable(
            have=self.want, want=self.have, copy=tuple(back.items()), scratch_name=self.scratch_name
        )

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        rows = (facts.rows or {}).get(self.table)
        if rows == 0:
            return ()
        many = f"all {rows} rows" if rows else "all rows"
        text = f"{many} of {self.table} are copied; nobody else can write meanwhile"
        found = [Hazard("SL12", "rewrite", text, "Run it when there is little to write.")]
        lost = [c.name for c in self.have.columns if stores(c) and not self._reads(c.name)]
        if lost:
            found.append(Hazard("PG45", "data", f"the values of {self.table}.{', '.join(lost)} are lost"))
        return tuple(found)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        own = backend.rebuild_table(self.have, self.want, self.copy, self.scratch_name, before)
        return four_steps(backend, self.have, self.want, self.copy, self.scratch_name) if own is None else own

    def _reads(self, column: str) -> bool:
        return any(mentions(expression.text, column) for _, expression in self.copy)

    def then(self, later: RebuildTable) -> RebuildTable | None:
        """Both as one rebuild; None where the later one could not read the same from the first table."""
        if later.have != self.want:
            return None
        first = dict(self.copy)
        copy: dict[str, SqlText] = {}
        for name, expression in later.copy:
            source = next((c.name for c in self.want.columns if _is_column(expression.text, c.name)), None)
            if source is not None and source in first:
                copy[name] = first[source]
            elif source is not None:
                if _filled(self.want.column(source)) != _filled(later.want.column(name)):
                    return None  # the first fills it with a default that the second no longer has
            else:
                inner = _substituted(expression, self.want, first)
                if inner is None:
                    return None
                copy[name] = inner
        return replace(self, want=later.want, copy=tuple(copy.items()))


def rebuild(
    have: Table,
    want: Table,
    using: Iterable[tuple[str, SqlText]] = (),
    renames: Iterable[tuple[str, str]] = (),
) -> RebuildTable:
    """The rebuild from one look to the other that copies every column both have; `using` says another expression, and
    `renames` (new, old) where a column comes from."""
    said = dict(using)
    came_from = dict(renames)
    copy: dict[str, SqlText] = {}
    for column in want.columns:
        source = have.column(came_from.get(column.name, column.name))
        if not stores(column):
            continue
        if column.name in said:
            copy[column.name] = said[column.name]
        elif source is not None:  # a generated column can be read, and its values kept
            copy[column.name] = SqlText(quoted(source.name))
    return RebuildTable(have=have, want=want, copy=tuple(copy.items()))


def merged(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The same operations, with rebuilds of one table that follow each other made one."""
    found: list[Operation] = []
    for operation in operations:
        last = found[-1] if found else None
        if isinstance(last, RebuildTable) and isinstance(operation, RebuildTable):
            both = last.then(operation)
            if both is not None:
                found[-1] = both
                continue
        found.append(operation)
    return tuple(found)


def stores(column: Column | None) -> bool:
    """Whether rows hold a value for it that can be written: all but generated columns."""
    return column is not None and not isinstance(column.default, Computed)


def quoted(name: str) -> str:
    """A column in a copy's expression; backends requote it in their manner."""
    return '"' + name.replace('"', '""') + '"'


def four_steps(
    backend: Backend, have: Table, want: Table, copy: Copy, scratch_name: str
) -> tuple[Statement, ...]:
    """Create, copy, drop, rename; constraints and indexes that have names come last, since names are taken until the old
    table is gone. Foreign keys of other tables that point at it must have been dropped before."""
    from limbeck.shore import ddl

    named = tuple(c for c in _all_constraints(want) if c.name is not None)
    bare = replace(
        want,
        name=scratch_name,
        primary_key=None if want.primary_key in named else want.primary_key,
        constraints=tuple(c for c in want.constraints if c not in named),
        indexes=(),
        source=None,
    )
    quote = partial(ddl.quote, backend.dialect)
    columns = ", ".join(quote(name) for name, _ in copy)
    values = ", ".join(_requoted(expression, have, quote) for _, expression in copy)
    old, new = (ddl.table_name(backend.dialect, key) for key in (have.key, bare.key))
    return joined(
        (
            backend.create_table(bare),
            (Statement(f"INSERT INTO {new} ({columns}) SELECT {values} FROM {old}"),) if copy else (),
            backend.drop_table(have.key),
            backend.rename_table(bare.key, want.name),
            *(backend.add_constraint(want.key, c) for c in named),
            *(backend.create_index(want.key, i) for i in want.indexes),
        )
    )


def _requoted(expression: SqlText, have: Table, quote: Callable[[str], str]) -> str:
    name = next((c.name for c in have.columns if _is_column(expression.text, c.name)), None)
    return expression.text if name is None else quote(name)


def _all_constraints(table: Table) -> tuple[Constraint, ...]:
    key: tuple[Constraint, ...] = () if table.primary_key is None else (table.primary_key,)
    return (*key, *table.constraints)


def _is_column(text: str, name: str) -> bool:
    return text in (name, quoted(name))


def _filled(column: Column | None) -> object:
    return None if column is None else (column.default, column.nullable, column.type)


def _substituted(expression: SqlText, table: Table, first: dict[str, SqlText]) -> SqlText | None:
    """The expression over the first table; None where a column of it is more than a column there."""
    text = expression.text
    for column in table.columns:
        if not mentions(text, column.name):
            continue
        source = first.get(column.name)
        if source is None or not source.text.startswith('"'):
            return None
        if not _is_column(source.text, column.name):
            text = renamed(text, column.name, source.text[1:-1].replace('""', '"'))
    return SqlText(text)


def changes(have: Table, want: Table) -> Iterable[str]:
    """What differs, in a few words each."""
    old, new = {c.name: c for c in have.columns}, {c.name: c for c in want.columns}
    yield from (f"without {name}" for name in old if name not in new)
    yield from (f"with {name}" for name in new if name not in old)
    yield from (f"{name} changed" for name in new if name in old and new[name] != old[name])
    if [n for n in old if n in new] != [n for n in new if n in old]:
        yield "columns in another order"
    if have.primary_key != want.primary_key:
        yield "primary key"
    if have.constraints != want.constraints:
        yield "constraints"
    if have.indexes != want.indexes:
        yield "indexes"
    if have.options != want.options:
        yield "options"
