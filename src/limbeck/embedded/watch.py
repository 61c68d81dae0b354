"""Run as a script by lifeline.py: starts one server; when standard input closes, stops it and removes its folder.

Imports nothing of limbeck: it must start quickly and outlive whatever happens to the process that asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

PATIENCE = 10.0  # seconds for an orderly end


def stop(server: subprocess.Popen[bytes], stop_signal: str) -> None:
    number = getattr(signal, stop_signal, None)
    with contextlib.suppress(OSError):
        if number is None or os.name != "posix":
            server.terminate()
        else:
            server.send_signal(number)
    try:
        server.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def watch(task: dict[str, Any]) -> None:
    folder = Path(task["folder"])
    asked = threading.Event()
    with (folder / "server.log").open("ab") as log:
        try:
            server = subprocess.Popen(
                task["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                **task["account"],
            )
        except OSError as error:
            log.write(f"{task['command'][0]}: {error.strerror}\n".encode())
            server = None

    def listen() -> None:
        os.read(0, 1)
        asked.set()
        if server is not None:
            stop(server, task["stop_signal"])

    listening = threading.Thread(target=listen)
    if hasattr(signal, "SIGTERM") and server is not None:
        started = server
        signal.signal(signal.SIGTERM, lambda *_: started.send_signal(getattr(signal, task["stop_signal"])))
    listening.start()
    if server is not None:
        server.wait()
    if not asked.is_set():
        with contextlib.suppress(OSError):
            (folder / "ended").touch()
    listening.join()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(json.loads(sys.argv[1]))
