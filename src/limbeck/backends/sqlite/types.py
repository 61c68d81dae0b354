"""The text of a type as SQLite stores it -> TypeRef. SQLite takes any words for a type; what they mean is their affinity."""

from __future__ import annotations

import re
from typing import Any

from limbeck.model.types import Call, TypeRef

IMPORT = "import sqlalchemy as sa"


def affinity(spelling: str) -> str:
    """TEXT, NUMERIC, INTEGER, REAL or BLOB, by the five rules of sqlite.org/datatype3, section 3.1."""
    text = re.sub(r"COLLATE\b.*", "", spelling, flags=re.IGNORECASE | re.DOTALL).upper()
    if "INT" in text:
        return "INTEGER"
    if any(word in text for word in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if "BLOB" in text or not text.strip():
        return "BLOB"
    if any(word in text for word in ("REAL", "FLOA", "DOUB")):
        return "REAL"
    return "NUMERIC"


def is_rowid_type(spelling: str) -> bool:
    """INTEGER and nothing else makes a primary key the rowid itself; INT does not."""
    return spelling.upper() == "INTEGER"


def type_ref(dialect: Any, text: str, collation: str | None = None) -> TypeRef:
    """`engine` and `python` are there when SQLAlchemy would spell the type just so."""
    spelling = text if collation is None else f'{text} COLLATE "{collation}"'.strip()
    engine = _engine(dialect, text, collation)
    if not text:
        return TypeRef(spelling, _call(engine), None)
    if " ".join(str(dialect.type_compiler_instance.process(engine)).split()) != spelling:
        return TypeRef(spelling)
    return TypeRef(spelling, _call(engine), engine)


def _engine(dialect: Any, text: str, collation: str | None) -> Any:
    import sqlalchemy as sa

    match = re.fullmatch(r"([^(]*?)\s*(?:\(([^)]*)\))?", text)
    base = match[1].upper() if match else ""
    arguments = [int(a) for a in re.findall(r"[-+]?\d+", match[2] or "")] if match else []
    by_affinity = {"INTEGER": sa.INTEGER, "TEXT": sa.TEXT, "BLOB": sa.types.NullType, "REAL": sa.REAL}
    named = getattr(sa, base.replace(" ", "_"), None)
    cls = dialect.ischema_names.get(base) or (named if isinstance(named, type) else None)
    cls = cls or by_affinity.get(affinity(text), sa.NUMERIC)
    options = {"collation": collation} if collation and issubclass(cls, sa.String) else {}
    for given in (arguments, []):
        try:
            return cls(*given, **options)
        except TypeError:
            continue
    return sa.types.NullType()


def _call(engine: Any) -> Call | None:
    import sqlalchemy as sa

    name = type(engine).__name__
    if name == "NullType":
        return Call("sa.types.NullType", imports=(IMPORT,))
    if not hasattr(sa, name):
        return Call(f"sqlite.{name}", imports=("from sqlalchemy.dialects import sqlite",))
    given = tuple(
        (key, getattr(engine, key))
        for key in ("length", "precision", "scale", "collation")
        if getattr(engine, key, None) is not None
    )
    return Call(f"sa.{name}", options=given, imports=(IMPORT,))
