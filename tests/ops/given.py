"""What the tests of operations start from: two tables that refer to each other, and how each database says a change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_mock_engine

from limbeck.backends import backend_for
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import qualified
from limbeck.model.snapshot import BackendId, Lookup, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef
from limbeck.ops.contract import Backend, Operation

POSTGRESQL = BackendId(name="postgresql", version=(18,))
INTEGER, TEXT, VARCHAR = TypeRef("INTEGER"), TypeRef("TEXT"), TypeRef("VARCHAR(50)")
USERS, POSTS = qualified("users"), qualified("posts")


def text_default(text: str) -> TextDefault:
    return TextDefault(SqlText(text))


def index(name: str, *columns: str, **more: Any) -> Index:
    return Index(name=name, elements=tuple(IndexElement(column=c) for c in columns), **more)


def users() -> Table:
    return Table(
        name="users",
        columns=(
            Column(name="id", type=INTEGER, nullable=False),
            Column(name="name", type=VARCHAR, nullable=False, default=text_default("'nobody'")),
            Column(name="age", type=INTEGER),
        ),
        primary_key=PrimaryKey(columns=("id",), name="pk_users"),
        constraints=(
            Unique(columns=("name",), name="uq_name"),
            Check(sql=SqlText("age > 0 AND name <> 'age'"), name="ck_age"),
        ),
        indexes=(index("ix_age_name", "age", "name"),),
    )


def posts() -> Table:
    return Table(
        name="posts",
        columns=(Column(name="id", type=INTEGER, nullable=False), Column(name="author", type=INTEGER)),
        constraints=(
            ForeignKey(columns=("author",), referred=USERS, referred_columns=("id",), name="fk_author"),
        ),
    )


def have(*tables: Table, backend: BackendId = POSTGRESQL) -> Snapshot:
    return Snapshot.of(backend, tables or (users(), posts()))


URLS = {
    "postgresql": "postgresql+psycopg://",
    "mysql": "mysql+pymysql://",
    "mariadb": "mariadb+pymysql://",
    "mssql": "mssql+pyodbc://",
    "oracle": "oracle+oracledb://",
    "ansi": "",
}


def backend(name: str) -> Backend:
    """The backend of a dialect that is not connected: the newest version is assumed."""
    if name == "ansi":
        from sqlalchemy.engine.default import DefaultDialect

        return backend_for(DefaultDialect())
    return backend_for(create_mock_engine(URLS[name], lambda *_: None).dialect)


def said(name: str, operation: Operation, before: Lookup | None = None) -> list[str]:
    """The statements of one database for the operation, after its own rewriting, each stripped."""
    one, lookup = backend(name), have() if before is None else before
    steps = one.rewrite(operation, lookup)
    return [_plain(s.text) for step in steps for s in step.spell(one, lookup)]


def said_by_all(operation: Operation, before: Lookup | None = None) -> dict[str, list[str]]:
    """By database; those that say the same are one entry: "mysql mariadb"."""
    by_text: dict[tuple[str, ...], list[str]] = {}
    for name in URLS:
        by_text.setdefault(tuple(said(name, operation, before)), []).append(name)
    return {" ".join(names): list(texts) for texts, names in by_text.items()}


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().replace("\t", "    ").splitlines())
