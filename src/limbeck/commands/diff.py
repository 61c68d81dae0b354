"""What differs between any two of models, databases, snapshots and revisions: the operations from one to the other.

Both sides become values first. Where one is as declared and differs in its wording, the connected database says how it
would store it (the judge); without a connection the wording is compared, and the answer tells for which tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from limbeck.backends import backend_for
from limbeck.diff.around_objects import bare_drops
from limbeck.diff.named import named_like
from limbeck.diff.objects import keys_of, not_ours
from limbeck.diff.renamed import Renames
from limbeck.diff.rules import EVERYTHING, Rules
from limbeck.diff.walk import each_once
from limbeck.errors import ConnectError, LimbeckError, NotComparable, OneDatabaseOnly, OpaqueStep
from limbeck.judge.objects import settle_objects
from limbeck.judge.settle import Settled, settle
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Object
from limbeck.model.snapshot import BackendId, Snapshot
from limbeck.model.statement import Statement
from limbeck.ops.contract import Backend, Operation
from limbeck.ops.several import flat
from limbeck.shore.channel import ScriptChannel

from .autogenerate import Unused, ambiguous, once_made, told_of_others
from .collecting import no_collecting
from .differing import Differing, after, ask_about
from .git_view import replaced
from .questions import Answers, Ask, Interview, Question, Taken, refuse_unused
from .renaming import applied, ask_renames, said_renames
from .rows import Rows, Unseen
from .sides import Around, Place, Side, side

if TYPE_CHECKING:
    from limbeck.project import Project, RunOptions

    from .revision import Wish, Written

NOT_ASKED = "there was no database to ask how it stores this"


class Compared(NamedTuple):
    """What turns `have` into `want` in one database's terms. `back` is the way back; a LimbeckError in it says that
    there is no honest one. `as_text` names the tables whose wording alone was compared, with the reason. `left` are the
    questions that were left open, `taken` the answers that were given."""

    database: str
    have: Side
    want: Side
    operations: tuple[Operation, ...]
    back: tuple[Operation | LimbeckError, ...]
    as_text: Mapping[QualifiedName, str]
    notes: tuple[str, ...]
    backend: Backend
    left: tuple[Question, ...] = ()
    taken: tuple[Taken, ...] = ()


class Asking(NamedTuple):
    """What was answered ahead, and whom to ask. `unused` gets for each database the answers that nothing asked for."""

    answers: Answers
    ask: Ask | None
    unused: list[Unused]


Open = Callable[[bool], "Project"]
"""Opens the project: for a script (True, no database is touched) or not."""


def diff(
    open_project: Open,
    have: Place,
    want: Place,
    rules: Rules = EVERYTHING,
    answers: Answers | None = None,
    ask: Ask | None = None,
) -> tuple[Compared, ...]:
    """For each database of the project. Connects only where a side is a live database, or where the wording of what is
    declared must be judged; where that cannot be, the wording is compared. Changes nothing.

    With `answers` what only a person can say is asked as `revision --autogenerate` asks it: OpenQuestions where nobody
    answers, AnswerUnknown where an answer meets no question. Rows are looked at where `have` is the project's database;
    of any other side they are not known, so every table may have some."""
    paper, found = (
        (False, None) if _needs_database(have, want) else _on_paper(open_project, have, want, rules)
    )
    if found is not None and (answers is None or not any(one.operations for one in found)):
        if answers is not None:
            refuse_unused(Interview(answers, None).unused())
        return found
    if answers is None:
        return _all(open_project(False), have, want, rules)
    asking = Asking(answers, ask, [])
    asked = _all(open_project(paper), have, want, rules, asking=asking)
    if asking.unused:
        everywhere = set(asking.unused[0]).intersection(*asking.unused)
        refuse_unused({answer: asking.unused[0][answer] for answer in everywhere})
    return asked


def _needs_database(have: Place, want: Place) -> bool:
    return have.needs_database or want.needs_database


def _on_paper(
    open_project: Open, have: Place, want: Place, rules: Rules
) -> tuple[bool, tuple[Compared, ...]]:
    """What differs where no side is the project's database, and whether it was found without one."""
    try:
        on_paper = _all(open_project(True), have, want, rules, scratch=False)
    except OpaqueStep:
        on_paper = None
    if on_paper is not None and not any(one.as_text for one in on_paper):
        return True, on_paper
    try:
        return False, _all(open_project(False), have, want, rules)
    except ConnectError as error:
        if on_paper is None:
            on_paper = _all(open_project(True), have, want, rules)
        said = f"Not connected: {error.what()}"
        return True, tuple(one._replace(notes=(*one.notes, said)) for one in on_paper)


