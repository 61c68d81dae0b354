"""Files of answers: both forms, and what is said about one that cannot be meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limbeck.commands.answers_file import joined, read_answers
from limbeck.commands.questions import Answers, Choice, Question
from limbeck.errors import AnswersUnreadable

SAID = Answers(
    fills={"users.email": "''", "users.age": "0"},
    renames=(("users.mail", "users.email"), ("users.name", "")),
    casts={"t.v": "v::integer"},
    drops={"old": True, "users.keep": False},
)


def read(tmp_path: Path, text: str, name: str = "answers.toml") -> Answers:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_answers(tmp_path / name)


def test_toml(tmp_path: Path) -> None:
    text = """
        fill = {"users.email" = "''", "users.age" = 0}
        [rename]
        "users.mail" = "users.email"
        "users.name" = false
        [cast]
        "t.v" = "v::integer"
        [loss]
        old = true
        "users.keep" = false
    """
    assert read(tmp_path, text) == SAID


def test_json(tmp_path: Path) -> None:
    document = {
        "fill": {"users.email": "''", "users.age": 0},
        "rename": {"users.mail": "users.email", "users.name": False},
        "cast": {"t.v": "v::integer"},
        "loss": {"old": True, "users.keep": False},
    }
    assert read(tmp_path, json.dumps(document), "answers.json") == SAID
    assert read(tmp_path, json.dumps(document), "answers") == SAID  # as is seen by its first sign


def test_the_listing_of_open_questions(tmp_path: Path) -> None:
    def entry(kind: str, key: str, answer: object) -> dict[str, object]:
        table, _, column = key.rpartition(".")
        return {**Question(kind, table, column, "?", "").document(), "answer": answer}

    listed = [
        entry("fill", "users.email", "''"),
        entry("rename", "users.mail", "email"),
        entry("rename", "users.name", "no"),
        entry("loss", "users.old", "yes"),
        entry("loss", "users.open", None),
        entry("cast", "t.v", "leave"),
    ]
    expected = Answers(
        fills={"users.email": "''"},
        renames=(("users.mail", "email"), ("users.name", "")),
        drops={"users.old": True},
    )
    assert read(tmp_path, json.dumps({"revision": "a1", "open": listed})) == expected
    assert read(tmp_path, json.dumps({"error": {"code": "LB601", "evidence": {"open": listed}}})) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[renames]\n", "there is no kind of question 'renames'"),
        ("[rename\n", "it is not TOML"),
        ('{"rename": ', "it is not JSON"),
        ("[1]", "there is no kind of question '1'"),
        ('rename = "x"\n', "[rename] is no table of answers"),
        ('[rename]\n"users.mail" = 3\n', "rename.users.mail is no new name"),
        ('[loss]\n"users.mail" = "maybe"\n', "loss.users.mail is neither yes nor no"),
        ('[loss]\n"users.mail" = 1\n', "loss.users.mail is neither yes nor no"),
        ('[fill]\n"users.mail" = true\n', "fill.users.mail is no SQL text"),
        ('[cast]\n"users.mail" = ""\n', "cast.users.mail is no SQL text"),
        ('{"open": [{"kind": "fill"}]}', 'an entry of "open" has no key'),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AnswersUnreadable) as raised:
        read(tmp_path, text)
    assert said in raised.value.what()
    assert raised.value.next_step() != ""


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(AnswersUnreadable, match="No such file or directory"):
        read_answers(tmp_path / "nowhere")
    (tmp_path / "answers").write_bytes(b"\xff\xfe")
    with pytest.raises(AnswersUnreadable, match="it is not UTF-8"):
        read_answers(tmp_path / "answers")


def test_two_sayings_of_one_thing() -> None:
    first = Answers(fills={"a": "1", "b": "1"}, renames=(("x", "y"),), drops={"d": False})
    second = Answers(fills={"a": "2"}, renames=(("x", ""),), drops={"d": True}, accept_loss=True)
    assert joined(first, second) == Answers(
        fills={"a": "2", "b": "1"}, renames=(("x", ""),), drops={"d": True}, accept_loss=True
    )


# -- the questions themselves -----------------------------------------------------------------------------------


def test_the_safe_answer_is_the_last() -> None:
    ways = (Choice("yes", "do it", "--drop t"), Choice("leave", "leave it"))
    question = Question("loss", "t", "", "?", "", (), ways)
    assert (question.key, question.safe.answer, question.option) == ("t", "leave", "--drop t")


def test_what_to_type_survives_a_shell() -> None:
    question = Question("fill", "t", "c", "?", "'a\"b$c'")
    assert question.option == '--default t.c="\'a\\"b\\$c\'"'
