"""SQLAlchemy's own DDL constructs, as they reach a connection, read as operations: what `table.create(bind)` sends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import schema as constructs

from limbeck.model.objects import Enum, Schema
from limbeck.model.table import Table
from limbeck.ops.alter_column import AlterColumn
from limbeck.ops.comment import CommentOnTable
from limbeck.ops.constraint import AddConstraint, dropping
from limbeck.ops.contract import Operation
from limbeck.ops.index import CreateIndex, DropIndex
from limbeck.ops.object import CreateObject, DropObject
from limbeck.ops.table import CreateTable, DropTable
from limbeck.shore import compat, named_types
from limbeck.shore.freeze import Freezer
from limbeck.shore.names import qualified_name


def operation_of(construct: Any, freezer: Freezer) -> Operation | None:
    """The operation that a construct is; None for everything that is no plain CREATE, DROP or comment of ours."""
    kind = type(construct)
    element: Any = getattr(construct, "element", None)
    if kind is constructs.CreateTable:
        return CreateTable(
            table=_alone(freezer.table(element), construct), if_not_exists=bool(construct.if_not_exists)
        )
    if kind is constructs.DropTable:
        return DropTable(table=qualified_name(element), if_exists=bool(construct.if_exists))
    if kind is constructs.CreateIndex:
        table = qualified_name(element.table)
        index = freezer.index(element, table)
        return CreateIndex(table=table, index=index, if_not_exists=bool(construct.if_not_exists))
    if kind is constructs.DropIndex:
        table = qualified_name(element.table)
        name = freezer.index(element, table).name or ""
        return DropIndex(table=table, name=name, if_exists=bool(construct.if_exists))
    if kind in (constructs.AddConstraint, constructs.DropConstraint):
        table = qualified_name(element.table)
        constraint = freezer.constraint(element, table)
        adds = kind is constructs.AddConstraint
        return AddConstraint(table=table, constraint=constraint) if adds else dropping(table, constraint)
    return _comment(kind, element) or _object(kind, construct, element)


def _alone(table: Table, construct: Any) -> Table:
    """What CREATE TABLE itself makes: indexes, and keys in a circle, come by statements of their own."""
    inside = construct.include_foreign_key_constraints
    if inside is None:
        return replace(table, indexes=())
    kept = {tuple(c.name for c in key.columns) for key in inside}
    left_out = [k for k in table.foreign_keys if k.columns not in kept]
    constraints = tuple(c for c in table.constraints if c not in left_out)
    return replace(table, indexes=(), constraints=constraints)


def _comment(kind: type, element: Any) -> Operation | None:
    if kind is constructs.SetTableComment:
        return CommentOnTable(table=qualified_name(element), comment=element.comment)
    if kind is constructs.DropTableComment:
        return CommentOnTable(table=qualified_name(element), comment=None)
    if kind is constructs.SetColumnComment:
        return AlterColumn(
            table=qualified_name(element.table), column=str(element.name), comment=element.comment
        )
    return None


def _object(kind: type, construct: Any, element: Any) -> Operation | None:
    if kind in (constructs.CreateSchema, constructs.DropSchema):
        schema = Schema(name=str(element))
        if kind is constructs.CreateSchema:
            return CreateObject(thing=schema, if_not_exists=bool(construct.if_not_exists))
        return DropObject(thing=schema, if_exists=bool(construct.if_exists))
    if kind is constructs.CreateSequence:
        return CreateObject(thing=named_types.sequence(element))
    if kind is constructs.DropSequence:
        return DropObject(thing=named_types.sequence(element))
    if compat.is_of_dialect(construct, "postgresql", "CreateEnumType"):
        return CreateObject(thing=named_types.enum(element))
    if compat.is_of_dialect(construct, "postgresql", "DropEnumType"):
        gone: Enum = named_types.enum(element)
        return DropObject(thing=gone)
    return None
