"""What becomes of a table that stays, beside its columns: storage, engine, character set, what its rows are kept in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from limbeck.model.column import Options
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

from .contract import POSITIONAL, Backend, Facts, Hazard, Operation
from .present import the_column, the_table

UNLOGGED = "postgresql_unlogged"
"""Said as an option here, and as a prefix in CREATE UNLOGGED TABLE."""
TABLESPACE = "postgresql_tablespace"
USUAL_TABLESPACE = "pg_default"
"""The tablespace where a table or index lies of which PostgreSQL's reader tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterTable(Operation):
    """`options` are dialect options by their new value (None: what the database does by itself); one that is not named
    stays. `columns` are those that take their character set from the table (MySQL), by the types they have then."""

    kind: ClassVar[str] = "alter_table"
    table: QualifiedName = field(metadata=POSITIONAL)
    options: Options = ()
    columns: tuple[tuple[str, TypeRef], ...] = ()

    def describe(self) -> str:
        told = (f"{name.partition('_')[2]} {_told(value)}" for name, value in self.options)
        return f"alter table {self.table}: {', '.join(told) or 'nothing'}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return (self.table,)

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        options = dict(table.options)
        for name, value in self.options:
            if name == UNLOGGED:
                rest = tuple(p for p in table.prefixes if p.upper() != "UNLOGGED")
                table = replace(table, prefixes=("UNLOGGED", *rest) if value else rest, source=None)
            elif value is None:
                options.pop(name, None)
            else:
                options[name] = value
        for name, type_ in self.columns:
            table = table.with_column(replace(the_column(table, name), type=type_, source=None))
        return before.with_table(replace(table, options=tuple(sorted(options.items())), source=None))

    def reverse(self, before: Lookup) -> Operation:
        table = the_table(before, self.table)
        return replace(
            self,
            options=tuple((name, option(table, name)) for name, _ in self.options),
            columns=tuple((name, the_column(table, name).type) for name, _ in self.columns),
        )

    def hazards(self, before: Lookup, facts: Facts) -> tuple[Hazard, ...]:
        if not self.columns or (facts.rows or {}).get(self.table) == 0:
            return ()
        names = ", ".join(name for name, _ in self.columns)
        text = f"{self.table}: characters of {names} that the new character set does not have are lost or refused"
        return (Hazard("MY20", "data", text, "Look for such values first."),)

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.alter_table(self.table, self.options, self.columns, before)


def option(table: Table, name: str) -> object:
    """The value it has in that table; None where it is not said."""
    if name == UNLOGGED:
        return "UNLOGGED" in (p.upper() for p in table.prefixes)
    return dict(table.options).get(name)


def _told(value: object) -> str:
    if value is None:
        return "as usual"
    if isinstance(value, tuple):
        return ", ".join(f"{v[0]}={v[1]}" if isinstance(v, tuple) else str(v) for v in value)
    return str(value)
