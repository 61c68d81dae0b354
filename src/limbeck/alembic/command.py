"""The commands. Each takes a Config first; the command line is made of their signatures and first sentences."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import util
from .script import ScriptDirectory
from .util import compat

if TYPE_CHECKING:
    from .config import Config

_Revisions = Any
_AUTOGENERATE: dict[str, Any] = {
    "message": None, "autogenerate": True, "sql": False, "head": "head", "splice": False, "branch_label": None,
    "version_path": None, "rev_id": None, "depends_on": None,
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """What brings SQLAlchemy with it comes when a command needs it."""
    if name == "autogen":
        from . import autogenerate

        return autogenerate
    if name == "EnvironmentContext":
        from .runtime.environment import EnvironmentContext

        return EnvironmentContext
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _later(name: str) -> Any:
    """From here, so that programs may exchange it in this module."""
    return globals().get(name) or __getattr__(name)


def _run_env(config: Config, script: ScriptDirectory, fn: Callable[..., Any], **kw: Any) -> None:
    """Run env.py, in which `fn(rows of the version table, migration context)` is asked for the steps."""
    with _later("EnvironmentContext")(config, script, fn=fn, **kw):
        script.run_env()


def list_templates(config: Config) -> None:
    """Show the templates that `init` can write."""
    config.print_stdout("Available templates:\n")
    for template in config._get_template_path().iterdir():
        with (template / "README").open() as readme:
            config.print_stdout("%s - %s", template.name, next(readme).rstrip())
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    config.print_stdout("\n  alembic init --template generic ./scripts")


def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Set up a project with a folder for its scripts and a configuration."""
    folder = pathlib.Path(directory)
    if folder.exists() and list(folder.iterdir()):
        raise util.CommandError(f"Directory {folder} already exists and is not empty")
    source = config._get_template_path() / template
    if not source.exists():
        raise util.CommandError(f"No such template {source}")
    versions = folder / "versions"
    for made in [versions] if os.access(folder, os.F_OK) else [folder, versions]:
        with util.status(f"Creating directory {made.absolute()}", **config.messaging_opts):
            os.makedirs(made)

    script = ScriptDirectory(folder)
    ini_path: pathlib.Path | None = None
    toml_path: pathlib.Path | None = None
    for file in source.iterdir():
        if file.name == "alembic.ini.mako":
            assert config._config_file_path is not None
            ini_path = config._config_file_path.absolute()
            if ini_path.exists():
                util.msg(f"File {ini_path} already exists, skipping", **config.messaging_opts)
            else:
                script._generate_template(file, ini_path, script_location=_seen_from(folder, ini_path))
        elif file.name == "pyproject.toml.mako":
            assert config._toml_file_path is not None
            toml_path = config._toml_file_path.absolute()
            _write_toml(script, file, toml_path, _seen_from(folder, toml_path))
        elif file.is_file():
            script._copy_file(file, folder / file.name)
    if package:
        for path in (folder.absolute() / "__init__.py", versions.absolute() / "__init__.py"):
            with util.status(f"Adding {path!s}", **config.messaging_opts), open(path, "w"):
                pass

    assert ini_path is not None
    wording = f"configuration/connection/logging settings in {ini_path} before proceeding."
    if toml_path is not None:
        wording = f"configuration settings in {toml_path} and {wording}"
    util.msg(f"Please edit {wording}", **config.messaging_opts)


def _seen_from(folder: pathlib.Path, file: pathlib.Path) -> str:
    """The folder as it is written in a file: from the file's own folder, where it was typed relatively."""
    if folder.is_absolute():
        return folder.as_posix()
    relative = compat.path_relative_to(folder.absolute(), file.parent, walk_up=True)
    return ("%(here)s" / relative).as_posix()


def _write_toml(script: ScriptDirectory, template: pathlib.Path, path: pathlib.Path, location: str) -> None:
    if not path.exists():
        script._generate_template(template, path, script_location=location)
        return
    with open(path, "rb") as file:
        tables = compat.tomllib.load(file)
    if "alembic" in tables.get("tool", {}):
        util.msg(f"File {path} already exists and already has a [tool.alembic] section, skipping")
        return
    script._append_template(template, path, script_location=location)


