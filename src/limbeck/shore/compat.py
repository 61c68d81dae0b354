"""What SQLAlchemy does not promise: its private names, and where 2.0 and 2.1 differ. Nowhere else in the core.

Held against SQLAlchemy 2.0.x and 2.1.x by the tests of this room, which run on both.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import DBAPIError as DatabaseError
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql import base as _base
from sqlalchemy.sql.elements import conv, quoted_name
from sqlalchemy.types import SchemaType

__all__ = ["DatabaseError", "MockConnection", "SchemaType", "conv", "quoted_name"]

NONE_NAME: Final = _base._NONE_NAME
STRING: Final = sa.String()
NOWHERE: Final = sa.MetaData()
"""The MetaData of detached types: they register with none of a caller's, and keep no thawed table alive."""

_spelling: WeakKeyDictionary[Any, tuple[Any, Any]] = WeakKeyDictionary()


def spelling_dialect(dialect: Any) -> Any:
    """A twin of the dialect that spells with paramstyle "named", so that `%` stays itself whatever the driver.

    It shares nothing that the paramstyle has a part in: preparer, type compiler, cached literal processors."""
    if dialect.paramstyle == "named" and not _doubles_percents(dialect):
        return dialect
    state = (dialect.server_version_info, dialect.max_identifier_length, id(dialect.identifier_preparer))
    kept = _spelling.get(dialect)
    if kept is not None and kept[0] == state:
        return kept[1]
    made = twin(dialect)
    _spelling[dialect] = (state, made)  # nothing in it may hold the dialect itself
    return made


def _doubles_percents(dialect: Any) -> bool:
    return bool(getattr(dialect.identifier_preparer, "_double_percents", False))


def twin(dialect: Any) -> Any:
    """A copy of the dialect that spells with paramstyle "named" and remembers for itself."""
    made = copy.copy(dialect)
    made.paramstyle, made.positional = "named", False
    made.identifier_preparer = copy.copy(dialect.identifier_preparer)
    made.identifier_preparer.dialect = made
    made.identifier_preparer._double_percents = False
    made.identifier_preparer._strings = {}  # names it has quoted: with the other's percent signs
    made.type_compiler_instance = copy.copy(dialect.type_compiler_instance)
    made.type_compiler_instance.dialect = made
    if "type_compiler" in vars(made):
        made.type_compiler = made.type_compiler_instance
    vars(made)["_type_memos"] = WeakKeyDictionary()
    return made


def ddl_compiler(dialect: Any) -> Any:
    """A DDL compiler with no statement of its own, for fragments."""
    return dialect.ddl_compiler(dialect, None)


def final_name(dialect: Any, item: Any) -> str | None:
    """The name of a constraint or index as it will stand in the database: convention and truncation done."""
    preparer = dialect.identifier_preparer
    if item.name is None or (item.name is NONE_NAME and getattr(item, "table", None) is None):
        return None
    name: str | None = preparer.format_constraint(item, _alembic_quote=False)
    return name


def sorted_constraints(table: Any) -> list[Any]:
    """Constraints in the order they were made, which is that of CREATE TABLE; those that columns hold themselves
    among them."""
    inside = (c for column in table.columns for c in column.constraints if not is_of_table(c))
    return sorted((*table.constraints, *inside), key=lambda c: c._creation_order)


def is_of_table(constraint: Any) -> bool:
    """False for a CHECK that stands in a column's own definition."""
    return not getattr(constraint, "is_column_level", False)


def belongs_to_type(constraint: Any) -> bool:
    """Whether a type brought the constraint along (Boolean, Enum)."""
    return bool(getattr(constraint, "_type_bound", False))


def is_spelled_by(constraint: Any, compiler: Any) -> bool:
    """Whether the dialect spells it at all: a Boolean's CHECK is not where booleans are native.

    create_all leaves a key that says use_alter with a rule that CREATE TABLE does not spell it: it is there all the same."""
    rule = getattr(constraint, "_create_rule", None)
    added = "_create_rule_disable" in (getattr(rule, "__name__", ""), getattr(rule, "name", ""))
    return rule is None or added or bool(rule(compiler))


