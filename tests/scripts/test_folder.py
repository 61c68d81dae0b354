"""A project's revision files: listed, read, and run one by one."""

from __future__ import annotations

import os
import pickle
import py_compile
import shutil
import sys
import traceback
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from limbeck.errors import (
    FunctionMissing,
    MissingParent,
    NoSuchRevision,
    ScriptBroken,
    ScriptExited,
    ScriptNeeded,
)
from limbeck.events import Event, Noticed, Reporter
from limbeck.revisions import parse, resolve
from limbeck.scripts.bytecode import HashedFileLoader
from limbeck.scripts.folder import ScriptFolder
from limbeck.scripts.loader import load, module_name


def put(folder: Path, name: str, parent: str | None = None, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_x.py"
    path.write_text(f'"""change {name}"""\nrevision = {name!r}\ndown_revision = {parent!r}\n{more}')
    return path


def test_a_history(tmp_path: Path) -> None:
    put(tmp_path, "a1")
    second = put(tmp_path, "b2", "a1")
    for name in ("__init__.py", ".#b2_x.py", "env.py", "README", "b2_x.py.orig"):
        (tmp_path / name).write_text("1 / 0")
    (tmp_path / "notes.py").write_text("from string import digits\n")
    folder = ScriptFolder([tmp_path])
    assert folder.graph.heads == ("b2",)
    assert folder.graph["b2"].message == "change b2"
    assert folder.path("b2") == str(second)
    assert folder.others == (str(tmp_path / "notes.py"),)
    assert folder.broken == ()


def test_a_folder_that_is_not_there_has_no_revisions(tmp_path: Path) -> None:
    assert ScriptFolder([tmp_path / "none"]).graph.heads == ()


def test_several_locations_that_overlap(tmp_path: Path) -> None:
    put(tmp_path / "a/v1.2", "a1")
    put(tmp_path / "a/v1.2/__pycache__", "c3")
    put(tmp_path / "b", "b2", "a1")
    assert list(ScriptFolder([tmp_path / "a", tmp_path / "b"]).graph) == ["b2"]
    folder = ScriptFolder([tmp_path / "a", tmp_path / "b", tmp_path / "a/v1.2"], recursive=True)
    assert list(folder.graph) == ["a1", "b2"]
    assert folder.doubled == (str(tmp_path / "a/v1.2/a1_x.py"),)
    (tmp_path / "b/again").symlink_to(tmp_path / "b")
    assert list(ScriptFolder([tmp_path / "b"], recursive=True).graph) == ["b2"]


class Heard(Reporter):
    def __init__(self) -> None:
        self.events: list[Event] = []

    def tell(self, event: Event) -> None:
        self.events.append(event)


def test_a_broken_file_stops_only_what_needs_it(tmp_path: Path) -> None:
    put(tmp_path, "a1")
    bad = tmp_path / "bad2_x.py"
    bad.write_text(
        "revision = 'bad2'\ndown_revision = 'a1'\n\n)\nrevision\n".replace(
            "revision = 'bad2'\ndown", "if 1:\n  revision = 'bad2'\ndown"
        )
    )
    put(tmp_path, "c3", "bad2")
    put(tmp_path, "d4", "a1")
    heard = Heard()
    folder = ScriptFolder([tmp_path], reporter=heard)
    assert folder.graph.heads == ("c3", "d4")
    assert heard.events == [
        Noticed(f"{bad}:5: unmatched ')'.", "Mend that file, or move it out of the folder of revisions.")
    ]
    folder.graph.require_sound(["a1", "d4"])
    with pytest.raises(ScriptNeeded) as error, folder.explaining():
        folder.graph.require_sound(["c3"])
    assert str(error.value) == (
        "The way leads through revision bad2, which is not among the files that can be read:\n"
        f"- {bad}:5: unmatched ')'.\n"
        "Mend that file first; commands that do not need it go on working."
    )
    with pytest.raises(ScriptNeeded), folder.explaining():
        resolve(folder.graph, parse("bad2"))
    with pytest.raises(NoSuchRevision), folder.explaining():
        resolve(folder.graph, parse("zzz9"))


def test_a_missing_file_is_no_broken_file(tmp_path: Path) -> None:
    put(tmp_path, "c3", "gone")
    (tmp_path / "other.py").write_text(")")
    folder = ScriptFolder([tmp_path])
    with pytest.raises(MissingParent), folder.explaining():
        folder.graph.require_sound(["c3"])


def test_files_are_run_when_needed_and_once(tmp_path: Path) -> None:
    put(tmp_path, "a1", None, "print('run')\ndef upgrade(): return 7\n")
    put(tmp_path, "b2", "a1", "1 / 0\n")
    folder = ScriptFolder([tmp_path])
    assert folder.graph.heads == ("b2",)
    assert folder.load("a1") is folder.load("a1")
    assert folder.load("a1").function("upgrade")() == 7
    with pytest.raises(ScriptBroken) as error:
        folder.load("b2")
    assert error.value.what() == f"{tmp_path}/b2_x.py:4: ZeroDivisionError: division by zero"


def test_a_plan_needs_its_functions(tmp_path: Path) -> None:
    put(tmp_path, "a1", None, "def upgrade(): pass\ndowngrade = NotImplemented\n")
    put(tmp_path, "b2", "a1", "def upgrade(): pass\n")
    folder = ScriptFolder([tmp_path])
    folder.require(["a1", "b2"], "upgrade")
    with pytest.raises(FunctionMissing) as error:
        folder.require(["b2"], "downgrade")
    assert str(error.value) == (
        f"{tmp_path}/b2_x.py has no function downgrade().\nWrite `def downgrade() -> None:` there."
    )


@pytest.mark.parametrize("status", ["", "0", "3", "'no'"])
def test_leaving_by_sys_exit_is_a_failure(status: str, tmp_path: Path) -> None:
    path = put(tmp_path, "a1", None, f"import sys\n\ndef upgrade():\n    sys.exit({status})\n")
    with pytest.raises(ScriptExited) as error:
        load(str(path)).function("upgrade")()
    assert error.value.what() == f"{path}:7: upgrade() called sys.exit({status}), so it did not finish."
    path = put(tmp_path, "b2", None, f"raise SystemExit({status})\n")
    with pytest.raises(ScriptExited) as error:
        load(str(path))
    assert error.value.what() == f"{path}:4: the file called sys.exit({status}), so it did not finish."
    assert module_name(str(path)) not in sys.modules


def test_a_loaded_file_is_a_proper_module(tmp_path: Path) -> None:
    more = "class Thing:\n    size = 1\n\ndef upgrade():\n    raise KeyError('k')\n"
    loaded = load(str(put(tmp_path, "a1", None, more)))
    thing = loaded.module.Thing()
    assert type(pickle.loads(pickle.dumps(thing))) is loaded.module.Thing
    with pytest.raises(KeyError) as error:
        loaded.function("upgrade")()
    assert "raise KeyError('k')" in "".join(traceback.format_exception(error.value))


def test_files_import_what_lies_beside_them(tmp_path: Path) -> None:
    (tmp_path / "beside_one.py").write_text("VALUE = 4\n")
    (tmp_path / "beside_two.py").write_text("VALUE = 5\n")
    path = put(
        tmp_path,
        "a1",
        None,
        "from beside_one import VALUE\ndef upgrade():\n    import beside_two\n    return VALUE, beside_two.VALUE\n",
    )
    before = list(sys.path)
    assert load(str(path)).function("upgrade")() == (4, 5)
    assert sys.path == before


def rewritten(path: Path, old: str, new: str) -> None:
    """As an editor does within one second: the same size and the same date."""
    date = path.stat().st_mtime_ns
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(date, date))


