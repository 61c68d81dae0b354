"""A folder of revision files (ScriptDirectory) and one file of it (Script)."""

from __future__ import annotations

import datetime
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.scripts.writer import slug

from .. import util
from ..runtime import steps
from ..util.pyfiles import _preserving_path_as_str
from . import revision
from .files import Script as Script
from .files import _only_source_rev_file as _only_source_rev_file
from .files import _sourceless_rev_file as _sourceless_rev_file

if TYPE_CHECKING:
    from ..config import Config

_slug_re = re.compile(r"\w+")
"""The words of a message, as programs that name files of their own look for them."""
_default_file_template = "%(rev)s_%(slug)s"


class ScriptDirectory:
    """The scripts of a project. `revision_map` holds the history; it is read when first needed."""

    def __init__(
        self,
        dir: str | os.PathLike[str],
        file_template: str = _default_file_template,
        truncate_slug_length: int | None = 40,
        version_locations: Sequence[str | os.PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: list[Mapping[str, str]] = [],  # noqa: B006 (as published)
        recursive_version_locations: bool = False,
        messaging_opts: Any = util.EMPTY_DICT,
    ) -> None:
        if not os.access(dir, os.F_OK):
            raise util.CommandError(
                f"Path doesn't exist: {dir}.  Please use the 'init' command to create a new scripts folder."
            )
        self.dir = _preserving_path_as_str(dir)
        self.version_locations = [_preserving_path_as_str(path) for path in version_locations or ()]
        self.recursive_version_locations, self.sourceless = recursive_version_locations, sourceless
        self.file_template, self.truncate_slug_length = file_template, truncate_slug_length or 40
        self.timezone, self.output_encoding = timezone, output_encoding
        self.hooks, self.messaging_opts = hooks, messaging_opts
        self.revision_map = revision.RevisionMap(self._load_revisions)

    @classmethod
    def from_config(cls, config: Config) -> ScriptDirectory:
        """As the configuration says; puts `prepend_sys_path` in force."""
        location = config.get_alembic_option("script_location")
        if location is None:
            raise util.CommandError("No 'script_location' key found in configuration.")
        sys.path[:0] = config.get_prepend_sys_paths_list() or []
        most = config.get_alembic_option("truncate_slug_length")
        flags = {
            word: config.get_alembic_boolean_option(word)
            for word in ("sourceless", "recursive_version_locations")
        }
        return ScriptDirectory(
            util.coerce_resource_to_filename(location),
            config.get_alembic_option("file_template", _default_file_template),
            None if most is None else int(most),
            config.get_version_locations_list(),
            output_encoding=config.get_alembic_option("output_encoding", "utf-8"),
            timezone=config.get_alembic_option("timezone"),
            hooks=config.get_hooks_list(),
            messaging_opts=config.messaging_opts,
            **flags,
        )

    # -- places

    @property
    def versions(self) -> str:
        return str(self._singular_version_location)

    @util.memoized_property
    def _singular_version_location(self) -> Path:
        if len(self._version_locations) > 1:
            raise util.CommandError("Multiple version_locations present")
        return Path(self._version_locations[0])

    @property
    def _version_locations(self) -> Sequence[Path]:
        """As `version_locations` says by now: env.py scripts assign it."""
        named = map(util.coerce_resource_to_filename, self.version_locations)
        return [folder.absolute() for folder in named] or [Path(self.dir).absolute() / "versions"]

    @property
    def env_py_location(self) -> str:
        return str(Path(self.dir, "env.py"))

    def _run_every_file(self) -> None:
        """Before models are compared: in some projects a revision's imports are what fills their MetaData."""
        for script in dict.fromkeys(self.revision_map._revision_map.values()):
            if script is not None:
                _ = script.module

    def run_env(self) -> None:
        """Execute env.py, within the EnvironmentContext that is entered. URLs in it may say `postgres://`."""
        from limbeck.shore.connect import accept_old_names

        accept_old_names()
        util.load_python_file(self.dir, "env.py")

    # -- the history

    def _load_revisions(self) -> Iterator[Script]:
        seen = set()
        for location in self._version_locations:
            if not location.exists():
                continue
            for path in map(Path.resolve, Script._list_py_dir(self, location)):
                if path in seen:
                    util.warn(
                        f"File {path} loaded twice! ignoring. Please ensure version_locations is unique."
                    )
                    continue
                seen.add(path)
                script = Script._from_path(self, path)
                if script is not None:
                    yield script

    @contextmanager
    def _catch_revision_errors(
        self,
        ancestor: str | None = None,
        multiple_heads: str | None = None,
        start: str | None = None,
        end: str | None = None,
        resolution: str | None = None,
    ) -> Iterator[None]:
        """Say what is wrong with the history in words for the person who typed a command."""
        try:
            yield
        except revision.RangeNotAncestorError as error:
            words = ancestor or (
                "Requested range %(start)s:%(end)s does not refer to ancestor/descendant revisions along the same "
                "branch"
            )
            ends = {
                "start": error.lower if start is None else start,
                "end": error.upper if end is None else end,
            }
            raise util.CommandError(words % ends) from error
        except revision.MultipleHeads as error:
            words = multiple_heads or (
                "Multiple head revisions are present for given argument '%(head_arg)s'; please specify a specific "
                "target revision, '<branchname>@%(head_arg)s' to narrow to a specific head, or 'heads' for all heads"
            )
            named = {"head_arg": end or error.argument, "heads": util.format_as_comma(error.heads)}
            raise util.CommandError(words % named) from error
        except revision.ResolutionError as error:
            words = (
                f"Can't locate revision identified by '{error.argument}'"
                if resolution is None
                else resolution
            )
            raise util.CommandError(words) from error
        except revision.RevisionError as error:
            raise util.CommandError(error.args[0]) from error

    def walk_revisions(self, base: str = "base", head: str = "heads") -> Iterator[Any]:
        """All Scripts between two places, both included, newest first."""
        with self._catch_revision_errors(start=base, end=head):
            ways = {"inclusive": True, "assert_relative_length": False}
            yield from self.revision_map.iterate_revisions(head, base, **ways)

    def get_revisions(self, id_: Any) -> tuple[Any, ...]:
        with self._catch_revision_errors():
            return self.revision_map.get_revisions(id_)

    def get_all_current(self, id_: tuple[str, ...]) -> set[Any]:
        """The ends of lines that are applied with these rows, those that others imply too."""
        with self._catch_revision_errors():
            return self.revision_map._get_all_current(id_)

    def get_revision(self, id_: str) -> Any:
        with self._catch_revision_errors():
            return self.revision_map.get_revision(id_)

    def as_revision_number(self, id_: str | None) -> Any:
        """The id that is meant (several for "heads"), None for the base."""
        with self._catch_revision_errors():
            names, _branch = self.revision_map._resolve_revision_number(id_)
        if not names:
            return None
        return names if id_ == "heads" else names[0]

    def iterate_revisions(self, upper: Any, lower: Any, **kw: Any) -> Iterator[Any]:
        return self.revision_map.iterate_revisions(upper, lower, **kw)

    def get_current_head(self) -> str | None:
        with self._catch_revision_errors(
            multiple_heads="The script directory has multiple heads (due to branching)."
            "Please use get_heads(), or merge the branches using alembic merge."
        ):
            return self.revision_map.get_current_head()

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """The heads; with `consider_depends_on` only those on which nothing depends."""
        map_ = self.revision_map
        return list(map_._real_heads if consider_depends_on else map_.heads)

    def get_bases(self) -> list[str]:
        return list(self.revision_map.bases)

    def get_base(self) -> str | None:
        first, *others = [*self.get_bases(), None]
        if len(others) > 1:
            raise util.CommandError("The script directory has multiple bases. Please use get_bases().")
        return first

    # -- the way

    def _upgrade_revs(self, destination: Any, current_rev: Any) -> list[steps.RevisionStep]:
        with self._catch_revision_errors(
            ancestor="Destination %(end)s is not a valid upgrade target from current head(s)", end=destination
        ):
            scripts = list(self.iterate_revisions(destination, current_rev, implicit_base=True))
            step = steps.MigrationStep.upgrade_from_script
            return [step(self.revision_map, script) for script in reversed(scripts)]

    def _downgrade_revs(self, destination: Any, current_rev: Any) -> list[steps.RevisionStep]:
        with self._catch_revision_errors(
            ancestor="Destination %(end)s is not a valid downgrade target from current head(s)",
            end=destination,
        ):
            scripts = list(self.iterate_revisions(current_rev, destination, select_for_downgrade=True))
            step = steps.MigrationStep.downgrade_from_script
            return [step(self.revision_map, script) for script in scripts]

    def _stamp_revs(self, revision: Any, heads: Any) -> list[steps.StampStep]:
        """The steps after which the rows say `revision`; rows on other lines stay."""
        with self._catch_revision_errors(
            multiple_heads="Multiple heads are present; please specify a single target revision"
        ):
            places = util.to_tuple(revision or "base")
            rows = self.get_revisions(heads)
            related = util.unique_list(
                row
                for place in places
                if place
                for row in self.revision_map.filter_for_lineage(rows, place, include_dependencies=True)
            )
            goals = self.get_revisions(revision or "base") or (None,)
            return [step for goal in goals for step in self._stamp_steps(goal, related)]

    def _stamp_steps(self, goal: Any, rows: list[Any]) -> list[steps.StampStep]:
        map_ = self.revision_map
        names = [row.revision for row in rows]
        if goal is None:
            return [steps.StampStep(name, None, False, True, map_) for name in names]
        if goal in rows:
            return []
        if not set(rows).isdisjoint(map_._get_descendant_nodes([goal])):
            return [steps.StampStep(names, goal.revision, False, False, map_)]
        if not set(rows).isdisjoint(map_._get_ancestor_nodes([goal])):
            return [steps.StampStep(names, goal.revision, True, False, map_)]
        return [steps.StampStep((), goal.revision, True, True, map_)]

    # -- writing

    def _append_template(self, src: Path, dest: Path, **kw: Any) -> None:
        self._fill(src, dest, "Appending to existing", append_with_newlines=True, **kw)

    def _generate_template(self, src: Path, dest: Path, **kw: Any) -> None:
        self._fill(src, dest, "Generating", **kw)

    def _fill(self, template: Path, file: Path, deed: str, **variables: Any) -> None:
        with self._says(deed, file):
            util.template_to_file(template, file, self.output_encoding, **variables)

    def _copy_file(self, src: Path, dest: Path) -> None:
        with self._says("Generating", dest):
            dest.write_bytes(src.read_bytes())

    def _ensure_directory(self, path: Path) -> None:
        if not path.exists():
            with self._says("Creating directory", path):
                path.mkdir(parents=True)

    def _says(self, deed: str, path: Path) -> AbstractContextManager[None]:
        return util.status(f"{deed} {path.absolute()}", **self.messaging_opts)

    def _generate_create_date(self) -> datetime.datetime:
        if self.timezone is None:
            return datetime.datetime.now()
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        for name in (self.timezone, self.timezone.upper()):
            try:
                return datetime.datetime.now(tz=datetime.timezone.utc).astimezone(ZoneInfo(name))
            except ZoneInfoNotFoundError:
                continue
        raise util.CommandError(f"Can't locate timezone: {self.timezone}")

    def generate_revision(
        self,
        revid: str,
        message: str | None,
        head: Any = None,
        splice: bool | None = False,
        branch_labels: Any = None,
        version_path: str | os.PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: Any = None,
        **kw: Any,
    ) -> Any:
        """Write a revision file from script.py.mako, run the hooks over it, and take it into the history.

        Further keywords go to the template. Returns the Script, None where what was written is none.
        """
        heads = self._heads_to_build_on(revid, "head" if head is None else head)
        create_date = self._generate_create_date()
        folder = self._folder_for(heads, version_path)
        path = self._rev_path(folder, revid, message, create_date)
        self._ensure_directory(path.parent)
        for each in heads:
            if not splice and each is not None and not each.is_head:
                raise util.CommandError(
                    f"Revision {each.revision} is not a head revision; please specify --splice to create a new "
                    "branch from this revision"
                )
        self._generate_template(
            Path(self.dir, "script.py.mako"),
            path,
            up_revision=str(revid),
            down_revision=revision.tuple_rev_as_scalar(tuple(each and each.revision for each in heads)),
            depends_on=self._depends_on(depends_on),
            branch_labels=util.to_tuple(branch_labels),
            message="empty message" if message is None else message,
            create_date=create_date,
            comma=util.format_as_comma,
            **kw,
        )
        if self.hooks:
            from . import write_hooks

            write_hooks._run_hooks(path, self.hooks)
        return self._take_in(path, branch_labels)

    def _heads_to_build_on(self, revid: str, head: Any) -> tuple[Any, ...]:
        try:
            Script.verify_rev_id(revid)
        except revision.RevisionError as error:
            raise util.CommandError(error.args[0]) from error
        with self._catch_revision_errors(
            multiple_heads="Multiple heads are present; please specify the head revision on which the new revision "
            "should be based, or perform a merge."
        ):
            heads = self.revision_map.get_revisions(head)
        assert "base" not in heads
        if len({*heads}) < len(heads):
            raise util.CommandError("Duplicate head revisions specified")
        return heads

    def _folder_for(self, heads: tuple[Any, ...], version_path: str | os.PathLike[str] | None) -> Path:
        if version_path is not None:
            folder = Path(version_path)
        elif len(self._version_locations) == 1:
            folder = self._singular_version_location
        else:
            folder = next((head._script_path.parent for head in heads if head is not None), None)  # type: ignore[assignment]
            if folder is None:
                raise util.CommandError("Multiple version locations present, please specify --version-path")
        if folder.absolute() not in [location.absolute() for location in self._version_locations]:
            raise util.CommandError(f"Path {folder} is not represented in current version locations")
        if self.version_locations:
            self._ensure_directory(folder)
        return folder

    def _depends_on(self, names: Any) -> Any:
        """As written into the file: labels stay labels, what else names a revision becomes its id."""
        if not names:
            return None
        with self._catch_revision_errors():
            found = [(name, self.revision_map.get_revision(name)) for name in util.to_list(names)]
        return revision.tuple_rev_as_scalar(
            [name if name in script.branch_labels else script.revision for name, script in found]
        )

    def _take_in(self, path: Path, branch_labels: Any) -> Any:
        try:
            script = Script._from_path(self, path)
        except revision.RevisionError as error:
            raise util.CommandError(error.args[0]) from error
        if script is None:
            return None
        assert script.module  # what the template made must be Python
        if branch_labels and not script.branch_labels:
            raise util.CommandError(
                f"Version {script.revision} specified branch_labels {branch_labels}, however the migration file "
                f"{script.path} does not have them; have you upgraded your script.py.mako to include the "
                "'branch_labels' section?"
            )
        self.revision_map.add_revision(script)
        return script

    def _rev_path(
        self,
        path: str | os.PathLike[str],
        rev_id: str,
        message: str | None,
        create_date: datetime.datetime,
    ) -> Path:
        parts: dict[str, Any] = {"rev": rev_id, "slug": slug(message or "", self.truncate_slug_length)}
        for word in ("year", "month", "day", "hour", "minute", "second"):
            parts[word] = getattr(create_date, word)
        name = self.file_template % {**parts, "epoch": int(create_date.timestamp())}
        return Path(path) / f"{name}.py"