def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: _Revisions | None = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    depends_on: str | None = None,
    process_revision_directives: Any = None,
) -> Any:
    """Write a new revision file, empty or with what changed in the models."""
    script_directory = ScriptDirectory.from_config(config)
    wanted = {
        "message": message,
        "autogenerate": autogenerate,
        "sql": sql,
        "head": head,
        "splice": splice,
        "branch_label": branch_label,
        "version_path": version_path,
        "rev_id": rev_id,
        "depends_on": depends_on,
    }
    revision_context = _later("autogen").RevisionContext(
        config, script_directory, wanted, process_revision_directives=process_revision_directives
    )
    with_environment = autogenerate or util.asbool(config.get_alembic_option("revision_environment"))
    if sql and autogenerate:
        raise util.CommandError("Using --sql with --autogenerate does not make any sense")
    if sql and not with_environment:
        raise util.CommandError(
            "Using --sql with the revision command when revision_environment is not configured does not make any sense"
        )
    if with_environment:
        _retrieve(config, script_directory, revision_context, compare=autogenerate, sql=sql)
    scripts = list(revision_context.generate_scripts())
    return scripts[0] if len(scripts) == 1 else scripts


def _retrieve(config: Config, script: ScriptDirectory, context: Any, *, compare: bool, sql: bool) -> None:
    """Run env.py, and there let the revision context compare, or only hear what env.py has configured."""

    def look(rev: Any, migration_context: Any) -> list[Any]:
        (context.run_autogenerate if compare else context.run_no_autogenerate)(rev, migration_context)
        return []

    _run_env(config, script, look, as_sql=sql, template_args=context.template_args, revision_context=context)


def check(config: Config) -> None:
    """Fail if the models say anything that no revision file does."""
    script_directory = ScriptDirectory.from_config(config)
    revision_context = _later("autogen").RevisionContext(config, script_directory, dict(_AUTOGENERATE))
    _retrieve(config, script_directory, revision_context, compare=True, sql=False)
    found = revision_context.generated_revisions[-1]
    diffs = [diff for upgrade_ops in found.upgrade_ops_list for diff in upgrade_ops.as_diffs()]
    if diffs:
        raise util.AutogenerateDiffsDetected(
            f"New upgrade operations detected: {diffs}", revision_context=revision_context, diffs=diffs
        )
    config.print_stdout("No new upgrade operations detected.")


