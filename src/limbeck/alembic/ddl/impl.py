"""How one database is migrated: each call makes one construct, and `_exec` sends it.

Third-party dialects subclass `DefaultImpl`, name themselves by `__dialect__`, and override what they do otherwise;
so every step here is a method of its own, and a keyword is handed on only when it was given.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, TextIO

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, cast, schema, text
from sqlalchemy.types import NULLTYPE

from .. import util
from ..util import sqla_compat
from . import base
from ._autogen import ComparisonResult as ComparisonResult
from ._autogen import _constraint_sig as _constraint_sig

log = logging.getLogger(__name__)

_AS_IN_DDL = {"literal_binds": True, "include_table": False}
_ENCLOSING = str.maketrans("", "", " \t\r\n()[]'`" + '"')


class _Impls(dict[str, "type[DefaultImpl]"]):
    """By `__dialect__`; those of this package come when they are asked for."""

    _OURS = {name: name for name in ("mssql", "mysql", "oracle", "postgresql", "sqlite")} | {
        "mariadb": "mysql"
    }

    def __missing__(self, name: str) -> type[DefaultImpl]:
        if name not in self._OURS:
            raise KeyError(name)
        importlib.import_module(f"{__package__}.{self._OURS[name]}")
        return dict.__getitem__(self, name)


_impls = _Impls()


class ImplMeta(type):
    """Registers an impl under its `__dialect__`, where the class itself says one."""

    def __init__(cls, classname: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(classname, bases, namespace)
        if "__dialect__" in namespace:
            _impls[namespace["__dialect__"]] = cls  # type: ignore[assignment]


class Params(NamedTuple):
    """A type's text cut up: `numeric(10, scale=2) unsigned` is numeric, [unsigned], [10], {scale: 2}."""

    token0: str
    tokens: list[str]
    args: list[str]
    kwargs: dict[str, str]


