"""What listings look like: in a pipe, with -v, on a terminal."""

from __future__ import annotations

import io

import pytest
from typed import Limbeck, limbeck, project  # noqa: F401 (fixtures)

from limbeck.cli.look import Look, duration, printable, shortened, width


def test_history_newest_first(limbeck: Limbeck) -> None:
    assert limbeck("history").out == (
        "c3  (no message)   (head, label shop)\n"
        "d4  \\x1b[31mréd    (head, label web)\n"
        "b2  add a name     (label web)\n"
        "a1  the beginning  (branch point)\n"
    )


def test_heads_with_all_that_is_known(limbeck: Limbeck) -> None:
    said = limbeck("show", "c3")
    assert [line.split()[0] for line in said.out.splitlines()] == [
        "revision",
        "parents",
        "labels",
        "date",
        "file",
    ]
    assert "revision  c3 (head)\n" in said.out


def test_branches(limbeck: Limbeck) -> None:
    assert limbeck("branches").out == (
        "a1       the beginning  (branch point)\n"
        "  -> b2  add a name     (label web)\n"
        "  -> c3  (no message)   (head, label shop)\n"
    )


def test_where_the_database_stands(limbeck: Limbeck) -> None:
    assert limbeck("current").out == "The database stands at the base: no revision has been run on it.\n"
    limbeck("upgrade", "web@head", "c3")
    assert sorted(limbeck("current").out.splitlines()) == [
        "c3  (no message)  (head, label shop)",
        "d4  \\x1b[31mréd   (head, label web)",
    ]
    assert "(head, current, " not in limbeck("history").out
    assert "(current, head, label shop)" in limbeck("history", "-i").out


def test_a_row_nobody_knows(limbeck: Limbeck) -> None:
    limbeck("upgrade", "a1")
    import sqlite3

    with sqlite3.connect("app.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'zz'")
    database.close()
    assert limbeck("current").out.split() == ["zz", "(not", "among", "the", "revision", "files)"]


def test_the_steps_of_a_run(limbeck: Limbeck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limbeck.cli.reporter.duration", lambda seconds: "1 ms")
    assert limbeck("upgrade", "b2").out == (
        "[1/2] + a1  the beginning  1 ms\n[2/2] + b2  add a name  1 ms\nnow at b2\n"
    )
    assert limbeck("downgrade", "-1").out == "- b2  add a name  1 ms\nnow at a1\n"
    assert limbeck("stamp", "b2").out == "= b2  1 ms\nnow at b2\n"
    assert limbeck("upgrade", "b2").out == "nothing to do: the database stands at b2\n"


def test_quiet_says_what_was_asked_for_alone(limbeck: Limbeck) -> None:
    assert limbeck("-q", "upgrade", "c3").out == ""
    assert limbeck("-q", "current").out == "c3  (no message)  (head, label shop)\n"


def test_verbose_shows_the_sql(limbeck: Limbeck) -> None:
    assert "    ALTER TABLE authors ADD COLUMN name VARCHAR(50)\n" in limbeck("upgrade", "-v", "b2").out


# -- on a terminal ----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROWS = [["a1", "a message that is longer than the terminal is wide", "(head)"], ["b2", "short", ""]]


def drawn(columns: int, monkeypatch: pytest.MonkeyPatch, **more: str) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    Look(out=out, **more).rows(ROWS, ("cyan", "", "dim"), header=("revision", "message", ""), cut=1)  # type: ignore[arg-type]
    return out.getvalue()


def test_lines_fit_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(40, monkeypatch, color="never")
    assert text.splitlines() == [
        "revision  message",
        "─" * 40,
        "a1        a message that is l...  (head)",
        "b2        short",
    ]
    assert max(map(len, text.splitlines())) <= 40


def test_nothing_is_cut_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "a message that is longer than the terminal is wide  (head)" in drawn(
        120, monkeypatch, color="never"
    )


def test_colours_on_a_terminal_and_never_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = drawn(80, monkeypatch)
    assert "\x1b[36mb2" in painted
    assert "\x1b[32mhead" in painted
    out = Terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    Look(out=out).rows(ROWS, ("cyan", "", "dim"))
    assert "\x1b" not in out.getvalue()
    Look(out=out, color="always").rows(ROWS, ("cyan", "", "dim"))
    assert "\x1b[36mb2" in out.getvalue()


def test_no_colour_in_a_pipe_and_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Look().colours(io.StringIO())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not Look().colours(Terminal())


def test_a_terminal_that_is_not_unicode_gets_other_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Terminal, "encoding", "latin-1", raising=False)
    assert set(drawn(60, monkeypatch, color="never").splitlines()[1]) == {"-"}


def test_what_looks_like_markup_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()
    rows = [["a1", "[bold]x[/] :smile: [link=y]", ""]]
    Look(out=out, color="never").rows(rows, ("", "", ""), header=("revision", "message", ""))
    assert out.getvalue().splitlines()[-1] == "a1        [bold]x[/] :smile: [link=y]"


def test_a_very_long_table_is_written_in_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limbeck.cli.drawn.LONGEST", 1)
    assert "─" not in drawn(60, monkeypatch, color="never")


def test_a_line_that_moves_fits_and_tells_how_long() -> None:
    from limbeck.cli.drawn import moving

    words = {"width": 40, "colours": False, "unicode": True}
    assert moving("SELECT pg_sleep(3)", "3.2 s", 3.2, share=None, **words)[4:] == "SELECT pg_sleep(3)  3.2 s"  # type: ignore[arg-type]
    for share in (None, 0.5):
        line = moving("x" * 99, "3.2 s", 3.2, share=share, **words)  # type: ignore[arg-type]
        assert line.endswith("…  3.2 s")
        assert width(line) < 40


def test_how_wide_letters_are() -> None:
    assert [width("abc"), width("é"), width("e\u0301"), width("日本")] == [3, 1, 1, 4]
    assert shortened("日本語のメッセージ", 12) == "日本語の..."
    assert printable("a\tb\x07\x1b[2Jc") == "a\\tb\\x07\\x1b[2Jc"


def test_durations() -> None:
    assert [duration(s) for s in (0.0001, 0.25, 3.21, 75, 200)] == [
        "1 ms",
        "250 ms",
        "3.2 s",
        "75.0 s",
        "3 min 20 s",
    ]
