"""A server that cannot outlive the one who asked for it.

Between us and the server stands a small watching process (watch.py). It holds the reading end of a pipe of ours:
when we say stop, end, or are killed, the pipe closes, and it stops the server and removes its folder. A server
whose owner is another process gets that one's pipe as `lifeline`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from limbeck.embedded.account import Account

LOG = "server.log"
ENDED = "ended"  # written by watch.py when the server ended by itself


class Kept:
    """A running server and its folder. Lives until `stop()`, or until our end of the lifeline closes."""

    def __init__(self, watch: subprocess.Popen[bytes], folder: Path) -> None:
        self.watch = watch
        self.folder = folder

    def ended(self) -> bool:
        """Whether the server ended by itself."""
        return (self.folder / ENDED).exists() or self.watch.poll() is not None

    def log(self) -> str:
        try:
            return (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def stop(self) -> None:
        """Stop the server, remove its folder, wait until both are done."""
        if self.watch.stdin is not None and not self.watch.stdin.closed:
            # One byte, and not only the end of the file: a forked child of ours may hold a copy of the pipe.
            with contextlib.suppress(OSError):
                self.watch.stdin.write(b".")
                self.watch.stdin.flush()
            with contextlib.suppress(OSError):
                self.watch.stdin.close()
        try:
            self.watch.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.watch.terminate()
            self.watch.wait(timeout=20)


def keep(
    command: Sequence[str],
    folder: Path,
    account: Account,
    environment: Mapping[str, str] | None = None,
    stop_signal: str = "SIGTERM",
    lifeline: int | None = None,
) -> Kept:
    """Start a server that logs to `folder`/server.log; `folder` goes with it.

    With `lifeline` (the reading end of a pipe) it ends with the pipe's last writer, else with us.
    """
    task = {
        "command": list(command),
        "folder": str(folder),
        "stop_signal": stop_signal,
        "account": account.popen(),
    }
    watch = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("watch.py")), json.dumps(task)],
        stdin=subprocess.PIPE if lifeline is None else lifeline,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ if environment is None else environment),
        start_new_session=True,  # Ctrl-C goes to our group; the server ends when we say so
        cwd=folder.anchor,
    )
    return Kept(watch, folder)
