"""What differs between Pythons."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path

is_posix = os.name == "posix"
py311 = sys.version_info >= (3, 11)
py312 = sys.version_info >= (3, 12)
py313 = sys.version_info >= (3, 13)
py314 = sys.version_info >= (3, 14)

if sys.version_info >= (3, 11):
    import tomllib as tomllib
else:
    import tomli

    tomllib = tomli


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
    return tuple(metadata.entry_points(group=group))


def read_config_parser(file_config: ConfigParser, file_argument: list[str | os.PathLike[str]]) -> list[str]:
    return file_config.read(file_argument, encoding="locale" if py311 else None)
