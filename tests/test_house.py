"""The walls of the house: which room may import which. The plan is docs/house.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "limbeck"

FLOORS: dict[str, int] = {
    "__init__": 0,
    "version": 1,
    "errors": 1,
    "events": 1,
    "interruption": 1,
    "process": 1,
    "digraph": 2,
    "config": 2,
    "embedded": 2,
    "policy": 2,
    "model": 2,
    "source": 3,
    "revisions": 3,
    "shore": 3,
    "ops": 4,
    "backends": 5,
    "diff": 5,
    "scripts": 5,
    "author": 6,
    "judge": 6,
    "plan": 6,
    "run": 7,
    "project": 7,
    "commands": 8,
    "alembic": 9,
    "cli": 10,
    "__main__": 11,
}
FILES = sorted(p for p in ROOT.rglob("*.py") if "templates" not in p.parts)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every limbeck module the file imports, anywhere in it (also in functions and under TYPE_CHECKING)."""
    package = ["limbeck", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "limbeck":
                    yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(p for p in (base, node.module or "") if p)
            if module.split(".")[0] == "limbeck":
                for alias in node.names:
                    yield node.lineno, f"{module}.{alias.name}"


def test_every_room_is_in_the_plan() -> None:
    assert {room_of(p) for p in FILES} - FLOORS.keys() == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_import_only_lower_floors(path: Path) -> None:
    room = room_of(path)
    wrong = []
    for line, module in imports_of(path):
        parts = module.split(".")
        target = parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__"
        if target == room or (target == "__init__" and room == "alembic"):
            continue
        if room == "__init__":
            continue  # the lazy front door
        if target == "__init__" or FLOORS[target] >= FLOORS[room]:
            wrong.append(f"line {line}: {room} (floor {FLOORS[room]}) imports {module}")
    assert not wrong, "\n".join(wrong)


def test_no_circles_inside_rooms() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        relative = path.relative_to(ROOT).with_suffix("")
        if relative.parts[0] == "alembic":
            continue  # its reference's surface has circles that users import through
        name = ".".join(("limbeck", *relative.parts)).removesuffix(".__init__")
        graph[name] = {module for _, module in imports_of(path)}
    edges = {
        name: {m if m in graph else m.rpartition(".")[0] for m in targets} & graph.keys() - {name}
        for name, targets in graph.items()
    }
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, "circle: " + " -> ".join((*path[path.index(name) :], name))
        if name in done:
            return
        for target in sorted(edges[name]):
            walk(target, (*path, name))
        done.add(name)

    for name in sorted(edges):
        walk(name, ())


CORE = [p for p in FILES if room_of(p) != "alembic"]


def test_only_the_shore_and_the_facade_know_private_names_of_sqlalchemy() -> None:
    wrong = []
    for path in CORE:
        if path.relative_to(ROOT).parts[:1] == ("shore",):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                wrong += [f"{path.name}:{node.lineno} {a.name}" for a in node.names if a.name.startswith("_")]
    assert not wrong, wrong


def test_pure_rooms_import_no_sqlalchemy() -> None:
    pure = {
        "errors",
        "events",
        "digraph",
        "config",
        "model",
        "source",
        "revisions",
        "scripts",
        "diff",
        "ops",
        "author",
    }
    wrong = []
    for path in FILES:
        if room_of(path) not in pure:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [
                f"{path.relative_to(ROOT)}:{node.lineno}" for n in names if n.split(".")[0] == "sqlalchemy"
            ]  # type: ignore[attr-defined]
    assert not wrong, wrong


def test_the_core_does_not_speak_of_its_reference() -> None:
    """Delete the facade and everything else still works: only the version table's name is shared."""
    wrong = []
    for path in CORE:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            rest = line.replace("alembic_version", "").split("#")[0]
            if path.name == "compat.py":
                rest = rest.replace("_alembic_quote", "")  # a name of SQLAlchemy
            if "alembic" in rest:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not wrong, "\n".join(wrong)
