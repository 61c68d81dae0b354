"""New revision files: whatever is typed stays text, stays in the folder, and is read back."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limbeck.config import Settings
from limbeck.errors import (
    BadLabel,
    BadScriptName,
    LocationMissing,
    MessageUnsafe,
    NoSuchTimezone,
    ScriptExists,
    ScriptOutside,
    ScriptUnwritable,
    TemplateFailed,
)
from limbeck.revisions.revision import Revision
from limbeck.scripts import writer
from limbeck.scripts.layout import normal_message, text_of
from limbeck.scripts.loader import load
from limbeck.scripts.scan import from_module, read
from limbeck.scripts.writer import NewRevision

DATE = datetime(2026, 3, 1, 10, 20, 30)
NEW = NewRevision("ae1", ("27c",), "add email", date=DATE)
TEMPLATE = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


def project(folder: Path, **changed: object) -> Settings:
    place = folder / "migrations"
    place.mkdir(exist_ok=True)
    return Settings(folder=folder, migrations=place, version_locations=(place,))._replace(**changed)  # type: ignore[arg-type]


def test_our_layout() -> None:
    new = NEW._replace(upgrades='op.execute("a")\n\nop.execute("b")\n', imports=("from uuid import UUID",))
    assert (
        text_of(new)
        == '''"""add email

Revision ID: ae1
Revises: 27c
Create Date: 2026-03-01 10:20:30
"""

import sqlalchemy as sa
from uuid import UUID

from limbeck import op

revision = "ae1"
down_revision = "27c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("a")

    op.execute("b")


def downgrade() -> None:
    pass
'''
    )


def test_the_projects_own_template(tmp_path: Path) -> None:
    template = tmp_path / "script.py.mako"
    template.write_text(TEMPLATE)
    new = NEW._replace(
        parents=("27c", "28d"), labels=("web",), upgrades='x = "a"\ny = "b"', imports=("import uuid",)
    )
    assert (
        text_of(new, template)
        == '''"""add email

Revision ID: ae1
Revises: 27c, 28d
Create Date: 2026-03-01 10:20:30

"""
import sqlalchemy as sa
import uuid

revision = 'ae1'
down_revision = ('27c', '28d')
branch_labels = ('web',)
depends_on = None


def upgrade():
    x = "a"
    y = "b"


def downgrade():
    pass
'''
    )


HOSTILE = [
    '"""\nimport os; os.abort()\n"""',
    '"',
    '""',
    '"""',
    '\\"""',
    "\\",
    '\\\\"',
    "'''",
    "\\N{BULLET}",
    "\\x",
    "\0",
    "a\r\nb\rc",
    "a\n\nrevision = 'x'\n",
    "\n\nlate start",
    "Create Date: never",
    "\u202eabc\u2066",
    "\ud800",
    "日本語 ünï 🐍",
    "${message} <% import os %> ## %if",
    "",
    " \t ",
    "\x0c",
    "# coding: klingon",
    "{rev} %(rev)s %s",
]


@pytest.mark.parametrize("message", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "utf-8-sig"])
@pytest.mark.parametrize("template", [None, TEMPLATE])
def test_a_message_stays_text(message: str, encoding: str, template: str | None, tmp_path: Path) -> None:
    written_is_read(message, encoding, template, tmp_path)


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    message=st.one_of(
        st.text(alphabet=st.characters(), max_size=60),
        st.text(alphabet="\"'\\\n\r#{}ax0 ", max_size=14),
    ),
    template=st.sampled_from([None, TEMPLATE]),
)
def test_what_is_written_is_what_is_read(message: str, template: str | None, tmp_path: Path) -> None:
    """Law: read(write(revision)) == revision, for any message."""
    written_is_read(message, "utf-8", template, tmp_path)


def written_is_read(message: str, encoding: str, template: str | None, folder: Path) -> None:
    made = project(folder, output_encoding=encoding)
    if template:
        (made.migrations / "script.py.mako").write_text(template)
    new = NEW._replace(message=message, parents=("27c", "28d"), labels=("web",), depends_on=("x",))
    path = writer.write_revision(new, made)
    try:
        first = normal_message(message).split("\n\n")[0]
        wanted = Revision("ae1", ("27c", "28d"), ("x",), ("web",), first, str(DATE), str(path))
        assert read(str(path)).revision == wanted
        source = (
            path.read_bytes().replace(b"from limbeck import op", b"").replace(b"import sqlalchemy as sa", b"")
        )
        path.write_bytes(source)
        assert from_module(str(path)).revision == wanted
        assert {n for n in vars(load(str(path)).module) if not n.startswith("__")} == {
            *("revision", "down_revision", "branch_labels", "depends_on", "upgrade", "downgrade")
        }
    finally:
        path.unlink()


def test_a_template_that_puts_the_message_into_code(tmp_path: Path) -> None:
    template = tmp_path / "script.py.mako"
    template.write_text("# ${message}\nrevision = ${repr(up_revision)}\ndown_revision = None\n")
    made = text_of(NEW._replace(message="one\nimport os\n'two'"), template)
    assert made == "# one import os two \nrevision = 'ae1'\ndown_revision = None\n"
    template.write_text("revision = ${repr(up_revision)}\ndown_revision = None\n${message} = 1\n")
    with pytest.raises(MessageUnsafe):
        text_of(NEW._replace(message="a; b"), template)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("one\n${missing.name}\n", 2, "AttributeError"),
        ("%if x:\n", 1, "Unterminated control keyword: 'if'"),
        ("a\nb\n<%\n1 +\n%>", 3, ""),
    ],
)
def test_a_template_with_a_mistake(text: str, line: int, why: str, tmp_path: Path) -> None:
    template = tmp_path / "script.py.mako"
    template.write_text(text)
    with pytest.raises(TemplateFailed) as error:
        text_of(NEW, template)
    assert error.value.line == line or not why
    assert why in error.value.why


