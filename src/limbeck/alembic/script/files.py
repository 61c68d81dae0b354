"""One revision file, published as `script.Script`."""

from __future__ import annotations

import inspect
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from limbeck.scripts import scan

from .. import util
from ..util import compat
from ..util.pyfiles import _preserving_path_as_str
from . import revision

if TYPE_CHECKING:
    from .base import ScriptDirectory

_only_source_rev_file = re.compile(r"(?!__init__|\.#)(?P<source>.*\.py)\Z")  # .# is how Emacs locks a file
_sourceless_rev_file = re.compile(_only_source_rev_file.pattern[:-2] + r"(?P<compiled>[co]?)\Z")
_legacy_rev = re.compile(r"(?P<id>[0-9a-f]+)\.py\Z")


class Script(revision.Revision):
    """A revision with its file (`path`) and its module, which is loaded when it is first needed.

    What the file says about itself is read without running it, where that can be done for sure.
    """

    _db_current_indicator: bool | None = None
    """Set to let listings mark it as current."""
    _module: ModuleType | None = None
    _written_doc = ""

    def __init__(self, module: ModuleType, rev_id: str, path: str | os.PathLike[str]) -> None:
        self._module = module
        self.path = _preserving_path_as_str(path)
        said = {word: getattr(module, word, None) for word in ("branch_labels", "depends_on")}
        labels, needs = (util.to_tuple(names, default=()) for names in said.values())
        super().__init__(rev_id, module.down_revision, needs, labels)

    @classmethod
    def _not_yet_loaded(cls, path: Path) -> Script | None:
        """From what is written in the file; None where only running it tells."""
        scanned = scan.unrun(str(path))
        if scanned is None or scanned.revision is None:
            return None
        said = scanned.revision
        script = cls.__new__(cls)
        script.path = str(path)
        script._written_doc = scanned.doc
        revision.Revision.__init__(script, said.id, said.parents, said.depends_on, said.labels)
        return script

    @property
    def module(self) -> ModuleType:
        if self._module is None:
            self._module = util.load_python_file(self._script_path.parent, self._script_path.name)
        return self._module

    @module.setter
    def module(self, module: ModuleType) -> None:
        self._module = module

    @property
    def _script_path(self) -> Path:
        return Path(self.path)

    # -- what is told of it

    @property
    def doc(self) -> str:
        """The first paragraph of its docstring: the message."""
        return self.longdoc.split("\n\n")[0]

    @property
    def longdoc(self) -> str:
        if self._module is None:
            # as Python shows it: since 3.13 without the indentation
            return inspect.cleandoc(self._written_doc) if sys.version_info >= (3, 13) else self._written_doc
        doc: Any = self._module.__doc__
        if not doc:
            return ""
        encoding = getattr(self._module, "_alembic_source_encoding", None)
        return (doc.decode(encoding) if encoding else doc).strip()  # type: ignore[no-any-return]

    def _marks(self, *words: str) -> str:
        """` (head) (current)` ..., for those of the words that are so."""
        real = self._is_real_head
        is_so = {
            "head": self.is_head,
            "real head": real,
            "effective head": self.is_head and not real,
            "branchpoint": self.is_branch_point,
            "mergepoint": self.is_merge_point,
            "current": self._db_current_indicator,
        }
        return "".join(f" ({'head' if word == 'real head' else word})" for word in words if is_so[word])

    def _format_down_revision(self) -> str:
        return util.format_as_comma(self._versioned_down_revisions) if self.down_revision else "<base>"

    @property
    def log_entry(self) -> str:
        """All of it, over several lines."""
        lines = [
            f"Rev: {self.revision}{self._marks('head', 'branchpoint', 'mergepoint', 'current')}",
            f"{'Merges' if self.is_merge_point else 'Parent'}: {self._format_down_revision()}",
        ]
        if self.dependencies:
            lines.append(f"Also depends on: {util.format_as_comma(self.dependencies)}")
        if self.is_branch_point:
            lines.append(f"Branches into: {util.format_as_comma(sorted(self.nextrev))}")
        if self.branch_labels:
            lines.append(f"Branch names: {util.format_as_comma(sorted(self.branch_labels))}")
        lines += [f"Path: {self.path}", "", *(f"    {line}" for line in self.longdoc.splitlines())]
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        marks = self._marks("head", "branchpoint", "mergepoint")
        return f"{self._format_down_revision()} -> {self.revision}{marks}, {self.doc}"

    def _head_only(
        self,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
        head_indicators: bool = True,
    ) -> str:
        text = self.revision
        if include_parents:
            needs = f" ({util.format_as_comma(self.dependencies)})" if self.dependencies else ""
            text = f"{self._format_down_revision()}{needs} -> {text}"
        if include_branches and self.branch_labels:
            text += f" ({util.format_as_comma(sorted(self.branch_labels))})"
        if head_indicators or tree_indicators:
            text += self._marks("real head", "effective head", "current")
        if tree_indicators:
            text += self._marks("branchpoint", "mergepoint")
        return f"{text}, {self.doc}" if include_doc else text

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
    ) -> str:
        """As listings show it."""
        if verbose:
            return self.log_entry
        return self._head_only(include_branches, include_doc, include_parents, tree_indicators)

    # -- files

    @classmethod
    def _list_py_dir(cls, scriptdir: ScriptDirectory, path: Path) -> list[Path]:
        """The files of a location, sorted; of its subfolders and of compiled ones too, where the project says so."""
        folders = [path]
        if scriptdir.recursive_version_locations:
            folders = [folder for folder, _, _ in compat.path_walk(path) if folder.name != "__pycache__"]
        found: list[Path] = []
        for folder in sorted(folders, key=lambda folder: folder.parts):
            files = sorted(file for file in folder.iterdir() if not file.is_dir())
            cache = folder / "__pycache__"
            if scriptdir.sourceless and cache.is_dir():
                sources = {file.name.partition(".")[0] for file in files}
                files += [file for file in cache.iterdir() if file.name.partition(".")[0] not in sources]
            found += files
        return found

    @classmethod
    def _from_path(cls, scriptdir: ScriptDirectory, path: str | os.PathLike[str]) -> Script | None:
        """Load a file; None where it is no revision file."""
        folder, name = Path(path).parent, Path(path).name
        pattern = _sourceless_rev_file if scriptdir.sourceless else _only_source_rev_file
        match = pattern.match(name)
        if not match:
            return None
        compiled = match["compiled"] if scriptdir.sourceless else ""
        if compiled:
            source = folder / match["source"]
            better = source.exists() or (compiled == "o" and Path(f"{source}c").exists())
            if better:
                return None
        if not compiled and name.endswith(".py"):
            script = cls._not_yet_loaded(folder / name)
            if script is not None:
                return script
        module = util.load_python_file(folder, name)
        if hasattr(module, "revision"):
            return Script(module, module.revision, folder / name)
        legacy = _legacy_rev.match(name)
        if not legacy:
            raise util.CommandError(
                f"Could not determine revision id from filename {name}. Be sure the 'revision' variable is declared "
                "inside the script (please see 'Upgrading from Alembic 0.1 to 0.2' in the documentation)."
            )
        return Script(module, legacy["id"], folder / name)


util.langhelpers.public_home("alembic.script.base", ["Script"], globals())
