"""How lax a comparison is, as one value. The default compares everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is compared. A part that is False is taken as equal."""

    types: bool = True
    defaults: bool = True
    computed: bool = True
    identity: bool = True
    comments: bool = True
    checks: bool = True
    options: bool = True
    primary_keys: bool = True
    exact: bool = True
    """Both sides are in the server's own wording, so other words are another meaning. False: they may differ in casts,
    parentheses and blanks (what the server could not be asked about)."""
    constraint_names: bool = True
    """A named constraint or index that stands under another name is renamed; False: the same thing is the same."""


EVERYTHING = Rules()
