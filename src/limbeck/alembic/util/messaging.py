"""What is said on the terminal. stdout carries short messages and listings, the log goes where the project sends it."""

from __future__ import annotations

import logging
import os
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

log = logging.getLogger(__name__)
logging.getLogger("alembic").addHandler(logging.NullHandler())


def _width_of_terminal() -> int | None:
    try:
        return os.get_terminal_size(0).columns or None
    except OSError:
        return None


TERMWIDTH = _width_of_terminal()


def write_outstream(stream: TextIO, *text: str | bytes, quiet: bool = False) -> None:
    """Write what the stream's encoding can carry; a reader that went away is no error."""
    if quiet:
        return
    encoding = getattr(stream, "encoding", None) or "ascii"
    for piece in text:
        raw = piece if isinstance(piece, bytes) else piece.encode(encoding, "replace")
        try:
            stream.write(raw.decode(encoding))
        except OSError:
            return


@contextmanager
def status(status_msg: str, newline: bool = False, quiet: bool = False) -> Iterator[None]:
    msg(status_msg + " ...", newline, flush=True, quiet=quiet)
    try:
        yield
    except:
        write_outstream(sys.stdout, "  FAILED\n", quiet=quiet)
        raise
    write_outstream(sys.stdout, "  done\n", quiet=quiet)


def err(message: str, quiet: bool = False) -> None:
    """Say why the command failed, and leave with 255."""
    log.error(message)
    msg(f"FAILED: {message}", quiet=quiet)
    sys.exit(-1)


def obfuscate_url_pw(input_url: str) -> str:
    from sqlalchemy.engine import url

    return url.make_url(input_url).render_as_string(hide_password=True)


def warn(msg: str, stacklevel: int = 2) -> None:
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_deprecated(msg: str, stacklevel: int = 2) -> None:
    warnings.warn(msg, DeprecationWarning, stacklevel=stacklevel)


def msg(msg: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """One message, indented and wrapped where stdin is a terminal, else as it is."""
    if quiet:
        return
    end = "\n" if newline else ""
    if TERMWIDTH is None:
        text = msg
    else:
        text = "\n".join(textwrap.wrap(msg, TERMWIDTH, initial_indent="  ", subsequent_indent="  "))
    write_outstream(sys.stdout, text, end)
    if flush:
        sys.stdout.flush()


def format_as_comma(value: str | Iterable[str] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return ", ".join(value)
    raise ValueError(f"Don't know how to comma-format {value!r}")
