"""Names, expressions, types, defaults and columns as Python. `context` is the AutogenContext everywhere."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import schema as sa_schema
from sqlalchemy import sql
from sqlalchemy.sql.elements import Label, conv, quoted_name

from ...util import sqla_compat


def call(prefix: str, name: str, args: list[str]) -> str:
    return f"{prefix}{name}({', '.join(map(str, args))})"  # render_item may have said None


# -- prefixes


def _sqlalchemy_autogenerate_prefix(autogen_context: Any) -> str:
    return autogen_context.opts["sqlalchemy_module_prefix"] or ""


def _alembic_autogenerate_prefix(autogen_context: Any) -> str:
    if autogen_context._has_batch:
        return "batch_op."
    return autogen_context.opts["alembic_module_prefix"] or ""


def _user_autogenerate_prefix(autogen_context: Any, target: Any) -> str:
    prefix = autogen_context.opts["user_module_prefix"]
    return f"{target.__module__}." if prefix is None else prefix


def _user_defined_render(type_: str, object_: Any, autogen_context: Any) -> Any:
    """What the project's `render_item` makes of it; False where it has nothing to say."""
    render_item = autogen_context.opts.get("render_item")
    return render_item(type_, object_, autogen_context) if render_item else False


# -- names


class _f_name:
    """A name that the database has: its repr is `op.f('name')`."""

    def __init__(self, prefix: str, name: conv) -> None:
        self.prefix = prefix
        self.name = name

    def __repr__(self) -> str:
        return f"{self.prefix}f({_ident(self.name)!r})"


def _ident(name: Any) -> str | None:
    """A name without its quoting, for its repr; a str of a project's own class keeps its own repr."""
    return str(name) if isinstance(name, quoted_name) else name


def _render_gen_name(autogen_context: Any, name: Any) -> Any:
    """Something whose repr is the name."""
    if isinstance(name, conv):
        return _f_name(_alembic_autogenerate_prefix(autogen_context), name)
    return sqla_compat.constraint_name_or_none(name)


# -- expressions


def _render_potential_expr(
    value: Any,
    autogen_context: Any,
    *,
    wrap_in_element: bool = True,
    is_server_default: bool = False,
    is_index: bool = False,
) -> str:
    """A plain value as its repr; an expression as `text('...')`, or only the quoted SQL."""
    if isinstance(value, (list, tuple)):
        items = [_render_potential_expr(item, autogen_context) for item in value]
        if isinstance(value, list):
            return f"[{', '.join(items)}]"
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if isinstance(value, sa_schema.Column):
        return repr(_ident(value.name))
    if not isinstance(value, sql.ClauseElement):
        return repr(value)
    text = autogen_context.migration_context.impl.render_ddl_sql_expr(
        value, is_server_default=is_server_default, is_index=is_index
    )
    if not wrap_in_element:
        return repr(text)
    element = "literal_column" if is_index else "text"
    written = f"{_sqlalchemy_autogenerate_prefix(autogen_context)}{element}({text!r})"
    if is_index and isinstance(value, Label) and type(value.name) is str:
        written += f".label({value.name!r})"
    return written


def _get_index_rendered_expressions(idx: Any, autogen_context: Any) -> list[str]:
    return [_render_potential_expr(expr, autogen_context, is_index=True) for expr in idx.expressions]


def dialect_keywords(context: Any, dialect_kwargs: Any) -> list[str]:
    return [f"{key}={_render_potential_expr(value, context)}" for key, value in dialect_kwargs.items()]


# -- defaults


def _should_render_server_default_positionally(server_default: Any) -> bool:
    return sqla_compat._server_default_is_computed(server_default) or sqla_compat._server_default_is_identity(
        server_default
    )


def _render_server_default(default: Any, autogen_context: Any, repr_: bool = True) -> Any:
    users = _user_defined_render("server_default", default, autogen_context)
    if users is not False:
        return users
    if isinstance(default, sa_schema.Computed):
        return _render_computed(default, autogen_context)
    if isinstance(default, sa_schema.Identity):
        return _render_identity(default, autogen_context)
    if isinstance(default, sa_schema.DefaultClause):
        if not isinstance(default.arg, str):
            return _render_potential_expr(default.arg, autogen_context, is_server_default=True)
        default = default.arg
    elif isinstance(default, sa_schema.FetchedValue):
        return f"{_sqlalchemy_autogenerate_prefix(autogen_context)}FetchedValue()"
    if isinstance(default, str) and repr_:
        return repr(default.removeprefix("'").removesuffix("'"))
    return default


