"""The text of a Python file: its bytes decoded as Python itself would."""

from __future__ import annotations

import os
import re

from limbeck.errors import ScriptBroken

BOM = b"\xef\xbb\xbf"
# PEP 263: a comment in the first or second line; the second counts only where the first is blank or a comment.
_COOKIE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_MOST = 1 << 16


def contents(path: str) -> bytes:
    """The bytes of a file. Takes half the time of open(), and this is done a thousand times. Raises OSError."""
    descriptor = os.open(path, _READ)
    try:
        data = part = os.read(descriptor, _MOST)
        while len(part) == _MOST:
            part = os.read(descriptor, _MOST)
            data += part
        return data
    finally:
        os.close(descriptor)


def encoding_of(data: bytes, path: str = "") -> str:
    """The encoding that the file declares. Raises ScriptBroken for one that Python does not know."""
    # Cheap first look: the word can only count in the first two lines.
    match = _COOKIE.match(data.removeprefix(BOM)) if b"coding" in data[:400] else None
    if match is None:
        return "utf-8"
    import codecs

    name = match[1].decode("ascii", "replace")
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ScriptBroken(file=path, line=1, why=f"unknown encoding {name!r}.") from None


def decoded(data: bytes, path: str = "") -> str:
    """The text, with every line end as one newline. Raises ScriptBroken."""
    encoding = encoding_of(data, path)
    try:
        text = data.removeprefix(BOM).decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScriptBroken(
            file=path, line=line, why=f"not written in {encoding}, which it declares."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
