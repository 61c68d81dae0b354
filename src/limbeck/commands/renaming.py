"""Which things are the same under a new name: by what was said ahead, what the models declare, and what is asked.

Nothing is renamed without a word. A pair that looks like one thing and is left open is left alone on both sides: neither
is the old one dropped nor the new one made, so that it can be asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from limbeck.diff import left, renames
from limbeck.diff.renamed import Renames, renamings, with_declared
from limbeck.diff.renames import Candidate, Hints
from limbeck.diff.same import plain_name
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum
from limbeck.model.snapshot import Snapshot
from limbeck.model.table import Table
from limbeck.ops.contract import Backend

from .questions import LEAVE, NO, Answers, Choice, Interview, Question

See = Callable[[], Hints]


def no_hints() -> Hints:
    return ()


class Renaming(NamedTuple):
    """`left` are what to do to `want` for the pairs that were left open."""

    renames: Renames
    left: tuple[left.Left, ...]


def said_renames(interview: Interview, backend: Backend, have: Snapshot, want: Snapshot) -> Renames:
    """The typed renames whose old name is here and whose new name is wanted, and those that the models declare."""
    said = _said(interview.answers, have, want)
    renames = with_declared(backend, have, want, said)
    enums = backend.managed_objects
    for kind, key, old, new in _each(renames):
        if kind == "value" and "enum" not in enums:
            continue
        ahead = interview.said("rename", (key, old)) if kind != "table" else interview.said("rename", (key,))
        interview.note("rename", key, new, "models" if ahead is None else "ahead")
    return renames


def _each(renames: Renames) -> Iterator[tuple[str, str, str, str]]:
    for table, new in renames.tables.items():
        yield "table", str(table), table.name, new
    for (table, column), new in renames.columns.items():
        yield "column", f"{renames.former_table(table)}.{column}", f"{table}.{column}", new
    for (enum, value), new in renames.values.items():
        yield "value", f"{enum}.{value}", value, new


def _said(answers: Answers, have: Snapshot, want: Snapshot) -> Renames:
    """The typed names as tables, columns and values: "old=new" is a table, "table.old=table.new" a column, where
    the table may be called by its new name too, and "enum.old=new" a value of an enum."""
    tables: dict[QualifiedName, str] = {}
    columns: dict[tuple[QualifiedName, str], str] = {}
    values: dict[tuple[QualifiedName, str], str] = {}
    by_text = {str(name): name for name in have.tables}
    enums = {str(enum.key): enum for enum in have.objects_of(Enum)}
    typed = [(old, new) for old, new in answers.renames if new]
    for old, new in typed:
        name = new.rpartition(".")[2]
        if old in by_text and any(
            t.schema == by_text[old].schema and t.name == name for t in want.tables.values()
        ):
            tables[by_text[old]] = name
    renamed = {str(QualifiedName(old.schema, new)): old for old, new in tables.items()}
    for old, new in typed:
        where, _, part = old.rpartition(".")
        name = new.rpartition(".")[2]
        was = by_text.get(where) or renamed.get(where)
        if old in by_text or not where:
            continue
        if was is not None and have.tables[was].column(part) is not None:
            becomes = QualifiedName(was.schema, tables.get(was, was.name))
            wanted = want.tables.get(becomes)
            if wanted is not None and wanted.column(name) is not None:
                columns[becomes, part] = name
        elif where in enums and part in enums[where].labels:
            goal = want.object(Enum, enums[where].key)
            label = new.removeprefix(f"{where}.")
            if goal is not None and label in goal.labels:
                values[enums[where].key, part] = label
    return Renames(tables=tables, columns=columns, values=values)


def ask_renames(
    interview: Interview, backend: Backend, have: Snapshot, want: Snapshot, renames: Renames, see: See
) -> Renaming:
    """Tables first, then the columns of each table that stays, then the values of each enum that stays."""
    asking = _Asking(interview, backend, have, want, renames, see)
    asking.tables()
    asking.columns()
    asking.values()
    moved = applied(have, asking.renames)
    return Renaming(asking.renames, tuple(make(moved) for make in asking.left))


def applied(have: Snapshot, renames: Renames) -> Snapshot:
    """What stands, under the new names."""
    for operation in renamings(renames, have):
        have = operation.apply(have)
    return have


class _Asking:
    def __init__(
        self,
        interview: Interview,
        backend: Backend,
        have: Snapshot,
        want: Snapshot,
        renames: Renames,
        see: See,
    ) -> None:
        self.interview = interview
        self.backend = backend
        self.have = have
        self.want = want
        self.renames = renames
        self.left: list[Callable[[Snapshot], left.Left]] = []
        self._see = see
        self._seen: Hints | None = None

    @property
    def hints(self) -> Hints:
        """Looked for once, and only where something may have been renamed."""
        if self._seen is None:
            self._seen = self._see()
        return self._seen

    # -- tables

    def tables(self) -> None:
        moved = applied(self.have, self.renames)
        old = {plain_name(self.backend, name) for name in moved.tables}
        new = {plain_name(self.backend, name) for name in self.want.tables}
        if not (old - new and new - old):
            return
        candidates = renames.table_candidates(self.backend, moved, self.want, self.hints)
        for old_name, name in self._asked(candidates):
            within = QualifiedName(old_name.within.schema, old_name.old)
            if name is None:
                self.left.append(
                    lambda have, w=within, n=old_name.new: left.table_called_as_before(  # type: ignore[misc]
                        self.backend, have, w, n
                    )
                )
                self.want = left.table_called_as_before(self.backend, moved, within, old_name.new)(self.want)
            else:
                self.renames = replace(self.renames, tables={**self.renames.tables, within: name})

    # -- columns

    def columns(self) -> None:
        moved = applied(self.have, self.renames)
        wanted = {plain_name(self.backend, name): table for name, table in self.want.tables.items()}
        for key, table in moved.tables.items():
            goal = wanted.get(plain_name(self.backend, key))
            if goal is not None and goal.columns != table.columns and self._differ(table, goal):
                self._columns_of(key, table, goal)

    def _differ(self, table: Table, goal: Table) -> bool:
        fold = self.backend.fold_column
        old, new = ({fold(c.name) for c in t.columns} for t in (table, goal))
        return bool(old - new and new - old)

    def _columns_of(self, key: QualifiedName, table: Table, goal: Table) -> None:
        candidates = renames.column_candidates(self.backend, table, goal, self.hints)
        for candidate, name in self._asked(candidates):
            if name is None:
                self.left.append(
                    lambda have, c=candidate: left.column_called_as_before(  # type: ignore[misc]
                        self.backend, have, key, c.old, c.new
                    )
                )
            else:
                columns = {**self.renames.columns, (key, candidate.old): name}
                self.renames = replace(self.renames, columns=columns)

    # -- values of enums

    def values(self) -> None:
        if "enum" not in self.backend.managed_objects:
            return
        moved = applied(self.have, self.renames)
        for enum in moved.objects_of(Enum):
            goal = self.want.object(Enum, enum.key)
            if goal is None or set(goal.labels) == set(enum.labels):
                continue
            candidates = renames.value_candidates(
                enum, goal, self.hints if set(goal.labels) - set(enum.labels) else ()
            )
            for candidate, name in self._asked(candidates):
                if name is None:
                    self.left.append(lambda have, key=enum.key: left.enum_kept(have, key))  # type: ignore[misc]
                else:
                    values = {**self.renames.values, (enum.key, candidate.old): name}
                    self.renames = replace(self.renames, values=values)

    # -- one question after the other

    def _asked(self, candidates: tuple[Candidate, ...]) -> Iterator[tuple[Candidate, str | None]]:
        """Each old thing is asked about once, the likeliest first, with all that it may have become. Gives the candidate
        and the new name; None for the name where it was left open. What is no rename is not given."""
        open_ = list(candidates)
        while open_:
            chosen = renames.best(open_)[0]
            rivals = [c for c in open_ if c.old == chosen.old and c is not chosen]
            answer = self._answer(chosen, rivals)
            taken = next((c for c in (chosen, *rivals) if c.new == answer), None)
            if answer == LEAVE:
                yield chosen, None
                taken = chosen
            elif taken is not None:
                yield taken, taken.new
            open_ = [c for c in open_ if c.old != chosen.old and (taken is None or c.new != taken.new)]

    def _answer(self, chosen: Candidate, rivals: list[Candidate]) -> str:
        key = chosen.old if chosen.kind == "table" else f"{chosen.within}.{chosen.old}"
        if chosen.kind == "table" and chosen.within.schema:
            key = str(chosen.within)
        names = (
            (key, f"{self.renames.former_table(chosen.within)}.{chosen.old}")
            if chosen.kind == "column"
            else (key,)
        )
        for c in (chosen, *rivals):
            self.interview.could("rename", f"{key}={c.new}")
        if self.interview.no_rename(names):
            self.interview.note("rename", key, NO, "ahead")
            return NO
        if chosen.kind != "value" and self.interview.said("loss", names) is True:
            return NO
        return self.interview.put(_question(chosen, rivals, key))


WHAT = {"table": "table", "column": "column", "value": "value"}


def _question(chosen: Candidate, rivals: list[Candidate], key: str) -> Question:
    inside = "" if chosen.kind == "table" else f"{chosen.within}."
    text = (
        f"{key} is gone from the models and {inside}{chosen.new} is new: "
        f"is it the same {WHAT[chosen.kind]} under a new name?"
    )
    renamed = [
        Choice(c.new, f"yes, rename it to {c.new}", f"--rename {key}={inside}{c.new}")
        for c in (chosen, *rivals)
    ]
    no = {
        "table": Choice(NO, f"no: drop {key} with its rows, and create {chosen.new}", f"--drop {key}"),
        "column": Choice(
            NO, f"no: drop {key} with its values, and add {inside}{chosen.new}", f"--drop {key}"
        ),
        "value": Choice(NO, f"no: take {chosen.old} away and add {chosen.new}", f"--rename {key}="),
    }[chosen.kind]
    leave = Choice(LEAVE, "leave it for now: neither is touched, and it is asked again")
    also = [f"also like it: {c.new} ({', '.join(c.reasons)})" for c in rivals]
    evidence = (f"alike: {', '.join(chosen.reasons)}", *also)
    table, _, column = key.rpartition(".") if chosen.kind != "table" else (key, "", "")
    return Question("rename", table, column, text, chosen.new, evidence, (*renamed, no, leave))
