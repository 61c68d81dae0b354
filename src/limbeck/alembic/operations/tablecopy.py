"""A table made anew: the changes are made to a copy of its description; then the copy is created under another name,
filled from the old one, and takes its name."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    select,
)
from sqlalchemy import schema as sql_schema
from sqlalchemy import types as sqltypes
from sqlalchemy.sql.schema import SchemaEventTarget
from sqlalchemy.util import topological

from .. import util
from ..util import sqla_compat


class ApplyBatchImpl:
    """Takes the recorded calls of a batch, then creates.

    `column_transfers` says by old name what fills each column of the copy: {"expr": ...}, empty for a new column.
    """

    def __init__(
        self,
        impl: Any,
        table: Table,
        table_args: tuple[Any, ...],
        table_kwargs: dict[str, Any],
        reflected: bool,
        partial_reordering: Any = (),
    ) -> None:
        self.impl = impl
        self.table = table
        self.table_args = table_args
        self.table_kwargs = {**table.kwargs, **table_kwargs}
        self.reflected = reflected
        self.partial_reordering = partial_reordering
        self.temp_table_name = self._calc_temp_name(table.name)
        self.new_table: Table | None = None
        self.add_col_ordering: tuple[tuple[str, str], ...] = ()
        self.column_transfers: dict[str, dict[str, Any]] = {
            column.name: {"expr": column} for column in table.c
        }
        self.existing_ordering = list(self.column_transfers)
        self.columns = {column.name: self._own_copy(column) for column in table.c}
        self.named_constraints: dict[str, Any] = {}
        self.unnamed_constraints: list[Any] = []
        self.col_named_constraints: dict[Any, tuple[Any, Any]] = {}
        self.indexes: dict[Any, Index] = {index.name: index for index in sqla_compat._in_order(table.indexes)}
        self.new_indexes: dict[Any, Index] = {}
        self._take_constraints()

    @classmethod
    def _calc_temp_name(cls, tablename: str) -> str:
        return f"_alembic_tmp_{tablename}"[:50]

    def _own_copy(self, column: Column[Any]) -> Column[Any]:
        copy: Column[Any] = sqla_compat._copy(column, schema=self.table.schema)
        copy.unique = copy.index = False  # their constraint and index are taken by themselves
        return copy

    def _take_constraints(self) -> None:
        said_again = any(isinstance(arg, CheckConstraint) for arg in self.table_args)
        # a set: taken in the order of creation, the copy has the same text every time
        for constraint in sorted(self.table.constraints, key=lambda each: each._creation_order):
            if sqla_compat._is_type_bound(constraint):
                continue  # the copied type makes it again
            if self.reflected and isinstance(constraint, CheckConstraint) and not constraint.name:
                if not said_again:
                    self._warn_of_lost_check()
            elif sqla_compat.constraint_name_string(constraint.name):
                self.named_constraints[str(constraint.name)] = constraint
            else:
                self.unnamed_constraints.append(constraint)
        if self.reflected:
            return
        for column in self.table.c:
            for own in column.constraints:
                if own.name:
                    self.col_named_constraints[own.name] = (column, own)

    def _warn_of_lost_check(self) -> None:
        util.warn(
            f"Unnamed CHECK constraint on reflected table '{self.table.name}' is being omitted from the table "
            "recreate; pass the constraint explicitly using batch_alter_table.table_args.  Naming CHECK constraints "
            "avoids this going forward."
        )

    # -- the changes

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        autoincrement: Any = None,
        comment: Any = False,
        **kw: Any,
    ) -> None:
        column = self.columns[column_name]
        transfer = self.column_transfers[column_name]
        if name is not None and name != column_name:
            column.name = name
            transfer["name"] = name
            self._forget_constraint_of_type(kw.get("existing_type"))
        if type_ is not None:
            type_ = sqltypes.to_instance(type_)
            self._type_makes_nothing(column.type)
            self.impl.cast_for_batch_migrate(column, transfer, type_)
            column.type = type_
        if nullable is not None:
            column.nullable = nullable
        if server_default is None:
            column.server_default = None
        elif server_default is not False:
            sql_schema.DefaultClause(server_default)._set_parent(column)
        if autoincrement is not None:
            column.autoincrement = bool(autoincrement)
        if comment is not False:
            column.comment = comment

    def _type_makes_nothing(self, type_: Any) -> None:
        """Neither a CHECK nor a type of the database comes of it any more."""
        if isinstance(type_, SchemaEventTarget):
            type_._create_events = type_.create_constraint = False  # type: ignore[attr-defined]

    def _forget_constraint_of_type(self, existing_type: Any) -> None:
        if existing_type is None:
            return
        type_ = sqla_compat._resolve_for_variant(sqltypes.to_instance(existing_type), self.impl.dialect)
        if isinstance(type_, SchemaEventTarget) and getattr(type_, "name", None):
            self.named_constraints.pop(type_.name, None)  # type: ignore[attr-defined]

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        self._place(column.name, insert_before, insert_after)
        copy = sqla_compat._copy(column, schema=self.table.schema)
        self._type_makes_nothing(copy.type)
        self.columns[column.name] = copy
        self.column_transfers[column.name] = {}

    def _place(self, name: str, before: str | None, after: str | None) -> None:
        """Note between which neighbours the new column comes; at the end where nothing is said."""
        order = self.existing_ordering
        if not self.partial_reordering:
            if after and not before:
                before = self._neighbour(after, 1)
            elif before and not after:
                after = self._neighbour(before, -1)
            elif not before and not after and order:
                after = order[-1]
        if before:
            self.add_col_ordering += ((name, before),)
        if after:
            self.add_col_ordering += ((after, name),)

    def _neighbour(self, name: str, step: int) -> str | None:
        order = self.existing_ordering
        if name in order:
            position = order.index(name) + step
            return order[position] if 0 <= position < len(order) else None
        # placed beside a column that this batch added
        beside = dict(self.add_col_ordering) if step > 0 else {b: a for a, b in self.add_col_ordering}
        return beside[name]

    def drop_column(self, table_name: str, column: Any, **kw: Any) -> None:
        if column.name in self.table.primary_key.columns:
            sqla_compat._remove_column_from_collection(self.table.primary_key.columns, column)
        del self.columns[column.name]
        del self.column_transfers[column.name]
        self.existing_ordering.remove(column.name)
        existing_type = kw.get("existing_type")
        if isinstance(existing_type, SchemaEventTarget) and existing_type.name:  # type: ignore[attr-defined]
            self.named_constraints.pop(existing_type.name, None)  # type: ignore[attr-defined]

    def create_column_comment(self, column: Any) -> None:
        """Comes with the column."""

    def create_table_comment(self, table: Any) -> None:
        """Not carried to the copy."""

    def drop_table_comment(self, table: Any) -> None:
        """Not carried to the copy."""

    def add_constraint(self, const: Any) -> None:
        if not sqla_compat.constraint_name_defined(const.name):
            raise ValueError("Constraint must have a name")
        if isinstance(const, PrimaryKeyConstraint) and self.table.primary_key in self.unnamed_constraints:
            self.unnamed_constraints.remove(self.table.primary_key)
        if isinstance(const.name, str):
            self.named_constraints[const.name] = const
        else:
            self.unnamed_constraints.append(const)

    def drop_constraint(self, const: Any) -> None:
        if not const.name:
            raise ValueError("Constraint must have a name")
        dropped = const
        if const.name in self.col_named_constraints:
            column, dropped = self.col_named_constraints.pop(const.name)
            own = self.columns[column.name].constraints
            own -= {item for item in own if item.name == dropped.name}
        elif isinstance(const.name, str):
            if const.name not in self.named_constraints:
                if sqla_compat._is_type_bound(const):
                    return  # the type that made it is exchanged
                raise ValueError(f"No such constraint: '{const.name}'")
            dropped = self.named_constraints.pop(const.name)
        elif const in self.unnamed_constraints:
            self.unnamed_constraints.remove(const)
        if isinstance(dropped, PrimaryKeyConstraint):
            for column in dropped.columns:
                self.columns[column.name].primary_key = False

    def create_index(self, idx: Index, **kw: Any) -> None:
        self.new_indexes[idx.name] = idx

    def drop_index(self, idx: Index, **kw: Any) -> None:
        if idx.name not in self.indexes:
            raise ValueError(f"No such index: '{idx.name}'")
        del self.indexes[idx.name]

    def rename_table(self, *arg: Any, **kw: Any) -> None:
        raise NotImplementedError("TODO")

    # -- creating

    def _create(self, op_impl: Any) -> None:
        """The four steps; the copy is dropped again where it cannot be filled."""
        new = self._describe_copy()
        op_impl.prep_table_for_batch(self, self.table)
        op_impl.create_table(new)
        try:
            op_impl._exec(self._fill(new))
            op_impl.drop_table(self.table)
        except BaseException:
            op_impl.drop_table(new)
            raise
        op_impl.rename_table(self.temp_table_name, self.table.name, schema=self.table.schema)
        new.name = self.table.name
        try:
            for index in self._gather_indexes_from_both_tables():
                op_impl.create_index(index)
        finally:
            new.name = self.temp_table_name

    def _fill(self, new: Table) -> Any:
        filled = {name: how["expr"] for name, how in self.column_transfers.items() if "expr" in how}
        return new.insert().inline().from_select(list(filled), select(*filled.values()))

    def _describe_copy(self) -> Table:
        assert self.new_table is None, "Can only create new table once"
        if self.partial_reordering or self.add_col_ordering:
            self._reorder()
        metadata = MetaData()
        new = self.new_table = Table(
            self.temp_table_name,
            metadata,
            *self.columns.values(),
            *self.table_args,
            schema=self.table.schema,
            **self.table_kwargs,
        )
        sqla_compat._name_type_bound_constraints(new, self.table)
        for constraint in [*self.named_constraints.values(), *self.unnamed_constraints]:
            if {column.key for column in sqla_compat._columns_for_constraint(constraint)} <= set(
                self.column_transfers
            ):
                self._carry(constraint, new, metadata)
        return new

    def _carry(self, constraint: Any, new: Table, metadata: MetaData) -> None:
        schema = self.table.schema
        if not isinstance(constraint, ForeignKeyConstraint):
            new.append_constraint(sqla_compat._copy(constraint, schema=schema, target_table=new))
            return
        # a key on the table itself points at the name that the copy will have
        target = {"target_table": self.table} if sqla_compat._fk_is_self_referential(constraint) else {}
        copy = sqla_compat._copy(constraint, schema=schema, **target)
        self._setup_referent(metadata, constraint)
        new.append_constraint(copy)

    def _setup_referent(self, metadata: MetaData, constraint: ForeignKeyConstraint) -> None:
        targets = [sqla_compat._fk_target_tokens(element) for element in constraint.elements]
        schema, table_name, _ = targets[0]
        if table_name == self.temp_table_name:
            return
        table = metadata.tables.get(sqla_compat._get_table_key(table_name, schema))
        if table is None:
            table = Table(table_name, metadata, schema=schema)
        for target in targets:
            if target.column_name is not None and target.column_name not in table.c:
                table.append_column(Column(target.column_name, sqltypes.NULLTYPE))

    def _reorder(self) -> None:
        """Columns in the order asked for; where nothing is asked, as they were."""
        if self.partial_reordering:
            pairs = {pair for chain in self.partial_reordering for pair in itertools.pairwise(chain)}
        else:
            now = list(self.columns)
            pairs = {(now[i], name) for i, name in enumerate(self.existing_ordering[1:])}
        pairs |= set(self.add_col_ordering)
        wanted = topological.sort(
            [pair for pair in pairs if pair[0] != pair[1]], list(self.columns), deterministic_order=True
        )
        order = list(wanted)
        self.columns = {name: self.columns[name] for name in order}
        self.column_transfers = {name: self.column_transfers[name] for name in order}

    def _gather_indexes_from_both_tables(self) -> list[Index]:
        new = self.new_table
        assert new is not None
        carried = [
            Index(
                index.name,
                *(
                    sqla_compat._copy_expression(expr, new)
                    for expr in sqla_compat._idx_table_bound_expressions(index)
                ),
                unique=index.unique,
                _table=new,
                **index.kwargs,
            )
            for index in self.indexes.values()
            if not index._column_flag
        ]
        added = [
            Index(
                index.name,
                *(new.c[name] for name in index.columns.keys()),  # noqa: SIM118 (it iterates over columns)
                unique=index.unique,
                **index.kwargs,
            )
            for index in self.new_indexes.values()
        ]
        return carried + added
