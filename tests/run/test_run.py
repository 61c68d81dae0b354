"""Runs over real databases: there, back, and every way of not arriving."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from history import History, Recorder

import catalog
from conftest import on, on_all
from limbeck.errors import (
    HeadsMoved,
    IdTooLong,
    Interrupted,
    LockTimedOut,
    StepFailedError,
    TransactionNotOurs,
    VersionTableWrong,
)
from limbeck.events import StepFailed, StepFinished, StepStarted
from limbeck.policy import Policy
from limbeck.run import runner
from servers import Database

AUTHORS = 'op.create_table("authors", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50)))'
BOOKS = """
op.create_table(
    "books",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author_id", sa.Integer, sa.ForeignKey("authors.id", name="books_author_fk")),
    sa.Column("title", sa.String(80), nullable=False, server_default="50% off: it's"),
)
op.create_index("books_title", "books", ["title"])
"""
ROWS = """
op.insert_rows("authors", [{"id": 1, "name": "O'Brien"}, {"id": 2, "name": "100% :colon"}])
op.execute("INSERT INTO books (id, author_id) VALUES (1, 2)")
op.execute(sa.text("UPDATE books SET title = :title WHERE id = 1"), {"title": "x:y %s"})
"""


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    folder = tmp_path / "versions"
    folder.mkdir()
    made = History(folder, database)
    made.write("a1", None, AUTHORS, 'op.drop_table("authors")')
    made.write("b2", "a1", BOOKS, 'op.drop_table("books")')
    made.write("c3", "b2", ROWS, 'op.execute("DELETE FROM books")\nop.execute("DELETE FROM authors")')
    return made


MODES = pytest.mark.parametrize("transaction", ["run", "step"])
takes_ddl_back = on("sqlite", "postgresql")


def dump(database: Database) -> catalog.Dump:
    with database.engine().connect() as connection:
        return catalog.dump(connection, exclude=())


@on_all
@MODES
def test_there_and_back(history: History, transaction: str) -> None:
    there = history.upgrade(transaction=transaction)
    assert there == runner.Outcome(heads_before=(), heads_after=("c3",), steps=("a1", "b2", "c3"))
    assert history.heads == ("c3",)
    assert history.ask("SELECT id, author_id, title FROM books") == [(1, 2, "x:y %s")]
    assert history.ask("SELECT name FROM authors ORDER BY id") == [("O'Brien",), ("100% :colon",)]

    assert history.downgrade("a1", transaction=transaction).steps == ("c3", "b2")
    assert history.heads == ("a1",)
    assert history.tables == ["alembic_version", "authors"]
    assert history.downgrade().heads_after == ()
    assert history.tables == ["alembic_version"]


@on_all
def test_a_run_with_nothing_to_do_changes_nothing(history: History) -> None:
    history.upgrade()
    heard = Recorder()
    assert history.upgrade(reporter=heard).steps == ()
    assert heard.events == []


@on_all
def test_stamp_moves_rows_and_runs_nothing(history: History) -> None:
    assert history.stamp("b2").heads_after == ("b2",)
    assert history.tables == ["alembic_version"]
    assert history.stamp("c3").heads_after == ("c3",)
    assert history.stamp("base").heads_after == ()


@on_all
def test_purge_forgets_what_nobody_knows(history: History) -> None:
    history.stamp("a1")
    with history.database.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of another branch'")
    assert history.stamp("b2", purge=True).heads_after == ("b2",)
    assert history.heads == ("b2",)


# -- the version table ------------------------------------------------------------------------------------------


# What Alembic 1.20.1 leaves in the catalog after `stamp`, taken with tests/catalog.py.
VERSION_TABLE = {
    "sqlite": {
        "column alembic_version.version_num": "VARCHAR(32) notnull=1 default=None pk=1 hidden=0",
        "constraint alembic_version: CONSTRAINT alembic_version_pkc PRIMARY KEY ( version_num )": "",
        "index alembic_version.of pk (version_num BINARY)": "(version_num BINARY) unique=1 partial=0",
        "table alembic_version": "ordinary",
    },
    "postgresql": {
        "column public.alembic_version.version_num": "character varying(32) not null",
        "constraint public.alembic_version.alembic_version_pkc": "PRIMARY KEY (version_num) no inherit",
        "index public.alembic_version.alembic_version_pkc": (
            "CREATE UNIQUE INDEX alembic_version_pkc ON public.alembic_version USING btree (version_num)"
            " primary of constraint alembic_version_pkc"
        ),
    },
    "mariadb": {
        "column alembic_version.version_num as shown": "`version_num` varchar(32) NOT NULL",
        "index alembic_version.PRIMARY": "(version_num A ) non_unique=0 BTREE comment=''",
        "part alembic_version: PRIMARY KEY (`version_num`)": "",
    },
}


@on_all
def test_the_version_table_in_the_catalog(history: History) -> None:
    history.stamp("a1")
    found = {k: v for k, v in dump(history.database).items() if "alembic_version" in k}
    wanted = VERSION_TABLE[history.database.kind]
    assert {key: found.get(key) for key in wanted} == wanted


@on("sqlite")
def test_the_version_table_is_what_others_make(history: History) -> None:
    heard = Recorder()
    history.upgrade(reporter=heard, transaction="step")
    assert heard.texts[0] == (
        "CREATE TABLE alembic_version (\n"
        "\tversion_num VARCHAR(32) NOT NULL, \n"
        "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n"
        ")"
    )
    assert [text for text in heard.texts[1:] if "alembic_version" in text] == [
        "INSERT INTO alembic_version (version_num) VALUES ('a1')",
        "UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1'",
        "UPDATE alembic_version SET version_num='c3' WHERE alembic_version.version_num = 'b2'",
    ]


@on_all
def test_the_version_table_can_have_another_name(history: History) -> None:
    history.upgrade("a1", version_table="my_versions")
    assert history.ask("SELECT version_num FROM my_versions") == [("a1",)]
    assert history.tables == ["authors", "my_versions"]


@on_all
def test_branches_have_a_row_each_and_a_merge_one(history: History) -> None:
    history.write("d4", "a1", 'op.execute("SELECT 1")')
    history.write("e5", None, "pass")
    (history.folder / "e5.py").write_text(
        (history.folder / "e5.py").read_text().replace("down_revision = None", "down_revision = ('c3', 'd4')")
    )
    history.upgrade("c3")
    history.upgrade("d4")
    assert set(history.heads) == {"c3", "d4"}
    history.upgrade("e5")
    assert history.heads == ("e5",)
    history.downgrade("c3")
    assert set(history.heads) == {"c3", "d4"}


@on("postgresql", "mariadb")
def test_an_id_that_does_not_fit_is_refused_before_anything_runs(history: History) -> None:
    long = "x" * 33
    history.write(long, "c3", "pass")
    with pytest.raises(IdTooLong) as refused:
        history.upgrade(long)
    assert refused.value.limit == 32
    assert history.tables == []
    history.upgrade("c3")
    with history.database.engine().begin() as connection:
        words = {
            "postgresql": "ALTER COLUMN version_num TYPE varchar(40)",
            "mysql": "MODIFY version_num varchar(40)",
        }
        connection.exec_driver_sql(f"ALTER TABLE alembic_version {words[connection.dialect.name]}")
    assert history.upgrade(long).heads_after == (long,)


@on("sqlite")
def test_sqlite_keeps_ids_of_any_length(history: History) -> None:
    history.write("x" * 80, "c3", "pass")
    history.upgrade()
    assert history.heads == ("x" * 80,)


@on_all
def test_a_row_that_is_gone_means_that_somebody_else_moved(history: History) -> None:
    history.upgrade("a1")
    history.write("b2", "a1", """op.execute("UPDATE alembic_version SET version_num = 'zz'")""")
    with pytest.raises(HeadsMoved):
        history.upgrade("b2")


@on_all
def test_a_table_of_that_name_that_is_none(history: History) -> None:
    with history.database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (something INTEGER)")
    with pytest.raises(VersionTableWrong):
        history.upgrade()


# -- a step that fails ------------------------------------------------------------------------------------------

BREAKS = """
op.add_column("authors", sa.Column("email", sa.String(50)))
op.execute("INSERT INTO authors (id, name) VALUES (7, 'secret')")
op.execute("INSERT INTO nowhere (name) VALUES ('secret', 42)")
"""


@takes_ddl_back
def test_a_failing_step_is_rolled_back_and_the_ones_before_it_stay(history: History) -> None:
    history.write("d4", "c3", BREAKS)
    history.upgrade("c3", transaction="step")
    before = dump(history.database)
    heard = Recorder()
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("d4", heard, transaction="step")
    error = failed.value
    assert (error.revision, error.direction, error.rolled_back, error.heads) == (
        "d4",
        "upgrade",
        True,
        ("c3",),
    )
    assert error.place.endswith("d4.py:14")
    assert error.statement == "INSERT INTO nowhere (name) VALUES (***, ***)"
    assert "nowhere" in error.said
    assert "secret" not in str(error)
    assert heard.events[-1] == StepFailed("d4", "upgrade", True)
    assert dump(history.database) == before
    assert history.heads == ("c3",)
    assert history.ask("SELECT count(*) FROM authors") == [(2,)]


@takes_ddl_back
def test_all_or_nothing(history: History) -> None:
    history.write("d4", "c3", BREAKS)
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("d4", transaction="run")
    assert failed.value.heads == ()
    assert history.tables == []


@on("mariadb")
def test_where_ddl_cannot_be_rolled_back_it_says_what_was_done(history: History) -> None:
    history.upgrade("c3")
    history.write("d4", "c3", BREAKS)
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("d4")
    assert failed.value.rolled_back is False
    assert failed.value.done == ("ALTER TABLE authors ADD COLUMN email VARCHAR(50)",)
    assert failed.value.heads == ("c3",)
    assert history.ask("SELECT count(*) FROM authors WHERE id = 7") == [(0,)]


@on("mariadb")
def test_rows_alone_are_rolled_back_everywhere(history: History) -> None:
    history.upgrade("c3")
    history.write("d4", "c3", 'op.execute("DELETE FROM books")\nop.execute("SELECT broken")')
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("d4")
    assert failed.value.rolled_back is True
    assert history.ask("SELECT count(*) FROM books") == [(1,)]


@on("sqlite")
def test_a_file_that_may_not_be_written(history: History, tmp_path: Path) -> None:
    history.upgrade("a1")
    history.database.url += "?mode=ro&uri=true"
    history.database.url = history.database.url.replace("sqlite:///", "sqlite:///file:")
    from limbeck.errors import NotWritable

    with pytest.raises(NotWritable):
        history.upgrade()


@pytest.mark.parametrize("ends", ["sys.exit(0)", "raise SystemExit", "os._exit"])
@on("sqlite")
def test_leaving_the_program_is_a_failed_migration(history: History, ends: str) -> None:
    history.upgrade("a1")
    history.write("b2", "a1", f'op.drop_table("authors")\n{ends if ends != "os._exit" else "exit(0)"}')
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("b2")
    assert failed.value.rolled_back
    assert history.tables == ["alembic_version", "authors"]


@takes_ddl_back
def test_ctrl_c_rolls_back_and_says_where_it_stands(history: History) -> None:
    history.upgrade("a1")
    history.write("b2", "a1", 'op.drop_table("authors")\nraise KeyboardInterrupt')
    with pytest.raises(Interrupted) as stopped:
        history.upgrade("b2", transaction="step")
    assert (stopped.value.rolled_back, stopped.value.heads, stopped.value.exit_code) == (True, ("a1",), 130)
    assert history.tables == ["alembic_version", "authors"]


@on("sqlite")
def test_an_asynchronous_upgrade_is_refused_instead_of_forgotten(history: History) -> None:
    file = history.folder / "a1.py"
    file.write_text(file.read_text().replace("def upgrade", "async def upgrade"))
    with pytest.raises(StepFailedError, match="asynchronous"):
        history.upgrade("a1")
    assert history.tables == []


# -- crashes and others at the same time -----------------------------------------------------------------------


@on_all
@MODES
def test_killed_between_two_statements_the_same_command_heals(history: History, transaction: str) -> None:
    """The process dies in the second of three revisions, before it changed anything that cannot be taken back."""
    books = (history.folder / "b2.py").read_text()
    (history.folder / "b2.py").write_text(
        books.replace("def upgrade():", "def upgrade():\n    os.kill(os.getpid(), signal.SIGKILL)")
    )
    process = history.process(transaction=transaction)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    (history.folder / "b2.py").write_text(books)
    history.upgrade(transaction=transaction)
    assert history.heads == ("c3",)
    assert history.ask("SELECT count(*) FROM books") == [(1,)]


@takes_ddl_back
def test_killed_in_the_middle_of_a_step_leaves_nothing_of_it(history: History) -> None:
    books = (history.folder / "b2.py").read_text()
    (history.folder / "b2.py").write_text(
        books.replace("def downgrade", "    os.kill(os.getpid(), signal.SIGKILL)\n\n\ndef downgrade")
    )
    process = history.process(transaction="step")
    process.communicate(timeout=60)
    assert history.tables == ["alembic_version", "authors"]
    (history.folder / "b2.py").write_text(books)
    history.upgrade()
    assert history.tables == ["alembic_version", "authors", "books"]


@on_all
@MODES
def test_two_at_once_end_right(history: History, transaction: str) -> None:
    for name in ("a1", "b2"):
        file = history.folder / f"{name}.py"
        file.write_text(file.read_text().replace("def upgrade():", "def upgrade():\n    time.sleep(0.4)"))
    both = [history.process(transaction=transaction) for _ in range(2)]
    outputs = [process.communicate(timeout=90)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert history.heads == ("c3",)
    assert history.ask("SELECT count(*) FROM books") == [(1,)]


@on("postgresql", "mariadb")
def test_the_lock_says_who_holds_it(history: History) -> None:
    file = history.folder / "a1.py"
    file.write_text(file.read_text().replace("def upgrade():", "def upgrade():\n    time.sleep(30)"))
    process = history.process()
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            heard = Recorder()
            began = time.monotonic()
            try:
                history.upgrade("base", heard, lock_timeout=0.8)
            except LockTimedOut as error:
                assert 0.7 < time.monotonic() - began < 10  # the other one sleeps for 30
                assert "user" in error.holder
                assert [type(event).__name__ for event in heard.events][-1] == "Waiting"
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the lock was never taken")
    finally:
        process.kill()
        process.communicate()


@on("postgresql", "mariadb")
def test_a_table_that_somebody_holds_is_waited_for_but_not_for_ever(history: History) -> None:
    history.upgrade("a1")
    history.write("b2", "a1", 'op.add_column("authors", sa.Column("age", sa.Integer))')
    with history.database.engine().connect() as other:
        other.exec_driver_sql("SELECT count(*) FROM authors")  # the transaction stays open
        began = time.monotonic()
        with pytest.raises(StepFailedError) as caught:
            history.upgrade("b2", lock_timeout=1)
        assert 0.7 < time.monotonic() - began < 20
        assert "lock_timeout" in caught.value.next_step()
        assert history.heads == ("a1",)
    assert history.upgrade("b2").heads_after == ("b2",)


BOUND = {"postgresql": "SHOW lock_timeout", "mariadb": "SELECT @@lock_wait_timeout"}


@on("postgresql", "mariadb")
def test_the_bound_is_gone_with_the_run_and_a_shorter_one_of_the_session_stays(database: Database) -> None:
    from limbeck.run import locks

    with database.engine().connect() as connection:

        def bound() -> str:
            return str(connection.exec_driver_sql(BOUND[database.kind]).scalar())

        before = bound()
        with locks.held(connection, "v", 3):
            assert bound() in ("3s", "3")
        assert bound() == before
        connection.exec_driver_sql(
            "SET lock_timeout = '2s'" if database.kind == "postgresql" else "SET lock_wait_timeout = 2"
        )
        with locks.held(connection, "v", 3):
            assert bound() in ("2s", "2")


@on("sqlite")
def test_sqlite_waits_for_other_writers_and_gives_up(history: History) -> None:
    with history.database.engine().connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(LockTimedOut):
            history.upgrade(lock_timeout=0.6)
        assert 0.5 < time.monotonic() - began < 2
    assert history.upgrade().heads_after == ("c3",)


# -- transactions ----------------------------------------------------------------------------------------------


@on("postgresql")
def test_what_must_be_outside_a_transaction_commits_and_goes_on(history: History) -> None:
    history.write(
        "d4",
        "c3",
        """