def has_own_words(constraint: Any) -> bool:
    """Whether a third party's class writes itself: it registered `@compiles` on a class that is not SQLAlchemy's."""
    theirs = (c for c in type(constraint).__mro__ if not c.__module__.startswith("sqlalchemy."))
    return any("_compiler_dispatcher" in vars(c) or "__visit_name__" in vars(c) for c in theirs)


def numbering_column(table: Any) -> Any:
    """The column SQLAlchemy lets the database number; None where there is none."""
    return table._autoincrement_column


def is_integer(column: Any) -> bool:
    return bool(issubclass(column.type._type_affinity, sa.Integer))


def prefixes(table: Any) -> tuple[str, ...]:
    return tuple(str(p) for p in table._prefixes)


def set_prefixes(table: Any, given: tuple[str, ...]) -> None:
    table._prefixes = list(given)


def foreign_key_target(foreign_key: Any) -> tuple[Any, str | None, str | None]:
    """(table or its key in the MetaData, column object's name or None, key of the column when only that is known).

    Asks nothing that SQLAlchemy would remember on the caller's object."""
    column = foreign_key._table_column
    if column is not None:
        return column.table, column.name, None
    schema, name, key = foreign_key._column_tokens
    if schema is None:
        parent = getattr(foreign_key.parent, "table", None)
        schema = parent.metadata.schema if parent is not None else None
    return (schema, name), None, key


PLAIN_DDL: Final = (sa.schema.CreateTable, sa.schema.CreateIndex, sa.schema.DropTable, sa.schema.DropIndex)


def is_only_text(connection: Any, clause: Any) -> bool:
    """Whether executing the clause sends its text and does nothing else: nobody listens to constructs. Then SQLAlchemy
    need not compile it a second time."""
    return (
        isinstance(clause, PLAIN_DDL)
        and connection.dialect.__module__.startswith("sqlalchemy.dialects.")
        and not connection.dispatch.before_execute
        and not connection.dispatch.after_execute
    )


def is_overheard(connection: Any) -> bool:
    """Whether somebody hears what goes over the connection to the driver, in a log or by an event, or sends it himself."""
    engine, dialect = connection.engine, connection.dialect
    heard = (f"{when}_{what}" for when in ("before", "after") for what in ("execute", "cursor_execute"))
    own = ("do_execute", "do_execute_no_params", "handle_error")
    return (
        not type(dialect).__module__.startswith("sqlalchemy.dialects.")
        or connection._echo
        or bool(connection.get_execution_options().get("schema_translate_map"))
        or any(bool(getattr(connection.dispatch, name)) for name in heard)
        or any(bool(getattr(engine.dispatch, name)) for name in heard)
        or any(bool(getattr(dialect.dispatch, name)) for name in own)
    )


