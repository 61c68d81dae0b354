"""What every directive writes on every database, against what the original wrote (texts.txt)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import texts

GOLDEN = Path(__file__).with_name("texts.txt")
IS_ORIGINAL = os.environ.get("LIMBECK_ALEMBIC") == "0"
BETTER = {
    # SQL Server: a comment offline, where no server has told its default schema (the original: AssertionError)
    ("mssql", "alter column: comment"),
    ("mssql", "alter column: comment over another"),
    ("mssql", "alter column: comment gone"),
    ("mssql", "alter column: all"),
    ("mssql", "alter known column: comment"),
    ("mssql", "alter known column: comment gone"),
    # Oracle: the comment goes to the table in the schema that was given (the original leaves the schema out)
    ("oracle", "alter column: comment in a schema"),
    ("oracle", "alter column: comment over another in a schema"),
    ("oracle", "alter column: comment gone in a schema"),
    ("oracle", "alter column: all in a schema"),
}
"""Where ours is right and the original has a defect (docs/decisions/0031)."""


def expected() -> Iterator[tuple[str, list[str]]]:
    name, lines = "", []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            lines.append(line.strip())
            continue
        if name:
            yield name, lines
        name, lines = line, []
    yield name, lines


@pytest.mark.parametrize("database", texts.DATABASES)
def test_the_texts_are_those_of_the_original(database: str) -> None:
    wanted = dict(expected())
    calls = dict(texts.calls())
    assert {f"{each} | {name}" for each in texts.DATABASES for name in calls} == wanted.keys()
    found = {name: texts.said(database, call) for name, call in calls.items()}
    differs = {name for name, lines in found.items() if lines != wanted[f"{database} | {name}"]}
    better = set() if IS_ORIGINAL else {name for where, name in BETTER if where == database}
    assert differs == better, "\n".join(f"{n}: {found[n]}" for n in sorted(differs ^ better))


@pytest.mark.skipif(IS_ORIGINAL, reason="what the original gets wrong")
def test_oracle_comments_on_the_table_in_its_schema() -> None:
    calls = dict(texts.calls())
    assert texts.said("oracle", calls["alter column: comment in a schema"])[0].startswith(
        "COMMENT ON COLUMN s.t.x IS"
    )


@pytest.mark.skipif(IS_ORIGINAL, reason="what the original gets wrong")
def test_sql_server_comments_offline() -> None:
    said = texts.said("mssql", dict(texts.calls())["alter column: comment gone"])
    assert "exec sp_dropextendedproperty 'MS_Description', 'schema', dbo, 'table', t, 'column', x" in said[0]


def test_a_column_of_no_table_has_a_text() -> None:
    import sqlalchemy as sa
    from alembic.ddl.base import AddColumn
    from sqlalchemy.dialects import postgresql

    made = AddColumn("t", sa.Column("x", sa.Integer, nullable=False), schema="s")
    text = str(made.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert text == "ALTER TABLE s.t ADD COLUMN x INTEGER NOT NULL"


def test_a_type_without_a_text_is_sqlalchemys_own_error() -> None:
    import sqlalchemy as sa
    from alembic.ddl.base import AddColumn
    from sqlalchemy.dialects import postgresql

    made = AddColumn("t", sa.Table("t", sa.MetaData(), sa.Column("x", sa.types.NullType())).c.x)
    with pytest.raises(sa.exc.CompileError):
        str(made.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
