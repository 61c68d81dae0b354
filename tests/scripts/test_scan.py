"""Reading a revision file without running it.

The law: head = tree = running the file, wherever the first two answer and the file can be run.
"""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limbeck.errors import LimbeckError, ScriptBroken
from limbeck.revisions.revision import Revision
from limbeck.scripts.scan import LOOKALIKE, NAMES, Scanned, _scanned, from_module, head_of, read, scan
from limbeck.scripts.text import decoded
from limbeck.scripts.tree import UNSURE, tree_of

PLAIN = '''"""add email

Revision ID: ae1
Revises: 27c
Create Date: 2024-03-01 10:20:30.5

"""
from typing import Sequence, Union

import sqlalchemy as sa

# revision identifiers
revision: str = 'ae1'
down_revision: Union[str, Sequence[str], None] = "27c"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    pass
'''


def scanned(text: str | bytes) -> Scanned:
    return scan(text.encode() if isinstance(text, str) else text, "x.py")


def test_a_file_as_it_is_usually_written() -> None:
    doc = "add email\n\nRevision ID: ae1\nRevises: 27c\nCreate Date: 2024-03-01 10:20:30.5"
    wanted = Revision("ae1", ("27c",), (), (), "add email", "2024-03-01 10:20:30.5", "x.py")
    assert scanned(PLAIN) == Scanned("x.py", wanted, doc)
    head = head_of(PLAIN)
    assert head is not None and head.exact


