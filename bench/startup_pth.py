"""What limbeck-alembic costs at every start of Python: the same interpreter with and without its .pth file, in turns.

    python bench/startup_pth.py [ROUNDS]

Makes a throw-away environment with the finder and its .pth alone. The aim is under 2 ms.
"""

from __future__ import annotations

import os
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
    """The processor time of one start, where the system tells it: a busy machine disturbs it least."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        [python, "-c", "pass"], check=True, env={k: v for k, v in os.environ.items() if k[:6] != "PYTHON"}
    )
    after = os.times()
    if os.name != "posix":
        return time.perf_counter() - began
    return after.children_user + after.children_system - before.children_user - before.children_system


def main(rounds: int = 100) -> int:
    with tempfile.TemporaryDirectory() as folder:
        plain = environment(Path(folder, "plain"), with_finder=False)
        ours = environment(Path(folder, "ours"), with_finder=True)
        start(plain), start(ours)  # byte code is written
        pairs = [(start(plain), start(ours)) for _ in range(rounds)]
    without, ours_took = (statistics.mean(sorted(each)[: rounds // 2]) for each in zip(*pairs, strict=True))
    cost = ours_took - without
    print(f"start of Python: {without * 1000:.2f} ms without, {ours_took * 1000:.2f} ms with limbeck-alembic")
    print(f"cost: {cost * 1000:.2f} ms (the faster half of {rounds} pairs)")
    return 0 if cost < AIM else 1


if __name__ == "__main__":
    raise SystemExit(main(*(int(word) for word in sys.argv[1:])))
