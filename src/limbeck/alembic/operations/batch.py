"""Batch mode: calls are recorded, and made at the end on the table itself or on a copy that takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import MetaData, Table

from ..util import exc, sqla_compat
from .tablecopy import ApplyBatchImpl as ApplyBatchImpl


class BatchOperationsImpl:
    """Stands where an impl stands, and records. `batch` holds (method, arguments, keywords) in order."""

    def __init__(
        self,
        operations: Any,
        table_name: str,
        schema: str | None,
        recreate: str,
        copy_from: Table | None,
        table_args: tuple[Any, ...],
        table_kwargs: Mapping[str, Any],
        reflect_args: tuple[Any, ...],
        reflect_kwargs: Mapping[str, Any],
        naming_convention: dict[str, str] | None,
        partial_reordering: Any,
    ) -> None:
        if recreate not in ("auto", "always", "never"):
            raise ValueError("recreate may be one of 'auto', 'always', or 'never'.")
        self.operations = operations
        self.table_name = table_name
        self.schema = schema
        self.recreate = recreate
        self.copy_from = copy_from
        self.table_args = table_args
        self.table_kwargs = dict(table_kwargs)
        self.reflect_args = reflect_args
        self.reflect_kwargs = dict(reflect_kwargs)
        self.reflect_kwargs["listeners"] = [
            *self.reflect_kwargs.get("listeners", ()),
            ("column_reflect", operations.impl.autogen_column_reflect),
        ]
        self.naming_convention = naming_convention
        self.partial_reordering = partial_reordering
        self.batch: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    @property
    def dialect(self) -> Any:
        return self.operations.impl.dialect

    @property
    def impl(self) -> Any:
        return self.operations.impl

    def _should_recreate(self) -> bool:
        if self.recreate == "auto":
            return bool(self.impl.requires_recreate_in_batch(self))
        return self.recreate == "always"

    def flush(self) -> None:
        """Make the recorded calls."""
        recreate = self._should_recreate()
        with sqla_compat._ensure_scope_for_ddl(self.impl.connection):
            if not recreate:
                self._replay_on(self.impl)
                return
            table, reflected = self._table_to_copy()
            copy = ApplyBatchImpl(
                self.impl,
                table,
                self.table_args,
                self.table_kwargs,
                reflected,
                partial_reordering=self.partial_reordering,
            )
            self._replay_on(copy)
            copy._create(self.impl)

    def _replay_on(self, target: Any) -> None:
        for method, args, kw in self.batch:
            getattr(target, method)(*args, **kw)

    def _table_to_copy(self) -> tuple[Table, bool]:
        """The table as it is, and whether that was read from the database."""
        if self.copy_from is not None:
            return self.copy_from, False
        context = self.operations.migration_context
        if context.as_sql:
            raise exc.CommandError(
                f"This operation cannot proceed in --sql mode; batch mode with dialect {context.dialect.name} "
                f'requires a live database connection with which to reflect the table "{self.table_name}". '
                "To generate a batch SQL migration script using table "
                '"move and copy", a complete Table object should be passed to the "copy_from" argument '
                "of the batch_alter_table() method so that table reflection can be skipped."
            )
        table = Table(
            self.table_name,
            MetaData(),
            *self.reflect_args,
            schema=self.schema,
            autoload_with=self.operations.get_bind(),
            **self.reflect_kwargs,
        )
        if self.naming_convention:
            sqla_compat._conv_constraint_names(table)
            table = table.to_metadata(MetaData(naming_convention=self.naming_convention))
        return table, True

    # -- what is recorded

    def _record(self, method: str, *args: Any, **kw: Any) -> None:
        self.batch.append((method, args, kw))

    def alter_column(self, *arg: Any, **kw: Any) -> None:
        self._record("alter_column", *arg, **kw)

    def add_column(self, *arg: Any, **kw: Any) -> None:
        placed = "insert_before" in kw or "insert_after" in kw
        if placed and not self._should_recreate():
            raise exc.CommandError(
                "Can't specify insert_before or insert_after when using ALTER; please specify recreate='always'"
            )
        self._record("add_column", *arg, **kw)

    def drop_column(self, *arg: Any, **kw: Any) -> None:
        self._record("drop_column", *arg, **kw)

    def add_constraint(self, const: Any) -> None:
        self._record("add_constraint", const)

    def drop_constraint(self, const: Any) -> None:
        self._record("drop_constraint", const)

    def rename_table(self, *arg: Any, **kw: Any) -> None:
        self._record("rename_table", *arg, **kw)

    def create_index(self, idx: Any, **kw: Any) -> None:
        self._record("create_index", idx, **kw)

    def drop_index(self, idx: Any, **kw: Any) -> None:
        self._record("drop_index", idx, **kw)

    def create_table_comment(self, table: Any) -> None:
        self._record("create_table_comment", table)

    def drop_table_comment(self, table: Any) -> None:
        self._record("drop_table_comment", table)

    def create_column_comment(self, column: Any) -> None:
        self._record("create_column_comment", column)

    def create_table(self, table: Any) -> None:
        raise NotImplementedError("Can't create table in batch mode")

    def drop_table(self, table: Any) -> None:
        raise NotImplementedError("Can't drop table in batch mode")
