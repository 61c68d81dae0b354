"""`alembic.ini`, `[tool.alembic]` in pyproject.toml, and the command line `alembic`."""

from __future__ import annotations

import inspect
import logging
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Any, Protocol, TextIO, TypedDict

from . import __version__, command, util
from .util import compat
from .util.pyfiles import _preserving_path_as_str

log = logging.getLogger(__name__)

PostWriteHookConfig = Mapping[str, str]


class MessagingOptions(TypedDict, total=False):
    """What is handed on to everything that speaks to the person."""

    quiet: bool


class CommandFunction(Protocol):
    """A function that can be a command: the Config first, then what is typed."""

    __name__: str

    def __call__(self, config: Config, *args: Any, **kwargs: Any) -> Any: ...


_SEPARATORS = {"os": os.pathsep, "space": " ", "newline": "\n", **{sign: sign for sign in ":;"}}
_MISSING = object()


class Config:
    """The configuration of a project: an ini file, a toml file, both, or neither.

    `attributes` is free for programs: what they put there env.py reads (a connection, most often).
    """

    cmd_opts: Namespace | None = None
    """What was typed; None where the program is not the command line."""
    config_file_name: str | None = None
    toml_file_name: str | None = None
    config_ini_section: str = None  # type: ignore[assignment]
    """The section of the ini file, "alembic" if `-n` says nothing else."""

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str = "alembic",
        output_buffer: TextIO | None = None,
        stdout: TextIO = sys.stdout,
        cmd_opts: Namespace | None = None,
        config_args: Mapping[str, Any] = util.immutabledict(),
        attributes: dict[str, Any] | None = None,
    ) -> None:
        self.config_file_name = _preserving_path_as_str(file_) if file_ else None
        self.toml_file_name = _preserving_path_as_str(toml_file) if toml_file else None
        self.config_ini_section, self.cmd_opts = ini_section, cmd_opts
        self.stdout, self.output_buffer = stdout, output_buffer
        self.toml_args, self.config_args = {**config_args}, {**config_args}
        if attributes:
            self.attributes = {**attributes}

    @property
    def _config_file_path(self) -> Path | None:
        return None if self.config_file_name is None else Path(self.config_file_name)

    @property
    def _toml_file_path(self) -> Path | None:
        return None if self.toml_file_name is None else Path(self.toml_file_name)

    @util.memoized_property
    def attributes(self) -> dict[str, Any]:
        return {}

    @util.memoized_property
    def messaging_opts(self) -> MessagingOptions:
        quiet = getattr(self.cmd_opts, "quiet", False)
        return util.immutabledict(quiet=quiet)  # type: ignore[return-value]

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Write a line of what the command was asked for."""
        line = str(text) % arg if arg else str(text)
        util.write_outstream(self.stdout, line, "\n", **self.messaging_opts)

    def get_template_directory(self) -> str:
        """The folder with a folder for each template of `init`; may be overridden."""
        return str(Path(__file__).absolute().parent / "templates")

    def _get_template_path(self) -> Path:
        return Path(self.get_template_directory())

    # -- the files

    @util.memoized_property
    def file_config(self) -> ConfigParser:
        """The ini file, read when first asked for; `%(here)s` is its folder."""
        path = self._config_file_path
        verbose = getattr(self.cmd_opts, "verbose", False)
        self.config_args["here"] = (path.absolute().parent if path else Path()).as_posix()
        parser = ConfigParser(self.config_args)
        if path is None:
            parser.add_section(self.config_ini_section)
            if verbose:
                log.info("No config file provided; using in-memory default config")
            return parser
        compat.read_config_parser(parser, [path])
        if verbose:
            log.info("Loading config from file: %s", path)
        return parser

    @util.memoized_property
    def toml_alembic_config(self) -> Mapping[str, Any]:
        """The table [tool.alembic]; empty where there is none."""
        path = self._toml_file_path
        if path is None or not path.exists():
            return {}
        self.toml_args["here"] = path.absolute().parent.as_posix()
        with path.open("rb") as file:
            tools = compat.tomllib.load(file).get("tool", {})
        ours = tools.get("alembic", {})
        if isinstance(ours, dict):
            return ours
        raise util.CommandError("Incorrect TOML format")

    # -- options

    def get_section(self, name: str, default: Mapping[str, str] | None = None) -> Any:
        """A section of the ini file as a dictionary."""
        return dict(self.file_config.items(name)) if self.file_config.has_section(name) else default

    def set_main_option(self, name: str, value: str) -> None:
        """Set an option for this process; `%` must be written `%%`."""
        self.set_section_option(self.config_ini_section, name, value)

    def remove_main_option(self, name: str) -> None:
        self.file_config.remove_option(self.config_ini_section, name)

    def set_section_option(self, section: str, name: str, value: str) -> None:
        ini = self.file_config
        if section not in (ini.default_section, *ini.sections()):
            ini.add_section(section)
        ini[section][name] = value

    def get_section_option(self, section: str, name: str, default: str | None = None) -> str | None:
        if not self.file_config.has_section(section):
            raise util.CommandError(
                f"No config file {self.config_file_name!r} found, or file has no '[{section}]' section"
            )
        return self.file_config.get(section, name) if self.file_config.has_option(section, name) else default

    def get_main_option(self, name: str, default: str | None = None) -> str | None:
        """An option of the ini file's own section."""
        return self.get_section_option(self.config_ini_section, name, default)

    def get_alembic_option(self, name: str, default: Any = None) -> Any:
        """An option from the ini file, or where it has none from the toml file."""
        here = self._from_ini(name)
        return self._get_toml_config_value(name, default) if here is _MISSING else here

    def _from_ini(self, name: str) -> Any:
        section, ini = self.config_ini_section, self.file_config
        return ini.get(section, name) if ini.has_option(section, name) else _MISSING

    def get_alembic_boolean_option(self, name: str) -> bool:
        """In the ini file `true` in small letters is true and all else false; TOML has booleans of its own."""
        text = self._from_ini(name)
        if text is not _MISSING:
            return bool(text == "true")
        said = self.toml_alembic_config.get(name, False)
        if said is True or said is False:
            return said
        raise util.CommandError(f"boolean value expected for TOML parameter {name!r}")

    def _get_toml_config_value(self, name: str, default: Any = None) -> Any:
        value = self.toml_alembic_config.get(name, _MISSING)
        if value is _MISSING:
            return default
        if value is not None and not isinstance(value, (str, list, dict, int)):
            raise util.CommandError(f"unsupported TOML value type for key: {name!r}")
        return self._filled_in(value)

    def _filled_in(self, value: Any) -> Any:
        """With `%(here)s` and the like replaced, also inside lists and tables."""
        if isinstance(value, str):
            return value % self.toml_args
        if isinstance(value, list):
            return [self._filled_in(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled_in(item) for key, item in value.items()}
        return value

    # -- lists

    def _get_file_separator_char(self, *names: str) -> str | None:
        """What the first of these options that is set says lists of paths are split by."""
        for name in names:
            word = self.get_main_option(name)
            if word is None:
                continue
            if word not in _SEPARATORS:
                raise ValueError(
                    f"'{word}' is not a valid value for {name}; expected 'space', 'newline', 'os', ':', ';'"
                )
            if name == "version_path_separator":
                util.warn_deprecated(
                    "The version_path_separator configuration parameter is deprecated; please use path_separator"
                )
            return _SEPARATORS[word]
        return None

    def _paths(
        self, option: str, separators: tuple[str, ...], legacy: str, legacy_words: str
    ) -> list[str] | None:
        text = self.file_config.get(self.config_ini_section, option, fallback=None)
        if not text:
            return self._get_toml_config_value(option)  # type: ignore[no-any-return]
        separator = self._get_file_separator_char(*separators)
        if separator is not None:
            return [path.strip() for path in text.split(separator) if path]
        util.warn_deprecated(
            f"No path_separator found in configuration; falling back to legacy splitting on {legacy_words} for "
            f"{option}.  Consider adding path_separator=os to Alembic config."
        )
        return re.split(legacy, text)

    def get_version_locations_list(self) -> list[str] | None:
        separators = ("path_separator", "version_path_separator")
        return self._paths("version_locations", separators, r", *| +", "spaces/commas")

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        return self._paths("prepend_sys_path", ("path_separator",), r", *| +|:", "spaces, commas, and colons")

    def get_hooks_list(self) -> list[PostWriteHookConfig]:
        """The post-write hooks in order, each with its options and its name under `_hook_name`."""
        if not self.file_config.has_section("post_write_hooks"):
            tables = self._get_toml_config_value("post_write_hooks", [])
            return [
                {("_hook_name" if key == "name" else key): value for key, value in table.items()}
                for table in tables
            ]
        options = self.get_section("post_write_hooks", {})
        names = filter(None, re.split(r", *| +", options.get("hooks", "")))
        return [
            {**{key[len(name) + 1 :]: value for key, value in options.items() if key.startswith(name + ".")},
             "_hook_name": name}
            for name in names
        ]  # fmt: skip


# -- the command line

Option = tuple[tuple[str, ...], dict[str, Any]]
_FLAG: dict[str, Any] = {"action": "store_true"}

_OPTIONS: dict[str, Option] = {
    "template": (
        ("-t", "--template"),
        {"default": "generic", "type": str, "help": "which template to write; `list_templates` shows them"},
    ),
    "message": (("-m", "--message"), {"type": str, "help": "what the revision does, in a few words"}),
    "sql": (
        ("--sql",),
        {
            **_FLAG,
            "help": "connect to nothing and write the SQL as a script",
        },
    ),
    "tag": (
        ("--tag",),
        {"type": str, "help": "a word that env.py may ask for"},
    ),
    "head": (
        ("--head",),
        {"type": str, "help": "what the new revision follows: a revision, or BRANCH@head"},
    ),
    "splice": (("--splice",), {**_FLAG, "help": "let --head be a revision that others follow already"}),
    "depends_on": (
        ("--depends-on",),
        {
            "action": "append",
            "help": "a revision that must have run before this one; may be repeated",
        },
    ),
    "rev_id": (
        ("--rev-id",),
        {"type": str, "help": "the id of the new revision, in place of a random one"},
    ),
    "version_path": (
        ("--version-path",),
        {"type": str, "help": "which of the version folders the file goes to"},
    ),
    "branch_label": (
        ("--branch-label",),
        {"type": str, "help": "a name for the branch that begins with the new revision"},
    ),
    "verbose": (("-v", "--verbose"), {**_FLAG, "help": "say more"}),
    "resolve_dependencies": (
        ("--resolve-dependencies",),
        {**_FLAG, "help": "count what a revision depends on among what it follows"},
    ),
    "autogenerate": (
        ("--autogenerate",),
        {
            **_FLAG,
            "help": "write what changed in the models since the database was migrated last",
        },
    ),
    "rev_range": (
        ("-r", "--rev-range"),
        {
            "action": "store",
            "help": "only the revisions from START to END, written START:END; either may be left out",
        },
    ),
    "indicate_current": (("-i", "--indicate-current"), {**_FLAG, "help": "mark where the database stands"}),
    "purge": (
        ("--purge",),
        {**_FLAG, "help": "empty the version table first, whatever it says"},
    ),
    "package": (
        ("--package",),
        {**_FLAG, "help": "make the folders Python packages"},
    ),
    "check_heads": (
        ("-c", "--check-heads"),
        {
            **_FLAG,
            "help": "leave with an error unless every head is in the database",
        },
    ),
}

_EVERYWHERE: tuple[Option, ...] = (
    (
        ("-c", "--config"),
        {
            "action": "append",
            "help": "the ini file or the pyproject.toml of the project, or twice for one of each; otherwise what "
            "ALEMBIC_CONFIG says, otherwise alembic.ini and pyproject.toml here",
        },
    ),
    (
        ("-n", "--name"),
        {
            "type": str,
            "default": "alembic",
            "help": "the section of the ini file (pyproject.toml has but one)",
        },
    ),
    (("-x",), {"action": "append", "help": "something for env.py, most often NAME=VALUE; may be repeated"}),
    (("--raiseerr",), {**_FLAG, "help": "show where in the code an error was raised"}),
    (("-q", "--quiet"), {**_FLAG, "help": "write nothing to standard output"}),
)

_POSITIONALS: dict[str, dict[str, Any]] = {
    "directory": {"help": "the folder for the scripts"},
    "revision": {"help": "a revision: its id or the beginning of it, a branch, head, base, +1, -1"},
    "revisions": {"nargs": "+", "help": "revisions, or heads for all that nothing follows"},
}


class CommandLine:
    """The command `alembic`: one subcommand for each function of `alembic.command`, and those that are registered."""

    def __init__(self, prog: str | None = None) -> None:
        self._generate_args(prog)

    def _generate_args(self, prog: str | None) -> None:
        parser = self.parser = ArgumentParser(prog=prog)
        parser.add_argument("--version", action="version", version=f"{parser.prog} {__version__}")
        for flags, how in _EVERYWHERE:
            parser.add_argument(*flags, **how)
        self.subparsers = parser.add_subparsers()
        for name in dir(command):
            fn = getattr(command, name)
            if inspect.isfunction(fn) and not name.startswith("_") and fn.__module__ == command.__name__:
                self.register_command(fn)

    def register_command(self, fn: CommandFunction) -> None:
        """Make a function a subcommand; its arguments without a default are typed by position, the others by name."""
        positional, named, words = self._inspect_function(fn)
        typed = self.subparsers.add_parser(fn.__name__, help=words)
        for flags, how in [_OPTIONS[name] for name in named if name in _OPTIONS]:
            typed.add_argument(*flags, **how)
        for place in positional:
            typed.add_argument(place, **_POSITIONALS.get(place, {}))
        typed.set_defaults(cmd=(fn, positional, named))

    def _inspect_function(self, fn: Callable[..., Any]) -> tuple[list[str], list[str], str]:
        _config, *parameters = inspect.signature(fn).parameters.values()
        by_place = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        positional = [p.name for p in by_place if p.default is p.empty]
        named = [p.name for p in by_place if p.default is not p.empty]
        if fn is command.stamp:
            positional = ["revisions" if name == "revision" else name for name in positional]
        first_paragraph = (fn.__doc__ or "").partition("\n\n")[0]
        return positional, named, " ".join(first_paragraph.split())

    def run_cmd(self, config: Config, options: Namespace) -> None:
        """Call what was typed; a CommandError is said, and leaves with 255, unless `--raiseerr`."""
        fn, positional, named = options.cmd
        try:
            fn(
                config,
                *(getattr(options, name, None) for name in positional),
                **{name: getattr(options, name, None) for name in named},
            )
        except util.CommandError as error:
            if options.raiseerr:
                raise
            util.err(str(error), **config.messaging_opts)

    def _inis_from_config(self, options: Namespace) -> tuple[str, str]:
        """The toml and the ini file: of `-c`, else of ALEMBIC_CONFIG, else by their usual names."""
        toml, ini = "pyproject.toml", "alembic.ini"
        from_environment = os.environ.get("ALEMBIC_CONFIG")
        if from_environment and _is_pyproject(from_environment):
            toml = from_environment
        elif from_environment:
            ini = from_environment
        given = options.config or []
        tomls = [name for name in given if _is_pyproject(name)]
        inis = [name for name in given if not _is_pyproject(name)]
        if len(tomls) > 1:
            raise util.CommandError("pyproject.toml indicated more than once")
        if len(inis) > 1:
            raise util.CommandError("only one ini file may be indicated")
        return (tomls[0] if tomls else toml, inis[0] if inis else ini)

    def main(self, argv: Sequence[str] | None = None) -> None:
        options = self.parser.parse_args(argv)
        if not hasattr(options, "cmd"):
            self.parser.error("too few arguments")
        toml, ini = self._inis_from_config(options)
        self.run_cmd(Config(ini, toml, options.name, cmd_opts=options), options)


def _is_pyproject(name: str) -> bool:
    return Path(name).name == "pyproject.toml"


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Any) -> None:
    """The console script `alembic`."""
    CommandLine(prog=prog).main(argv=argv)


if __name__ == "__main__":
    main()
