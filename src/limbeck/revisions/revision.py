"""One revision as it is written in its file. Nothing here is resolved, checked or ordered; `graph` does that."""

from __future__ import annotations

from typing import NamedTuple


class Revision(NamedTuple):
    """What a revision file says about itself. Names are as written; `origin` is the file, for messages."""

    id: str
    parents: tuple[str, ...] = ()
    """`down_revision`; empty for a base."""
    depends_on: tuple[str, ...] = ()
    """Ids, prefixes of ids or branch labels."""
    labels: tuple[str, ...] = ()
    """The branch labels written in this very file."""
    message: str = ""
    date: str | None = None
    origin: str = ""
