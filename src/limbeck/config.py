"""Settings as one frozen value, from `limbeck.toml` or from `[tool.limbeck]` in pyproject.toml.

Nothing is looked up outside the file until it is asked for: `${VARIABLE}` in a url is replaced by `url_of`.
Every complaint names file and line. Paths in a file are relative to its folder and become absolute here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from limbeck.errors import (
    NoSuchDatabase,
    SettingsThere,
    SettingsTwice,
    SettingsUnreadable,
    UnknownSetting,
    VariableNotSet,
    WrongSetting,
)

FILE = "limbeck.toml"
PYPROJECT = "pyproject.toml"
DEFAULT_TEMPLATE = "{rev}_{slug}"
TEMPLATE_NAMES = ("rev", "slug", "year", "month", "day", "hour", "minute", "second", "epoch")
TEMPLATE_PART = re.compile(r"\{(\w+)(?::(0?\d{1,2}))?\}")
OLD_TEMPLATE_PART = re.compile(r"%\((\w+)\)(0?\.?\d*)([sd])|%%")
"""The form `%(rev)s`, `%(month).2d`, which is understood too."""
_VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}")


class Hook(NamedTuple):
    """A program that is run on every newly written revision file.

    `type` is "console_scripts", "exec" or "module"; `target` is the entry point, the executable or the module.
    `options` is split as a shell would; REVISION_SCRIPT_FILENAME in it stands for the file, which else comes first.
    """

    name: str
    type: str
    target: str
    options: str = ""
    cwd: Path | None = None


class Database(NamedTuple):
    """One of several databases: a table `[databases.NAME]`. What is not written there is as in the main table."""

    name: str
    url: str | None
    models: tuple[str, ...]
    version_locations: tuple[Path, ...]


class Settings(NamedTuple):
    """What the project's file says, with its defaults filled in."""

    folder: Path
    """The project's directory: where the file stands."""
    file: Path | None = None
    url: str | None = None
    """As written; `url_of` fills in variables."""
    models: tuple[str, ...] = ()
    """Each "module:name" of a declarative base or a MetaData."""
    migrations: Path = Path("migrations")
    version_locations: tuple[Path, ...] = ()
    """Where revision files are; the first gets new ones. Default: migrations/versions where that is, else migrations."""
    recursive: bool = False
    file_template: str = DEFAULT_TEMPLATE
    timezone: str | None = None
    truncate_slug_length: int = 40
    output_encoding: str = "utf-8"
    prepend_sys_path: tuple[Path, ...] = ()
    version_table: str = "alembic_version"
    version_table_schema: str | None = None
    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns (`spatial_*`, `audit.*`) of tables that autogenerate leaves alone."""
    include: tuple[str, ...] = ()
    """Where any are given, autogenerate looks at these tables only."""
    transaction: str = "run"
    """"run": one transaction for all steps; "step": one for each."""
    connect_timeout: float | None = None
    """Seconds, as lock_timeout."""
    lock_timeout: float | None = None
    hooks: tuple[Hook, ...] = ()
    line_length: int = 100
    databases: tuple[Database, ...] = ()

    def where(self, key: str) -> str:
        """ "limbeck.toml:3" for a key of the file ("url", "databases.web.url"); the file alone where it is not there."""
        if self.file is None:
            return "the settings"
        line = line_of(_text(self.file), _prefix(self.file) + tuple(key.split(".")))
        return f"{self.file.name}:{line}" if line else self.file.name

    def database(self, name: str | None = None) -> Database:
        """The named database; without a name the only one. Raises NoSuchDatabase."""
        if not name and not self.databases:
            return Database("", self.url, self.models, self.version_locations)
        for each in self.databases:
            if each.name == name or (not name and len(self.databases) == 1):
                return each
        file = self.file.name if self.file else ""
        raise NoSuchDatabase(name=name or "", known=tuple(d.name for d in self.databases), file=file)

    def url_of(self, database: str | None = None, environ: Mapping[str, str] | None = None) -> str | None:
        """The url with its variables filled in; None where none is set. Raises VariableNotSet, NoSuchDatabase."""
        chosen = self.database(database) if database or not self.url else None
        written = chosen.url if chosen else self.url
        if written is None:
            return None
        key = "url"
        if chosen and chosen.name and chosen.url != self.url:
            key = f"databases.{chosen.name}.url"
        return self.filled(written, key, os.environ if environ is None else environ)

    def filled(self, text: str, key: str, environ: Mapping[str, str]) -> str:
        """`${NAME}` and `${NAME:-default}` replaced; `$${` stays `${`. An empty variable counts as not set."""

        def value(match: re.Match[str]) -> str:
            if match[1]:
                return match[0][1:]
            found = environ.get(match[2]) or match[3]
            if found is None:
                file, _, line = self.where(key).partition(":")
                raise VariableNotSet(variable=match[2], key=key, file=file, line=int(line or 0))
            return found

        return _VARIABLE.sub(value, text)


# -- finding and reading ------------------------------------------------------------------------------------


def find(folder: Path | None = None) -> Path | None:
    """The settings file that counts for a folder: in it or in the nearest folder above. Raises SettingsTwice."""
    start = (folder or Path.cwd()).absolute()
    for place in (start, *start.parents):
        own, shared = place / FILE, place / PYPROJECT
        in_shared = _has_section(shared)
        if own.is_file():
            if in_shared:
                raise SettingsTwice(first=str(own), second=str(shared))
            return own
        if in_shared:
            return shared
    return None


def _has_section(path: Path) -> bool:
    try:
        text = path.read_bytes()
    except OSError:
        return False
    # A pyproject.toml with a mistake elsewhere must still be recognised, so it is not parsed for this.
    return b"limbeck" in text and bool(_section_line(text.decode("utf-8", "replace")))


def read(path: Path) -> Settings:
    """The settings in a file. Raises SettingsUnreadable, UnknownSetting, WrongSetting."""
    path = path.absolute()
    text = _text(path)
    values: Any = _parsed(text, path)
    for name in _prefix(path):
        values = values.get(name, {})
    return _Reader(path, text).settings(values)


def load(folder: Path | None = None) -> Settings | None:
    """`find` and `read`."""
    path = find(folder)
    return None if path is None else read(path)


def _prefix(path: Path) -> tuple[str, ...]:
    return ("tool", "limbeck") if path.name == PYPROJECT else ()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise SettingsUnreadable(file=str(path), why=error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsUnreadable(file=path.name, line=line, why="not written in UTF-8.") from None


def _parsed(text: str, path: Path) -> dict[str, Any]:
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    import sys
    from importlib import import_module

    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        table: dict[str, Any] = toml.loads(text)
    except toml.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column \d+|at end of document", str(error))
        line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
        why = re.sub(r"\s*\(at [^)]*\)$", "", str(error))
        raise SettingsUnreadable(file=path.name, line=line, why=f"{why}.") from None
    return table


class _Reader:
    """Takes one value after the other out of the parsed table, checking each."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self.folder = path, text, path.parent

    def settings(self, table: Any) -> Settings:
        self.check_keys(table, _KEYS, "")
        given = {key: _KEYS[key](self, value, key) for key, value in table.items()}
        migrations: Path = given.get("migrations", self.folder / "migrations")
        given["migrations"] = migrations
        if not given.get("version_locations"):
            inner = migrations / "versions"
            given["version_locations"] = (inner if inner.is_dir() else migrations,)
        given.setdefault("prepend_sys_path", (self.folder,))
        given["databases"] = tuple(self.filled(each, given) for each in given.get("databases", ()))
        return Settings(folder=self.folder, file=self.path, **given)

    def filled(self, database: Database, given: Mapping[str, Any]) -> Database:
        return database._replace(
            url=database.url or given.get("url"),
            models=database.models or given.get("models", ()),
            version_locations=database.version_locations or given["version_locations"],
        )

    def check_keys(self, table: Any, known: Mapping[str, Any], key: str) -> None:
        if not isinstance(table, dict):
            self.wrong(key or "tool.limbeck", "a table", table)
        for name in table:
            if name not in known:
                from difflib import get_close_matches

                full = f"{key}.{name}" if key else name
                close = get_close_matches(name.replace("-", "_").lower(), known, 1, 0.6)
                raise UnknownSetting(
                    file=self.path.name,
                    line=self.line(full),
                    key=full,
                    close=close[0] if close else "",
                    known=tuple(known),
                )

    def wrong(self, key: str, wanted: str, got: Any) -> Any:
        shown = {True: "true", False: "false"}.get(got, repr(got)) if isinstance(got, bool) else repr(got)
        raise WrongSetting(file=self.path.name, line=self.line(key), key=key, wanted=wanted, got=shown)

    def line(self, key: str) -> int:
        full = _prefix(self.path) + tuple(key.split("."))
        while full:
            found = line_of(self.text, full)
            if found:
                return found
            full = full[:-1]
        return 0

    # -- one kind of value each

    def string(self, value: Any, key: str) -> str:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            self.wrong(key, "a text", value)
        return str(value)

    def flag(self, value: Any, key: str) -> bool:
        if not isinstance(value, bool):
            self.wrong(key, "true or false", value)
        return bool(value)

    def count(self, value: Any, key: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(key, "a whole number above zero", value)
        return int(value)

    def seconds(self, value: Any, key: str) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < 1e7:
            self.wrong(key, "a number of seconds above zero", value)
        return float(value)

    def strings(self, value: Any, key: str) -> tuple[str, ...]:
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each.strip() and "\0" not in each for each in several):
            self.wrong(key, "a text or a list of texts", value)
        return tuple(several)

    def directory(self, value: Any, key: str) -> Path:
        return Path(os.path.normpath(self.folder / Path(self.string(value, key)).expanduser()))

    def directories(self, value: Any, key: str) -> tuple[Path, ...]:
        return tuple(self.directory(each, key) for each in self.strings(value, key))

    def models(self, value: Any, key: str) -> tuple[str, ...]:
        names = self.strings(value, key)
        for name in names:
            if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*", name):
                self.wrong(key, 'written as "package.module:name"', name)
        return names

    def transaction(self, value: Any, key: str) -> str:
        return self.one_of(("run", "step"), value, key)

    def one_of(self, choices: tuple[str, ...], value: Any, key: str) -> str:
        if value not in choices:
            self.wrong(key, "one of " + ", ".join(f'"{choice}"' for choice in choices), value)
        return str(value)

    def encoding(self, value: Any, key: str) -> str:
        import codecs

        name = self.string(value, key)
        try:
            codecs.lookup(name)
        except LookupError:
            self.wrong(key, "the name of an encoding", value)
        return name

    def template(self, value: Any, key: str) -> str:
        why = template_mistake(self.string(value, key))
        if why:
            self.wrong(key, why, value)
        return str(value)

    def hooks(self, value: Any, key: str) -> tuple[Hook, ...]:
        if not isinstance(value, list):
            self.wrong(key, "a list of tables", value)
        return tuple(self.hook(each, key, number) for number, each in enumerate(value, 1))

    def hook(self, table: Any, key: str, number: int) -> Hook:
        self.check_keys(table, _HOOK_KEYS, key)
        kind = self.one_of(tuple(HOOK_TARGETS), table.get("type"), f"{key}.type")
        wanted = HOOK_TARGETS[kind]
        if wanted not in table:
            self.wrong(key, f"given {wanted} where type is {kind!r}", table)
        target = self.string(table[wanted], f"{key}.{wanted}")
        options = table.get("options", "")
        if not isinstance(options, str):
            self.wrong(f"{key}.options", "a text", options)
        cwd = self.directory(table["cwd"], f"{key}.cwd") if "cwd" in table else None
        return Hook(str(table.get("name", target or number)), kind, target, options, cwd)

    def databases(self, value: Any, key: str) -> tuple[Database, ...]:
        if not isinstance(value, dict):
            self.wrong(key, "made of tables [databases.NAME]", value)
        return tuple(self.one_database(name, table, f"{key}.{name}") for name, table in value.items())

    def one_database(self, name: str, table: Any, key: str) -> Database:
        self.check_keys(table, _DATABASE_KEYS, key)
        url = self.string(table["url"], f"{key}.url") if "url" in table else None
        models = self.models(table["models"], f"{key}.models") if "models" in table else ()
        places = table.get("version_locations")
        locations = () if places is None else self.directories(places, f"{key}.version_locations")
        return Database(name, url, models, locations)


