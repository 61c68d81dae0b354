"""Throw-away SQLAlchemy objects for what is known by name only. Each hangs on a MetaData that has the naming
convention of the project's models, so that names come out as the models would have them. `sa_schema` is looked up at each call:
programs exchange it in their tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy import schema as sa_schema
from sqlalchemy.schema import Constraint, Index
from sqlalchemy.types import NULLTYPE

from .. import util
from ..util import sqla_compat


class SchemaObjects:
    def __init__(self, migration_context: Any = None) -> None:
        self.migration_context = migration_context

    def metadata(self) -> MetaData:
        opts = self.migration_context.opts if self.migration_context is not None else {}
        convention = getattr(opts.get("target_metadata"), "naming_convention", None)
        return (
            sa_schema.MetaData() if convention is None else sa_schema.MetaData(naming_convention=convention)
        )

    def _table_of(self, name: str, columns: Sequence[str], schema: str | None, metadata: MetaData) -> Table:
        return sa_schema.Table(
            name, metadata, *(sa_schema.Column(column, NULLTYPE) for column in columns), schema=schema
        )

    def primary_key_constraint(
        self, name: Any, table_name: str, cols: Sequence[str], schema: str | None = None, **dialect_kw: Any
    ) -> sa_schema.PrimaryKeyConstraint:
        table = self._table_of(table_name, cols, schema, self.metadata())
        return sa_schema.PrimaryKeyConstraint(*(table.c[column] for column in cols), name=name, **dialect_kw)

    def unique_constraint(
        self, name: Any, source: str, local_cols: Sequence[str], schema: str | None = None, **kw: Any
    ) -> sa_schema.UniqueConstraint:
        table = self._table_of(source, local_cols, schema, self.metadata())
        constraint = sa_schema.UniqueConstraint(
            *(table.c[column] for column in local_cols), **{**kw, "name": name}
        )
        table.append_constraint(constraint)
        return constraint

    def check_constraint(
        self, name: Any, source: str, condition: Any, schema: str | None = None, **kw: Any
    ) -> sa_schema.CheckConstraint:
        table = sa_schema.Table(source, self.metadata(), sa_schema.Column("x", Integer), schema=schema)
        constraint = sa_schema.CheckConstraint(condition, name=name, **kw)
        table.append_constraint(constraint)
        return constraint

    def foreign_key_constraint(
        self,
        name: Any,
        source: str,
        referent: str,
        local_cols: list[str],
        remote_cols: list[str],
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> sa_schema.ForeignKeyConstraint:
        metadata = self.metadata()
        columns = list(local_cols)
        if (source, source_schema) == (referent, referent_schema):
            columns += remote_cols
        else:
            self._table_of(referent, remote_cols, referent_schema, metadata)
        table = self._table_of(source, util.unique_list(columns), source_schema, metadata)
        far = f"{referent_schema}.{referent}" if referent_schema else referent
        constraint = sa_schema.ForeignKeyConstraint(
            local_cols,
            [f"{far}.{column}" for column in remote_cols],
            name=name,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        table.append_constraint(constraint)
        return constraint

    def generic_constraint(
        self, name: Any, table_name: str, type_: str | None, schema: str | None = None, **kw: Any
    ) -> Any:
        """A constraint of which only name and kind are known, to be dropped."""
        kinds: dict[str | None, Any] = {
            "foreignkey": lambda: sa_schema.ForeignKeyConstraint([], [], name=name),
            "primary": lambda: sa_schema.PrimaryKeyConstraint(name=name),
            "unique": lambda: sa_schema.UniqueConstraint(name=name),
            "check": lambda: sa_schema.CheckConstraint("", name=name),
            None: lambda: sa_schema.Constraint(name=name),
        }
        if type_ not in kinds:
            raise TypeError("'type' can be one of {}".format(", ".join(sorted(repr(kind) for kind in kinds))))
        table = self.table(table_name, schema=schema)
        constraint = kinds[type_]()
        table.append_constraint(constraint)
        return constraint

    def table(self, name: str, *columns: Any, **kw: Any) -> Table:
        """A table of these items; what already belongs to a table is copied. With `_constraints_included` the
        constraints that columns would make by themselves (unique, index) are among the items."""
        constraints_included = kw.pop("_constraints_included", False)
        metadata = self.metadata()
        own = [
            sqla_compat._copy(item) if item.table is not None else item
            for item in columns
            if isinstance(item, Column)
        ]
        if constraints_included:
            for column in own:
                column.unique = column.index = False
        table = sa_schema.Table(name, metadata, *own, **kw)
        for item in columns:
            if not isinstance(item, (Index, Constraint)):
                continue
            if isinstance(item, Constraint) and sqla_compat._is_type_bound(item):
                continue
            parent = getattr(item, "parent", None)
            if parent is not None and parent is not table:
                item = sqla_compat._copy(item, target_table=table)
            table.append_constraint(item)
        for key in table.foreign_keys:
            self._ensure_table_for_fk(metadata, key)
        return table

    def column(self, name: str, type_: Any, **kw: Any) -> Column[Any]:
        return sa_schema.Column(name, type_, **kw)

    def index(
        self,
        name: str | None,
        tablename: str | None,
        columns: Sequence[Any],
        schema: str | None = None,
        **kw: Any,
    ) -> Index:
        table = sa_schema.Table(tablename or "no_table", self.metadata(), schema=schema)
        expressions = [sqla_compat._textual_index_column(table, column) for column in columns]
        return sa_schema.Index(name, *expressions, **{**kw, "_table": table})

    def _ensure_table_for_fk(self, metadata: MetaData, fk: Any) -> None:
        """Let the target of a foreign key exist, or SQLAlchemy cannot write it."""
        if not sqla_compat._fk_target_is_named(fk):
            return
        schema, table_name, column_name = sqla_compat._fk_target_tokens(fk)
        table = metadata.tables.get(sqla_compat._get_table_key(table_name, schema))
        if table is None:
            table = sa_schema.Table(table_name, metadata, schema=schema)
        if column_name is not None and column_name not in table.c:
            table.append_column(sa_schema.Column(column_name, NULLTYPE))
