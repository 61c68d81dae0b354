"""The changes a revision makes: `from limbeck import op`.

Each function builds one operation and hands it to the stage of the run: on a live run it happens at once, in a script
or a plan it is written down. Tables are named by text; `schema=` says in which schema. Columns, types and constraints
are SQLAlchemy's. Arguments such as `postgresql_where=` or `mysql_engine=` are passed on to the database they name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from limbeck.model import objects
from limbeck.model.marks import UNCHANGED, Unchanged
from limbeck.model.names import QualifiedName
from limbeck.ops.contract import Operation
from limbeck.ops.rows import Rows
from limbeck.shore import authored, channel

from . import former, op_objects, reading
from .gathering import together as together
from .own_words import add_constraint as add_constraint
from .own_words import sql_constraint as sql_constraint
from .own_words import sql_type as sql_type
from .stage import current

T = TypeVar("T")
Text = Any  # SQL: a str, sa.text(), or another SQLAlchemy expression
Column = Any
"""A sqlalchemy.Column."""
Type = Any
"""A SQLAlchemy type, or its class."""
Table = Any
"""The name of a table as text; functions about rows also take a sqlalchemy.Table."""


def run(operation: Operation) -> None:
    """Does any operation: one of `limbeck.ops`, or a third party's."""
    current("run").do(operation)


# -- tables


def create_table(
    name: str,
    *items: Any,
    schema: str | None = None,
    comment: str | None = None,
    prefixes: Sequence[str] = (),
    if_not_exists: bool = False,
    **options: Any,
) -> None:
    """Creates a table of columns, constraints and indexes: `op.create_table("a", sa.Column("id", sa.Integer), ...)`.

    Named types and sequences it needs are created first where they are not there.
    """
    from limbeck.ops.table import CreateTable

    stage = current("create_table")
    table, needed = authored.table(
        stage.freeze(),
        QualifiedName(schema, name),
        items,
        comment=comment,
        prefixes=prefixes,
        options=reading.dialect_options("create_table", options),
    )
    _create_needed(needed)
    stage.do(CreateTable(table=table, if_not_exists=if_not_exists))


def _create_needed(needed: Iterable[objects.Object]) -> None:
    from limbeck.ops.object import CreateObject

    stage = current("create_object")
    for thing in needed:
        if thing.kind != "schema" and stage.before.object(type(thing), thing.key) is None:
            there = thing.kind == "extension"  # it is the database's, and a stage may not see it
            stage.do(CreateObject(thing=thing, if_not_exists=there))


