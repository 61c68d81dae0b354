"""What differs between models and database, as operations: have, want, judge, diff, questions.

have = backend.read(connection)      what stands, in the server's spelling
want = freeze(models)                what is declared
renaming                             what is the same under a new name: said, declared, or asked
judge                                both in one spelling
diff                                 operations in an order that runs
losing, filling                      what rows may lose, and what they lack: asked; what is left open is wanted no more
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.backends import backend_for
from limbeck.diff.around_objects import bare_drops
from limbeck.diff.fixed import fixed_differences
from limbeck.diff.objects import UNCERTAIN, keys_of, not_ours
from limbeck.diff.rules import EVERYTHING, Rules
from limbeck.diff.same import plain_name
from limbeck.diff.walk import each_once, table_changes
from limbeck.errors import LimbeckError
from limbeck.judge.objects import settle_objects
from limbeck.judge.settle import settle
from limbeck.model.names import QualifiedName
from limbeck.model.objects import ON_TABLES, Domain, Enum, Function, Object, RowSecurity, View
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.object import CreateObject
from limbeck.scripts.objects import Made, made_by
from limbeck.shore.freeze import Freezer

from .collecting import no_collecting
from .differing import Differing, after, ask_about
from .filling import suggestion as suggestion
from .git_view import replaced
from .questions import Answers as Answers
from .questions import Ask as Ask
from .questions import Interview, Taken, refuse_unused
from .questions import Question as Question
from .renaming import See, applied, ask_renames, former_schemas, no_hints, said_renames
from .rows import Rows

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions


class Differences(NamedTuple):
    """`upgrade` and `downgrade` are operations; a LimbeckError in the way back says that there is no honest one.

    `as_text` tells for which tables only text was compared, and why; `notes` are for the person. `left` are the
    questions that were answered with "leave it": what they are about is not among the operations. `taken` are the
    answers that are.
    """

    database: str
    upgrade: tuple[Operation, ...]
    downgrade: tuple[Operation | LimbeckError, ...]
    as_text: Mapping[QualifiedName, str]
    notes: tuple[str, ...]
    left: tuple[Question, ...] = ()
    taken: tuple[Taken, ...] = ()


Unused = dict[tuple[str, str], tuple[str, ...]]
"""Answers that nothing asked for, by (kind, name as typed), and what could have been answered of that kind."""


def differences(
    project: Project,
    answers: Answers = Answers(),
    ask: Ask | None = None,
    *,
    rules: Rules = EVERYTHING,
    fill: bool = True,
) -> tuple[Differences, ...]:
    """For each database of the project. Changes nothing anywhere.

    OpenQuestions where something must be answered and `ask` is None or gives None, AnswerUnknown where an answer meets no
    question in any database; with `fill` False nothing is asked, and what differs stands as it is declared.
    """
    found: list[Differences] = []
    unused: list[Unused] = []

    def work(connection: Any, options: RunOptions) -> None:
        models = options.models if options.models is not None else project.models(options.database)
        schemas = tuple(getattr(project.settings, "schemas", ()))
        scope = Scope(left_alone(project, options), schemas, ours=once_made(project))
        mine: Unused = {}
        found.append(
            compare(
                connection,
                options.database,
                models,
                scope,
                answers,
                ask,
                rules,
                fill,
                see=lambda: replaced(project.folder),
                unused=mine,
            )
        )
        unused.append(mine)

    with no_collecting():
        project.environment.run(work)
    if unused:
        everywhere = set(unused[0]).intersection(*unused)
        refuse_unused({answer: unused[0][answer] for answer in everywhere})
    return tuple(found)


def once_made(project: Project) -> Callable[[Object], bool]:
    """Whether a revision of the project made an object. The files are read when this is first asked."""
    if project.author is not None:
        theirs: Callable[[Object], bool] = project.author.once_made()
        return theirs
    made: list[frozenset[Made]] = []

    def check(thing: Object) -> bool:
        if not made:
            made.append(made_by(script.path for script in project.scripts.scripts.values()))
        table = thing.table.name if isinstance(thing, ON_TABLES) else ""
        name = "" if isinstance(thing, RowSecurity) else thing.name
        return Made(thing.kind, thing.key.schema, table, name) in made[0]

    return check


class Scope(NamedTuple):
    """What is looked at. `leave` says of a table's name that it is none of autogenerate's business; `schemas` are read
    beside the default one and those the models name; `narrow` gets (have, want) and gives what of both is compared."""

    leave: Callable[[QualifiedName], bool]
    schemas: tuple[str | None, ...] = ()
    narrow: Callable[[Snapshot, Snapshot], tuple[Snapshot, Snapshot]] | None = None
    ours: Callable[[Object], bool] = lambda thing: False
    """Whether models once declared an object: then it is dropped when they no longer do, else it is left alone."""


@each_once()
def compare(
    connection: Any,
    database: str,
    models: Sequence[Any],
    scope: Scope,
    answers: Answers = Answers(),
    ask: Ask | None = None,
    rules: Rules = EVERYTHING,
    fill: bool = True,
    *,
    see: See = no_hints,
    unused: Unused | None = None,
) -> Differences:
    """One connected database against its models (MetaData objects). Changes nothing; see `differences`.

    `see` gives hints at renames, and is called only where something may be one. Answers that nothing asked for are
    put in `unused` where it is given, else they raise AnswerUnknown."""
    backend = backend_for(connection.dialect)
    want = only(Freezer(connection.dialect).snapshot(*models), scope.leave)
    more = (*scope.schemas, *former_schemas(answers, want))
    stored = backend.read(connection, schemas=schemas_of(want, more))
    have = _with_shared_types(stored, only(stored, scope.leave), want)
    if scope.narrow is not None:
        have, want = scope.narrow(have, want)
    interview = Interview(answers, ask, database)
    renames = said_renames(interview, backend, have, want)
    if fill:
        renames, left = ask_renames(interview, backend, have, want, renames, see)
        want = after(want, left)
    moved = applied(have, renames)
    settled = settle(connection, backend, want, ambiguous(backend, moved, want, rules), moved, rules)
    objects = settle_objects(connection, backend, replace(have, tables=stored.tables), settled.want)
    settled = settled._replace(want=objects.want, as_text={**settled.as_text, **objects.as_text})
    others = not_ours(backend, have, settled.want, scope.ours)
    standing = replace(have, objects=stored.objects)
    unseen = (thing for key, thing in stored.objects.items() if key not in have.objects)
    leave = keys_of(backend, (*others, *unseen))
    differing = Differing(backend, standing, want, rules, renames, settled, leave)
    if not fill:
        found = differing.found()
        notes = (*differing.notes(found), *told_of_others(backend, others, settled.want))
        upgrade, back = differing.runnable(found.operations), differing.back(found.operations)
        return Differences(database, bare_drops(upgrade), bare_drops(back), settled.as_text, notes)
    asked = ask_about(interview, Rows(connection, backend, have, renames), differing, moved)
    interview.close()
    if unused is None:
        refuse_unused(interview.unused())
    else:
        unused.update(interview.unused())
    told = told_of_others(backend, others, settled.want)
    return Differences(
        database,
        asked.upgrade,
        asked.back,
        settled.as_text,
        (*asked.broken, *told, *asked.unfilled),
        tuple(interview.left),
        tuple(interview.taken),
    )


def left_alone(project: Project, options: RunOptions) -> Callable[[QualifiedName], bool]:
    """Whether a table is none of autogenerate's business: the version table, and what the settings exclude."""
    policy = project.policy(options)
    version = QualifiedName(policy.version_schema, policy.version_table)
    settings = project.settings
    out = ruled_out(tuple(getattr(settings, "exclude", ())), tuple(getattr(settings, "include", ())))
    return lambda name: name == version or out(name)


