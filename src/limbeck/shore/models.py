"""A project's models: from "app.models:Base" to MetaData objects."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from limbeck.errors import LimbeckError, ModelsFailed, ModelsNotFound


def reachable(folders: Iterable[Path]) -> None:
    """These folders stand first on the import path of this process, in this order."""
    wanted = [str(folder) for folder in folders]
    for folder in reversed(wanted):
        if sys.path[:1] != [folder]:
            sys.path[:] = [folder, *(place for place in sys.path if place != folder)]


def load(wanted: str, folders: Sequence[Path], settings: str) -> list[Any]:
    """The MetaData objects that a "module:name" stands for. `settings` says where it was written.

    Raises ModelsNotFound, ModelsFailed.
    """
    module_name, _, attribute = wanted.partition(":")
    reachable(folders)
    looked = tuple(str(folder) for folder in folders)
    found = _imported(module_name, wanted, settings, looked)
    for part in attribute.split(".") if attribute else ():
        if not hasattr(found, part):
            raise ModelsNotFound(
                wanted=wanted,
                settings=settings,
                missing=f"{module_name} has no {part}{_near(part, found)}",
                looked=(str(getattr(found, "__file__", "") or module_name),),
            )
        found = getattr(found, part)
    made = metadatas(found)
    if not made:
        kind = type(found).__name__
        missing = f"it is of type {kind}, and no declarative base, MetaData or list of them"
        raise ModelsNotFound(wanted=wanted, settings=settings, missing=missing)
    return made


def _imported(name: str, wanted: str, settings: str, looked: tuple[str, ...]) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _failed(error, wanted, looked) from error
        missing = f"there is no module {error.name}"
        raise ModelsNotFound(wanted=wanted, settings=settings, missing=missing, looked=looked) from None
    except LimbeckError:
        raise
    except (Exception, SystemExit) as error:
        raise _failed(error, wanted, looked) from error


def _failed(error: BaseException, wanted: str, folders: Sequence[str]) -> ModelsFailed:
    return ModelsFailed(wanted=wanted, place=place_in(error, folders) or wanted, said=in_a_line(error))


def in_a_line(error: BaseException) -> str:
    """An exception of somebody else's code, as people read it; of a database's the first line, what follows shows rows."""
    orig = getattr(error, "orig", None)
    text = " ".join(str(error).split()) if orig is None else str(orig).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place_in(error: BaseException, folders: Sequence[str]) -> str:
    """file:line of the innermost line of their code, that is of a file below one of the folders; "" where none is."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_relative(error.filename, folders)}:{error.lineno or 0}"
    found = ""
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if _is_theirs(path, folders):
            found = f"{_relative(path, folders)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _is_theirs(path: str, folders: Sequence[str]) -> bool:
    parts = Path(path).parts
    inside = any(path.startswith(folder.rstrip("/\\")) for folder in folders)
    return inside and "site-packages" not in parts and "limbeck" not in parts[-3:-1]


def _relative(path: str, folders: Sequence[str]) -> str:
    for folder in folders:
        if Path(path).is_relative_to(folder):
            return str(Path(path).relative_to(folder))
    return path


def _near(name: str, thing: Any) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [n for n in dir(thing) if not n.startswith("_")], 1)
    return f" (it has {close[0]})" if close else ""


def metadatas(found: Any) -> list[Any]:
    """The MetaData objects in a declarative base, a registry, a MetaData, or a list of these."""
    return list(metadatas_in(found))


def metadatas_in(found: Any) -> Iterable[Any]:
    from sqlalchemy import MetaData

    if isinstance(found, MetaData):
        yield found
    elif isinstance(found, (list, tuple, set)):
        for each in found:
            yield from metadatas_in(each)
    elif isinstance(getattr(found, "metadatas", None), dict):  # Flask-SQLAlchemy's db: one for each bind
        yield from found.metadatas.values()
    elif isinstance(getattr(found, "metadata", None), MetaData):  # a declarative base, a registry
        yield found.metadata
