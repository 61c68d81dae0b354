"""Short words for building values in tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from limbeck.backends.ansi import AnsiBackend
from limbeck.model.column import Column
from limbeck.model.constraint import Check, ForeignKey, PrimaryKey, Unique
from limbeck.model.defaults import TextDefault
from limbeck.model.index import Index, IndexElement
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

BACKEND = AnsiBackend(DefaultDialect())


def col(name: str, type_: str = "INTEGER", *, default: str | None = None, **more: Any) -> Column:
    text = None if default is None else TextDefault(SqlText(default))
    return Column(name=name, type=TypeRef(type_), default=text, **more)


def pk(*columns: str, name: str | None = None) -> PrimaryKey:
    return PrimaryKey(columns=columns, name=name)


def uq(*columns: str, name: str | None = None) -> Unique:
    return Unique(columns=columns, name=name)


def ck(text: str, name: str | None = None) -> Check:
    return Check(sql=SqlText(text), name=name)


def fk(column: str, target: str, name: str | None = None, **more: Any) -> ForeignKey:
    table, _, referred = target.partition(".")
    return ForeignKey(
        columns=(column,),
        referred=QualifiedName(None, table),
        referred_columns=(referred,),
        name=name,
        **more,
    )


def ix(name: str, *columns: str, unique: bool = False) -> Index:
    return Index(name=name, elements=tuple(IndexElement(column=c) for c in columns), unique=unique)


def table(name: str, *parts: Any, **more: Any) -> Table:
    return Table(
        name=name,
        columns=tuple(p for p in parts if isinstance(p, Column)),
        primary_key=next((p for p in parts if isinstance(p, PrimaryKey)), None),
        constraints=tuple(p for p in parts if isinstance(p, (Unique, ForeignKey, Check))),
        indexes=tuple(p for p in parts if isinstance(p, Index)),
        **more,
    )


def snapshot(*tables: Table) -> Snapshot:
    return Snapshot.of(BackendId(name="default"), tables)