def ruled_out(excluded: Sequence[str], included: Sequence[str]) -> Callable[[QualifiedName], bool]:
    """Whether the patterns of the settings leave a table out."""

    def check(name: QualifiedName) -> bool:
        if any(_matches(name, pattern) for pattern in excluded):
            return True
        return bool(included) and not any(_matches(name, pattern) for pattern in included)

    return check


def _matches(name: QualifiedName, pattern: str) -> bool:
    return fnmatch.fnmatchcase(str(name), pattern) or fnmatch.fnmatchcase(name.name, pattern)


def only(snapshot: Snapshot, leave: Callable[[QualifiedName], bool]) -> Snapshot:
    """Without what is left alone, and without types that this alone has."""
    kept = [t for t in snapshot.tables.values() if not leave(t.key)]
    theirs = _types(t for t in snapshot.tables.values() if leave(t.key)) - _types(kept)
    return Snapshot.of(
        snapshot.backend,
        kept,
        (o for o in snapshot.objects.values() if not (_left(o, leave) or _is_type_in(o, theirs))),
        stored=snapshot.stored,
        partial=snapshot.partial,
    )


def _with_shared_types(stored: Snapshot, have: Snapshot, want: Snapshot) -> Snapshot:
    """`have` with those types of tables left alone that the models declare, and without those that they do not."""
    theirs = _types(t for t in stored.tables.values() if t.key not in have.tables)
    for (kind, name), thing in stored.objects.items():
        if _is_type_in(thing, theirs):
            declared = (kind, name) in want.objects
            have = have.with_object(thing) if declared else have.without_object(type(thing), name)
    return have


