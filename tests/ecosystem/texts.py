"""Every directive that alters something, with all its options, on every database, as SQL that is not executed.

`python -m tests.ecosystem.texts` prints it for whichever `alembic` is installed; `texts.txt` is what the original says
(LIMBECK_ALEMBIC=0). A directive that is refused has the class of the error in the place of its text.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Computed, Identity, Integer, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.sql import quoted_name

DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")
Call = Callable[[Any], None]


def context_for(name: str) -> Any:
    from alembic.migration import MigrationContext

    # the dialects themselves, so that no driver is needed
    dialect = make_url(f"{name}://").get_dialect(_is_async=False)() if name != "mariadb" else _mariadb()
    out = io.StringIO()
    return MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "output_buffer": out}), out


def _mariadb() -> Any:
    from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

    dialect = MariaDBDialect()
    dialect._set_mariadb(True, ())
    return dialect


def calls() -> Iterator[tuple[str, Call]]:
    """Each with a name of its own."""
    yield from _tables()
    yield from _added()
    yield from _altered()
    yield from _whole_columns()
    yield from _constraints()
    yield from _indexes()


def _tables() -> Iterator[tuple[str, Call]]:
    yield "rename table", lambda op: op.rename_table("t", "u")
    yield "rename table in a schema", lambda op: op.rename_table("t", "u", schema="s")
    yield "rename table in a dotted schema", lambda op: op.rename_table("t", "u", schema="a.b")
    yield (
        "rename table in one dotted name",
        lambda op: op.rename_table("t", "u", schema=quoted_name("a.b", quote=True)),
    )
    yield "rename table with capitals", lambda op: op.rename_table("Table One", "order")
    yield "rename table with a percent sign", lambda op: op.rename_table("a%b", "c%d")
    yield "drop column", lambda op: op.drop_column("t", "x")
    yield "drop column in a schema", lambda op: op.drop_column("t", "Some Column", schema="s")
    yield "drop column if there", lambda op: op.drop_column("t", "x", if_exists=True)
    yield (
        "drop column and what is on it",
        lambda op: op.drop_column(
            "t", "x", mssql_drop_default=True, mssql_drop_check=True, mssql_drop_foreign_key=True
        ),
    )


def _added() -> Iterator[tuple[str, Call]]:
    columns: dict[str, Callable[[], Any]] = {  # none that SQLAlchemy 2.0 and 2.1 spell differently
        "plain": lambda: Column("x", Integer),
        "not null": lambda: Column("x", String(30), nullable=False),
        "capitals": lambda: Column("Some Column", Integer),
        "text default": lambda: Column("x", String(9), server_default="it's 5%"),
        "numeric": lambda: Column("x", sa.Numeric(10, 2), server_default="0"),
        "enum": lambda: Column("x", sa.Enum("a", "b", name="e")),
        "key": lambda: Column("x", Integer, primary_key=True),
        "unique": lambda: Column("x", Integer, unique=True),
        "indexed": lambda: Column("x", Integer, index=True),
        "reference": lambda: Column("x", Integer, sa.ForeignKey("r.id", ondelete="CASCADE", name="fk_x")),
        "check": lambda: Column("x", Integer, sa.CheckConstraint("x > 5")),
        "named check": lambda: Column("x", Integer, sa.CheckConstraint("x % 5 = 0", name="ck_x")),
        "comment": lambda: Column("x", Integer, comment="it's x"),
        "stored": lambda: Column("x", Integer, Computed("y * 2", persisted=True)),
        "identity": lambda: Column("x", Integer, Identity(always=True, start=3, increment=2)),
        "collated": lambda: Column("x", String(9, collation="C"), nullable=False),
        "system": lambda: Column(
            "x", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("'now'")
        ),
    }
    for name, column in columns.items():
        yield f"add column: {name}", lambda op, column=column: op.add_column("t", column(), schema="s")  # type: ignore[misc]
    yield "add column if not there", lambda op: op.add_column("t", Column("x", Integer), if_not_exists=True)
    yield (
        "add column with its key",
        lambda op: op.add_column("t", Column("x", Integer, primary_key=True), inline_primary_key=True),
    )
    yield (
        "add column with its reference",
        lambda op: op.add_column(
            "t",
            Column(
                "x",
                Integer,
                sa.ForeignKey("s.r.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"),
            ),
            inline_references=True,
        ),
    )
    yield (
        "add column with its reference and check",
        lambda op: op.add_column(
            "t",
            Column("x", Integer, sa.ForeignKey("r.id"), sa.CheckConstraint("x > 0")),
            inline_references=True,
        ),
    )


def _altered() -> Iterator[tuple[str, Call]]:
    there: dict[str, Any] = {"existing_type": Integer(), "existing_nullable": True}
    text: dict[str, Any] = {
        "existing_type": String(10),
        "existing_nullable": False,
        "existing_server_default": "a",
    }
    given: dict[str, dict[str, Any]] = {
        "nullable": {"nullable": True, **there},
        "not nullable": {"nullable": False, **there},
        "nullable, type not known": {"nullable": False},
        "type": {"type_": String(50), **there},
        "type class": {"type_": sa.BigInteger, **there},
        "type and nullable": {"type_": String(50), "nullable": False, **there},
        "type using": {"type_": Integer(), "postgresql_using": "x::integer % 7", **text},
        "type array": {"type_": postgresql.ARRAY(Integer), **there},
        "default text": {"server_default": "it's 5%", **text},
        "default sql": {"server_default": sa.text("1 + 1"), **there},
        "default function": {"server_default": sa.func.now(), "existing_type": sa.DateTime()},
        "default null": {"server_default": None, **text},
        "default null for a moment": {"server_default": None, "existing_type": sa.DateTime()},
        "name": {"new_column_name": "y", **there},
        "name with capitals": {"new_column_name": "Other Column", **text},
        "name, type not known": {"new_column_name": "y"},
        "comment": {"comment": "it's 5%", **there},
        "comment over another": {"comment": "b", "existing_comment": "a", **there},
        "comment gone": {"comment": None, "existing_comment": "a", **there},
        "numbers": {"autoincrement": True, "existing_type": Integer(), "existing_nullable": False},
        "all": {
            "new_column_name": "y", "type_": String(20), "nullable": False, "server_default": "b", "comment": "c", **there,
        },
        "identity": {"server_default": Identity(), "existing_type": Integer()},
        "identity with options": {
            "server_default": Identity(always=True, start=3, maxvalue=99, cycle=True), "existing_type": Integer(),
        },
        "identity changed": {
            "server_default": Identity(always=True, increment=5, start=1),
            "existing_server_default": Identity(always=False, start=1), "existing_type": Integer(),
        },
        "identity with a lower bound": {
            "server_default": Identity(minvalue=0),
            "existing_server_default": Identity(),
            "existing_type": Integer(),
        },
        "identity with fewer bounds": {
            "server_default": Identity(start=3, cache=2, nominvalue=True),
            "existing_server_default": Identity(start=3, maxvalue=99, minvalue=5), "existing_type": Integer(),
        },
        "identity gone": {"server_default": None, "existing_server_default": Identity(), "existing_type": Integer()},
        "computed": {"server_default": Computed("y + 1"), "existing_type": Integer()},
        "computed gone": {"server_default": None, "existing_server_default": Computed("y"), "existing_type": Integer()},
    }  # fmt: skip
    for name, words in given.items():
        for schema in (None, "s"):
            told = f"alter column: {name}{' in a schema' if schema else ''}"
            yield (
                told,
                lambda op, words=words, schema=schema: op.alter_column("t", "x", schema=schema, **words),
            )  # type: ignore[misc]


def _whole_columns() -> Iterator[tuple[str, Call]]:
    """What MySQL says again when one thing changes."""
    whole: dict[str, Any] = {
        "existing_type": String(10), "existing_nullable": False, "existing_server_default": "q",
        "existing_comment": "old",
    }  # fmt: skip
    changed: dict[str, dict[str, Any]] = {
        "null": {"nullable": True},
        "comment": {"comment": "n"},
        "comment gone": {"comment": None},
        "name": {"new_column_name": "Y"},
        "type": {"type_": sa.Text()},
    }
    for name, words in changed.items():
        yield (
            f"alter known column: {name}",
            lambda op, words=words: op.alter_column("t", "x", **words, **whole),
        )  # type: ignore[misc]
    yield (
        "alter known column: numbers no more",
        lambda op: op.alter_column(
            "t",
            "x",
            existing_type=Integer(),
            existing_nullable=False,
            existing_autoincrement=True,
            autoincrement=False,
        ),
    )
    yield (
        "alter known column: a numbering one",
        lambda op: op.alter_column(
            "t",
            "x",
            type_=sa.BigInteger(),
            existing_type=Integer(),
            existing_nullable=False,
            existing_autoincrement=True,
        ),
    )


def _constraints() -> Iterator[tuple[str, Call]]:
    yield "unique", lambda op: op.create_unique_constraint("u", "t", ["a", "b"], schema="s")
    yield "check", lambda op: op.create_check_constraint("c", "t", "a % 2 = 0")
    yield "key", lambda op: op.create_primary_key("p", "t", ["a", "b"])
    yield (
        "reference",
        lambda op: op.create_foreign_key("f", "t", "r", ["a"], ["b"], ondelete="CASCADE", use_alter=True),
    )
    for kind in ("unique", "check", "primary", "foreignkey", None):
        yield f"drop {kind}", lambda op, kind=kind: op.drop_constraint("c", "t", type_=kind)  # type: ignore[misc]
    yield "drop if there", lambda op: op.drop_constraint("c", "t", type_="unique", if_exists=True)


def _indexes() -> Iterator[tuple[str, Call]]:
    yield "index", lambda op: op.create_index("i", "t", ["a", sa.text("lower(b)")], unique=True, schema="s")
    yield (
        "index with options",
        lambda op: op.create_index(
            "i", "t", ["a"], postgresql_where=sa.text("a > 5"), postgresql_concurrently=True, mysql_length={"a": 5},
            mssql_include=["b"], sqlite_where=sa.text("a > 6"), if_not_exists=True,
        ),
    )  # fmt: skip
    yield "drop index", lambda op: op.drop_index("i", "t", schema="s", if_exists=True)
    yield "table comment", lambda op: op.create_table_comment("t", "it's", schema="s")
    yield "table comment gone", lambda op: op.drop_table_comment("t", existing_comment="a")


def said(database: str, call: Call) -> list[str]:
    """The statements, blanks made one; or the class of the error."""
    from alembic.operations import Operations

    context, out = context_for(database)
    try:
        call(Operations(context))
    except Exception as error:
        cls = type(error)
        return [*_statements(out.getvalue()), f"! {cls.__module__.split('.')[0]}.{cls.__name__}"]
    return _statements(out.getvalue())


def _statements(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def lines() -> list[str]:
    found = []
    for database in DATABASES:
        for name, call in calls():
            found += [f"{database} | {name}", *(f"    {text}" for text in said(database, call))]
    return found


if __name__ == "__main__":
    if os.environ.get("LIMBECK_ALEMBIC") != "0":
        import limbeck.alembic  # noqa: F401
    print("\n".join(lines()))