op.execute("INSERT INTO authors (id, name) VALUES (3, 'x')")
op.create_index("authors_name", "authors", ["name"], concurrently=True)
with op.autocommit_block():
    op.execute("VACUUM authors")
op.execute("INSERT INTO authors (id, name) VALUES (4, 'y')")
raise ValueError("late")
""",
    )
    history.upgrade("c3")
    with pytest.raises(StepFailedError) as failed:
        history.upgrade("d4")
    assert failed.value.rolled_back is False
    assert failed.value.done[-2:] == (
        "VACUUM authors",
        "INSERT INTO authors (id, name) VALUES (***, ***)",
    )
    assert history.ask("SELECT id FROM authors ORDER BY id") == [(1,), (2,), (3,)]
    assert history.heads == ("c3",)


@on_all
def test_a_transaction_of_somebody_else_stays_his(history: History) -> None:
    scripts = history.scripts
    from limbeck.revisions import route

    with history.database.engine().connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql("SELECT 1")
        runner.run(
            connection,
            lambda rows: route.upgrade(scripts.graph, rows, "heads").steps,
            scripts.load,
            Policy(lock=False),
        )
        assert transaction.is_active
        transaction.rollback()
    if history.database.kind == "postgresql":
        assert history.tables == []


@on("postgresql", "sqlite")
@pytest.mark.parametrize("begun", [True, False])
def test_a_failure_in_a_transaction_of_somebody_else_is_his_to_take_back(
    history: History, begun: bool
) -> None:
    """Nothing needs to be undone by hand. On SQLite only where BEGIN was said: Python's driver says it later."""
    from limbeck.revisions import route

    history.upgrade("c3")
    history.write("d4", "c3", BREAKS)
    heard, scripts = Recorder(), history.scripts
    with history.database.engine().connect() as connection, connection.begin():
        if begun and history.database.kind == "sqlite":
            connection.exec_driver_sql("BEGIN")
        with pytest.raises(StepFailedError) as failed:
            plan = lambda rows: route.upgrade(scripts.graph, rows, "d4").steps  # noqa: E731
            runner.run(connection, plan, scripts.load, Policy(lock=False), heard)
    goes = begun or history.database.kind == "postgresql"
    error = failed.value
    assert (error.rolled_back, error.external, error.heads) == (False, goes, ("c3",))
    assert bool(error.done) is not goes
    assert ("by hand" in error.next_step()) is not goes
    assert heard.events[-1] == StepFailed("d4", "upgrade", False, goes)