@pytest.mark.parametrize(
    ("written", "parents"),
    [
        ("None", ()),
        ("()", ()),
        ("'a'", ("a",)),
        ("('a')", ("a",)),
        ("('a',)", ("a",)),
        ("(\"a\", 'b')", ("a", "b")),
        ("(\n    'a',\n    'b',\n)", ("a", "b")),
        ("['b', 'a']  # two", ("b", "a")),
        ("{'b', 'a', 'b'}", ("a", "b")),
        ("('a' 'b')", ("ab",)),
        ("('a',\n  # the other\n  'b')", ("a", "b")),
        ("'a' + 'b'", ("ab",)),
        ("u'a'", ("a",)),
        ("r'a\\b'", ("a\\b",)),
        ("'''a'''", ("a",)),
        ("'\\x61'", ("a",)),
        ('""', ("",)),
        ("('a',) + ('b',)", ("a", "b")),
        ("'a'; x = 1", ("a",)),
        ("x = 'a'", ("a",)),
        ("first", ("a1",)),
        ("'-'.join(['a', 'b'])", ("a-b",)),
        ("tuple(['a'])", ("a",)),
        ("f'{first}x'", ("a1x",)),
        ("None or 'a'", ("a",)),
        ("'a' if first else 'b'", ("a",)),
        ("'a\\\nb'", ("ab",)),
        ("('a' # one\n)", ("a",)),
        ("frozenset({'b', 'a'})", ("a", "b")),
    ],
)
def test_forms_of_a_value(written: str, parents: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "r.py"
    path.write_text(f"first = 'a1'\nrevision = 'r'\ndown_revision = {written}\n")
    assert read(str(path)).revision == Revision("r", parents, origin=str(path))
    path.write_text(f"revision = 'r'\nfirst = 'a1'\ndepends_on = None\ndown_revision = {written}\n")
    assert read(str(path)).revision == Revision("r", parents, origin=str(path))


@pytest.mark.parametrize(
    "text",
    [
        "revision = 'a'\ndown_revision = None\nrevision = 'b'\n",
        "revision = 'a'\ndown_revision = None\nif True:\n    revision = 'b'\n",
        "revision = 'a'\ndown_revision = None\nfor revision in 'bc': pass\n",
        "revision = 'a'\ndown_revision = None\ntry:\n    1 / 0\nexcept Exception:\n    depends_on = 'z'\n",
        "revision = 'a'\ndown_revision = None\n(revision := 'b')\n",
        "revision = 'a'\ndown_revision = None\nglobals()['revision'] = 'b'\n",
        "revision = 'a'\ndown_revision = None\nglobals().update(dict(revision='b'))\n",
        "revision = 'a'\ndown_revision = None\nvars()['rev' 'ision'] = 'b'\n",
        "revision = 'a'\ndown_revision = None\nexec('rev' 'ision = 1' .replace('1', repr('b')))\n",
        "revision = 'a'\ndown_revision = None\nimport sys\nsetattr(sys.modules[__name__], 'rev' + 'ision', 'b')\n",
        "revision = 'a'\ndown_revision = None\ndef f():\n    global revision\n    revision = 'b'\nf()\n",
        "revision = 'a'\ndown_revision = None\ndef f():\n    globals()['rev' + 'ision'] = 'b'\nx = f()\n",
        "revision = 'a'\ndown_revision = None\n@lambda f: f()\ndef f():\n    globals()['rev' + 'ision'] = 'b'\n",
        "revision = 'a'\ndown_revision = None\nclass A:\n    globals()['rev' + 'ision'] = 'b'\n",
        "revision = 'a'\ndown_revision = None\nfrom string import *\n",
        "revision = 'a'\ndown_revision = None\nfrom string import digits as depends_on\n",
        "revision = 'a'\ndown_revision = None\nfrom string import (\n  digits as depends_on,\n)\n",
        "from string import digits as depends_on\nrevision = 'a'\ndown_revision = None\n",
        "import string as revision\nrevision = 'a'\ndown_revision = None\n",
        "revision = 'a'\ndown_revision = ['b']\ndown_revision.append('c')\n",
        "revision = 'a'\ndown_revision = depends_on = ['b']\ndown_revision += ['c']\n",
        "revision = down_revision = 'a'\ndown_revision = None\n",
        "revision, down_revision = 'a', 'b'\n",
        "revision = 'a'\ndown_revision: str = 'b'\ndepends_on: str\n",
        "revision = 'a'\ndown_revision = 'b'\ndepends_on = 'c'\ndel depends_on\n",
        "revision = 'a'\ndown_revision = 'b'\nｄepends_on = 'c'\n",
        "revision = 'a'\ndown_revision = 'b'\n__doc__ = 'other'\n",
        "revision = 'a'\ndown_revision = 'b'\n__doc__ = str(7)\n",
        "'''one\n\nrevision = \"x\"\n'''\nrevision = 'a'\ndown_revision = None\n",
        "x = '''\nrevision = \"x\"\n'''\nrevision = 'a'\ndown_revision = None\n",
        "revision = 'a'\ndown_revision = None\nx = '''\nrevision = \"x\"\n'''\n",
        "if 1:\n    revision = 'a'\n    down_revision = None\n",
        "'doc' 'ument'\nrevision = 'a'\ndown_revision = None\n",
        "f'doc{1}'\nrevision = 'a'\ndown_revision = None\n",
        "b'doc'\nrevision = 'a'\ndown_revision = None\n",
        "'a\\tb'\nrevision = 'a'\ndown_revision = None\n",
        "# one\n\n'doc'  # two\nrevision = 'a'\ndown_revision = None",
        "'''doc'''; revision = 'a'\ndown_revision = None\n",
        '""""quoted" he said"""\nrevision = "a"\ndown_revision = None\n',
        "''\nrevision = 'a'\ndown_revision = None\n",
        "'''one\n    two\n\n      three\n'''\nrevision = str(1)\ndown_revision = None\n",
        "'''one\n    two\n\n      three\n'''\nrevision = 'a'\ndown_revision = None\n",
        "import os\nrevision = 'a' ; down_revision = None\n",
        "revision = 'a' \\\n  'b'\ndown_revision = None\n",
        "revision = 'a'\ndown_revision = None\nwith open(__file__) as revision: pass\nrevision = 'c'\n",
        "revision = 'a'\ndown_revision = None\nmatch 'q':\n    case revision: pass\n",
        "x = revision = 'a'\ndown_revision = x\n",
        "revision = 'a'\r\ndown_revision = '''b\r\nc'''\r\n",
        "class revision: pass\nrevision = 'a'\ndown_revision = None\n",
        "revision = 'a'\ndown_revision = None\nbranch_labels = ('x',)\ndef branch_labels(): pass\nbranch_labels = 'y'\n",
        "revision = 'a'\ndown_revision = None\nx = [revision for revision in 'bc']\n",
        "revision = 'a'\ndown_revision = None\nimport sys\n[setattr(sys.modules[__name__], k, 'q') for k in ['rev' 'ision']]\n",
    ],
)
def test_odd_files_say_what_running_them_says(text: str, tmp_path: Path) -> None:
    path = tmp_path / "r.py"
    path.write_bytes(text.encode())
    assert outcome(lambda: read(str(path))) == outcome(lambda: from_module(str(path)))


def outcome(call: Any) -> Any:
    try:
        return call()
    except LimbeckError as error:
        return type(error)


FRAGMENTS = [
    '"""doc"""\n',
    "'''doc\n\nCreate Date: 2020-01-01\n'''\n",
    "# revision = 'comment'\n",
    "\n",
    "import os\n",
    "from typing import Union, Sequence\n",
    "from string import (\n    digits,\n    hexdigits as h,\n)\n",
    "from string import digits as revision\n",
    "revision = 'a'\n",
    "revision: str = 'b'\n",
    "down_revision = None\n",
    "down_revision: 'Union[str, None]' = ('c', 'd')\n",
    "down_revision = ['c',]\n",
    "down_revision = {'y', 'x'}\n",
    "branch_labels = ('x')\n",
    "branch_labels = ()\n",
    "depends_on = 'q'  # why\n",
    "depends_on = None,\n",
    "if not os:\n    revision = 'never'\n",
    "x = 'revision'\n",
    "revision = x = 'z'\n",
    "x = '''\nrevision = 'hidden'\n'''\n",
    "def upgrade():\n    revision = 'local'\n",
    "def upgrade():\n    globals()['revision'] = 'late'\n",
    "def f():\n    global depends_on\n    depends_on = 'f'\n",
    "f()\n",
    "depends_on.append('r')\n",
    "from os.path import *\n",
    "del depends_on\n",
    "revision += 'm'\n",
    "down_revision = revision\n",
    "class C:\n    revision = 'in class'\n",
    "(\n",
    ")\n",
    "'''",
    '"""',
    "\\\n",
    "; ",
    "    ",
]


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=9), chance=st.randoms(use_true_random=False))
def test_the_three_roads_agree(parts: list[str], chance: random.Random, tmp_path: Path) -> None:
    """Law: what head and tree answer is what running the file gives."""
    text = "".join(parts)
    if text and chance.random() < 0.3:  # one character less, or more
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(["", "'", '"', "=", ",", ")", "\n", " "]) + text[at + 1 :]
    agree(text, tmp_path / "r.py")