def _all(
    project: Project,
    have: Place,
    want: Place,
    rules: Rules,
    scratch: bool = True,
    asking: Asking | None = None,
) -> tuple[Compared, ...]:
    found: list[Compared] = []
    read = have.kind == "database"

    def work(connection: Any, options: RunOptions) -> None:
        around = Around(project, connection, options, scratch, asking.answers if asking else Answers())
        found.append(compared(around, *sides(have, want, around), rules, asking, has_rows=read))

    with no_collecting():
        project.environment.run(work)
    return tuple(found)


def sides(have: Place, want: Place, around: Around) -> tuple[Side, Side]:
    """Both; a live one last, since it is read in the schemas that the other one has."""
    if have.kind in ("database", "url"):
        right = side(want, around)
        return side(have, around, right.snapshot), right
    left = side(have, around)
    return left, side(want, around, left.snapshot)


@each_once()
def compared(
    around: Around,
    have: Side,
    want: Side,
    rules: Rules = EVERYTHING,
    asking: Asking | None = None,
    *,
    has_rows: bool = False,
) -> Compared:
    """`has_rows`: the rows of `have` are those of the database that is connected."""
    backend = backend_for(around.options.dialect)
    _refuse_strangers(have, want, backend.id)
    if around.project.author is not None:
        old, new = around.project.author.narrow(around.options, have.snapshot, want.snapshot)
        have, want = have._replace(snapshot=old), want._replace(snapshot=new)
    ask = None if asking is None else asking.ask
    interview = Interview(around.answers, ask, around.options.database, want.label)
    renames = Renames()
    if asking is not None:
        old, new = have.snapshot, want.snapshot
        see = partial(replaced, around.project.folder)
        renames = said_renames(interview, backend, old, new)
        renames, left = ask_renames(interview, backend, old, new, renames, see)
        want = want._replace(snapshot=after(new, left))
    spelled = _in_one_spelling(around.connection, backend, have.snapshot, want.snapshot, rules, renames)
    old, new, settled = spelled
    old, new, as_text = _objects_in_one_spelling(around.connection, backend, old, new)
    others: tuple[Object, ...] = ()
    if have.snapshot.stored and not want.snapshot.stored:
        others = not_ours(backend, old, new, once_made(around.project))
    declared = new if want.snapshot.stored else want.snapshot
    settled = settled._replace(want=new)
    leave = keys_of(backend, others)
    differing = Differing(backend, old, declared, rules, renames, settled, leave)
    if asking is None:
        found = differing.found()
        operations, back = (
            bare_drops(differing.runnable(found.operations)),
            bare_drops(differing.back(found.operations)),
        )
        told: tuple[str, ...] = differing.notes(found)
    else:
        rows = (Rows if has_rows else Unseen)(around.connection, backend, old, renames)
        asked = ask_about(interview, rows, differing, applied(old, renames))
        interview.close()
        asking.unused.append(interview.unused())
        operations, back, told = asked.upgrade, asked.back, (*asked.broken, *asked.unfilled)
    notes = (*have.notes, *want.notes, *_versions(have, want), *told, *told_of_others(backend, others, new))
    return Compared(
        around.options.database,
        have._replace(snapshot=old),
        want._replace(snapshot=new),
        operations,
        back,
        {**settled.as_text, **as_text},
        notes,
        backend,
        tuple(interview.left),
        tuple(interview.taken),
    )


def _in_one_spelling(
    connection: Any,
    backend: Backend,
    have: Snapshot,
    want: Snapshot,
    rules: Rules,
    renames: Renames,
) -> tuple[Snapshot, Snapshot, Settled]:
    """Both as the connected server stores them, as far as that is in question and can be asked."""
    if have.stored and want.stored:
        return have, want, Settled(want, {}, {})
    if want.stored:
        have = named_like(backend, have, want, rules)
    doubtful = tuple(ambiguous(backend, applied(have, renames), want, rules))
    if connection is None:
        return have, want, Settled(want, dict.fromkeys(doubtful, NOT_ASKED), {})
    as_text: dict[QualifiedName, str] = {}
    if not have.stored:
        former = (renames.former_table(name) for name in doubtful)
        names = [name for name in former if name in have.tables]
        left = settle(connection, backend, have, names, want if want.stored else None, rules)
        have = left.want
        as_text.update(left.as_text)
    if want.stored:
        return named_like(backend, have, want, rules), want, Settled(want, as_text, {})
    right = settle(connection, backend, want, doubtful, applied(have, renames), rules)
    return have, right.want, right._replace(as_text={**as_text, **right.as_text})


