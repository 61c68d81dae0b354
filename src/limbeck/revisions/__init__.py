"""Which revisions there are, and the way from here to there. Pure: no files, no tables, no SQLAlchemy.

Revision       what one file says about itself
RevisionGraph  how they hang together, and every mistake in it
Address        what people type: head, ae10+2, label@-1, a:b (parse, then resolve)
Route, Step    the way there: upgrade, downgrade, stamp; `between` is what history lists
HeadMoves      the rows of the version table that a step deletes, inserts and updates
"""

from __future__ import annotations

from limbeck.revisions.address import Address, Range, parse, parse_all, parse_range
from limbeck.revisions.graph import RevisionGraph
from limbeck.revisions.head_moves import Frontier, HeadMoves, Step, head_moves
from limbeck.revisions.resolve import downgrade_goal, resolve, resolve_one, upgrade_targets
from limbeck.revisions.revision import Revision
from limbeck.revisions.route import Route, between, downgrade, stamp, upgrade

__all__ = [
    "Address",
    "Frontier",
    "HeadMoves",
    "Range",
    "Revision",
    "RevisionGraph",
    "Route",
    "Step",
    "between",
    "downgrade",
    "downgrade_goal",
    "head_moves",
    "parse",
    "parse_all",
    "parse_range",
    "resolve",
    "resolve_one",
    "stamp",
    "upgrade",
    "upgrade_targets",
]