class DefaultImpl(metaclass=ImplMeta):
    __dialect__ = "default"

    transactional_ddl = False
    command_terminator = ";"
    type_synonyms: tuple[set[str], ...] = ({"NUMERIC", "DECIMAL"},)
    type_arg_extract: Sequence[str] = ()
    identity_attrs_ignore: tuple[str, ...] = ("order", "on_null")

    def __init__(
        self,
        dialect: Any,
        connection: Any,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: TextIO | None,
        context_opts: dict[str, Any],
    ) -> None:
        self.dialect = dialect
        self.connection = connection
        self.as_sql = as_sql
        self.output_buffer = output_buffer
        self.memo: dict[Any, Any] = {}
        self.context_opts = context_opts
        self.literal_binds = context_opts.get("literal_binds", False)
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl
        if self.literal_binds and not as_sql:
            raise util.CommandError("Can't use literal_binds setting without as_sql mode")

    @classmethod
    def get_by_dialect(cls, dialect: Any) -> type[DefaultImpl]:
        return _impls[dialect.name]

    @property
    def bind(self) -> Any:
        return self.connection

    # -- sending

    def static_output(self, text: str) -> None:
        assert self.output_buffer is not None
        self.output_buffer.write(text + "\n\n")
        self.output_buffer.flush()

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] = util.immutabledict(),
    ) -> Any:
        """Run one statement, or write it where `as_sql`."""
        if isinstance(construct, str):
            construct = text(construct)
        if self.as_sql:
            if params or multiparams is not None:
                raise TypeError("SQL parameters not allowed with as_sql")
            self.static_output(self._written(construct) + self.command_terminator)
            return None
        if params and multiparams is not None:
            raise TypeError("Can't send params and multiparams at the same time")
        connection = self.connection
        assert connection is not None
        if execution_options:
            connection = connection.execution_options(**execution_options)
        return connection.execute(construct, multiparams or params)

    def _written(self, construct: Any) -> str:
        options: dict[str, Any] = {}
        if self.literal_binds and not isinstance(construct, schema.DDLElement):
            options["compile_kwargs"] = {"literal_binds": True}
        return str(construct.compile(dialect=self.dialect, **options)).replace("\t", "    ").strip()

    def execute(self, sql: Any, execution_options: dict[str, Any] | None = None) -> None:
        self._exec(sql, execution_options)

    def start_migrations(self) -> None:
        """Called once, before the first step."""

    def emit_begin(self) -> None:
        self.static_output("BEGIN" + self.command_terminator)

    def emit_commit(self) -> None:
        self.static_output("COMMIT" + self.command_terminator)

    # -- the version table

    def version_table_impl(
        self, *, version_table: str, version_table_schema: str | None, version_table_pk: bool, **kw: Any
    ) -> Table:
        """The table of the heads: one text column, its primary key named after the table."""
        head = Column("version_num", String(32), nullable=False)
        key = [PrimaryKeyConstraint(head, name=f"{version_table}_pkc")] if version_table_pk else []
        return Table(version_table, MetaData(), head, *key, schema=version_table_schema)

    # -- batch

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Whether these recorded calls need the table to be made anew."""
        return False

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> None:
        """What must go before the copy can be made."""

    def cast_for_batch_migrate(self, existing: Any, existing_transfer: dict[str, Any], new_type: Any) -> None:
        """The copied value is cast where the new type is of another family."""
        families = {type_._type_affinity for type_ in (existing.type, new_type)}
        if len(families) > 1:
            existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)

    # -- columns

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """One statement for each thing that changes: nullable, default, type, comment, and the name last."""
        if autoincrement is not None or existing_autoincrement is not None:
            util.warn("autoincrement and existing_autoincrement only make sense for MySQL", stacklevel=3)
        known: dict[str, Any] = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_comment": existing_comment,
        }
        asked: tuple[tuple[Callable[..., Any], Any, bool], ...] = (
            (base.ColumnNullable, nullable, nullable is not None),
            (
                self._default_construct(server_default, existing_server_default),
                server_default,
                server_default is not False,
            ),
            (base.ColumnType, type_, type_ is not None),
            (base.ColumnComment, comment, comment is not False),
            (base.ColumnName, name, name is not None),
        )
        for construct, value, given in asked:
            if given:
                self._exec(construct(table_name, column_name, value, **known))

    def _default_construct(self, *defaults: Any) -> Callable[..., Any]:
        """Which statement leads from one default to another."""
        if sqla_compat._server_default_is_computed(*defaults):
            return base.ComputedColumnDefault
        if sqla_compat._server_default_is_identity(*defaults):
            return partial(base.IdentityColumnDefault, impl=self)
        return base.ColumnDefault

    def add_column(
        self, table_name: str, column: Column[Any], *, schema: str | None = None, **options: bool | None
    ) -> None:
        """`options` are if_not_exists, inline_references and inline_primary_key."""
        self._exec(base.AddColumn(table_name, column, schema, **options))

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self._exec(base.DropColumn(table_name, column, schema, if_exists))

    # -- constraints and indexes

    def add_constraint(self, const: Any, **kw: Any) -> None:
        if const._create_rule is not None and not const._create_rule(self):
            return
        if sqla_compat.sqla_2_1:
            kw.setdefault("isolate_from_table", True)
        self._exec(schema.AddConstraint(const, **kw))

    def drop_constraint(self, const: Any, **kw: Any) -> None:
        self._exec(schema.DropConstraint(const, **kw))

    def create_index(self, index: Any, **kw: Any) -> None:
        self._exec(schema.CreateIndex(index, **kw))

    def drop_index(self, index: Any, **kw: Any) -> None:
        self._exec(schema.DropIndex(index, **kw))

    # -- tables

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: str | None = None) -> None:
        self._exec(base.RenameTable(old_table_name, new_table_name, schema=schema))

    def create_table(self, table: Table, **kw: Any) -> None:
        """The table, its indexes and its comments, between the table's own events."""
        with self._between_events(table, "create"):
            self._exec(schema.CreateTable(table, **kw))
        for statement in map(schema.CreateIndex, sqla_compat._in_order(table.indexes)):
            self._exec(statement)
        if not self.dialect.supports_comments or self.dialect.inline_comments:
            return
        if table.comment is not None:
            self.create_table_comment(table)
        for column in table.columns:
            if column.comment is not None:
                self.create_column_comment(column)

    def drop_table(self, table: Table, **kw: Any) -> None:
        with self._between_events(table, "drop"):
            self._exec(schema.DropTable(table, **kw))

    @contextmanager
    def _between_events(self, table: Table, deed: str) -> Iterator[None]:
        """SQLAlchemy's events of a table; types such as PostgreSQL's ENUM hang on them."""
        for when in ("before", "after"):
            getattr(table.dispatch, f"{when}_{deed}")(
                table, self.connection, checkfirst=False, _ddl_runner=self
            )
            if when == "before":
                yield

    def create_table_comment(self, table: Table) -> None:
        self._exec(schema.SetTableComment(table))

    def drop_table_comment(self, table: Table) -> None:
        self._exec(schema.DropTableComment(table))

    def create_column_comment(self, column: Column[Any]) -> None:
        self._exec(schema.SetColumnComment(column))

    # -- rows

    def bulk_insert(self, table: Any, rows: list[dict[str, Any]], multiinsert: bool = True) -> None:
        if not isinstance(rows, list):
            raise TypeError("List expected")
        if rows and not isinstance(rows[0], dict):
            raise TypeError("List of dictionaries expected")
        insert = table.insert().inline()
        if self.as_sql:
            for row in rows:
                self._exec(insert.values(**{key: _literal(table, key, value) for key, value in row.items()}))
        elif rows and multiinsert:
            self._exec(insert, multiparams=rows)
        else:
            for row in rows:
                self._exec(insert.values(**row))

    # -- comparing, for autogenerate

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """True where the types differ as texts: in name (synonyms apart) or in what stands in parentheses."""
        have, want = self._tokenize_column_type(inspector_column), self._tokenize_column_type(metadata_column)
        return not (self._column_types_match(have, want) and self._column_args_match(have, want))

    def _tokenize_column_type(self, column: Column[Any]) -> Params:
        spelled = self.dialect.type_compiler.process(column.type).lower()
        inside: list[str] = []

        def taken_out(parentheses: re.Match[str]) -> str:
            inside[:] = parentheses.group(1).split(",")
            return " "

        first, *others = re.findall(r"[\w-]+", re.sub(r"\(([^)]+)\)", taken_out, spelled))
        params = Params(first, others, [], {})
        for item in filter(None, (item.strip() for item in inside)):
            word, equals, value = item.partition("=")
            if equals:
                params.kwargs[word.strip()] = value.strip()
            else:
                params.args.append(item)
        return params

    def _column_types_match(self, inspector_params: Params, metadata_params: Params) -> bool:
        if inspector_params.token0 == metadata_params.token0:
            return True
        first = {inspector_params.token0, metadata_params.token0}
        whole = {" ".join((p.token0, *p.tokens)) for p in (inspector_params, metadata_params)}
        alike = ({name.lower() for name in batch} for batch in self.type_synonyms)
        return any(whole <= batch or first <= batch for batch in alike)

    def _column_args_match(self, inspected_params: Params, meta_params: Params) -> bool:
        """Only what both say in equal number is compared: VARCHAR on one side alone says nothing of a length."""
        for have, want in (
            (inspected_params.tokens, meta_params.tokens),
            (inspected_params.args, meta_params.args),
        ):
            if len(have) == len(want) and have != want:
                return False
        have_words, want_words = (
            " ".join(inspected_params.tokens).lower(),
            " ".join(meta_params.tokens).lower(),
        )
        for pattern in self.type_arg_extract:
            have_match, want_match = re.search(pattern, have_words), re.search(pattern, want_words)
            if have_match and want_match and have_match.group(1) != want_match.group(1):
                return False
        return True

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """True where they differ."""
        return rendered_inspector_default != rendered_metadata_default

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[Any],
        conn_indexes: set[Any],
        metadata_unique_constraints: set[Any],
        metadata_indexes: set[Any],
    ) -> None:
        """Take out of the four sets, in place, what this database shows otherwise than it was declared."""

    def correct_for_autogen_foreignkeys(self, conn_fks: set[Any], metadata_fks: set[Any]) -> None:
        """The same, for foreign keys."""

    def _compat_autogen_column_reflect(self, inspector: Any) -> Callable[..., None]:
        return self.autogen_column_reflect

    def autogen_column_reflect(self, inspector: Any, table: Table, column_info: dict[str, Any]) -> None:
        """Heard for each reflected column before it becomes one."""

    def render_ddl_sql_expr(self, expr: Any, is_server_default: bool = False, **kw: Any) -> str:
        return str(expr.compile(dialect=self.dialect, compile_kwargs=dict(_AS_IN_DDL)))

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        """Python for a type of this dialect, or False for the usual one."""
        return False

    def _normalize_computed_default(self, sqltext: str) -> str:
        """What is left when case, blanks and everything that encloses is taken away."""
        return sqltext.lower().translate(_ENCLOSING)

    def _compare_identity_default(self, metadata_identity: Any, inspector_identity: Any) -> Any:
        """(what differs, what differs only from what is unsaid, whether there is anything to do)."""
        sides = (metadata_identity, inspector_identity)
        differs, ignored = _compare_identity_options(*sides, schema.Identity(), skip={"always"})
        if len({bool(getattr(side, "always", False)) for side in sides}) > 1:
            differs.add("always")
        differs -= {*self.identity_attrs_ignore}
        return differs, ignored, bool(differs) or bool(metadata_identity) != bool(inspector_identity)

    def _compare_index_unique(self, metadata_index: Any, reflected_index: Any) -> str | None:
        have, want = bool(reflected_index.unique), bool(metadata_index.unique)
        return None if have == want else f"unique={have} to unique={want}"

    def _create_metadata_constraint_sig(self, constraint: Any) -> _constraint_sig:
        return _constraint_sig.from_constraint(True, self, constraint)

    def _create_reflected_constraint_sig(self, constraint: Any) -> _constraint_sig:
        return _constraint_sig.from_constraint(False, self, constraint)

    def compare_indexes(self, metadata_index: Any, reflected_index: Any) -> ComparisonResult:
        reasons = [why] if (why := self._compare_index_unique(metadata_index, reflected_index)) else []
        want: Any = self._create_metadata_constraint_sig(metadata_index)
        have: Any = self._create_reflected_constraint_sig(reflected_index)
        for signature in (have, want):
            if signature.has_expressions:
                log.warning(
                    "Generating approximate signature for index %s. The dialect implementation should either skip "
                    "expression indexes or provide a custom implementation.",
                    signature.const,
                )
        reasons += _columns_differ(have.column_names, want.column_names)
        return ComparisonResult.Different(reasons) if reasons else ComparisonResult.Equal()

    def compare_unique_constraint(
        self, metadata_constraint: Any, reflected_constraint: Any
    ) -> ComparisonResult:
        have = self._create_reflected_constraint_sig(reflected_constraint)
        want = self._create_metadata_constraint_sig(metadata_constraint)
        reasons = _columns_differ(have.unnamed, want.unnamed)
        return ComparisonResult.Different(reasons) if reasons else ComparisonResult.Equal()

    def compare_check_constraint(
        self, metadata_constraint: Any, reflected_constraint: Any
    ) -> ComparisonResult:
        """Names only, where nothing better is known."""
        return ComparisonResult.Equal()

    def _skip_functional_indexes(self, metadata_indexes: set[Any], conn_indexes: set[Any]) -> None:
        seen = {index.name for index in conn_indexes}
        blind = {
            index
            for index in metadata_indexes
            if index.name not in seen and sqla_compat.is_expression_index(index)
        }
        metadata_indexes -= blind
        for index in blind:
            util.warn(
                f"autogenerate skipping metadata-specified expression-based index {index.name!r}; dialect "
                f"{self.__dialect__!r} under SQLAlchemy {sqla_compat.sqlalchemy_version} can't reflect these indexes "
                "so they can't be compared"
            )

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        return reflected_object.get("dialect_options", {})  # type: ignore[no-any-return]