def _objects_in_one_spelling(
    connection: Any, backend: Backend, have: Snapshot, want: Snapshot
) -> tuple[Snapshot, Snapshot, Mapping[QualifiedName, str]]:
    """The same for what stands beside tables: what is declared in the words of the server, or of the other side."""
    as_text: dict[QualifiedName, str] = {}
    if not have.stored and want.stored:
        left = settle_objects(connection, backend, want, have)
        have, as_text = left.want, {**as_text, **left.as_text}
    if not want.stored and have.stored:
        right = settle_objects(connection, backend, have, want)
        want, as_text = right.want, {**as_text, **right.as_text}
    return have, want, as_text


def _refuse_strangers(have: Side, want: Side, own: BackendId) -> None:
    names = [side.snapshot.backend.name for side in (have, want)]
    if names[0] != names[1]:
        raise NotComparable(have=have.label, have_of=names[0], want=want.label, want_of=names[1])
    if names[0] != own.name:
        raise NotComparable(
            have=have.label, have_of=names[0], want="the project's database", want_of=own.name
        )


def _versions(have: Side, want: Side) -> tuple[str, ...]:
    """Two servers of different versions may store one thing in two wordings."""
    stored = [s for s in (have, want) if s.snapshot.stored and s.snapshot.backend.version]
    versions = {s.snapshot.backend.version[:1] for s in stored}
    if len(versions) < 2:
        return ()
    told = " and ".join(f"{s.label} of {'.'.join(map(str, s.snapshot.backend.version))}" for s in stored)
    return (f"{told}: two versions may store one thing in two wordings",)


# -- in other words -------------------------------------------------------------------------------------------


def script(one: Compared) -> str:
    """The SQL that does it, for this backend."""
    pieces: list[str] = []
    backend = one.backend
    channel = ScriptChannel(
        backend.dialect, pieces.append, terminator=backend.terminator, separator=backend.batch_separator
    )
    for statement in statements(one):
        channel.run(statement)
    return "".join(pieces)


def statements(one: Compared) -> list[Statement]:
    state = one.have.snapshot
    made: list[Statement] = []
    for operation in one.operations:
        for part in one.backend.rewrite(operation, state):
            made += part.spell(one.backend, state)
            state = part.apply(state)
    return made


def by_table(operations: tuple[Operation, ...]) -> dict[str, list[str]]:
    """The operations in words under the tables they are about, in the order in which they would run; "" for what
    stands beside tables."""
    found: dict[str, list[str]] = {}
    for operation in operations:
        found.setdefault(_subject(operation), []).append(operation.describe())
    return found


def _subject(operation: Operation) -> str:
    table = getattr(operation, "table", None)
    if table is None:
        return ""
    return str(table if isinstance(table, QualifiedName) else table.key)


def write(project: Project, found: tuple[Compared, ...], wish: Wish) -> Written:
    """A revision that does it, behind the head. Nothing is written where nothing differs."""
    from limbeck.source import body

    from .revision import Written as Answer
    from .revision import write as write_file

    forward = [o for one in found for o in one.operations]
    back = [o for one in reversed(found) for o in one.back]
    if not forward:
        return Answer("", "", empty=True, **_heard(found))
    if project.author is not None:
        return _by_author(project, found, wish)
    width = getattr(project.settings, "line_length", 100)
    up, down = body.body(forward, width), body.body(back, width)
    imports = tuple(dict.fromkeys((*up.imports, *down.imports)))
    written = write_file(project, wish, "\n".join(up.lines), "\n".join(down.lines), imports)
    return written._replace(changes=tuple(o.describe() for o in flat(forward)), **_heard(found))


def _by_author(project: Project, found: tuple[Compared, ...], wish: Wish) -> Written:
    from .autogenerate import Differences

    changes = tuple(
        (Differences(one.database, one.operations, one.back, one.as_text, ()), one.have.snapshot)
        for one in found
    )
    written: Written = project.author.write(wish, changes)  # type: ignore[union-attr]
    return written._replace(**_heard(found))


def _heard(found: tuple[Compared, ...]) -> dict[str, Any]:
    """What was asked, for all databases."""
    return {
        "open": tuple(question for one in found for question in one.left),
        "answers": tuple(answer for one in found for answer in one.taken),
    }


def one_database(project: Project) -> None:
    """Refuses a project of several databases, where one is meant."""
    names = tuple(getattr(project, "databases", ()))
    if len(names) > 1:
        raise OneDatabaseOnly(databases=names)