HOOK_TARGETS = {"console_scripts": "entrypoint", "exec": "executable", "module": "module"}
_HOOK_KEYS = dict.fromkeys(("type", "name", *HOOK_TARGETS.values(), "options", "cwd"))
_DATABASE_KEYS = dict.fromkeys(("url", "models", "version_locations"))
_KEYS: dict[str, Callable[[_Reader, Any, str], Any]] = {
    "url": _Reader.string,
    "models": _Reader.models,
    "migrations": _Reader.directory,
    "version_locations": _Reader.directories,
    "recursive": _Reader.flag,
    "file_template": _Reader.template,
    "timezone": _Reader.string,
    "truncate_slug_length": _Reader.count,
    "output_encoding": _Reader.encoding,
    "prepend_sys_path": _Reader.directories,
    "version_table": _Reader.string,
    "version_table_schema": _Reader.string,
    "schemas": _Reader.strings,
    "exclude": _Reader.strings,
    "include": _Reader.strings,
    "transaction": _Reader.transaction,
    "connect_timeout": _Reader.seconds,
    "lock_timeout": _Reader.seconds,
    "hooks": _Reader.hooks,
    "line_length": _Reader.count,
    "databases": _Reader.databases,
}


def template_mistake(template: str) -> str:
    """What a file template must be and is not; empty for a good one."""
    old = "%(" in template
    pattern = OLD_TEMPLATE_PART if old else TEMPLATE_PART
    for match in pattern.finditer(template):
        if match[1] and match[1] not in TEMPLATE_NAMES:
            return f"made of {', '.join(TEMPLATE_NAMES)}"
    rest = pattern.sub("", template)
    if re.search(r"[%]" if old else r"[{}]", rest):
        return 'written as in "{year}_{month:02}_{day:02}_{rev}_{slug}"'
    if not any(name in template for name in ("rev", "slug", "epoch", "second")):
        return "different for each file: give it rev"
    return ""


