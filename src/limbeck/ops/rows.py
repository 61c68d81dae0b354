"""Rows put into a table. Their values are never printed: not in a repr, not in `describe`, not in an error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from limbeck.errors import UnknownValue
from limbeck.model.column import Column
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Lookup, Snapshot
from limbeck.model.statement import Statement

from .contract import POSITIONAL, Backend, Operation
from .present import the_column, the_table


class Rows:
    """Rows as their author gave them, each a mapping from column to value; equal by their number and a hash."""

    __slots__ = ("_digest", "_number", "_rows")

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        self._rows: tuple[dict[str, Any], ...] | None = tuple(dict(row) for row in rows)
        self._number = len(self._rows)
        self._digest: str | None = None

    @classmethod
    def seen_only(cls, number: int, digest: str) -> Rows:
        """Rows of which only number and hash are known (out of JSON); asking for one raises UnknownValue."""
        made = cls()
        made._rows, made._number, made._digest = None, number, digest
        return made

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._rows is None:
            raise UnknownValue(wanted=f"what stands in {self!r}")
        return iter(self._rows)

    def __len__(self) -> int:
        return self._number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and len(self) == len(other) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<{len(self)} row{'' if len(self) == 1 else 's'}>"

    @property
    def digest(self) -> str:
        if self._digest is None:
            text = repr([sorted(row.items(), key=lambda item: item[0]) for row in self])
            self._digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
        return self._digest


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRows(Operation):
    """`columns` are those the rows may name, with their types: values go through the types' own conversion.

    Executed with parameters; a script gets literals, one statement a row. `one_by_one` sends each row by itself on a
    live connection too (for values that are SQL expressions)."""

    kind: ClassVar[str] = "insert_rows"
    table: QualifiedName = field(metadata=POSITIONAL)
    columns: tuple[Column, ...] = field(metadata=POSITIONAL)
    rows: Rows = field(metadata=POSITIONAL)
    one_by_one: bool = False

    def describe(self) -> str:
        return f"insert {len(self.rows)} row{'' if len(self.rows) == 1 else 's'} into {self.table}"

    def touches(self) -> tuple[QualifiedName, ...]:
        return ()

    def apply(self, before: Snapshot) -> Snapshot:
        table = the_table(before, self.table)
        for name in {name for row in self.rows for name in row}:
            the_column(table, name)
        return before

    def reverse(self, before: Lookup) -> Operation:
        raise self.refuse_reverse("which rows to take away again cannot be known.")

    def spell(self, backend: Backend, before: Lookup) -> tuple[Statement, ...]:
        return backend.insert_rows(self.table, self.columns, tuple(self.rows), one_by_one=self.one_by_one)
