"""The table of errors: codes are unique and belong to their family; every error can be told, pickled and masked."""

from __future__ import annotations

import ast
import pickle
from importlib import import_module
from pathlib import Path

import pytest

from limbeck import errors
from limbeck.errors import Exit, LimbeckError, mask_url

FAMILIES = {
    "1": errors.UsageError,
    "2": errors.RevisionError,
    "3": errors.ScriptError,
    "4": errors.EnvironmentFault,
    "5": errors.SchemaError,
    "6": errors.AutogenerateError,
    "7": errors.RunError,
}
ALL = [
    c
    for family in errors.FAMILIES
    for c in vars(import_module(f"limbeck.errors.{family}")).values()
    if isinstance(c, type) and issubclass(c, LimbeckError) and c is not LimbeckError
]
FILES = sorted(Path(errors.__file__).parent.glob("*.py"))


def test_no_name_and_no_code_stands_twice() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES]
    names = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))
    codes = [cls.code for cls in ALL if "code" in vars(cls)]
    assert sorted(codes) == sorted(set(codes))


def test_every_family_is_a_file_and_every_error_is_had_from_the_room() -> None:
    assert {path.stem for path in FILES} == {"__init__", "base", *errors.FAMILIES}
    assert [cls.__name__ for cls in ALL if getattr(errors, cls.__name__) is not cls] == []
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = errors.Nonsense  # type: ignore[attr-defined]


@pytest.mark.parametrize("cls", ALL, ids=lambda c: c.__name__)
def test_each_stands_in_the_file_of_its_family(cls: type[LimbeckError]) -> None:
    assert cls.__module__ == FAMILIES[cls.code[2]].__module__


@pytest.mark.parametrize("cls", ALL, ids=lambda c: c.__name__)
def test_a_code_belongs_to_its_family(cls: type[LimbeckError]) -> None:
    assert issubclass(cls, FAMILIES[cls.code[2]])
    assert cls.exit_code in {value for name, value in vars(Exit).items() if name.isupper()}


def test_fields_are_named_and_needed() -> None:
    with pytest.raises(TypeError, match="no field 'nonsense'"):
        errors.OpenQuestions(questions=(), options=(), nonsense=1)
    with pytest.raises(TypeError, match="needs the field"):
        errors.OpenQuestions(questions=())  # type: ignore[call-arg]


def test_errors_travel_between_processes() -> None:
    error = errors.OpenQuestions(questions=("a?",), options=("--x",))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.evidence(), str(again)) == (type(error), error.evidence(), str(error))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "refused (postgresql://u:p)w@h/d?password=geh)eim).",
            "refused (postgresql://u:***@h/d?password=***).",
        ),
        ("UPDATE t SET secret=?, n=1", "UPDATE t SET secret=***, n=1"),
        ("postgres://u:secret@h/d", "postgres://u:***@h/d"),
        ("postgres://u:se@cr:et@h:5432/d?x=1", "postgres://u:***@h:5432/d?x=1"),
        ("mysql://h/d?password=secret&user=u", "mysql://h/d?password=***&user=u"),
        (
            "could not connect to postgresql+psycopg://u:secret@h/d, sorry",
            "could not connect to postgresql+psycopg://u:***@h/d, sorry",
        ),
        ("sqlite:///a.db", "sqlite:///a.db"),
        ("postgres://u@h/d", "postgres://u@h/d"),
    ],
)
def test_passwords_are_masked_wherever_a_url_can_hold_one(text: str, masked: str) -> None:
    assert mask_url(text) == masked
