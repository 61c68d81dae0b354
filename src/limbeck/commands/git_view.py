"""What git shows: names that stand where another name stood, in lines that changed since the last commit.

`mail = Column(String)` replaced by `email = Column(String)` says more than two names can. It is a hint and never more:
no git, no repository, a slow disk or a strange setting give no hints, and nothing else. The pager, the external diff,
the text conversion and the file monitor that a repository's settings may name are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SECONDS: Final = 3.0
LONGEST: Final = 4_000_000
"""Characters of a diff that are read."""
COMMAND: Final = (
    "git",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "diff",
    "HEAD",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=all",
    "--",
    ":(top,glob)**/*.py",
)


def replaced(folder: Path, seconds: float = SECONDS) -> frozenset[tuple[str, str]]:
    """Pairs (old name, new name) from the Python files of the repository around the folder."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            COMMAND,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return frozenset()
    if done.returncode != 0:
        return frozenset()
    return frozenset(_pairs(done.stdout[:LONGEST].decode("utf-8", "replace")))


def _pairs(diff: str) -> Iterator[tuple[str, str]]:
    """Line for line where a block has as many new lines as old; else every old one with every new one of a small block."""
    for gone, come in _blocks(diff):
        if len(gone) == len(come):
            matched = list(zip(gone, come, strict=True))
        elif len(gone) * len(come) <= 16:
            matched = [(old, new) for old in gone for new in come]
        else:
            continue
        for old, new in matched:
            was, becomes = _names(old), _names(new)
            if len(was) == len(becomes):
                yield from ((a, b) for a, b in zip(was, becomes, strict=True) if a and b and a != b)


def _blocks(diff: str) -> Iterator[tuple[list[str], list[str]]]:
    gone: list[str] = []
    come: list[str] = []
    for line in (*diff.splitlines(), "@@"):
        if line.startswith(("@@", "diff ")):
            if gone and come:
                yield gone, come
            gone, come = [], []
        elif line.startswith("-") and not line.startswith("--- "):
            gone.append(line[1:])
        elif line.startswith("+") and not line.startswith("+++ "):
            come.append(line[1:])


_ATTRIBUTE = re.compile(
    r"\s*(\w+)\s*(?::[^=]+)?=(?!=)\s*(?:\w+\.)*(?:mapped_column|Column|Mapped|relationship)?\b"
)
_MAPPED = re.compile(r"\s*(\w+)\s*:\s*(?:\w+\.)*Mapped\[")
_TEXT = re.compile(r"""(?:Column|mapped_column|Table|__tablename__\s*=)\s*\(?\s*["'](\w+)["']""")
_BARE = re.compile(r"""^\s*["'](\w+)["']\s*,?\s*$""")


def _names(line: str) -> list[str]:
    """The attribute that the line gives, "" for none, and what it calls columns, tables or a value in quotes."""
    attribute = _MAPPED.match(line) or _ATTRIBUTE.match(line)
    name = attribute[1] if attribute else ""
    bare = _BARE.match(line)
    return ["" if name == "__tablename__" else name, *([bare[1]] if bare else _TEXT.findall(line))]
