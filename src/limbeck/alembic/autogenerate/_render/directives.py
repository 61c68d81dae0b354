"""Operations as calls of `op`, or of `batch_op` within a batch."""

from __future__ import annotations

from typing import Any

from ... import util
from ...operations import ops
from .constraints import _render_constraint, _uq_constraint
from .items import (
    _alembic_autogenerate_prefix,
    _get_index_rendered_expressions,
    _ident,
    _render_column,
    _render_gen_name,
    _render_potential_expr,
    _render_server_default,
    _repr_type,
    call,
    dialect_keywords,
)

MAX_PYTHON_ARGS = 255

own = util.Dispatcher()


def directive(context: Any, name: str, args: list[str]) -> str:
    return call(_alembic_autogenerate_prefix(context), name, args)


def name_of(context: Any, name: Any) -> str:
    return repr(_render_gen_name(context, name))


def told(name: str, value: Any) -> list[str]:
    """`name=True` or `name=False`, nothing for None."""
    return [] if value is None else [f"{name}={bool(value)!r}"]


def in_schema(schema: Any) -> list[str]:
    return [f"schema={_ident(schema)!r}"] if schema else []


# -- tables


@own.dispatch_for(ops.CreateTableOp)
def _add_table(autogen_context: Any, op: ops.CreateTableOp) -> str:
    table: Any = op.to_table()
    columns = [_render_column(column, autogen_context) for column in table.columns]
    constraints = [
        _render_constraint(constraint, autogen_context, op._namespace_metadata)
        for constraint in table.constraints
    ]
    args = [column for column in columns if column] + sorted(each for each in constraints if each is not None)
    items = ",\n".join(args)
    from .. import render  # where programs set the limit

    if len(args) > render.MAX_PYTHON_ARGS:
        items = f"*[{items}]"
    lines = [f"{_alembic_autogenerate_prefix(autogen_context)}create_table({_ident(op.table_name)!r}", items]
    lines += in_schema(op.schema)
    if table.comment is not None:
        lines.append(f"comment={_ident(table.comment)!r}")
    if table.info:
        lines.append(f"info={table.info!r}")
    lines += [f"{key.replace(' ', '_')}={op.kw[key]!r}" for key in sorted(op.kw)]
    if table._prefixes:
        prefixes = ", ".join(f"'{prefix}'" for prefix in table._prefixes)
        lines.append(f"prefixes=[{prefixes}]")
    lines += told("if_not_exists", op.if_not_exists)
    return ",\n".join(lines) + "\n)"


@own.dispatch_for(ops.DropTableOp)
def _drop_table(autogen_context: Any, op: ops.DropTableOp) -> str:
    args = [repr(_ident(op.table_name)), *in_schema(op.schema), *told("if_exists", op.if_exists)]
    return directive(autogen_context, "drop_table", args)


def _on_lines(context: Any, name: str, args: list[str]) -> str:
    body = ",\n".join(f"    {arg}" for arg in args)
    return f"{_alembic_autogenerate_prefix(context)}{name}(\n{body}\n)"


def _quoted(text: str | None) -> str:
    return "None" if text is None else f"'{text}'"


@own.dispatch_for(ops.CreateTableCommentOp)
def _render_create_table_comment(autogen_context: Any, op: ops.CreateTableCommentOp) -> str:
    args = [repr(op.comment), f"existing_comment={op.existing_comment!r}"]
    if not autogen_context._has_batch:
        args = [_quoted(op.table_name), *args, f"schema={_quoted(op.schema)}"]
    return _on_lines(autogen_context, "create_table_comment", args)


@own.dispatch_for(ops.DropTableCommentOp)
def _render_drop_table_comment(autogen_context: Any, op: ops.DropTableCommentOp) -> str:
    args = [f"existing_comment={op.existing_comment!r}"]
    if not autogen_context._has_batch:
        args = [_quoted(op.table_name), *args, f"schema={_quoted(op.schema)}"]
    return _on_lines(autogen_context, "drop_table_comment", args)


# -- columns


