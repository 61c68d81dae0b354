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


_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}
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
        self.config_ini_section = ini_section
        self.output_buffer = output_buffer
        self.stdout = stdout
        self.cmd_opts = cmd_opts
        self.config_args = dict(config_args)
        self.toml_args = dict(config_args)
        if attributes:
            self.attributes.update(attributes)

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
        return util.immutabledict({"quiet": getattr(self.cmd_opts, "quiet", False)})  # type: ignore[return-value]

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
            table = compat.tomllib.load(file).get("tool", {}).get("alembic", {})
        if not isinstance(table, dict):
            raise util.CommandError("Incorrect TOML format")
        return table

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
        if not self.file_config.has_section(section):
            self.file_config.add_section(section)
        self.file_config.set(section, name, value)

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
        if self.file_config.has_option(self.config_ini_section, name):
            return self.file_config.get(self.config_ini_section, name)
        return self._get_toml_config_value(name, default)

    def get_alembic_boolean_option(self, name: str) -> bool:
        if self.file_config.has_option(self.config_ini_section, name):
            return bool(self.file_config.get(self.config_ini_section, name) == "true")
        value = self.toml_alembic_config.get(name, False)
        if not isinstance(value, bool):
            raise util.CommandError(f"boolean value expected for TOML parameter {name!r}")
        return value

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
        return self._paths("version_locations", separators, r", *|(?: +)", "spaces/commas")

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        return self._paths(
            "prepend_sys_path", ("path_separator",), r", *|(?: +)|\:", "spaces, commas, and colons"
        )

    def get_hooks_list(self) -> list[PostWriteHookConfig]:
        """The post-write hooks in order, each with its options and its name under `_hook_name`."""
        if not self.file_config.has_section("post_write_hooks"):
            tables = self._get_toml_config_value("post_write_hooks", [])
            return [
                {("_hook_name" if key == "name" else key): value for key, value in table.items()}
                for table in tables
            ]
        options = self.get_section("post_write_hooks", {})
        names = filter(None, re.split(r", *|(?: +)", options.get("hooks", "")))
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
        {"default": "generic", "type": str, "help": "Setup template for use with 'init'"},
    ),
    "message": (("-m", "--message"), {"type": str, "help": "Message string to use with 'revision'"}),
    "sql": (
        ("--sql",),
        {
            **_FLAG,
            "help": "Don't emit SQL to database - dump to standard output/file instead. See docs on offline mode.",
        },
    ),
    "tag": (
        ("--tag",),
        {"type": str, "help": "Arbitrary 'tag' name - can be used by custom env.py scripts."},
    ),
    "head": (
        ("--head",),
        {"type": str, "help": "Specify head revision or <branchname>@head to base new revision on."},
    ),
    "splice": (("--splice",), {**_FLAG, "help": "Allow a non-head revision as the 'head' to splice onto"}),
    "depends_on": (
        ("--depends-on",),
        {
            "action": "append",
            "help": "Specify one or more revision identifiers which this revision should depend on.",
        },
    ),
    "rev_id": (
        ("--rev-id",),
        {"type": str, "help": "Specify a hardcoded revision id instead of generating one"},
    ),
    "version_path": (
        ("--version-path",),
        {"type": str, "help": "Specify specific path from config for version file"},
    ),
    "branch_label": (
        ("--branch-label",),
        {"type": str, "help": "Specify a branch label to apply to the new revision"},
    ),
    "verbose": (("-v", "--verbose"), {**_FLAG, "help": "Use more verbose output"}),
    "resolve_dependencies": (
        ("--resolve-dependencies",),
        {**_FLAG, "help": "Treat dependency versions as down revisions"},
    ),
    "autogenerate": (
        ("--autogenerate",),
        {
            **_FLAG,
            "help": "Populate revision script with candidate migration operations, based on comparison of database "
            "to model.",
        },
    ),
    "rev_range": (
        ("-r", "--rev-range"),
        {"action": "store", "help": "Specify a revision range; format is [start]:[end]"},
    ),
    "indicate_current": (("-i", "--indicate-current"), {**_FLAG, "help": "Indicate the current revision"}),
    "purge": (
        ("--purge",),
        {**_FLAG, "help": "Unconditionally erase the version table before stamping"},
    ),
    "package": (
        ("--package",),
        {**_FLAG, "help": "Write empty __init__.py files to the environment and version locations"},
    ),
    "check_heads": (
        ("-c", "--check-heads"),
        {
            **_FLAG,
            "help": "Check if all head revisions are applied to the database. Exit with an error code if this is not "
            "the case.",
        },
    ),
}

_POSITIONALS: dict[str, dict[str, Any]] = {
    "directory": {"help": "location of scripts directory"},
    "revision": {"help": "revision identifier"},
    "revisions": {"nargs": "+", "help": "one or more revisions, or 'heads' for all heads"},
}


class CommandLine:
    """The command `alembic`: one subcommand for each function of `alembic.command`, and those that are registered."""

    def __init__(self, prog: str | None = None) -> None:
        self._generate_args(prog)

    def _generate_args(self, prog: str | None) -> None:
        parser = ArgumentParser(prog=prog)
        parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
        parser.add_argument(
            "-c",
            "--config",
            action="append",
            help='Alternate config file; defaults to value of ALEMBIC_CONFIG environment variable, or "alembic.ini". '
            "May also refer to pyproject.toml file.  May be specified twice to reference both files separately",
        )
        parser.add_argument(
            "-n",
            "--name",
            type=str,
            default="alembic",
            help="Name of section in .ini file to use for Alembic config (only applies to configparser config, not "
            "toml)",
        )
        parser.add_argument(
            "-x",
            action="append",
            help="Additional arguments consumed by custom env.py scripts, e.g. -x setting1=somesetting -x "
            "setting2=somesetting",
        )
        parser.add_argument("--raiseerr", action="store_true", help="Raise a full stack trace on error")
        parser.add_argument("-q", "--quiet", action="store_true", help="Do not log to std output.")
        self.subparsers = parser.add_subparsers()
        for name in dir(command):
            fn = getattr(command, name)
            if inspect.isfunction(fn) and not name.startswith("_") and fn.__module__ == command.__name__:
                self.register_command(fn)
        self.parser = parser

    def register_command(self, fn: CommandFunction) -> None:
        """Make a function a subcommand; its arguments without a default are typed by position, the others by name."""
        positional, named, words = self._inspect_function(fn)
        subparser = self.subparsers.add_parser(fn.__name__, help=words)
        subparser.set_defaults(cmd=(fn, positional, named))
        for name in named:
            if name in _OPTIONS:
                flags, how = _OPTIONS[name]
                subparser.add_argument(*flags, **how)
        for name in positional:
            subparser.add_argument(name, **_POSITIONALS.get(name, {}))

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
        config = Config(file_=ini, toml_file=toml, ini_section=options.name, cmd_opts=options)
        self.run_cmd(config, options)


def _is_pyproject(name: str) -> bool:
    return Path(name).name == "pyproject.toml"


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Any) -> None:
    """The console script `alembic`."""
    CommandLine(prog=prog).main(argv=argv)


if __name__ == "__main__":
    main()
