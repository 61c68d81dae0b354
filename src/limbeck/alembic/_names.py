"""Two names for one package: `alembic` first, `limbeck.alembic` second.

Rules: one module object under both names. A module is always executed under its first name; its second name is an
entry in `sys.modules`. Nothing here replaces a foreign `alembic` that was imported before: that is refused by name.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

from limbeck.errors import EnvironmentFault

FIRST = "alembic"
SECOND = "limbeck.alembic"
FOLDER = Path(__file__).parent
SHARED_FINDER = "_limbeck_alembic_names"


class ForeignAlembic(EnvironmentFault, ImportError):
    """Another package named `alembic` was imported before the facade."""

    code = "LB490"
    where: str

    def what(self) -> str:
        return f"Another package is already imported as 'alembic', from {self.where}; limbeck's facade cannot share the process with it."

    def next_step(self) -> str:
        return "Import limbeck.alembic before anything imports alembic, or start the program with: limbeck run -- <program>"


class _SecondName(importlib.abc.InspectLoader):
    """Hands the module of the first name to whoever imports the second."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # The import system returns what stands in sys.modules afterwards; the empty module it made is dropped.
        name = module.__name__
        sys.modules[name] = importlib.import_module(_first(name))

    def get_source(self, fullname: str) -> str | None:
        loader = _loader_of(_first(fullname))
        return loader.get_source(_first(fullname)) if loader else None

    def get_code(self, fullname: str) -> CodeType | None:  # `python -m limbeck.alembic.config`
        loader = _loader_of(_first(fullname))
        return loader.get_code(_first(fullname)) if loader else None

    def is_package(self, fullname: str) -> bool:
        loader = _loader_of(_first(fullname))
        return bool(loader and loader.is_package(_first(fullname)))


class _Names(importlib.abc.MetaPathFinder):
    """Finds `alembic` here before anywhere else, and `limbeck.alembic.x` as what `alembic.x` is."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == FIRST:
            return _spec_of_first()
        if not fullname.startswith(SECOND + ".") or fullname.endswith(".__main__"):
            return None
        first = importlib.util.find_spec(_first(fullname))
        if first is None:
            return None
        return importlib.machinery.ModuleSpec(
            fullname,
            _SecondName(),
            origin=first.origin,
            is_package=first.submodule_search_locations is not None,
        )


def _first(second: str) -> str:
    return FIRST + second[len(SECOND) :]


def _loader_of(name: str) -> importlib.abc.InspectLoader | None:
    spec = importlib.util.find_spec(name)
    loader = spec.loader if spec else None
    return loader if isinstance(loader, importlib.abc.InspectLoader) else None


def _spec_of_first() -> importlib.machinery.ModuleSpec | None:
    return importlib.util.spec_from_file_location(
        FIRST, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )


def put_in_force() -> None:
    """From now on both names lead here. Called by the package itself while it is loaded under its first name."""
    if not any(
        type(finder).__name__ == "_Names" and type(finder).__module__ == __name__ for finder in sys.meta_path
    ):
        sys.meta_path.insert(0, _Names())
    sys.modules[SECOND] = sys.modules[FIRST]


def first_name() -> ModuleType:
    """The package under its first name, loaded if it was not. Raises ForeignAlembic where another one stands."""
    there = sys.modules.get(FIRST)
    if there is None:
        spec = _spec_of_first()
        assert spec is not None and spec.loader is not None
        there = importlib.util.module_from_spec(spec)
        sys.modules[FIRST] = there
        try:
            spec.loader.exec_module(there)
        except BaseException:
            sys.modules.pop(FIRST, None)
            raise
    if getattr(there, "_answers_for_alembic", None) != "limbeck":
        raise ForeignAlembic(where=str(getattr(there, "__file__", None) or "an unknown place"))
    return there
