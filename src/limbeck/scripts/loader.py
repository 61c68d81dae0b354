"""Runs revision files, each when something of it is called.

A file becomes a module under a private name that is the same in every process, registered while it lives, so that
tracebacks, pickles and `inspect` find it. It may import what lies beside it: its folder stands last on the import path
while the file, or a function of it, runs.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from limbeck.errors import FunctionMissing, LimbeckError, ScriptBroken, ScriptExited

T = TypeVar("T")
PREFIX = "_limbeck_revision_"
_NO_WORD = re.compile(r"\W")


class LoadedScript(NamedTuple):
    """A revision file that has been run. `upgrade` and `downgrade` are what it defines, or None."""

    path: str
    module: ModuleType
    upgrade: Callable[..., Any] | None
    downgrade: Callable[..., Any] | None

    def function(self, direction: str) -> Callable[..., Any]:
        """The function for "upgrade" or "downgrade", wrapped by `guarded`. Raises FunctionMissing."""
        found = self.upgrade if direction == "upgrade" else self.downgrade
        if found is None:
            raise FunctionMissing(file=self.path, function=direction)
        return guarded(found, self.path, direction)


def guarded(function: Callable[..., T], path: str, name: str) -> Callable[..., T]:
    """The function, with its folder on the import path, and with sys.exit() turned into ScriptExited."""
    if not callable(function):
        raise ScriptBroken(file=path, why=f"{name} is no function, but {function!r}.")

    def call(*arguments: Any, **named: Any) -> T:
        with _import_path(path):
            try:
                return function(*arguments, **named)
            except SystemExit as error:
                raise _exited(error, path, f"{name}()") from error

    call.__name__ = name
    call.__doc__ = function.__doc__
    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call


def module_name(path: str) -> str:
    """The private name, made of the file's name and a hash of its path."""
    import zlib

    folder, name = os.path.split(path)
    stem = _NO_WORD.sub("_", name.rpartition(".")[0])
    real = os.path.join(_real(folder), name)  # noqa: PTH118
    return f"{PREFIX}{stem}_{zlib.crc32(os.fsencode(real)):08x}"


@lru_cache(maxsize=64)
def _real(folder: str) -> str:
    """Asking the system for each of a thousand files takes as long as reading them."""
    return os.path.realpath(folder)


def load(path: str) -> LoadedScript:
    """Run the file anew. Raises ScriptBroken, ScriptExited; a LimbeckError out of the file passes as it is."""
    module = _executed(path)
    return LoadedScript(path, module, getattr(module, "upgrade", None), getattr(module, "downgrade", None))


def unload(path: str) -> None:
    sys.modules.pop(module_name(path), None)


def _executed(path: str) -> ModuleType:
    name = module_name(path)
    module = _module(name, path)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        with _import_path(path):
            module.__loader__.exec_module(module)  # type: ignore[union-attr]
    except BaseException as error:
        _restore(name, before)
        if isinstance(error, (LimbeckError, KeyboardInterrupt, GeneratorExit)):
            raise
        if isinstance(error, SystemExit):
            raise _exited(error, path, "the file") from error
        raise _broken(error, path) from error
    return module


def _module(name: str, path: str) -> ModuleType:
    """An empty module of the file: what importlib's two functions make in twice the time."""
    from importlib.machinery import ModuleSpec, SourcelessFileLoader

    from limbeck.scripts.bytecode import HashedFileLoader

    loader = (SourcelessFileLoader if path.endswith((".pyc", ".pyo")) else HashedFileLoader)(name, path)
    module = ModuleType(name)
    spec = module.__spec__ = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    module.__loader__, module.__package__ = loader, ""
    module.__file__ = path if os.path.isabs(path) else os.path.abspath(path)  # noqa: PTH100, PTH117
    return module


def _restore(name: str, before: ModuleType | None) -> None:
    if before is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = before


class _import_path:
    """The file's folder stands last on sys.path, so that it hides nothing; a folder that is there already stays."""

    __slots__ = ("_added", "_folder")

    def __init__(self, path: str) -> None:
        self._folder = path.replace("\\", "/").rpartition("/")[0] or "."

    def __enter__(self) -> None:
        self._added = self._folder not in sys.path
        if self._added:
            sys.path.append(self._folder)

    def __exit__(self, *_: object) -> None:
        if self._added and self._folder in sys.path:
            sys.path.remove(self._folder)


def _line_in(error: BaseException, path: str) -> int:
    """The innermost line of this file in the error's traceback."""
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _exited(error: SystemExit, path: str, where: str) -> ScriptExited:
    status = "" if error.code is None else repr(error.code)
    return ScriptExited(file=path, line=_line_in(error, path), where=where, status=status)


def _broken(error: BaseException, path: str) -> ScriptBroken:
    if isinstance(error, SyntaxError) and error.filename in (path, None):
        return ScriptBroken(file=path, line=error.lineno or 0, why=f"{error.msg}.")
    if isinstance(error, OSError) and error.filename == path:
        return ScriptBroken(file=path, why=error.strerror or str(error))
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ScriptBroken(file=path, line=_line_in(error, path), why=said)