def drop_table(name: str, *, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a table with its rows, indexes and constraints."""
    from limbeck.ops.table import DropTable

    current("drop_table").do(DropTable(table=QualifiedName(schema, name), if_exists=if_exists))


def rename_table(name: str, new_name: str, *, schema: str | None = None) -> None:
    """Renames a table; it stays in its schema."""
    from limbeck.ops.table import RenameTable

    current("rename_table").do(RenameTable(table=QualifiedName(schema, name), new_name=new_name))


def comment_on_table(name: str, comment: str | None, *, schema: str | None = None) -> None:
    """Puts a comment on a table; None takes it away."""
    from limbeck.ops.comment import CommentOnTable

    current("comment_on_table").do(CommentOnTable(table=QualifiedName(schema, name), comment=comment))


def alter_table(
    name: str, *, columns: Mapping[str, Type] | None = None, schema: str | None = None, **options: Any
) -> None:
    """Gives a table that stands other options: `op.alter_table("a", mysql_engine="InnoDB")`. None is what the database
    does by itself. `columns` are those that take their character set from the table (MySQL), with their types."""
    from limbeck.ops.alter_table import AlterTable

    stage, table = current("alter_table"), QualifiedName(schema, name)
    given = authored.table_options(stage.freeze(), reading.dialect_options("alter_table", options))
    types = tuple((c, stage.freeze().type(t, table, c)) for c, t in (columns or {}).items())
    stage.do(AlterTable(table=table, options=given, columns=types))


# -- columns


def add_column(
    table: str, column: Column, *inline: Any, schema: str | None = None, if_not_exists: bool = False
) -> None:
    """Adds a column, and the foreign keys, checks and index it carries.

    `inline` are constraints over it alone that must stand in the same clause (the key of an AUTO_INCREMENT column).
    """
    from limbeck.ops.column import AddColumn
    from limbeck.ops.constraint import AddConstraint
    from limbeck.ops.index import CreateIndex

    stage = current("add_column")
    name = QualifiedName(schema, table)
    freeze = stage.freeze()
    _create_needed(authored.needs(freeze, column))
    value, constraints, indexes = freeze.column(column, name)
    within = tuple(freeze.constraint(constraint, name) for constraint in inline)
    stage.do(AddColumn(table=name, column=value, inline=within, if_not_exists=if_not_exists))
    for constraint in constraints:
        stage.do(AddConstraint(table=name, constraint=constraint))
    for index in indexes:
        stage.do(CreateIndex(table=name, index=index, if_not_exists=if_not_exists))


def drop_column(table: str, column: str, *, schema: str | None = None, if_exists: bool = False) -> None:
    """Drops a column, and the indexes and constraints over it that the database drops with it."""
    from limbeck.ops.column import DropColumn

    operation = DropColumn(table=QualifiedName(schema, table), column=column, if_exists=if_exists)
    current("drop_column").do(operation)


def rename_column(table: str, column: str, new_name: str, *, schema: str | None = None) -> None:
    """Renames a column."""
    from limbeck.ops.column import RenameColumn

    operation = RenameColumn(table=QualifiedName(schema, table), column=column, new_name=new_name)
    current("rename_column").do(operation)


def alter_column(
    table: str,
    column: str,
    *,
    type: Type | Unchanged = UNCHANGED,
    nullable: bool | Unchanged = UNCHANGED,
    default: Any = UNCHANGED,
    comment: str | Unchanged | None = UNCHANGED,
    autoincrement: bool | Unchanged = UNCHANGED,
    using: Text | None = None,
    schema: str | None = None,
    **options: Any,
) -> None:
    """Changes what is given of a column and leaves the rest; what it was before need not be said.

    `default` is a server default: text, sa.text(), sa.Identity(), sa.Computed(); None takes it away.
    `using` is the expression that converts the values that are there to the new type.
    """
    from limbeck.ops.alter_column import AlterColumn

    former.refuse_old_arguments("alter_column", options)
    stage = current("alter_column")
    freeze = stage.freeze()
    name = QualifiedName(schema, table)
    stage.do(
        AlterColumn(
            table=name,
            column=column,
            type=UNCHANGED if type is UNCHANGED else freeze.type(type, name, column),
            nullable=nullable,
            default=UNCHANGED if default is UNCHANGED else freeze.default(default),
            comment=comment,
            autoincrement=autoincrement,
            using=None if using is None else freeze.sql(using, f"{name}.{column}"),
            options=tuple(sorted(reading.dialect_options("alter_column", options).items())),
        )
    )


def fill_column(table: str, column: str, value: Text, *, schema: str | None = None) -> None:
    """Gives every row whose column is NULL a value, an SQL expression, before the column becomes NOT NULL."""
    from limbeck.ops.fill import FillColumn

    stage = current("fill_column")
    name = QualifiedName(schema, table)
    stage.do(FillColumn(table=name, column=column, value=stage.freeze().sql(value, f"{name}.{column}")))


# -- constraints


def add_primary_key(
    table: str, columns: Sequence[str], *, name: str | None = None, schema: str | None = None, **options: Any
) -> None:
    """Adds a primary key."""
    where = QualifiedName(schema, table)
    given = reading.constraint_options("add_primary_key", name, options)
    _add(where, authored.primary_key(current("add_primary_key").freeze(), where, columns, given))


def add_unique(
    table: str, columns: Sequence[str], *, name: str | None = None, schema: str | None = None, **options: Any
) -> None:
    """Adds a unique constraint; options as deferrable, initially, postgresql_nulls_not_distinct."""
    where = QualifiedName(schema, table)
    given = reading.constraint_options("add_unique", name, options)
    _add(where, authored.unique(current("add_unique").freeze(), where, columns, given))


def add_check(
    table: str, condition: Text, *, name: str | None = None, schema: str | None = None, **options: Any
) -> None:
    """Adds a check constraint: `op.add_check("orders", "amount > 0", name="positive")`."""
    where = QualifiedName(schema, table)
    given = reading.constraint_options("add_check", name, options)
    _add(where, authored.check(current("add_check").freeze(), where, condition, given))


def add_foreign_key(
    table: str,
    columns: Sequence[str],
    referred: str,
    referred_columns: Sequence[str],
    *,
    name: str | None = None,
    schema: str | None = None,
    referred_schema: str | None = None,
    onupdate: str | None = None,
    ondelete: str | None = None,
    **options: Any,
) -> None:
    """Adds a foreign key: `op.add_foreign_key("books", ["author_id"], "authors", ["id"], ondelete="CASCADE")`."""
    where = QualifiedName(schema, table)
    given = reading.constraint_options("add_foreign_key", name, options, onupdate=onupdate, ondelete=ondelete)
    freeze = current("add_foreign_key").freeze()
    target = QualifiedName(referred_schema, referred)
    _add(where, authored.foreign_key(freeze, where, columns, target, referred_columns, given))


def add_exclude(
    table: str,
    *elements: tuple[Text, str],
    name: str | None = None,
    schema: str | None = None,
    using: str | None = None,
    where: Text | None = None,
    ops: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """Adds PostgreSQL's EXCLUDE: `op.add_exclude("stays", ("room", "="), ("during", "&&"), name="no_overlap")`."""
    place = QualifiedName(schema, table)
    given = reading.constraint_options("add_exclude", name, options, using=using, where=where, ops=ops)
    _add(place, authored.exclude(current("add_exclude").freeze(), place, elements, given))


def _add(table: QualifiedName, constraint: Any) -> None:
    from limbeck.ops.constraint import AddConstraint

    current("add_constraint").do(AddConstraint(table=table, constraint=constraint))


def drop_constraint(
    name: Any,
    table: str,
    *,
    constraint_kind: str = "",
    schema: str | None = None,
    if_exists: bool = False,
) -> None:
    """Drops a constraint by its name; one without a name is told by itself: `sa.UniqueConstraint("a", "b")`.

    `constraint_kind` is "primary key", "unique", "foreign key", "check" or "exclude"; MySQL wants to know it.
    """
    from limbeck.ops.constraint import DropConstraint

    stage = current("drop_constraint")
    where = QualifiedName(schema, table)
    told = None
    if authored.is_constraint(name):
        told, name = stage.freeze().constraint(name, where), None
    stage.do(
        DropConstraint(
            name=name,
            table=where,
            constraint_kind=constraint_kind,
            if_exists=if_exists,
            constraint=told,
        )
    )


def rename_constraint(
    table: str, name: str, new_name: str, *, constraint_kind: str = "", schema: str | None = None
) -> None:
    """Renames a constraint."""
    from limbeck.ops.constraint import RenameConstraint

    current("rename_constraint").do(
        RenameConstraint(
            table=QualifiedName(schema, table), name=name, new_name=new_name, constraint_kind=constraint_kind
        )
    )


def validate_constraint(table: str, name: str, *, schema: str | None = None) -> None:
    """PostgreSQL: checks the rows that are there against a constraint that was added with postgresql_not_valid=True."""
    from limbeck.ops.constraint import ValidateConstraint

    current("validate_constraint").do(ValidateConstraint(table=QualifiedName(schema, table), name=name))


# -- indexes


def create_index(
    name: str | None,
    table: str,
    elements: Sequence[Any],
    *,
    unique: bool = False,
    schema: str | None = None,
    if_not_exists: bool = False,
    concurrently: bool = False,
    **options: Any,
) -> None:
    """Creates an index over columns (their names) and expressions (sa.text(), sa.desc() ...).

    `concurrently`: PostgreSQL builds it without blocking writes, outside a transaction; what came before is committed.
    """
    from limbeck.ops.index import CreateIndex

    stage = current("create_index")
    where = QualifiedName(schema, table)
    given = {"unique": unique, **reading.dialect_options("create_index", options)}
    concurrently = bool(given.pop("postgresql_concurrently", concurrently))
    stage.do(
        CreateIndex(
            index=authored.index(stage.freeze(), where, name, elements, given),
            table=where,
            if_not_exists=if_not_exists,
            concurrently=concurrently,
        )
    )


def drop_index(
    name: str,
    table: str | None = None,
    *,
    schema: str | None = None,
    if_exists: bool = False,
    concurrently: bool = False,
    **options: Any,
) -> None:
    """Drops an index. Some databases (MySQL) want to know its table."""
    from limbeck.ops.index import DropIndex

    stage = current("drop_index")
    given = dict(reading.dialect_options("drop_index", options))
    concurrently = bool(given.pop("postgresql_concurrently", concurrently))
    stage.do(
        DropIndex(
            name=name,
            table=None if table is None else QualifiedName(schema, table),
            if_exists=if_exists,
            concurrently=concurrently,
            options=authored.index_options(stage.freeze(), given),
        )
    )


def rename_index(table: str, name: str, new_name: str, *, schema: str | None = None) -> None:
    """Renames an index."""
    from limbeck.ops.index import RenameIndex

    operation = RenameIndex(table=QualifiedName(schema, table), name=name, new_name=new_name)
    current("rename_index").do(operation)


# -- what stands beside tables

add_enum_value = op_objects.add_enum_value
alter_object = op_objects.alter_object
create_domain = op_objects.create_domain
create_enum = op_objects.create_enum
create_function = op_objects.create_function
create_object = op_objects.create_object
create_policy = op_objects.create_policy
create_procedure = op_objects.create_procedure
create_schema = op_objects.create_schema
create_sequence = op_objects.create_sequence
create_trigger = op_objects.create_trigger
create_view = op_objects.create_view
disable_row_security = op_objects.disable_row_security
drop_domain = op_objects.drop_domain
drop_enum = op_objects.drop_enum
drop_function = op_objects.drop_function
drop_object = op_objects.drop_object
drop_policy = op_objects.drop_policy
drop_procedure = op_objects.drop_procedure
drop_schema = op_objects.drop_schema
drop_sequence = op_objects.drop_sequence
drop_trigger = op_objects.drop_trigger
drop_view = op_objects.drop_view
enable_row_security = op_objects.enable_row_security
rename_enum_value = op_objects.rename_enum_value
rename_object = op_objects.rename_object
replace_function = op_objects.replace_function
replace_object = op_objects.replace_object
replace_view = op_objects.replace_view


# -- rows and raw SQL


def insert_rows(
    table: Table,
    columns: Sequence[Any],
    rows: Sequence[Mapping[str, Any]] | None = None,
    *,
    schema: str | None = None,
    one_by_one: bool = False,
) -> None:
    """Inserts rows: `op.insert_rows("colors", [{"id": 1, "name": "red"}])`.

    With columns (`op.insert_rows("colors", [sa.Column("id", sa.Integer), ...], rows)`), or with a sqlalchemy.Table as the
    table, values go through the columns' types. `one_by_one` sends one statement a row.
    """
    from limbeck.ops.rows import InsertRows

    stage = current("insert_rows")
    given: Sequence[Any]
    if rows is None:
        rows, given = columns, ()
    else:
        given = columns
    if authored.is_table(table):
        name = authored.named_table(table)
        given = given or authored.table_columns(table)
    else:
        name = QualifiedName(schema, table)
    values = authored.columns(given, stage.freeze(), name) if given else authored.columns_of_rows(rows)
    stage.do(InsertRows(table=name, columns=values, rows=Rows(rows), one_by_one=one_by_one))


def execute(
    statement: Text,
    parameters: Mapping[str, Any] | None = None,
    *,
    changes: Sequence[Any] = (),
    outside_transaction: bool = False,
    execution_options: Any = (),
) -> None:
    """Runs SQL: text as it stands (`%` and `:` mean themselves), or any SQLAlchemy construct.

    With `parameters`, `:name` in the text stands for a value. `changes` are the tables whose look it changes, where you
    know them. `outside_transaction` runs it outside any; what came before is committed.
    """
    from limbeck.ops.raw import ExecuteSql

    stage = current("execute")
    sql, values, opaque = authored.execution(
        stage.backend.dialect, statement, parameters, literal=stage.offline
    )
    stage.do(
        ExecuteSql(
            sql=sql,
            parameters=values,
            opaque=opaque,
            execution_options=tuple(sorted(dict(execution_options).items())),
            outside_transaction=outside_transaction,
            changes=tuple(reading.qualified(name) for name in changes),
        )
    )


# -- what a revision may ask


def get_bind() -> Any:
    """The SQLAlchemy connection of the run. In a script it writes what it is told and refuses to read."""
    return current("get_bind").bind()


def run_async(function: Callable[..., Awaitable[T]], *arguments: Any, **named: Any) -> T:
    """Awaits `function(connection, ...)` with the run's AsyncConnection (asyncpg, aiosqlite ...); gives what it gives."""
    return channel.waited_for(current("run_async").bind(), function, arguments, named)


def is_offline() -> bool:
    """Whether a script is written: then nothing can be read from a database."""
    return current("is_offline").offline


def dialect() -> str:
    """The name of the database's dialect: "postgresql", "mysql", "mariadb", "sqlite" ..."""
    return str(current("dialect").backend.dialect.name)


def autocommit_block() -> AbstractContextManager[None]:
    """`with op.autocommit_block():` runs what is inside outside any transaction; what came before is committed."""
    return current("autocommit_block").autocommit()


def __getattr__(name: str) -> Any:
    # Only for names that are not here: the words of other tools are answered with ours.
    from difflib import get_close_matches

    instead = former.WORDS.get(name)
    if instead is None:
        close = get_close_matches(name, [each for each in globals() if each[0].islower()], n=1)
        meant = f"; did you mean {close[0]}()?" if close else ""
        raise AttributeError(f"limbeck.op has no function {name}(){meant}")
    raise AttributeError(f"limbeck.op has no function {name}(); here it is {instead}")
