"""Options of tables that no statement changes, as how a table is partitioned: where they differ it is told, not done."""

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
    if not backend.fixed_options:
        return ()
    old, new = ({k: str(v) for k, v in t.options if k in backend.fixed_options} for t in (have, want))
    return tuple(
        Fixed(option, old.get(option, ""), said)
        for option, said in new.items()
        if _plain(backend, old.get(option, "")) != _plain(backend, said)
    )


def told_of_fixed(backend: Backend, have: Snapshot, want: Snapshot) -> Iterator[str]:
    """In words for the person, one for each; both sides under the same names."""
    stands = {plain_name(backend, name): table for name, table in have.tables.items()}
    for name, table in want.tables.items():
        old = stands.get(plain_name(backend, name))
        for found in () if old is None else fixed_differences(backend, old, table):
            yield _told(name, found)


def _told(table: QualifiedName, found: Fixed) -> str:
    word = found.option.partition("_")[2].replace("_", " ").upper()
    stands = f"stands with {word} {found.stands}" if found.stands else f"stands without {word}"
    return (
        f"{table} is declared with {word} {found.wanted} and {stands}: no statement changes that, and it is left as it "
        "is. Create a table that has it, copy the rows and rename it, in a revision of your own."
    )


def _plain(backend: Backend, text: str) -> str:
    """`RANGE (id)` for `range("id")`."""
    method, bracket, rest = " ".join(text.split()).partition("(")
    return (
        f"{method.strip().upper()} {bracket}{backend.exact_sql(rest.replace('( ', '(').replace(' )', ')'))}"
    )
