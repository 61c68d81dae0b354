"""`limbeck diff` and `limbeck snapshot` between every two kinds of sides, on real databases.

There are two looks, OLD and NEW. The database stands at OLD, and so do its snapshot and the revision `a1`; the models
are NEW, and so are their snapshot and the revisions `b2` (recorded) and `c2` (raw SQL, so it needs a scratch database).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conftest import on
from limbeck.cli import main
from servers import Database

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "authors", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, server_default="nobody"),
    sa.Column("mail", sa.String(80)),
)
sa.Table(
    "books", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pages", sa.Integer),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("authors.id", name="fk_author")),
    sa.CheckConstraint("pages > 0", name="has_pages"),
    sa.Index("ix_pages", "pages"),
)
"""
FILE = '''"""{message}"""
from limbeck import op
import sqlalchemy as sa

revision = {name!r}
down_revision = {down!r}


def upgrade():
{up}


def downgrade():
    pass
'''
AUTHORS = """    op.create_table(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False, server_default="nobody"),
    )
    op.execute("INSERT INTO authors (id, name) VALUES (1, 'somebody')")"""
BOOKS = """    op.create_table(
        "books",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pages", sa.Integer),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("authors.id", name="fk_author")),
        sa.CheckConstraint("pages > 0", name="has_pages"),
    )
    op.add_column("authors", sa.Column("mail", sa.String(80)))
    {index}"""

OLD = ("database", "old.json", "rev:a1", "URL")
NEW = ("models", "new.json", "b2", "c2")
CHANGES = ["create table books", "add column authors.mail (VARCHAR(80))"]


class Said(dict[str, Any]):
    """What a command printed: `out`, `err`, `code`; of --json, its document."""

    @property
    def document(self) -> Any:
        return json.loads(self["out"])


Typed = Callable[..., Said]


@pytest.fixture
def typed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    url = database.url
    (tmp_path / "limbeck.toml").write_text(f'url = "{url}"\nmodels = "models_of_diff:metadata"\n')
    (tmp_path / "models_of_diff.py").write_text(MODELS)
    (tmp_path / "migrations").mkdir()
    write(tmp_path, "a1", None, AUTHORS)
    write(tmp_path, "b2", "a1", BOOKS.format(index='op.create_index("ix_pages", "books", ["pages"])'))
    raw = 'op.execute("CREATE INDEX ix_pages ON books (pages)")'
    write(tmp_path, "c2", "a1", BOOKS.format(index=raw))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "models_of_diff", raising=False)

    def type_(*words: str) -> Said:
        code = main([url if w == "URL" else w for w in words])
        said = capsys.readouterr()
        return Said(out=said.out, err=said.err, code=code)

    assert type_("-q", "upgrade", "a1")["code"] == 0
    assert type_("snapshot", "-o", "old.json")["code"] == 0
    assert type_("snapshot", "models", "-o", "new.json")["code"] == 0
    return type_


def write(folder: Path, name: str, down: str | None, up: str) -> None:
    text = FILE.format(message=name, name=name, down=down, up=up)
    (folder / "migrations" / f"{name}.py").write_text(text, encoding="utf-8")


def databases(database: Database) -> list[str]:
    """The scratch databases that are on the server."""
    queries = {
        "postgresql": "SELECT datname FROM pg_database WHERE datname LIKE 'limbeck_scratch%'",
        "mariadb": "SHOW DATABASES LIKE 'limbeck\\_scratch%'",
    }
    if database.kind not in queries:
        return []
    with database.engine().connect() as connection:
        return list(connection.exec_driver_sql(queries[database.kind].replace("%", "%%")).scalars())


@on("sqlite", "postgresql", "mariadb")
def test_every_pair_of_kinds(database: Database, typed: Typed) -> None:
    """From each OLD side to each NEW side there are the same changes."""
    for old in OLD:
        for new in NEW if old == "database" else NEW[:-1]:  # a scratch database takes its time
            said = typed("diff", old, new, "--json", "--exit-code")
            assert (old, new, said["code"]) == (old, new, 1), said
            (found,) = said.document["databases"]
            assert (old, new, sorted(found["changes"])) == (old, new, sorted(CHANGES))
            assert found["compared_as_text"] == {}
    assert databases(database) == []


@pytest.mark.slow
@on("sqlite", "postgresql", "mariadb")
def test_two_sides_of_one_look_agree(database: Database, typed: Typed) -> None:
    for sides in (OLD, NEW):
        for one in sides:
            for other in sides:
                said = typed("diff", one, other, "--exit-code")
                assert (one, other, said["code"]) == (one, other, 0), said
                assert "as text" not in said["err"]
    assert databases(database) == []


@on("sqlite", "postgresql", "mariadb")
def test_the_script_and_the_revision_do_it(database: Database, typed: Typed, tmp_path: Path) -> None:
    script = typed("diff", "--sql")["out"]
    assert "CREATE TABLE books" in script and "ADD COLUMN mail" in script
    (tmp_path / "migrations" / "c2.py").unlink()
    (tmp_path / "migrations" / "b2.py").unlink()
    said = typed("diff", "--revision", "-m", "what is new", "--rev-id", "d4")
    assert said["code"] == 0 and "wrote" in said["out"]
    assert typed("-q", "upgrade", "head")["code"] == 0
    assert typed("check")["code"] == 0
    assert typed("diff", "head", "new.json", "--exit-code")["code"] == 0
    assert typed("-q", "downgrade", "a1")["code"] == 0
    assert typed("diff", "old.json", "database", "--exit-code")["code"] == 0


