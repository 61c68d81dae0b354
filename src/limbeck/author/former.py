"""Words that people bring along from other tools, and ours for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limbeck.errors import WrongArgument

WORDS: Final = {
    "create_foreign_key": "op.add_foreign_key(table, columns, referred, referred_columns, name=...)",
    "create_unique_constraint": "op.add_unique(table, columns, name=...)",
    "create_check_constraint": "op.add_check(table, condition, name=...)",
    "create_primary_key": "op.add_primary_key(table, columns, name=...)",
    "create_exclude_constraint": "op.add_exclude(table, *elements, name=...)",
    "create_table_comment": "op.comment_on_table(table, comment)",
    "drop_table_comment": "op.comment_on_table(table, None)",
    "bulk_insert": "op.insert_rows(table, rows)",
    "batch_alter_table": "`with op.together():` around op.add_column, op.alter_column ..., or these directly, also on SQLite",
    "get_context": "op.autocommit_block(), op.is_offline(), op.dialect() and op.get_bind()",
    "inline_literal": "the value itself: op.execute writes it out in scripts",
    "invoke": "op.run(operation)",
    "f": "the name itself: names are taken as they are",
    "run_sql": "op.execute(sql)",
    "rename_column_to": "op.rename_column(table, column, new_name)",
}

ARGUMENTS: Final = {
    "type_": "type=...",
    "server_default": "default=...",
    "new_column_name": "op.rename_column(table, column, new_name)",
    "postgresql_using": "using=...",
    "source_schema": "schema=...",
    "referent_schema": "referred_schema=...",
    "table_name": "the second argument",
}

DIALECTS: Final = frozenset(
    (
        "postgresql",
        "mysql",
        "mariadb",
        "sqlite",
        "mssql",
        "oracle",
        "cockroachdb",
        "redshift",
        "snowflake",
        "clickhouse",
    )
)
"""What an option's name begins with."""


def refuse_old_arguments(function: str, options: Mapping[str, Any]) -> None:
    for name in options:
        if name in ARGUMENTS or name.startswith("existing_"):
            raise WrongArgument(function=function, argument=name, instead=instead_of(function, name))


def instead_of(function: str, name: str) -> str:
    if name.startswith("existing_"):
        return "Leave it out: limbeck reads what is there."
    found = ARGUMENTS.get(name)
    return f"Here it is {found}." if found else ""
