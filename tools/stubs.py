"""Writes packages/limbeck-alembic/alembic-stubs: what type checkers see as `alembic`, one small file for each module.

Each names what the facade's module of that name has; nothing is repeated. `python tools/stubs.py [FOLDER]`.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FACADE = ROOT / "src" / "limbeck" / "alembic"
STUBS = ROOT / "packages" / "limbeck-alembic" / "alembic-stubs"
OURS = {"_project", "_running", "_writing", "_filling", "_alias", "_names"}


def modules() -> Iterator[Path]:
    for path in sorted(FACADE.rglob("*.py")):
        relative = path.relative_to(FACADE)
        if relative.parts[0] in ("templates", "_front") or relative.stem in OURS:
            continue
        yield relative


def names_of(path: Path) -> list[str]:
    """What the module defines or exports at its top, sorted; also below `if`, as for type checkers."""
    found: set[str] = set()
    for node in _top(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {
                each.name for each in node.names if each.asname == each.name
            }  # what it exports on purpose
        else:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            found |= {t.id for each in targets if each for t in ast.walk(each) if isinstance(t, ast.Name)}
    return sorted(name for name in found - {"annotations", "TYPE_CHECKING"} if not name.startswith("__"))


def _top(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in nodes:
        if isinstance(node, (ast.If, ast.Try)):
            yield from _top([*node.body, *node.orelse])
        elif isinstance(
            node,
            (
                ast.FunctionDef,
                ast.AsyncFunctionDef,
                ast.ClassDef,
                ast.Import,
                ast.ImportFrom,
                ast.Assign,
                ast.AnnAssign,
            ),
        ):
            yield node


def text_of(relative: Path) -> str:
    dotted = ".".join(("limbeck.alembic", *relative.with_suffix("").parts)).removesuffix(".__init__")
    lines = [f"from {dotted} import *"]
    own = names_of(FACADE / relative)
    if own:
        lines += [f"from {dotted} import (", *(f"    {name} as {name}," for name in own), ")"]
    if relative.name == "__init__.py":
        folder = (FACADE / relative).parent
        below = sorted(p.stem for p in folder.glob("*.py") if p.stem not in {"__init__", "__main__", *OURS})
        below += sorted(
            p.name for p in folder.iterdir() if (p / "__init__.py").is_file() and p.name != "_front"
        )
        lines += [f"from . import {name} as {name}" for name in sorted(below) if name not in own]
    if relative == Path("__init__.py"):
        lines.append("__version__: str")
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    for relative in modules():
        target = (folder / relative).with_suffix(".pyi")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text_of(relative), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else STUBS)