@pytest.mark.parametrize("seed", range(150))
def test_a_plain_file_with_one_thing_changed(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines = PLAIN.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        change = chance.randrange(4)
        if change == 0:
            lines.insert(at, chance.choice(FRAGMENTS))
        elif change == 1 and len(lines) > 1:
            del lines[at]
        elif change == 2:
            lines[at] = lines[at].replace(
                *chance.choice([("'", '"'), (" = ", "="), ("=", "+="), ("a", "\\"), ("\n", "\r\n")])
            )
        else:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
    agree("".join(lines), tmp_path / "r.py")


def agree(text: str, path: Path) -> None:
    data = text.encode()
    path.write_bytes(data)
    name = str(path)
    try:
        ran = from_module(name)
    except LimbeckError:
        return  # a file that cannot be run is judged by other tests
    text = decoded(data)
    assert read(name) == ran, text
    values, doc = tree_of(text, name)
    if not any(values.get(n) is UNSURE for n in NAMES) and doc is not UNSURE:
        assert (_scanned(name, values, doc) if "revision" in values else Scanned(name, None, doc)) == ran, (
            text
        )
    head = head_of(text)
    if head is not None and head.exact:
        assert _scanned(name, head.values, head.doc) == ran, text


def test_reading_does_not_run_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.py"
    path.write_text(PLAIN + "raise SystemExit('was run')\n")
    assert read(str(path)).revision.id == "ae1"  # type: ignore[union-attr]


def test_env_py_is_no_revision_and_is_not_run() -> None:
    assert scanned("from x import context\ncontext.run()\n").revision is None


def test_a_file_that_will_not_compile_keeps_its_place() -> None:
    found = scanned(PLAIN + "    revision = (\n")
    assert found.revision is not None and found.revision.id == "ae1"
    assert isinstance(found.error, ScriptBroken) and found.error.line == 21


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"revision = 'a'\ndown_revision = (\n", "x.py:2: '(' was never closed."),
        (b"revision = 1\ndown_revision = None\n", "x.py: revision must be a text, and is 1."),
        (b"revision = 'a'\n", "x.py: there is a revision but no down_revision."),
        (
            b"revision = 'a'\ndown_revision = 7\n",
            "x.py: down_revision must be None, a text or several texts, and is 7.",
        ),
        (
            b"revision = 'a'\ndown_revision = (None, 'a')\n",
            "x.py: down_revision holds None, which is no text.",
        ),
        (b"revision = '\xff'\n", "x.py:1: not written in utf-8, which it declares."),
        (b"# coding: klingon\nrevision = 'a'\n", "x.py:1: unknown encoding 'klingon'."),
    ],
)
def test_what_is_wrong_is_said(text: bytes, said: str) -> None:
    with pytest.raises(ScriptBroken) as error:
        scanned(text)
    assert error.value.what() == said


