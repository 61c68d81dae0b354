"""What may be typed, and what is said about the rest."""

from __future__ import annotations

import pytest
from typed import Limbeck, limbeck, project  # noqa: F401 (fixtures)

from limbeck.cli.arguments import COMMANDS, build, joined, parse
from limbeck.errors import NoSuchCommand


@pytest.mark.parametrize("words", [["-q", "heads"], ["heads", "-q"]])
def test_options_of_all_commands_stand_before_or_behind(words: list[str]) -> None:
    assert parse(words).quiet is True


def test_one_command_alone_is_built_as_among_all() -> None:
    for name in COMMANDS:
        words = [name, *(["x"] if name in ("downgrade", "stamp") else [])]
        if name == "run":
            continue
        alone, among = vars(build(name).parse_args(words)), vars(build().parse_args(words))
        assert {**alone, "parser": None} == {**among, "parser": None}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["history", "-r", "-3:current"], ["history", "-r-3:current"]),
        (["history", "--rev-range", "-3:"], ["history", "--rev-range=-3:"]),
        (["history", "-r"], ["history", "-r"]),
        (["run", "--", "-r", "x"], ["run", "--", "-r", "x"]),
    ],
)
def test_a_range_may_begin_with_a_minus(typed: list[str], meant: list[str]) -> None:
    assert joined(typed) == meant


@pytest.mark.parametrize("place", ["-1", "base", "ae10-1"])
def test_a_place_may_begin_with_a_minus(place: str) -> None:
    assert parse(["downgrade", place]).revision == place


def test_no_option_is_guessed_from_its_beginning(limbeck: Limbeck) -> None:
    said = limbeck("heads", "--verb")
    assert (said.code, said.err) == (
        2,
        "error: unrecognized arguments: --verb\n  limbeck --help says what may be typed.\n",
    )


def test_a_word_that_is_no_command() -> None:
    with pytest.raises(
        NoSuchCommand, match=r"There is no command 'histroy'\.\nDid you mean: limbeck history"
    ):
        parse(["histroy"])


def test_nothing_typed_shows_what_may_be(limbeck: Limbeck) -> None:
    said = limbeck()
    assert said.code == 2
    assert all(f"\n    {name} " in said.out for name in COMMANDS)


def test_help_of_a_command_is_as_wide_as_the_terminal(
    limbeck: Limbeck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = limbeck("revision", "--help")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 60
