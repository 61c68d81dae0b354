"""How a table of PostgreSQL is kept: storage parameters, tablespace, whether its rows are logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from limbeck.model.column import Options
from limbeck.model.table import Table
from limbeck.ops.alter_table import TABLESPACE, UNLOGGED, USUAL_TABLESPACE, option

WITH = "postgresql_with"
PARTITION = "postgresql_partition_by"
ALTERED = frozenset({WITH, TABLESPACE, UNLOGGED})
"""What ALTER TABLE can change; how a table is partitioned it cannot."""


def differing(have: Table, want: Table) -> Options:
    """What `want` says and `have` does not, by the value it wants. UNLOGGED is said by being there or not."""
    said = dict(want.options)
    found: dict[str, Any] = {}
    if WITH in said and parameters(said[WITH]) != parameters(option(have, WITH)):
        found[WITH] = tuple(sorted(parameters(said[WITH]).items()))
    if TABLESPACE in said and (said[TABLESPACE] or USUAL_TABLESPACE) != (
        option(have, TABLESPACE) or USUAL_TABLESPACE
    ):
        found[TABLESPACE] = said[TABLESPACE]
    if option(have, UNLOGGED) != option(want, UNLOGGED):
        found[UNLOGGED] = option(want, UNLOGGED)
    return tuple(sorted(found.items()))


def parameters(value: Any) -> dict[str, str]:
    """Storage parameters by name, as the server keeps them: texts."""
    return {str(name).lower(): str(v).lower() for name, v in value or ()}


def changes(name: str, value: Any, was: Mapping[str, Any], quote: Callable[[str], str]) -> Iterator[str]:
    """What stands behind ALTER TABLE for one of ALTERED."""
    if name == UNLOGGED:
        yield f"SET {'UNLOGGED' if value else 'LOGGED'}"
    elif name == TABLESPACE:
        yield f"SET TABLESPACE {quote(value or USUAL_TABLESPACE)}"
    else:
        old, new = parameters(was.get(WITH)), parameters(value)
        gone = [key for key in old if key not in new]
        if gone:
            yield f"RESET ({', '.join(gone)})"
        if new:
            yield f"SET ({', '.join(f'{key} = {v}' for key, v in new.items())})"
