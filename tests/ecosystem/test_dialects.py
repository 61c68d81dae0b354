"""Dialects from PyPI with their own impl: their DDL, offline. Each is skipped where its package is not installed."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url


def context_for(url: str, module: str) -> Any:
    pytest.importorskip(module)
    from alembic.migration import MigrationContext

    dialect = make_url(url).get_dialect()()
    out = io.StringIO()
    return MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "output_buffer": out}), out


def told(context: Any, out: io.StringIO, *calls: Any) -> list[str]:
    """What the calls write, a statement an item, blanks made one."""
    from alembic.operations import Operations

    operations = Operations(context)
    for call in calls:
        call(operations)
    return [" ".join(text.split()) for text in out.getvalue().split(";") if text.strip()]


def create(op: Any) -> None:
    op.create_table("t", sa.Column("id", sa.Integer, nullable=False), sa.Column("x", sa.String(20)))


def add(op: Any) -> None:
    op.add_column("t", sa.Column("y", sa.Integer))


def forbid_null(op: Any) -> None:
    op.alter_column("t", "y", nullable=False, existing_type=sa.Integer())


def rename_column(op: Any) -> None:
    op.alter_column("t", "y", new_column_name="z", existing_type=sa.Integer())


def rename_table(op: Any) -> None:
    op.rename_table("t", "u")


def test_redshift() -> None:
    context, out = context_for("redshift+psycopg2://", "sqlalchemy_redshift")
    assert type(context.impl).__name__ == "RedshiftImpl"
    assert told(context, out, create, add, forbid_null, rename_column, rename_table) == [
        "CREATE TABLE t ( id INTEGER NOT NULL, x VARCHAR(20) )",
        "ALTER TABLE t ADD COLUMN y INTEGER",
        "ALTER TABLE t ALTER COLUMN y SET NOT NULL",
        "ALTER TABLE t RENAME y TO z",
        "ALTER TABLE t RENAME TO u",
    ]


def test_cockroachdb() -> None:
    pytest.importorskip("sqlalchemy_cockroachdb")
    from alembic.ddl.postgresql import PostgresqlImpl

    class CockroachDBImpl(PostgresqlImpl):
        __dialect__ = "cockroachdb"
        transactional_ddl = False

    try:
        context, out = context_for("cockroachdb+psycopg://", "sqlalchemy_cockroachdb")
    except sa.exc.NoSuchModuleError:
        context, out = context_for("cockroachdb://", "sqlalchemy_cockroachdb")
    assert "Cockroach" in type(context.impl).__name__
    assert told(context, out, create, add, rename_column)[1:] == [
        "ALTER TABLE t ADD COLUMN y INTEGER",
        "ALTER TABLE t RENAME y TO z",
    ]


def test_snowflake() -> None:
    pytest.importorskip("snowflake.sqlalchemy")
    from alembic.ddl.impl import DefaultImpl

    class SnowflakeImpl(DefaultImpl):
        __dialect__ = "snowflake"

    context, out = context_for("snowflake://", "snowflake.sqlalchemy")
    assert told(context, out, create, add, forbid_null, rename_table) == [
        "CREATE TABLE t ( id INTEGER NOT NULL, x VARCHAR(20) )",
        "ALTER TABLE t ADD COLUMN y INTEGER",
        "ALTER TABLE t ALTER COLUMN y SET NOT NULL",
        "ALTER TABLE t RENAME TO u",
    ]


def test_bigquery() -> None:
    pytest.importorskip("sqlalchemy_bigquery")
    from alembic.ddl.impl import DefaultImpl

    class BigQueryImpl(DefaultImpl):
        __dialect__ = "bigquery"

    context, out = context_for("bigquery://", "sqlalchemy_bigquery")
    assert told(context, out, create, add, rename_table) == [
        "CREATE TABLE `t` ( `id` INT64 NOT NULL, `x` STRING(20) )",
        "ALTER TABLE `t` ADD COLUMN `y` INT64",
        "ALTER TABLE `t` RENAME TO `u`",
    ]


def test_spanner() -> None:
    pytest.importorskip("google.cloud.sqlalchemy_spanner")
    from alembic.ddl.impl import DefaultImpl

    class SpannerImpl(DefaultImpl):
        __dialect__ = "spanner+spanner"

    context, out = context_for("spanner+spanner://", "google.cloud.sqlalchemy_spanner")
    assert told(context, out, add)[-1] == "ALTER TABLE t ADD COLUMN y INT64"


def test_clickhouse() -> None:
    """Its own impl asks for names that 1.20 has not; people write this one."""
    pytest.importorskip("clickhouse_sqlalchemy")
    from alembic.ddl.impl import DefaultImpl

    class ClickHouseImpl(DefaultImpl):
        __dialect__ = "clickhouse"

    context, out = context_for("clickhouse+native://", "clickhouse_sqlalchemy")
    column = sa.Table("t", sa.MetaData(), sa.Column("y", sa.Integer)).c.y
    own = context.dialect.ddl_compiler(context.dialect, None).get_column_specification(
        column
    )  # by its version
    assert told(context, out, add)[-1] == f"ALTER TABLE t ADD COLUMN {own}"
    noted = sa.Column("z", sa.Integer, comment="noted")
    assert told(context, out, lambda op: op.add_column("t", noted))[-1].endswith(" COMMENT 'noted'")