@on("sqlite", "postgresql", "mariadb")
def test_a_scratch_database_is_gone_after_a_failure(database: Database, typed: Typed, tmp_path: Path) -> None:
    write(tmp_path, "x3", "c2", '    op.execute("CREATE NONSENSE")')
    said = typed("diff", "models", "x3")
    assert said["code"] == 4 and "x3" in said["err"]
    assert databases(database) == []
    with database.engine().connect() as connection:
        assert sa.inspect(connection).get_table_names() in (
            ["alembic_version", "authors"],
            ["authors", "alembic_version"],
        )


@on("postgresql", "mariadb")
def test_nothing_of_the_server_is_touched_from_a_scratch_database(
    database: Database, typed: Typed, tmp_path: Path
) -> None:
    beyond = {
        "postgresql": "CREATE ROLE limbeck_nobody",
        "mariadb": f"CREATE TABLE {sa.make_url(database.url).database}.beyond (id INTEGER)",
    }
    write(tmp_path, "x3", "c2", f"    op.execute({beyond[database.kind]!r})")
    said = typed("diff", "models", "x3")
    assert said["code"] == 4 and "is not run on a scratch database" in said["err"]
    with database.engine().connect() as connection:
        if database.kind == "postgresql":
            roles = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = 'limbeck_nobody'")
            assert roles.all() == []
        else:
            assert "beyond" not in sa.inspect(connection).get_table_names()
    assert databases(database) == []


@on("sqlite")
def test_snapshots_are_the_same_text_each_time_and_a_change_is_a_few_lines(
    database: Database, typed: Typed, tmp_path: Path
) -> None:
    first = (tmp_path / "old.json").read_text()
    assert typed("snapshot")["out"] == first
    with database.engine().begin() as connection:
        connection.exec_driver_sql("ALTER TABLE authors ADD COLUMN age INTEGER")
    second = typed("snapshot", "database")["out"]
    fresh = [line for line in second.splitlines() if line not in first.splitlines()]
    assert 0 < len(fresh) < 8, fresh


@on("postgresql", "mariadb")
def test_without_a_connection_the_wording_is_compared_and_it_is_said(
    database: Database, typed: Typed, tmp_path: Path
) -> None:
    nowhere = sa.make_url(database.url).set(query={"connect_timeout": "1"}, host="127.0.0.1", port=9)
    shown = nowhere.render_as_string(hide_password=False)
    (tmp_path / "limbeck.toml").write_text(f'url = "{shown}"\nmodels = "models_of_diff:metadata"\n')
    said = typed("diff", "new.json", "models")
    assert said["code"] == 0 and "agree" in said["out"]
    worded = (tmp_path / "new.json").read_text().replace('"stored": false', '"stored": true')
    (tmp_path / "stored.json").write_text(worded.replace("pages > 0", "0 < pages"))
    said = typed("diff", "stored.json", "models")
    assert said["code"] == 0 and "check has_pages" in said["out"]
    assert "compared as text only: books" in said["err"] and "Not connected" in said["err"]
    refused = typed("diff", "c2", "models")
    if database.kind == "mariadb":
        assert refused["code"] == 2 and "there is no scratch database" in refused["err"]
        assert "migrations/c2.py:18" in refused["err"]
    else:  # the private server of limbeck[embedded] takes its place
        assert refused["code"] == 0 and "scratch" in refused["err"]


@on("postgresql")
def test_a_role_that_may_make_no_database_has_the_private_server(
    database: Database, typed: Typed, tmp_path: Path
) -> None:
    url = sa.make_url(database.url)
    role = f"{url.database}_plain"
    with database.engine().begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    try:
        shown = url.set(username=role).render_as_string(hide_password=False)
        (tmp_path / "limbeck.toml").write_text(f'url = "{shown}"\nmodels = "models_of_diff:metadata"\n')
        said = typed("diff", "database", "c2")
        assert said["code"] == 0 and "create table books" in said["out"] and "scratch" in said["err"], said
    finally:
        with database.engine().begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


@on("sqlite")
def test_sides_that_are_no_sides(database: Database, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{}")
    other = (tmp_path / "old.json").read_text().replace('"name": "sqlite"', '"name": "postgresql"')
    (tmp_path / "other.json").write_text(other)
    for words, told in (
        (("nowhere",), "LB210"),
        (("nowhere.json",), "There is no file nowhere.json"),
        (("broken.json",), "broken.json is no snapshot"),
        (("other.json",), "other.json is of postgresql"),
        (("rev:models",), "LB210"),
        (("sqlite:///elsewhere/none.db", "models"), "elsewhere"),
    ):
        said = typed("diff", *words)
        assert said["code"] in (2, 3, 4) and told in said["err"], said
        assert "Traceback" not in said["err"]


@on("sqlite")
def test_a_revision_that_fails_says_where(database: Database, typed: Typed, tmp_path: Path) -> None:
    write(tmp_path, "x3", "b2", "    1 / 0")
    said = typed("diff", "x3", "models")
    assert said["code"] == 2
    assert (
        "The revision x3 fails at migrations/x3.py:10" in said["err"] and "ZeroDivisionError" in said["err"]
    )


@on("sqlite")
def test_several_databases(database: Database, typed: Typed, tmp_path: Path) -> None:
    settings = tmp_path / "limbeck.toml"
    url = database.url
    settings.write_text(
        f'models = "models_of_diff:metadata"\n[databases.one]\nurl = "{url}"\n[databases.two]\nurl = "sqlite:///two.db"\n'
    )
    (tmp_path / "two.db").touch()
    said = typed("diff", "--json").document
    assert [one["database"] for one in said["databases"]] == ["one", "two"]
    assert sorted(said["databases"][1]["changes"]) == ["create table authors", "create table books"]
    refused = typed("snapshot")
    assert refused["code"] == 2 and "-n one" in refused["err"]
    assert "authors" in typed("snapshot", "-n", "one")["out"]
