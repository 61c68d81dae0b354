"""Options of tables that autogenerate does not change, as how a table is partitioned: where they differ it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend

from .same import plain_name


class Fixed(NamedTuple):
    """An option that the models say otherwise. `stands` is "" where the table has none."""

    option: str
    stands: str
    wanted: str


def fixed_differences(backend: Backend, have: Table, want: Table) -> tuple[Fixed, ...]:
    """One that the models do not say may be any."""
    return tuple(Fixed(*found) for found in backend.fixed(have.options, want.options))


def told_of_fixed(backend: Backend, have: Snapshot, want: Snapshot) -> Iterator[str]:
    """In words for the person, one for each; both sides under the same names."""
    stands = {plain_name(backend, name): table for name, table in have.tables.items()}
    for name, table in want.tables.items():
        old = stands.get(plain_name(backend, name))
        for found in () if old is None else fixed_differences(backend, old, table):
            yield _told(backend, name, found)


def _told(backend: Backend, table: QualifiedName, found: Fixed) -> str:
    word = found.option.partition("_")[2].replace("_", " ").upper()
    stands = f"stands with {word} {found.stands}" if found.stands else f"stands without {word}"
    return f"{table} is declared with {word} {found.wanted} and {stands}. It is left as it is: {backend.fixed_why}."