def _render_computed(computed: Any, autogen_context: Any) -> str:
    text = _render_potential_expr(computed.sqltext, autogen_context, wrap_in_element=False)
    persisted = "" if computed.persisted is None else f"persisted={computed.persisted}"
    return f"{_sqlalchemy_autogenerate_prefix(autogen_context)}Computed({text}, {persisted})"


def _render_identity(identity: Any, autogen_context: Any) -> str:
    said = sqla_compat._get_identity_options_dict(identity, dialect_kwargs=True)
    return call(
        _sqlalchemy_autogenerate_prefix(autogen_context), "Identity", [f"{k}={v}" for k, v in said.items()]
    )


# -- columns


def _render_column(column: Any, autogen_context: Any) -> str:
    users = _user_defined_render("column", column, autogen_context)
    if users is not False:
        return users  # type: ignore[no-any-return]
    by_place: list[str] = []
    by_name: list[str] = []
    default = (
        _render_server_default(column.server_default, autogen_context) if column.server_default else None
    )
    if default and _should_render_server_default_positionally(column.server_default):
        by_place.append(default)
    elif default:
        by_name.append(f"server_default={default}")
    if column.autoincrement is not None and column.autoincrement != sqla_compat.AUTOINCREMENT_DEFAULT:
        by_name.append(f"autoincrement={column.autoincrement}")
    if column.nullable is not None:
        by_name.append(f"nullable={column.nullable}")
    if column.system:
        by_name.append(f"system={column.system}")
    if column.comment is not None:
        by_name.append(f"comment={column.comment!r}")
    by_name += dialect_keywords(autogen_context, column.kwargs)
    first = [repr(_ident(column.name)), _repr_type(column.type, autogen_context)]
    return call(_sqlalchemy_autogenerate_prefix(autogen_context), "Column", first + by_place + by_name)


# -- types


def _repr_type(type_: Any, autogen_context: Any, _skip_variants: bool = False) -> str:
    """A type as the Python that makes it; gathers the import of its dialect."""
    users = _user_defined_render("type", type_, autogen_context)
    if users is not False:
        return users  # type: ignore[no-any-return]
    impl = getattr(autogen_context.migration_context, "impl", None)
    of_impl: Any = impl.render_type(type_, autogen_context) if impl is not None else None
    if not _skip_variants and sqla_compat._type_has_variants(type_):
        return _with_variants(type_, autogen_context)
    module = type(type_).__module__
    dialect = _dialect_of(module)
    if dialect and autogen_context.imports is not None:
        autogen_context.imports.add(f"from sqlalchemy.dialects import {dialect}")
    if of_impl:
        return of_impl  # type: ignore[no-any-return]
    if dialect:
        return f"{dialect}.{type_!r}"
    if not module.startswith("sqlalchemy."):
        return f"{_user_autogenerate_prefix(autogen_context, type_)}{type_!r}"
    if type_.__visit_name__ == "ARRAY":
        return _render_type_w_subtype(type_, autogen_context, "item_type", r"(\()")  # type: ignore[no-any-return]
    return f"{_sqlalchemy_autogenerate_prefix(autogen_context)}{type_!r}"


def _dialect_of(module: str) -> str | None:
    package, _, inner = module.partition(".dialects.")
    return inner.partition(".")[0] or None if package == "sqlalchemy" else None


def _with_variants(type_: Any, context: Any) -> str:
    base, variants = sqla_compat._get_variant_mapping(type_)
    text = _repr_type(base, context, _skip_variants=True)
    for dialect in sorted(variants):
        text += f".with_variant({_repr_type(variants[dialect], context, _skip_variants=True)}, {dialect!r})"
    return text


def _render_type_w_subtype(
    type_: Any, autogen_context: Any, attrname: str, regexp: str, prefix: str | None = None
) -> Any:
    """A type whose argument is a type: the argument is rendered too. `regexp` finds what stands before it."""
    inner = getattr(type_, attrname, None)
    if inner is None:
        return False
    rendered = _repr_type(inner, autogen_context)
    pattern = regexp + re.escape(repr(inner))
    outer = re.sub(pattern, lambda found: str(found[1]) + rendered, repr(type_))
    if prefix:
        return f"{prefix}{outer}"
    module = type(type_).__module__
    dialect = _dialect_of(module)
    if dialect:
        return f"{dialect}.{outer}"
    return (
        f"{_sqlalchemy_autogenerate_prefix(autogen_context)}{outer}"
        if module.startswith("sqlalchemy")
        else None
    )
