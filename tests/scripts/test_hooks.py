"""Programs that are run on a new file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from limbeck.config import Hook
from limbeck.errors import EditorFailed, HookFailed
from limbeck.scripts.editor import edit, editor
from limbeck.scripts.hooks import arguments, command, run_hooks

FILE = Path("/p/it's new.py")


@pytest.mark.parametrize(
    ("options", "made"),
    [
        ("", [str(FILE)]),
        ("-l 79", [str(FILE), "-l", "79"]),
        ("--fix REVISION_SCRIPT_FILENAME --x='a b'", ["--fix", str(FILE), "--x=a b"]),
        ("--file=REVISION_SCRIPT_FILENAME", [f"--file={FILE}"]),
    ],
)
def test_options(options: str, made: list[str]) -> None:
    assert arguments(options, FILE) == made


def test_hooks_run_in_their_folder(tmp_path: Path) -> None:
    file = tmp_path / "new one.py"
    file.write_text("x")
    (tmp_path / "marker.py").write_text("import sys; open(sys.argv[1], 'a').write(' marked')")
    run_hooks(
        file, [Hook("m", "exec", sys.executable, "marker.py REVISION_SCRIPT_FILENAME")], folder=tmp_path
    )
    run_hooks(file, [Hook("m", "module", "json.tool", "--help")], folder=tmp_path)
    assert file.read_text() == "x marked"


def test_an_entry_point() -> None:
    assert command(Hook("r", "console_scripts", "pytest", "--version"), FILE)[-2:] == [str(FILE), "--version"]


@pytest.mark.parametrize(
    ("hook", "why"),
    [
        (Hook("black", "console_scripts", "no-such"), "there is no entry point 'no-such'."),
        (Hook("black", "module", "no.such"), "there is no module 'no.such'. Install it, or correct `module`."),
        (Hook("black", "exec", "/no/such"), "there is no program '/no/such'."),
        (Hook("black", "exec", sys.executable, "-c 'raise SystemExit(3)'"), "it ended with exit status "),
        (Hook("black", "exec", sys.executable, "", Path("/no/folder")), "there is no folder /no/folder."),
    ],
)  # fmt: skip
def test_a_failing_hook_is_named_and_the_file_stands(hook: Hook, why: str) -> None:
    with pytest.raises(HookFailed) as error:
        run_hooks(FILE, [hook])
    assert error.value.what().startswith(f"{FILE} was written; then the hook black failed: {why}")


def test_the_persons_editor(tmp_path: Path) -> None:
    assert editor({"EDITOR": "code --wait"}) == ["code", "--wait"]
    assert editor({"EDITOR": "ed", "VISUAL": "vi"}) == ["vi"]
    file = tmp_path / "a b"
    edit(file, {"EDITOR": f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\")'"})
    assert file.exists()
    with pytest.raises(EditorFailed):
        edit(file, {"EDITOR": "/no/such"})
    with pytest.raises(EditorFailed):
        editor({"PATH": ""})
