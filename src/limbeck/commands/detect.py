"""What a folder already says about its models and its database. Reads files, runs none of them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SKIPPED = {
    "node_modules",
    "site-packages",
    "__pycache__",
    "build",
    "dist",
    "tests",
    "test",
    "migrations",
    "versions",
}
MOST_FILES = 2000
_URL = re.compile(r"^(postgres(ql)?|mysql|mariadb|sqlite|oracle|mssql)(\+\w+)?://")
_VARIABLES = ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL", "DB_URL")


class Found(NamedTuple):
    """A value for a setting and where it was seen ("app/models.py:4")."""

    value: str
    where: str


def models(folder: Path) -> list[Found]:
    """Declarative bases and MetaData objects at the top of modules, as "module:name"; bases before MetaData."""
    bases: list[Found] = []
    metadatas: list[Found] = []
    for path in python_files(folder):
        tree = _parsed(path)
        if tree is None:
            continue
        module = module_name(path.relative_to(folder))
        for name, line, kind in _declared(tree):
            into = bases if kind == "base" else metadatas
            into.append(Found(f"{module}:{name}", f"{path.relative_to(folder)}:{line}"))
    return bases or metadatas


def url(folder: Path) -> Found | None:
    """The database's URL: a variable of the environment or of .env, else a literal given to create_engine."""
    for name in _VARIABLES:
        if os.environ.get(name):
            return Found(f"${{{name}}}", f"environment variable {name}")
    for env in (folder / ".env", folder / ".env.local"):
        for number, line in enumerate(_lines(env), 1):
            key = line.removeprefix("export ").partition("=")[0].strip()
            if key in _VARIABLES:
                return Found(f"${{{key}}}", f"{env.name}:{number}")
    for path in python_files(folder):
        tree = _parsed(path)
        for literal, place in _engine_urls(tree) if tree is not None else ():
            return Found(literal, f"{path.relative_to(folder)}:{place}")
    return None


def python_files(folder: Path) -> Iterator[Path]:
    """The folder's own Python files, nearest first; at most MOST_FILES, no virtual environments, nothing hidden."""
    level = [folder]
    seen = 0
    while level:
        below: list[Path] = []
        for place in level:
            try:
                entries = sorted(place.iterdir())
            except OSError:
                continue
            for entry in entries:
                if entry.name.startswith(".") or entry.is_symlink():
                    continue
                if entry.is_file() and entry.suffix == ".py":
                    seen += 1
                    if seen > MOST_FILES:
                        return
                    yield entry
                elif entry.is_dir() and entry.name not in SKIPPED and not (entry / "pyvenv.cfg").exists():
                    below.append(entry)
        level = below


def module_name(relative: Path) -> str:
    """The dotted name a file is imported by from the project's folder (src/ is not part of it)."""
    parts = list(relative.with_suffix("").parts)
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _parsed(path: Path) -> ast.Module | None:
    text = "\n".join(_lines(path))
    if "sqlalchemy" not in text.lower() and "sqlmodel" not in text.lower():
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _declared(tree: ast.Module) -> Iterator[tuple[str, int, str]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            parents = {_last(base) for base in node.bases}
            if parents & {"DeclarativeBase", "DeclarativeBaseNoMeta", "AutomapBase"}:
                yield node.name, node.lineno, "base"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = _last(node.value.func)
            target = node.targets[0]
            if not isinstance(target, ast.Name):
                continue
            if made in {"declarative_base", "automap_base", "generate_base", "as_declarative", "SQLAlchemy"}:
                yield target.id, node.lineno, "base"
            elif made == "MetaData":
                yield target.id, node.lineno, "metadata"


def _engine_urls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _last(node.func) in {"create_engine", "create_async_engine"}):
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and _URL.match(first.value):
            yield first.value, node.lineno


def _last(node: ast.expr) -> str:
    """The last part of a dotted name; "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
