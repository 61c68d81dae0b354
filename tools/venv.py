"""Make a virtual environment with a pip that can install in editable mode; keeps one that is there.

    python tools/venv.py .venv

Works on a Python without `ensurepip` (Debian without python3-venv), too: then this Python's own pip installs another
one into the environment. Runs on old Pythons as far as saying that they are too old.
"""

import os
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 10)
PIP = "pip>=22.3"


def main(folder):
    if sys.version_info < NEEDED:
        have, need = ".".join(map(str, sys.version_info[:2])), ".".join(map(str, NEEDED))
        sys.exit(
            f"limbeck needs Python {need} or newer, this is {have}. Type: make PYTHON=/path/to/a/newer/python3"
        )
    python = str(Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python")
    if not works(python, "import pip"):
        try:
            import ensurepip  # noqa: F401

            subprocess.check_call([sys.executable, "-m", "venv", "--clear", folder])
        except ImportError:
            subprocess.check_call([sys.executable, "-m", "venv", "--clear", "--without-pip", folder])
            subprocess.check_call([sys.executable, "-m", "pip", "-q", "--python", python, "install", PIP])
    if not works(
        python, "import pip, sys; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (22, 3))"
    ):
        subprocess.check_call([python, "-m", "pip", "install", "-q", PIP])


def works(python, program):
    return Path(python).exists() and subprocess.call([python, "-c", program], stderr=subprocess.DEVNULL) == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
