"""What a database looks like at a revision: the history up to there replayed, on paper where that can be done.

Recorded: every upgrade() lands on a Recorder, and no database takes part. Where a step is opaque the same history runs
on a scratch database, and what stands there is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.backends import backend_for
from limbeck.errors import OpaqueStep
from limbeck.model.names import QualifiedName
from limbeck.model.snapshot import Snapshot
from limbeck.plan.recorder import Recorder, performed
from limbeck.revisions import route
from limbeck.revisions.address import parse
from limbeck.revisions.resolve import resolve

from .revision import relative
from .scratch import NoScratch, on_scratch

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions


class Replayed(NamedTuple):
    """`on_scratch` is the step that could not be recorded, where the history ran on a scratch database."""

    revisions: tuple[str, ...]
    snapshot: Snapshot
    on_scratch: OpaqueStep | None = None


def revisions_at(project: Project, place: str, rows: Iterable[str] = ()) -> tuple[str, ...]:
    """The revisions that a place in the history means; none for the base. `rows` are where the database stands."""
    if place in ("head", "heads"):
        project.scripts.require_ends()
    with project.scripts.explaining():
        return resolve(project.scripts.graph, parse(place), tuple(rows))


def replayed(
    project: Project, revisions: Sequence[str], connection: Any, options: RunOptions, *, scratch: bool = True
) -> Replayed:
    """The look at these revisions. `connection` is a live one beside which a scratch database may be made, or None.

    OpaqueStep where a step is opaque and there is no scratch database (or none is wanted)."""
    with project.scripts.explaining():
        steps = route.upgrade(project.scripts.graph, (), revisions).steps if revisions else ()
    try:
        return Replayed(tuple(revisions), recorded(project, steps, options))
    except OpaqueStep as opaque:
        if not scratch:
            raise
        try:
            snapshot = on_scratch(connection, options.dialect, lambda c: _run(project, steps, c, options))
        except NoScratch as refused:
            raise OpaqueStep(
                revision=opaque.revision, place=opaque.place, why=opaque.why, refused=str(refused)
            ) from None
        return Replayed(tuple(revisions), snapshot, opaque)


def recorded(project: Project, steps: Sequence[Any], options: RunOptions) -> Snapshot:
    """As declared. Raises OpaqueStep, NotReplayed, and what loading a file raises."""
    recorder = Recorder(backend_for(options.dialect))
    for step in steps:
        function = project.scripts.load(step.revision.id).function("upgrade")
        with project.landing(recorder, options):
            performed(
                recorder,
                step.revision.id,
                step.revision.origin,
                partial(function, **options.arguments),
                shown=relative(step.revision.origin, project.folder),
            )
    return recorder.snapshot


def _run(project: Project, steps: Sequence[Any], connection: Any, options: RunOptions) -> Snapshot:
    """As stored, without the version table."""
    from limbeck.policy import Policy
    from limbeck.run import runner

    policy = Policy(transaction=project.policy(options).transaction)
    arguments = dict(options.arguments)
    with project.within(connection, options):
        runner.run(connection, lambda rows: steps, project.scripts.load, policy, arguments=arguments)
    backend = backend_for(connection.dialect)
    whole = backend.read(connection, schemas=(None, *own_schemas(connection)))
    return whole.without_table(QualifiedName(None, policy.version_table))


def own_schemas(connection: Any) -> tuple[str, ...]:
    """The schemas beside the default one that a person made, where a database holds several."""
    import sqlalchemy as sa

    if connection.dialect.name != "postgresql":
        return ()
    inspector = sa.inspect(connection)
    default = inspector.default_schema_name
    return tuple(
        name
        for name in inspector.get_schema_names()
        if name not in (default, "information_schema") and not name.startswith("pg_")
    )
