"""A whole column as MODIFY and CHANGE want it."""

from __future__ import annotations

import re

from limbeck.errors import ColumnNotKnown
from limbeck.model.column import Column
from limbeck.model.defaults import Computed, Default, Identity, TextDefault
from limbeck.model.marks import is_known
from limbeck.model.names import QualifiedName
from limbeck.shore import ddl

_LITERAL = re.compile(
    r"""(?x)\s*( '(?:[^'\\]|''|\\.)*' | [-+]?\d[\d.]*(?:e[-+]?\d+)? | NULL | TRUE | FALSE
                          | [bx]'[0-9a-f]*' )\s*\Z""",
    re.IGNORECASE,
)
_ON_UPDATE = re.compile(r"(?i)\bon\s+update\b")
_MOMENT = re.compile(r"(?i)(datetime|timestamp)\b")


def definition(dialect: object, column: Column, *, mariadb: bool) -> str:
    """`INTEGER NOT NULL AUTO_INCREMENT DEFAULT 1 COMMENT 'x'`: all of the column but its name.

    NULL is always said: a TIMESTAMP without it is not null on older servers."""
    parts = [ddl.type_text(dialect, column.type)]
    if isinstance(column.default, Computed):
        parts.append(_generated(column.default))
        if not column.nullable and not mariadb:  # MariaDB has no NOT NULL on generated columns
            parts.append("NOT NULL")
    else:
        parts.append("NULL" if column.nullable else "NOT NULL")
    if column.autoincrement or isinstance(column.default, Identity):
        parts.append("AUTO_INCREMENT")
    elif column.default is not None and not isinstance(column.default, Computed):
        parts.append(f"DEFAULT {ddl.default_text(dialect, column.default)}")
    if column.comment is not None:
        parts.append(f"COMMENT {ddl.literal(dialect, column.comment)}")
    return " ".join(parts)


def _generated(default: Computed) -> str:
    stored = "" if default.persisted is None else " STORED" if default.persisted else " VIRTUAL"
    return f"GENERATED ALWAYS AS ({default.sql.text}){stored}"


def must_be_known(title: str, table: QualifiedName, column: Column) -> None:
    """Raises ColumnNotKnown for the first part of the column that nobody said."""
    for part in ("type", "nullable", "default", "autoincrement", "comment"):
        if not is_known(getattr(column, part)):
            wanted = f"{part} of column {table}.{column.name}"
            raise ColumnNotKnown(wanted=wanted, backend=title, argument=part)


def needs_whole_column(column: Column, default: Default | None) -> bool:
    """Whether a new default cannot be given by SET DEFAULT.

    Moments take CURRENT_TIMESTAMP, which SET DEFAULT does not (and ON UPDATE goes with it); anything but a literal or
    an expression in parentheses is not taken either."""
    if follows_update(column.default):
        return True
    if default is None:
        return False
    if not isinstance(default, TextDefault):
        return True
    text = default.sql.text
    moment = is_known(column.type) and _MOMENT.match(column.type.spelling) is not None
    return moment or not (_LITERAL.match(text) or text.lstrip().startswith("("))


def follows_update(default: Default | None) -> bool:
    """Whether it says ON UPDATE, as SQLAlchemy and the reader have it, with the default."""
    return isinstance(default, TextDefault) and _ON_UPDATE.search(default.sql.text) is not None
