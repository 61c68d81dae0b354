"""Which things are the same under a new name: by what was said ahead, what the models declare, and what is asked.

Nothing is renamed without a word. A pair that looks like one thing and is left open is left alone on both sides: neither
is the old one dropped nor the new one made, so that it can be asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from limbeck.diff import left
from limbeck.diff.renamed import Renames, renamings, with_declared
from limbeck.diff.renames import (
    Candidate,
    Hints,
    best,
    column_candidates,
    table_candidates,
    value_candidates,
)
from limbeck.diff.same import plain_name
from limbeck.model.names import QualifiedName
from limbeck.model.objects import Enum, Schema
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
    schemas = _said_schemas(interview.answers, have, want)
    have = applied(have, Renames(schemas=schemas))
    said = _said(interview.answers, have, want)
    renames = replace(with_declared(backend, have, want, said), schemas=schemas)
    for names, new in _each(renames):
        ahead = interview.said("rename", names)
        interview.note("rename", names[0], new, "models" if ahead is None else "ahead")
    return renames


def _each(renames: Renames) -> Iterator[tuple[tuple[str, ...], str]]:
    """How the old one may be called, and the new name."""
    for schema, new in renames.schemas.items():
        yield (schema,), new
    for table, new in renames.tables.items():
        yield (str(table),), new
    for (table, column), new in renames.columns.items():
        yield (f"{renames.former_table(table)}.{column}", f"{table}.{column}"), new
    for (enum, value), new in renames.values.items():
        yield (f"{enum}.{value}",), new


def former_schemas(answers: Answers, want: Snapshot) -> tuple[str, ...]:
    """Schemas that the models no longer name, and that are to be read since they are said to have become one of theirs."""
    wanted = {table.schema for table in want.tables.values()}
    return tuple(
        old for old, new in answers.renames if new in wanted and old not in wanted and "." not in old
    )


def _said_schemas(answers: Answers, have: Snapshot, want: Snapshot) -> dict[str, str]:
    """Only where the one stands and the other does not."""
    there = {schema.name for schema in have.objects_of(Schema)}
    old = former_schemas(answers, want)
    return {o: n for o, n in answers.renames if o in old and o in there and n not in there}


def _said(answers: Answers, have: Snapshot, want: Snapshot) -> Renames:
    """The typed names as tables, columns and values: "old=new" is a table, "table.old=table.new" a column, where
    the table may be called by its new name too, and "enum.old=new" a value of an enum. What is none of these is left
    out: nothing will have asked for it."""
    typed = [(old, new) for old, new in answers.renames if new]
    tables: dict[QualifiedName, str] = {}
    for old, new in typed:
        name = next((name for name in have.tables if str(name) == old), None)
        becomes = None if name is None else QualifiedName(name.schema, _part(new, name.schema))
        if name is not None and becomes in want.tables:
            tables[name] = becomes.name  # type: ignore[union-attr]
    columns = [found for pair in typed for found in _said_columns(pair, tables, have, want)]
    values = [found for pair in typed for found in _said_values(pair, have, want)]
    return Renames(tables=tables, columns=dict(columns), values=dict(values))


def _said_columns(
    typed: tuple[str, str], tables: dict[QualifiedName, str], have: Snapshot, want: Snapshot
) -> Iterator[tuple[tuple[QualifiedName, str], str]]:
    old, new = typed
    for key, table in have.tables.items():
        becomes = QualifiedName(key.schema, tables.get(key, key.name))
        wanted = want.tables.get(becomes)
        for name in dict.fromkeys((key, becomes)):
            part = _part(old, str(name))
            if wanted is None or part == old or table.column(part) is None:
                continue
            goal = _part(_part(new, str(key)), str(becomes))
            if wanted.column(goal) is not None:
                yield (becomes, part), goal


def _said_values(
    typed: tuple[str, str], have: Snapshot, want: Snapshot
) -> Iterator[tuple[tuple[QualifiedName, str], str]]:
    old, new = typed
    for enum in have.objects_of(Enum):
        part, goal = _part(old, str(enum.key)), _part(new, str(enum.key))
        wanted = want.object(Enum, enum.key)
        if part != old and part in enum.labels and wanted is not None and goal in wanted.labels:
            yield (enum.key, part), goal


def _part(text: str, whole: str | None) -> str:
    """What stands behind the whole's name and a dot; the text itself where it does not begin so."""
    return text if whole is None else text.removeprefix(f"{whole}.")


def ask_renames(
    interview: Interview, backend: Backend, have: Snapshot, want: Snapshot, renames: Renames, see: See
) -> Renaming:
    """Tables first, then the columns of each table that stays, then the values of each enum that stays."""
    asking = _Asking(interview, backend, have, want, renames, see)
    asking.tables()
    asking.columns()
    asking.values()
    return Renaming(asking.renames, tuple(asking.left()))


def applied(have: Snapshot, renames: Renames) -> Snapshot:
    """What stands, under the new names."""
    for operation in renamings(renames, have):
        have = operation.apply(have)
    return have


