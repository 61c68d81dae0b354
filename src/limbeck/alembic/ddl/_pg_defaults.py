"""Whether two spellings of a PostgreSQL default mean the same, without running either.

Seam: the core's judge answers this exactly, by letting the server store the declared one; until the facade may ask it,
the texts are compared with casts and what stands round them taken away.
"""

from __future__ import annotations

import re
from typing import Any

_TYPE = r"""(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?(?:\s+(?:varying|precision))?(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?""" \
    r"""(?:\s+with(?:out)?\s+time\s+zone)?(?:\s*\[\s*\d*\s*\])*"""  # fmt: skip
_CAST = re.compile(r"::\s*" + _TYPE, re.I)


def same_default(connection: Any, have: str, want: str) -> bool:
    return _plain(have) == _plain(want)


def _plain(text: str) -> str:
    pieces = re.split(r"('(?:[^']|'')*')", text)  # what stands in quotes keeps its case
    text = "".join(piece if piece.startswith("'") else piece.lower() for piece in pieces)
    text = _CAST.sub("", text).strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    bare = re.fullmatch(r"'(-?[\d.]+)'", text)
    return bare.group(1) if bare else text
