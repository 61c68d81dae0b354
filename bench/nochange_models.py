"""The models of bench/nochange.py, as the text of a module: tables as applications have them.

Nine columns: a numbered key, texts of three lengths, a native enum, a number with a default and a CHECK, a boolean, a
time with a default, a foreign key to the table before; one unique constraint, two indexes (one partial), comments.
"""

from __future__ import annotations

HEAD = """\
import os

import sqlalchemy as sa

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMES)
status = sa.Enum("open", "paid", "sent", name="status", metadata=metadata)


def account(name, before, schema=None):
    place = f"{schema}." if schema else ""
    table = sa.Table(
        name,
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("mail", sa.String(200), nullable=False, comment="where letters go"),
        sa.Column("notes", sa.Text),
        sa.Column("state", status, nullable=False, server_default="open"),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("parent_id", sa.BigInteger, sa.ForeignKey(f"{place}{before}.id", ondelete="CASCADE")),
        sa.UniqueConstraint("mail"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.Index(None, "state", "made"),
        comment="one of many",
        schema=schema,
    )
    sa.Index(f"ix_{name}_parent", table.c.parent_id, postgresql_where=table.c.parent_id.is_not(None))


def wide(name, count):
    columns = [sa.Column(f"c{n}", sa.String(20 + n % 40), server_default=f"text {n}") for n in range(count - 1)]
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)

"""


def accounts(count: int) -> str:
    return HEAD + (
        f"for number in range({count}):\n"
        "    account(f'account_{number:05}', f'account_{max(number - 1, 0):05}')\n"
    )


def in_schemas(schemas: int, tables: int) -> str:
    return HEAD + (
        f"for place in range({schemas}):\n"
        f"    for number in range({tables}):\n"
        "        account(f'account_{number:05}', f'account_{max(number - 1, 0):05}', f's{place}')\n"
    )


def wides(count: int, columns: int) -> str:
    return HEAD + f"for number in range({count}):\n    wide(f'wide_{{number:05}}', {columns})\n"
