"""Programs that are run on a newly written revision file, such as formatters."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from limbeck.config import Hook
from limbeck.errors import HookFailed

FILENAME = "REVISION_SCRIPT_FILENAME"


def run_hooks(path: Path, hooks: Iterable[Hook], *, folder: Path | None = None, check: bool = True) -> None:
    """Run them in order, in `folder` where a hook says no other. The first that fails raises HookFailed.

    Without `check` the exit status of a program does not count.
    """
    for hook in hooks:
        _run(hook, path, command(hook, path), folder, check)


def command(hook: Hook, path: Path) -> list[str]:
    """The program and its arguments. Raises HookFailed where the entry point or the module is not installed."""
    return [*_program(hook, path), *arguments(hook.options, path)]


def arguments(options: str, path: Path) -> list[str]:
    """The options, split as a shell would; the file's name takes its place there, or stands first.

    The name goes in after splitting, so blanks and quotes in it do no harm.
    """
    if FILENAME not in options:
        options = f"{FILENAME} {options}"
    return [part.replace(FILENAME, str(path)) for part in shlex.split(options, posix=os.name == "posix")]


def _program(hook: Hook, path: Path) -> list[str]:
    if hook.type == "exec":
        return [hook.target]
    if hook.type == "module":
        from importlib.util import find_spec

        try:
            found = find_spec(hook.target)
        except (ImportError, ValueError):
            found = None
        if found is None:
            raise _failed(hook, path, f"there is no module {hook.target!r}. Install it, or correct `module`.")
        return [sys.executable, "-m", hook.target]
    from importlib.metadata import entry_points

    for entry in entry_points(group="console_scripts", name=hook.target):
        code = f"import sys, {entry.module} as m; sys.argv[0] = {hook.target!r}; sys.exit(m.{entry.attr}())"
        return [sys.executable, "-c", code]
    raise _failed(
        hook, path, f"there is no entry point {hook.target!r}. Install the program, or correct `entrypoint`."
    )


def _run(hook: Hook, path: Path, program: list[str], folder: Path | None, check: bool) -> None:
    import subprocess

    try:
        done = subprocess.run(program, cwd=hook.cwd or folder, check=False)
    except FileNotFoundError as error:
        place = hook.cwd or folder
        if place is not None and not place.is_dir():
            raise _failed(hook, path, f"there is no folder {place}.") from error
        raise _failed(hook, path, f"there is no program {program[0]!r}.") from error
    except (OSError, ValueError) as error:
        raise _failed(hook, path, f"{error}.") from error
    if check and done.returncode:
        raise _failed(hook, path, f"it ended with exit status {done.returncode}.")


def _failed(hook: Hook, path: Path, why: str) -> HookFailed:
    return HookFailed(hook=hook.name, file=str(path), why=why)
