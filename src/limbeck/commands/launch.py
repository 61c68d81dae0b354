"""Another program, run with what the kinds of projects bring for it (names that mean limbeck there)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from limbeck.errors import ProgramMissing
from limbeck.project import kinds


def prepared(program: Sequence[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The program as it will be started, and its environment."""
    words, changed = list(program), dict(environ)
    for kind in kinds():
        launching = getattr(kind, "launching", None)
        if launching is not None:
            words, changed = launching(words, changed)
    return words, changed


def launch(program: Sequence[str]) -> int:
    """Becomes the program, where the system can do that; else starts it and gives its exit code.

    Raises ProgramMissing.
    """
    if not program:
        raise ProgramMissing(program="")
    words, environ = prepared(program, os.environ)
    path = shutil.which(words[0], path=environ.get("PATH"))
    if path is None and words[0].endswith(".py"):
        words, path = [sys.executable, *words], sys.executable
    if path is None:
        raise ProgramMissing(program=words[0])
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "posix":
            os.execve(path, words, environ)
        return subprocess.run([path, *words[1:]], env=environ, check=False).returncode
    except OSError as error:
        raise ProgramMissing(program=words[0], why=error.strerror or str(error)) from None
