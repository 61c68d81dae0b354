"""How a table of MySQL is kept: engine, character set, row format."""

from __future__ import annotations

import re
from typing import Any, Final

from limbeck.model.column import Options
from limbeck.model.table import Table
from limbeck.model.types import TypeRef

Columns = tuple[tuple[str, TypeRef], ...]
_WORDS: Final = {
    "mysql_engine": ("ENGINE", ""),
    "mysql_default_charset": ("DEFAULT CHARSET", ""),
    "mysql_collate": ("COLLATE", ""),
    "mysql_row_format": ("ROW_FORMAT", "DEFAULT"),
    "mysql_key_block_size": ("KEY_BLOCK_SIZE", "0"),
}
"""By option: the word, and what says that nothing is said (nothing: it cannot be taken back)."""
IN_ORDER: Final = tuple(_WORDS)
ALTERED: Final = frozenset(_WORDS)
_SAME: Final = {
    "charset": "default_charset",
    "character_set": "default_charset",
    "default_character_set": "default_charset",
    "default_collate": "collate",
    "default collate": "collate",
}
_TEXT = re.compile(r"(?i)(?:national )?(?:var)?char|(?:tiny|medium|long)?text|enum|set\b|nchar|nvarchar")


def differing(have: Table, want: Table) -> tuple[Options, Columns]:
    """The options that `want` says otherwise, and the columns whose character set goes with the table's."""
    old, new = plain(have.options), plain(want.options)
    found: dict[str, Any] = {k: v for k, v in new.items() if str(old.get(k, "")).lower() != str(v).lower()}
    if "mysql_default_charset" in found:
        found.setdefault("mysql_collate", None)
    if not {"mysql_default_charset", "mysql_collate"} & found.keys():
        return tuple(sorted(found.items())), ()
    both = ((c, was) for c in want.columns if (was := have.column(c.name)) is not None)
    gone_over = (c for c, was in both if any(_takes_from_table(t.type.spelling) for t in (c, was)))
    return tuple(sorted(found.items())), tuple((c.name, c.type) for c in gone_over)


def plain(options: Options) -> dict[str, Any]:
    """Under one name each, those that can be altered; a collation tells its character set."""
    found: dict[str, Any] = {}
    for name, value in options:
        known = one_name(name)
        if known in ALTERED:
            found[known] = value
    if found.get("mysql_collate") and "mysql_default_charset" not in found:
        found["mysql_default_charset"] = str(found["mysql_collate"]).partition("_")[0]
    return found


def one_name(option: str) -> str:
    """`mysql_default_charset` for `mariadb_charset`."""
    bare = option.partition("_")[2].lower()
    return f"mysql_{_SAME.get(bare, bare)}"


def _takes_from_table(spelling: str) -> bool:
    bare = spelling.upper()
    named = "CHARACTER SET" in bare or "COLLATE" in bare or bare.startswith(("NATIONAL", "NCHAR", "NVARCHAR"))
    return _TEXT.match(spelling) is not None and not named


def said(name: str, value: Any) -> str:
    """`ENGINE=InnoDB` for one of ALTERED; nothing where nothing can be said."""
    word, nothing = _WORDS[name]
    told = nothing if value is None else str(value)
    return f"{word}={told}" if told else ""
