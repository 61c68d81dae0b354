"""What is so here: versions, drivers, the project, its databases; and what the kinds of projects add."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from typing import Any, NamedTuple

from limbeck.errors import LimbeckError, ProjectMissing, mask_url
from limbeck.project import Options, Project, RunOptions, find, kinds
from limbeck.version import VERSION


class Finding(NamedTuple):
    """One fact. `state` is "ok", "note" (worth knowing) or "trouble"; `next_step` is what to type."""

    subject: str
    state: str
    said: str
    next_step: str = ""


def doctor(options: Options = Options()) -> tuple[Finding, ...]:
    """Everything, in an order that leads from the machine to the databases. Changes nothing anywhere."""
    found = [*_versions(), *_drivers()]
    for kind in kinds():
        findings = getattr(kind, "findings", None)
        if findings is not None:
            found += [Finding(*row) for row in findings()]
    return (*found, *_project(options))


def _versions() -> list[Finding]:
    python = f"{platform.python_version()} ({sys.executable})"
    rows = [Finding("Python", "ok", python), Finding("limbeck", "ok", VERSION)]
    return rows + [Finding(name, "ok", _version(name)) for name in ("SQLAlchemy", "Mako")]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _drivers() -> list[Finding]:
    from limbeck.shore import drivers

    rows = []
    for database in ("sqlite", "postgresql", "mysql", "mariadb"):
        driver = drivers.choose(database)
        said = driver.name if driver is not None else "none installed"
        rows.append(Finding(f"driver for {database}", "ok" if driver else "note", said))
    return rows


def _project(options: Options) -> list[Finding]:
    try:
        project = find(options=options)
        rows = [
            Finding("project", "ok", f"{project.settings.file} ({type(project).__name__})"),
            *_history(project),
        ]
    except ProjectMissing as error:
        return [Finding("project", "note", error.what(), error.next_step())]
    except LimbeckError as error:
        return [_trouble("project", error)]
    return rows + _databases(project)


def _history(project: Project) -> list[Finding]:
    graph = project.scripts.graph
    said = f"{len(list(graph))} revisions, heads: {', '.join(graph.heads) or 'none'}"
    rows = [Finding("history", "ok" if len(graph.heads) < 2 else "note", said)]
    return rows + [_trouble("revision file", broken) for broken in project.scripts.broken]


def _databases(project: Project) -> list[Finding]:
    from limbeck.run import runner

    rows: list[Finding] = []

    def work(connection: Any, options: RunOptions) -> None:
        at = runner.heads_of(connection, project.policy(options))
        version = ".".join(map(str, getattr(connection.dialect, "server_version_info", None) or ()))
        url = mask_url(connection.engine.url.render_as_string(hide_password=True))
        subject = f"database {options.database}".rstrip()
        rows.append(Finding(subject, "ok", f"{url}, {connection.dialect.name} {version}".rstrip()))
        unknown = [row for row in at if row not in project.scripts.graph]
        state = "trouble" if unknown else "ok"
        rows.append(Finding(f"{subject} stands at", state, ", ".join(at) or "base"))

    try:
        project.environment.run(work)
    except LimbeckError as error:
        rows.append(_trouble("database", error))
    return rows


def _trouble(subject: str, error: LimbeckError) -> Finding:
    return Finding(subject, "trouble", mask_url(error.what()), mask_url(error.next_step()))