@own.dispatch_for(ops.AddColumnOp)
def _add_column(autogen_context: Any, op: ops.AddColumnOp) -> str:
    column = _render_column(op.column, autogen_context)
    if autogen_context._has_batch:
        return directive(autogen_context, "add_column", [column])
    args = [repr(op.table_name), column]
    if op.schema:
        args.append(f"schema={op.schema!r}")
    for option in ("if_not_exists", "inline_references", "inline_primary_key"):
        if (said := getattr(op, option, None)) is not None:
            args.append(f"{option}={said!r}")
    return directive(autogen_context, "add_column", args)


@own.dispatch_for(ops.DropColumnOp)
def _drop_column(autogen_context: Any, op: ops.DropColumnOp) -> str:
    name = repr(_ident(op.column_name))
    if autogen_context._has_batch:
        return directive(autogen_context, "drop_column", [name])
    args = [repr(_ident(op.table_name)), name, *in_schema(op.schema)]
    if op.if_exists is not None:
        args.append(f"if_exists={op.if_exists!r}")
    return directive(autogen_context, "drop_column", args)


@own.dispatch_for(ops.AlterColumnOp)
def _alter_column(autogen_context: Any, op: ops.AlterColumnOp) -> str:
    """What changes and what was, each on a line under the first argument."""
    context = autogen_context
    lines = []
    if op.existing_type is not None:
        lines.append(f"existing_type={_repr_type(op.existing_type, context)}")
    if op.modify_server_default is not False:
        lines.append(f"server_default={_render_server_default(op.modify_server_default, context)}")
    if op.modify_name is not None:
        lines.append(f"new_column_name={op.modify_name!r}")
    if op.modify_type is not None:
        lines.append(f"type_={_repr_type(op.modify_type, context)}")
    if op.modify_nullable is not None:
        lines.append(f"nullable={op.modify_nullable!r}")
    if op.modify_comment is not False:
        lines.append(f"comment={op.modify_comment!r}")
    if op.existing_comment is not None:
        lines.append(f"existing_comment={op.existing_comment!r}")
    if op.modify_nullable is None and op.existing_nullable is not None:
        lines.append(f"existing_nullable={op.existing_nullable!r}")
    if op.kw.get("autoincrement") is not None:
        lines.append(f"autoincrement={op.kw['autoincrement']!r}")
    if op.kw.get("postgresql_using") is not None:
        lines.append(f"postgresql_using={op.kw['postgresql_using']!r}")
    if op.modify_server_default is False and op.existing_server_default:
        lines.append(f"existing_server_default={_render_server_default(op.existing_server_default, context)}")
    names = [repr(op.column_name)]
    if not context._has_batch:
        names.insert(0, repr(op.table_name))
        if op.schema:
            lines.append(f"schema={op.schema!r}")
    first = f"{_alembic_autogenerate_prefix(context)}alter_column({', '.join(names)}"
    return f",\n{' ' * 11}".join([first, *lines]) + ")"


# -- indexes


@own.dispatch_for(ops.CreateIndexOp)
def _add_index(autogen_context: Any, op: ops.CreateIndexOp) -> str:
    index: Any = op.to_index()
    args = [name_of(autogen_context, index.name)]
    if not autogen_context._has_batch:
        args.append(repr(_ident(index.table.name)))
    args.append(f"[{', '.join(_get_index_rendered_expressions(index, autogen_context))}]")
    args.append(f"unique={index.unique or False!r}")
    if not autogen_context._has_batch:
        args += in_schema(index.table.schema)
    args += dialect_keywords(autogen_context, index.dialect_kwargs) + told("if_not_exists", op.if_not_exists)
    return directive(autogen_context, "create_index", args)


@own.dispatch_for(ops.DropIndexOp)
def _drop_index(autogen_context: Any, op: ops.DropIndexOp) -> str:
    index: Any = op.to_index()
    args = [name_of(autogen_context, op.index_name)]
    if not autogen_context._has_batch:
        args += [f"table_name={_ident(op.table_name)!r}", *in_schema(op.schema)]
    args += dialect_keywords(autogen_context, index.dialect_kwargs) + told("if_exists", op.if_exists)
    return directive(autogen_context, "drop_index", args)


# -- constraints