def statement_error(connection: Any, text: str, said: Exception) -> Exception:
    """What SQLAlchemy raises when the driver raises that; a connection that is lost by it is of no use any more."""
    dialect = connection.dialect
    driver = connection.connection.dbapi_connection
    lost = bool(dialect.is_disconnect(said, driver, None))
    if lost and not connection.invalidated:
        connection.invalidate(said)
    made: Exception = DatabaseError.instance(
        text, None, said, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    return made


def awaited(connection: Any, function: Any, arguments: Any, named: Any) -> Any:
    """Waits, from inside SQLAlchemy's bridge between the two worlds, for a function of the AsyncConnection."""
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.util import await_only

    known = AsyncConnection._retrieve_proxy_for_target(connection)
    return await_only(function(known, *arguments, **named))


def is_of_dialect(thing: Any, dialect: str, *classes: str) -> bool:
    """Whether it is of one of the classes that SQLAlchemy's package of the dialect brings. A package that nobody imported
    has no instances; importing the three big ones costs as much as half of SQLAlchemy."""
    package = sys.modules.get(f"sqlalchemy.dialects.{dialect}")
    return package is not None and isinstance(thing, tuple(getattr(package, name) for name in classes))


def is_simple(column: Any, dialect: Any) -> bool:
    """Whether nothing about the column is anybody's but SQLAlchemy's: its DDL needs neither type nor default settled."""
    return (
        type(column) is sa.Column
        and type(column.type).__module__.startswith("sqlalchemy.")
        and is_nameless(column.type)
        and (column.server_default is None or type(column.server_default) is sa.DefaultClause)
        and not isinstance(column.default, sa.Sequence)
        and type(dialect).__module__.startswith("sqlalchemy.dialects.")
    )


def is_simple_table(table: Any, dialect: Any) -> bool:
    """Whether the table is of such columns, and its constraints refer to nothing else."""
    return (
        all(type(each) in _OF_COLUMNS for each in table.constraints)
        and all(is_simple(column, dialect) and not column.constraints for column in table.columns)
        and not table.dispatch.before_create
        and not table.dispatch.after_create
    )


_OF_COLUMNS: Final = (sa.PrimaryKeyConstraint, sa.UniqueConstraint)


def stands_alone(column: Any, dialect: Any) -> bool:
    """Whether a simple column brings nothing along, and this dialect spells it without looking at its table."""
    return (
        dialect.name in ("postgresql", "sqlite")
        and is_simple(column, dialect)
        and not (column.primary_key or column.index or column.unique or column.foreign_keys)
        and not (column.constraints or column.computed or column.identity)
        and (column.table is not None or not column.dispatch.after_parent_attach)
    )


def detached_column(column: Any) -> Any:
    return column._copy()


def detached_constraint(constraint: Any) -> Any:
    return constraint._copy()


def variants(type_: Any) -> dict[str, Any]:
    return dict(getattr(type_, "_variant_mapping", {}) or {})


def is_nameless(type_: Any) -> bool:
    """Whether no database keeps the type by a name of its own: neither it nor anything it wraps."""
    made_of = (SchemaType, sa.ARRAY, sa.types.TypeDecorator)
    return not isinstance(type_, made_of) and not getattr(type_, "_variant_mapping", None)


def without_variants(type_: Any) -> Any:
    """The type as it was before `with_variant`."""
    bare = copy.copy(type_)
    vars(bare).pop("_variant_mapping", None)
    return bare


def detached_type(type_: Any) -> Any:
    """The type itself where it knows nothing of tables, else a copy that tells no table and no MetaData of itself:
    it brings no CHECK and creates nothing on the server. The schema it has by now is final."""
    inner = {
        name: detached_type(vars(type_)[name])
        for name in ("impl", "item_type")
        if isinstance(vars(type_).get(name), sa.types.TypeEngine)
    }
    mapping = variants(type_)
    fresh = {name: detached_type(other) for name, other in mapping.items()}
    changed = any(vars(type_)[name] is not made for name, made in inner.items())
    changed = changed or any(mapping[name] is not made for name, made in fresh.items())
    if not changed and not isinstance(type_, SchemaType):
        return type_
    bare = copy.copy(type_)
    for name in ("dispatch", "_static_cache_key"):
        vars(bare).pop(name, None)
    vars(bare).update(inner)
    if fresh:
        vars(bare)["_variant_mapping"] = type(type_._variant_mapping)(fresh)
    if isinstance(bare, SchemaType):
        _settle(bare)
    return bare


def moved_type(type_: Any, schemas: Any) -> Any:
    """A copy of a detached type, with what it wraps, whose schema is the one that the map names."""
    bare = copy.copy(type_)
    vars(bare).pop("_static_cache_key", None)
    for name in ("impl", "item_type"):
        if isinstance(vars(type_).get(name), sa.types.TypeEngine):
            vars(bare)[name] = moved_type(vars(type_)[name], schemas)
    if isinstance(type_, SchemaType):
        bare.schema = schemas.get(type_.schema, type_.schema)
    return bare


def _settle(type_: Any) -> None:
    flags = vars(type_)
    flags["_create_events"] = False
    flags["create_type"] = False
    flags["metadata"] = NOWHERE
    flags["_schema_provided"] = True
    if "create_constraint" in flags:
        flags["create_constraint"] = False
    flags["_inherit_schema" if "_inherit_schema" in flags else "inherit_schema"] = False


def dialect_options(item: Any) -> dict[str, Any]:
    """The `dialect_option=value` arguments its author gave, by their whole names. Asked only where there are some:
    SQLAlchemy makes an empty container for the asking, for each of a hundred thousand columns."""
    return dict(item.dialect_kwargs) if "dialect_options" in vars(item) else {}


def info(item: Any) -> dict[Any, Any]:
    """`item.info`, where there is one."""
    return vars(item).get("info") or {}


def identity(value: Any) -> Any:
    """sa.Identity of a model Identity; 2.1 calls Oracle's two options by its name."""
    options = {name: getattr(value.options, name) for name in _IDENTITY_OPTIONS}
    oracle = {"on_null": value.on_null, "order": value.options.order}
    prefix = "oracle_" if _IS_21 else ""
    given = {prefix + name: one for name, one in oracle.items() if one is not None}
    return sa.Identity(always=bool(value.always), **options, **given)


def sequence_options(item: Any) -> dict[str, Any]:
    """The options of a Sequence or Identity by the names of model SequenceOptions; None is not given."""
    return {**{name: getattr(item, name) for name in _IDENTITY_OPTIONS}, "order": item.order}


_IS_21: Final = tuple(int(n) for n in sa.__version__.split(".")[:2]) >= (2, 1)
_IDENTITY_OPTIONS: Final = [
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
]


def primary_key_of(column: Any) -> Any:
    return sa.PrimaryKeyConstraint(column)


def types_of(metadata: Any) -> Iterator[Any]:
    """The types with a name that are given to the MetaData itself (`sa.Enum(..., metadata=metadata)`): create_all makes
    them whether a column has them or not. They listen for it, in 2.0 through a picklable method."""
    for listener in metadata.dispatch.before_create:
        found = getattr(listener, "target", None) or getattr(listener, "__self__", None)
        if isinstance(found, sa.types.SchemaType) and getattr(found, "create_type", True):
            yield found


def sequences_of(metadata: Any) -> list[Any]:
    return list(metadata._sequences.values())


def sequence_of(clause: Any) -> Any:
    """The Sequence whose next value a clause is."""
    return getattr(clause, "sequence", None) if type(clause).__name__ == "next_value" else None


def unwrapped(type_: Any, dialect: Any) -> Any:
    """The dialect's own type behind decorators and variants."""
    return type_._unwrapped_dialect_impl(dialect)


def without_additions(table: Any) -> None:
    """Takes away what listeners of others added while the table was made (spatial indexes): a value says all."""
    table.indexes.clear()
    for constraint in list(table.constraints):
        if constraint is not table.primary_key and is_of_table(constraint):
            table.constraints.discard(constraint)


def bare_column(column: Any) -> Any:
    """What rides along of a column: its class, `info`, `system`. No type, no keys."""
    return sa.Column(column.name, sa.types.NULLTYPE, info=dict(info(column)), system=column.system)


def bare_table(table: Any) -> Any:
    made = sa.Table(table.name, sa.MetaData(), schema=table.schema, info=dict(info(table)))
    give_parts(made, table)
    return made


def own_parts(table: Any) -> dict[str, Any]:
    """What a third party's items have hung on the table (ClickHouse's engine), by the attribute it hangs on."""
    return {
        name: part
        for name, part in vars(table).items()
        if isinstance(part, sa.schema.SchemaItem) and not type(part).__module__.startswith("sqlalchemy.")
    }


def give_parts(table: Any, source: Any) -> None:
    """The other table's own parts hang on this one too. They go on meaning the columns they were made with."""
    for name, part in own_parts(source).items():
        setattr(table, name, part)


def given_columns(constraint: Any) -> list[str]:
    """The column names a constraint without a table was given."""
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return [str(k) for k in constraint.column_keys]
    pending = getattr(constraint, "_pending_colargs", None) or ()
    names = [c if isinstance(c, str) else getattr(c, "name", None) for c in pending]
    return [n for n in names if n is not None]


def free_constraint(constraint: Any, names: list[str]) -> Any:
    """A copy that may be given to a table that has columns of these names."""
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return sa.ForeignKeyConstraint(
            names,
            [
                e._table_column if e._table_column is not None else e._get_colspec()
                for e in constraint.elements
            ],
            onupdate=constraint.onupdate,
            ondelete=constraint.ondelete,
            match=constraint.match,
            use_alter=constraint.use_alter,
            link_to_name=constraint.link_to_name,
            **_constraint_options(constraint),
        )
    if type(constraint) in (sa.PrimaryKeyConstraint, sa.UniqueConstraint):
        return type(constraint)(*names, **_constraint_options(constraint))
    if isinstance(constraint, sa.CheckConstraint):
        return sa.CheckConstraint(constraint.sqltext, **_constraint_options(constraint))
    alone = copy.copy(constraint)
    if hasattr(alone, "_columns"):
        alone._columns = type(constraint._columns)()
    vars(alone).pop("dispatch", None)
    return alone


def _constraint_options(constraint: Any) -> dict[str, Any]:
    return {
        "name": constraint.name,
        "deferrable": constraint.deferrable,
        "initially": constraint.initially,
        "comment": constraint.comment,
        **dialect_options(constraint),
    }


def exclude_elements(constraint: Any) -> list[tuple[Any, str]]:
    return [(expression, operator) for expression, _, operator in constraint._render_exprs]


def index_columns(index: Any) -> list[str]:
    """The columns that an index without a table speaks of, also in its options."""
    from sqlalchemy.sql.visitors import iterate

    names: list[str] = []
    for expression in index.expressions:
        if isinstance(expression, str):
            names.append(expression)
        else:
            names += [
                e.name
                for e in iterate(expression)
                if isinstance(e, sa.sql.expression.ColumnClause) and not getattr(e, "is_literal", False)
            ]
    for key, value in dialect_options(index).items():
        if key.endswith("_include"):
            names += [c if isinstance(c, str) else c.name for c in value or ()]
    return names


def bare_expression(expression: Any, table: Any) -> Any:
    """An index expression on that table: a name or a bare column becomes the table's."""
    if isinstance(expression, str):
        return table.c[expression]
    if isinstance(expression, sa.sql.expression.ColumnClause) and not expression.is_literal:
        return table.c[expression.name]
    return expression


def no_options(item: Any) -> Any:
    """Dialect options as if none had been given."""
    return type(item)("i", "c").dialect_options


def into_column(constraint: Any, column: Any) -> None:
    """A constraint into the column's own definition."""
    constraint._set_parent_with_dispatch(column)


def refuse_inspection(cls: Any, refuse: Any) -> None:
    """What sqlalchemy.inspect() does with such an object."""
    sa.inspection._inspects(cls)(refuse)


def type_key(type_: Any) -> Any:
    """What SQLAlchemy takes two types for the same by, with all their arguments; None where it will not tell."""
    if isinstance(type_, (SchemaType, sa.types.TypeDecorator)) or variants(type_):
        return None
    key = type_._static_cache_key
    if not isinstance(key, tuple):
        return None
    said = getattr(type_, "values", None)  # of a SET of MySQL, which its key does not tell
    return (*key, *said) if isinstance(said, (list, tuple)) else key


def own_type_key(type_: Any) -> Any:
    """What alone decides how a type of SQLAlchemy's own is spelled, in whatever column; None for types of others and for
    those that somebody else compiles."""
    ours = type(type_).__module__.startswith("sqlalchemy.")
    if not ours or isinstance(type_, sa.ARRAY) or hasattr(type_, "_compiler_dispatcher"):
        return None
    if isinstance(type_, sa.Enum):
        return None if variants(type_) else ("enum", id(type_))
    return type_key(type_)


@contextmanager
def told_to_listeners(clause: Any, connection: Any) -> Iterator[bool]:
    """Around CREATE TABLE and DROP TABLE, what others listen for on every Table happens as table.create() would have
    it; True where somebody listens (they may have changed the table). The types create nothing here."""
    words = {CreateTable: "create", DropTable: "drop"}
    word = words.get(type(clause))
    dispatch = None if word is None else clause.element.dispatch
    before, after = (getattr(dispatch, f"{when}_{word}", ()) for when in ("before", "after"))
    options = {"checkfirst": False, "_ddl_runner": None, "_is_metadata_operation": False}
    if before:
        before(clause.element, connection, **options)
    yield bool(before)
    if after:
        after(clause.element, connection, **options)


def view_construct(table: Any) -> Any:
    """The CreateView behind a Table that stands for a view (SQLAlchemy 2.1); None for tables, and on 2.0."""
    made = getattr(table, "_creator_ddl", None)
    return made if type(made).__name__ == "CreateView" else None