def merge(
    config: Config,
    revisions: _Revisions,
    message: str | None = None,
    branch_label: _Revisions | None = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> Any:
    """Write a revision file that follows several heads and makes them one."""
    script = ScriptDirectory.from_config(config)
    template_args: dict[str, Any] = {"config": config}
    if util.asbool(config.get_alembic_option("revision_environment")):
        _run_env(config, script, lambda rev, context: [], as_sql=False, template_args=template_args)
    named = {"head": revisions, "branch_labels": branch_label, "splice": splice}
    return script.generate_revision(rev_id or util.rev_id(), message, refresh=True, **named, **template_args)


def _split_range(revision: str, sql: bool) -> tuple[str | None, str]:
    """`a:b`, which only a script can have: where it starts and where it goes."""
    if ":" not in revision:
        return None, revision
    if not sql:
        raise util.CommandError("Range revision not allowed")
    start, end = revision.split(":", 2)
    return start, end


def upgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Run upgrade() of each revision on the way to this one."""
    script = ScriptDirectory.from_config(config)
    start, destination = _split_range(revision, sql)

    def steps(rev: Any, context: Any) -> Any:
        return script._upgrade_revs(destination, rev)

    _run_env(config, script, steps, as_sql=sql, starting_rev=start, destination_rev=destination, tag=tag)


def downgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Run downgrade() of each revision on the way back to this one."""
    script = ScriptDirectory.from_config(config)
    start, destination = _split_range(revision, sql)
    if sql and start is None:
        raise util.CommandError("downgrade with --sql requires <fromrev>:<torev>")

    def steps(rev: Any, context: Any) -> Any:
        return script._downgrade_revs(destination, rev)

    _run_env(config, script, steps, as_sql=sql, starting_rev=start, destination_rev=destination, tag=tag)


def show(config: Config, rev: str) -> None:
    """Tell all about a revision."""
    script = ScriptDirectory.from_config(config)

    def print_all(revisions: Any, context: Any = None) -> list[Any]:
        for found in script.get_revisions(revisions):
            config.print_stdout(found.log_entry)
        return []

    if rev == "current":
        _run_env(config, script, print_all)
    else:
        print_all(rev)


def history(
    config: Config, rev_range: str | None = None, verbose: bool = False, indicate_current: bool = False
) -> None:
    """Tell the revisions, the newest first."""
    script = ScriptDirectory.from_config(config)
    base: Any = None
    head: Any = None
    if rev_range is not None:
        if ":" not in rev_range:
            raise util.CommandError("History range requires [start]:[end], [start]:, or :[end]")
        base, head = rev_range.strip().split(":")

    def print_range(base: Any, head: Any, currents: Sequence[str] = ()) -> None:
        shown = {f"include_{part}": True for part in ("parents", "branches", "doc")}
        for found in script.walk_revisions(base or "base", head or "heads"):
            if indicate_current:
                found._db_current_indicator = found.revision in currents
            config.print_stdout(found.cmd_format(verbose, **shown))

    def print_from_database(rev: Any, context: Any) -> list[Any]:
        if head == "current":
            print_range(base, rev, rev)
        else:
            print_range(rev if base == "current" else base, head, rev)
        return []

    asks_env = util.asbool(config.get_alembic_option("revision_environment")) or indicate_current
    if asks_env or "current" in (base, head):
        _run_env(config, script, print_from_database)
    else:
        print_range(base, head)


def heads(config: Config, verbose: bool = False, resolve_dependencies: bool = False) -> None:
    """Tell the revisions that no other follows."""
    script = ScriptDirectory.from_config(config)
    wanted = "heads" if resolve_dependencies else script.get_heads()
    for found in script.get_revisions(wanted):
        line = found.cmd_format(verbose, include_branches=True, tree_indicators=False)
        config.print_stdout(line)


def branches(config: Config, verbose: bool = False) -> None:
    """Tell the revisions that several others follow."""
    script = ScriptDirectory.from_config(config)
    for point in [each for each in script.walk_revisions() if each.is_branch_point]:
        arrow = " " * len(str(point.revision)) + " -> "
        lines = [point.cmd_format(verbose, include_branches=True)]
        for name in point.nextrev:
            way = script.get_revision(name)
            lines.append(arrow + way.cmd_format(False, include_branches=True, include_doc=verbose))
        config.print_stdout("%s\n", "\n".join(lines))


def current(config: Config, check_heads: bool = False, verbose: bool = False) -> None:
    """Tell where the database stands."""
    script = ScriptDirectory.from_config(config)

    def print_current(rev: Any, context: Any) -> list[Any]:
        if verbose:
            url = util.obfuscate_url_pw(context.connection.engine.url)
            config.print_stdout("Current revision(s) for %s:", url)
        if check_heads and set(context.get_current_heads()) != set(script.get_heads()):
            raise util.DatabaseNotAtHead("Database is not on all head revisions")
        for found in script.get_all_current(rev):
            config.print_stdout(found.cmd_format(verbose))
        return []

    _run_env(config, script, print_current, dont_mutate=True)


def stamp(
    config: Config, revision: _Revisions, sql: bool = False, tag: str | None = None, purge: bool = False
) -> None:
    """Let the database say that it stands here; nothing is run."""
    script = ScriptDirectory.from_config(config)
    start: str | None = None
    destinations = []
    for place in util.to_list(revision):
        if sql and ":" in place:
            from_, place = place.split(":", 2)
            if start is not None and from_ != start:
                raise util.CommandError(
                    "Stamp operation with --sql only supports a single starting revision at a time"
                )
            start = from_
        destinations.append(place)

    def steps(rev: Any, context: Any) -> Any:
        return script._stamp_revs(util.to_tuple(destinations), rev)

    _run_env(
        config,
        script,
        steps,
        as_sql=sql,
        starting_rev=start,
        destination_rev=util.to_tuple(destinations),
        tag=tag,
        purge=purge,
    )


def edit(config: Config, rev: str) -> None:
    """Open revision files in the editor that EDITOR names."""
    script = ScriptDirectory.from_config(config)

    def open_current(rev: Any, context: Any) -> list[Any]:
        if not rev:
            raise util.CommandError("No current revisions")
        for found in script.get_revisions(rev):
            util.open_in_editor(found.path)
        return []

    if rev == "current":
        _run_env(config, script, open_current)
        return
    revisions = script.get_revisions(rev)
    if not revisions:
        raise util.CommandError(f"No revision files indicated by symbol '{rev}'")
    for found in revisions:
        util.open_in_editor(found.path)


def ensure_version(config: Config, sql: bool = False) -> None:
    """Make the version table where there is none."""
    script = ScriptDirectory.from_config(config)

    def create(rev: Any, context: Any) -> list[Any]:
        context._ensure_version_table()
        return []

    _run_env(config, script, create, as_sql=sql)