class SeparatedImpl(DefaultImpl):
    """For databases whose scripts have a line of its own behind every statement."""

    batch_separator = ""
    separator_option: str

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.batch_separator = self.context_opts.get(self.separator_option, self.batch_separator)

    def _separate(self) -> None:
        if self.batch_separator and self.as_sql:
            self.static_output(self.batch_separator)

    def _exec(self, construct: Any, *args: Any, **kw: Any) -> Any:
        rows = super()._exec(construct, *args, **kw)
        self._separate()
        return rows


def know_columns(table: Any, names: Sequence[str] | None) -> None:
    """A table made for one operation learns of columns that an index includes."""
    for name in [name for name in names or () if name not in table.columns]:
        table.append_column(Column(name, NULLTYPE))


def _literal(table: Any, key: str, value: Any) -> Any:
    if isinstance(value, sqla_compat._literal_bindparam):
        return value
    return sqla_compat._literal_bindparam(key, value, type_=table.c[key].type)


def _columns_differ(have: tuple[str, ...], want: tuple[str, ...]) -> list[str]:
    return [] if have == want else [f"expression {have} to {want}"]


def _compare_identity_options(
    metadata_io: Any, inspector_io: Any, default_io: Any, skip: set[str]
) -> tuple[set[str], set[str]]:
    """Words that differ, and words that differ where the model only says the default."""
    trio = (metadata_io, inspector_io, default_io)
    options = [sqla_compat._get_identity_options_dict(side) for side in trio]
    rounds = [(options, {*options[0], *options[1]})]
    if sqla_compat.identity_has_dialect_kwargs:
        # the model may speak to many databases; only what this one answers with is of interest
        of_dialect = [getattr(side, "dialect_kwargs", {}) for side in trio]
        rounds.append((of_dialect, {*of_dialect[1]}))
    differs: set[str] = set()
    ignored: set[str] = set()
    for sides, words in rounds:
        for word in words - skip:
            want, have, unsaid = (side.get(word) for side in sides)
            if want != have:
                (ignored if want == unsaid else differs).add(word)
    return differs, ignored
