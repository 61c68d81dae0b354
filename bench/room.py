"""What the benchmarks share: an environment with limbeck and Alembic from PyPI, projects of many revisions, fair pairs.

The environment is `.venv-bench` beside the Makefile; limbeck is installed into it as users install it, from a wheel and
with compiled byte code, anew at each run. The revision files are the same for both tools but for one line, the import
of `op`. Whole processes are timed, in turn: a run of the one, a run of the other, and so on.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".venv-bench"
BIN = PLACE / ("Scripts" if os.name == "nt" else "bin")
ALEMBIC = "1.20.1"
NEEDED = [f"alembic=={ALEMBIC}", "SQLAlchemy>=2.1"]


def environment() -> dict[str, str]:
    """The variables of the timed processes: byte code is written and nothing of the caller's Python is seen."""
    hidden = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONUNBUFFERED", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def prepare() -> None:
    """Makes the environment, or brings it up to date; prints what it holds."""
    python = str(BIN / "python")
    quietly([sys.executable, str(ROOT / "tools" / "venv.py"), str(PLACE)])
    quietly([python, "-m", "pip", "install", "-q", *NEEDED, f"{ROOT}[embedded]"])
    quietly([python, "-m", "pip", "install", "-q", "--no-deps", "--force-reinstall", str(ROOT)])
    told = subprocess.check_output(
        [
            python,
            "-c",
            "import sys; from importlib.metadata import version as v;"
            "print(f'Python {sys.version.split()[0]}, SQLAlchemy', v('sqlalchemy') + ', Alembic', v('alembic') + ',',"
            "'limbeck', v('limbeck'))",
        ],
        text=True,
        env=environment(),
    )
    print(told.strip())


def quietly(command: Sequence[str], cwd: Path | None = None) -> str:
    """Runs it to its end; what it printed is shown only when it failed."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


# -- projects -----------------------------------------------------------------------------------------------

FILE = '''"""{message}

Revision ID: {name}
Revises: {parent}
Create Date: 2024-01-01 00:00:00.000000

"""
from typing import Sequence, Union

from {tool} import op
import sqlalchemy as sa


# revision identifiers
revision: str = {name!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
{up}

def downgrade() -> None:
{back}
'''

ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config


def run_migrations_offline():
    context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    section = config.get_section(config.config_ini_section, {})
    connectable = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
"""


def change(number: int) -> tuple[str, str, str]:
    """Message, upgrade and downgrade of the revision of this number: by turns a table, two columns, an index."""
    table = f"account_{number // 4:04}"
    kind = number % 4
    if kind == 0:
        up = (
            f'    op.create_table(\n        "{table}",\n'
            '        sa.Column("id", sa.Integer(), nullable=False),\n'
            '        sa.Column("name", sa.String(length=50), nullable=False),\n'
            '        sa.Column("made", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),\n'
            f'        sa.PrimaryKeyConstraint("id", name="pk_{table}"),\n    )\n'
        )
        return f"create {table}", up, f'    op.drop_table("{table}")\n'
    if kind == 3:
        name = f"ix_{table}_name"
        return (
            f"index {table}",
            f'    op.create_index("{name}", "{table}", ["name"], unique=False)\n',
            f'    op.drop_index("{name}", table_name="{table}")\n',
        )
    column = ("mail", "age")[kind - 1]
    type_ = ("sa.String(length=200)", "sa.Integer()")[kind - 1]
    return (
        f"add {column} to {table}",
        f'    op.add_column("{table}", sa.Column("{column}", {type_}, nullable=True))\n',
        f'    op.drop_column("{table}", "{column}")\n',
    )


def name_of(number: int) -> str:
    return f"{(number * 2654435761 + 977) % 2**48:012x}"


def project(folder: Path, count: int, tool: str, url: str) -> Path:
    """A project of that many revisions in one line, for "limbeck" or "alembic"."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    if tool == "limbeck":
        (folder / "limbeck.toml").write_text(f'url = "{url}"\nmigrations = "migrations"\n', encoding="utf-8")
    else:
        ini = f"[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {url.replace('%', '%%')}\n"
        (folder / "alembic.ini").write_text(ini, encoding="utf-8")
        (folder / "migrations" / "env.py").write_text(ENV, encoding="utf-8")
        (folder / "migrations" / "script.py.mako").write_text("", encoding="utf-8")
    for number in range(count):
        name, parent = name_of(number), name_of(number - 1) if number else None
        message, up, back = change(number)
        text = FILE.format(
            message=message, name=name, parent=parent or "", down=parent, tool=tool, up=up, back=back
        )
        (versions / f"{name}_{message.replace(' ', '_')}.py").write_text(text, encoding="utf-8")
    return folder


# -- fair pairs ---------------------------------------------------------------------------------------------


class Contestant(NamedTuple):
    """One command in one folder. `before` is done, untimed, before each run."""

    command: Sequence[str]
    folder: Path
    before: Callable[[], None] = lambda: None


class Times(NamedTuple):
    least: float
    median: float


def timed(contestant: Contestant) -> float:
    contestant.before()
    began = time.perf_counter()
    done = subprocess.run(contestant.command, cwd=contestant.folder, env=environment(), capture_output=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(contestant.command)}\n{done.stdout.decode()}{done.stderr.decode()}")
    return seconds


def compared(contestants: Sequence[Contestant], rounds: int, warm: bool = True) -> list[Times]:
    """The times of each, taken by turns; with `warm`, after one run of each that does not count."""
    if warm:
        for each in contestants:
            timed(each)
    taken: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for mine, each in zip(taken, contestants, strict=True):
            mine.append(timed(each))
    return [Times(min(mine), statistics.median(mine)) for mine in taken]


def row(name: str, base: Times, others: Sequence[Times]) -> str:
    """Seconds of the base, then of each other with how many times faster it is, least (median)."""
    cells = [f"{name:28}", f"{base.least:8.3f} ({base.median:6.3f})"]
    for other in others:
        times = f"{base.least / other.least:5.1f}x ({base.median / other.median:4.1f}x)"
        cells.append(f"{other.least:8.3f} ({other.median:6.3f}) {times}")
    return "  ".join(cells)


def header(first: str, names: Sequence[str]) -> str:
    return "  ".join(
        [f"{first:28}", f"{names[0]:>17}", *(f"{name + ', and ratio':>31}" for name in names[1:])]
    )
