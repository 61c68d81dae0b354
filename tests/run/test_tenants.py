"""A connection with a schema_translate_map: revisions say one name, each tenant's database has its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from history import History

import catalog
from conftest import on
from limbeck.policy import Policy
from limbeck.revisions import route
from limbeck.run import runner
from servers import Database

pytestmark = on("postgresql")
MAP = {None: "tenant", "a": "b", "b": "c"}

MAKE = """
mood = sa.Enum("sad", "glad", name="mood")
op.create_table("people", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mood", mood))
op.create_table(
    "pets",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Integer, sa.ForeignKey("people.id", name="pets_owner")),
    sa.Column("moods", sa.ARRAY(mood)),
    schema="a",
)
"""
CHANGE = """
op.add_column("people", sa.Column("name", sa.String(20)))
op.alter_column("people", "name", nullable=False, default="'x'")
op.rename_column("pets", "moods", "feelings", schema="a")
op.create_index("pets_owner_index", "pets", ["owner"], schema="a")
op.add_unique("people", ["name"], name="people_name")
op.rename_table("pets", "animals", schema="a")
op.add_foreign_key("people", ["id"], "animals", ["id"], name="one", referred_schema="a")
op.drop_constraint("one", "people")
op.insert_rows("people", [{"id": 1, "name": "n"}])
people = sa.Table("people", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("name", sa.String))
op.execute(sa.insert(people).values(id=2, name="m"))
op.comment_on_table("animals", "told", schema="a")
"""


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    made = History(tmp_path, database)
    made.write("a1", None, MAKE)
    made.write("b2", "a1", CHANGE, 'op.drop_column("people", "name")')
    return made


def move(history: History, schemas: dict[Any, Any] | None, direction: str, to: str) -> runner.Outcome:
    scripts = history.scripts
    with history.database.engine().connect() as connection:
        if schemas is not None:
            connection = connection.execution_options(schema_translate_map=schemas)

        def plan(rows: Any) -> Any:
            return getattr(route, direction)(scripts.graph, rows, to).steps

        return runner.run(connection, plan, scripts.load, Policy())


def dump(history: History) -> Any:
    with history.database.engine().connect() as connection:
        return catalog.dump(connection, exclude=())


def schemas(history: History, *names: str) -> None:
    with history.database.engine().begin() as connection:
        for name in names:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")


def test_every_name_is_the_tenants(history: History) -> None:
    schemas(history, "tenant", "a", "b", "c")
    assert move(history, MAP, "upgrade", "heads").heads_after == ("b2",)
    found = dump(history)
    assert not [key for key in found if " public.people" in key or " a." in key or " c." in key], found
    assert any("tenant.people.name" in key for key in found)
    assert any("b.animals.feelings" in key for key in found)
    assert history.ask("SELECT version_num FROM tenant.alembic_version") == [("b2",)]
    assert history.ask("SELECT id FROM tenant.people ORDER BY id") == [(1,), (2,)]
    assert move(history, MAP, "upgrade", "heads").steps == ()
    assert move(history, MAP, "downgrade", "a1").heads_after == ("a1",)
    assert not any("tenant.people.name" in key for key in dump(history))


def test_it_is_what_it_would_be_without_but_for_the_names(history: History) -> None:
    schemas(history, "a", "tenant", "b")
    move(history, None, "upgrade", "heads")
    plain = dump(history)
    history.database.empty()
    schemas(history, "a", "tenant", "b")
    move(history, MAP, "upgrade", "heads")

    def renamed(text: str) -> str:
        return re.sub(r"\bb\.", "a.", re.sub(r"\b(tenant|public)\.", "", text))

    mapped = {renamed(key): renamed(str(value)) for key, value in dump(history).items()}
    wanted = {renamed(key): renamed(str(value)) for key, value in plain.items()}
    assert {k: v for k, v in mapped.items() if k not in wanted or wanted[k] != v} == {}
    assert mapped.keys() == wanted.keys()