def _types(tables: Iterable[Table]) -> set[QualifiedName]:
    return {name for table in tables for column in table.columns for name in column.type.needs}


def _is_type_in(thing: Object, names: set[QualifiedName]) -> bool:
    return isinstance(thing, (Enum, Domain)) and thing.key in names


def _left(thing: Object, leave: Callable[[QualifiedName], bool]) -> bool:
    """A view or function by its own name, what stands on a table by the table's."""
    if isinstance(thing, ON_TABLES):
        return leave(thing.table)
    return isinstance(thing, (View, Function)) and leave(QualifiedName(thing.schema, thing.name))


def told_of_others(backend: Backend, others: Iterable[Object], want: Snapshot) -> Iterator[str]:
    """What is left alone, of kinds that the models declare: where they declare none, nobody expects them to be looked at.
    And what is declared that this database has no word for."""
    for thing in want.objects.values():
        if thing.kind in UNCERTAIN and thing.kind not in backend.managed_objects:
            told = CreateObject(thing=thing).describe().removeprefix("create ")
            yield f"{told} is declared and passed over: autogenerate knows no {thing.kind} on {backend.id.name}."
    declared = {(thing.kind, thing.key.schema) for thing in want.objects.values()}
    for thing in others:
        if (thing.kind, thing.key.schema) in declared:
            told = CreateObject(thing=thing).describe().removeprefix("create ")
            yield f"{told} stands in the database and is not declared: it is left alone."


def schemas_of(want: Snapshot, more: Iterable[str | None]) -> tuple[str | None, ...]:
    """The default schema, those the models name, and these."""
    named = [table.schema for table in want.tables.values()]
    named += [key.schema for kind, key in want.objects if kind != "extension"]
    return tuple(dict.fromkeys([None, *named, *more]))


def ambiguous(backend: Backend, have: Snapshot, want: Snapshot, rules: Rules) -> Iterator[QualifiedName]:
    """The tables of both sides whose declared form does not read like the stored one: the judge decides on them."""
    stands = {plain_name(backend, name): table for name, table in have.tables.items()}
    for name, table in want.tables.items():
        old = stands.get(plain_name(backend, name)) or stands.get(_former(table.schema, table.renamed_from))
        if old is None:
            continue
        if table_changes(backend, old, table, rules) or fixed_differences(backend, old, table):
            yield name


def _former(schema: str | None, name: str | None) -> QualifiedName:
    return QualifiedName(schema, name or "")
