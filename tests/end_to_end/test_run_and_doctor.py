"""`limbeck run`: the alias in other programs and in those that they start; and `limbeck doctor`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import limbeck

SOURCE = str(Path(limbeck.__file__).parents[1])
FACADE = str(Path(limbeck.__file__).parent / "alembic" / "__init__.py")
SPAWNING = """\
import multiprocessing, subprocess, sys

def ask(queue):
    import alembic
    queue.put(alembic.__file__)

if __name__ == "__main__":
    import importlib.metadata
    from alembic import op
    from alembic.config import Config
    assert importlib.metadata.version("alembic") == "1.20.1"
    multiprocessing.set_start_method("spawn")
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=ask, args=(queue,))
    process.start()
    print(queue.get())
    process.join()
    print(subprocess.check_output([sys.executable, "-c", "import alembic.op; print(alembic.__file__)"], text=True), end="")
    import limbeck.alembic.config
    assert limbeck.alembic.config.Config is Config and Config.__module__ == "alembic.config"
"""


def types(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "limbeck", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": SOURCE, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_alias_holds_in_the_program_and_in_what_it_starts(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SPAWNING, encoding="utf-8")
    done = types(tmp_path, "run", "--", sys.executable, "program.py")
    assert done.stderr == ""
    assert done.stdout.split() == [FACADE, FACADE]


def test_exit_codes_and_arguments_are_the_programs(tmp_path: Path) -> None:
    code = "import sys; print(sys.argv[1:]); sys.exit(7)"
    done = types(tmp_path, "run", "--", sys.executable, "-c", code, "-r", "-3:current", "--json")
    assert (done.returncode, done.stdout) == (7, "['-r', '-3:current', '--json']\n")
    missing = types(tmp_path, "run", "--", "no-such-program")
    assert missing.returncode == 2 and "LB141" in missing.stderr


def test_doctor_tells_what_is_so(tmp_path: Path) -> None:
    (tmp_path / "limbeck.toml").write_text('url = "postgres://u:secret@localhost:1/x"\n', encoding="utf-8")
    done = types(tmp_path, "doctor", "--json")
    found = {row["subject"]: row for row in json.loads(done.stdout)}
    assert found["limbeck"]["said"] == limbeck.__version__
    assert found["project"]["said"].endswith("limbeck.toml (NativeProject)")
    assert found["database"]["state"] == "trouble" and "secret" not in done.stdout
    assert done.returncode == 3
    assert found["import alembic"]["state"] in ("ok", "trouble")