# -- lines --------------------------------------------------------------------------------------------------

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_NAME = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_TOKEN = re.compile(r'"""|' + r"'''" + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[\[\]{}]""")


def line_of(text: str, key: tuple[str, ...]) -> int:
    """The line on which a key (or the table it names) is written in a TOML text; 0 where it is not."""
    for number, written, value in _written(text):
        if written == key or (key[: len(written)] == written and value.startswith("{")):
            return number
    return 0


def _written(text: str) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """Every key and table header: its line, its full name, and how its value begins."""
    table: tuple[str, ...] = ()
    skip_to = start = 0  # up to skip_to: lines of a value that began above
    for number, line in enumerate(text.split("\n"), 1):
        begin, start = start, start + len(line) + 1
        if begin < skip_to:
            continue
        header = _HEADER.match(line)
        if header and "=" not in header[1]:
            table = _names(header[1])
            yield number, table, ""
            continue
        found = _KEY.match(line)
        if found:
            yield number, table + _names(found[1]), line[found.end() :].strip()
            skip_to = _end_of_value(text, begin + found.end())


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _NAME.findall(dotted))


def _end_of_value(text: str, at: int) -> int:
    """Where the value that begins here ends: behind its last bracket or quote, else at the end of the line."""
    depth = 0
    while True:
        match = _TOKEN.search(text, at)
        end = text.find("\n", at)
        if match is None or (not depth and -1 < end < match.start()):
            return at
        token, at = match[0], match.end()
        if token in ("'''", '"""'):
            closing = text.find(token, at)
            while closing > 0 and token == '"""' and text[closing - 1] == "\\":
                closing = text.find(token, closing + 1)
            at = len(text) if closing < 0 else closing + 3
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1


def _section_line(text: str) -> int:
    """The first line of a pyproject.toml that belongs to tool.limbeck; 0 where none does."""
    keys = _written(text.replace("\r\n", "\n"))
    return next((number for number, key, _ in keys if key[:2] == ("tool", "limbeck")), 0)


# -- writing ------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A text as a basic TOML string."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(named.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'


def new_toml(
    *, url: str | None = None, models: tuple[str, ...] = (), migrations: str = "migrations", section: str = ""
) -> str:
    """The text of a first settings file: what is known, and beside it, commented out, what people look for."""
    if len(models) > 1:
        shown = "[" + ", ".join(map(quoted, models)) + "]"
    else:
        shown = quoted(models[0]) if models else ""
    lines = [
        "# The database. ${NAME} is a variable of the environment, ${NAME:-default} one that may be missing.",
        f"url = {quoted(url)}" if url else '# url = "${DATABASE_URL}"',
        "",
        "# What the tables shall be: a declarative base or a MetaData, or a list of them.",
        f"models = {shown}" if shown else '# models = "app.models:Base"',
        "",
        "# Where revision files are kept.",
        f"migrations = {quoted(migrations)}",
        "",
        f'# file_template = "{DEFAULT_TEMPLATE}"   # also year, month:02, day:02, hour:02, minute:02, second:02, epoch',
        '# timezone = "UTC"',
        '# schemas = ["public"]',
        '# exclude = ["spatial_ref_sys"]',
        '# transaction = "run"   # or "step": one transaction for each revision',
        "# lock_timeout = 5   # seconds",
    ]
    hook = 'type = "module", module = "ruff", options = "format REVISION_SCRIPT_FILENAME"'
    lines.append("# hooks = [{ " + hook + " }]")
    head = [f"[{section}]"] if section else []
    return "\n".join([*head, *lines]) + "\n"


def into_pyproject(
    text: str, *, url: str | None = None, models: tuple[str, ...] = (), migrations: str = "migrations"
) -> str:
    """The text of a pyproject.toml with a table [tool.limbeck] behind it; all else stays as it is.

    Raises SettingsThere where there is one, SettingsUnreadable for a text that is no TOML.
    """
    line = _section_line(text)
    if line:
        raise SettingsThere(file=PYPROJECT, line=line)
    added = new_toml(url=url, models=models, migrations=migrations, section="tool.limbeck")
    newline = "\r\n" if "\r\n" in text else "\n"
    between = "" if not text else newline if text.endswith("\n") else newline * 2
    made = text + between + added.replace("\n", newline)
    _parsed(text, Path(PYPROJECT))
    try:
        _parsed(made, Path(PYPROJECT))
    except SettingsUnreadable:  # tool is an inline table
        raise SettingsThere(file=PYPROJECT, line=line_of(text, ("tool",))) from None
    return made
