"""SQLAlchemy's names and options -> those of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.sql.elements import ClauseElement

from limbeck.model.column import Options
from limbeck.model.names import Name, QualifiedName
from limbeck.model.sqltext import SqlText


def model_name(name: Any) -> str:
    """A plain str, or a Name where the author forced or forbade quoting."""
    quote = getattr(name, "quote", None)
    return str(name) if quote is None else Name(str(name), bool(quote))


def qualified_name(item: Any) -> QualifiedName:
    """Of a Table or Sequence."""
    return QualifiedName(None if item.schema is None else model_name(item.schema), model_name(item.name))


def model_options(given: dict[str, Any], sql: Callable[[Any, str], SqlText]) -> Options:
    """Dialect options sorted by key. Dicts become tuples of pairs, lists tuples, clauses SqlText, columns names."""
    return tuple((key, _value(key, given[key], sql)) for key in sorted(given))


def _value(key: str, value: Any, sql: Callable[[Any, str], SqlText]) -> Any:
    if isinstance(value, str) and key.endswith("_where"):
        return SqlText(value)
    if isinstance(value, dict):
        return tuple((str(k), _value(key, v, sql)) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(_value(key, v, sql) for v in value)
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(_value(key, v, sql) for v in value))
    if hasattr(value, "table") and hasattr(value, "name"):  # a Column
        return model_name(value.name)
    if isinstance(value, ClauseElement):
        return sql(value, f"option {key}")
    if isinstance(value, str) and type(value) is not str:
        return model_name(value)
    return value
