"""Python files loaded by path, and files written from Mako templates."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

from limbeck.scripts.bytecode import HashedFileLoader

from .exc import CommandError


def template_to_file(
    template_file: str | os.PathLike[str],
    dest: str | os.PathLike[str],
    output_encoding: str,
    *,
    append_with_newlines: bool = False,
    **kw: Any,
) -> None:
    """Fill in a template. A template that fails leaves its own traceback in a file that the error names."""
    from mako import exceptions
    from mako.template import Template

    template = Template(filename=_preserving_path_as_str(template_file))
    try:
        text = template.render_unicode(**kw).encode(output_encoding)
    except Exception:
        import tempfile

        with tempfile.NamedTemporaryFile(suffix=".txt", delete=False) as report:
            report.write(exceptions.text_error_template().render_unicode().encode(output_encoding))
        raise CommandError(
            f"Template rendering failed; see {report.name} for a template-oriented traceback."
        ) from None
    with Path(dest).open("ab" if append_with_newlines else "wb") as file:
        if append_with_newlines:
            file.write("\n\n".encode(output_encoding))
        file.write(text)


def coerce_resource_to_filename(fname_or_resource: str) -> Path:
    """A path, or `package:folder/file` inside an installed package (unpacked for the process where it is zipped)."""
    if Path(fname_or_resource).is_absolute() or ":" not in fname_or_resource:
        return Path(fname_or_resource)
    import atexit
    from contextlib import ExitStack
    from importlib import resources

    unpacked = ExitStack()
    atexit.register(unpacked.close)
    package, *inner = fname_or_resource.split(":")
    place = resources.files(package)
    for part in inner:
        place = place / part
    return unpacked.enter_context(resources.as_file(place))


def pyc_file_from_path(path: str | os.PathLike[str]) -> Path | None:
    """The compiled file of a source file: in __pycache__, or beside it where there is no source."""
    source = Path(path)
    cached = Path(importlib.util.cache_from_source(source.as_posix()))
    beside = [source.with_suffix(suffix) for suffix in importlib.machinery.BYTECODE_SUFFIXES]
    return next((file for file in (cached, *beside) if file.exists()), None)


def load_python_file(dir_: str | os.PathLike[str], filename: str | os.PathLike[str]) -> ModuleType:
    """Execute a file as a module named after it, from its source or, without one, from what it was compiled to."""
    name = Path(filename).name
    path = Path(dir_) / name
    assert path.suffix in (".py", ".pyc", ".pyo")
    if path.suffix == ".py" and not path.exists():
        compiled = pyc_file_from_path(path)
        if compiled is None:
            raise ImportError(f"Can't find Python file {path}")
        path = compiled
    return load_module_py("".join(sign if sign.isalnum() else "_" for sign in name), path)


def load_module_py(module_id: str, path: str | os.PathLike[str]) -> ModuleType:
    loader = HashedFileLoader(module_id, os.path.abspath(path)) if str(path).endswith(".py") else None
    spec = importlib.util.spec_from_file_location(module_id, path, loader=loader)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _preserving_path_as_str(path: str | os.PathLike[str]) -> str:
    """A str stays as it is, letter by letter; a path becomes one."""
    if isinstance(path, str):
        return path
    return str(path if isinstance(path, PurePath) else Path(path))
