"""Whether the function of a revision is plain: it says operations on tables, one after another, and does nothing else.

What a plain function says cannot be watched while it is said: it reads no result, catches no error, opens nothing and
imports nothing. So the version rows of the steps before it may be written after it, in the same transaction, and its
statements may be on their way while it goes on. Everything else is run step by step. What is looked at is the byte
code: the names it uses and what they mean, the way it may jump. Whoever is unsure is not plain.
"""

from __future__ import annotations

import opcode
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

SAID: Final = frozenset(
    (
        *("create_table", "drop_table", "rename_table", "comment_on_table"),
        *("add_column", "drop_column", "rename_column", "alter_column"),
        *("add_primary_key", "add_unique", "add_check", "add_foreign_key", "add_exclude"),
        *("drop_constraint", "rename_constraint", "create_index", "drop_index", "rename_index"),
    )
)
"""The functions of `limbeck.op` that a plain function may call: they touch tables that they name, give nothing back, and
read no rows of others."""

_REACHES_OUT: Final = frozenset(
    (
        *("create_engine", "engine_from_config", "create_mock_engine", "create_pool_from_url", "inspect"),
        *("create_async_engine", "create_async_pool_from_url", "engine", "event", "events", "ext", "orm"),
        *("pool", "util", "connect", "execute", "create", "drop", "create_all", "drop_all", "reflect"),
    )
)
"""What leads from SQLAlchemy's names to a connection, or to code of others."""
_HARMLESS: Final = frozenset(("str", "int", "float", "bool", "list", "tuple", "dict", "range", "len"))
_VALUES: Final = (str, int, float, bool, type(None))
_MODULES: Final = frozenset(("sqlalchemy", "sqlalchemy.types", "sqlalchemy.schema", "sqlalchemy.sql"))
_ROOMS: Final = ("sqlalchemy.sql.", "sqlalchemy.dialects.", "sqlalchemy.types", "sqlalchemy.schema")
_JUMPS: Final = frozenset(
    opcode.opmap[name]
    for name in (
        *("IMPORT_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "STORE_SUBSCR"),
        *("SETUP_FINALLY", "SETUP_WITH", "SETUP_EXCEPT", "BEFORE_WITH", "PUSH_EXC_INFO", "YIELD_VALUE"),
    )
    if name in opcode.opmap
)
_CO_VARARGS_OR_GENERATORS: Final = 0x04 | 0x08 | 0x20 | 0x80 | 0x100 | 0x200


def is_plain(function: Any) -> bool:
    """Whether it is a function of a revision file that only says operations. Never raises."""
    function = getattr(function, "__wrapped__", function)
    if type(function) is not FunctionType or function.__defaults__ or function.__kwdefaults__:
        return False
    code: CodeType = function.__code__
    if code.co_flags & _CO_VARARGS_OR_GENERATORS or code.co_argcount or code.co_freevars or code.co_cellvars:
        return False
    if getattr(code, "co_exceptiontable", b"") or not _JUMPS.isdisjoint(code.co_code[::2]):
        return False
    if any(type(value) is CodeType for value in code.co_consts):
        return False
    known, builtin = function.__globals__, _builtins()
    for name in code.co_names:
        if name in known:
            if not _is_ours(known[name]):
                return False
        elif name in builtin and name not in _HARMLESS:
            return False
        if name in _REACHES_OUT or (name in _functions() and name not in SAID) or name[:2] == "__":
            return False
    return True


def _is_ours(value: Any) -> bool:
    """The module `op`, SQLAlchemy's names for what stands in a schema, or a value that cannot change."""
    if isinstance(value, ModuleType):
        name = value.__name__
        return value is _op() or name in _MODULES or name.startswith("sqlalchemy.dialects.")
    if isinstance(value, _VALUES):
        return True
    place = getattr(value, "__module__", None)
    return isinstance(place, str) and place.startswith(_ROOMS) and isinstance(value, (type, FunctionType))


@cache
def _op() -> ModuleType:
    from limbeck.author import op

    return op


@cache
def _functions() -> frozenset[str]:
    return frozenset(name for name, value in vars(_op()).items() if isinstance(value, FunctionType))


@cache
def _builtins() -> frozenset[str]:
    import builtins

    return frozenset(vars(builtins))
