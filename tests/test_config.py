"""limbeck.toml and [tool.limbeck]: what is read, and what is said when it cannot be meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck import config
from limbeck.config import Database, Hook, Settings
from limbeck.errors import (
    NoSuchDatabase,
    SettingsThere,
    SettingsTwice,
    SettingsUnreadable,
    UnknownSetting,
    UsageError,
    VariableNotSet,
)

FULL = """\
url = "${DATABASE_URL:-sqlite:///app.db}"
models = ["app.models:Base", "app.other:metadata"]
migrations = "db/migrations"
version_locations = ["db/migrations/core", "plugins"]
recursive = true
file_template = "{year}/{month:02}/{rev}_{slug}"
timezone = "UTC"
truncate_slug_length = 20
output_encoding = "latin-1"
prepend_sys_path = ["src"]
version_table = "versions"
version_table_schema = "meta"
schemas = ["public", "audit"]
exclude = ["spatial_*"]
include = "web_*"
transaction = "step"
connect_timeout = 5
lock_timeout = 2.5
line_length = 88
hooks = [{ type = "module", module = "ruff", options = "format REVISION_SCRIPT_FILENAME", cwd = "." }]

[databases.web]
url = "sqlite:///web.db"
[databases.jobs]
url = "sqlite:///${JOBS}.db"
models = "jobs:Base"
version_locations = ["jobs/migrations"]
"""


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "limbeck.toml").write_text(text)
    return config.read(folder / "limbeck.toml")


def test_every_setting(tmp_path: Path) -> None:
    models = ("app.models:Base", "app.other:metadata")
    places = (tmp_path / "db/migrations/core", tmp_path / "plugins")
    assert settings_of(tmp_path, FULL) == Settings(
        folder=tmp_path,
        file=tmp_path / "limbeck.toml",
        url="${DATABASE_URL:-sqlite:///app.db}",
        models=models,
        migrations=tmp_path / "db/migrations",
        version_locations=places,
        recursive=True,
        file_template="{year}/{month:02}/{rev}_{slug}",
        timezone="UTC",
        truncate_slug_length=20,
        output_encoding="latin-1",
        prepend_sys_path=(tmp_path / "src",),
        version_table="versions",
        version_table_schema="meta",
        schemas=("public", "audit"),
        exclude=("spatial_*",),
        include=("web_*",),
        transaction="step",
        connect_timeout=5.0,
        lock_timeout=2.5,
        line_length=88,
        hooks=(Hook("ruff", "module", "ruff", "format REVISION_SCRIPT_FILENAME", tmp_path),),
        databases=(
            Database("web", "sqlite:///web.db", models, places),
            Database("jobs", "sqlite:///${JOBS}.db", ("jobs:Base",), (tmp_path / "jobs/migrations",)),
        ),
    )


def test_an_empty_file_has_defaults(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "") == Settings(
        folder=tmp_path,
        file=tmp_path / "limbeck.toml",
        migrations=tmp_path / "migrations",
        version_locations=(tmp_path / "migrations",),
        prepend_sys_path=(tmp_path,),
    )
    (tmp_path / "migrations/versions").mkdir(parents=True)
    assert settings_of(tmp_path, "").version_locations == (tmp_path / "migrations/versions",)


def test_found_from_below_like_git(tmp_path: Path) -> None:
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    assert config.find(below) is None
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.limbeck]\nurl = 'sqlite://'\n")
    (tmp_path / "a/pyproject.toml").write_text("[project]\nname = 'no settings of limbeck here'\n")
    assert config.find(below) == tmp_path / "pyproject.toml"
    settings = config.load(below)
    assert settings is not None and settings.url == "sqlite://" and settings.folder == tmp_path
    (tmp_path / "a/limbeck.toml").write_text("")
    assert config.find(below) == tmp_path / "a/limbeck.toml"
    (tmp_path / "limbeck.toml").write_text("")
    with pytest.raises(SettingsTwice):
        config.find(tmp_path)


def test_urls_and_the_environment(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, FULL)
    assert settings.url_of(environ={}) == "sqlite:///app.db"
    assert settings.url_of(environ={"DATABASE_URL": "x://y"}) == "x://y"
    assert settings.url_of("web", {}) == "sqlite:///web.db"
    assert settings.url_of("jobs", {"JOBS": "j"}) == "sqlite:///j.db"
    with pytest.raises(VariableNotSet) as error:
        settings.url_of("jobs", {"JOBS": ""})
    assert str(error.value) == (
        "The environment variable JOBS is not set; databases.jobs.url (limbeck.toml:25) needs it.\n"
        "Set it, or write a default there: ${JOBS:-...}"
    )
    with pytest.raises(NoSuchDatabase) as missing:
        settings.url_of("wbe", {})
    assert str(missing.value) == "There is no database 'wbe' in limbeck.toml.\nThere are: web, jobs."


def test_dollars_that_are_no_variables(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 'url = "p://u:a$b$$c$${D}@h/${E}"')
    assert settings.url_of(environ={"E": "${F}"}) == "p://u:a$b$$c${D}@h/${F}"
    assert settings_of(tmp_path, "").url_of() is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nmodles = 'a:b'", "limbeck.toml:1: there is no setting 'a'."),
        ("\n# x\nmodles = 'a:b'", "limbeck.toml:3: there is no setting 'modles'.\nDid you mean models?"),
        ("Version-Table = 'a'", "limbeck.toml:1: there is no setting 'Version-Table'.\nDid you mean version_table?"),
        ("schemas = [\n'a',\n]\n[databases.web]\nurll = 'x'",
         "limbeck.toml:5: there is no setting 'databases.web.urll'.\nDid you mean url?"),
        ("url = '''\nmodels = 1\n'''\nmodels = 1", "limbeck.toml:4: models must be a text or a list of texts, not 1."),
        ("models = 'app.models'", "limbeck.toml:1: models must be written as \"package.module:name\", not 'app.models'."),
        ("recursive = 'yes'", "limbeck.toml:1: recursive must be true or false, not 'yes'."),
        ("lock_timeout = true", "limbeck.toml:1: lock_timeout must be a number of seconds above zero, not true."),
        ("truncate_slug_length = 0", "limbeck.toml:1: truncate_slug_length must be a whole number above zero, not 0."),
        ("transaction = 'each'", "limbeck.toml:1: transaction must be one of \"run\", \"step\", not 'each'."),
        ("file_template = '{rev}_{x}'", "limbeck.toml:1: file_template must be made of rev, slug, year, month, day, hour,"
         " minute, second, epoch, not '{rev}_{x}'."),
        ("file_template = '{year}'", "limbeck.toml:1: file_template must be different for each file: give it rev, not '{year}'."),
        ("output_encoding = 'klingon'", "limbeck.toml:1: output_encoding must be the name of an encoding, not 'klingon'."),
        ("url = ['p://u:secret@h/d']", "limbeck.toml:1: url must be a text, not ['p://u:***@h/d']."),
        ("url = ''", "limbeck.toml:1: url must be a text, not ''."),
        ("hooks = [{type = 'shell'}]",
         "limbeck.toml:1: hooks.type must be one of \"console_scripts\", \"exec\", \"module\", not 'shell'."),
        ("[[hooks]]\ntype = 'exec'",
         "limbeck.toml:1: hooks must be given executable where type is 'exec', not {'type': 'exec'}."),
        ("databases = 1", "limbeck.toml:1: databases must be made of tables [databases.NAME], not 1."),
        ("url = 'a'\nurl = 'b'", "limbeck.toml:2: Cannot overwrite a value."),
        ("url = 'a\n", "limbeck.toml:1: "),
        ("url = [", "limbeck.toml:1: "),
    ],
)  # fmt: skip
def test_mistakes_name_file_and_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        settings_of(tmp_path, text)
    assert str(error.value).startswith(said)


def test_a_mistake_in_pyproject(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "x"\nurll = 1\n\n[tool.limbeck]\nurll = "x"\n')
    with pytest.raises(UnknownSetting) as error:
        config.read(path)
    assert error.value.line == 6
    path.write_text("[tool.limbeck]\nurl = 1 2\n")
    with pytest.raises(SettingsUnreadable) as unreadable:
        config.load(tmp_path)
    assert unreadable.value.line == 2


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "limbeck.toml").write_bytes(b"# a\nurl = '\xff'\n")
    with pytest.raises(SettingsUnreadable) as error:
        config.load(tmp_path)
    assert error.value.what() == "limbeck.toml:2: not written in UTF-8."


@given(url=st.text(min_size=1).filter(str.strip).filter(lambda s: "\0" not in s and "$" not in s))
def test_a_written_url_is_read_again(tmp_path_factory: pytest.TempPathFactory, url: str) -> None:
    folder = tmp_path_factory.mktemp("p")
    if not url.isprintable() and any(0xD800 <= ord(c) < 0xE000 for c in url):
        return
    (folder / "limbeck.toml").write_text(
        config.new_toml(url=url, models=("a:B", "c:D")), "utf-8", newline="\n"
    )
    settings = config.load(folder)
    assert settings is not None
    assert (settings.url_of(environ={}), settings.models) == (url, ("a:B", "c:D"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'x'",
        "[project]\r\nname = 'x'\r\n",
        "# limbeck\n[tool.ruff]\nx = '''\n[tool.limbeck]\n'''\n",
    ],
)
def test_a_section_in_pyproject_leaves_the_rest_alone(text: str, tmp_path: Path) -> None:
    made = config.into_pyproject(text, url="sqlite:///x.db", models=("a:B",))
    assert made.startswith(text) and "\n[tool.limbeck]" in "\n" + made.replace("\r", "")
    (tmp_path / "pyproject.toml").write_bytes(made.encode())
    settings = config.load(tmp_path)
    assert settings is not None and (settings.url, settings.models) == ("sqlite:///x.db", ("a:B",))
    with pytest.raises(SettingsThere):
        config.into_pyproject(made)


@pytest.mark.parametrize(
    "text", ["tool = {}", "tool = { x = 1 }", "[tool]\nlimbeck = {}", "[tool.limbeck.databases.a]"]
)
def test_a_section_that_cannot_be_added(text: str) -> None:
    with pytest.raises(SettingsThere):
        config.into_pyproject(text)


def test_importing_is_cheap() -> None:
    code = "import limbeck.config, sys; print(*(m for m in ('tomllib', 'dataclasses', 'inspect') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_every_key_is_described() -> None:
    text = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [key for key in config._KEYS if f"`{key}" not in text] == []
