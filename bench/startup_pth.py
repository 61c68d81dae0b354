"""What limbeck-alembic costs at every start of Python: the same interpreter with and without its .pth file, in turns.

    python bench/startup_pth.py [ROUNDS]

Makes a throw-away environment with the finder and its .pth alone. The aim is under 2 ms (median of the differences).
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "packages" / "limbeck-alembic" / "src"
AIM = 0.002


def environment(folder: Path, *, with_finder: bool) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = next(p for p in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if p.exists())
    if with_finder:
        site = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for file in ("_limbeck_alembic.py", "limbeck_alembic.pth"):
            shutil.copy(SOURCE / file, site)
    return python


def start(python: Path) -> float:
    began = time.perf_counter()
    subprocess.run([python, "-c", "pass"], check=True)
    return time.perf_counter() - began


def main(rounds: int = 100) -> int:
    with tempfile.TemporaryDirectory() as folder:
        plain = environment(Path(folder, "plain"), with_finder=False)
        ours = environment(Path(folder, "ours"), with_finder=True)
        start(plain), start(ours)  # byte code is written
        pairs = [(start(plain), start(ours)) for _ in range(rounds)]
    least = min(b for _, b in pairs) - min(a for a, _ in pairs)
    middle = statistics.median(b - a for a, b in pairs)
    print(f"start of Python: {statistics.median(a for a, _ in pairs) * 1000:.2f} ms without, "
          f"{statistics.median(b for _, b in pairs) * 1000:.2f} ms with limbeck-alembic")  # fmt: skip
    print(f"cost: {middle * 1000:.2f} ms (median of {rounds} pairs), {least * 1000:.2f} ms (between the fastest)")
    return 0 if middle < AIM else 1


if __name__ == "__main__":
    raise SystemExit(main(*(int(word) for word in sys.argv[1:])))
