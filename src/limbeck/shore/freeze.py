"""SQLAlchemy objects -> values, for one connected (or assumed) dialect.

The caller's objects are read, never changed: what hangs in the air (a column without a table, a constraint of column
names) is copied into a throw-away table first. Names, conventions and truncation are settled here; every text is
spelled by SQLAlchemy's own compiler, in the context it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError, UnsupportedCompilationError

from limbeck.errors import CannotSpell, DuplicateTable, NoType
from limbeck.model.column import Column
from limbeck.model.constraint import Constraint, PrimaryKey
from limbeck.model.defaults import (
    ByDatabase,
    Computed,
    Default,
    Identity,
    SequenceDefault,
    SequenceOptions,
    TextDefault,
)
from limbeck.model.index import Index
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object, Schema
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.sqltext import SqlText
from limbeck.model.table import Table
from limbeck.model.types import Call, Raw, TypeRef

from . import compat, constraints, declared, named_types, python, thaw
from .ddl import refused
from .names import model_name, model_options, qualified_name


def backend_id(dialect: Any) -> BackendId:
    """Name, server version (empty while not connected) and variant ("mariadb") of a SQLAlchemy dialect."""
    version = tuple(n for n in dialect.server_version_info or () if isinstance(n, int))
    variant = "mariadb" if getattr(dialect, "is_mariadb", False) else ""
    return BackendId(
        name=_family(dialect), version=version, variant=variant, driver=getattr(dialect, "driver", None) or ""
    )


def _family(dialect: Any) -> str:
    return "mysql" if dialect.name == "mariadb" else str(dialect.name)


class Freezer:
    """Freezes for one dialect: variants, naming conventions, truncation and quoting are settled here.

    The caller's objects are never changed and never kept attached (`source` is a detached copy). With `for_files` False
    what only a revision file wants to know, the Python that makes a type, is left out.
    """

    def __init__(self, dialect: Any, *, for_files: bool = True) -> None:
        self.dialect = dialect
        self.for_files = for_files
        self.spelling = compat.twin(dialect)  # its own: a dialect remembers every type it has spelled
        self._ddl = compat.ddl_compiler(self.spelling)
        self._pythons: dict[Any, Call | Raw | None] = {}
        self._refs: dict[Any, tuple[Any, TypeRef]] = {}

    # -- many
    def snapshot(self, *metadatas: Any) -> Snapshot:
        """Every table of the MetaData objects (in the order of their tables), their enums, sequences, schemas and
        objects; `stored` False. Two tables of one name in two MetaData: an error that names both."""
        places: dict[QualifiedName, int] = {}
        tables: list[Table] = []
        objects: dict[tuple[str, QualifiedName], Object] = {}
        for (
            metadata
        ) in metadatas:  # what is said of a sequence where it is declared goes before where it is used
            for sequence in compat.sequences_of(metadata):
                if named_types.has_sequences(self.dialect, sequence):
                    made = named_types.sequence(sequence)
                    objects.setdefault((made.kind, made.key), made)
        for number, metadata in enumerate(metadatas):
            for each in metadata.tables.values():
                view = declared.view_of(each, self)
                if view is not None:
                    objects.setdefault((view.kind, view.key), view)
                    continue
                frozen = self.table(each)
                if frozen.key in places:
                    told = (_place(places[frozen.key]), _place(number))
                    raise DuplicateTable(table=str(frozen.key), places=told)
                places[frozen.key] = number
                tables.append(frozen)
                for thing in self.objects(each):
                    objects.setdefault((thing.kind, thing.key), thing)
            for type_ in compat.types_of(metadata):
                for thing in named_types.of_type(type_, self):
                    objects.setdefault((thing.kind, thing.key), thing)
            for thing in declared.objects_of(metadata, self):
                objects.setdefault((thing.kind, thing.key), thing)
        named = (k.schema for k in (*places, *(key for _, key in objects)))
        schemas = [Schema(name=schema) for schema in named if schema is not None]
        for schema in schemas:
            objects.setdefault((schema.kind, schema.key), schema)
        return Snapshot.of(backend_id(self.dialect), tables, objects.values())

    def objects(self, table: Any) -> tuple[Object, ...]:
        """The named types and sequences a table needs."""
        found: dict[tuple[str, QualifiedName], Object] = {}
        for column in table.columns:
            for thing in named_types.objects_of(column, self):
                found.setdefault((thing.kind, thing.key), thing)
        return tuple(found.values())

    # -- one
    def table(self, table: Any) -> Table:
        key = qualified_name(table)
        checked = [c for c in compat.sorted_constraints(table) if c is not table.primary_key]
        primary = table.primary_key if len(table.primary_key.columns) else None
        key_of_table = None if primary is None else constraints.primary_key(primary, self)
        if key_of_table is not None and self._said_in_column(table):
            key_of_table = replace(key_of_table, name=None)
        options = model_options(compat.dialect_options(table), self.sql_of)
        comment = table.comment  # MySQL takes it as an option too
        if comment is None:
            comment = next((str(v) for k, v in options if k in ("mysql_comment", "mariadb_comment")), None)
        return Table(
            name=key.name,
            schema=key.schema,
            columns=tuple(self._column(c, table) for c in table.columns),
            primary_key=key_of_table,
            constraints=tuple(self._constraints(checked, key)),
            indexes=tuple(constraints.index(i, self) for i in _in_order(table.indexes)),
            comment=comment,
            prefixes=compat.prefixes(table),
            options=options,
            renamed_from=compat.info(table).get("renamed_from"),
            source=compat.bare_table(table)
            if compat.info(table).keys() - {"renamed_from"} or compat.own_parts(table)
            else None,
        )

    def _constraints(self, found: Iterable[Any], key: QualifiedName) -> Iterator[Constraint]:
        for each in found:
            if compat.is_spelled_by(each, self._ddl):
                frozen = constraints.freeze(each, key, self)
                if frozen is not None:
                    yield frozen

    def column(
        self, column: Any, table: QualifiedName, naming: Any = None
    ) -> tuple[Column, tuple[Constraint, ...], tuple[Index, ...]]:
        """A column as it would stand in that table, and what hangs on it: its foreign keys, unique, checks, index.

        `naming` is a naming convention for those. A column that belongs to a table is copied first."""
        if column.autoincrement is not True and compat.stands_alone(column, self.dialect):
            bare = self._column_of(column, table, numbered=False)
            thaw.keep(bare, column)
            return bare, (), ()
        alone = compat.detached_column(column)
        made = constraints.scratch_table(table, naming, alone)
        frozen = self.table(made)
        key: tuple[PrimaryKey, ...] = () if frozen.primary_key is None else (frozen.primary_key,)
        first = frozen.columns[0]
        if column.autoincrement is True and not key and compat.is_integer(column):
            first = replace(first, autoincrement=True)  # its key comes by an operation of its own
        return first, (*key, *frozen.constraints), frozen.indexes

    def standing(self, column: Any) -> Column:
        """A column as it stands in the table that it belongs to, without what hangs on it."""
        return self._column(column, column.table)

    def constraint(self, constraint: Any, table: QualifiedName, naming: Any = None) -> Constraint:
        """A constraint object, attached or not; columns may be names."""
        made = constraints.freeze(constraints.attached(constraint, table, naming), table, self)
        if made is None:
            what = f"{type(constraint).__name__} on table {table}"
            raise CannotSpell(place=what, backend=self.dialect.name, why="it says nothing on this database.")
        return made

    def index(self, index: Any, table: QualifiedName) -> Index:
        return constraints.index(constraints.attached_index(index, table), self)

    def index_over(
        self, table: QualifiedName, name: str | None, columns: tuple[str, ...], unique: bool
    ) -> Index:
        """An index over columns by their names."""
        made = constraints.index_over(table, name, columns, unique)
        frozen = constraints.index(made, self)
        thaw.keep(frozen, made)
        return frozen

    def type(self, type_: Any, table: QualifiedName | None = None, column: str = "c") -> TypeRef:
        """A type instance or class."""
        instance = type_() if isinstance(type_, type) else type_
        alone = sa.Column(column, compat.detached_type(instance))
        made = constraints.scratch_table(table or QualifiedName(None, "t"), None, alone)
        return self._type(made.columns[column], f"{table or ''}.{column}".lstrip("."))

    def moved(self, type_: TypeRef, schemas: Mapping[str | None, str | None]) -> TypeRef:
        """A named type as it is called where its schema has another name."""
        return self._ref(compat.moved_type(type_.engine, schemas), "a type")

    def default(self, default: Any) -> Default | None:
        """What people give as server_default: text, clause, Computed, Identity, Sequence, FetchedValue, None."""
        return self._default(default, "a server default")

    def sql(self, clause: Any, place: str = "") -> SqlText:
        """A string or a clause, with literal values; NoLiteralForm names the `place` where a value has none."""
        if isinstance(clause, SqlText):
            return clause
        if isinstance(clause, str):
            return SqlText(clause)
        return SqlText(self.text(clause, place), clause=clause)

    def text(self, clause: Any, place: str = "", include_table: bool = False) -> str:
        try:
            made: str = self._ddl.sql_compiler.process(
                clause, include_table=include_table, literal_binds=True
            )
        except SQLAlchemyError as error:
            raise refused(error, self.dialect, place or "an expression") from error
        return str(made)

    def ddl_text(self, element: Any, place: str) -> str:
        """What stands in CREATE TABLE for a part of it."""
        try:
            made = self._ddl.process(element)
        except UnsupportedCompilationError as error:
            why = f"neither the dialect nor an @compiles says how {type(element).__name__} is written."
            raise CannotSpell(place=place, backend=self.dialect.name, why=why) from error
        except SQLAlchemyError as error:
            raise refused(error, self.dialect, place) from error
        return "" if made is None else str(made)

    # -- columns
    def _said_in_column(self, table: Any) -> bool:
        """SQLite's AUTOINCREMENT is said in the column, with the key, which has no name there."""
        columns = list(table.primary_key.columns)
        if self.dialect.name != "sqlite" or len(columns) != 1 or columns[0].foreign_keys:
            return False
        said = compat.dialect_options(table).get("sqlite_autoincrement")
        return bool(said) and compat.is_integer(columns[0])

    def _column(self, column: Any, table: Any) -> Column:
        return self._column_of(column, qualified_name(table), self._is_numbering(column, table))

    def _column_of(self, column: Any, table: QualifiedName, numbered: bool) -> Column:
        place = f"{table}.{column.name}"
        type_ = self._type(column, place)
        default = self._default(column.server_default, place)
        identity = isinstance(default, Identity) and not self._has_identities()
        plain = (
            type(column) is sa.Column
            and not column.system
            and not compat.info(column).keys() - {"renamed_from"}
        )
        return Column(
            name=model_name(column.name),
            type=type_,
            nullable=bool(column.nullable) and not self._never_null(column),
            default=None if identity else default,
            autoincrement=numbered and self._numbered(column, type_.spelling),
            comment=column.comment,
            options=model_options(compat.dialect_options(column), self.sql_of),
            renamed_from=compat.info(column).get("renamed_from"),
            source=None if plain else compat.bare_column(column),
        )

    def _has_identities(self) -> bool:
        """SQL Server's dialect spells IDENTITY and says that it has none."""
        return bool(self.dialect.supports_identity_columns) or self.dialect.name == "mssql"

    def _never_null(self, column: Any) -> bool:
        """SQL Server's dialect writes NOT NULL for a column that a Sequence fills."""
        return self.dialect.name == "mssql" and isinstance(column.default, sa.Sequence)

    def _is_numbering(self, column: Any, table: Any) -> bool:
        """Whether it is the column that may be numbered."""
        wished = self.dialect.name == "mssql" and column.autoincrement is True
        return wished or bool(column is compat.numbering_column(table))

    def _numbered(self, column: Any, spelled: str) -> bool:
        """Whether the database numbers the rows by it: SERIAL, AUTO_INCREMENT, IDENTITY, SQLite's rowid."""
        if self.dialect.name in ("oracle", "default"):
            return False
        if self.dialect.name == "sqlite" and spelled != "INTEGER":
            return False  # only that very word is the rowid
        if column.server_default is not None and self._has_identities():
            return False
        given = column.default
        if isinstance(given, sa.Sequence):
            return bool(given.optional) or not self.dialect.supports_sequences
        return given is None or not hasattr(self.dialect, "supports_smallserial")  # PostgreSQL and its kin

    def _type(self, column: Any, place: str) -> TypeRef:
        if isinstance(column.type, sa.types.NullType):
            raise NoType(column=place)
        return self._ref(column.type, place, column)

    def stored_type(self, type_: Any, place: str) -> TypeRef:
        """A type that the inspector made: it needs no column to spell itself."""
        return self._ref(type_, place)

    def _ref(self, type_: Any, place: str, column: Any = None) -> TypeRef:
        """One for all columns whose type is the same: a hundred thousand columns have some dozens of types."""
        key = compat.own_type_key(type_)
        if key is None:
            return self._new_ref(type_, place, column)
        if key not in self._refs:
            self._refs[key] = (
                type_,
                self._new_ref(type_, place, column),
            )  # the type is kept: ids are of living things
        return self._refs[key][1]

    def _new_ref(self, type_: Any, place: str, column: Any = None) -> TypeRef:
        words = {} if column is None else {"type_expression": column}
        spell = partial(self.spelling.type_compiler_instance.process, **words)
        try:
            spelled = str(spell(type_))  # SQLAlchemy's quoted_name among them
        except SQLAlchemyError as error:
            raise refused(error, self.dialect, f"the type of column {place}") from error
        engine = compat.detached_type(type_)
        return TypeRef(
            spelled,
            python=self._python(engine, spelled, spell),
            engine=engine,
            needs=named_types.needs(type_, self.spelling),
        )

    def _python(self, engine: Any, spelled: str, spell: Any) -> Call | Raw | None:
        """Remembered for types that are equal by SQLAlchemy's own key: a database has few types and many columns."""
        if not self.for_files:
            return None
        key = compat.type_key(engine)
        if key is None:
            return python.expression(engine, spelled, spell)
        if (key, spelled) not in self._pythons:
            self._pythons[key, spelled] = python.expression(engine, spelled, spell)
        return self._pythons[key, spelled]

    def _default(self, given: Any, place: str) -> Default | None:
        if given is None:
            return None
        if isinstance(given, sa.Computed):
            return Computed(sql=self.sql_of(given.sqltext, place), persisted=given.persisted)
        if isinstance(given, sa.Identity):
            options = SequenceOptions(**compat.sequence_options(given))
            return Identity(always=bool(given.always), on_null=given.on_null, options=options)
        if isinstance(given, sa.Sequence):
            return SequenceDefault(qualified_name(given))
        if isinstance(given, sa.DefaultClause):
            given = given.arg
        elif isinstance(given, sa.FetchedValue):
            return ByDatabase()
        if (sequence := compat.sequence_of(given)) is not None:
            return SequenceDefault(qualified_name(sequence))
        return TextDefault(self._default_text(given, place))

    def _default_text(self, given: Any, place: str) -> SqlText:
        if isinstance(given, SqlText):
            return given
        try:
            spelled = self._ddl.render_default_string(given)
        except SQLAlchemyError as error:
            raise refused(error, self.dialect, f"the default of column {place}") from error
        return SqlText(str(spelled))

    def sql_of(self, clause: Any, place: str) -> SqlText:
        """A clause in a table's DDL, where columns stand without their table. It does not ride along: it would keep the
        caller's table alive, and its text says all."""
        return clause if isinstance(clause, SqlText) else SqlText(self.text(clause, place))


def _in_order(indexes: Any) -> Iterator[Any]:
    """Of a set, by name; the unnamed first."""
    return iter(sorted(indexes, key=lambda i: (i.name is not None, str(i.name or ""))))


def _place(number: int) -> str:
    return f"MetaData number {number + 1}"
