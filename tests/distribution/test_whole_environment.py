"""`packages/limbeck-alembic` in new environments: who answers to `import alembic`, whatever was installed, and when."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORIGINAL = "alembic==1.20.1"
pytestmark = pytest.mark.slow

WHO = "import alembic, sys; print(alembic.__file__.split('site-packages')[-1].replace('\\\\', '/'))"
OURS, THEIRS = "/limbeck/alembic/__init__.py", "/alembic/__init__.py"


def pip(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "-q", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Ours, built of this checkout, and the original's."""
    folder = tmp_path_factory.mktemp("wheels")
    try:
        import hatchling  # noqa: F401

        how = ["--no-build-isolation"]
    except ImportError:
        how = []
    pip("wheel", "--no-deps", *how, "-w", str(folder), str(ROOT), str(ROOT / "packages" / "limbeck-alembic"))
    try:
        pip("download", "--no-deps", "-d", str(folder), ORIGINAL)
    except AssertionError as error:
        pytest.skip(f"{ORIGINAL} cannot be had here: {str(error)[-200:]}")
    return {path.name.split("-")[0]: str(path) for path in folder.glob("*.whl")}


class Room:
    """A new virtual environment; what limbeck itself needs is lent by ours."""

    def __init__(self, folder: Path, wheels: dict[str, str]) -> None:
        self.folder, self.wheels = folder / "v", wheels
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)], check=True)
        where = (
            f"import sysconfig; print(sysconfig.get_path({{!r}}, vars={{{{'base': {str(self.folder)!r}}}}}))"
        )
        self.python = self.folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.site = Path(self.says("-c", where.format("purelib")))
        (self.site / "zz_lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    def install(self, *names: str) -> None:
        pip(
            "--python",
            str(self.python),
            "install",
            "--no-deps",
            "--force-reinstall",
            *(self.wheels[n] for n in names),
        )

    def uninstall(self, name: str) -> None:
        pip("--python", str(self.python), "uninstall", "-y", name)

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LIMBECK_ALEMBIC")}
        return subprocess.run(
            words,
            cwd=self.folder,
            env={**environ, "PATH": f"{self.python.parent}{os.pathsep}{environ['PATH']}", **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def says(self, *words: str, **variables: str) -> str:
        done = self.run(str(self.python), *words, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def who(self, **variables: str) -> str:
        return self.says("-c", WHO, **variables)

    def script(self, *words: str, **variables: str) -> str:
        done = self.run(str(self.python.parent / "alembic"), *words, **variables)
        return (done.stdout + done.stderr).strip()


@pytest.fixture
def room(tmp_path: Path, wheels: dict[str, str]) -> Room:
    return Room(tmp_path, wheels)


def test_alone(room: Room) -> None:
    room.install("limbeck", "limbeck_alembic")
    assert room.who() == OURS
    assert room.script("--version") == "alembic 1.20.1"
    assert "Usage" in room.script("init") or "usage" in room.script("init")
    assert "the following arguments are required: directory" in room.script("init")
    assert "Alembic is not here" in room.script("--version", LIMBECK_ALEMBIC="0")
    assert room.says("-m", "alembic", "--version").endswith("1.20.1")


def test_the_original_beside_it_whoever_came_last(room: Room) -> None:
    room.install("limbeck", "alembic", "limbeck_alembic")
    assert room.who() == OURS
    assert room.who(LIMBECK_ALEMBIC="0") == THEIRS
    assert room.says("-c", "from importlib.metadata import version; print(version('alembic'))") == "1.20.1"

    room.install("alembic")  # overwrites bin/alembic
    assert "_limbeck_alembic" not in (room.python.parent / "alembic").read_text(encoding="utf-8")
    assert room.who() == OURS
    made = "import alembic.config as c; print(c.CommandLine.__init__.__code__.co_filename)"
    assert "limbeck" in room.says("-c", made)
    assert "alembic 1.20.1" in room.script("--version")


def test_uninstalled_the_original_answers_again(room: Room) -> None:
    room.install("limbeck", "limbeck_alembic", "alembic")
    room.uninstall("limbeck-alembic")
    assert room.who() == THEIRS
    assert not list(room.site.glob("*limbeck_alembic*"))


def test_without_limbeck_the_original_answers(room: Room) -> None:
    room.install("limbeck_alembic", "alembic")
    assert room.who() == THEIRS


def test_doctor_says_who_answers(room: Room) -> None:
    room.install("limbeck", "alembic")
    limbeck = str(room.python.parent / "limbeck")
    assert "limbeck-alembic is not" in room.run(limbeck, "doctor").stdout
    room.install("limbeck_alembic")
    assert "limbeck-alembic puts it first" in room.run(limbeck, "doctor").stdout
    assert "switches limbeck-alembic off" in room.run(limbeck, "doctor", LIMBECK_ALEMBIC="0").stdout
    inside = room.run(limbeck, "run", "--", str(room.python), "-c", WHO, LIMBECK_ALEMBIC="0")
    assert inside.stdout.strip() == OURS


def test_nothing_of_limbeck_is_imported_at_start(room: Room) -> None:
    room.install("limbeck", "limbeck_alembic")
    assert room.says("-c", "import sys; print([m for m in sys.modules if m.startswith('limbeck')])") == "[]"