@pytest.mark.parametrize(
    "name",
    ["../../x", "", ".", "..", "a/b", "a\\b", "a b", "a\nb", "a\0", "a@b", "a+1", "a-1", "a:b", "head", "base", "heads",
     "'x'", "a" * 151, ".hidden", "trailing.", "a..b", "a\u202eb", "${x}"],
)  # fmt: skip
def test_ids_that_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadScriptName):
        writer.write_revision(NEW._replace(id=name), project(tmp_path))
    assert list((tmp_path / "migrations").iterdir()) == []


@pytest.mark.parametrize("name", ["1", "ae10", "1.2.3", "add_users", "été", "0001_init"])
def test_ids_that_are_taken(name: str, tmp_path: Path) -> None:
    path = writer.write_revision(NEW._replace(id=name), project(tmp_path))
    assert path.name == f"{name}_add_email.py"


@pytest.mark.parametrize("label", ["", "a b", "web'", "a@b", "a:b", "head", "-x", "a\n", "+1"])
def test_labels_that_are_refused(label: str, tmp_path: Path) -> None:
    with pytest.raises(BadLabel):
        writer.write_revision(NEW._replace(labels=(label,)), project(tmp_path))


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{rev}_{slug}", "ae1_add_email.py"),
        ("{year}-{month:02}-{day:02}_{slug}", "2026-03-01_add_email.py"),
        ("{year}/{month}/{rev}", "2026/3/ae1.py"),
        (
            "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s",
            "2026_03_01_1020-ae1_add_email.py",
        ),
        ("%(rev)s%%", "ae1%.py"),
    ],
)
def test_file_templates(template: str, name: str) -> None:
    assert writer.file_name(NEW, template) == name


@pytest.mark.parametrize(
    "template", ["../{rev}", "/tmp/{rev}", "a/../../{rev}", ".{rev}", "a//{rev}", "c:{rev}", "a\\{rev}"]
)
def test_file_templates_that_lead_astray(template: str) -> None:
    with pytest.raises(BadScriptName):
        writer.file_name(NEW, template)


@pytest.mark.parametrize(
    ("message", "name"),
    [("con", "_con.py"), ("NUL", "_nul.py"), ("__init__", "r__init__.py"), ("lpt1", "_lpt1.py")],
)
def test_names_that_some_systems_keep(message: str, name: str) -> None:
    assert writer.file_name(NEW._replace(message=message), "{slug}") == name


@pytest.mark.parametrize(
    ("message", "slug"),
    [
        ("Add user's e-mail", "add_user_s_e_mail"),
        ("one two three four five six seven eight nine", "one_two_three_four_five_six_seven_eight_"),
        ("ünï 日本", "ünï_日本"),
        ("../../x", "x"),
        ("", ""),
    ],
)
def test_slugs(message: str, slug: str) -> None:
    assert writer.slug(message) == slug


def test_nothing_is_overwritten_and_nothing_is_left_over(tmp_path: Path) -> None:
    made = project(tmp_path)
    path = writer.write_revision(NEW, made)
    path.write_text("mine")
    with pytest.raises(ScriptExists):
        writer.write_revision(NEW, made)
    assert path.read_text() == "mine"
    assert list(made.migrations.iterdir()) == [path]


def test_links_do_not_lead_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    made = project(tmp_path, file_template="{year}/{rev}")
    (made.migrations / "2026").symlink_to(outside)
    with pytest.raises(ScriptOutside):
        writer.write_revision(NEW, made)
    (made.migrations / "2026").unlink()
    (made.migrations / "2026").write_text("a file")
    with pytest.raises(ScriptUnwritable):
        writer.write_revision(NEW, made)
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    made = project(tmp_path)
    (made.migrations / "ae1_add_email.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(ScriptExists):
        writer.write_revision(NEW, made)
    assert not (tmp_path / "elsewhere.py").exists()


def test_a_location_may_be_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "migrations").symlink_to(tmp_path / "real")
    assert writer.write_revision(NEW, project(tmp_path)).parent == tmp_path / "migrations"


def test_where_a_file_goes() -> None:
    places = (Path("/p/a"), Path("/p/b"))
    assert writer.choose_location(places[:1]) == places[0]
    assert writer.choose_location(places, asked="/p/b/") == places[1]
    assert writer.choose_location(places, parents=("/p/b/x.py",)) == places[1]
    with pytest.raises(LocationMissing):
        writer.choose_location(places)
    with pytest.raises(LocationMissing) as error:
        writer.choose_location(places, asked="/p/c")
    assert (
        str(error.value)
        == "/p/c is not one of the version locations.\nSay --version-path with one of: /p/a, /p/b."
    )


def test_new_ids() -> None:
    assert re.fullmatch("[0-9a-f]{12}", writer.new_id())
    given = iter([b"\x12\x34\x56\x78\x90\x12", b"\x12\x34\x56\x78\x90\x1a"])
    assert writer.new_id(lambda _: next(given)) == "12345678901a"


def test_dates_in_a_time_zone() -> None:
    from datetime import timezone

    moment = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
    assert str(writer.now_in("utc", lambda: moment)) == "2026-07-01 12:00:00+00:00"
    assert writer.now_in(None, lambda: moment).tzinfo is None
    with pytest.raises(NoSuchTimezone):
        writer.now_in("Mars/Base", lambda: moment)
    with pytest.raises(NoSuchTimezone):
        writer.now_in("../../etc/passwd", lambda: moment)


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    path = writer.write_revision(NEW, project(tmp_path))
    (tmp_path / "plain").write_text("")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert os.stat(path).st_nlink == 1  # noqa: PTH116
