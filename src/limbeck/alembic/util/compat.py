"""What differs between Pythons."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from configparser import ConfigParser
    from importlib.metadata import EntryPoint

is_posix = os.name == "posix"
py311 = sys.version_info >= (3, 11)
py312 = sys.version_info >= (3, 12)
py313 = sys.version_info >= (3, 13)
py314 = sys.version_info >= (3, 14)


def __getattr__(name: str) -> Any:
    """Modules that cost start-up time."""
    if name == "tomllib":
        return importlib.import_module("tomllib" if py311 else "tomli")
    if name == "EntryPoint":
        return importlib.import_module("importlib.metadata").EntryPoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class EncodedIO(io.TextIOWrapper):
    """Encodes into somebody else's buffer, and leaves it open."""

    def close(self) -> None:
        pass


def path_walk(path: Path, *, top_down: bool = True) -> Iterator[tuple[Path, list[str], list[str]]]:
    for root, folders, files in os.walk(path, topdown=top_down):
        yield Path(root), folders, files


def path_relative_to(path: Path, other: Path, *, walk_up: bool = False) -> Path:
    """`path` as seen from `other`; with `walk_up` also upwards, where both are on one tree."""
    if not walk_up:
        return path.relative_to(other)
    if path.anchor != other.anchor:
        raise ValueError(f"{path} is not in the same subtree as {other}")
    return Path(os.path.relpath(path, other))


def importlib_metadata_get(group: str) -> Sequence[EntryPoint]:
    from importlib import metadata

    return tuple(metadata.entry_points(group=group))


def read_config_parser(file_config: ConfigParser, file_argument: list[str | os.PathLike[str]]) -> list[str]:
    return file_config.read(file_argument, encoding="locale" if py311 else None)
