"""Whether two spellings of a PostgreSQL default mean the same, without ever running one.

First as texts, with casts and what stands round them taken away; where that is not enough, the server stores the
declared one in a scratch place that is rolled back (the core's judge), and what it shows is compared.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from limbeck.backends.postgresql.casts import without_casts


def same_default(connection: Any, have: str, want: str, type_: Any) -> bool:
    """`have` as the server shows it, `want` as it is declared for a column of this type."""
    if _plain(have) == _plain(want):
        return True
    stored = _as_stored(connection, want, type_)
    return stored is not None and _plain(stored) == _plain(have)


def _plain(text: str) -> Decimal | str:
    pieces = re.split(r"('(?:[^']|'')*')", text)  # what stands in quotes keeps its case
    text = "".join(piece if piece.startswith("'") else piece.lower() for piece in pieces)
    text = without_casts(text).strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    bare = re.fullmatch(r"'?(-?\d[\d.]*)'?", text)
    try:
        return Decimal(bare.group(1)) if bare else text
    except InvalidOperation:
        return text


def _as_stored(connection: Any, want: str, type_: Any) -> str | None:
    """What the server makes of it; None where it may not be asked or refuses."""
    from limbeck.backends import backend_for
    from limbeck.judge.settle import settle
    from limbeck.model.defaults import TextDefault
    from limbeck.model.snapshot import Snapshot
    from limbeck.shore.freeze import Freezer, backend_id

    if connection is None or not hasattr(connection, "begin_nested"):
        return None
    column: sa.Column[Any] = sa.Column("value", type_, server_default=sa.text(want))
    freezer = Freezer(connection.dialect)
    table = freezer.table(sa.Table("limbeck_judged", sa.MetaData(), column))
    declared = Snapshot(backend=backend_id(connection.dialect), tables={table.key: table})
    settled = settle(connection, backend_for(connection.dialect), declared, [table.key])
    default = settled.want.tables[table.key].columns[0].default
    return default.sql.text if isinstance(default, TextDefault) and not settled.as_text else None
