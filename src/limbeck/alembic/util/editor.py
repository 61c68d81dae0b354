"""Opening a file in the person's editor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os.path import exists, join, splitext
from subprocess import check_call

from .compat import is_posix
from .exc import CommandError


def open_in_editor(filename: str, environ: dict[str, str] | None = None) -> None:
    """EDITOR, then VISUAL, then what is commonly installed. Raises CommandError where nothing can be started."""
    try:
        check_call([_find_editor(os.environ if environ is None else environ), filename])
    except Exception as why:
        raise CommandError(f"Error executing editor ({why})") from why


def _find_editor(environ: Mapping[str, str]) -> str:
    wanted = [environ[name] for name in ("EDITOR", "VISUAL") if name in environ]
    for choice in wanted:
        if exists(choice):
            return choice
    on_path = [choice for choice in wanted if os.sep not in choice] + _default_editors()
    for candidate in on_path:
        found = _find_executable(candidate, environ)
        if found is not None:
            return found
    raise OSError('No suitable editor found. Please set the "EDITOR" or "VISUAL" environment variables')


def _find_executable(candidate: str, environ: Mapping[str, str]) -> str | None:
    if not is_posix and splitext(candidate)[1] != ".exe":
        candidate += ".exe"
    places = (join(folder, candidate) for folder in environ.get("PATH", "").split(os.pathsep))
    return next((place for place in places if exists(place)), None)


def _default_editors() -> list[str]:
    if is_posix:
        return ["sensible-editor", "editor", "nano", "vim", "code"]
    return ["code.exe", "notepad++.exe", "notepad.exe"]