@on("postgresql")
def test_outside_is_refused_in_a_transaction_of_somebody_else(history: History) -> None:
    from limbeck.revisions import route

    history.write("d4", None, 'with op.autocommit_block():\n    op.execute("VACUUM")')
    scripts = history.scripts
    with history.database.engine().connect() as connection, connection.begin():
        with pytest.raises(StepFailedError) as failed:
            runner.run(
                connection,
                lambda rows: route.upgrade(scripts.graph, rows, "d4").steps,
                scripts.load,
                Policy(lock=False),
            )
        assert isinstance(failed.value.__cause__, TransactionNotOurs)


@on("sqlite")
def test_what_is_told(history: History) -> None:
    heard = Recorder()
    history.upgrade("b2", heard)
    steps = [event for event in heard.events if isinstance(event, (StepStarted, StepFinished))]
    assert steps[0] == StepStarted("a1", "a1 is done", "upgrade", 1, 2, (), ("a1",))
    assert steps[2] == StepStarted("b2", "b2 is done", "upgrade", 2, 2, ("a1",), ("b2",))
    assert [type(event).__name__ for event in heard.events[:2]] == ["RunStarted", "StepStarted"]
    assert type(heard.events[-1]).__name__ == "RunFinished"


# -- scripts ---------------------------------------------------------------------------------------------------

