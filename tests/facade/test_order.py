"""What a table keeps as a set is written in one order, in every process: indexes by name."""

from __future__ import annotations

import io
import re

import sqlalchemy as sa

import limbeck.alembic  # noqa: F401  (answers to `import alembic`)

NAMES = ["m", "c", "x", "a", "t", "k", "e", "z", "b", "q"]


def indexes_in(text: str) -> list[str]:
    return re.findall(r"CREATE INDEX (\w+)", text)


def test_a_new_tables_indexes_come_by_name() -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    written = io.StringIO()
    op = Operations(
        MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written})
    )
    columns = [sa.Column(f"c_{name}", sa.Integer) for name in NAMES]
    op.create_table("t", *columns, *(sa.Index(f"ix_{name}", f"c_{name}") for name in NAMES))
    assert indexes_in(written.getvalue()) == [f"ix_{name}" for name in sorted(NAMES)]


def test_a_copied_tables_indexes_are_made_again_by_name() -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    sent: list[str] = []
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t ({', '.join(f'c_{name} INTEGER' for name in NAMES)})")
        for name in NAMES:
            connection.exec_driver_sql(f"CREATE INDEX ix_{name} ON t (c_{name})")
        sa.event.listen(connection, "before_cursor_execute", lambda *told: sent.append(told[2]))
        with Operations(MigrationContext.configure(connection)).batch_alter_table(
            "t", recreate="always"
        ) as batch:
            batch.add_column(sa.Column("more", sa.Integer))
    assert indexes_in("\n".join(sent)) == [f"ix_{name}" for name in sorted(NAMES)]
