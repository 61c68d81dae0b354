"""What can be compared: models, a live database, a snapshot's file, a revision; named as people name them.

models                      the project's models
database, db                the project's database
schema.json, ./schema       a snapshot's file: what ends in .json or has a / in it; file:NAME where that is not so
postgresql://...            another database, by its URL
head, base, ae10, web@head  a revision, by any place in the history; rev:NAME where the name means something else
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.backends import backend_for
from limbeck.errors import NoSnapshotFile, NotASnapshot, mask_url
from limbeck.model import json
from limbeck.model.snapshot import Snapshot
from limbeck.shore import connect
from limbeck.shore.freeze import Freezer

from .autogenerate import Scope, left_alone, only, schemas_of
from .questions import Answers
from .renaming import former_schemas
from .replay import replayed, revisions_at

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions

DATABASE = ("database", "db")


class Place(NamedTuple):
    """A side as it was typed. `kind` is models, database, snapshot, url or revision."""

    kind: str
    text: str

    @property
    def needs_database(self) -> bool:
        """Whether the project's own database must be asked: for what stands there, or for where it stands."""
        relative = self.kind == "revision" and (self.text[:1] in "+-" or "current" in self.text)
        return self.kind == "database" or relative


def place(word: str) -> Place:
    prefix, colon, rest = word.partition(":")
    if colon and prefix == "rev":
        return Place("revision", rest)
    if colon and prefix == "file":
        return Place("snapshot", rest)
    if word == "models":
        return Place("models", word)
    if word in DATABASE:
        return Place("database", "database")
    if "://" in word:
        return Place("url", word)
    if word.endswith(".json") or "/" in word or "\\" in word:
        return Place("snapshot", word)
    return Place("revision", word)


class Side(NamedTuple):
    """One side as values. `label` is for people; `notes` tell how it came to be where that is not plain."""

    label: str
    snapshot: Snapshot
    notes: tuple[str, ...] = ()


class Around(NamedTuple):
    """In what a side is read: a project and one of its databases. `connection` is None where none was opened;
    `scratch` forbids a scratch database where it is False. `answers` may name schemas that are to be read too."""

    project: Project
    connection: Any
    options: RunOptions
    scratch: bool = True
    answers: Answers = Answers()

    @property
    def scope(self) -> Scope:
        schemas = tuple(getattr(self.project.settings, "schemas", ()))
        return Scope(left_alone(self.project, self.options), schemas)


def side(where: Place, around: Around, beside: Snapshot | None = None) -> Side:
    """The side. A live database is read in the default schema, those of the settings and those that `beside` has."""
    found = READ[where.kind](where, around, beside)
    return found._replace(snapshot=only(found.snapshot, around.scope.leave))


def _models(where: Place, around: Around, beside: Snapshot | None) -> Side:
    given = around.options.models
    models = given if given is not None else around.project.models(around.options.database)
    return Side("the models", Freezer(around.options.dialect).snapshot(*models))


def _database(where: Place, around: Around, beside: Snapshot | None) -> Side:
    name = around.options.database
    return Side(f"the database {name}" if name else "the database", _read(around.connection, around, beside))


def _url(where: Place, around: Around, beside: Snapshot | None) -> Side:
    url = connect.under(around.project.folder, connect.read(where.text))
    snapshot = connect.connected(url, lambda connection: _read(connection, around, beside))
    return Side(mask_url(where.text), snapshot)


def _read(connection: Any, around: Around, beside: Snapshot | None) -> Snapshot:
    more: Iterable[str | None] = around.scope.schemas
    if beside is None:
        schemas = tuple(dict.fromkeys((None, *more)))
    else:
        schemas = schemas_of(beside, (*more, *former_schemas(around.answers, beside)))
    return backend_for(connection.dialect).read(connection, schemas=schemas)


def _snapshot(where: Place, around: Around, beside: Snapshot | None) -> Side:
    path = Path(where.text)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoSnapshotFile(file=where.text) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotASnapshot(why=f"{type(error).__name__}: {error}.", file=where.text) from None
    return Side(where.text, json.load_snapshot(text, where.text))


def _revision(where: Place, around: Around, beside: Snapshot | None) -> Side:
    project = around.project
    rows: tuple[str, ...] = ()
    if where.needs_database:
        from limbeck.run import runner

        rows = runner.heads_of(around.connection, project.policy(around.options))
    found = replayed(
        project,
        revisions_at(project, where.text, rows),
        around.connection,
        around.options,
        scratch=around.scratch,
    )
    names = ", ".join(found.revisions)
    label = f"revision {names}" if names else "the base"
    opaque = found.on_scratch
    if opaque is None:
        return Side(label, found.snapshot)
    at = f" ({opaque.place})" if opaque.place else ""
    note = f"{label} was replayed on a scratch database, since {opaque.revision} {opaque.why}{at}"
    return Side(label, found.snapshot, (note,))


READ = {
    "models": _models,
    "database": _database,
    "url": _url,
    "snapshot": _snapshot,
    "revision": _revision,
}
