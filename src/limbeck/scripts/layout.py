"""The text of a new revision file: limbeck's own layout, or the project's `script.py.mako`.

A message is text between quotes in either, whatever it holds: in our layout since it is escaped; in a project's template
since the file that results must have the syntax tree it has with a harmless message, but for texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, NamedTuple

from limbeck.errors import MessageUnsafe, TemplateFailed

EMPTY_MESSAGE = "empty message"


class NewRevision(NamedTuple):
    """What shall be written. Blocks of code are lines without the indentation of the function, "" for `pass`."""

    id: str
    parents: tuple[str, ...] = ()
    message: str = ""
    labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    date: datetime | None = None
    upgrades: str = ""
    downgrades: str = ""
    imports: tuple[str, ...] = ()


def text_of(
    new: NewRevision,
    template: Path | None = None,
    variables: Mapping[str, Any] | None = None,
    encoding: str = "utf-8",
) -> str:
    """`variables` are further names for the template, such as `config`. Raises TemplateFailed, MessageUnsafe."""
    if template is None:
        return native_text(new, encoding)
    return from_template(new, template, variables or {}, encoding)


def docstring_text(message: str, encoding: str = "utf-8") -> str:
    '''A text as it can stand between """ and a newline, read back as itself (stripped).'''
    import codecs

    codec = codecs.lookup(encoding).name
    message = normal_message(message).replace("\\", "\\\\")
    message = re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), message)
    return "".join(_escaped(each, codec) for each in message)


def normal_message(message: str) -> str:
    """The message as it is kept: one kind of newline, nothing around it, no halves of characters.

    Those come from arguments that are not in the terminal's encoding; Python 3.13 compiles no docstring that has one.
    """
    message = re.sub("[\ud800-\udfff]", "\ufffd", message)
    message = message.replace("\r\n", "\n").replace("\r", "\n").strip()
    return message or EMPTY_MESSAGE


def _escaped(char: str, codec: str) -> str:
    if char in "\n\t" or (char.isprintable() and (char.isascii() or _has(char, codec))):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _has(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


# -- our own ------------------------------------------------------------------------------------------------


def native_text(new: NewRevision, encoding: str = "utf-8") -> str:
    revises = ", ".join(new.parents)
    lines = [
        f'"""{docstring_text(new.message, encoding)}',
        "",
        f"Revision ID: {new.id}",
        f"Revises: {revises}".rstrip(),
        f"Create Date: {new.date or datetime.now()}",
        '"""',
        "",
        *_import_lines(new.imports),
        "",
        f"revision = {_literal(new.id)}",
        f"down_revision = {_names(new.parents)}",
        f"branch_labels = {_names(new.labels)}",
        f"depends_on = {_names(new.depends_on)}",
        "",
        "",
        "def upgrade() -> None:",
        _body(new.upgrades),
        "",
        "",
        "def downgrade() -> None:",
        _body(new.downgrades),
    ]
    return "\n".join(lines) + "\n"


def _import_lines(imports: tuple[str, ...]) -> list[str]:
    """Whole modules first, as import sorters do, each line once; then ours."""
    wanted = dict.fromkeys(
        line for text in (*imports, "import sqlalchemy as sa") for line in text.splitlines()
    )
    ours = "from limbeck import op"
    others = sorted(
        (line for line in wanted if line.strip() and line != ours), key=lambda s: (s[:5] == "from ", s)
    )
    return [*others, "", ours]


def _body(block: str) -> str:
    return indent(dedent(block).strip("\n"), "    ") if block.strip() else "    pass"


def _literal(text: str) -> str:
    plain = repr(text)
    return '"' + plain[1:-1].replace("\\'", "'") + '"' if plain[0] == "'" and '"' not in plain else plain


def _names(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return _literal(names[0]) if names else "None"
    return "(" + ", ".join(map(_literal, names)) + ")"


# -- the project's ------------------------------------------------------------------------------------------


def from_template(
    new: NewRevision, template: Path, variables: Mapping[str, Any], encoding: str = "utf-8"
) -> str:
    escaped = docstring_text(new.message, encoding)
    text = rendered(template, {**variables, **_variables(new), "message": escaped})
    if re.fullmatch(r"[\w ]*", new.message):
        return text
    plain = _shape(rendered(template, {**variables, **_variables(new), "message": "m"}))
    if plain is None or _shape(text) == plain:
        return text
    flat = re.sub(r"[\s\\\"'`]+", " ", docstring_text(normal_message(new.message), "ascii"))
    text = rendered(template, {**variables, **_variables(new), "message": flat})
    if _shape(text) == plain:
        return text
    raise MessageUnsafe(file=str(template), message=new.message)


def comma(value: Any) -> str:
    """The template's filter: several names with ", " between, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return ", ".join(str(each) for each in value)


def _variables(new: NewRevision) -> dict[str, Any]:
    """The names that every template may use, in the forms they have had there."""

    def scalar(names: tuple[str, ...]) -> str | tuple[str, ...] | None:
        return None if not names else names[0] if len(names) == 1 else names

    return {
        "up_revision": new.id,
        "down_revision": scalar(new.parents),
        "branch_labels": new.labels or None,
        "depends_on": scalar(new.depends_on),
        "create_date": new.date or datetime.now(),
        "upgrades": indent(dedent(new.upgrades).strip("\n"), "    ").lstrip(" ") or None,
        "downgrades": indent(dedent(new.downgrades).strip("\n"), "    ").lstrip(" ") or None,
        "imports": "\n".join(new.imports) or None,
        "comma": comma,
    }


def rendered(template: Path, variables: Mapping[str, Any]) -> str:
    """Raises TemplateFailed with the template's own line."""
    from mako.exceptions import MakoException, RichTraceback
    from mako.template import Template

    try:
        text: str = Template(filename=str(template), strict_undefined=False).render_unicode(
            **{"config": None, **variables}
        )
    except MakoException as error:
        raise TemplateFailed(
            file=str(template), line=getattr(error, "lineno", 0) or 0, why=str(error)
        ) from None
    except Exception as error:
        trace = RichTraceback()
        why = f"{type(error).__name__}: {error}"
        raise TemplateFailed(file=str(template), line=trace.lineno or 0, why=why) from error
    return text.replace("\r\n", "\n")


def _shape(text: str) -> str | None:
    """The syntax tree without the contents of texts; None for what is no Python."""
    import ast

    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
