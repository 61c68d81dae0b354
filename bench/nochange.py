"""Autogenerate with nothing to do: `limbeck check` against `alembic check` on the same database, by turns.

    python bench/nochange.py [--rounds 3] [number of tables ...] [--schemas] [--memory]
                                                                     (default: 100 1000 5000 --schemas --memory)

Whole processes on an embedded PostgreSQL; seconds, the least of the rounds and in brackets the median, then how many
times faster than Alembic. Alembic runs twice: as it is without settings (types compared, defaults not), and with
`compare_server_default=True`; limbeck always compares everything. Then, in a run that is not timed, the number of
queries by SQLAlchemy's cursor events, the peak of the process's memory, and its own processor time (without the
server's), which says more than the clock on a busy machine. --once: that run alone, with the clock, for big schemas.
--schemas: 5 schemas of 40 tables. --memory: 100,000 columns in 2,000 tables. Each run must find nothing, or the table
says so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nochange_models as models
from room import BIN, PLACE, Contestant, Times, compared, environment, prepare

SETTINGS = 'url = "{url}"\nmigrations = "migrations"\nmodels = "models:metadata"\n'
INI = (
    "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = %(here)s\nsqlalchemy.url = {url}\n"
)
ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

from models import metadata

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, {options})
    with context.begin_transaction():
        context.run_migrations()
"""
PEAK = """\
import resource

def peak():  # what getrusage tells begins with the process that started this one
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

"""
COUNTED = f"""\
{PEAK}
import json, sys
import sqlalchemy as sa

asked = [0]
sa.event.listen(sa.Engine, "before_cursor_execute", lambda *_: asked.__setitem__(0, asked[0] + 1))
if sys.argv[1] == "alembic":
    from alembic.config import main
else:
    from limbeck.cli import main
code = 0
try:
    code = main(sys.argv[2:]) or 0
except SystemExit as end:
    code = end.code
used = resource.getrusage(resource.RUSAGE_SELF)
print("\\n" + json.dumps([asked[0], peak(), code, used.ru_utime + used.ru_stime]))
"""
ONLY_MODELS = f"{PEAK}\nimport models\nprint(peak())"


class Tool(NamedTuple):
    name: str
    program: str
    folder: Path


class Told(NamedTuple):
    """What one run that is not timed told. `peak` is in MB, `cpu` the seconds of the tool's own process."""

    queries: int
    peak: int
    code: object
    cpu: float
    wall: float


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("counts", nargs="*", type=int)
    said.add_argument("--rounds", type=int, default=3)
    said.add_argument("--schemas", action="store_true")
    said.add_argument("--memory", action="store_true")
    said.add_argument(
        "--once", action="store_true", help="one run of Alembic as it is and of limbeck, no others"
    )
    given = said.parse_args()
    if Path(sys.prefix).resolve() != PLACE.resolve():  # what follows needs SQLAlchemy and the embedded server
        prepare()
        return subprocess.call([str(BIN / "python"), __file__, *sys.argv[1:]], env=environment())
    everything = not (given.counts or given.schemas or given.memory)
    from limbeck import embedded

    with embedded.postgres() as server:
        print(f"PostgreSQL {server.version}, {given.rounds} rounds: seconds, least (median)", flush=True)
        for count in given.counts or ((100, 1000, 5000) if everything else ()):
            measure(server, f"{count} tables", models.accounts(count), given.rounds, once=given.once)
        if given.schemas or everything:
            measure(server, "5 schemas x 40 tables", models.in_schemas(5, 40), given.rounds)
        if given.memory or everything:
            measure(server, "100,000 columns", models.wides(2000, 50), 1, once=True)
    return 0


def measure(server: Any, name: str, text: str, rounds: int, *, once: bool = False) -> None:
    server.create_database("bench")
    url = server.url("bench")
    try:
        with tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder:
            tools = projects(Path(folder), url, text)
            fill(url, text)
            if once:
                tools = [tools[0], tools[-1]]
                told = [counted(tool) for tool in tools]
                times = [Times(one.wall, one.wall) for one in told]
            else:
                contestants = [Contestant([str(BIN / t.program), "check"], t.folder) for t in tools]
                times = compared(contestants, rounds)
                told = [counted(tool) for tool in tools]
            show(name, tools, times, told, only_models(tools[0].folder))
    finally:
        drop(server)


def projects(folder: Path, url: str, text: str) -> list[Tool]:
    made = []
    for name, options in (("Alembic", ""), ("Alembic, all", "compare_server_default=True")):
        place = folder / name
        (place / "migrations" / "versions").mkdir(parents=True)
        (place / "alembic.ini").write_text(INI.format(url=url.replace("%", "%%")), encoding="utf-8")
        options += ", include_schemas=True" if "for place in" in text else ""
        (place / "migrations" / "env.py").write_text(
            ENV.format(options=options.lstrip(", ")), encoding="utf-8"
        )
        (place / "models.py").write_text(text, encoding="utf-8")
        made.append(Tool(name, "alembic", place))
    place = folder / "limbeck"
    (place / "migrations" / "versions").mkdir(parents=True)
    (place / "limbeck.toml").write_text(SETTINGS.format(url=url), encoding="utf-8")
    (place / "models.py").write_text(text, encoding="utf-8")
    return [*made, Tool("limbeck", "limbeck", place)]


def fill(url: str, text: str) -> None:
    """The tables by create_all, each in a transaction of its own: one for all needs more locks than a server has."""
    import sqlalchemy as sa

    inside: dict[str, Any] = {}
    exec(compile(text, "models.py", "exec"), inside)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        for schema in sorted({t.schema for t in inside["metadata"].tables.values() if t.schema}):
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        inside["metadata"].create_all(connection)
        connection.exec_driver_sql("VACUUM ANALYZE pg_catalog.pg_attribute")
        connection.exec_driver_sql("VACUUM ANALYZE")


def drop(server: Any) -> None:
    import psycopg

    with psycopg.connect(server.url(driver=""), autocommit=True) as own:
        own.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")


def counted(tool: Tool) -> Told:
    import json

    began = time.perf_counter()
    done = subprocess.run(
        [str(BIN / "python"), "-c", COUNTED, tool.program, "check"],
        cwd=tool.folder,
        env=environment(),
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - began
    try:
        queries, peak, code, cpu = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        sys.exit(f"{tool.name}\n{done.stdout}{done.stderr}")
    return Told(queries, peak // 1024, code, cpu, wall)


def only_models(folder: Path) -> int:
    told = subprocess.check_output(
        [str(BIN / "python"), "-c", ONLY_MODELS], cwd=folder, env=environment(), text=True
    )
    return int(told) // 1024


def show(name: str, tools: Sequence[Tool], times: Sequence[Times], told: Sequence[Told], bare: int) -> None:
    print(f"\n{name}; a process that only imports the models: {bare} MB")
    ours = times[-1]
    for tool, taken, one in zip(tools, times, told, strict=True):
        ratio = f"{taken.least / ours.least:5.1f}x ({taken.median / ours.median:4.1f}x)"
        found = "" if one.code == 0 else f"  found differences (code {one.code})"
        print(
            f"  {tool.name:14} {taken.least:8.2f} ({taken.median:7.2f})  {ratio if tool is not tools[-1] else '':16}"
            f"  {one.queries:6} queries  {one.peak:5} MB  {one.cpu:6.2f} s of its own{found}",
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
