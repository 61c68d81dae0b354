"""Replays the migrations of published projects with the original and with ours, and compares all that can be seen.

    python tools/replay.py [PROJECT ...] [--on sqlite --on postgresql --on mariadb] [--environments FOLDER] [-v]

For each project (its wheel from PyPI carries its migrations) an environment is made with the project, the original
Alembic and the drivers. In it the same commands are typed with the original, with the facade (the alias of
`limbeck run`), and, where they have one meaning, with `limbeck` itself, each on a database of its own. Compared are:
exit codes, what is printed (history, heads, current, the log of the steps, offline SQL), the schema after the way up and
after the way down, every row of every table, the version rows. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from replay_projects import DATABASES, PROJECTS, Published

ROOT = Path(__file__).parents[1]
FRONT = ROOT / "src" / "limbeck" / "alembic" / "_front"
LONGEST = 300
COMMON = ["alembic==1.20.1", "psycopg[binary]", "psycopg2-binary", "PyMySQL", "rich", "tomli"]


INI = """\
[alembic]
script_location = {location}
path_separator = newline
{versions}
{settings}sqlalchemy.url = {url}

[loggers]
keys = root,alembic
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = WARNING
handlers = console
qualname =
[logger_alembic]
level = INFO
handlers =
qualname = alembic
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic
[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""
PLAIN_MAKO = """\
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"""
PLAIN_ENV = """\
from logging.config import fileConfig
from alembic import context
from sqlalchemy import create_engine, pool

config = context.config
fileConfig(config.config_file_name)
url = config.get_main_option("sqlalchemy.url")
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
"""
DUMP = """\
import json, sys
import sqlalchemy as sa
engine = sa.create_engine(sys.argv[1])
quote = engine.dialect.identifier_preparer.quote
found = {}
def told(index):  # options may be clauses
    return str({k: {a: str(b) for a, b in v.items()} if isinstance(v, dict) else v for k, v in index.items()})
with engine.connect() as c:
    inspector = sa.inspect(c)
    for name in sorted(inspector.get_table_names()):
        table = {
            "columns": [{k: str(v) for k, v in col.items()} for col in inspector.get_columns(name)],
            "pk": str(inspector.get_pk_constraint(name)),
            "fks": sorted(map(str, inspector.get_foreign_keys(name))),
            "unique": sorted(map(str, inspector.get_unique_constraints(name))),
            "indexes": sorted(map(told, inspector.get_indexes(name))),
            "checks": sorted(map(str, inspector.get_check_constraints(name))),
            "rows": sorted(str(tuple(r)) for r in c.exec_driver_sql("SELECT * FROM " + quote(name))),
        }
        if engine.dialect.name == "sqlite":
            asked = "SELECT sql FROM sqlite_master WHERE tbl_name = ? ORDER BY name"
            table["sql"] = [sorted(line.strip(" ,\\t") for line in (r[0] or "").splitlines())
                            for r in c.exec_driver_sql(asked, (name,))]  # unnamed constraints have no order
        elif engine.dialect.name in ("mysql", "mariadb"):
            shown = c.exec_driver_sql("SHOW CREATE TABLE " + quote(name)).one()[1]
            table["sql"] = sorted(line.strip(" ,") for line in shown.splitlines())  # indexes come out of a set
        found[name] = table
    if engine.dialect.name == "postgresql":
        found["enums"] = [str(tuple(r)) for r in c.exec_driver_sql(
            "SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid ORDER BY 1, e.enumsortorder")]
print(json.dumps(found, sort_keys=True))
"""
PREPARE = """\
import sys
import sqlalchemy as sa
engine = sa.create_engine(sys.argv[1])
"""
NATIVE = {"upgrade", "downgrade", "stamp"}
DAYS = [datetime.now(timezone.utc) + timedelta(days=n) for n in (-1, 0, 1)]
TODAY = re.compile(
    "|".join(
        rf"{d:%Y-%m-%d}[ T][\d:.]+|datetime\.datetime\({d.year}, {d.month}, {d.day}, [\d, ]+" for d in DAYS
    )
)
"""What the clock writes into rows, as text (SQLite) and as Python's repr; older moments stand in the revisions themselves."""
WRITTEN = "5e7e1a7e5e7e"
"""The id of the revision that is written."""


class Replay:
    """One project on one database, by one of the three."""

    def __init__(self, project: Published, python: Path, by: str, folder: Path, url: str) -> None:
        self.project, self.python, self.by, self.folder, self.url = project, python, by, folder, url
        folder.mkdir(parents=True)
        self.write_settings()

    def write_settings(self) -> None:
        """The project's migrations are copied beside the settings, so that one can be written."""
        location, versions = "migrations", ""
        copied = self.folder / location
        shutil.copytree(self.place(), copied, ignore=shutil.ignore_patterns("__pycache__"))
        if not (copied / "script.py.mako").exists():  # wheels leave out what is no module (mlflow)
            (copied / "script.py.mako").write_text(PLAIN_MAKO, encoding="utf-8")
        if not self.project.own_env:
            (self.folder / "plain").mkdir()
            (self.folder / "plain" / "env.py").write_text(PLAIN_ENV, encoding="utf-8")
            (self.folder / "plain" / "script.py.mako").write_text(PLAIN_MAKO, encoding="utf-8")
            location, versions = "plain", f"version_locations = {copied}/versions"
        text = INI.format(
            location=location,
            versions=versions,
            url=self.spoken.replace("%", "%%"),
            settings=self.project.settings.format(folder=self.folder, kind=self.kind),
        )
        (self.folder / "alembic.ini").write_text(text, encoding="utf-8")
        (self.folder / "launch.py").write_text(self.project.launcher, encoding="utf-8")

    def place(self) -> Path:
        """Where the installed package keeps its migrations."""
        package, _, rest = self.project.location.partition(":")
        find = f"import importlib.util as u; print(u.find_spec({package!r}).submodule_search_locations[0])"
        found = subprocess.run([str(self.python), "-c", find], capture_output=True, text=True, check=True)
        return Path(found.stdout.strip(), *rest.replace(":", "/").split("/"))

    @property
    def kind(self) -> str:
        return self.url.partition(":")[0].partition("+")[0].replace("mysql", "mariadb")

    @property
    def spoken(self) -> str:
        """The database's URL in the project's driver."""
        driver = self.project.drivers.get(self.kind)
        return re.sub(r"^[^:]+", driver, self.url) if driver else self.url

    def prepare(self) -> None:
        if self.project.first:
            code = PREPARE + self.project.first
            words = [str(self.python), "-W", "ignore", "-c", code, self.url]
            done = subprocess.run(
                words, cwd=self.folder, env=self.environ(), capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{self.project.package} could not be prepared:\n{done.stderr[-2000:]}")

    def environ(self) -> dict[str, str]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        more = {k: v.format(url=self.spoken, folder=self.folder) for k, v in self.project.variables.items()}
        return environ | {"PYTHONHASHSEED": "0", "NO_COLOR": "1"} | more

    def run(self, *words: str) -> tuple[int, str, str]:
        environ = self.environ()
        if self.by != "original":
            environ["PYTHONPATH"] = f"{FRONT}{os.pathsep}{ROOT / 'src'}"
        command = ["-m", "limbeck" if self.by == "limbeck" else "alembic", *words]
        if self.project.launcher:
            command = ["launch.py", self.url, *words]
        done = subprocess.run(
            [str(self.python), *command],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        return done.returncode, self.plain(done.stdout), self.plain(done.stderr)

    def plain(self, text: str) -> str:
        """Without what differs from one run to the next."""
        text = text.replace(str(self.folder), "FOLDER").replace(self.url, "URL")
        if server := re.search(r"/(\w+)\?host=", self.url):
            text = re.sub(rf"\b{server[1]}\b|/tmp/\S+", "PLACE", text)
        text = re.sub(r"\b0x[0-9a-f]+\b", "ADDRESS", text)
        text = re.sub(r"\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?", "NOW", text)
        return re.sub(r"(?m)^.*(Warning|warnings\.warn|warn\().*\n(  .*\n)?", "", text)

    def dump(self) -> dict[str, object]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        done = subprocess.run(
            [str(self.python), "-c", DUMP, self.url], env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return {"error": done.stderr[-500:]}
        found: dict[str, object] = json.loads(TODAY.sub("NOW", done.stdout))
        return found

    def all(self) -> dict[str, object]:
        seen: dict[str, object] = {}
        self.prepare()
        for number, words in enumerate(self.project.way):
            if self.by == "limbeck" and (words[0] not in NATIVE or "--sql" in words):
                continue
            code, out, err = self.run(*words)
            name = f"{number:02} {' '.join(words)}"
            if self.by == "limbeck":
                seen[f"{name}: ended well"] = code == 0
                if code:
                    seen[f"{name}: said"] = out + err
            else:
                seen[f"{name}: exit code"] = code
                seen[f"{name}: stdout"] = _in_order(out) if "--sql" in words else out
                seen[f"{name}: stderr"] = _told(err)
            if words[0] in NATIVE and "--sql" not in words:
                seen[f"{name}: database"] = self.dump()
            if words[0] == "revision":
                seen[f"{name}: file"] = self.written()
        return seen

    def written(self) -> str:
        """The new revision file, which is taken away again: what is left of the way does not know it."""
        texts = []
        for path in sorted(self.folder.rglob(f"*{WRITTEN}*.py")):
            texts.append(re.sub(r"Create Date: .*", "Create Date: NOW", path.read_text(encoding="utf-8")))
            path.unlink()
        return "\n".join(texts)


def _in_order(script: str) -> str:
    """Offline SQL; the indexes of one table, which the original takes out of a set, by their text."""
    one = r"CREATE (?:UNIQUE )?INDEX [^;]*;\n*"
    return re.sub(rf"(?:{one}){{2,}}", lambda run: "".join(sorted(re.findall(one, run[0]))), script)


def _told(text: str) -> str:
    """The log, and of a traceback the last line: which lines of whose file stand in it is no behaviour."""
    if "Traceback (most recent call last)" not in text:
        return text
    before = text.partition("Traceback (most recent call last)")[0]
    return before + text.strip().splitlines()[-1]


def differences(one: dict[str, object], other: dict[str, object]) -> Iterator[str]:
    """What both have and is not the same; and, for the databases, in which table."""
    for name in one:
        if name not in other or one[name] == other[name]:
            continue
        a, b = one[name], other[name]
        if isinstance(a, dict) and isinstance(b, dict):
            for table in sorted(a.keys() | b.keys()):
                yield from _of_table(f"{name}: {table}", a.get(table), b.get(table))
            continue
        if name.split()[1] in ("check", "revision") and _words(a) == _words(b):
            continue  # tables come out of a set in the original, and are told of in that order
        left, right = str(a).splitlines(), str(b).splitlines()
        at = next(
            (n for n, (x, y) in enumerate(zip(left, right, strict=False)) if x != y),
            min(len(left), len(right)),
        )
        yield f"{name}, line {at + 1}:\n      {left[at : at + 2]}\n      {right[at : at + 2]}"


def _words(told: object) -> list[str]:
    return sorted(re.findall(r"\w+|[^\w\s]", str(told)))


def _of_table(place: str, one: object, other: object) -> Iterator[str]:
    """Where the accounts of one table differ, part by part."""
    if one == other:
        return
    if not isinstance(one, dict) or not isinstance(other, dict):
        yield f"{place}:\n      {one}\n      {other}"
        return
    for part in one:
        if one[part] != other.get(part):
            yield f"{place}, {part}:\n      {one[part]}\n      {other.get(part)}"


def same_end(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    """The original's account in the words in which limbeck's own is kept, up to where it fails on the database: there
    limbeck takes back what the original leaves half done (SQLite)."""
    found: dict[str, object] = {}
    for name, value in one.items():
        if name.endswith(": database"):
            found[name] = value
        elif name.endswith(": exit code"):
            found[name.replace(": exit code", ": ended well")] = value == 0
            if value != 0 and name.split()[1] in NATIVE and "--sql" not in name:
                break
    return {name: value for name, value in found.items() if name in other}


def environment(folder: Path, name: str, project: Published) -> Path:
    place = folder / name
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (place / ".ready").exists():
        print(f"Installing {project.package} ...", flush=True)
        subprocess.run([sys.executable, str(ROOT / "tools" / "venv.py"), str(place)], check=True)
        words = [str(python), "-m", "pip", "install", "-q", project.package, *COMMON, *project.needs]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
        (place / ".ready").touch()
    return python


@contextmanager
def databases() -> Iterator[object]:
    sys.path.insert(0, str(ROOT / "tests"))
    sys.path.insert(0, str(ROOT / "src"))
    import servers

    run = servers.Run.begin()
    try:
        yield run
    finally:
        run.end()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("projects", nargs="*", default=list(PROJECTS))
    parser.add_argument("--on", action="append", choices=DATABASES)
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv-replay")
    parser.add_argument("-v", "--verbose", action="store_true", help="every difference, not the first three")
    given = parser.parse_args()
    failed = 0
    with databases() as run, tempfile.TemporaryDirectory() as scratch:
        for name in given.projects:
            project = PROJECTS[name]
            python = environment(given.environments.absolute(), name, project)
            for kind in given.on or project.on:
                if kind in project.on:
                    failed += one(run, name, project, python, kind, Path(scratch), given.verbose)
    return 1 if failed else 0


def one(
    run: object, name: str, project: Published, python: Path, kind: str, scratch: Path, verbose: bool
) -> int:
    seen: dict[str, dict[str, object]] = {}
    tools = ("original", "facade") if project.native else ("original", "facade", "limbeck")
    for by in tools:
        folder = scratch / name / kind / by
        place = scratch / name / kind / f"{by}-database"
        place.mkdir(parents=True)
        with run.database(kind, place) as database:  # type: ignore[attr-defined]
            seen[by] = Replay(project, python, by, folder, database.url).all()
    facade = list(differences(seen["original"], seen["facade"]))
    native = []
    if not project.native:
        native = list(differences(same_end(seen["original"], seen["limbeck"]), seen["limbeck"]))
    history = next(str(v) for n, v in seen["original"].items() if n.endswith("history -v: stdout"))
    codes = {n: v for n, v in seen["original"].items() if n.endswith("exit code")}
    failed = [n for n, code in codes.items() if code]
    told = project.native or f"{len(native)} differences"
    print(
        f"{name} on {kind}: {history.count('Rev: ')} revisions, {len(failed)} of {len(codes)} commands fail with the "
        f"original; the facade: {len(facade)} differences; limbeck: {told}",
        flush=True,
    )
    for command in failed:
        said = str(seen["original"][command.replace("exit code", "stderr")]).strip().splitlines()
        more = str(seen["original"][command.replace("exit code", "stdout")]).strip().splitlines()
        last = (said or more or [""])[-1] if command.split()[1] != "check" else (more or said or [""])[-1]
        print(f"   fails with the original: {command.partition(':')[0]}: {last[:200]}")
    for who, found in (("facade", facade), ("limbeck", native)):
        for text in found if verbose else found[:3]:
            print(f"   {who}: {text if verbose else text[:600]}")
    return len(facade) + len(native)


if __name__ == "__main__":
    raise SystemExit(main())
