"""Projects: found, opened with and without an env.py, their models loaded; and what is said where something lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import project
from limbeck.errors import (
    BadUrl,
    ConfigMissing,
    EnvScriptDidNothing,
    EnvScriptFailed,
    FolderMissing,
    LimbeckError,
    ModelsFailed,
    ModelsNotFound,
    ModelsNotSet,
    NoEnvironment,
    NotConfigured,
    ProjectMissing,
    UrlNotSet,
    VariableNotSet,
)
from limbeck.project import Options, RunOptions

MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Student(Base):
    __tablename__ = "students"
    seq = sa.Column(sa.Integer, primary_key=True)
metadata = sa.MetaData()
several = [Base, metadata]
number = 7
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "migrations").mkdir()
    before, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def write(folder: Path, settings: str = "", env: str | None = None) -> None:
    (folder / "limbeck.toml").write_text(settings)
    if env is not None:
        (folder / "migrations" / "env.py").write_text(env)


def seen(folder: Path, **options: Any) -> list[tuple[Any, RunOptions]]:
    """What `work` is called with."""
    calls: list[tuple[Any, RunOptions]] = []

    def work(connection: Any, given: RunOptions) -> None:
        told = None if connection is None else str(connection.engine.url)
        if connection is not None:
            connection.exec_driver_sql("SELECT 1")
        calls.append((told, given))

    made = project.find(folder, Options(**options)).environment.run(work)
    assert made == len(calls)
    return calls


# -- finding


def test_found_from_below(folder: Path) -> None:
    write(folder)
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    assert project.find(below).folder == folder


def test_not_found(folder: Path) -> None:
    with pytest.raises(ProjectMissing, match="limbeck init"):
        project.find(folder)
    with pytest.raises(ConfigMissing):
        project.find(folder, Options(config=folder / "other.toml"))


class Kind:
    """Another kind of project, as an entry point brings it."""

    @staticmethod
    def detect(place: Path) -> bool:
        return (place / "other.ini").exists() or place.name == "other.ini"

    @staticmethod
    def open(place: Path, options: Options) -> str:
        return f"opened {place.name}"


def test_other_kinds_of_projects(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "kinds", lambda: iter([Kind]))
    (folder / "other.ini").write_text("")
    assert project.find(folder / "migrations") == f"opened {folder.name}"  # type: ignore[comparison-overlap]
    assert project.find(folder, Options(config=folder / "other.ini")) == "opened other.ini"  # type: ignore[comparison-overlap]
    write(folder)
    assert project.find(folder).folder == folder


# -- without env.py


def test_a_relative_file_lies_in_the_project(folder: Path) -> None:
    write(folder, 'url = "sqlite:///app.db"')
    ((url, options),) = seen(folder)
    assert url == f"sqlite:///{folder}/app.db"
    assert (options.database, options.offline, options.models) == ("", False, None)


def test_each_of_several_databases_or_the_one_named(folder: Path) -> None:
    write(folder, '[databases.web]\nurl = "sqlite:///web.db"\n[databases.log]\nurl = "sqlite:///log.db"')
    assert [(o.database, Path(str(u)).name) for u, o in seen(folder)] == [
        ("web", "web.db"),
        ("log", "log.db"),
    ]
    assert [o.database for _, o in seen(folder, database="log")] == ["log"]


def test_offline_needs_neither_database_nor_driver(folder: Path) -> None:
    write(folder, 'url = "mssql://u:p@h/d"')
    ((connection, options),) = seen(folder, offline=True)
    assert connection is None
    assert (options.offline, options.dialect.name) == (True, "mssql")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ("", UrlNotSet),
        ('url = "${NO_SUCH_VARIABLE_HERE}"', VariableNotSet),
        ('url = "what"', BadUrl),
        ('url = "sqlite:///no/such/x.db"', FolderMissing),
    ],
)
def test_no_database(folder: Path, settings: str, error: type[LimbeckError]) -> None:
    write(folder, settings)
    with pytest.raises(error):
        seen(folder)


# -- with env.py

ENV = """
import sqlalchemy as sa
from limbeck import context
if context.is_offline:
    context.configure(url=context.url)
    context.run_migrations()
else:
    with sa.create_engine(context.url).connect() as connection:
        context.configure(connection, version_table="mine", models=sa.MetaData())
        context.run_migrations(tenant=context.x.get("tenant"))
"""


def test_env_script_opens_the_connection(folder: Path) -> None:
    write(folder, 'url = "sqlite:///app.db"', ENV)
    ((url, options),) = seen(folder, arguments=("tenant=7",))
    assert url == f"sqlite:///{folder}/app.db"
    assert options.arguments == {"tenant": "7"}
    assert options.models is not None
    assert isinstance(options.models[0], sa.MetaData)
    assert project.find(folder).policy(options).version_table == "mine"


def test_env_script_offline(folder: Path) -> None:
    write(folder, 'url = "postgres://u@h/d"', ENV)
    ((connection, options),) = seen(folder, offline=True)
    assert (connection, options.dialect.name) == (None, "postgresql")


def test_env_script_with_a_thread_and_several_databases(folder: Path) -> None:
    env = """