CLIENTS = {"postgresql": "psql", "mariadb": "mariadb"}


def pipe(database: Database, text: str) -> None:
    """The script through the database's own client."""
    if database.kind == "sqlite":
        with sqlite3.connect(sa.make_url(database.url).database or "") as connection:
            connection.executescript(text)
        return
    program = shutil.which(CLIENTS[database.kind])
    if program is None:
        pytest.skip(f"no client {CLIENTS[database.kind]} here")
    url = sa.make_url(database.url)
    host = str(url.query.get("host") or url.query.get("unix_socket") or url.host)
    if database.kind == "postgresql":
        command = [
            program,
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            host,
            "-U",
            url.username or "",
            url.database or "",
        ]
        command += ["-p", str(url.port)] if url.port else []
        command += ["-p", str(url.query["port"])] if "port" in url.query else []
    else:
        where = ["-S", host] if "unix_socket" in url.query else ["-h", host, "-P", str(url.port)]
        command = [program, "--no-defaults", *where, "-u", url.username or "", url.database or ""]
        command += [f"-p{url.password}"] if url.password else []
    done = subprocess.run(
        command,
        input=text,
        text=True,
        capture_output=True,
        env={"PGPASSWORD": url.password or "", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr


@on_all
@MODES
def test_a_script_does_what_a_live_run_does(history: History, transaction: str) -> None:
    history.upgrade(transaction=transaction)
    live = dump(history.database)
    rows = history.ask("SELECT * FROM books"), history.ask("SELECT * FROM authors ORDER BY id"), history.heads
    history.database.empty()
    pipe(history.database, history.script(transaction=transaction))
    assert catalog.difference(live, dump(history.database)) == ""
    assert rows == (
        history.ask("SELECT * FROM books"),
        history.ask("SELECT * FROM authors ORDER BY id"),
        history.heads,
    )


@on("postgresql")
def test_the_text_of_a_script(history: History) -> None:
    lines = [line.rstrip() for line in history.script("b2", ("a1",)).split("\n")]
    assert (
        "\n".join(lines)
        == """\
BEGIN;

-- Running upgrade a1 -> b2

CREATE TABLE books (
    id SERIAL NOT NULL,
    author_id INTEGER,
    title VARCHAR(80) DEFAULT '50% off: it''s' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT books_author_fk FOREIGN KEY(author_id) REFERENCES authors (id)
);

CREATE INDEX books_title ON books (title);

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1';

COMMIT;

"""
    )


@on("sqlite")
def test_a_script_that_cannot_be_written_says_where(history: History) -> None:
    from limbeck.errors import CannotWriteScript

    history.write("d4", "c3", 'for row in op.get_bind().execute(sa.text("SELECT 1")):\n    pass')
    with pytest.raises(CannotWriteScript) as refused:
        history.script("d4")
    assert refused.value.revision == "d4"
    assert refused.value.place.endswith("d4.py:12")
