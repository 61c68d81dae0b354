"""What people type to name a place in the history, read into a value. Nothing here knows any revision.

    address := [branch "@"] [symbol] [offset]    head  heads  base  current  ae10  label@head  ae10+2  -1  label@+1
    range   := [address] ":" [address]           ae10:head  -3:current  :ae10  label@base:

A label may itself contain '-' or end like an offset ("release-2"): the whole symbol, as typed, is kept in `whole`, and
whoever resolves an address looks for that exact name first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from limbeck.errors import BadAddress

HEAD, HEADS, BASE, CURRENT = "head", "heads", "base", "current"


class Address(NamedTuple):
    """One place. `symbol` is None where only an offset was typed; `offset` is None where none was."""

    text: str
    branch: str | None
    symbol: str | None
    offset: int | None
    whole: str
    """What stands behind the '@', symbol and offset together."""

    def __str__(self) -> str:
        return self.text

    @property
    def is_relative(self) -> bool:
        """Whether it counts from where the database is: '+2', 'label@-1'."""
        return self.symbol is None


class Range(NamedTuple):
    """From the older (`start`) to the newer (`stop`); None where that side was left empty."""

    text: str
    start: Address | None
    stop: Address | None


def parse(text: str) -> Address:
    """One place. BadAddress where the text cannot be one, also for a range."""
    stripped = text.strip()
    if not stripped:
        raise BadAddress(text=text, why="it is empty")
    if ":" in stripped:
        raise BadAddress(text=text, why="a range (a:b) cannot stand here")
    branch, at, whole = stripped.rpartition("@")
    if not whole:
        raise BadAddress(text=text, why="nothing follows the '@'")
    if at and not branch:
        raise BadAddress(text=text, why="nothing stands before the '@'")
    symbol, offset = _split_offset(whole)
    return Address(stripped, branch or None, symbol or None, offset, whole)


def _split_offset(whole: str) -> tuple[str, int | None]:
    """'ae10+2' is ('ae10', 2). By hand: a regular expression costs more to compile than all else here to import."""
    digitless = whole.rstrip("0123456789")
    if digitless == whole or digitless[-1:] not in ("+", "-"):
        return whole, None
    return digitless[:-1], int(whole[len(digitless) - 1 :])


def parse_range(text: str) -> Range:
    """Two places with a ':' between them."""
    start, colon, stop = text.strip().partition(":")
    if not colon or ":" in stop:
        raise BadAddress(text=text, why="a range is written start:end, start: or :end")
    return Range(text.strip(), *(parse(side) if side.strip() else None for side in (start, stop)))


def parse_all(texts: str | Iterable[str]) -> tuple[Address, ...]:
    """Several places; one text may hold several with commas or blanks between them."""
    given = (texts,) if isinstance(texts, str) else texts
    return tuple(parse(each) for text in given for each in text.replace(",", " ").split())
