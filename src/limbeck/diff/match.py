"""Which of the old is which of the new: by name where both have one, else by what they are.

A thing without a name matches anything that is the same; so an unnamed constraint of the models meets the one the
database named by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str | None: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """One of the old and the one of the new it is; `same` tells whether they are alike but for the name."""

    have: T
    want: T
    same: bool


@dataclass(frozen=True, slots=True)
class Matched(Generic[T]):
    pairs: tuple[Pair[T], ...]
    gone: tuple[T, ...]
    new: tuple[T, ...]


def match(
    have: Iterable[T],
    want: Iterable[T],
    same: Callable[[T, T], bool],
    *,
    fold: Callable[[str], str] = str,
    apart: Callable[[T, T], object] = lambda old, fresh: old.name is not None,
) -> Matched[T]:
    """Pairs up two lists. `fold` brings names to the form in which the database tells them apart (case); `apart`
    tells how far two that are the same are from each other: of several the nearest is taken.

    First equal names; then unnamed new ones with the same old ones; then same things under two names (renames).
    """
    gone = list(have)
    new = list(want)
    pairs: list[Pair[T]] = []

    def take(old: T, fresh: T) -> None:
        pairs.append(Pair(old, fresh, same(old, fresh)))
        gone.remove(old)
        new.remove(fresh)

    by_name = {fold(o.name): o for o in gone if o.name is not None}
    for fresh in list(new):
        old = by_name.get(fold(fresh.name)) if fresh.name is not None else None
        if old is not None and old in gone and (same(old, fresh) or not _twin(old, new, same, fold)):
            take(old, fresh)
    for unnamed_first in (True, False):
        for fresh in list(new):
            if unnamed_first and fresh.name is not None:
                continue
            alike = [o for o in gone if same(o, fresh)]
            old = min(alike, key=lambda o: apart(o, fresh), default=None)  # type: ignore[arg-type,return-value]
            if old is not None:
                take(old, fresh)
    return Matched(tuple(pairs), tuple(gone), tuple(new))


def _twin(old: T, new: Iterable[T], same: Callable[[T, T], bool], fold: Callable[[str], str]) -> bool:
    """Whether another new one under the same name is exactly the old (two kinds of constraints share no names)."""
    return any(
        n.name is not None and old.name is not None and fold(n.name) == fold(old.name) and same(old, n)
        for n in new
    )