@pytest.mark.parametrize(
    "data",
    [
        "# -*- coding: latin-1 -*-\n'''é'''\nrevision = 'é'\ndown_revision = None\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'''é'''\nrevision = 'é'\ndown_revision = None\n".encode(
            "cp1252"
        ),
        b"\xef\xbb\xbf" + "'''é'''\nrevision = 'é'\ndown_revision = None\n".encode(),
        "'''é'''\nrevision = 'é'\ndown_revision = None\n".replace("\n", "\r\n").encode(),
        "'''é'''\nrevision = 'é'\n# coding: latin-1\ndown_revision = None\n".encode(),
    ],
)
def test_encodings(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r.py"
    path.write_bytes(data)
    assert (
        read(str(path))
        == from_module(str(path))
        == Scanned(str(path), Revision("é", message="é", origin=str(path)), "é")
    )


def test_letters_that_python_reads_as_ascii() -> None:
    """Law: every character that NFKC makes an ASCII letter of sends a file off the first road."""
    folded = (chr(code) for code in range(128, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    missing = [
        f"{ord(char):x}"
        for char in folded
        if any(c.isascii() and (c.isalpha() or c == "_") for c in unicodedata.normalize("NFKC", char))
        and not LOOKALIKE.match(char)
        and ("a" + char).isidentifier()
    ]
    assert not missing


def test_reading_and_listing_import_no_sqlalchemy(tmp_path: Path) -> None:
    (tmp_path / "r.py").write_text(PLAIN.replace('"27c"', "None"))
    code = (
        "import sys; from limbeck.scripts.folder import ScriptFolder\n"
        f"assert ScriptFolder([{str(tmp_path)!r}]).graph.heads == ('ae1',)\n"
        "print(*(m for m in ('sqlalchemy', 'ast', 'mako', 'dataclasses', 'inspect') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
