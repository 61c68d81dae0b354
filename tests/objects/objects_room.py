"""The laws of objects beside tables, with the catalog as the judge.

a database made by hand-written SQL, compared with models       -> what was asked finds its way
upgrade, by the text of a revision file                          -> the catalog equals that of hand-written SQL
compared again                                                   -> nothing is found
downgrade                                                        -> the first catalog
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import catalog
from limbeck.commands import autogenerate
from limbeck.source.body import body
from servers import Database

sys.path.append(str(Path(__file__).parents[1] / "converge"))
from converge_limbeck import Written

Ours = Callable[[Any], bool]


def compared(database: Database, metadata: Any, ours: Ours = lambda thing: True) -> autogenerate.Differences:
    scope = autogenerate.Scope(lambda name: name.name == "alembic_version", (), ours=ours)
    with database.engine().connect() as connection:
        found = autogenerate.compare(connection, "", (metadata,), scope, fill=False)
        connection.rollback()
    return found


def run(database: Database, statements: Iterable[str]) -> None:
    with database.engine().begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def dumped(database: Database) -> catalog.Dump:
    with database.engine().connect() as connection:
        return catalog.dump(connection, order=False)


def text(operations: Sequence[Any]) -> str:
    return "\n".join(body(operations).lines)


def laws(
    database: Database,
    metadata: Any,
    before: Sequence[str],
    after: Sequence[str],
    *,
    ours: Ours = lambda thing: True,
    judged: bool = True,
) -> autogenerate.Differences:
    """From a database as `before` makes it to the models, which mean what `after` makes, and back."""
    run(database, after)
    wanted = dumped(database)
    same = compared(database, metadata, ours)
    assert not same.upgrade, f"nothing changed, but:\n{text(same.upgrade)}"
    database.empty()
    run(database, before)
    first = dumped(database)
    found = compared(database, metadata, ours)
    if judged:  # nothing was compared as text
        assert not found.as_text
    assert dumped(database) == first
    told = f"{text(found.upgrade)}\n-- back\n{text(found.downgrade)}"
    tool = Written(database.kind.removesuffix("15"))
    tool.upgrade(database.engine(), found)
    assert catalog.difference(wanted, dumped(database)) == "", told
    again = compared(database, metadata, ours)
    assert not again.upgrade, f"{told}\n-- again\n{text(again.upgrade)}"
    tool.downgrade(database.engine(), found)
    assert catalog.difference(first, dumped(database)) == "", told
    return found
