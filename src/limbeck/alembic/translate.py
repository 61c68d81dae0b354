"""Operations of the facade as values of the core, and back: one table each.

`to_core` describes an operation, for plan, lint, hazards and events; it takes no part in performing. One that it does
not know is opaque: it may do anything, and says what it is. `from_core` gives mutable operations that hooks and
renderers can take; what Alembic has no word for becomes the SQL that the backend has for it, in `op.execute`, so that
a file with it runs under Alembic too.
`CARRIED` and `LEFT_OUT` say of every field whether it is carried, and if not, why; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck import ops as core
from limbeck.errors import NoType
from limbeck.model.constraint import ForeignKey, PrimaryKey
from limbeck.model.marks import UNCHANGED
from limbeck.model.names import QualifiedName
from limbeck.model.sqltext import SqlText
from limbeck.ops.rows import Rows
from limbeck.shore import authored, thaw

from . import util
from .ddl.postgresql import CreateExcludeConstraintOp
from .operations import ops

KINDS = {"primary": "primary key", "foreignkey": "foreign key", "unique": "unique", "check": "check"}
CONCURRENTLY = "postgresql_concurrently"

_TABLE = ("table_name", "schema")
_ADDED = (*_TABLE, "constraint_name", "kw")
CARRIED: dict[Any, tuple[str, ...]] = {
    ops.CreateTableOp: (*_TABLE, "columns", "if_not_exists", "comment", "prefixes", "kw", "_constraints_included"),
    ops.DropTableOp: (*_TABLE, "if_exists"),
    ops.RenameTableOp: (*_TABLE, "new_table_name"),
    ops.CreateTableCommentOp: (*_TABLE, "comment"),
    ops.DropTableCommentOp: _TABLE,
    ops.AddColumnOp: (*_TABLE, "column", "if_not_exists", "inline_references", "inline_primary_key"),
    ops.DropColumnOp: (*_TABLE, "column_name", "if_exists"),
    ops.AlterColumnOp: (
        *_TABLE, "column_name", "kw", "modify_nullable", "modify_comment", "modify_server_default", "modify_name",
        "modify_type",
    ),
    ops.CreateIndexOp: (*_TABLE, "index_name", "columns", "unique", "if_not_exists", "kw"),
    ops.DropIndexOp: (*_TABLE, "index_name", "if_exists", "kw"),
    ops.CreatePrimaryKeyOp: (*_ADDED, "columns"),
    ops.CreateUniqueConstraintOp: (*_ADDED, "columns"),
    ops.CreateCheckConstraintOp: (*_ADDED, "condition"),
    ops.CreateForeignKeyOp: (
        "constraint_name", "kw", "source_table", "referent_table", "local_cols", "remote_cols",
    ),
    CreateExcludeConstraintOp: (*_ADDED, "elements", "where", "_orig_constraint"),
    ops.DropConstraintOp: (*_TABLE, "constraint_name", "constraint_type", "if_exists", "_reverse"),
    ops.BulkInsertOp: ("table", "rows", "multiinsert"),
    ops.ExecuteSQLOp: ("sqltext", "execution_options"),
}  # fmt: skip
_WAS = "what was there is known to the history, not to the change"
_DROPPED = "what a dropped thing was does not matter to dropping it"
LEFT_OUT: dict[Any, dict[str, str]] = {
    ops.CreateTableOp: {
        "info": "is the program's own and reaches no database",
        "_namespace_metadata": "serves the renderer",
    },
    ops.DropTableOp: dict.fromkeys(("table_kw", "comment", "info", "prefixes", "_reverse"), _DROPPED),
    ops.CreateTableCommentOp: {"existing_comment": _WAS},
    ops.DropTableCommentOp: {"existing_comment": _WAS},
    ops.AddColumnOp: {"kw": "places the column within a batch's copy"},
    ops.DropColumnOp: {
        "_reverse": _DROPPED,
        "kw": "drops SQL Server's own constraints first; the backend does it",
    },
    ops.AlterColumnOp: dict.fromkeys(
        ("existing_type", "existing_server_default", "existing_nullable", "existing_comment"), _WAS
    ),
    ops.DropIndexOp: {"_reverse": _DROPPED},
}

# -- to the core


def to_core(operation: Any, freeze: Any, context: Any = None) -> Any:
    """The value of a mutable operation as it is now, for the Freezer's database; several become one of several.

    `context` is a migration context whose models' naming convention names what has no name.
    """
    if isinstance(operation, ops.OpContainer):
        return _several([to_core(each, freeze, context) for each in operation.ops])
    try:
        describe = _TO_CORE.dispatch(operation)
    except ValueError:
        kind = type(operation)
        return _make("execute_sql", sql=SqlText(f"{kind.__module__}.{kind.__qualname__}"), opaque=True)
    return describe(operation, freeze, context)


_TO_CORE = util.Dispatcher()


def _make(kind: str, **fields: Any) -> Any:
    return core.operation(kind)(**fields)


def _several(operations: list[Any]) -> Any:
    return operations[0] if len(operations) == 1 else _make("several", operations=tuple(operations))


def _key(operation: Any) -> QualifiedName:
    return QualifiedName(operation.schema, operation.table_name)


@_TO_CORE.dispatch_for(ops.CreateTableOp)
def _create_table(operation: ops.CreateTableOp, freeze: Any, context: Any) -> Any:
    table = freeze.table(operation.to_table(context))
    return _make("create_table", table=table, if_not_exists=bool(operation.if_not_exists))


@_TO_CORE.dispatch_for(ops.DropTableOp)
def _drop_table(operation: ops.DropTableOp, freeze: Any, context: Any) -> Any:
    return _make("drop_table", table=_key(operation), if_exists=bool(operation.if_exists))


@_TO_CORE.dispatch_for(ops.RenameTableOp)
def _rename_table(operation: ops.RenameTableOp, freeze: Any, context: Any) -> Any:
    return _make("rename_table", table=_key(operation), new_name=operation.new_table_name)


@_TO_CORE.dispatch_for(ops.CreateTableCommentOp)
@_TO_CORE.dispatch_for(ops.DropTableCommentOp)
def _comment(operation: Any, freeze: Any, context: Any) -> Any:
    return _make("comment_on_table", table=_key(operation), comment=getattr(operation, "comment", None))


@_TO_CORE.dispatch_for(ops.AddColumnOp)
def _add_column(operation: ops.AddColumnOp, freeze: Any, context: Any) -> Any:
    """The column; what hangs on it and is not said in the same clause follows."""
    key = _key(operation)
    target = context.opts.get("target_metadata") if context is not None else None
    naming = getattr(target, "naming_convention", None)
    column, constraints, indexes = freeze.column(operation.column, key, naming)
    in_clause = tuple(
        each
        for each in constraints
        if (operation.inline_primary_key and isinstance(each, PrimaryKey))
        or (operation.inline_references and isinstance(each, ForeignKey) and len(each.columns) == 1)
    )
    made = [
        _make(
            "add_column",
            table=key,
            column=column,
            inline=in_clause,
            if_not_exists=bool(operation.if_not_exists),
        )
    ]
    made += [
        _make("add_constraint", table=key, constraint=each)
        for each in constraints
        if each not in in_clause and not isinstance(each, PrimaryKey)  # as when it is performed
    ]
    made += [_make("create_index", table=key, index=each) for each in indexes]
    return _several(made)


@_TO_CORE.dispatch_for(ops.DropColumnOp)
def _drop_column(operation: ops.DropColumnOp, freeze: Any, context: Any) -> Any:
    return _make(
        "drop_column",
        table=_key(operation),
        column=operation.column_name,
        if_exists=bool(operation.if_exists),
    )


@_TO_CORE.dispatch_for(ops.AlterColumnOp)
def _alter_column(operation: ops.AlterColumnOp, freeze: Any, context: Any) -> Any:
    """What changes, and the new name after it."""
    key, name, kw = _key(operation), operation.column_name, operation.kw
    using = kw.get("postgresql_using")
    parts = {
        "type": UNCHANGED if operation.modify_type is None else freeze.type(operation.modify_type, key, name),
        "nullable": UNCHANGED if operation.modify_nullable is None else operation.modify_nullable,
        "default": (
            UNCHANGED
            if operation.modify_server_default is False
            else freeze.default(operation.modify_server_default)
        ),
        "comment": UNCHANGED if operation.modify_comment is False else operation.modify_comment,
        "autoincrement": UNCHANGED if kw.get("autoincrement") is None else bool(kw["autoincrement"]),
    }
    made = []
    if any(part is not UNCHANGED for part in parts.values()) or operation.modify_name is None:
        more = {} if using is None else {"using": freeze.sql(using)}
        made.append(_make("alter_column", table=key, column=name, **parts, **more))
    if operation.modify_name is not None:
        made.append(_make("rename_column", table=key, column=name, new_name=operation.modify_name))
    return _several(made)


@_TO_CORE.dispatch_for(ops.CreateIndexOp)
def _create_index(operation: ops.CreateIndexOp, freeze: Any, context: Any) -> Any:
    index = freeze.index(operation.to_index(context), _key(operation))
    options = tuple(option for option in index.options if option[0] != CONCURRENTLY)
    return _make(
        "create_index",
        index=replace(index, options=options),
        table=_key(operation),
        if_not_exists=bool(operation.if_not_exists),
        concurrently=bool(operation.kw.get(CONCURRENTLY)),
    )


@_TO_CORE.dispatch_for(ops.DropIndexOp)
def _drop_index(operation: ops.DropIndexOp, freeze: Any, context: Any) -> Any:
    known = operation.table_name is not None or operation.schema is not None
    options = {key: value for key, value in operation.kw.items() if key not in (CONCURRENTLY, "unique")}
    return _make(
        "drop_index",
        name=str(operation.index_name),
        table=QualifiedName(operation.schema, operation.table_name or "") if known else None,
        if_exists=bool(operation.if_exists),
        concurrently=bool(operation.kw.get(CONCURRENTLY)),
        options=authored.index_options(freeze, options),
    )


@_TO_CORE.dispatch_for(ops.AddConstraintOp)
def _add_constraint(operation: Any, freeze: Any, context: Any) -> Any:
    constraint = operation.to_constraint(context)
    table = util.sqla_compat._table_for_constraint(constraint)
    key = QualifiedName(table.schema, table.name)
    return _make("add_constraint", table=key, constraint=freeze.constraint(constraint, key))


@_TO_CORE.dispatch_for(ops.DropConstraintOp)
def _drop_constraint(operation: ops.DropConstraintOp, freeze: Any, context: Any) -> Any:
    was = None
    if operation.constraint_name is None and operation._reverse is not None:
        was = freeze.constraint(operation.to_constraint(), _key(operation))
    return _make(
        "drop_constraint",
        name=operation.constraint_name,
        table=_key(operation),
        constraint_kind=KINDS.get(operation.constraint_type or "", ""),
        if_exists=bool(operation.if_exists),
        constraint=was,
    )


@_TO_CORE.dispatch_for(ops.BulkInsertOp)
def _bulk_insert(operation: ops.BulkInsertOp, freeze: Any, context: Any) -> Any:
    table: Any = operation.table
    key = QualifiedName(getattr(table, "schema", None), table.name)
    try:
        columns = authored.columns([sa.Column(each.name, each.type) for each in table.c], freeze, key)
    except NoType:  # table() of bare names
        columns = authored.columns_of_rows(operation.rows)
    rows = Rows(operation.rows)
    return _make("insert_rows", table=key, columns=columns, rows=rows, one_by_one=not operation.multiinsert)


@_TO_CORE.dispatch_for(ops.ExecuteSQLOp)
def _execute(operation: ops.ExecuteSQLOp, freeze: Any, context: Any) -> Any:
    given = operation.sqltext
    statement = sa.text(given) if isinstance(given, str) else given
    sql, parameters, opaque = authored.execution(freeze.dialect, statement, None, literal=False)
    options = tuple(sorted((operation.execution_options or {}).items()))
    return _make("execute_sql", sql=sql, parameters=parameters, opaque=opaque, execution_options=options)


# -- from the core


def from_core(operation: Any, backend: Any, before: Any) -> list[Any]:
    """Mutable operations that do the same. `before` is a Lookup: what it knows fills `existing_*` and what a dropped
    thing was, so that they can be reversed."""
    describe = _FROM_CORE.get(operation.kind)
    if describe is None:
        return [ops.ExecuteSQLOp(statement.text) for statement in operation.spell(backend, before)]
    return describe(operation, backend, before)


def _where(key: QualifiedName) -> dict[str, Any]:
    return {"schema": thaw.name(key.schema)}


def _there(before: Any, key: QualifiedName | None) -> Any:
    return None if key is None else before.table(key)


def _table_again(operation: Any, backend: Any, before: Any) -> list[Any]:
    table = thaw.table(operation.table)
    create = ops.CreateTableOp.from_table(table)
    create.if_not_exists = operation.if_not_exists or None
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return [create, *(ops.CreateIndexOp.from_index(index) for index in indexes)]


def _table_away(operation: Any, backend: Any, before: Any) -> list[Any]:
    was, key = _there(before, operation.table), operation.table
    drop = ops.DropTableOp.from_table(thaw.table(was)) if was else ops.DropTableOp(key.name, **_where(key))
    drop.if_exists = operation.if_exists or None
    return [drop]


def _table_renamed(operation: Any, backend: Any, before: Any) -> list[Any]:
    key = operation.table
    return [ops.RenameTableOp(thaw.name(key.name), thaw.name(operation.new_name), **_where(key))]


def _table_commented(operation: Any, backend: Any, before: Any) -> list[Any]:
    key, was = operation.table, _there(before, operation.table)
    more = {**_where(key), "existing_comment": was.comment if was else None}
    if operation.comment is None:
        return [ops.DropTableCommentOp(key.name, **more)]
    return [ops.CreateTableCommentOp(key.name, operation.comment, **more)]


def _column_again(operation: Any, backend: Any, before: Any) -> list[Any]:
    key = operation.table
    add = ops.AddColumnOp(key.name, thaw.column(operation.column), **_where(key))
    add.if_not_exists = operation.if_not_exists or None
    rest = []
    for constraint in operation.inline:
        if isinstance(constraint, PrimaryKey):
            add.column.primary_key = True
            add.inline_primary_key = True
        else:
            rest.append(ops.AddConstraintOp.from_constraint(thaw.constraint(constraint, key)))
    return [add, *rest]


def _column_away(operation: Any, backend: Any, before: Any) -> list[Any]:
    key, was = operation.table, _there(before, operation.table)
    column = was.column(operation.column) if was else None
    if column is None:
        drop = ops.DropColumnOp(key.name, operation.column, **_where(key))
    else:
        drop = ops.DropColumnOp.from_column_and_tablename(key.schema, key.name, thaw.column(column))
    drop.if_exists = operation.if_exists or None
    return [drop]


def _clause(default: Any) -> Any:
    """As a Column holds it."""
    return sa.DefaultClause(default) if isinstance(default, sa.sql.ColumnElement) else default


def _existing(operation: Any, before: Any) -> dict[str, Any]:
    was = _there(before, operation.table)
    column = was.column(operation.column) if was else None
    if column is None:
        return {}
    default = None if column.default is None else thaw.default(column.default)
    return {
        "existing_type": thaw.type_(column.type),
        "existing_nullable": column.nullable,
        "existing_server_default": _clause(default),
        "existing_comment": column.comment,
    }


def _column_renamed(operation: Any, backend: Any, before: Any) -> list[Any]:
    key = operation.table
    new = thaw.name(operation.new_name)
    existing = _existing(operation, before)
    return [ops.AlterColumnOp(key.name, operation.column, modify_name=new, **_where(key), **existing)]


def _column_altered(operation: Any, backend: Any, before: Any) -> list[Any]:
    key = operation.table
    alter = ops.AlterColumnOp(key.name, operation.column, **_where(key), **_existing(operation, before))
    if operation.type is not UNCHANGED:
        alter.modify_type = thaw.type_(operation.type)
    if operation.nullable is not UNCHANGED:
        alter.modify_nullable = operation.nullable
    if operation.default is not UNCHANGED:
        default = None if operation.default is None else thaw.default(operation.default)
        alter.modify_server_default = _clause(default)
    if operation.comment is not UNCHANGED:
        alter.modify_comment = operation.comment
    if operation.autoincrement is not UNCHANGED:
        alter.kw["autoincrement"] = operation.autoincrement
    if operation.using is not None:
        alter.kw["postgresql_using"] = operation.using.text
    return [alter]


def _constraint_again(operation: Any, backend: Any, before: Any) -> list[Any]:
    constraint = thaw.constraint(operation.constraint, operation.table)
    return [ops.AddConstraintOp.from_constraint(constraint)]


def _constraint_away(operation: Any, backend: Any, before: Any) -> list[Any]:
    key, was = operation.table, _there(before, operation.table)
    constraint = operation.constraint
    if constraint is None and was is not None and operation.name is not None:
        constraint = was.constraint(operation.name)
    if constraint is not None:
        drop = ops.DropConstraintOp.from_constraint(thaw.constraint(constraint, key))
    else:
        words = {kind: word for word, kind in KINDS.items()}
        kind = words.get(operation.constraint_kind)
        drop = ops.DropConstraintOp(thaw.final(operation.name), key.name, kind, **_where(key))
    drop.if_exists = operation.if_exists or None
    return [drop]


def _index_again(operation: Any, backend: Any, before: Any) -> list[Any]:
    create = ops.CreateIndexOp.from_index(thaw.index(operation.index, operation.table))
    create.if_not_exists = operation.if_not_exists or None
    if operation.concurrently:
        create.kw[CONCURRENTLY] = True
    return [create]


def _index_away(operation: Any, backend: Any, before: Any) -> list[Any]:
    key, was = operation.table, _there(before, operation.table)
    index = was.index(operation.name) if was else None
    if index is not None:
        drop = ops.DropIndexOp.from_index(thaw.index(index, key))
    else:
        schema = key.schema if key is not None else None
        drop = ops.DropIndexOp(thaw.final(operation.name), (key.name or None) if key else None, schema=schema)
        drop.kw.update(thaw.options(operation.options))
    drop.if_exists = operation.if_exists or None
    if operation.concurrently:
        drop.kw[CONCURRENTLY] = True
    return [drop]


def _rows(operation: Any, backend: Any, before: Any) -> list[Any]:
    columns = (sa.column(each.name, thaw.type_(each.type)) for each in operation.columns)
    table = sa.table(operation.table.name, *columns, schema=operation.table.schema)
    return [
        ops.BulkInsertOp(table, [dict(row) for row in operation.rows], multiinsert=not operation.one_by_one)
    ]


def _executed(operation: Any, backend: Any, before: Any) -> list[Any]:
    clause = operation.sql.clause
    given = operation.sql.text if clause is None or isinstance(clause, sa.TextClause) else clause
    return [ops.ExecuteSQLOp(given, execution_options=dict(operation.execution_options) or None)]


def _each(operation: Any, backend: Any, before: Any) -> list[Any]:
    return [made for each in operation.operations for made in from_core(each, backend, before)]


_FROM_CORE: dict[str, Callable[[Any, Any, Any], list[Any]]] = {
    "create_table": _table_again,
    "drop_table": _table_away,
    "rename_table": _table_renamed,
    "comment_on_table": _table_commented,
    "add_column": _column_again,
    "drop_column": _column_away,
    "rename_column": _column_renamed,
    "alter_column": _column_altered,
    "add_constraint": _constraint_again,
    "drop_constraint": _constraint_away,
    "create_index": _index_again,
    "drop_index": _index_away,
    "insert_rows": _rows,
    "execute_sql": _executed,
    "several": _each,
}
WORDS = frozenset(_FROM_CORE)
"""The kinds of operations that Alembic has words for."""
