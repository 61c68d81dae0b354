"""What looks renamed: a thing that goes and one that comes, how much they are alike (0 to 100), and why, in words.

Nothing is decided here. A candidate is a reason to ask; a rename is written when a person or the models say so.

What counts for a column, in points:

    30  the same type; 24 but for its length; 15 of one family; 12 both numbers
     8  both allow NULL or both forbid it (4), the same default or none (4)
    15  the same place among the columns that stay; 8 the same gap between two of them
    20  at most: in the key (10), a foreign key to the same column (15), unique (6), indexed (4) on both sides
    30  names that are alike, by their share of common letters
    25  git shows the one line in the other's place (`hints`)

A foreign key to two different things takes 25 away, to be in the key on one side only 10. Where the types are of no
common family the names must be all but one (`NEARLY`), or git must say so and the names be half the same (`HALF`): an
id that goes is not the uuid that comes.
A table counts by the share of its columns (60), its name (25), key (5) and foreign keys (5), and git (25).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from limbeck.model.column import Column
from limbeck.model.constraint import ForeignKey
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend

from .pairing import best_pairs
from .same import plain_name, same_default

ASKED: Final = 50
"""From here on a pair of columns (or of an enum's values) is asked about."""
TABLES_ASKED: Final = 60
NEARLY: Final = 75
"""From here on two names are taken for two ways to write one."""
HALF: Final = 50
"""What the names must have in common where git shows a rename between types of no common family."""
GIT: Final = 25
USUAL: Final = frozenset(
    [
        "id",
        "uuid",
        "name",
        "title",
        "description",
        "created",
        "created_at",
        "created_on",
        "updated",
        "updated_at",
        "updated_on",
    ]
)
"""Columns that many tables have: tables that share no others are not alike for that."""

Hints = Collection[tuple[str, str]]
"""(old name, new name) that something outside the database shows as one line in the other's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`old` may have become `new`. `kind` is "table", "column" or "value"; `within` is the column's table as it stands, the
    value's enum, or the table under its old name."""

    kind: str
    within: QualifiedName
    old: str
    new: str
    score: int
    reasons: tuple[str, ...]


def best(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The one-to-one choice with the greatest total score, the likeliest first."""
    by_pair = {((c.kind, c.within, c.old), _new(c)): c for c in candidates}
    chosen = [by_pair[pair] for pair in best_pairs({pair: c.score for pair, c in by_pair.items()})]
    return tuple(sorted(chosen, key=lambda c: -c.score))


def _new(candidate: Candidate) -> tuple[str, str | None, str]:
    inside = candidate.within.schema if candidate.kind == "table" else str(candidate.within)
    return candidate.kind, inside, candidate.new


# -- columns --------------------------------------------------------------------------------------------------


def column_candidates(backend: Backend, have: Table, want: Table, hints: Hints = ()) -> tuple[Candidate, ...]:
    """Every pair of a column that goes and one that comes which deserves a question, the likeliest first."""
    fold = backend.fold_column
    stays = {fold(c.name) for c in have.columns} & {fold(c.name) for c in want.columns}
    gone = [c for c in have.columns if fold(c.name) not in stays]
    new = [c for c in want.columns if fold(c.name) not in stays]
    found = []
    for old in gone:
        for fresh in new:
            score, reasons = _columns_alike(backend, have, old, want, fresh, stays, hints)
            if score >= ASKED:
                found.append(
                    Candidate(
                        kind="column",
                        within=have.key,
                        old=old.name,
                        new=fresh.name,
                        score=min(score, 100),
                        reasons=reasons,
                    )
                )
    return tuple(sorted(found, key=lambda c: -c.score))


def _columns_alike(
    backend: Backend, have: Table, old: Column, want: Table, new: Column, stays: set[str], hints: Hints
) -> tuple[int, tuple[str, ...]]:
    reasons: list[str] = []
    told = seen(old.name, new.name, hints)
    names = similarity(old.name, new.name)
    score = _types_alike(backend, old, new, reasons)
    if not score and names < (HALF if told else NEARLY):
        return 0, ()
    score += 4 * (old.nullable == new.nullable) + 4 * same_default(backend, old, new)
    score += _places_alike(backend, have, old, want, new, stays, reasons)
    score += _roles_alike(backend, have, old, want, new, reasons)
    score += names * 30 // 100
    if names >= NEARLY:
        reasons.append("a similar name")
    if told:
        score += GIT
        reasons.append("git shows the one in the other's place")
    return score, tuple(reasons)


def _types_alike(backend: Backend, old: Column, new: Column, reasons: list[str]) -> int:
    was, becomes = (backend.canonical_type(c.type.spelling) for c in (old, new))
    if was == becomes:
        reasons.append(f"the same type {new.type.spelling}")
        return 30
    if was.partition("(")[0] == becomes.partition("(")[0]:
        reasons.append(f"the same type but for its length ({old.type.spelling}, {new.type.spelling})")
        return 24
    kinds = family(was), family(becomes)
    if kinds[0] and kinds[0] == kinds[1]:
        reasons.append(f"types of one family ({old.type.spelling}, {new.type.spelling})")
        return 15
    if set(kinds) == {"integer", "number"}:
        reasons.append(f"both numbers ({old.type.spelling}, {new.type.spelling})")
        return 12
    return 0


FAMILIES: Final = (
    ("json", ("JSON",)),
    ("time", ("INTERVAL",)),
    ("integer", ("INT", "SERIAL", "YEAR")),
    ("text", ("CHAR", "TEXT", "CLOB", "STRING", "CITEXT", "ENUM")),
    ("number", ("NUMERIC", "DECIMAL", "NUMBER", "FLOAT", "REAL", "DOUBLE", "MONEY")),
    ("date", ("TIMESTAMP", "DATETIME", "DATE")),
    ("time", ("TIME",)),
    ("bytes", ("BLOB", "BYTEA", "BINARY")),
    ("boolean", ("BOOL",)),
)


def family(spelling: str) -> str:
    """The first family whose word stands in the type; "" where none does."""
    upper = spelling.upper()
    if upper in ("TINYINT(1)", "BIT(1)"):
        return "boolean"
    return next((name for name, words in FAMILIES if any(word in upper for word in words)), "")


def _places_alike(
    backend: Backend,
    have: Table,
    old: Column,
    want: Table,
    new: Column,
    stays: set[str],
    reasons: list[str],
) -> int:
    was, becomes = _place(backend, have, old, stays), _place(backend, want, new, stays)
    if was == becomes:
        reasons.append("the same place in the table")
        return 15
    return 8 if was[:2] == becomes[:2] else 0


def _place(backend: Backend, table: Table, column: Column, stays: set[str]) -> tuple[str, str, int]:
    """The columns that stay before and behind it, and the how manyth it is between them."""
    names = [backend.fold_column(c.name) for c in table.columns]
    at = names.index(backend.fold_column(column.name))
    before = next((n for n in range(at - 1, -1, -1) if names[n] in stays), -1)
    behind = next((names[n] for n in range(at + 1, len(names)) if names[n] in stays), "")
    return (names[before] if before >= 0 else "", behind, at - before)


def _roles_alike(
    backend: Backend, have: Table, old: Column, want: Table, new: Column, reasons: list[str]
) -> int:
    was, becomes = _roles(backend, have, old), _roles(backend, want, new)
    score = 0
    both = was.keys() & becomes.keys()
    for role, points in (("key", 10), ("foreign key", 15), ("unique", 6), ("indexed", 4)):
        if role in both and was[role] == becomes[role]:
            score += points
            reasons.append(
                {"key": "both in the key", "foreign key": "a foreign key to the same column"}.get(
                    role, f"both {role}"
                )
            )
    if "foreign key" in both and was["foreign key"] != becomes["foreign key"]:
        score -= 25
    if ("key" in was) != ("key" in becomes):
        score -= 10
    return min(score, 20)


def _roles(backend: Backend, table: Table, column: Column) -> dict[str, object]:
    name = column.name
    roles: dict[str, object] = {}
    if table.primary_key is not None and name in table.primary_key.columns:
        roles["key"] = True
    if any(name in unique.columns for unique in table.uniques):
        roles["unique"] = True
    for index in table.indexes:
        if name in index.columns:
            roles["unique" if index.unique else "indexed"] = True
    for key in table.foreign_keys:
        if name in key.columns:
            roles["foreign key"] = _referred(backend, key, name)
    return roles


def _referred(backend: Backend, key: ForeignKey, column: str) -> tuple[QualifiedName, str]:
    at = key.columns.index(column)
    referred = key.referred_columns[at] if at < len(key.referred_columns) else ""
    return plain_name(backend, key.referred), backend.fold_column(referred)


# -- tables ---------------------------------------------------------------------------------------------------


def table_candidates(
    backend: Backend, have: Snapshot, want: Snapshot, hints: Hints = ()
) -> tuple[Candidate, ...]:
    """Every pair of a table that goes and one that comes, in one schema, which deserves a question."""
    old = {plain_name(backend, name): table for name, table in have.tables.items()}
    new = {plain_name(backend, name): table for name, table in want.tables.items()}
    gone = [(name.schema, table, _by_name(backend, table)) for name, table in old.items() if name not in new]
    come = [(name.schema, table, _by_name(backend, table)) for name, table in new.items() if name not in old]
    found = []
    for schema, table, was in gone:
        for other, fresh, becomes in come:
            if schema != other or 5 * len(was.keys() & becomes.keys()) < len(was) + len(becomes):
                continue
            score, reasons = _tables_alike(backend, table, fresh, was, becomes, hints)
            if score >= TABLES_ASKED:
                found.append(
                    Candidate(
                        kind="table",
                        within=table.key,
                        old=table.name,
                        new=fresh.name,
                        score=min(score, 100),
                        reasons=reasons,
                    )
                )
    return tuple(sorted(found, key=lambda c: -c.score))


def _by_name(backend: Backend, table: Table) -> dict[str, Column]:
    return {backend.fold_column(c.name): c for c in table.columns}


def _tables_alike(
    backend: Backend,
    have: Table,
    want: Table,
    was: dict[str, Column],
    becomes: dict[str, Column],
    hints: Hints,
) -> tuple[int, tuple[str, ...]]:
    """They have two fifths of their columns' names in common at least."""
    shared = [name for name in was if name in becomes]
    same = [name for name in shared if _types_alike(backend, was[name], becomes[name], [])]
    score = 60 * (len(shared) + len(same)) // (len(was) + len(becomes) or 1)
    reasons = [f"{len(shared)} of {max(len(was), len(becomes))} columns are the same"]
    names = similarity(have.name, want.name)
    score += names * 25 // 100
    if names >= NEARLY:
        reasons.append("a similar name")
    elif all(name in USUAL for name in shared):
        score -= 15
    score += 5 * (_key_columns(backend, have) == _key_columns(backend, want))
    keys, others = ({_key_of(backend, k) for k in t.foreign_keys} for t in (have, want))
    if keys and keys == others:
        score += 5
        reasons.append("the same foreign keys")
    if seen(have.name, want.name, hints):
        score += GIT
        reasons.append("git shows the one in the other's place")
    return score, tuple(reasons)


def _key_columns(backend: Backend, table: Table) -> tuple[str, ...]:
    key = table.primary_key
    return () if key is None else tuple(backend.fold_column(c) for c in key.columns)


def _key_of(backend: Backend, key: ForeignKey) -> tuple[tuple[str, ...], QualifiedName]:
    return tuple(backend.fold_column(c) for c in key.columns), plain_name(backend, key.referred)


# -- values of an enum ----------------------------------------------------------------------------------------


def value_candidates(have: Enum, want: Enum, hints: Hints = ()) -> tuple[Candidate, ...]:
    """Every pair of a value that goes and one that comes which deserves a question."""
    gone = [label for label in have.labels if label not in want.labels]
    new = [label for label in want.labels if label not in have.labels]
    found = []
    for old in gone:
        for fresh in new:
            names = similarity(old, fresh)
            reasons = ["a similar name"] if names >= NEARLY else []
            score = names * 50 // 100
            if _label_place(have.labels, old, want.labels) == _label_place(want.labels, fresh, have.labels):
                score += 30
                reasons.append("the same place among the values")
            if len(gone) == len(new) == 1:
                score += 15
                reasons.append("the only one that goes and the only one that comes")
            if seen(old, fresh, hints):
                score += GIT
                reasons.append("git shows the one in the other's place")
            if score >= ASKED:
                found.append(
                    Candidate(
                        kind="value",
                        within=want.key,
                        old=old,
                        new=fresh,
                        score=min(score, 100),
                        reasons=tuple(reasons),
                    )
                )
    return tuple(sorted(found, key=lambda c: -c.score))


def _label_place(labels: Sequence[str], label: str, others: Sequence[str]) -> tuple[str, str, int]:
    at = labels.index(label)
    before = next((n for n in range(at - 1, -1, -1) if labels[n] in others), -1)
    behind = next((labels[n] for n in range(at + 1, len(labels)) if labels[n] in others), "")
    return (labels[before] if before >= 0 else "", behind, at - before)


# -- names ----------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
SHORT: Final = 3


def similarity(old: str, new: str) -> int:
    """How much two names are alike, 0 to 100: their common letters, or one within the other by whole words, or the one a
    beginning of the other (`addr`, `address`). A name of fewer than three letters is alike to itself only."""
    words, others = ([w.lower() for w in _WORDS.findall(name)] for name in (old, new))
    one, other = "".join(words), "".join(others)
    if one == other:
        return 100
    if min(len(one), len(other)) < SHORT:
        return 0
    letters = round(100 * difflib.SequenceMatcher(None, one, other, autojunk=False).ratio())
    within = set(words) < set(others) or set(others) < set(words)
    begins = one.startswith(other) or other.startswith(one)
    return max(letters, NEARLY if within or begins else 0)


def seen(old: str, new: str, hints: Hints) -> bool:
    return (old, new) in hints
