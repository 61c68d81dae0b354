"""Constraints as they stand inside create_table()."""

from __future__ import annotations

import importlib
from typing import Any

from sqlalchemy import schema as sa_schema

from ... import util
from ...util import sqla_compat
from .items import (
    _alembic_autogenerate_prefix,
    _ident,
    _render_gen_name,
    _render_potential_expr,
    _sqlalchemy_autogenerate_prefix,
    _user_defined_render,
    call,
    dialect_keywords,
)

_constraint_renderers = util.Dispatcher()


def _render_constraint(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str | None:
    """None for what says nothing, a placeholder with a warning for what nobody can render."""
    if constraint.__visit_name__ == "exclude_constraint":
        importlib.import_module("alembic.ddl.postgresql")  # which registers its renderer
    try:
        render = _constraint_renderers.dispatch(constraint)
    except ValueError:
        util.warn(f"No renderer is established for object {constraint!r}")
        return f"[Unknown Python object {constraint!r}]"
    return render(constraint, autogen_context, namespace_metadata)  # type: ignore[no-any-return]


def _named(constraint: Any, context: Any) -> list[str]:
    return [f"name={_render_gen_name(context, constraint.name)!r}"] if constraint.name else []


@_constraint_renderers.dispatch_for(sa_schema.PrimaryKeyConstraint)
def _render_primary_key(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str | None:
    users = _user_defined_render("primary_key", constraint, autogen_context)
    if users is not False:
        return users  # type: ignore[no-any-return]
    if not constraint.columns:
        return None
    args = [repr(column.name) for column in constraint.columns] + _named(constraint, autogen_context)
    return call(_sqlalchemy_autogenerate_prefix(autogen_context), "PrimaryKeyConstraint", args)


def _fk_colspec(fk: Any, metadata_schema: str | None, namespace_metadata: Any) -> str:
    """`schema.table.column` of the target, the column by its name where the models know it by a key."""
    schema, table, column = sqla_compat._fk_target_tokens(fk)
    full = sqla_compat._get_table_key(table, metadata_schema if schema is None else schema)
    attached = fk.parent is not None and fk.parent.table is not None
    if column is not None and not fk.link_to_name and attached and namespace_metadata is not None:
        target = namespace_metadata.tables.get(full)
        found = target.c.get(column) if target is not None else None
        if found is not None:
            column = _ident(found.name)
    return f"{full}.{column}"


@_constraint_renderers.dispatch_for(sa_schema.ForeignKeyConstraint)
def _render_foreign_key(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str | None:
    users = _user_defined_render("foreign_key", constraint, autogen_context)
    if users is not False:
        return users  # type: ignore[no-any-return]
    words = ("onupdate", "ondelete", "initially", "deferrable", "use_alter", "match")
    options = _named(constraint, autogen_context)
    options += [f"{word}={getattr(constraint, word)!r}" for word in words if getattr(constraint, word)]
    options += dialect_keywords(autogen_context, constraint.dialect_kwargs)
    schema = namespace_metadata.schema if namespace_metadata is not None else None
    near = [repr(_ident(element.parent.name)) for element in constraint.elements]
    far = [repr(_fk_colspec(element, schema, namespace_metadata)) for element in constraint.elements]
    args = [f"[{', '.join(near)}]", f"[{', '.join(far)}]", ", ".join(options)]
    return call(_sqlalchemy_autogenerate_prefix(autogen_context), "ForeignKeyConstraint", args)


@_constraint_renderers.dispatch_for(sa_schema.UniqueConstraint)
def _render_unique_constraint(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str:
    users = _user_defined_render("unique", constraint, autogen_context)
    return users if users is not False else _uq_constraint(constraint, autogen_context, False)


def _uq_constraint(constraint: Any, autogen_context: Any, alter: bool) -> str:
    """Inside create_table(), or (`alter`) as create_unique_constraint()."""
    in_batch = autogen_context._has_batch
    columns = [_ident(column.name) for column in constraint.columns]
    options = [f"{word}={getattr(constraint, word)!r}" for word in ("deferrable", "initially")
               if getattr(constraint, word)]  # fmt: skip
    of_dialect = dialect_keywords(autogen_context, constraint.dialect_kwargs)
    if not alter:
        args = [*map(repr, columns), *options, *_named(constraint, autogen_context), *of_dialect]
        return call(_sqlalchemy_autogenerate_prefix(autogen_context), "UniqueConstraint", args)
    table = constraint.table
    names = [repr(_render_gen_name(autogen_context, constraint.name))]
    if not in_batch:
        names.append(repr(_ident(table.name)))
        if table.schema:
            options.append(f"schema={_ident(table.schema)!r}")
    args = [*names, repr(columns), *options, *of_dialect]
    return call(_alembic_autogenerate_prefix(autogen_context), "create_unique_constraint", args)


@_constraint_renderers.dispatch_for(sa_schema.CheckConstraint)
def _render_check_constraint(constraint: Any, autogen_context: Any, namespace_metadata: Any) -> str | None:
    users = _user_defined_render("check", constraint, autogen_context)
    if users is not False:
        return users  # type: ignore[no-any-return]
    if sqla_compat._is_type_bound(constraint):
        return None  # its type makes it
    args = [_render_potential_expr(constraint.sqltext, autogen_context, wrap_in_element=False)]
    args += _named(constraint, autogen_context) + dialect_keywords(autogen_context, constraint.dialect_kwargs)
    return call(_sqlalchemy_autogenerate_prefix(autogen_context), "CheckConstraint", args)
