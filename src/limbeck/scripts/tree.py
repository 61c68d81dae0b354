"""The second road of `scan`: the syntax tree, statement by statement, as Python would run it.

A name whose value depends on anything but literals and earlier literals is UNSURE; never is a guess made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from limbeck.errors import ScriptBroken

NAMES = frozenset(("revision", "down_revision", "branch_labels", "depends_on", "__doc__"))
_REACHING = frozenset(
    ("globals", "locals", "vars", "exec", "eval", "setattr", "delattr", "compile", "__import__")
)
_ATTRIBUTES = frozenset(
    ("modules", "__dict__", "__setattr__", "_getframe", "__delattr__", "f_globals", "__globals__")
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Unsure:
    def __repr__(self) -> str:
        return "UNSURE"


UNSURE: Any = _Unsure()


def parsed(text: str, path: str) -> ast.Module:
    """Raises ScriptBroken with the line."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are told when the file is compiled
            return ast.parse(text)
    except SyntaxError as error:
        raise ScriptBroken(file=path, line=error.lineno or 0, why=f"{error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes; nested too deep
        raise ScriptBroken(file=path, why=f"{error or 'nested too deep'}.") from None


def docstring(path: str) -> str:
    """The docstring of a file as it is written. Raises ScriptBroken."""
    from pathlib import Path

    from limbeck.scripts.text import decoded

    return ast.get_docstring(parsed(decoded(Path(path).read_bytes(), path), path), clean=False) or ""


def tree_of(text: str, path: str) -> tuple[dict[str, Any], Any]:
    """The values of NAMES as they are when the module has been run, each a value or UNSURE, and its docstring."""
    tree = parsed(text, path)
    reader = _Reader(tree)
    for statement in tree.body:
        reader.statement(statement)
    doc = ast.get_docstring(tree, clean=False) or ""
    values = reader.values
    if "__doc__" in values:
        doc = values.pop("__doc__")
        doc = "" if doc is None else doc if isinstance(doc, str) else UNSURE
    return values, doc


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self.values: dict[str, Any] = {}
        self.known: dict[str, Any] = {}
        """Other names at the top that hold a text."""
        functions = {node.name for node in tree.body if isinstance(node, _FUNCTIONS)}
        at_top = [node for statement in tree.body for node in _run_at_import(statement)]
        loaded = {node.id for node in at_top if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        # A function's body runs at import only where something at the top can reach the function.
        seen = list(ast.walk(tree)) if functions & loaded else at_top
        if any(_reaches(node) for node in seen):
            self.everything_unsure()
            self.frozen = True
        else:
            self.frozen = False
            self.shared = _declared_global(seen)
        self.loaded = loaded

    def everything_unsure(self) -> None:
        self.values.update(dict.fromkeys(NAMES - {"__doc__"}, UNSURE))
        self.known.clear()

    def statement(self, node: ast.stmt) -> None:
        if self.frozen:
            return
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            self.everything_unsure()
            return
        target, value = _plain_assignment(node)
        for name in _bound(node):
            if name is None:
                self.everything_unsure()
            elif name not in target:
                self.set(name, UNSURE)
        if target and value is not None:
            result = self.evaluated(value)
            for name in target:
                self.set(name, result)

    def set(self, name: str, value: Any) -> None:
        if name in NAMES:
            mutable = isinstance(value, (list, set))
            if name in self.shared or (mutable and name in self.loaded):
                value = UNSURE
            self.values[name] = tuple(sorted(value)) if _is_texts(value) else value
        elif isinstance(value, str) and name not in self.shared:
            self.known[name] = value
        else:
            self.known.pop(name, None)

    def evaluated(self, node: ast.expr) -> Any:
        """A literal of texts, or UNSURE."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            if node.id in self.values:
                value = self.values[node.id]
                return UNSURE if isinstance(value, (list, set)) else value
            return self.known.get(node.id, UNSURE)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            parts = [self.evaluated(each) for each in node.elts]
            if any(
                part is UNSURE or not isinstance(part, (str, int, float, bytes, type(None))) for part in parts
            ):
                return UNSURE
            return {ast.Tuple: tuple, ast.List: list, ast.Set: set}[type(node)](parts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.evaluated(node.left), self.evaluated(node.right)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
            if isinstance(left, tuple) and isinstance(right, tuple):
                return left + right
        return UNSURE


def _is_texts(value: Any) -> bool:
    return isinstance(value, set) and all(isinstance(each, str) for each in value)


def _plain_assignment(node: ast.stmt) -> tuple[tuple[str, ...], ast.expr | None]:
    """`a = value`, `a = b = value`, `a: int = value`."""
    if isinstance(node, ast.Assign):
        names = tuple(t.id for t in node.targets if isinstance(t, ast.Name))
        return (names, node.value) if len(names) == len(node.targets) else ((), None)
    if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return (node.target.id,), node.value
    return (), None


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement that are run when the module is: all but the bodies of functions at the top."""
    if isinstance(node, _FUNCTIONS):
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                yield from ast.walk(part)
        for annotation in (
            node.returns,
            *(a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)),
        ):
            if annotation is not None:
                yield from ast.walk(annotation)
        return
    yield from ast.walk(node)


def _bound(statement: ast.stmt) -> Iterator[str | None]:
    """Every name that the statement may bind or delete; None for a star import."""
    if isinstance(statement, _FUNCTIONS):
        yield statement.name
    for node in _run_at_import(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield None if alias.name == "*" else alias.asname or alias.name.split(".")[0]
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)) or (
            isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name
        ):
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _reaches(node: ast.AST) -> bool:
    """The node may touch the module's names without naming them."""
    if isinstance(node, ast.Name):
        return node.id in _REACHING
    return isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES


def _declared_global(nodes: list[ast.AST]) -> set[str]:
    return {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
