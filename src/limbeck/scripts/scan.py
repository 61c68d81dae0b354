"""What a revision file says about itself, read without running it.

Three roads, each exact or silent:

1. `head_of`: regular expressions over the head of the text: docstring, imports, assignments of plain literals. Anything
   else, or any sign that one of the names may be touched further down, and it gives up.
2. `tree_of`: the syntax tree, statement by statement; a name that is computed, conditional or out of sight is UNSURE.
3. The file is run (`loader`), for what is UNSURE.

The law: whatever a road answers, running the file gives the same. The converse holds for files that can be run: a
file that fails further down has its place in the history all the same, and fails when it is needed.
Sets have no order; they are read in sorted order on all three roads.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from limbeck.errors import ScriptBroken, ScriptError
from limbeck.revisions.revision import Revision
from limbeck.scripts.text import contents, decoded

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")


class Scanned(NamedTuple):
    """One file. `revision` is None for a file that is no revision; `doc` is the whole docstring, stripped.

    `error` is set where the head could be read although Python would not compile the file.
    """

    path: str
    revision: Revision | None
    doc: str = ""
    error: ScriptError | None = None


def read(path: str) -> Scanned:
    """Raises ScriptBroken; what the file raises when it has to be run comes as ScriptBroken or ScriptExited too."""
    try:
        data = contents(path)
    except OSError as error:
        raise ScriptBroken(file=path, why=error.strerror or str(error)) from None
    return scan(data, path)


def scan(data: bytes, path: str) -> Scanned:
    """The same for bytes at hand."""
    text = decoded(data, path)
    head = head_of(text)
    if head is not None and head.exact:
        return _scanned(path, head.values, head.doc)
    from limbeck.scripts.tree import UNSURE, tree_of

    try:
        values, doc = tree_of(text, path)
    except ScriptBroken as error:
        if head is None or "down_revision" not in head.values or "revision" not in head.values:
            raise
        return _scanned(path, head.values, head.doc)._replace(error=error)
    if "revision" not in values:
        return Scanned(path, None, doc if isinstance(doc, str) else "")
    if any(values.get(name) is UNSURE for name in NAMES) or doc is UNSURE:
        return from_module(path, doc)
    return _scanned(path, values, doc)


def unrun(path: str) -> Scanned | None:
    """The same, but None where only running the file tells, or where it cannot be read or compiled."""
    try:
        text = decoded(Path(path).read_bytes(), path)
        head = head_of(text)
        if head is not None and head.exact:
            return _scanned(path, head.values, head.doc)
        from limbeck.scripts.tree import UNSURE, tree_of

        values, doc = tree_of(text, path)
        if "revision" not in values or doc is UNSURE or any(values.get(name) is UNSURE for name in NAMES):
            return None
        return _scanned(path, values, doc)
    except (OSError, ScriptError):
        return None


def from_module(path: str, doc: Any = None) -> Scanned:
    """What running the file says. `doc` is the docstring as written, where it is known already."""
    from limbeck.scripts.loader import load

    module = load(path).module
    values = {name: getattr(module, name) for name in NAMES if hasattr(module, name)}
    if not isinstance(doc, str):
        doc = _written_doc(path, module.__doc__)
    if "revision" not in values:
        return Scanned(path, None, doc)
    return _scanned(path, values, doc)


def _written_doc(path: str, doc: Any) -> str:
    """The docstring with the indentation and tabs that it is written with; Python changes them since 3.13."""
    if not isinstance(doc, str):
        return ""
    if path.endswith(".py"):
        from limbeck.scripts.tree import docstring

        written = docstring(path)
        if written.split() == doc.split():
            return written
    return doc


# -- from values to a Revision ------------------------------------------------------------------------------

_DATE = re.compile(r"^Create Date:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


def _scanned(path: str, values: dict[str, Any], doc: str) -> Scanned:
    name = values["revision"]
    if not isinstance(name, str):
        raise ScriptBroken(file=path, why=f"revision must be a text, and is {name!r}.")
    if "down_revision" not in values:
        raise ScriptBroken(file=path, why="there is a revision but no down_revision.")
    doc = doc.strip()
    at = doc.find("\n\n")
    date = None
    if "Create Date:" in doc:
        found = _DATE.findall(doc)
        # The last: a message may hold such a line as well.
        date = found[-1] if found else None
    revision = Revision(
        name,
        names_of(values["down_revision"], "down_revision", path),
        names_of(values.get("depends_on"), "depends_on", path),
        names_of(values.get("branch_labels"), "branch_labels", path),
        doc if at < 0 else doc[:at],
        date,
        path,
    )
    return Scanned(path, revision, doc)


def names_of(value: Any, name: str, path: str) -> tuple[str, ...]:
    """None, a text or several texts, as a tuple. Raises ScriptBroken."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (tuple, list)):
        several = tuple(value)
    elif isinstance(value, (set, frozenset)) and all(isinstance(each, str) for each in value):
        several = tuple(sorted(value))
    else:
        raise ScriptBroken(file=path, why=f"{name} must be None, a text or several texts, and is {value!r}.")
    for each in several:
        if not isinstance(each, str):
            raise ScriptBroken(file=path, why=f"{name} holds {each!r}, which is no text.")
    return several


