"""Reading many tables at once, with names marked as final."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.sql.elements import conv

_KEYS = (
    "columns", "pk_constraint", "foreign_keys", "indexes", "unique_constraints", "table_comment",
    "check_constraints", "table_options",
)  # fmt: skip
_NAMED = ("pk_constraint", "foreign_keys", "indexes", "unique_constraints", "check_constraints")
MANY = 100


class _InspectorConv:
    """An Inspector whose answers come from one query for all tables, kept in its own cache, and whose names of
    constraints no convention touches any more."""

    __slots__ = ("inspector",)

    def __init__(self, inspector: Any) -> None:
        self.inspector = inspector

    def pre_cache_tables(
        self, schema: str | None, tablenames: list[str], all_available_tablenames: Collection[str]
    ) -> None:
        """Read these tables now. Where they are most of very many, all are read: that is the cheaper query."""
        most = len(tablenames) > MANY and 2 * len(tablenames) > len(all_available_tablenames)
        for key in _KEYS:
            cache_key = f"alembic_{key}"
            if cache_key in self.inspector.info_cache:
                continue
            read = getattr(self.inspector, f"get_multi_{key}")
            every = most and self.inspector.dialect._overrides_default(read.__name__)
            try:
                found = read(schema=schema, filter_names=None if every else tablenames)
            except NotImplementedError:
                found = NotImplementedError
            self.inspector.info_cache[cache_key] = found

    def _get(self, key: str, tname: str, schema: str | None, *, optional: bool) -> Any:
        cached = self.inspector.info_cache.get(f"alembic_{key}", {})
        try:
            if cached is NotImplementedError:
                raise NotImplementedError
            if (schema, tname) in cached:
                found = cached[schema, tname]
            else:
                found = getattr(self.inspector, f"get_{key}")(tname, schema=schema)
        except NotImplementedError:
            if optional:
                return {}
            raise
        if key in _NAMED:
            for constraint in [found] if isinstance(found, dict) else found or ():
                if constraint.get("name") is not None and not isinstance(constraint["name"], conv):
                    constraint["name"] = conv(constraint["name"])
        return found

    def get_unique_constraints(self, tname: str, schema: str | None) -> Any:
        return self._get("unique_constraints", tname, schema, optional=False)

    def get_indexes(self, tname: str, schema: str | None) -> Any:
        return self._get("indexes", tname, schema, optional=False)

    def get_foreign_keys(self, tname: str, schema: str | None) -> Any:
        return self._get("foreign_keys", tname, schema, optional=True)

    def get_check_constraints(self, tname: str, schema: str | None) -> Any:
        return self._get("check_constraints", tname, schema, optional=False)

    def reflect_table(self, table: Any) -> None:
        """Fill a Table; tables it refers to are not read."""
        from sqlalchemy.engine.reflection import _ReflectionInfo

        key = (table.schema, table.name)
        answers = {name: {key: self._get(name, table.name, table.schema, optional=True)} for name in _KEYS}
        self.inspector.reflect_table(
            table,
            include_columns=None,
            resolve_fks=False,
            _reflect_info=_ReflectionInfo(unreflectable={}, **answers),
        )