import threading
import sqlalchemy as sa
from limbeck import context
def each():
    for name in context.databases:
        with sa.create_engine(context.url_of(name)).connect() as connection:
            context.configure(connection, database=name)
            context.run_migrations()
thread = threading.Thread(target=each); thread.start(); thread.join()
"""
    write(folder, '[databases.a]\nurl = "sqlite://"\n[databases.b]\nurl = "sqlite://"', env)
    assert [o.database for _, o in seen(folder)] == ["a", "b"]


@pytest.mark.parametrize(
    ("env", "error", "says"),
    [
        ("x = 1", EnvScriptDidNothing, "context.run_migrations()"),
        (
            "from limbeck import context\ncontext.run_migrations()",
            NotConfigured,
            "context.configure(connection)",
        ),
        ("\nraise ValueError('oh no')", EnvScriptFailed, "migrations/env.py:2: ValueError: oh no"),
        ("import sys\nsys.exit(0)", EnvScriptFailed, "migrations/env.py:2: SystemExit: 0"),
        ("import no_such_module_here", EnvScriptFailed, "No module named 'no_such_module_here'"),
        ("def f(:", EnvScriptFailed, "migrations/env.py:1"),
        (
            "import sqlalchemy as sa\nsa.create_engine('sqlite:////no/such/x.db').connect()",
            LimbeckError,
            "",
        ),
        (
            "import sqlalchemy as sa\nsa.create_engine('postgres://u:secret@127.0.0.1:1/d').connect()",
            LimbeckError,
            "refused",
        ),
    ],
)
def test_env_script_that_fails(folder: Path, env: str, error: type[LimbeckError], says: str) -> None:
    write(folder, "", env)
    with pytest.raises(error) as failed:
        seen(folder)
    assert says in str(failed.value)
    assert "secret" not in str(failed.value)


def test_env_script_may_mean_to_do_nothing(folder: Path) -> None:
    write(folder, "", "from limbeck import context\ncontext.skip()")
    assert seen(folder) == []


def test_context_outside_of_an_env_script() -> None:
    from limbeck import context

    with pytest.raises(NoEnvironment, match=r"context\.url"):
        _ = context.url


# -- models


def tables(folder: Path, models: str) -> list[list[str]]:
    write(folder, f"models = {models}")
    return [sorted(metadata.tables) for metadata in project.find(folder).models()]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('"app.models:Base"', [["students"]]),
        ('"app.models:Base.metadata"', [["students"]]),
        ('"app.models:several"', [["students"], []]),
        ('["app.models:Base", "app.models:metadata"]', [["students"], []]),
    ],
)
def test_models(folder: Path, wanted: str, found: list[list[str]]) -> None:
    (folder / "app").mkdir()
    (folder / "app" / "models.py").write_text(MODELS)
    assert tables(folder, wanted) == found


def test_models_below_src(folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "models_in_src.py").write_text(MODELS)
    assert tables(folder, '"models_in_src:Base"') == [["students"]]


def test_the_projects_own_module_comes_before_another_of_that_name(folder: Path) -> None:
    (folder / "colorsys.py").write_text(MODELS)  # a module of the standard library
    sys.modules.pop("colorsys", None)
    assert tables(folder, '"colorsys:Base"') == [["students"]]


def test_models_that_nobody_named(folder: Path) -> None:
    write(folder, 'url = "sqlite://"')
    with pytest.raises(ModelsNotSet) as lacking:
        project.find(folder).models()
    assert 'models = "app.models:Base"' in str(lacking.value)


@pytest.mark.parametrize(
    ("wanted", "error", "says"),
    [
        ('"nothing.here:Base"', ModelsNotFound, "there is no module nothing"),
        ('"some_models:Bass"', ModelsNotFound, "some_models has no Bass (it has Base)"),
        ('"some_models:number"', ModelsNotFound, "it is of type int"),
        ('"broken_models:Base"', ModelsFailed, "broken_models.py:2: ZeroDivisionError"),
        ('"importing_models:Base"', ModelsFailed, "importing_models.py:1: ModuleNotFoundError"),
        ('"typo_models:Base"', ModelsFailed, "typo_models.py:1: SyntaxError"),
        ('"leaving_models:Base"', ModelsFailed, "leaving_models.py:1: SystemExit"),
    ],
)
def test_models_that_cannot_be_had(folder: Path, wanted: str, error: type[LimbeckError], says: str) -> None:
    (folder / "some_models.py").write_text(MODELS)
    (folder / "broken_models.py").write_text("x = 1\n1 / 0")
    (folder / "importing_models.py").write_text("import no_such_module_here")
    (folder / "typo_models.py").write_text("def f(:")
    (folder / "leaving_models.py").write_text("raise SystemExit(0)")
    with pytest.raises(error) as failed:
        tables(folder, wanted)
    assert says in str(failed.value)
    assert "limbeck.toml:1" in str(failed.value) or error is ModelsFailed
