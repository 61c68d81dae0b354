"""Which changes this version of SQLite makes by itself, without a table rebuild.

Since 3.25 RENAME COLUMN; since 3.35 DROP COLUMN, where nothing else names the column; since 3.53 ALTER COLUMN SET and
DROP NOT NULL, ADD CONSTRAINT ... CHECK and DROP CONSTRAINT of one. ADD COLUMN refuses what existing rows could not
have: a key, NOT NULL without a value, a default that is no constant, a stored generated column
(sqlite.org/lang_altertable, sections 3 to 5). In a STRICT table it does not ask whether the default fits the type (3.40):
rows would hold what the table forbids, and integrity_check fails; a rebuild writes the values, so they are checked.
"""

from __future__ import annotations

import re

from limbeck.model.column import Column
from limbeck.model.constraint import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import Computed, TextDefault
from limbeck.model.marks import UNCHANGED
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.column import AddColumn, DropColumn, RenameColumn
from limbeck.ops.constraint import AddConstraint, DropConstraint

from .reading import Book
from .tokens import BLOB, NUMBER, STRING, WORD, mentions, same, tokenize

ALTERS_NOT_NULL = (3, 53)
DROPS_COLUMNS = (3, 35)
RENAMES_COLUMNS = (3, 25)
ASSUMED = (3, 37)
"""What a script may count on where no server was asked: that of Debian 11 and newer, and of every Python that limbeck runs on."""


def adds_column(operation: AddColumn, strict: bool) -> bool:
    column = operation.column
    if isinstance(column.default, Computed):
        return not column.default.persisted and not operation.inline
    if column.autoincrement or any(isinstance(c, (PrimaryKey, Unique)) for c in operation.inline):
        return False
    value = _constant(column)
    if value is None:
        return False
    if not column.nullable and value == "NULL":
        return False
    if strict and value != "NULL" and not _fits(column):
        return False
    return value == "NULL" or not any(isinstance(c, ForeignKey) for c in operation.inline)


def _fits(column: Column) -> bool:
    """Whether a STRICT table surely takes the literal that is the column's default; so does any other table whatever its
    type is called, since no STRICT table has a column of a type that is not among these."""
    assert isinstance(column.default, TextDefault)
    token = list(tokenize(column.default.sql.text.strip()))[-1]
    kind, written = column.type.spelling.upper(), token.text.strip("'")
    if kind in ("INT", "INTEGER"):
        return token.kind != BLOB and re.fullmatch(r"[+-]?[0-9]{1,18}", written) is not None
    if kind == "REAL":
        return token.kind != BLOB and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", written) is not None
    return token.kind == BLOB if kind == "BLOB" else kind != "TEXT" or token.kind != BLOB


def _constant(column: Column) -> str | None:
    """The default as a literal, "NULL" where there is none; None where it is an expression."""
    if column.default is None:
        return "NULL"
    if not isinstance(column.default, TextDefault):
        return None
    text = column.default.sql.text.strip()
    tokens = list(tokenize(text))
    if tokens and tokens[0].text in "+-":
        tokens = tokens[1:]
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.is_word("CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"):
        return None
    return token.text.upper() if token.kind in (NUMBER, STRING, BLOB, WORD) else None


def renames_column(operation: RenameColumn, table: Table) -> bool:
    """Not where SQLite forgets one place (3.40, "no such column"): an INTEGER that is the whole key of a WITHOUT ROWID table
    and stands in a unique constraint too."""
    column, key = table.column(operation.column), table.primary_key
    if column is None or key is None or dict(table.options).get("sqlite_with_rowid") is not False:
        return True
    if column.type.spelling.upper() != "INTEGER" or key.columns != (column.name,):
        return True
    return not any(column.name in unique.columns for unique in table.uniques)


def drops_column(operation: DropColumn, table: Table, book: Book) -> bool:
    """Only where the column is alone: in no key, index, check or generated column beside those in its own clause."""
    name = operation.column
    own = next((e for e in book.entries if e.column is not None and e.column.name == name), None)
    inline = own.constraints if own is not None else ()
    if len(table.columns) < 2 or (table.primary_key is not None and name in table.primary_key.columns):
        return False
    if any(
        _names(c, name) for c in table.constraints if not (c in inline and isinstance(c, (Check, ForeignKey)))
    ):
        return False
    if any(_generated_from(c, name) for c in table.columns if c.name != name):
        return False
    for index in table.indexes:
        texts = [e.sql.text for e in index.elements if e.sql is not None]
        texts += [
            v.text if isinstance(v, SqlText) else str(v) for k, v in index.options if k == "sqlite_where"
        ]
        if any(same(c, name) for c in index.columns) or any(mentions(t, name) for t in texts):
            return False
    return True


def _names(constraint: Constraint, column: str) -> bool:
    if isinstance(constraint, Check):
        return mentions(constraint.sql.text, column)
    if isinstance(constraint, (PrimaryKey, Unique, ForeignKey)):
        return any(same(c, column) for c in constraint.columns)
    return True


def _generated_from(column: Column, name: str) -> bool:
    return isinstance(column.default, Computed) and mentions(column.default.sql.text, name)


def alters_not_null(operation: AlterColumn, table: Table) -> bool:
    """Whether NOT NULL is all that changes, of a column where it can be said alone."""
    column = table.column(operation.column)
    only = operation.nullable is not UNCHANGED and not operation.options
    rest = (operation.type, operation.default, operation.autoincrement)
    key = table.primary_key
    in_key = key is not None and operation.column in key.columns
    return only and column is not None and not in_key and all(part is UNCHANGED for part in rest)


def adds_constraint(operation: AddConstraint) -> bool:
    return isinstance(operation.constraint, Check)


def drops_constraint(operation: DropConstraint, table: Table) -> bool:
    """Only by its name: one without stays a matter of the rebuild."""
    return operation.name is not None and isinstance(table.constraint(operation.name), Check)
