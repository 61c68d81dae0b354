"""How a table of MySQL is partitioned: what SHOW CREATE TABLE says of it as SQLAlchemy's options, and what differs.

Which partitions there are by RANGE or LIST is left to whoever looks after them: new ones come every month, old ones go.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from limbeck.model.column import Options

from .line import Line

OPTIONS: Final = tuple(
    f"{dialect}_{name}"
    for dialect in ("mysql", "mariadb")
    for name in ("partition_by", "partitions", "subpartition_by", "subpartitions")
)


class Partitioning(NamedTuple):
    """`by` and `sub` are method and expression (`RANGE (year(d))`); numbers are "" where none is said; `rest` is what
    stands behind them: the partitions one by one."""

    by: str
    number: str
    sub: str
    sub_number: str
    rest: str

    def told(self) -> str:
        parts = [self.by, self.number and f"PARTITIONS {self.number}"]
        if self.sub:
            parts += [f"SUBPARTITION BY {self.sub}", self.sub_number and f"SUBPARTITIONS {self.sub_number}"]
        return " ".join(part for part in parts if part)


def options(text: str) -> dict[str, str]:
    """Those that make the same anew: `text` is what SHOW CREATE TABLE says behind PARTITION BY, "" where nothing is. What
    lists its partitions is one text, since they come last and SQLAlchemy has no option for them."""
    found = _parsed(text)
    if not found.by:
        return {}
    if not found.rest and not found.sub:
        number = {"mysql_partitions": found.number} if found.number else {}
        return {"mysql_partition_by": found.by, **number}
    rest = re.sub(r"\s*\n\s*", " ", found.rest)
    return {"mysql_partition_by": f"{found.told()} {rest}".strip()}


def differing(have: Options, want: Options) -> tuple[tuple[str, str, str], ...]:
    """The one option, what stands and what is wanted, where `want` says another way to partition; a number that it does
    not say may be any."""
    said, stands = _of(want), _of(have)
    if not said.by:
        return ()
    any_number = stands._replace(
        number=stands.number if said.number else "",
        sub=stands.sub if said.sub else "",
        sub_number=stands.sub_number if said.sub_number else "",
    )
    if _plain(any_number.told()) == _plain(said.told()):
        return ()
    return (("mysql_partition_by", any_number.told(), said.told()),)


def _of(table: Options) -> Partitioning:
    said = {name.partition("_")[2]: str(value) for name, value in table if name in OPTIONS and value}
    found = _parsed(said.get("partition_by", ""))
    return found._replace(
        number=found.number or said.get("partitions", ""),
        sub=found.sub or said.get("subpartition_by", ""),
        sub_number=found.sub_number or said.get("subpartitions", ""),
    )


def _parsed(text: str) -> Partitioning:
    line = Line(text.strip().removesuffix("*/"))
    by, number, sub, sub_number = _method(line), "", "", ""
    while line.peek() not in ("", "("):
        if line.accept("PARTITIONS"):
            number = line.take()
        elif line.accept("SUBPARTITION", "BY"):
            sub = _method(line)
        elif line.accept("SUBPARTITIONS"):
            sub_number = line.take()
        else:
            line.take()
    return Partitioning(by, number, sub, sub_number, "".join(line.tokens).strip())


def _method(line: Line) -> str:
    """`RANGE COLUMNS(d)`; SYSTEM_TIME has no parentheses."""
    words = " ".join(line.until({"(", "PARTITIONS", "SUBPARTITION"}).split())
    return f"{words} ({line.inside()})" if line.peek() == "(" and not words.startswith("SYSTEM") else words


def _plain(text: str) -> str:
    """Names and words have no case there; ALGORITHM says how KEY counts, and what a server without it does is its default."""
    return re.sub(r"[\s`]|algorithm\s*=\s*\d", "", text.lower())