# -- the first road -----------------------------------------------------------------------------------------


class Head(NamedTuple):
    """What stands at the top. `exact` says that nothing further down can change it, and that all is there."""

    values: dict[str, Any]
    doc: str
    exact: bool


_WORD = r"(?:revision|branch_labels|depends_on|__doc__)"
_END = r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)"
_DOC = re.compile(
    r'(?:[ \t]*(?:#[^\n]*)?\n)*(?:"""([^"\\]*(?:"(?!"")[^"\\]*)*)"""|'
    r"'''([^'\\]*(?:'(?!'')[^'\\]*)*)'''|"
    r""""(?!")([^"\\\n]+)"|'(?!')([^'\\\n]+)')""" + _END
)
# Blank lines, comments and imports; a chunk with an import that binds one of the names is found by _BINDING.
_PASSED = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\n"
    rf"|(?:import[ ][\w. ,]+|from[ ][\w.]+[ ]import[ ](?:[\w ,]+|\([\w\s,]*\))){_END})*"
)
_BINDING = re.compile(rf"^(?:from|import)[^#\n(]*(?:\([^)]*)?{_WORD}", re.MULTILINE)
_TEXT = r"""(?:"[^"\\\n]*"|'[^'\\\n]*')"""
_MANY = rf"\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*,?\s*"
_ASSIGNED = re.compile(
    r"(revision|down_revision|branch_labels|depends_on)[ \t]*(?::[ \t]*[A-Za-z_][\w.\[\], |]*)?=[ \t]*"
    rf"(?:(None)|({_TEXT})|(\({_MANY}\)|\(\s*\)|\[{_MANY}\]|\[\s*\])|(\{{{_MANY}\}})){_END}"
)
_TEXTS = re.compile(_TEXT)
_TOUCHED = re.compile(r"\b(?:down_)?revision\b")
_EXEC = re.compile(r"exec(?!ut)")
_STAR = re.compile(r"import[\s\\(]*\*")
# Letters that Python reads as ASCII letters in a name (NFKC): tests derive this set from the Unicode tables.
LOOKALIKE = re.compile(
    "[\u00aa\u00ba\u0130-\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u02b0-\u02b8\u02e0-\u02e4"
    "\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u1e9a\u1e9b\u2000-\u218f\u2460-\u24ff\u2c7c\u2c7d\u3200-\u33ff\ua730-\ua7ff"
    "\uab5c-\uab69\ufb00-\ufb06\ufe00-\ufe6f\uff00-\uffef\U00010780-\U000107ba\U0001d400-\U0001d7ff"
    "\U0001ccd6-\U0001ccf9\U0001e030-\U0001e06d\U0001f100-\U0001f1ff\U0001fbf0-\U0001fbf9]"
)
_SIGNS = ("branch_labels", "depends_on", "globals", "locals", "vars(", "eval", "setattr", "delattr", "__")
_UNDER = re.compile(
    r"__(?!(?:tablename|table|name|init|file|future|main|repr|str|table_args|mapper_args)__)\w+__"
)


def head_of(text: str) -> Head | None:
    """The head of a revision file; None where there is none that this road can read."""
    at = 0
    doc = ""
    begun = _DOC.match(text)
    if begun:
        at = begun.end()
        doc = begun[begun.lastindex or 1]
    values: dict[str, Any] = {}
    assigned, passed = _ASSIGNED.match, _PASSED.match
    begun_at = at
    while True:
        found = assigned(text, at)
        if found is None:
            start = at
            at = passed(text, at).end()  # type: ignore[union-attr]
            if at == start:
                break
            continue
        at = found.end()
        name, nothing, one, many, some = found.groups()
        if name in values:
            return None
        if nothing:
            values[name] = None
        elif one:
            values[name] = one[1:-1]
        else:
            values[name] = _several(many or some, as_set=not many)
    if _BINDING.search(text, begun_at, at):
        return None
    if "revision" not in values:
        return None
    return Head(values, doc, "down_revision" in values and _untouched(text[at:]))


def _several(written: str, *, as_set: bool) -> Any:
    texts = [each[1:-1] for each in _TEXTS.findall(written)]
    if as_set:
        return tuple(sorted(set(texts)))
    if written[0] == "(" and len(texts) == 1 and not _TRAILING.search(written):
        return texts[0]
    return tuple(texts)


_TRAILING = re.compile(r",\s*\)\Z")


def _untouched(rest: str) -> bool:
    """Nothing in the rest of the file can bind one of the names. Errs on the side of no."""
    for sign in _SIGNS:
        if sign in rest and (sign != "__" or _UNDER.search(rest)):
            return False
    if "revision" in rest and _TOUCHED.search(rest):
        return False
    if "exec" in rest and _EXEC.search(rest):
        return False
    if "*" in rest and "import" in rest and _STAR.search(rest):
        return False
    if "modules" in rest or "_getframe" in rest:
        return False
    return rest.isascii() or not LOOKALIKE.search(rest)
