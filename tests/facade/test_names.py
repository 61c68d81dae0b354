"""`alembic` and `limbeck.alembic` are two names of the same module objects, whichever comes first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def python(code: str, folder: Path | None = None) -> str:
    """What a fresh interpreter prints; a failure is shown whole."""
    path = [str(ROOT / "src"), *([str(folder)] if folder else [])]
    program = f"import sys; sys.path[:0] = {path!r}\n{code}"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "first, second", [("alembic.", "limbeck.alembic."), ("limbeck.alembic.", "alembic.")]
)
@pytest.mark.parametrize(
    "module", ["op", "config", "operations.ops", "ddl.impl", "script.revision", "util.exc"]
)
def test_one_module_under_both_names(first: str, second: str, module: str) -> None:
    code = f"""
import limbeck.alembic, importlib
one = importlib.import_module({first + module!r})
two = importlib.import_module({second + module!r})
print(one is two, one.__name__, one.__spec__.name)
"""
    assert python(code).split() == ["True", f"alembic.{module}", f"alembic.{module}"]


def test_importing_it_imports_no_sqlalchemy() -> None:
    code = """
import limbeck.alembic, alembic, alembic.config, alembic.command, alembic.script, sys
print([name for name in sys.modules if name.split(".")[0] in ("sqlalchemy", "mako")])
"""
    assert python(code) == "[]\n"


def test_a_foreign_alembic_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "alembic").mkdir()
    (tmp_path / "alembic" / "__init__.py").write_text("")
    code = """
import alembic
try:
    import limbeck.alembic
except ImportError as error:
    print(type(error).__name__, error.where)
"""
    assert python(code, tmp_path).split() == ["ForeignAlembic", str(tmp_path / "alembic" / "__init__.py")]


def test_pickles_and_reprs_say_alembic() -> None:
    code = """
import limbeck.alembic, pickle
from limbeck.alembic.operations.ops import DropTableOp
from limbeck.alembic.script.revision import Revision
print(DropTableOp, Revision, pickle.loads(pickle.dumps(DropTableOp)) is DropTableOp)
"""
    assert python(code) == (
        "<class 'alembic.operations.ops.DropTableOp'> <class 'alembic.script.revision.Revision'> True\n"
    )


def test_both_names_run_as_programs() -> None:
    for name in ("alembic", "limbeck.alembic"):
        code = f"""
import limbeck.alembic, runpy
sys.argv = ["alembic", "--version"]
try:
    runpy.run_module({name!r}, run_name="__main__")
except SystemExit:
    pass
"""
        assert python(code) == "alembic 1.20.1\n"


def test_purged_modules_come_again() -> None:
    code = """
import limbeck.alembic, alembic.util
for name in [name for name in sys.modules if name.split(".")[0] == "alembic"]:
    del sys.modules[name]
import alembic.util
print(alembic.__version__, alembic.util.CommandError.__module__)
"""
    assert python(code) == "1.20.1 alembic.util.exc\n"


def test_the_file_of_a_database_comes_with_its_impl() -> None:
    code = """
import limbeck.alembic, io, alembic
from alembic.migration import MigrationContext
from alembic.operations import Operations
MigrationContext.configure(dialect_name="sqlite")
loaded = lambda: sorted(name for name in sys.modules if name in ("alembic.ddl.sqlite", "alembic.ddl.postgresql"))
print(loaded())
written = io.StringIO()
context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written})
Operations(context).create_exclude_constraint("x", "t", ("a", "="), using="gist")
print(loaded(), written.getvalue().strip(), alembic.runtime.migration is sys.modules["alembic.runtime.migration"])
"""
    assert python(code).splitlines() == [
        "['alembic.ddl.sqlite']",
        "['alembic.ddl.postgresql', 'alembic.ddl.sqlite'] "
        "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (a WITH =); True",
    ]
