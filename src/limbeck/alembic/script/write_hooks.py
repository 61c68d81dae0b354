"""What runs over a revision file after it was written: formatters, linters, functions that env.py registers."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .. import util
from ..util import compat
from ..util.pyfiles import _preserving_path_as_str

REVISION_SCRIPT_TOKEN = "REVISION_SCRIPT_FILENAME"

_registry: dict[str, Callable[..., Any]] = {}


def register(name: str) -> Callable[[Any], Any]:
    """Make a function `(path, options)` a type of hook."""

    def decorate(fn: Any) -> Any:
        _registry[name] = fn
        return fn

    return decorate


def _invoke(name: str, revision_path: str | os.PathLike[str], options: Mapping[str, str]) -> Any:
    if name not in _registry:
        raise util.CommandError(f"No formatter with name '{name}' registered")
    return _registry[name](_preserving_path_as_str(revision_path), options)


def _run_hooks(path: str | os.PathLike[str], hooks: list[Mapping[str, str]]) -> None:
    for hook in hooks:
        name = hook["_hook_name"]
        if "type" not in hook:
            raise util.CommandError(
                f"Key '{name}.type' (or 'type' in toml) is required for post write hook {name!r}"
            )
        with util.status(f"Running post write hook {name!r}", newline=True):
            _invoke(hook["type"], path, hook)


def _parse_cmdline_options(cmdline_options_str: str, path: str) -> list[str]:
    """The words of the options; the file stands first where its token is not among them."""
    if REVISION_SCRIPT_TOKEN not in cmdline_options_str:
        cmdline_options_str = f"{REVISION_SCRIPT_TOKEN} {cmdline_options_str}"
    words = shlex.split(cmdline_options_str, posix=compat.is_posix)
    return [word.replace(REVISION_SCRIPT_TOKEN, path) for word in words]


def _get_required_option(options: Mapping[str, str], name: str) -> str:
    if name not in options:
        hook = options["_hook_name"]
        raise util.CommandError(f"Key {hook}.{name} is required for post write hook {hook!r}")
    return options[name]


def _run_hook(path: str, options: Mapping[str, str], ignore_output: bool, command: list[str]) -> None:
    silence: dict[str, Any] = {}
    if ignore_output:
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    arguments = _parse_cmdline_options(options.get("options", ""), path)
    subprocess.run([*command, *arguments], cwd=options.get("cwd"), **silence)


@register("console_scripts")
def console_scripts(
    path: str,
    options: Mapping[str, str],
    ignore_output: bool = False,
    verify_version: tuple[int, ...] | None = None,
) -> None:
    """The console script of an installed distribution, in a Python of its own."""
    wanted = _get_required_option(options, "entrypoint")
    found: Any = next((e for e in compat.importlib_metadata_get("console_scripts") if e.name == wanted), None)
    if found is None:
        raise util.CommandError(f"Could not find entrypoint console_scripts.{wanted}")
    check = ""
    if verify_version:
        check = (
            f"assert tuple(int(x) for x in {found.module}.__version__.split('.')) >= {verify_version}, "
            f"'need exactly version {verify_version} of {found.name}'; "
        )
    program = f"import {found.module}; {check}{found.module}.{found.attr}()"
    _run_hook(path, options, ignore_output, [sys.executable, "-c", program])


@register("exec")
def exec_(path: str, options: Mapping[str, str], ignore_output: bool = False) -> None:
    """An executable on the PATH."""
    _run_hook(path, options, ignore_output, command=[_get_required_option(options, "executable")])


@register("module")
def module(path: str, options: Mapping[str, str], ignore_output: bool = False) -> None:
    """`python -m` of a module."""
    name = _get_required_option(options, "module")
    if importlib.util.find_spec(name) is None:
        raise util.CommandError(f"Could not find module {name}")
    _run_hook(path, options, ignore_output, command=[sys.executable, "-m", name])
