"""Statements that are sent without waiting: what is told, what fails and what stays is as if each had been waited for."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from history import History, Recorder

import catalog
from conftest import on
from limbeck.errors import Interrupted, StepFailedError
from limbeck.events import StepFailed, StepFinished, StepStarted
from limbeck.shore import pipeline
from servers import Database

pytestmark = on("postgresql")
STEPS = 150


@pytest.fixture
def history(database: Database, tmp_path: Path) -> History:
    made = History(tmp_path, database)
    made.write("n0", None, 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))')
    for number in range(1, STEPS):
        made.write(f"n{number}", f"n{number - 1}", f'op.add_column("t", sa.Column("c{number}", sa.Integer))')
    return made


@pytest.fixture(autouse=True)
def nobody_listens() -> Iterator[None]:
    """GeoAlchemy2, once a test of this process has imported it, listens to every engine, and a run that is overheard sends
    nothing ahead. For as long as a test here lasts, its listener is taken away."""
    listeners = sa.Engine.dispatch.before_execute._clslevel
    kept = [(each, list(each)) for each in listeners.values()]
    for each, _ in kept:
        each.clear()
    yield
    for each, before in kept:
        each.extend(before)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that went ahead."""
    texts: list[str] = []
    send = pipeline.Pipeline.send

    def told(self: pipeline.Pipeline, statement: object) -> None:
        texts.append(statement.text)  # type: ignore[attr-defined]
        send(self, statement)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline.Pipeline, "send", told)
    return texts


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts of each message that went out; none goes earlier because this machine is slow."""
    monkeypatch.setattr(pipeline, "PATIENCE", 3600)
    found: list[list[str]] = []
    go = pipeline.Pipeline._go

    def told(self: pipeline.Pipeline) -> None:
        go(self)
        found.append([entry.text for entry in self._awaited])

    monkeypatch.setattr(pipeline.Pipeline, "_go", told)
    return found


def kinds(heard: Recorder) -> list[object]:
    return [
        (type(e).__name__, getattr(e, "revision", getattr(e, "text", "")))
        for e in heard.events
        if "UPDATE alembic_version" not in getattr(e, "text", "")
        and "INSERT INTO alembic_version" not in getattr(e, "text", "")
    ]


def dump(history: History) -> object:
    with history.database.engine().connect() as connection:
        return catalog.dump(connection, exclude=())


def test_all_is_told_in_order_and_ends_the_same(history: History, sent: list[str]) -> None:
    ahead, one_by_one = Recorder(), Recorder()
    outcome = history.upgrade(reporter=ahead)
    assert len(sent) == STEPS
    assert outcome.steps == tuple(f"n{n}" for n in range(STEPS))
    made = dump(history)
    history.database.empty()
    history.upgrade(reporter=one_by_one, transaction="step")
    assert len(sent) == STEPS
    assert dump(history) == made
    assert kinds(ahead) == kinds(one_by_one)
    assert all(e.seconds >= 0 for e in ahead.events if isinstance(e, StepFinished))


@pytest.mark.parametrize("bad", [0, 1, 15, 16, 70, STEPS - 1])
def test_an_error_belongs_to_its_statement_its_step_and_its_line(
    history: History, sent: list[str], bad: int
) -> None:
    twice = 'op.create_table("u", sa.Column("id", sa.Integer))\n' * 2
    history.write(f"n{bad}", f"n{bad - 1}" if bad else None, f"pass\n{twice}")
    heard = Recorder()
    with pytest.raises(StepFailedError) as failed:
        history.upgrade(reporter=heard)
    error = failed.value
    assert len(sent) >= bad + 1
    assert error.revision == f"n{bad}"
    assert error.place.endswith(f"n{bad}.py:14")
    assert error.statement.startswith("CREATE TABLE u")
    assert 'relation "u" already exists' in error.said
    assert (error.rolled_back, error.heads) == (True, ())
    steps = [e for e in heard.events if isinstance(e, (StepStarted, StepFinished, StepFailed))]
    assert [e.revision for e in steps if isinstance(e, StepFinished)] == [f"n{n}" for n in range(bad)]
    assert [e.revision for e in steps][-2:] == [f"n{bad}"] * 2
    assert steps[-1] == StepFailed(f"n{bad}", "upgrade", True)
    assert history.tables == []


@pytest.mark.parametrize("bad", [1, 3, 17, 40])
def test_what_cannot_be_read_is_blamed_though_nothing_of_its_message_ran(
    history: History, messages: list[list[str]], bad: int
) -> None:
    history.write(
        f"n{bad}",
        f"n{bad - 1}",
        'op.add_column("t", sa.Column("é", sa.Integer, server_default=sa.text("(1")))',
    )
    heard = Recorder()
    with pytest.raises(StepFailedError, match="syntax error") as failed:
        history.upgrade(reporter=heard)
    assert max(map(len, messages)) > 8
    assert failed.value.revision == f"n{bad}"
    assert failed.value.statement == 'ALTER TABLE t ADD COLUMN "é" INTEGER DEFAULT (1'
    finished = [e.revision for e in heard.events if isinstance(e, StepFinished)]
    assert finished == [f"n{n}" for n in range(bad)][: len(finished)]
    assert history.tables == []


def test_only_statements_on_new_tables_share_a_message(history: History, messages: list[list[str]]) -> None:
    """On what may hold rows a statement may take long, and then the one that runs is known."""
    history.upgrade("n0")
    messages.clear()
    history.write("n1", "n0", 'op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))')
    refers = 'op.create_table("w", sa.Column("t", sa.Integer, sa.ForeignKey("t.id")))'
    history.write("n2", "n1", refers)
    for number in range(3, 40):
        history.write(
            f"n{number}", f"n{number - 1}", f'op.add_column("u", sa.Column("c{number}", sa.Integer))'
        )
    history.upgrade()
    shared = [text for message in messages if len(message) > 1 for text in message]
    assert len(shared) > 30
    assert all("TABLE u" in text for text in shared)
    assert ["w" in text for message in messages for text in message if "CREATE" in text] == [False, True]
    assert all(
        len(message) == 1 for message in messages if "TABLE t" in message[0] or "TABLE w" in message[0]
    )


def test_tables_that_somebody_may_have_filled_are_not_new(
    history: History, messages: list[list[str]]
) -> None:
    for number in range(1, STEPS):
        history.write(
            f"n{number}", f"n{number - 1}", f'op.add_column("t", sa.Column("c{number}", sa.Integer))'
        )
    history.write("n5", "n4", "op.execute('INSERT INTO t (id) VALUES (1)')")
    history.upgrade()
    late = [message for message in messages if any("c6" in text or "c99" in text for text in message)]
    assert late and {len(message) for message in late} == {1}
    assert history.ask("SELECT id FROM t") == [(1,)]


@pytest.mark.parametrize("text", ["'a", "$$a", "1 -- a", "1 /* a", "'a\\"])
def test_a_text_that_does_not_end_takes_nothing_with_it(
    history: History, messages: list[list[str]], text: str
) -> None:
    """Two that are open might close each other, and mean what nobody said."""
    for number in (3, 4):
        column = f'sa.Column("x{number}", sa.Text, server_default=sa.text("""{text}"""))'
        history.write(f"n{number}", f"n{number - 1}", f'op.add_column("t", {column})')
    try:
        history.upgrade()
    except StepFailedError as failed:
        assert failed.revision == "n3"
        assert history.tables == []
    else:  # a comment is a comment
        assert text == "1 -- a"
    assert all(len(message) == 1 for message in messages if any("x3" in said for said in message))


def test_the_earlier_error_comes_first(history: History) -> None:
    history.write("n5", "n4", 'op.drop_column("t", "nowhere")')
    history.write("n6", "n5", 'op.add_column("t", sa.Column("x", sa.Integer), nonsense=True)')
    with pytest.raises(StepFailedError) as failed:
        history.upgrade()
    assert failed.value.revision == "n5"
    assert "nowhere" in failed.value.said


def test_an_error_of_python_comes_when_all_before_it_is_done(history: History) -> None:
    history.write("n6", "n5", 'op.add_column("t", sa.Column("x", sa.Integer), nonsense=True)')
    heard = Recorder()
    with pytest.raises(StepFailedError) as failed:
        history.upgrade(reporter=heard)
    assert failed.value.revision == "n6"
    assert [e.revision for e in heard.events if isinstance(e, StepFinished)] == [f"n{n}" for n in range(6)]
    assert history.tables == []


def test_what_reads_the_catalog_sees_all_before_it(history: History) -> None:
    rename = 'op.alter_column("t", "c1", type=sa.String(9))\nop.rename_column("t", "c2", "renamed")'
    history.write(f"n{STEPS}", f"n{STEPS - 1}", rename)
    history.write("last", f"n{STEPS}", 'op.get_bind().execute(sa.text("SELECT renamed, c3 FROM t"))')
    assert history.upgrade().heads_after == ("last",)


def test_text_with_a_semicolon_goes_alone(history: History, sent: list[str]) -> None:
    comment = 'op.create_table("u", sa.Column("id", sa.Integer, server_default=sa.text("length(\'a;b\')")))'
    history.write(f"n{STEPS}", f"n{STEPS - 1}", comment)
    history.upgrade()
    assert len(sent) == STEPS
    assert "u" in history.tables


def test_names_and_texts_of_all_kinds_arrive(history: History, sent: list[str]) -> None:
    column = """sa.Column('100% "ü"', sa.String(20), server_default="it's :x %s $1 \\\\ é")"""
    history.write(f"n{STEPS}", f"n{STEPS - 1}", f'op.create_table("u", {column})')
    history.upgrade()
    assert len(sent) == STEPS + 1
    with history.database.engine().begin() as connection:
        connection.exec_driver_sql("INSERT INTO u DEFAULT VALUES")
    assert history.ask("SELECT * FROM u") == [("it's :x %s $1 \\ é",)]


def test_where_somebody_listens_every_statement_goes_the_usual_way(history: History, sent: list[str]) -> None:
    texts: list[str] = []

    def heard(_connection: object, _cursor: object, text: str, *_: object) -> None:
        texts.append(text)

    sa.event.listen(sa.Engine, "after_cursor_execute", heard)
    try:
        history.upgrade("n9")
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", heard)
    assert sent == []
    assert len([text for text in texts if text.startswith("ALTER")]) == 9


@pytest.mark.parametrize("driver", ["psycopg2"])
def test_other_drivers_are_waited_for(history: History, sent: list[str], driver: str) -> None:
    pytest.importorskip(driver, reason=f"{driver} is not installed here")
    history.database.url = history.database.url.replace("+psycopg:", f"+{driver}:")
    assert f"+{driver}" in history.database.url
    assert len(history.upgrade().steps) == STEPS
    assert sent == []


def test_ctrl_c_stops_the_statement_that_runs(history: History) -> None:
    history.upgrade("n0")
    with history.database.engine().connect() as other:
        other.exec_driver_sql("LOCK TABLE t")
        process = history.process()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE 'ALTER%%'"
        )
        with history.database.engine().connect() as third:
            for _ in range(300):
                if third.exec_driver_sql(waiting).scalar():
                    break
                third.rollback()
                time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert "Interrupted in upgrade n1, which was rolled back; the database stands at n0." in out
    assert history.heads == ("n0",)
    assert history.ask("SELECT count(*) FROM information_schema.columns WHERE table_name = 't'") == [(1,)]


def test_what_cannot_be_given_up_is_cut_off(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption while the server cannot be reached any more: the connection is dropped, the report stays."""

    def refuse(self: pipeline.Pipeline) -> object:
        raise psycopg.OperationalError("gone")

    class Stops(Recorder):
        def tell(self, event: object) -> None:
            if isinstance(event, StepFinished) and event.revision == "n20":
                raise KeyboardInterrupt

    monkeypatch.setattr(pipeline.Pipeline, "_leave", refuse)
    with pytest.raises(Interrupted) as stopped:
        history.upgrade(reporter=Stops())
    assert (stopped.value.rolled_back, stopped.value.heads) == (True, ())
    assert history.tables == []


def test_a_connection_that_breaks_is_one_error(history: History) -> None:
    history.upgrade("n0")

    def kill() -> None:
        with history.database.engine().connect() as third:
            for _ in range(300):
                killed = third.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    " AND query LIKE 'ALTER%%' AND datname = current_database()"
                ).all()
                third.rollback()
                if killed:
                    return
                time.sleep(0.05)

    with history.database.engine().connect() as other:
        other.exec_driver_sql("LOCK TABLE t")
        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(Exception) as failed:
            history.upgrade()
        killer.join()
    assert "terminat" in str(failed.value) or "closed" in str(failed.value)
    assert history.upgrade().heads_after == (f"n{STEPS - 1}",)
