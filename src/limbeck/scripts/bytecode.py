"""Byte code of a file that people rewrite: trusted by what the source says, never by its date.

Python takes a .pyc for current when the source has the same size and was changed in the same second, so a file that is
written again within that second runs as it was before; so does one whose date a checkout, an archive or an image has
set. Here the cached file is of the kind that holds a hash of the source (PEP 552, "checked"): every Python reads it,
and every tool that shares the folder checks it by the same hash.
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import source_hash
from typing import Any, Final

from limbeck.scripts.text import contents

CHECKED: Final = (0b11).to_bytes(4, "little")
"""The flags of a .pyc that holds a hash, to be compared with the source each time."""
_FLAGS, _KEY = slice(4, 8), slice(8, 16)


class HashedFileLoader(SourceFileLoader):
    """Reads the source once; what was compiled from other text, or is known only by its date, is compiled anew."""

    _source: bytes | None = None

    def path_stats(self, path: str) -> dict[str, float]:
        self._source = contents(path)
        return {"mtime": 0, "size": len(self._source)}

    def get_data(self, path: str) -> bytes:
        if path == self.path and self._source is not None:
            return self._source
        data = contents(path)
        if path != self.path and data[_FLAGS] != CHECKED:
            raise OSError(f"{path} holds no hash of its source")
        return data

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        assert self._source is not None
        kept = bytearray(data)
        kept[_FLAGS], kept[_KEY] = CHECKED, source_hash(self._source)
        super().set_data(path, bytes(kept), _mode=_mode)