def test_a_file_that_is_rewritten_within_a_second_runs_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = put(tmp_path, "a1", None, "def upgrade(): return 1\n")
    py_compile.compile(str(path))  # as another tool did
    for number in (1, 2, 3):
        if number > 1:
            rewritten(path, f"return {number - 1}", f"return {number}")
        for _ in range(2):
            assert load(str(path)).function("upgrade")() == number


def test_byte_code_is_used_while_the_source_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = put(tmp_path, "a1", None, "def upgrade(): return 1\n")
    load(str(path))
    kept = Path(cache_from_source(str(path)))
    assert kept.read_bytes()[4:8] == b"\x03\0\0\0"
    monkeypatch.setattr(HashedFileLoader, "source_to_code", None)
    assert load(str(path)).function("upgrade")() == 1
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "__pycache__").mkdir()
    shutil.copy(path, moved)
    shutil.copy(kept, moved / "__pycache__")
    assert load(str(moved / path.name)).function("upgrade").__wrapped__.__code__.co_filename == str(
        moved / path.name
    )


def test_two_files_with_one_name_are_two_modules(tmp_path: Path) -> None:
    one, two = put(tmp_path / "a", "a1"), put(tmp_path / "b", "a1")
    assert load(str(one)).module is not load(str(two)).module
    assert load(str(one)).module.__name__ != load(str(two)).module.__name__


def test_without_sources(tmp_path: Path) -> None:
    py_compile.compile(str(put(tmp_path, "a1")), cfile=str(tmp_path / "a1_x.pyc"))
    py_compile.compile(str(put(tmp_path, "b2", "a1")))
    os.remove(tmp_path / "a1_x.py")  # noqa: PTH107
    os.remove(tmp_path / "b2_x.py")  # noqa: PTH107
    put(tmp_path, "c3", "b2")
    assert list(ScriptFolder([tmp_path]).graph) == ["c3"]
    folder = ScriptFolder([tmp_path], sourceless=True)
    assert sorted(folder.graph) == ["a1", "b2", "c3"]
    assert folder.graph["b2"].message == "change b2"


def test_files_are_read_once_until_refreshed(tmp_path: Path) -> None:
    put(tmp_path, "a1")
    folder = ScriptFolder([tmp_path])
    assert list(folder.graph) == ["a1"]
    put(tmp_path, "b2", "a1")
    assert list(folder.graph) == ["a1"]
    folder.refresh()
    assert list(folder.graph) == ["a1", "b2"]