@own.dispatch_for(ops.CreateUniqueConstraintOp)
def _add_unique_constraint(autogen_context: Any, op: ops.CreateUniqueConstraintOp) -> list[str]:
    return [_uq_constraint(op.to_constraint(), autogen_context, True)]


@own.dispatch_for(ops.CreateForeignKeyOp)
def _add_fk_constraint(autogen_context: Any, op: ops.CreateForeignKeyOp) -> str:
    constraint = op.to_constraint()
    args = [name_of(autogen_context, op.constraint_name)]
    words = ["referent_schema", "onupdate", "ondelete", "initially", "deferrable", "use_alter", "match"]
    if not autogen_context._has_batch:
        args.append(repr(_ident(op.source_table)))
        words.insert(0, "source_schema")
    args.append(repr(_ident(op.referent_table)))
    args += [repr([_ident(column) for column in columns]) for columns in (op.local_cols, op.remote_cols)]
    args += [f"{word}={op.kw[word]!r}" for word in words if op.kw.get(word) is not None]
    args += dialect_keywords(autogen_context, constraint.dialect_kwargs)
    return directive(autogen_context, "create_foreign_key", args)


@own.dispatch_for(ops.CreatePrimaryKeyOp)
def _add_pk_constraint(autogen_context: Any, op: ops.CreatePrimaryKeyOp) -> str:
    """The directive has no word for options of the database's own; who has some must write them by hand."""
    if op.kw:
        raise NotImplementedError(f"create_primary_key() takes no {', '.join(op.kw)}")
    args = [name_of(autogen_context, op.constraint_name)]
    if not autogen_context._has_batch:
        args.append(repr(_ident(op.table_name)))
    args.append(repr([_ident(column) for column in op.columns]))
    if not autogen_context._has_batch:
        args += in_schema(op.schema)
    return directive(autogen_context, "create_primary_key", args)


@own.dispatch_for(ops.CreateCheckConstraintOp)
def _add_check_constraint(autogen_context: Any, op: ops.CreateCheckConstraintOp) -> str:
    constraint = op.to_constraint()
    args = [name_of(autogen_context, op.constraint_name)]
    if not autogen_context._has_batch:
        args.append(repr(_ident(op.table_name)))
    args.append(_render_potential_expr(constraint.sqltext, autogen_context, wrap_in_element=False))
    if not autogen_context._has_batch:
        args += in_schema(op.schema)
    args += dialect_keywords(autogen_context, constraint.dialect_kwargs)
    return directive(autogen_context, "create_check_constraint", args)


_NO_NAME = (
    "# WARNING: constraint name is None; this directive will fail as",
    "# rendered.  Add a name, or use a naming convention; see",
    "# https://alembic.sqlalchemy.org/en/latest/naming.html",
)


@own.dispatch_for(ops.DropConstraintOp)
def _drop_constraint(autogen_context: Any, op: ops.DropConstraintOp) -> list[str]:
    args = [name_of(autogen_context, op.constraint_name)]
    if not autogen_context._has_batch:
        args += [repr(_ident(op.table_name)), *in_schema(op.schema)]
    if op.constraint_type:
        args.append(f"type_={_ident(op.constraint_type)!r}")
    if op.if_exists is not None:
        args.append(f"if_exists={op.if_exists}")
    line = directive(autogen_context, "drop_constraint", args)
    if _render_gen_name(autogen_context, op.constraint_name) is not None:
        return [line]
    util.warn(
        f"Autogenerate rendered a drop_constraint() directive for an unnamed constraint on table {op.table_name!r}; "
        "the migration will fail unless a constraint name is added to the directive.  Consider using a naming "
        "convention so that constraint names are known ahead of time."
    )
    return [*_NO_NAME, line]


# -- the rest


@own.dispatch_for(ops.ExecuteSQLOp)
def _execute_sql(autogen_context: Any, op: ops.ExecuteSQLOp) -> str:
    if not isinstance(op.sqltext, str):
        raise NotImplementedError(
            "Autogenerate rendering of SQL Expression language constructs not supported here; please use a plain SQL "
            "string"
        )
    return directive(autogen_context, "execute", [repr(op.sqltext)])