class _Asking:
    """`renames` grows with every yes; what was left open stands in three lists."""

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
        self.left_tables: list[Candidate] = []
        self.left_columns: list[Candidate] = []
        self.left_enums: list[QualifiedName] = []
        self._see = see
        self._seen: Hints | None = None

    @property
    def hints(self) -> Hints:
        """Looked for once, and only where something may have been renamed."""
        if self._seen is None:
            self._seen = self._see()
        return self._seen

    def left(self) -> Iterator[left.Left]:
        """What to do to `want` for what was left open."""
        moved = applied(self.have, self.renames)
        for table in self.left_tables:
            yield left.table_called_as_before(self.backend, moved, table.within, table.new)
        for column in self.left_columns:
            yield left.column_called_as_before(self.backend, moved, column.within, column.old, column.new)
        for enum in self.left_enums:
            yield left.enum_kept(moved, enum)

    def tables(self) -> None:
        moved = applied(self.have, self.renames)
        old, new = ({plain_name(self.backend, name) for name in side.tables} for side in (moved, self.want))
        if not (old - new and new - old):
            return
        for candidate, name in self._asked(table_candidates(self.backend, moved, self.want, self.hints)):
            if name is None:
                self.left_tables.append(candidate)
            else:
                tables = {**self.renames.tables, candidate.within: name}
                self.renames = replace(self.renames, tables=tables)

    def columns(self) -> None:
        moved = applied(self.have, self.renames)
        wanted = {plain_name(self.backend, name): table for name, table in self.want.tables.items()}
        for key, table in moved.tables.items():
            goal = wanted.get(plain_name(self.backend, key))
            if goal is None or not self._both_ways(table, goal):
                continue
            for candidate, name in self._asked(column_candidates(self.backend, table, goal, self.hints)):
                if name is None:
                    self.left_columns.append(candidate)
                else:
                    columns = {**self.renames.columns, (key, candidate.old): name}
                    self.renames = replace(self.renames, columns=columns)

    def _both_ways(self, table: Table, goal: Table) -> bool:
        """Whether some column goes and some column comes."""
        old, new = ({self.backend.fold_column(c.name) for c in t.columns} for t in (table, goal))
        return bool(old - new and new - old)

    def values(self) -> None:
        if "enum" not in self.backend.managed_objects:
            return
        for enum in applied(self.have, self.renames).objects_of(Enum):
            goal = self.want.object(Enum, enum.key)
            if goal is None or not (
                set(enum.labels) - set(goal.labels) and set(goal.labels) - set(enum.labels)
            ):
                continue
            for candidate, name in self._asked(value_candidates(enum, goal, self.hints)):
                if name is None:
                    self.left_enums.append(enum.key)
                else:
                    values = {**self.renames.values, (enum.key, candidate.old): name}
                    self.renames = replace(self.renames, values=values)

    # -- one question after the other

    def _asked(self, candidates: tuple[Candidate, ...]) -> Iterator[tuple[Candidate, str | None]]:
        """Each old thing is asked about once, the likeliest first, with all that it may have become. Gives the candidate
        and the new name; None for the name where it was left open. What is no rename is not given."""
        open_ = list(candidates)
        chosen = list(best(open_))
        while chosen:
            likeliest = chosen.pop(0)
            rivals = [c for c in open_ if c.old == likeliest.old and c is not likeliest]
            answer = self._answer(likeliest, rivals)
            taken = next((c for c in (likeliest, *rivals) if c.new == answer), None)
            if answer == LEAVE:
                taken = likeliest
                yield likeliest, None
            elif taken is not None:
                yield taken, taken.new
            open_ = [c for c in open_ if c.old != likeliest.old and (taken is None or c.new != taken.new)]
            if taken is not likeliest:  # then others may go together
                chosen = list(best(open_))

    def _answer(self, chosen: Candidate, rivals: list[Candidate]) -> str:
        key = str(chosen.within) if chosen.kind == "table" else f"{chosen.within}.{chosen.old}"
        former = f"{self.renames.former_table(chosen.within)}.{chosen.old}"
        names = (key, former) if chosen.kind == "column" else (key,)
        for c in (chosen, *rivals):
            self.interview.could("rename", f"{key}={c.new}")
        if self.interview.no_rename(names):
            self.interview.note("rename", key, NO, "ahead")
            return NO
        if chosen.kind != "value" and self.interview.said("loss", names) is True:
            return NO
        return self.interview.put(_question(chosen, rivals, key, self.interview.wanted))


def _question(chosen: Candidate, rivals: list[Candidate], key: str, wanted: str) -> Question:
    inside = "" if chosen.kind == "table" else f"{chosen.within}."
    text = (
        f"{key} is gone from {wanted} and {inside}{chosen.new} is new: "
        f"is it the same {chosen.kind} under a new name?"
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
    evidence = [f"alike: {', '.join(chosen.reasons)}"]
    evidence += [f"also like it: {c.new} ({', '.join(c.reasons)})" for c in rivals]
    table, column = (key, "") if chosen.kind == "table" else (str(chosen.within), chosen.old)
    return Question("rename", table, column, text, chosen.new, tuple(evidence), (*renamed, no, leave))
