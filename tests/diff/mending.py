"""What the tests of mended causes share: models there and back on a real database, judged by its catalog."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import catalog
from limbeck.commands import autogenerate
from servers import Database

sys.path.insert(0, str(Path(__file__).parents[1] / "converge"))

from converge_limbeck import Limbeck as Limbeck
from converge_limbeck import Written as Written


def there_and_back(
    database: Database,
    have: sa.MetaData,
    want: sa.MetaData,
    *,
    any_names: bool = False,
    by: type[Limbeck] = Written,
) -> list[str]:
    """What the upgrade did, in words. `any_names`: the server calls what it makes by itself now so, now so."""
    engine = database.engine()
    want.create_all(engine)
    target = looked_at(engine)
    database.empty()
    engine = database.engine()
    have.create_all(engine)
    first = looked_at(engine)
    tool = by(database.kind.removesuffix("15"))
    assert lines(tool, engine, have) == []
    with engine.connect() as connection:
        found = tool.compare(connection, want, (), None)
    told = tool.lines(found)
    tool.upgrade(engine, found)
    assert any_names or catalog.difference(target, looked_at(engine)) == ""
    assert lines(tool, engine, want) == []
    tool.downgrade(engine, found)
    assert catalog.difference(first, looked_at(engine)) == ""
    return told


def lines(tool: Any, engine: sa.Engine, models: sa.MetaData) -> list[str]:
    with engine.connect() as connection:
        told: list[str] = tool.lines(tool.compare(connection, models, (), None))
    return told


def looked_at(engine: sa.Engine) -> catalog.Dump:
    with engine.connect() as connection:
        return catalog.dump(connection, order=False)


def models(*tables: tuple[Any, ...], sequence: dict[str, Any] | None = None) -> sa.MetaData:
    """Each table as its name, its items, and perhaps its options as a dict at the end."""
    metadata = sa.MetaData()
    if sequence is not None:
        sa.Sequence("numbers", metadata=metadata, **sequence)
    for name, *items in tables:
        options = items.pop() if items and isinstance(items[-1], dict) else {}
        sa.Table(name, metadata, *items, **options)
    return metadata


def identifier(*more: Any) -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, *more, primary_key=True)


def found_with_answers(engine: sa.Engine, want: sa.MetaData) -> Any:
    """What autogenerate finds where everything that stands was once declared, nothing is renamed and values are 0."""
    said = {"rename": "no", "loss": "yes", "fill": "0"}
    scope = autogenerate.Scope(lambda _: False, (), ours=lambda _: True)
    with engine.connect() as connection:
        return autogenerate.compare(connection, "", (want,), scope, ask=lambda asked: said[asked.kind])
