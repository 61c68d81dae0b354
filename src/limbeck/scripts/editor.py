"""Opens a file in the person's editor."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from limbeck.errors import EditorFailed


def editor(environ: Mapping[str, str] | None = None) -> list[str]:
    """The program and its options: VISUAL, EDITOR, else what the system has. Raises EditorFailed."""
    from shutil import which

    environ = os.environ if environ is None else environ
    for name in ("VISUAL", "EDITOR"):
        if environ.get(name, "").strip():
            return shlex.split(environ[name], posix=os.name == "posix")
    for program in ("sensible-editor", "nano", "vim", "vi") if os.name == "posix" else ("notepad.exe",):
        found = which(program, path=environ.get("PATH"))
        if found:
            return [found]
    raise EditorFailed(editor="", why="none is set and none was found.")


def edit(path: Path | str, environ: Mapping[str, str] | None = None) -> None:
    """Open the file and wait. Raises EditorFailed."""
    import subprocess

    program = editor(environ)
    try:
        done = subprocess.run([*program, str(path)], check=False)
    except OSError as error:
        raise EditorFailed(editor=program[0], why=f"{error.strerror or error}.") from None
    if done.returncode:
        raise EditorFailed(editor=program[0], why=f"it ended with exit status {done.returncode}.")
